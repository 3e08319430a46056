"""Files as they come: each bad one gets its own message and stops no other."""

import shutil
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
from train.data.label_format import LabelFormat
from train.data.labels import read_data_set
from train.data.phantom import draw_hand
from train.data.splits import SplitConfig, split_rows
from train.engine.checkpoints import newest_checkpoint


def newest_weights(run: Path) -> bytes:
    newest = newest_checkpoint(run / "checkpoints")
    assert newest is not None
    return (newest.path / "network.safetensors").read_bytes()


@pytest.fixture(scope="module")
def hand() -> np.ndarray:
    return draw_hand(120, True, 3, size=200)


@pytest.fixture
def run(data_set: Path, tmp_path: Path, run_verb, tiny_network) -> Path:
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


def test_skip_bad_trains_without_the_rows_at_fault(
    faulty: Path, tmp_path: Path, run_verb, tiny_network
) -> None:
    options = ("--data", faulty, "--out", tmp_path / "new", *SMALL, "--epochs", "1")
    assert run_verb("fit", *options)[0] == 1
    status, printed, _ = run_verb("fit", *options, "--skip-bad")
    assert status == 0
    assert "left out: line 8: the bone age of id 7 is missing" in printed
    split = pd.read_csv(tmp_path / "new" / "split.csv")
    assert set(range(1, 61)) - set(split["id"]) == {3, 4, 7}


@pytest.fixture
def corpus_as_data(data_set: Path, hand: np.ndarray) -> tuple[Path, dict[int, str]]:
    """The corpus as every fourth row, 1, 5, 9, ..; id -> what is to be said of it, if anything."""
    messages = {}
    for row, (name, message) in enumerate(write_corpus(data_set / "corpus", hand).items()):
        number, file = 4 * row + 1, data_set / "corpus" / name
        (data_set / "images" / f"{number}.png").unlink()
        placed = file.rename(data_set / "images" / f"{number}{file.suffix}")
        cannot_be_read = message.startswith("error") and name != "blank.png"
        messages[number] = message.format(placed).removeprefix("error: ") if cannot_be_read else ""
    (data_set / "corpus").rmdir()
    label_file = data_set / "boneage-training-dataset.csv"
    text = label_file.read_text().replace("\n2,6,True", "\n2,NaN,True")
    label_file.write_text(text + "4,12,True\n")
    return data_set, messages


def test_skip_bad_leaves_out_what_cannot_be_read_and_nothing_else(
    corpus_as_data, tmp_path: Path, run_verb, tiny_network
) -> None:
    data, messages = corpus_as_data
    unreadable = {number for number, message in messages.items() if message}
    assert len(unreadable) == 5
    runs = {"cached": (), "from_the_cache": (), "loose": ("--no-cache",)}
    for name, options in runs.items():
        fit = ("fit", "--data", data, "--out", tmp_path / name, *SMALL, "--epochs", 1, "--skip-bad")
        status, printed, error = run_verb(*fit, *options)
        assert status == 0, error
        left_out = [line for line in printed.splitlines() if line.startswith("left out: ")]
        assert len(left_out) == 7
        assert all(f"left out: {messages[number]}" in printed for number in unreadable)
        assert "left out: line 3: the bone age of id 2 is missing" in left_out
        assert "left out: line 62: id 4 is already in line 5; keep one" in left_out
    assert len({newest_weights(tmp_path / name) for name in runs}) == 1
    good = read_data_set(data, LabelFormat(skip_bad=True)).table
    by_labels = split_rows(good, SplitConfig(num_test=12, num_validation=12), seed=0)
    split = pd.read_csv(tmp_path / "cached" / "split.csv")
    for part, rows in vars(by_labels).items():
        kept = [number for number in rows["id"] if number not in unreadable]
        assert split["id"][split["part"] == part].tolist() == kept
    status, printed, error = run_verb("evaluate", tmp_path / "cached", "--num-workers", 0)
    assert status == 0, error
    in_test = unreadable & set(by_labels.test["id"])
    assert in_test
    assert all(f"left out: id {number} could not be read by `fit`" in printed for number in in_test)
    judged = pd.read_csv(tmp_path / "cached" / "evaluation_test" / "predictions.csv")
    assert judged["id"].tolist() == [n for n in by_labels.test["id"] if n not in unreadable]


def test_too_few_readable_pictures_are_named(data_set: Path, tmp_path: Path, run_verb) -> None:
    for number in range(13, 46):  # 1 to 12 are for the test; fifteen are left for the rest
        (data_set / "images" / f"{number}.png").write_bytes(b"")
    fit = ("fit", "--data", data_set, "--out", tmp_path / "run", *SMALL, "--batch-size", 16)
    status, _, error = run_verb(*fit, "--skip-bad")
    assert status == 1
    assert "training rows do not fill one batch of 16; lower --batch-size" in error


def test_other_data_are_judged_without_what_cannot_be_read(
    run: Path, corpus_as_data, run_verb
) -> None:
    data, messages = corpus_as_data
    evaluate = ("evaluate", run, "--data", data, "--part", "all", "--num-workers", 0)
    assert run_verb(*evaluate)[0] == 1
    status, printed, error = run_verb(*evaluate, "--skip-bad")
    assert status == 0, error
    assert all(f"left out: {message}" in printed for message in messages.values() if message)
    judged = pd.read_csv(run / "evaluation_all" / "predictions.csv")
    assert len(judged) == 60 - 1 - 5


def test_without_skip_bad_a_row_that_it_left_out_stops_training(
    corpus_as_data, tmp_path: Path, run_verb, tiny_network
) -> None:
    """Although the other pictures are in the cache."""
    data, _ = corpus_as_data
    for file in data.glob("*.csv"):
        file.write_text(file.read_text().replace("NaN", "6").removesuffix("4,12,True\n"))
    for name, options, expected in (("bad", ("--skip-bad",), 0), ("good", (), 1)):
        fit = ("fit", "--data", data, "--out", tmp_path / name, *SMALL, "--epochs", 1, *options)
        status, _, error = run_verb(*fit)
        assert status == expected, error
    assert f"{data / 'images' / '1.png'}: the file is cut short" in error


def test_a_resumed_run_leaves_out_the_rows_that_it_began_without(
    corpus_as_data, tmp_path: Path, run_verb, tiny_network
) -> None:
    data, messages = corpus_as_data
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    status, _, error = run_verb("fit", "--data", data, "--out", whole, *SMALL, "--skip-bad")
    assert status == 0, error
    shutil.copytree(whole, cut)
    shutil.rmtree(newest_checkpoint(cut / "checkpoints").path)
    good = data / "images" / "60.png"
    content = good.read_bytes()
    good.write_bytes(content[:100])
    status, _, error = run_verb("fit", "--resume", cut)
    assert status == 1
    assert f"{good}: the file is cut short" in error
    good.write_bytes(content)
    repaired = next(number for number, message in messages.items() if "cut short" in message)
    (data / "images" / f"{repaired}.png").write_bytes(content)
    status, printed, error = run_verb("fit", "--resume", cut)
    assert status == 0, error
    assert f"left out: id {repaired} could not be read when the run began" in printed
    assert newest_weights(cut) == newest_weights(whole)


def test_the_check_names_every_file_of_the_corpus(corpus_as_data, tmp_path: Path, run_verb) -> None:
    data, messages = corpus_as_data
    out = tmp_path / "report"
    assert run_verb("data", "check", data, "--out", out, "--num-workers", 0)[0] == 1
    findings = pd.read_csv(out / "findings.csv")
    texts = findings["text"][findings["kind"] == "unreadable picture"]
    expected = [message for message in messages.values() if message]
    assert len(texts) == len(expected)
    assert all(texts.str.contains(message, regex=False).any() for message in expected)
    inverted = findings["text"][findings["kind"] == "inverted"]
    assert inverted.str.contains("25.png: inverted (bones dark)", regex=False).any()
    wrong = findings["text"][findings["kind"] == "label or picture missing or wrong"].tolist()
    assert wrong == ["the bone age of id 2 is missing", "id 4 is already in line 5; keep one"]


def test_years_taken_for_months_are_no_matter_of_single_rows(
    data_set: Path, run: Path, tmp_path: Path, run_verb
) -> None:
    lines = [f"{number},{number / 4},{number % 2 == 0}" for number in range(1, 61)]
    label_file = data_set / "boneage-training-dataset.csv"
    label_file.write_text("\n".join(["id,boneage,male", *lines]) + "\n")
    for command in (
        ("fit", "--data", data_set, "--out", tmp_path / "new", *SMALL, "--skip-bad"),
        ("evaluate", run, "--data", data_set, "--skip-bad"),
        ("data", "check", data_set, "--out", tmp_path / "report"),
    ):
        status, _, error = run_verb(*command)
        assert status == 1
        assert "the largest boneage is 15, so these look like years; say --age-unit years" in error


def test_a_check_of_good_data(data_set: Path, tmp_path: Path, run_verb) -> None:
    for number in range(1, 61):
        film = draw_hand(3 * number, number % 2 == 0, number, size=96)
        cv2.imwrite(str(data_set / "images" / f"{number}.png"), film)
    out = tmp_path / "report"
    status, printed, _ = run_verb("data", "check", data_set, "--out", out)
    assert status == 0
    assert "60 pictures read" in printed


def test_data_without_sexes_goes_the_whole_way(
    data_set: Path, tmp_path: Path, run_verb, tiny_network
) -> None:
    run = tmp_path / "run"
    options = ("--sex-column", "none", *SMALL, "--epochs", "1")
    assert run_verb("fit", "--data", data_set, "--out", run, *options)[0] == 0
    status, printed, _ = run_verb("evaluate", run, "--num-workers", 0)
    assert status == 0
    assert "girls" not in printed
