"""Every layout in which the labels come, and everything that can be wrong with them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from train.data.label_format import LabelFormat
from train.data.label_rows import Fault, read_label_rows
from train.data.labels import LabelledRadiographs, inspect_data_set, label_hash, read_data_set
from train.errors import UserError

RSNA_HASH = "01ca8caf1117fb21780dd4276bc1eb6cc630061f5b66388fcb39a76a3dc8600d"
FIRST_1376_HASH = "906c59ec8a390490a424fed5dd30b00a715fada4f25739979f1158dfb0111750"


def read(folder: Path, text: str, **label_format: object):
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return read_label_rows(path, LabelFormat(**label_format))


def write_pictures(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        assert cv2.imwrite(str(folder / name), np.zeros((20, 20), np.uint8))


def ages(labelled: LabelledRadiographs) -> dict[object, float]:
    return dict(zip(labelled.table["id"], labelled.table["bone_age_months"], strict=True))


def test_official_training_layout(data_set: Path) -> None:
    labelled = read_data_set(data_set)
    assert labelled.table.columns.tolist() == ["id", "bone_age_months", "is_male", "path"]
    row = labelled.table.iloc[9]
    assert (row["id"], row["bone_age_months"], row["is_male"]) == (10, 30, True)
    assert Path(row["path"]) == data_set / "images" / "10.png"


def test_doubled_folder_of_the_training_archive(tmp_path: Path) -> None:
    write_pictures(tmp_path / "boneage-training-dataset" / "boneage-training-dataset", "1377.png")
    (tmp_path / "boneage-training-dataset.csv").write_text("id,boneage,male\n1377,180,False\n")
    assert ages(read_data_set(tmp_path)) == {1377: 180}


def test_official_validation_layout(tmp_path: Path) -> None:
    for part, name in ((1, "1386.png"), (2, "10018.png")):
        folder = f"boneage-validation-dataset-{part}"
        write_pictures(tmp_path / "Bone Age Validation Set" / folder / folder, name)
    header = "Image ID,male,Bone Age (months)"
    (tmp_path / "Validation Dataset.csv").write_text(f"{header}\n1386,TRUE,30\n10018,false,108\n")
    labelled = read_data_set(tmp_path)
    assert ages(labelled) == {1386: 30, 10018: 108}
    assert labelled.table["is_male"].tolist() == [True, False]


def test_official_test_layout(tmp_path: Path) -> None:
    write_pictures(tmp_path / "Bone+Age+Test+Set" / "Test Set Images", "4360.png", "4361.png")
    header = "Case ID,Sex,Ground truth bone age (months)"
    (tmp_path / "Bone age ground truth.csv").write_text(f"{header}\n4360,M,168.93\n4361,F,150.2\n")
    labelled = read_data_set(tmp_path)
    assert ages(labelled) == {4360: 168.93, 4361: 150.2}
    assert labelled.table["is_male"].tolist() == [True, False]


def test_the_spreadsheet_of_the_test_set_is_to_be_saved_as_csv(tmp_path: Path) -> None:
    (tmp_path / "Bone age ground truth.xlsx").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"Bone age ground truth\.xlsx: a spreadsheet; .* CSV"):
        read_data_set(tmp_path)


def test_test_labels_without_ages(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no column for the age; found Case ID, Sex"):
        read(tmp_path, "Case ID,Sex\n4360,M\n")


def test_any_csv_by_naming_its_columns(tmp_path: Path) -> None:
    write_pictures(tmp_path / "films" / "2019", "a_left.png")
    write_pictures(tmp_path / "films" / "2020", "b.jpg")
    (tmp_path / "notes.csv").write_text("x\n1\n")
    (tmp_path / "readings.csv").write_text(
        "film;no,reader 2,girl or boy\na_left.png,6.92,boy\nb,7.5,girl\n"
    )
    labelled = read_data_set(
        tmp_path,
        LabelFormat(
            label_file=Path("readings.csv"),
            picture_folder=Path("films"),
            id_column="film;no",
            age_column="reader 2",
            age_unit="years",
            sex_column="girl or boy",
        ),
    )
    assert ages(labelled) == {"a_left": 83, "b": 90}
    assert labelled.table["is_male"].tolist() == [True, False]


def test_a_column_tells_its_unit(tmp_path: Path) -> None:
    rows = read(tmp_path, "id,bone_age_years,sex\n1,6.5,M\n").table
    assert rows["bone_age_months"].tolist() == [78]


def test_data_without_sexes(tmp_path: Path) -> None:
    assert "is_male" not in read(tmp_path, "id,boneage\n1,12\n", sex_column="none").table
    with pytest.raises(UserError, match=r"no column for the sex; .* or --sex-column none"):
        read(tmp_path, "id,boneage\n1,12\n")


@pytest.mark.parametrize("by_sex", [False, True])
def test_folders_by_class(tmp_path: Path, by_sex: bool) -> None:
    """Classes count as numbers: 2 before 10."""
    top = tmp_path / "female" if by_sex else tmp_path
    write_pictures(top / "10", "7.png")
    write_pictures(top / "2", "8.png", "30.png")
    if by_sex:
        write_pictures(tmp_path / "Male" / "2", "9.png")
    labelled = read_data_set(tmp_path)
    expected = {7: 126.5, 8: 30.5, 30: 30.5} | ({9: 30.5} if by_sex else {})
    assert ages(labelled) == expected
    if by_sex:
        assert labelled.table.set_index("id")["is_male"].to_dict() == {
            7: False,
            8: False,
            9: True,
            30: False,
        }
    else:
        assert "is_male" not in labelled.table


def test_ids_of_named_pictures_do_not_follow_the_classes(tmp_path: Path) -> None:
    for k in range(3):
        write_pictures(tmp_path / str(k), *(f"film{number}.png" for number in range(20)))
    months = read_data_set(tmp_path).table["bone_age_months"]
    assert len(months.iloc[:20].unique()) == 3


def test_a_class_that_does_not_exist(tmp_path: Path) -> None:
    write_pictures(tmp_path / "19", "1.png")
    with pytest.raises(UserError, match=r"19: there are the classes 0\.\.18"):
        read_data_set(tmp_path)


def test_rows_are_ordered_by_id_as_a_number(tmp_path: Path) -> None:
    rows = read(tmp_path, "id,boneage,male\n10000,12,True\n999,24,False\n")
    assert rows.table["id"].tolist() == [999, 10000]


def test_byte_order_mark_spaces_case_and_column_order_do_not_matter(tmp_path: Path) -> None:
    table = read(tmp_path, "\ufeffMale, ID ,BoneAge\n FALSE,3,12\n\ntrue,4,13\n").table
    assert table["is_male"].tolist() == [False, True]
    assert table["bone_age_months"].tolist() == [12, 13]
    assert table["line"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("1,12,True\n2,0,True\n", 3, "bone age 0 months of id 2 is outside 1..228 months"),
        ("1,229,True\n", 2, "bone age 229 months of id 1 is outside 1..228 months"),
        ("1,x,True\n", 2, "boneage of id 1 must be a number, got 'x'"),
        ("1,,True\n", 2, "the bone age of id 1 is missing"),
        ("1,NaN,True\n", 2, "the bone age of id 1 is missing"),
        (",12,True\n", 2, "the id is missing"),
        ("1,12,maybe\n", 2, "male must be True or False, got 'maybe'"),
        ("1,12,\n", 2, "male must be True or False, got ''"),
        ("1,12,True\n7,9,True\n1.png,3,True\n", 4, "id 1 is already in line 2; keep one"),
    ],
)
def test_each_fault_names_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    rows = read(tmp_path, "id,boneage,male\n" + text)
    assert rows.faults == [Fault(line, message)]
    assert line not in rows.table["line"].tolist()


def test_numbers_are_no_sexes_unless_the_column_says_what_they_mean(tmp_path: Path) -> None:
    assert read(tmp_path, "id,boneage,male\n1,12,1\n").table["is_male"].tolist() == [True]
    faults = read(tmp_path, "id,boneage,sex\n1,12,1\n").faults
    assert faults == [Fault(2, "sex must be M or F, got '1'")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,age,male\n1,12,True\n", "no column for the age; found id, age, male"),
        ("id,boneage,male,sex\n1,1,1,M\n", "the columns male and sex both look like the sex"),
        ("id,boneage,male\n", "has a header but no rows"),
        ("", "not a readable CSV file"),
    ],
)
def test_unreadable_label_files(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read(tmp_path, text)
    assert "labels.csv" in str(caught.value)


def test_a_misspelt_column(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no column 'bonage'; found id, boneage, male"):
        read(tmp_path, "id,boneage,male\n1,12,True\n", age_column="bonage")


def test_years_taken_for_months(tmp_path: Path) -> None:
    text = "id,boneage,male\n" + "".join(f"{i},{i},True\n" for i in range(1, 19))
    with pytest.raises(UserError, match="largest boneage is 18, so these look like years"):
        read(tmp_path, text)
    infants = read(tmp_path, text, age_unit="months")
    assert infants.table["bone_age_months"].max() == 18
    assert read(tmp_path, text, age_unit="years").table["bone_age_months"].max() == 216


def test_months_taken_for_years(tmp_path: Path) -> None:
    text = "id,boneage,male\n" + "".join(f"{i},{12 * i},True\n" for i in range(1, 19))
    with pytest.raises(UserError, match="look like months; say --age-unit months"):
        read(tmp_path, text, age_unit="years")


def test_missing_picture_names_its_line_and_id(data_set: Path) -> None:
    (data_set / "images" / "17.png").unlink()
    (data_set / "images" / "19.png").unlink()
    message = r"dataset\.csv, line 18: id 17 has no picture \(1 more faults; `python -m train data"
    with pytest.raises(UserError, match=message):
        read_data_set(data_set)
    inspection = inspect_data_set(data_set, LabelFormat())
    assert [fault.line for fault in inspection.faults] == [18, 20]
    assert len(inspection.table) == 58


def test_two_pictures_of_one_id_are_refused(data_set: Path) -> None:
    write_pictures(data_set / "images", "17.jpg")
    with pytest.raises(UserError, match=r"id 17 has 2 pictures, .* or name --picture-folder"):
        read_data_set(data_set)


def test_leading_zeros(tmp_path: Path) -> None:
    write_pictures(tmp_path, "0017.png")
    (tmp_path / "labels.csv").write_text("id,boneage,male\n17,30,True\n")
    assert ages(read_data_set(tmp_path)) == {17: 30}


def test_folder_without_labels_or_pictures(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        read_data_set(tmp_path / "nowhere")
    with pytest.raises(UserError, match="found no label file"):
        read_data_set(tmp_path)
    (tmp_path / "a.csv").write_text("id,boneage,male\n1,12,True\n")
    with pytest.raises(UserError, match="found no pictures"):
        read_data_set(tmp_path)
    (tmp_path / "b.csv").write_text("")
    with pytest.raises(UserError, match=r"several label files \(a\.csv, b\.csv\)"):
        read_data_set(tmp_path)
    with pytest.raises(UserError, match=r"c\.csv: no such label file"):
        read_data_set(tmp_path, LabelFormat(label_file=Path("c.csv")))


def test_hash_does_not_depend_on_order_or_spelling(tmp_path: Path) -> None:
    one = label_hash(read(tmp_path, "id,boneage,male\n2,24,False\n1,12,True\n").table)
    two = label_hash(read(tmp_path, "sex,id,boneage\nM,1,12.0\nf,2,24\n").table)
    other = label_hash(read(tmp_path, "id,boneage,male\n2,24,True\n1,12,True\n").table)
    assert one == two != other


def test_official_training_set(rsna_train: Path) -> None:
    labelled = read_data_set(rsna_train)
    assert len(labelled.table) == 12611
    assert labelled.label_hash == RSNA_HASH
    assert label_hash(labelled.table.iloc[:1376]) == FIRST_1376_HASH
