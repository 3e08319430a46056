import numpy as np
import pytest

from train.data.phantom.ossification import (
    CARPALS,
    EPIPHYSES,
    carpal_stage,
    epiphysis_stage,
    num_carpals,
    num_epiphyses,
    num_fused_epiphyses,
    sesamoid_stage,
)

MONTHS = np.arange(0.0, 241.0)


@pytest.mark.parametrize("is_male", [False, True])
@pytest.mark.parametrize("count", [num_carpals, num_epiphyses, num_fused_epiphyses])
def test_ossification_only_goes_forward(count, is_male):
    counts = [count(age, is_male) for age in MONTHS]
    assert counts[0] == 0
    assert np.all(np.diff(counts) >= 0)


@pytest.mark.parametrize("is_male", [False, True])
def test_newborn_has_neither_carpals_nor_epiphyses(is_male):
    assert num_carpals(0, is_male) == 0
    assert num_epiphyses(0, is_male) == 0


@pytest.mark.parametrize("is_male", [False, True])
def test_at_nineteen_everything_is_there_and_fused(is_male):
    assert num_carpals(228, is_male) == len(CARPALS) == 8
    assert num_fused_epiphyses(228, is_male) == num_epiphyses(228, is_male) == len(EPIPHYSES) == 21
    assert all(carpal_stage(name, 228, is_male).size == 1 for name in CARPALS)


@pytest.mark.parametrize("count", [num_carpals, num_epiphyses, num_fused_epiphyses])
def test_girls_are_ahead_of_boys(count):
    girls = np.array([count(age, False) for age in MONTHS])
    boys = np.array([count(age, True) for age in MONTHS])
    assert np.all(girls >= boys)
    assert np.any(girls > boys)


def test_the_lead_of_girls_grows_to_two_years_at_puberty():
    """In months; Greulich and Pyle's standards for the fusions differ by about two years."""
    fusions = [times.fusion_ends for name, times in EPIPHYSES.items() if name[-1].isdigit()]
    infants = [times.appears for times in (*EPIPHYSES.values(), *CARPALS.values())]
    assert all(18 <= boy - girl <= 26 for boy, girl in fusions)
    assert all(0 < boy - girl <= 15 for boy, girl in infants if boy <= 36)


@pytest.mark.parametrize("is_male", [False, True])
def test_order_of_appearance(is_male):
    sex = 0 if is_male else 1
    carpals = [
        CARPALS[name].appears[sex] for name in ("capitate", "hamate", "triquetral", "lunate")
    ]
    assert carpals == sorted(carpals)
    assert all(times.appears[sex] <= CARPALS["pisiform"].appears[sex] for times in CARPALS.values())
    assert EPIPHYSES["radius"].appears[sex] < EPIPHYSES["ulna"].appears[sex]


@pytest.mark.parametrize("is_male", [False, True])
def test_order_of_fusion(is_male):
    sex = 0 if is_male else 1
    order = ("distal_phalanx_3", "proximal_phalanx_3", "middle_phalanx_3", "metacarpal_3", "ulna")
    ends = [EPIPHYSES[name].fusion_ends[sex] for name in (*order, "radius")]
    assert ends == sorted(ends)


@pytest.mark.parametrize("name", EPIPHYSES)
def test_milestones_of_an_epiphysis_are_in_order(name):
    times = EPIPHYSES[name]
    for sex in (0, 1):
        milestones = [
            times.appears[sex],
            times.full_width[sex],
            times.caps[sex],
            times.fusion_starts[sex],
            times.fusion_ends[sex],
        ]
        assert milestones == sorted(milestones)


@pytest.mark.parametrize("is_male", [False, True])
def test_sizes_grow(is_male):
    for name in CARPALS:
        assert np.all(np.diff([carpal_stage(name, age, is_male).size for age in MONTHS]) >= 0)
    for name in EPIPHYSES:
        assert np.all(np.diff([epiphysis_stage(name, age, is_male).width for age in MONTHS]) >= 0)


def test_sesamoid_belongs_to_puberty():
    assert sesamoid_stage(96, False).size == sesamoid_stage(120, True).size == 0
    assert sesamoid_stage(156, False).size > 0
    assert sesamoid_stage(180, True).size > 0
