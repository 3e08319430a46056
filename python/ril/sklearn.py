"""Histograms of local binary patterns as a scikit-learn transformer.

The only file that imports scikit-learn: `pip install 'ril[sklearn]'`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags

from ril._arguments import Border, Method, scale_pairs
from ril.histogram import local_binary_pattern_histogram, num_labels

__all__ = ["LBPHistogram"]


class LBPHistogram(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Grey-scale pictures to histograms of their local binary patterns, side by side.

    It learns nothing: `fit` only checks, and `transform` needs no `fit`.

    Args:
        scales: S pairs (P, R), each of which adds its bins.
        method: As in `ril.lbp.local_binary_pattern_histogram`.
        grid: (rows, columns) of cells, each with histograms of its own; one cell if None.
        normalize: Shares, so that pictures of all sizes compare, instead of counts.
        border: As in `ril.lbp.local_binary_pattern`.
        num_threads: Threads to use; 0 stands for all cores.

    Source: Ojala, Pietikainen, Maenpaa, IEEE TPAMI 24(7), 2002; cells: Ahonen, Hadid, Pietikainen,
    "Face description with local binary patterns", IEEE TPAMI 28(12), 2006.

    Example:
        >>> import numpy as np
        >>> from ril.sklearn import LBPHistogram
        >>> pictures = np.zeros((5, 32, 32), np.uint8)
        >>> LBPHistogram(scales=[(8, 1), (16, 2)], grid=(2, 2)).fit_transform(pictures).shape
        (5, 112)
    """

    def __init__(
        self,
        scales: Sequence[tuple[int, float]] = ((8, 1),),
        method: Method = "uniform",
        *,
        grid: Sequence[int] | None = None,
        normalize: bool = True,
        border: Border = "edge",
        num_threads: int = 1,
    ) -> None:
        self.scales = scales
        self.method = method
        self.grid = grid
        self.normalize = normalize
        self.border = border
        self.num_threads = num_threads

    def fit(self, X: Iterable[npt.ArrayLike], y: object = None) -> Self:  # noqa: ARG002
        """Check the parameters and the first picture; nothing is learned.

        Args:
            X: As in `transform`.
            y: Ignored.

        Returns:
            This transformer.

        Raises:
            TypeError: As `ril.lbp.local_binary_pattern_histogram`.
            ValueError: As `ril.lbp.local_binary_pattern_histogram`.
        """
        self._histograms([_batches(X)[0][:1]])
        return self

    def transform(self, X: Iterable[npt.ArrayLike]) -> npt.NDArray[np.float64]:
        """The histograms of pictures.

        Args:
            X: (N, H, W), or N pictures (H, W) of any sizes; dtypes as in
                `ril.lbp.local_binary_pattern`.

        Returns:
            (N, number of features) float64: for each scale, for each cell from left to right and
            top to bottom, the bins.

        Raises:
            TypeError: As `ril.lbp.local_binary_pattern_histogram`.
            ValueError: As `ril.lbp.local_binary_pattern_histogram`.
        """
        return self._histograms(_batches(X))

    def get_feature_names_out(
        self,
        input_features: object = None,  # noqa: ARG002
    ) -> npt.NDArray[np.object_]:
        """Names such as `lbp_8_1_cell_0_1_bin_9`: P, R, row and column of the cell, bin.

        Args:
            input_features: Ignored; pictures have no names of features.

        Returns:
            One name per feature.
        """
        rows, columns = self.grid or (1, 1)
        names = [
            f"lbp_{P}_{R:g}_cell_{i}_{j}_bin_{k}"
            for P, R in self.scales
            for i in range(rows)
            for j in range(columns)
            for k in range(num_labels(P, self.method))
        ]
        return np.array(names, dtype=object)

    def _histograms(self, batches: Iterable[npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
        return np.concatenate([self._histograms_of_batch(batch) for batch in batches])

    def _histograms_of_batch(self, batch: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        parts = [
            local_binary_pattern_histogram(
                batch,
                P,  # type: ignore[arg-type]
                R,  # type: ignore[arg-type]
                self.method,
                grid=self.grid,
                normalize=self.normalize,
                border=self.border,
                num_threads=self.num_threads,
            ).reshape(len(batch), -1)
            for P, R in scale_pairs(self.scales)
        ]
        return np.concatenate(parts, axis=1, dtype=np.float64)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.requires_fit = False
        return tags


def _batches(X: Iterable[npt.ArrayLike]) -> list[npt.NDArray[Any]]:
    """Arrays (N, H, W), each of pictures of one size, that together hold X in its order."""
    if isinstance(X, np.ndarray) and X.ndim == 3:
        batches = [X]
    else:
        batches = [np.asarray(picture)[np.newaxis] for picture in X]
    if sum(len(batch) for batch in batches) == 0:
        raise ValueError("X must hold at least one picture, got none")
    for batch in batches:
        if batch.ndim != 3:
            raise ValueError(f"X must hold pictures (H, W), got one of the shape {batch.shape[1:]}")
    return batches
