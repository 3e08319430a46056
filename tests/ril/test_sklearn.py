"""The scikit-learn transformer: values, scikit-learn's own checks, a classifier on textures."""

import doctest
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ril.lbp import local_binary_pattern_histogram
from train.data.phantom import draw_hand

sklearn = pytest.importorskip("sklearn", reason="needs scikit-learn")

from sklearn.base import clone  # noqa: E402
from sklearn.model_selection import cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402
from sklearn.utils import estimator_checks  # noqa: E402

import ril.sklearn  # noqa: E402
from ril.sklearn import LBPHistogram  # noqa: E402

SCALES = ((8, 1), (16, 2.5))
PICTURES = np.random.default_rng(0).integers(0, 256, (5, 20, 30), np.uint8)


@pytest.mark.parametrize("grid", [None, (2, 3)])
@pytest.mark.parametrize("method", ["uniform", "ror"])
def test_features_are_the_histograms_side_by_side(grid, method):
    transformer = LBPHistogram(SCALES, method, grid=grid, border="reflect", num_threads=2)
    features = transformer.fit_transform(PICTURES)
    for picture, row in zip(PICTURES, features, strict=True):
        options = {"grid": grid, "border": "reflect", "normalize": True}
        parts = [
            local_binary_pattern_histogram(picture, P, R, method, **options).ravel()
            for P, R in SCALES
        ]
        assert_array_equal(row, np.concatenate(parts))
    assert features.shape[1] == len(set(transformer.get_feature_names_out()))


def test_pictures_of_any_sizes():
    transformer = LBPHistogram(normalize=False)
    pictures = [PICTURES[0], PICTURES[1, :7, :9]]
    assert_array_equal(transformer.transform(pictures).sum(axis=1), [600, 63])
    assert_array_equal(transformer.transform(list(PICTURES)), transformer.transform(PICTURES))


def test_names_of_features():
    names = LBPHistogram(SCALES, grid=(2, 2)).get_feature_names_out()
    assert [names[0], names[-1]] == ["lbp_8_1_cell_0_0_bin_0", "lbp_16_2.5_cell_1_1_bin_17"]
    pandas = pytest.importorskip("pandas")
    frame = LBPHistogram(SCALES, grid=(2, 2)).set_output(transform="pandas").fit_transform(PICTURES)
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(names)


def test_copies():
    transformer = LBPHistogram(SCALES, "nri_uniform", grid=(2, 3), normalize=False)
    for copy in (clone(transformer), pickle.loads(pickle.dumps(transformer))):
        assert copy.get_params() == transformer.get_params()
        assert_array_equal(copy.transform(PICTURES), transformer.transform(PICTURES))


# Those of scikit-learn's checks that do not pass tables (N, number of features).
@pytest.mark.parametrize(
    "check",
    [
        "check_estimator_cloneable",
        "check_estimator_repr",
        "check_estimator_tags_renamed",
        "check_valid_tag_types",
        "check_no_attributes_set_in_init",
        "check_parameters_default_constructible",
        "check_get_params_invariance",
        "check_set_params",
        "check_do_not_raise_errors_in_init_or_set_params",
        "check_mixin_order",
    ],
)
def test_checks_of_scikit_learn(check):
    getattr(estimator_checks, check)("LBPHistogram", LBPHistogram())


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        ([], "at least one picture, got none"),
        (PICTURES[0], r"must hold pictures \(H, W\), got one of the shape \(30,\)"),
        ([PICTURES], r"got one of the shape \(5, 20, 30\)"),
    ],
)
def test_what_is_no_pictures(pictures, message):
    with pytest.raises(ValueError, match=message):
        LBPHistogram().fit(pictures)


def test_fit_refuses_parameters_that_no_picture_can_take():
    with pytest.raises(ValueError, match="method must be one of"):
        LBPHistogram(method="riu2").fit(PICTURES)
    with pytest.raises(TypeError, match="sequence of pairs"):
        LBPHistogram(scales=(8, 1)).fit(PICTURES)


def test_a_classifier_tells_hands_from_their_blocks_shuffled():
    """Shuffling the pixels of each row leaves the grey levels as they are, and no texture."""
    rng = np.random.default_rng(1)
    hands = [draw_hand(age, age % 2 == 0, seed=age, size=96) for age in range(12, 212, 10)]
    shuffled = [rng.permuted(hand, axis=1) for hand in hands]
    labels = [0] * len(hands) + [1] * len(shuffled)
    model = make_pipeline(LBPHistogram([(8, 1), (16, 2)]), StandardScaler(), SVC())
    assert cross_val_score(model, [*hands, *shuffled], labels, cv=4).mean() == 1


def test_examples_of_the_docstrings():
    assert doctest.testmod(ril.sklearn).attempted > 0
    assert doctest.testmod(ril.sklearn).failed == 0
