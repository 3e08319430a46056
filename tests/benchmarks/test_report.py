"""Tables, verdicts, the file and the place in the README, from made-up samples."""

import json

import pytest

from benchmarks.interleaved import Spread
from benchmarks.records import SCALES, Entry, Group, Record, dump
from benchmarks.report.document import (
    MARKERS,
    between_markers,
    page,
    readme_part,
    targets_of,
    write_report,
)
from benchmarks.report.tables import peers_table, table, targets_table
from benchmarks.targets import Target, targets

PIXELS = 512 * 512


def record(program, scales, nanoseconds, instruction_set="", **fields):
    seconds = [nanoseconds * factor * PIXELS / 1e9 for factor in (1.0, 1.0, 3.0)]
    entry = Entry(program, instruction_set, scales, **fields)
    return Record(entry, seconds, 0.5 if program == "mahotas" else 1.0)


@pytest.fixture
def group():
    records = [record("ril", (scale,), 1, "avx512") for scale in SCALES]
    records += [record("ril", SCALES, 2, "avx512"), record("ril", SCALES, 8, "avx2")]
    records += [record("scikit-image", (scale,), 200) for scale in SCALES]
    records += [record("mahotas", (SCALES[0],), 500)]
    return Group("peers 512", records)


@pytest.fixture
def results(group):
    step = Spread(10.0, 9.0, 11.0, 3)._asdict()
    return {
        "machine": {
            "cpu": "a processor",
            "cpu_family_model_stepping": ["1", "2", "3"],
            "flags": ["avx2"],
            "cores": 2,
            "load_average": 0.1,
            "os": "an OS",
            "python": "3",
            "compiler": "GCC",
            "instruction_set": "avx512",
            "packages": {"numpy": "2"},
            "ril": "0",
            "commit": "c",
            "command": "python -m benchmarks",
        },
        "picture": "a hand",
        "absent": {"fastlbp": "No module named 'fastlbp'"},
        "speed": [group.to_json()],
        "loader": [
            {
                "source": "phantom, PNG, 2000 x 1500",
                "num_files": 6,
                "milliseconds": {"decode": step, "resize": step, "lbp": step},
                "lbp_share": Spread(0.04, 0.03, 0.05, 3)._asdict(),
                "pictures_per_second": {"with LBP, workers: 1": step},
            }
        ],
        "instructions": {"skipped": "no tool"},
    }


def test_the_file_gives_back_what_was_measured(group):
    found = Group.from_json(json.loads(dump(group.to_json())))
    assert found.name == group.name
    for one, other in zip(found.records, group.records, strict=True):
        assert (one.entry, one.agreement) == (other.entry, other.agreement)
        assert one.seconds == pytest.approx(other.seconds, rel=1e-5)


def test_lists_of_numbers_lie_on_one_line():
    assert dump({"a": [1.5, -2, 3e-07], "b": ["x", "y"]}) == (
        '{\n "a": [1.5, -2, 3e-07],\n "b": [\n  "x",\n  "y"\n ]\n}\n'
    )


def test_verdicts(results, group):
    found = {target.name: target for target in targets({"peers 512": group}, results["loader"])}
    assert found["avx512, (8, 1), against scikit-image"].verdict == "not reached"  # 200 of 350
    assert found["avx512, (16, 2), against scikit-image"].verdict == "reached"  # 200 of 180
    # Three calls of 200 against one of 2, and against one of 8.
    assert found["avx512, three scales fused, against scikit-image"].value.median == pytest.approx(
        300
    )
    assert found["avx2, three scales fused, against scikit-image"].value.median == pytest.approx(75)
    assert found["avx2, three scales fused, against scikit-image"].verdict == "not reached"
    assert found["avx2, (8, 1), against scikit-image"].verdict == "not measured"
    assert found["what LBP adds to decoding and resizing a 2000 x 1500 PNG to 224"].verdict == (
        "reached"
    )


def test_a_bound_from_above():
    low, high = (Target("t", 5, False, Spread(v, v, v, 1), "%") for v in (4.9, 5.1))
    assert (low.verdict, high.verdict) == ("reached", "not reached")
    assert "<= 5 %" in targets_table([low])


def test_a_table_of_peers(group):
    rows = [line.split(" | ") for line in peers_table(group, "avx512").splitlines()]
    assert len({len(row) for row in rows}) == 1
    cells = {row[0].removeprefix("| "): row[1:] for row in rows[2:]}
    assert cells["**ril**, avx512"][:2] == ["1", ""]
    assert cells["scikit-image"][:2] == ["200", "200x"]
    assert cells["scikit-image"][6:8] == ["600", "300x"]  # the sum of three calls
    assert cells["mahotas"][2:4] == ["", ""]
    assert cells["mahotas"][-1].startswith("50.0 %")


def test_markdown():
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |\n"


def test_the_page_names_what_was_absent_and_skipped(results):
    text = page(results)
    assert "absent in this run: No module named 'fastlbp'" in text
    assert "Not counted: no tool." in text


def test_a_busy_machine_is_not_judged_by_the_clock_on_the_wall(results):
    threads = [
        record("ril", SCALES, nanoseconds, "avx512", num_threads=number)
        for number, nanoseconds in ((1, 4), (2, 2))
    ]
    results["speed"].append(Group("threads", threads).to_json())

    def verdicts():
        return {target.name.split(",")[0]: target.verdict for target in targets_of(results)}

    assert "other work" not in page(results)
    assert verdicts()["two threads against one"] == "reached"
    results["machine"]["load_average"] = 3.0
    assert "other work" in page(results)
    assert verdicts()["two threads against one"] == "not judged"
    assert "not judged" not in [verdicts()["avx512"], verdicts()["avx2"]]


def test_a_report_has_its_plots(results, tmp_path):
    write_report(results, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"results.md", "peers.png"}
    assert "sizes.png" not in (tmp_path / "results.md").read_text()


def test_the_readme_keeps_what_is_around_the_table(results):
    before, after = "# Title\n", "More.\n"
    text = before + MARKERS[0] + "stale\n" + MARKERS[1] + after
    once = between_markers(text, readme_part(results))
    assert once.startswith(before)
    assert once.endswith(after)
    assert "stale" not in once
    assert "a processor" in once
    assert between_markers(once, readme_part(results)) == once
    with pytest.raises(ValueError, match="no place"):
        between_markers("# Title\n", "part")
