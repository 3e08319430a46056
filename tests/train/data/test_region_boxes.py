from pathlib import Path

import numpy as np
import pytest

from tests.train.conftest import REAL_DATA
from train.data.region_boxes import read_region_boxes
from train.errors import UserError

OBJECT = """<object><name>{}</name><bndbox>
<xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"""


def voc(*objects: tuple[str, int, int, int, int], size: tuple[int, int] = (100, 200)) -> str:
    width, height = size
    boxes = "".join(OBJECT.format(*box) for box in objects)
    size_element = f"<size><width>{width}</width><height>{height}</height></size>"
    return f"<annotation>{size_element}{boxes}</annotation>"


def test_pixels_become_coordinates_of_windows(tmp_path: Path) -> None:
    (tmp_path / "7.xml").write_text(voc(("MCP", 0, 0, 100, 200), ("Ulna", 50, 100, 75, 150)))
    (tmp_path / "12.xml").write_text(voc(("DIP", 0, 0, 200, 50), size=(200, 100)))
    (tmp_path / "9.xml").write_text(voc())  # nothing drawn
    boxes = read_region_boxes(tmp_path)
    assert set(boxes) == {"7", "12"}
    assert boxes["7"].regions == ("MCP", "Ulna")
    assert boxes["7"].corners.tolist() == [[-0.5, -1, 0.5, 1], [0, 0, 0.25, 0.5]]
    assert boxes["12"].corners.tolist() == [[-1, -0.5, 1, 0]]
    assert (boxes["7"].aspect_ratio, boxes["12"].aspect_ratio) == (0.5, 2)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("7.xml", "<annotation", "7.xml: not a readable XML file"),
        ("7.xml", "<annotation/>", "7.xml: has no size/width in <annotation>"),
        ("7.xml", voc(size=(0, 5)), "7.xml: width and height must be above 0"),
        ("7.xml", voc(("MCP", 5, 5, 5, 9)), r"must be a box in a picture of 100 x 200, got \[5"),
        ("7.xml", voc(("MCP", 5, 5, 101, 9)), "must be a box in a picture of 100 x 200"),
        ("7.xml", voc(("MCP", 5, 5, "?", 9)), r"bndbox/xmax must be a number, got '\?'"),
        ("7.xml", voc().replace("</size>", "</size><object/>"), "has no bndbox/xmin in <object>"),
        ("7.txt", "", "holds no XML file"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=message):
        read_region_boxes(tmp_path)


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--boxes must be a folder .* got .*nowhere"):
        read_region_boxes(tmp_path / "nowhere")


def test_boxes_of_a_picture_of_another_shape_are_refused(tmp_path: Path) -> None:
    (tmp_path / "7.xml").write_text(voc(("MCP", 0, 0, 50, 50), size=(1277, 1624)))
    boxes = read_region_boxes(tmp_path)["7"]
    boxes.require_fit(np.zeros((250, 197), np.uint8), Path("7.png"))
    with pytest.raises(UserError, match=r"7\.png: is 1\.000 times as wide as high.* 0\.786"):
        boxes.require_fit(np.zeros((299, 299), np.uint8), Path("7.png"))


def test_the_published_boxes() -> None:
    folder = REAL_DATA / "annotations" / "razorx89_ossification_rois" / "train"
    if not folder.is_dir():
        pytest.skip(f"needs the published boxes in {folder}")
    boxes = read_region_boxes(folder)
    assert len(boxes) == 239  # 240 files, one of which marks nothing
    names = [name for found in boxes.values() for name in found.regions]
    assert set(names) == {"DIP", "PIP", "MCP", "Radius", "Ulna", "Wrist"}
    wrists = [
        found.corners[found.regions.index("Wrist")].reshape(2, 2).mean(axis=0)
        for found in boxes.values()
    ]
    np.testing.assert_allclose(np.mean(wrists, axis=0), [0.01, 0.36], atol=0.01)
