import numpy as np
import pytest
import torch

from train.engine.weight_average import WeightAverage, decay_at
from train.model.make_network import make_network
from train.model.network_config import NetworkConfig


def test_decay_rises_to_what_was_asked_for() -> None:
    decays = [decay_at(0.99, step) for step in range(2000)]
    assert decays[:3] == pytest.approx([1 / 10, 2 / 11, 3 / 12])
    assert decays == sorted(decays)
    assert decays[889] < 0.99
    assert set(decays[891:]) == {0.99}


def test_average_by_hand() -> None:
    torch.manual_seed(0)
    network = make_network(NetworkConfig())
    average = WeightAverage(network, decay=0.15)
    norm = network.trunk.features[0][1]
    expected = {"weight": norm.weight.detach().clone(), "mean": norm.running_mean.clone()}
    for step, keep in enumerate((0.1, 0.15, 0.15)):
        with torch.no_grad():
            norm.weight += 1 + step
            norm.running_mean += 2
            norm.num_batches_tracked += 1
        average.update(step)
        expected["weight"] = keep * expected["weight"] + (1 - keep) * norm.weight.detach()
        expected["mean"] = keep * expected["mean"] + (1 - keep) * norm.running_mean
    found = average.network.trunk.features[0][1]
    np.testing.assert_allclose(found.weight, expected["weight"], rtol=1e-6)
    np.testing.assert_allclose(found.running_mean, expected["mean"], rtol=1e-6)
    assert found.num_batches_tracked == 3
    assert not any(parameter.requires_grad for parameter in average.network.parameters())


def test_average_of_what_stands_still_is_itself() -> None:
    torch.manual_seed(0)
    network = make_network(NetworkConfig())
    average = WeightAverage(network, decay=0.99)
    for step in range(5):
        average.update(step)
    for name, tensor in network.state_dict().items():
        assert torch.equal(average.network.state_dict()[name], tensor), name
