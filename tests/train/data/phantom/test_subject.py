import numpy as np
import pytest

from train.data.phantom.streams import stream
from train.data.phantom.subject import draw_posture, draw_subject


def test_individual_tempo_leaves_the_age_readable():
    ages = np.array([draw_subject(seed).skeletal_age(150.0) for seed in range(300)])
    assert 3.0 < ages.std() < 6.0
    assert abs(ages.mean() - 150.0) < 1.0


@pytest.mark.parametrize("seed", range(20))
def test_skeletal_age_rises_and_is_birth_at_birth(seed):
    subject = draw_subject(seed)
    ages = [subject.centre_age("radius", age) for age in np.arange(0.0, 241.0, 3.0)]
    assert ages[0] == 0.0
    assert np.all(np.diff(ages) > 0)


def test_streams_are_independent_of_the_order_of_calls():
    first = stream(5, "noise").random()
    draw_subject(5), draw_posture(9)
    assert stream(5, "noise").random() == first
    assert stream(5, "texture").random() != first
