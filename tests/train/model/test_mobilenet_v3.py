from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from train.errors import UserError
from train.model.bone_age_network import BoneAgeNetwork
from train.model.mobilenet_v3 import MobileNetV3Large
from train.model.network_config import NetworkConfig
from train.model.pretrained import load_imagenet_weights


@pytest.fixture(scope="module")
def imagenet_like() -> dict[str, torch.Tensor]:
    """A state_dict such as torchvision saves: 1,000 classes."""
    torch.manual_seed(1)
    return MobileNetV3Large(1000).state_dict()


def test_parameters_are_torchvisions() -> None:
    network = MobileNetV3Large(1000)
    assert sum(parameter.numel() for parameter in network.parameters()) == 5_483_032
    assert sum(parameter.numel() for parameter in network.features.parameters()) == 2_971_952
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    assert len(shapes) == 312
    assert shapes["features.0.0.weight"] == (16, 3, 3, 3)
    assert shapes["features.1.block.0.0.weight"] == (16, 1, 3, 3)
    assert shapes["features.4.block.2.fc1.weight"] == (24, 72, 1, 1)
    assert shapes["features.13.block.1.0.weight"] == (672, 1, 5, 5)
    assert shapes["features.15.block.2.fc2.bias"] == (960,)
    assert shapes["features.16.1.running_var"] == (960,)
    assert shapes["classifier.3.weight"] == (1000, 1280)


def test_strides_and_shapes() -> None:
    network = MobileNetV3Large(19).eval()
    with torch.no_grad():
        assert network.features(torch.zeros(2, 3, 224, 160)).shape == (2, 960, 7, 5)
        assert network(torch.zeros(2, 3, 64, 64)).shape == (2, 19)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_imagenet_checkpoint_loads(tmp_path: Path, imagenet_like, suffix: str) -> None:
    path = tmp_path / f"mobilenet_v3_large{suffix}"
    (torch.save if suffix == ".pth" else save_file)(imagenet_like, path)
    network = BoneAgeNetwork(NetworkConfig())
    load_imagenet_weights(network.trunk, path)
    loaded = network.trunk.state_dict()
    assert loaded["classifier.3.weight"].shape == (19, 1280)
    for name, tensor in imagenet_like.items():
        if not name.startswith("classifier.3"):
            assert torch.equal(loaded[name], tensor), name


def test_other_checkpoints_are_refused(tmp_path: Path, imagenet_like) -> None:
    path = tmp_path / "weights.pth"
    trunk = MobileNetV3Large(19)
    lacking = {name: tensor for name, tensor in imagenet_like.items() if "features.3" not in name}
    torch.save(lacking, path)
    with pytest.raises(UserError, match=r"not torchvision's MobileNetV3-Large: .* features\.3"):
        load_imagenet_weights(trunk, path)
    torch.save({**imagenet_like, "features.0.0.weight": torch.zeros(16, 1, 3, 3)}, path)
    with pytest.raises(UserError, match=r"1 layers .* features\.0\.0\.weight"):
        load_imagenet_weights(trunk, path)
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="no readable weights"):
        load_imagenet_weights(trunk, path)
    with pytest.raises(UserError, match="no readable weights"):
        load_imagenet_weights(trunk, tmp_path / "absent.pth")


def test_network_takes_bytes_and_sees_sex_only_if_asked() -> None:
    channels = torch.randint(0, 256, (3, 3, 64, 64), dtype=torch.uint8)
    female, male = torch.zeros(3, dtype=torch.long), torch.ones(3, dtype=torch.long)
    for uses_sex in (False, True):
        torch.manual_seed(0)
        network = BoneAgeNetwork(NetworkConfig(uses_sex=uses_sex)).eval()
        if uses_sex:
            torch.nn.init.normal_(network.sex_shift.weight)
        with torch.no_grad():
            differs = not torch.equal(network(channels, female), network(channels, male))
        assert differs == uses_sex


def test_untrained_sex_shift_leaves_the_network_as_it_is() -> None:
    network = BoneAgeNetwork(NetworkConfig()).eval()
    channels = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        logits = network(channels, torch.tensor([0, 2]))
        torch.testing.assert_close(logits, network.trunk(channels.float() / 255))


@torch.no_grad()
def test_a_batch_of_one() -> None:
    torch.manual_seed(0)
    network = BoneAgeNetwork(NetworkConfig()).eval()
    channels = torch.randint(0, 256, (3, 3, 64, 64), dtype=torch.uint8)
    sex = torch.tensor([0, 1, 2])
    together = network(channels, sex)
    for row in range(3):
        alone = network(channels[row : row + 1], sex[row : row + 1])
        torch.testing.assert_close(alone, together[row : row + 1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("value", [0, 255])
def test_a_constant_picture_gives_finite_gradients(value: int) -> None:
    torch.manual_seed(0)
    network = BoneAgeNetwork(NetworkConfig())
    logits = network(torch.full((2, 3, 64, 64), value, dtype=torch.uint8), torch.tensor([0, 1]))
    logits.square().mean().backward()
    assert logits.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize("wrong", [{"dropout": 1.0}, {"batch_norm_momentum": 0.0}])
def test_impossible_configuration(wrong: dict) -> None:
    with pytest.raises(UserError, match=f"{next(iter(wrong))} must be"):
        NetworkConfig(**wrong)
