import numpy as np
import pytest
import torch

from train.config import RunConfig
from train.data.dataset import Batch
from train.engine.checkpoints import DataFacts, make_run_head
from train.engine.explanation import explain
from train.heads import HeadName
from train.model.make_network import Network, make_network
from train.model.network_config import NetworkConfig

CPU = torch.device("cpu")
FACTS = DataFacts("abc", [12.0 * k + 6.5 for k in range(19)], [0, *[1] * 228])
PLAIN = NetworkConfig()
WINDOWS = NetworkConfig(attention=True, num_windows=4, crop_size=64, localiser_size=32)
APART = NetworkConfig(
    attention=True, num_windows=4, crop_size=64, localiser_size=32, separate_trunks=True
)
WHOLE = NetworkConfig(
    attention=True, num_windows=4, crop_size=64, localiser_size=64, whole_picture=True
)


def batch(size: int = 128) -> Batch:
    generator = torch.Generator().manual_seed(3)
    channels = torch.randint(0, 256, (2, 3, size, size), dtype=torch.uint8, generator=generator)
    return Batch(channels, torch.tensor([0, 1]), torch.zeros(2))


def made(config: NetworkConfig) -> tuple[Network, torch.nn.Module]:
    torch.manual_seed(1 if config.whole_picture else 0)  # heat that does not sum to nothing
    network = make_network(config).eval()
    if config.attention:  # windows that differ from picture to picture
        torch.nn.init.normal_(network.localiser.head[2].weight, std=0.05)
    if config.whole_picture:
        torch.nn.init.normal_(network.to_logits.weight, std=0.01)
    return network, make_run_head(RunConfig(network=config), FACTS)


@pytest.mark.parametrize(
    "config", [PLAIN, WINDOWS, APART, WHOLE], ids=["plain", "shared", "separate", "whole"]
)
def test_heat_adds_up_to_gradient_times_features(config: NetworkConfig) -> None:
    """Behind a global mean, Grad-CAM is the first-order share of each place, in months."""
    network, head = made(config)
    explanation = explain(network, head, batch(), CPU)
    assert (explanation.heat.shape, explanation.heat.dtype) == ((2, 128, 128), np.float32)
    trunks = (
        [trunk.body for trunk in network.recognition.trunks]
        if config.attention
        else [network.trunk]
    )
    if config.whole_picture:
        trunks.append(network.localiser.body)
    features = []
    for trunk in trunks:
        trunk.features.register_forward_hook(lambda _m, _i, output: features.append(output))
    months = head.ages(network(batch().channels, batch().sex).double()).months
    gradients = torch.autograd.grad(months.sum(), features)
    products = [(g * f).sum(dim=(1, 2, 3)) for g, f in zip(gradients, features, strict=True)]
    by_radiograph = sum(product.reshape(2, -1).sum(dim=1) for product in products)
    sums, in_all = explanation.heat.sum(axis=(1, 2)), np.abs(explanation.heat).sum(axis=(1, 2))
    expected = by_radiograph.detach().numpy()
    assert (np.abs(expected) > 0.25 * in_all).all()
    assert (np.abs(sums - expected) < 0.02 * in_all).all()  # maps are laid out by interpolation


def test_heat_of_a_plain_network_is_captums(monkeypatch: pytest.MonkeyPatch) -> None:
    attr = pytest.importorskip("captum.attr", reason="compares with captum")
    network, head = made(PLAIN)
    one = Batch(*(tensor[:1] for tensor in batch()))

    def months(channels: torch.Tensor) -> torch.Tensor:
        return head.ages(network(channels, one.sex).double()).months

    cam = attr.LayerGradCam(months, network.trunk.features).attribute(one.channels)
    expected = attr.LayerAttribution.interpolate(cam, (128, 128), "bilinear")[0, 0]
    heat = explain(network, head, one, CPU).heat[0] * (128 / cam.shape[-1]) ** 2
    np.testing.assert_allclose(heat, expected.detach().numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("config", [PLAIN, WINDOWS, APART], ids=["plain", "shared", "separate"])
def test_a_radiograph_is_explained_alike_alone(config: NetworkConfig) -> None:
    network, head = made(config)
    both = explain(network, head, batch(), CPU)
    for row in range(2):
        alone = explain(network, head, Batch(*(t[row : row + 1] for t in batch())), CPU)
        tolerance = 1e-3 * np.abs(both.heat[row]).max()
        np.testing.assert_allclose(alone.heat[0], both.heat[row], atol=tolerance)
        if config.attention:
            np.testing.assert_allclose(alone.theta[0], both.theta[row], atol=1e-5)


def test_nothing_outside_the_windows_explains_an_age() -> None:
    network, head = made(WINDOWS)
    explanation = explain(network, head, batch(), CPU)
    centres = (2 * np.arange(128) + 1) / 128 - 1
    for heat, theta in zip(explanation.heat, explanation.theta, strict=True):
        seen = np.zeros((128, 128), dtype=bool)
        for scale, x, y in theta:
            seen |= (np.abs(centres - x) <= scale)[None] & (np.abs(centres - y) <= scale)[:, None]
        assert 0 < seen.mean() < 1
        assert (heat[~seen] == 0).all()
        assert (heat[seen] != 0).mean() > 0.9


@pytest.mark.parametrize("name", ["classes", "distribution", "ordinal", "regression"])
def test_every_head_has_an_age_to_explain(name: HeadName) -> None:
    network, head = made(NetworkConfig(head=name))
    explanation = explain(network, head, batch(64), CPU)
    assert np.isfinite(explanation.heat).all()
    assert explanation.heat.any()
    assert explanation.theta is None


def test_explaining_leaves_the_network_as_it_was() -> None:
    network, head = made(WINDOWS)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    explain(network, head, batch(), CPU)
    assert all(torch.equal(before[name], t) for name, t in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not any(module._forward_hooks for module in network.modules())
