"""Files as they come: each bad one gets its own message and stops no other."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.train.verbs.conftest import SMALL
from train.data.film.poses import POSES, Pose, posed
from train.data.phantom import draw_hand


@pytest.fixture(scope="module")
def hand() -> np.ndarray:
    return draw_hand(120, True, 3, size=200)


@pytest.fixture
def run(data_set: Path, tmp_path: Path, run_verb) -> Path:
    folder = tmp_path / "run"
    assert run_verb("fit", "--data", data_set, "--out", folder, *SMALL, "--epochs", "1")[0] == 0
    return folder


def picture_bomb() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def write_corpus(folder: Path, hand: np.ndarray) -> dict[str, str]:
    """Write good and bad files; name -> what is to be said of it, "" for an age without a word."""
    folder.mkdir()
    grey = Image.fromarray(hand)
    encoded = cv2.imencode(".png", hand)[1].tobytes()
    for name, content in {
        "truncated.png": encoded[: len(encoded) // 2],
        "zero.png": b"",
        "bomb.png": picture_bomb(),
        "document.png": b"%PDF-1.7",
        "renamed.jpg": encoded,
    }.items():
        (folder / name).write_bytes(content)
    cv2.imwrite(str(folder / "sixteen.png"), hand.astype(np.uint16) * 257)
    cv2.imwrite(str(folder / "inverted.png"), 255 - hand)
    cv2.imwrite(str(folder / "upside_down.png"), hand[::-1, ::-1])
    cv2.imwrite(str(folder / "tiny.png"), hand[:1, :1])
    cv2.imwrite(str(folder / "blank.png"), np.full((200, 200), 90, np.uint8))
    grey.convert("RGB").convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    grey.convert("P").save(folder / "palette.png")
    Image.merge("RGBA", [grey] * 3 + [Image.new("L", grey.size, 255)]).save(folder / "alpha.png")
    grey.save(folder / "bitmap.bmp")
    return {
        "truncated.png": "error: {}: the file is cut short",
        "zero.png": "error: {}: the file is empty",
        "bomb.png": "error: {}: 30000 x 30000 pixels are more than 100,000,000",
        "document.png": "error: {}: not a PNG, JPEG, WebP, TIFF, BMP or DICOM file",
        "tiny.png": "error: {}: 1 x 1 pixels are too few",
        "blank.png": "error: {}: does not look like a radiograph of one hand",
        "inverted.png": "note: {}: looks inverted (bones dark); righted before it was read",
        "upside_down.png": "note: {}: looks upside down; righted before it was read",
        **dict.fromkeys(
            ("renamed.jpg", "sixteen.png", "cmyk.jpg", "palette.png", "alpha.png", "bitmap.bmp"), ""
        ),
    }


def test_each_bad_file_gets_its_own_message_and_stops_no_other(
    run: Path, run_verb, hand: np.ndarray, tmp_path: Path
) -> None:
    expected = write_corpus(tmp_path / "corpus", hand)
    table_file = tmp_path / "ages.csv"
    for options, status in (((), 1), (("--skip-bad",), 0)):
        found, _, error = run_verb(
            "predict", run, tmp_path / "corpus", "--out", table_file, *options
        )
        assert found == status
        for name, message in expected.items():
            path = tmp_path / "corpus" / name
            assert message.format(path) in error
            assert message or str(path) not in error, name
    ages = pd.read_csv(table_file, dtype=str).set_index("file")
    assert ages["class"].dropna().str.isdecimal().all()
    ages = ages["bone_age_months"].astype(float)
    ages.index = [Path(file).name for file in ages.index]
    is_bad = pd.Series(expected).str.startswith("error")
    assert ages.isna().to_dict() == is_bad.to_dict()
    lossless = ages.drop(["cmyk.jpg", "sixteen.png"]).dropna()
    assert lossless.nunique() == 1, "the same hand, righted or not, has one age"


def test_as_is_takes_any_picture(run: Path, run_verb, hand: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "inverted.png"
    cv2.imwrite(str(path), posed(hand, Pose(is_inverted=True)))
    status, _, error = run_verb("predict", run, path, "--as-is")
    assert (status, error) == (0, "")


@pytest.fixture
def faulty(data_set: Path, hand: np.ndarray) -> Path:
    """The data set with one of each fault."""
    pictures = data_set / "images"
    for number in range(1, 61):
        film = draw_hand(3 * number, number % 2 == 0, number, size=96)
        cv2.imwrite(str(pictures / f"{number}.png"), film)
    (pictures / "3.png").unlink()
    (pictures / "4.png").write_bytes(b"")
    cv2.imwrite(str(pictures / "40.png"), posed(hand, POSES[8]))
    cv2.imwrite(str(pictures / "41.png"), cv2.imread(str(pictures / "5.png")) // 2)
    label_file = data_set / "boneage-training-dataset.csv"
    text = label_file.read_text().replace("\n7,21,False", "\n7,NaN,False")
    label_file.write_text(text + "8,24,True\n")
    return data_set


def test_the_check_says_everything_at_once(faulty: Path, tmp_path: Path, run_verb) -> None:
    out = tmp_path / "report"
    status, printed, _ = run_verb(
        "data", "check", faulty, "--out", out, "--num-test", 12, "--num-workers", 0
    )
    assert status == 1
    for message in (
        "line 4: id 3 has no picture",
        "line 8: the bone age of id 7 is missing",
        "line 62: id 8 is already in line 9; keep one",
        "4.png: the file is empty",
        "40.png: inverted (bones dark)",
        "41.png: the same film as",
        "labelled 123 and 15 months",
    ):
        assert message in printed
    findings = pd.read_csv(out / "findings.csv").set_index("id")
    assert findings.loc[41, "kind"] == "same film in training and test rows"
    assert findings.loc[40, "kind"] == "inverted"
    for name in ("ages.png", "contact_sheet.png"):
        assert cv2.imread(str(out / name)).std() > 0


def test_skip_bad_trains_without_the_rows_at_fault(faulty: Path, tmp_path: Path, run_verb) -> None:
    (faulty / "images" / "4.png").unlink()  # what cannot be decoded is found by the check alone
    options = ("--data", faulty, "--out", tmp_path / "new", *SMALL, "--epochs", "1")
    assert run_verb("fit", *options)[0] == 1
    status, printed, _ = run_verb("fit", *options, "--skip-bad")
    assert status == 0
    assert "left out: line 8: the bone age of id 7 is missing" in printed
    split = pd.read_csv(tmp_path / "new" / "split.csv")
    assert set(range(1, 61)) - set(split["id"]) == {3, 4, 7}


def test_a_check_of_good_data(data_set: Path, tmp_path: Path, run_verb) -> None:
    for number in range(1, 61):
        film = draw_hand(3 * number, number % 2 == 0, number, size=96)
        cv2.imwrite(str(data_set / "images" / f"{number}.png"), film)
    out = tmp_path / "report"
    status, printed, _ = run_verb("data", "check", data_set, "--out", out)
    assert status == 0
    assert "60 pictures read" in printed


def test_data_without_sexes_goes_the_whole_way(data_set: Path, tmp_path: Path, run_verb) -> None:
    run = tmp_path / "run"
    options = ("--sex-column", "none", *SMALL, "--epochs", "1")
    assert run_verb("fit", "--data", data_set, "--out", run, *options)[0] == 0
    status, printed, _ = run_verb("evaluate", run, "--num-workers", 0)
    assert status == 0
    assert "girls" not in printed
