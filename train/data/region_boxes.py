"""Boxes that experts drew around the regions of a radiograph that they read."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.picture_file import PictureFile
from train.errors import UserError, require

ASPECT_TOLERANCE = 0.02
"""A side of a small copy is rounded to whole pixels."""
CORNERS = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True)
class RegionBoxes:
    """The boxes of one radiograph.

    Attributes:
        regions: name of each of K boxes, such as `MCP`.
        corners: (K, 4) float64: left, upper, right and lower edge in the coordinates of windows,
            -1..1 over the letterboxed square, whatever the resolution of the picture.
        aspect_ratio: width over height of the picture that was drawn on.
    """

    regions: tuple[str, ...]
    corners: np.ndarray
    aspect_ratio: float

    def require_fit(self, radiograph: np.ndarray, path: PictureFile) -> None:
        """Raise a UserError where a (H, W) picture has another shape: boxes would be misplaced."""
        height, width = radiograph.shape
        if abs(width / height / self.aspect_ratio - 1) > ASPECT_TOLERANCE:
            raise UserError(
                f"{path}: is {width / height:.3f} times as wide as high, but its boxes were drawn "
                f"on a picture {self.aspect_ratio:.3f} times as wide; it was cut or squeezed"
            )


def read_region_boxes(folder: Path) -> dict[str, RegionBoxes]:
    """Read a folder of Pascal VOC files `<id>.xml`, one a radiograph.

    They hold the size of the picture that was drawn on, and boxes in its pixels; Koitka et al.
    (PLOS ONE 2018) publish such files for radiographs of the RSNA training set.

    Returns:
        Boxes by id; a radiograph on which none was drawn is left out.

    Raises:
        UserError: the folder or a file is wrong; names the file and what is wrong in it.
    """
    require(folder.is_dir(), "--boxes must be a folder of XML files", folder)
    files = sorted(folder.glob("*.xml"))
    if not files:
        raise UserError(f"{folder}: holds no XML file; give the folder with <id>.xml files")
    boxes = {file.stem: _read(file) for file in files}
    return {name: found for name, found in boxes.items() if found.regions}


def _read(file: Path) -> RegionBoxes:
    try:
        root = ElementTree.parse(file).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise UserError(f"{file}: not a readable XML file: {error}") from error
    width, height = _number(root, "size/width", file), _number(root, "size/height", file)
    require(min(width, height) > 0, f"{file}: width and height must be above 0", (width, height))
    objects = root.findall("object")
    pixels = [_pixels(found, width, height, file) for found in objects]
    return RegionBoxes(
        tuple(found.findtext("name", "").strip() or "unnamed" for found in objects),
        _letterboxed(np.array(pixels, dtype=np.float64).reshape(-1, 4), width, height),
        width / height,
    )


def _pixels(found: ElementTree.Element, width: float, height: float, file: Path) -> list[float]:
    corners = [_number(found, f"bndbox/{name}", file) for name in CORNERS]
    left, upper, right, lower = corners
    require(
        0 <= left < right <= width and 0 <= upper < lower <= height,
        f"{file}: xmin, ymin, xmax, ymax must be a box in a picture of {width:g} x {height:g}",
        corners,
    )
    return corners


def _number(element: ElementTree.Element, path: str, file: Path) -> float:
    text = element.findtext(path)
    if text is None:
        raise UserError(f"{file}: has no {path} in <{element.tag}>; expected Pascal VOC")
    try:
        return float(text)
    except ValueError as error:
        raise UserError(f"{file}: {path} must be a number, got {text!r}") from error


def _letterboxed(pixels: np.ndarray, width: float, height: float) -> np.ndarray:
    """(K, 4) pixels -> (K, 4) in -1..1 along the longest side, centred along the other."""
    size = np.array([width, height, width, height])
    return (2 * pixels - size) / max(width, height)
