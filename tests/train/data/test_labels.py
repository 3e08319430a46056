from pathlib import Path

import cv2
import numpy as np
import pytest

from train.data.labels import label_hash, read_data_set, read_labels
from train.errors import UserError

RSNA_HASH = "01ca8caf1117fb21780dd4276bc1eb6cc630061f5b66388fcb39a76a3dc8600d"
FIRST_1376_HASH = "906c59ec8a390490a424fed5dd30b00a715fada4f25739979f1158dfb0111750"


def write(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_official_layout(data_set: Path) -> None:
    labelled = read_data_set(data_set)
    assert labelled.table.columns.tolist() == ["id", "bone_age_months", "is_male", "path"]
    row = labelled.table.iloc[9]
    assert (row["id"], row["bone_age_months"], row["is_male"]) == (10, 30, True)
    assert Path(row["path"]) == data_set / "images" / "10.png"


def test_rows_are_ordered_by_id_as_a_number(tmp_path: Path) -> None:
    path = write(tmp_path, "id,boneage,male\n10000,12,True\n999,24,False\n")
    assert read_labels(path)["id"].tolist() == [999, 10000]


def test_byte_order_mark_spaces_case_and_column_order_do_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffMale, ID ,BoneAge\n FALSE,3,12\ntrue,4,13\n")
    table = read_labels(path)
    assert table["is_male"].tolist() == [False, True]
    assert table["bone_age_months"].tolist() == [12, 13]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,age,male\n1,12,True\n", "expected the columns id, boneage, male; found id, age, male"),
        ("id,boneage,male\n1,12,True\n2,0,True\n", "line 3: bone age 0 of id 2 is outside 1..228"),
        ("id,boneage,male\n1,229,True\n", "line 2: bone age 229 of id 1 is outside"),
        ("id,boneage,male\n1,12.5,True\n", r"line 2: boneage \(months\) must be a whole number"),
        ("id,boneage,male\n1,,True\n", r"line 2: boneage \(months\) must be .* got ''"),
        ("id,boneage,male\nx,12,True\n", "line 2: id must be a whole number, got 'x'"),
        ("id,boneage,male\n1,12,yes\n", "line 2: male must be True or False, got 'yes'"),
        ("id,boneage,male\n1,12,True\n7,9,True\n1,3,True\n", "line 4: id 1 is already in line 2"),
        ("id,boneage,male\n", "has a header but no rows"),
        ("", "not a readable CSV file"),
    ],
)
def test_each_fault_names_its_row(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read_labels(write(tmp_path, text))
    assert "labels.csv" in str(caught.value)


def test_missing_picture_names_its_id(data_set: Path) -> None:
    (data_set / "images" / "17.png").unlink()
    with pytest.raises(UserError, match=r"id 17 has no picture \(1 of 60 rows lack one\)"):
        read_data_set(data_set)


def test_two_pictures_of_one_id_are_refused(data_set: Path) -> None:
    cv2.imwrite(str(data_set / "images" / "17.jpg"), np.zeros((9, 9), np.uint8))
    with pytest.raises(UserError, match=r"second picture of the same id"):
        read_data_set(data_set)


def test_folder_without_labels_or_pictures(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        read_data_set(tmp_path / "nowhere")
    with pytest.raises(UserError, match="found no label file"):
        read_data_set(tmp_path)
    (tmp_path / "train.csv").write_text("id,boneage,male\n1,12,True\n")
    with pytest.raises(UserError, match="found no folder of pictures"):
        read_data_set(tmp_path)


def test_hash_does_not_depend_on_order_or_spelling(tmp_path: Path) -> None:
    one = label_hash(read_labels(write(tmp_path, "id,boneage,male\n2,24,False\n1,12,True\n")))
    two = label_hash(read_labels(write(tmp_path, "male,id,boneage\nTRUE,1,12\nfalse,2,24\n")))
    other = label_hash(read_labels(write(tmp_path, "id,boneage,male\n2,24,True\n1,12,True\n")))
    assert one == two != other


def test_official_training_set(rsna_train: Path) -> None:
    labelled = read_data_set(rsna_train)
    assert len(labelled.table) == 12611
    assert labelled.label_hash == RSNA_HASH
    assert label_hash(labelled.table.iloc[:1376]) == FIRST_1376_HASH
