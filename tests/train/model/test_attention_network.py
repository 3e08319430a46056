from dataclasses import replace
from pathlib import Path

import pytest
import torch

from train.errors import UserError
from train.model.attention_network import AttentionNetwork
from train.model.bone_age_network import BoneAgeNetwork
from train.model.localiser import Localiser
from train.model.make_network import make_network
from train.model.mobilenet_v3 import MobileNetV3Large
from train.model.network_config import NetworkConfig
from train.model.pretrained import load_imagenet_weights
from train.model.windows import grid_windows

FULL = NetworkConfig(attention=True, uses_sex=False)
SMALL = NetworkConfig(attention=True, num_windows=4, crop_size=32, localiser_size=32)


def number_of_parameters(config: NetworkConfig) -> int:
    return sum(parameter.numel() for parameter in AttentionNetwork(config).parameters())


def noise(batch: int, size: int = 64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (batch, 3, size, size), dtype=torch.uint8, generator=generator)


def test_the_configuration_chooses_the_network() -> None:
    assert isinstance(make_network(NetworkConfig()), BoneAgeNetwork)
    assert isinstance(make_network(SMALL), AttentionNetwork)


def test_numbers_of_parameters_by_hand() -> None:
    body = 2_971_952
    localiser = body + (960 * 128 + 128) + (128 * 27 + 27)
    trunk = body + (960 * 512 + 512)
    squeeze_excitation = (960 * 60 + 60) + (60 * 960 + 960)
    region_embedding = 9 * 512
    head = 9 * 512 * 19 + 19
    shared = localiser + trunk + region_embedding + head
    separate = localiser + 9 * trunk + head  # an embedding would only repeat the trunks' biases
    assert (shared, shared + squeeze_excitation) == (6_654_606, 6_770_826)
    assert (separate, separate + 9 * squeeze_excitation) == (34_361_870, 35_407_850)

    assert number_of_parameters(FULL) == shared + squeeze_excitation
    assert number_of_parameters(replace(FULL, extra_squeeze_excitation=False)) == shared
    apart = replace(FULL, separate_trunks=True)
    assert number_of_parameters(apart) == separate + 9 * squeeze_excitation
    sex_input = 3 * 9 * 512
    with_sex = number_of_parameters(replace(FULL, uses_sex=True))
    assert with_sex == shared + squeeze_excitation + sex_input
    whole_picture = (960 * 1280 + 1280) + (1280 * 19 + 19)
    window_classifier = head
    with_whole_picture = number_of_parameters(replace(FULL, whole_picture=True))
    assert with_whole_picture == shared + squeeze_excitation + whole_picture + window_classifier


def test_names_of_weights() -> None:
    names = AttentionNetwork(SMALL).state_dict().keys()
    body = {name for name in MobileNetV3Large().state_dict() if name.startswith("features")}
    prefixes = ("localiser.body.", "recognition.trunks.0.body.")
    others = {name for name in names if not name.startswith(prefixes)}
    assert names - others == {prefix + name for prefix in prefixes for name in body}
    assert others == {
        *(f"localiser.head.{layer}.{kind}" for layer in (0, 2) for kind in ("weight", "bias")),
        *(
            f"recognition.trunks.0.{layer}.{kind}"
            for layer in ("squeeze_excitation.fc1", "squeeze_excitation.fc2", "to_features")
            for kind in ("weight", "bias")
        ),
        *("recognition.region_embedding", "recognition.sex_shift"),
        *("to_logits.weight", "to_logits.bias"),
    }
    apart = AttentionNetwork(replace(SMALL, separate_trunks=True)).state_dict().keys()
    trunks = {name.split(".")[2] for name in apart if name.startswith("recognition.trunks.")}
    assert trunks == {"0", "1", "2", "3"}
    assert "recognition.region_embedding" not in apart


@pytest.mark.parametrize("is_training", [True, False])
def test_the_first_windows_are_the_grid_whatever_is_shown(is_training: bool) -> None:
    localiser = Localiser(9, 0.1).train(is_training)
    theta = localiser(torch.rand(3, 3, 64, 64)).theta
    assert theta.shape == (3, 9, 3)
    torch.testing.assert_close(theta[..., 0], torch.full((3, 9), 0.33))
    torch.testing.assert_close(theta[..., 1:], localiser.windows.anchors.expand(3, -1, -1))


@pytest.mark.parametrize("num_windows", [1, 4, 9])
@pytest.mark.parametrize("separate_trunks", [False, True])
@torch.no_grad()
def test_shapes_and_a_batch_of_one(num_windows: int, separate_trunks: bool) -> None:
    config = replace(SMALL, num_windows=num_windows, separate_trunks=separate_trunks)
    torch.manual_seed(0)
    network = AttentionNetwork(config).eval()
    channels, sex = noise(2), torch.tensor([0, 2])
    logits, theta, window_logits = network.forward_with_windows(channels, sex)
    assert window_logits is None
    assert (logits.shape, theta.shape) == ((2, 19), (2, num_windows, 3))
    assert torch.equal(network(channels, sex), logits)
    torch.testing.assert_close(network(channels[:1], sex[:1]), logits[:1], rtol=1e-4, atol=1e-5)


def test_gradients_reach_every_weight() -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(replace(SMALL, crop_size=64, localiser_size=64, dropout=0.0))
    channels, sex = noise(3, 128), torch.tensor([0, 1, 2])
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(2):  # while its last layer is zero, nothing before it gets any
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(channels, sex), torch.arange(3)).backward()
        assert network.localiser.head[2].weight.grad.abs().max() > 0
        optimizer.step()
    for name, parameter in network.named_parameters():
        assert parameter.grad.abs().max() > 0, name


def test_gradients_reach_the_windows() -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(SMALL).eval()
    logits, theta, _ = network.forward_with_windows(noise(2, 128), torch.tensor([0, 1]))
    (gradient,) = torch.autograd.grad(logits.square().sum(), theta)
    assert gradient.shape == (2, 4, 3)
    assert (gradient != 0).all()


WHOLE = replace(SMALL, whole_picture=True, dropout=0.0)


def test_windows_add_to_the_whole_picture_and_at_first_nothing() -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(WHOLE)
    assert {name.split(".")[0] for name in network.state_dict()} == {
        *("localiser", "recognition", "to_logits", "whole_picture", "window_classifier")
    }
    plain = BoneAgeNetwork(NetworkConfig(dropout=0.0))
    plain.trunk.features.load_state_dict(network.localiser.body.features.state_dict())
    plain.trunk.classifier.load_state_dict(network.whole_picture.classifier.state_dict())
    torch.nn.init.normal_(plain.sex_shift.weight)
    network.whole_picture.sex_shift.load_state_dict(plain.sex_shift.state_dict())
    channels, sex = noise(3, 32), torch.tensor([0, 1, 2])
    assert torch.equal(network.eval()(channels, sex), plain.eval()(channels, sex))
    torch.nn.init.normal_(network.to_logits.weight)
    assert not torch.allclose(network(channels, sex), plain(channels, sex))


def test_what_learns_from_the_whole_picture_and_what_from_windows() -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(replace(WHOLE, crop_size=64, localiser_size=64))
    torch.nn.init.normal_(network.to_logits.weight, std=0.01)
    torch.nn.init.normal_(network.localiser.head[2].weight, std=0.01)
    channels, sex = noise(3, 128), torch.tensor([0, 1, 2])
    logits, _, window_logits = network.forward_with_windows(channels, sex)
    parts = ("localiser.body", "localiser.head", "recognition", "whole_picture", "to_logits")
    for outputs, learn in (
        (logits, parts),
        (window_logits, ("localiser.head", "recognition", "window_classifier")),
    ):
        network.zero_grad()
        torch.nn.functional.cross_entropy(outputs, torch.arange(3)).backward(retain_graph=True)
        for name, parameter in network.named_parameters():
            has_gradient = parameter.grad is not None and bool(parameter.grad.any())
            assert has_gradient == name.startswith(learn), name


def test_an_untrained_network_looks_at_the_grid_exactly() -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(replace(SMALL, num_windows=9)).eval()
    theta = network.forward_with_windows(noise(3), torch.tensor([0, 1, 2])).theta
    assert torch.equal(theta, grid_windows(9).expand(3, -1, -1))


@pytest.mark.parametrize("value", [0, 255])
def test_a_constant_picture_gives_finite_gradients(value: int) -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(SMALL)
    logits = network(torch.full((2, 3, 64, 64), value, dtype=torch.uint8), torch.tensor([0, 1]))
    logits.square().mean().backward()
    assert logits.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


@torch.no_grad()
def test_recognition_sees_the_windows_alone_and_at_full_resolution() -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(replace(SMALL, num_windows=1)).eval()
    sex = torch.tensor([2])
    channels = noise(1, 128)
    outside = channels.clone()
    outside[..., :30, :] = 0  # the one window is the middle third
    assert torch.equal(network(channels, sex), network(outside, sex))
    blurred = channels.clone()  # the same picture for the localiser, not for recognition
    blurred[..., 48:80, 48:80] = blurred[..., 48:80, 48:80].flip(-1)
    assert not torch.equal(network(channels, sex), network(blurred, sex))


@torch.no_grad()
def test_a_shared_trunk_is_told_its_window_and_separate_ones_differ() -> None:
    picture = torch.full((1, 3, 64, 64), 90, dtype=torch.uint8)  # every window shows the same
    sex = torch.tensor([2])
    torch.manual_seed(0)
    shared = AttentionNetwork(SMALL).eval()
    crops = torch.full((1, 4, 3, 32, 32), 0.3)
    features = shared.recognition(crops, sex)
    torch.testing.assert_close(features[:, 0], features[:, 1])
    torch.nn.init.normal_(shared.recognition.region_embedding)
    features = shared.recognition(crops, sex)
    assert not torch.allclose(features[:, 0], features[:, 1])
    separate = AttentionNetwork(replace(SMALL, separate_trunks=True)).eval()
    features = separate.recognition(crops, sex)
    assert not torch.allclose(features[:, 0], features[:, 1])
    assert separate(picture, sex).isfinite().all()


@torch.no_grad()
def test_sex_is_seen_only_if_asked() -> None:
    for uses_sex in (False, True):
        network = AttentionNetwork(replace(SMALL, uses_sex=uses_sex)).eval()
        if uses_sex:
            torch.nn.init.normal_(network.recognition.sex_shift)
        girls, boys = (
            network(noise(2), torch.zeros(2).long()),
            network(noise(2), torch.ones(2).long()),
        )
        assert torch.equal(girls, boys) != uses_sex


@pytest.mark.parametrize("separate_trunks", [False, True])
def test_imagenet_weights_load_into_every_body(tmp_path: Path, separate_trunks: bool) -> None:
    torch.manual_seed(1)
    weights = MobileNetV3Large(1000).state_dict()
    path = tmp_path / "mobilenet_v3_large.pth"
    torch.save(weights, path)
    network = AttentionNetwork(replace(SMALL, separate_trunks=separate_trunks))
    bodies = network.bodies()
    assert len(bodies) == (5 if separate_trunks else 2)
    for body in bodies:
        load_imagenet_weights(body, path)
        for name, tensor in body.state_dict().items():
            assert torch.equal(tensor, weights[name]), name
    torch.save({name: weights[name] for name in weights if "features.3" not in name}, path)
    with pytest.raises(UserError, match=r"not torchvision's MobileNetV3-Large: .* features\.3"):
        load_imagenet_weights(bodies[0], path)


@pytest.mark.parametrize(
    "wrong",
    [{"num_windows": 2}, {"window_features": 0}, {"crop_size": 31}, {"localiser_size": 31}],
)
def test_impossible_configuration(wrong: dict) -> None:
    with pytest.raises(UserError, match=f"{next(iter(wrong))} must be"):
        NetworkConfig(**wrong)
