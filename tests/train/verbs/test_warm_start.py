"""A run that starts from what another has learned."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.train.verbs.conftest import SMALL
from train.engine.checkpoints import best_checkpoint
from train.engine.warm_start import start_from_run
from train.model.attention_network import AttentionNetwork
from train.model.make_network import make_network
from train.run_folder import RunFolder

pytestmark = pytest.mark.usefixtures("tiny_network")
WINDOWS = ("--attention", "--size", "64", "--crop-size", "32", "--localiser-size", "32")


@pytest.fixture
def plain_run(data_set: Path, tmp_path: Path, run_verb) -> Path:
    run = tmp_path / "plain"
    assert run_verb("fit", "--data", data_set, "--out", run, *SMALL)[0] == 0
    return run


def test_bodies_of_a_plain_network_and_everything_of_the_same_kind(
    plain_run: Path, data_set: Path, tmp_path: Path, run_verb
) -> None:
    run = tmp_path / "windows"
    options = ("--data", data_set, "--out", run, *SMALL, *WINDOWS, "--start-from", plain_run)
    # Steps too small to change anything show what the run started from.
    assert run_verb("fit", *options, "--learning-rate", "1e-30")[0] == 0
    plain = best_checkpoint(RunFolder(plain_run).checkpoints).network(torch.device("cpu"))
    windows = best_checkpoint(RunFolder(run).checkpoints).network(torch.device("cpu"))
    assert isinstance(windows, AttentionNetwork)
    learned = dict(plain.trunk.features.named_parameters())
    for body in windows.bodies():
        for name, parameter in body.features.named_parameters():
            torch.testing.assert_close(parameter, learned[name], rtol=0, atol=1e-20)

    config = RunFolder(run).read_config().network
    same, other_head = make_network(config), make_network(replace(config, head="ordinal"))
    for network in (same, other_head):
        start_from_run(network, RunFolder(run))
    expected = windows.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in same.state_dict().items())
    for name, tensor in other_head.state_dict().items():
        fits = not name.startswith("to_logits")
        assert (tensor.shape == expected[name].shape) == fits
        assert not fits or torch.equal(tensor, expected[name]), name


def test_a_network_that_reads_the_whole_picture_starts_as_the_plain_one(plain_run: Path) -> None:
    plain = best_checkpoint(RunFolder(plain_run).checkpoints).network(torch.device("cpu"))
    config = replace(
        RunFolder(plain_run).read_config().network,
        **{"attention": True, "crop_size": 32, "localiser_size": 64, "whole_picture": True},
    )
    network = make_network(config).eval()
    start_from_run(network, RunFolder(plain_run))
    channels = torch.randint(0, 256, (3, 3, 64, 64), dtype=torch.uint8)
    sex = torch.tensor([0, 1, 2])
    with torch.no_grad():
        torch.testing.assert_close(network(channels, sex), plain.eval()(channels, sex))
    other_head = make_network(replace(config, head="ordinal"))
    start_from_run(other_head, RunFolder(plain_run))
    learned = other_head.whole_picture.classifier.state_dict()
    assert torch.equal(learned["0.weight"], plain.trunk.classifier[0].weight)
    assert learned["3.weight"].shape != plain.trunk.classifier[3].weight.shape


def test_wrong_starts_leave_nothing_behind(
    plain_run: Path, data_set: Path, tmp_path: Path, run_verb
) -> None:
    out = tmp_path / "new"
    for options, message in (
        (("--start-from", tmp_path / "nowhere"), "nowhere: no run here"),
        (
            ("--start-from", plain_run, "--seed", "1"),
            "of this run's validation rows; divide the data as it did",
        ),
        (("--start-from", plain_run, "--num-test", "20"), "rows; divide the data as it did"),
        (
            ("--start-from", plain_run, "--imagenet-weights", "weights.pth"),
            "imagenet_weights or start_from, not from both",
        ),
    ):
        status, _, error = run_verb("fit", "--data", data_set, "--out", out, *SMALL, *options)
        assert (status, out.exists()) == (1, False)
        assert message in error
