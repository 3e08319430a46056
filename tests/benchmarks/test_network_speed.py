"""The networks that are timed beside ours compute the same."""

import pytest
import torch

from benchmarks.answers import WrongAnswerError
from benchmarks.network_speed import (
    NETWORKS,
    PLAIN,
    batch_of,
    plain_networks,
    trained_a_little,
    training_steps,
)
from train.model.make_network import make_network


@torch.no_grad()
def test_the_same_network_written_plainly() -> None:
    torch.manual_seed(0)
    own = trained_a_little(make_network(NETWORKS["plain"]))
    batch = batch_of(2, 64)
    expected = own(batch.channels, batch.sex)
    assert expected.std() > 1e-3
    plain = plain_networks(own.trunk)[0][PLAIN].eval()
    torch.testing.assert_close(plain(batch.channels / 255), expected, rtol=1e-4, atol=1e-5)


def test_a_network_that_computes_something_else_is_not_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.network_speed.DROPOUT", 0.5)  # of the others alone
    with pytest.raises(WrongAnswerError, match="training step, ril"):
        training_steps(batch_of(4, 64))
