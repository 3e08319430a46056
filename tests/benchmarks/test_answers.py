"""The programs that are compared give the right codes, and a wrong code is noticed."""

import numpy as np
import pytest

from benchmarks.answers import WrongAnswerError, check_against_reference, check_share, share_inside
from benchmarks.operator_calls import Call, by_scale, forced
from benchmarks.pictures import batch, square
from benchmarks.programs import PROGRAMS, Program, present
from benchmarks.records import SCALES
from ril import lbp
from train.data.phantom import draw_hand


@pytest.fixture(scope="module")
def hand() -> np.ndarray:
    return draw_hand(96, True, seed=3, size=128)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_programs_share_the_definition_or_say_that_they_do_not(program, hand):
    pytest.importorskip(program.module, exc_type=ImportError)
    image = square(hand, 64, "uint8")
    for P, R in SCALES:
        for method in program.methods:
            values = program.function(image, P, R, method)
            assert values.shape == image.shape
            ours = lbp.local_binary_pattern(image, P, R, method)
            check_share(share_inside(values, ours, R, method), program.expected_share, method)


def test_absent_programs_are_named_with_the_reason():
    nowhere = Program("nowhere", "benchmarks.programs.nowhere", ("ror",), "")
    here, absent = present([nowhere])
    assert here == []
    assert "nowhere" in absent["nowhere"]


def test_one_wrong_code_is_found(hand):
    image = square(hand, 64, "uint8")
    values = lbp.multiscale_lbp(image, SCALES, "ror")
    check_against_reference(image, values, SCALES, "ror", "ril")
    values[2, 32, 32] ^= 1
    with pytest.raises(WrongAnswerError, match=r"\(24, 3\)"):
        check_against_reference(image, values, SCALES, "ror", "ril")
    with pytest.raises(WrongAnswerError, match="peer"):
        check_share(0.97, 0.98, "peer")


def test_a_forced_process_gives_the_same_values(hand):
    image = square(hand, 64, "uint16")
    call = Call(SCALES, "rank")
    with forced("baseline") as process:
        assert process is not None
        values = process.values(call, image)
    assert (by_scale(values, SCALES) == call.on(image)()).all()


def test_pictures_keep_their_range(hand):
    assert square(hand, 300, "uint8").shape == (300, 300)
    wide = square(hand, 48, "uint16")
    assert wide.max() > 255
    assert len(np.unique(wide)) > 256
    images = batch(hand, 10, 32)
    assert images.shape == (10, 32, 32)
    assert (images[1] == np.rot90(images[0])).all()
