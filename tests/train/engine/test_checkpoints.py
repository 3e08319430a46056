from dataclasses import replace
from pathlib import Path

import pytest
import torch

from train.config import RunConfig, TrainingConfig
from train.data.dataset import Batch
from train.engine.checkpoints import (
    FORMAT,
    DataFacts,
    Progress,
    best_checkpoint,
    load_checkpoint,
    make_run_head,
    newest_checkpoint,
    save_checkpoint,
)
from train.engine.optimization import make_optimizer, train_step
from train.engine.weight_average import WeightAverage
from train.errors import UserError
from train.model.bone_age_network import BoneAgeNetwork
from train.model.make_network import make_network
from train.model.network_config import NetworkConfig

CONFIG = RunConfig(training=TrainingConfig(epochs=3))
FACTS = DataFacts("abc", [12.0 * k for k in range(19)], [0, 2, 0, 1])
BATCH = Batch(
    torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8),
    torch.tensor([0, 1, 2, 0]),
    torch.tensor([10.0, 60.0, 110.0, 200.0]),
)


@pytest.fixture
def trained():
    torch.manual_seed(0)
    network = BoneAgeNetwork(CONFIG.network).to(memory_format=torch.channels_last)
    optimizer = make_optimizer(network, CONFIG.training)
    step(network, optimizer)
    return network, optimizer


def step(network, optimizer) -> float:
    torch.manual_seed(7)
    network.train()
    return train_step(network, optimizer, make_run_head(CONFIG, FACTS), BATCH, CONFIG.training).loss


def save(folder: Path, trained, number: int, history=()) -> Path:
    network, optimizer = trained
    return save_checkpoint(
        folder,
        network=network,
        optimizer=optimizer,
        config=CONFIG,
        data_facts=FACTS,
        progress=Progress(step=number, epoch_loss_sum=0.1 + 0.2, history=list(history)),
    )


def entry(number: int, mae: float) -> dict[str, float]:
    return {"epoch": number, "step": number, "validation_mae_months": mae}


def test_everything_comes_back(tmp_path: Path, trained) -> None:
    checkpoint = load_checkpoint(save(tmp_path, trained, 1))
    assert checkpoint.config == CONFIG
    assert checkpoint.data_facts == FACTS
    assert checkpoint.progress == Progress(step=1, epoch_loss_sum=0.1 + 0.2)
    assert checkpoint.data_facts.training_months().tolist() == [1, 1, 3]


def test_the_next_steps_are_the_same_to_the_last_bit(tmp_path: Path, trained) -> None:
    network, optimizer = trained
    checkpoint = load_checkpoint(save(tmp_path, trained, 1))
    restored = checkpoint.trained_network(torch.device("cpu"))
    restored = restored.to(memory_format=torch.channels_last)
    restored_optimizer = make_optimizer(restored, CONFIG.training)
    checkpoint.restore_optimizer(restored_optimizer, restored)
    for _ in range(2):
        assert step(network, optimizer) == step(restored, restored_optimizer)
    for (name, one), two in zip(
        network.state_dict().items(), restored.state_dict().values(), strict=True
    ):
        assert torch.equal(one, two), name


def test_newest_two_and_the_best_are_kept(tmp_path: Path, trained) -> None:
    history = []
    for number, mae in ((1, 9.0), (2, 5.0), (3, 7.0), (4, 5.0), (5, 8.0)):
        history.append(entry(number, mae))
        save(tmp_path, trained, number, history)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["step_00000002", "step_00000004", "step_00000005"]
    assert newest_checkpoint(tmp_path).progress.step == 5
    assert best_checkpoint(tmp_path).path.name == "step_00000002"


def test_leftovers_of_a_kill_are_neither_read_nor_kept(tmp_path: Path, trained) -> None:
    save(tmp_path, trained, 1)
    (tmp_path / ".step_00000002.99.tmp").mkdir()
    assert newest_checkpoint(tmp_path).progress.step == 1
    save(tmp_path, trained, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step_00000001", "step_00000002"]


def test_nothing_there_yet(tmp_path: Path, trained) -> None:
    assert newest_checkpoint(tmp_path) is None
    with pytest.raises(UserError, match="no finished epoch yet"):
        best_checkpoint(tmp_path)
    save(tmp_path, trained, 1)
    with pytest.raises(UserError, match="no finished epoch yet"):
        best_checkpoint(tmp_path)


def test_damage_and_other_formats_are_named(tmp_path: Path, trained) -> None:
    with pytest.raises(UserError, match="nowhere: not a checkpoint"):
        load_checkpoint(tmp_path / "nowhere")
    path = save(tmp_path, trained, 1)
    state = (path / "state.json").read_text()
    (path / "state.json").write_text(state.replace(f'"format": {FORMAT}', '"format": 99'))
    with pytest.raises(UserError, match=f"format 99, this version reads {FORMAT}"):
        load_checkpoint(path)
    (path / "state.json").write_text(state[:20])
    with pytest.raises(UserError, match="not a checkpoint"):
        load_checkpoint(path)


@torch.no_grad()
def test_an_attention_network_comes_back_with_the_same_answers(tmp_path: Path) -> None:
    attention = NetworkConfig(attention=True, num_windows=4, crop_size=32, localiser_size=32)
    config = replace(CONFIG, network=attention)
    torch.manual_seed(0)
    network = make_network(attention).to(memory_format=config.training.memory_format)
    torch.nn.init.normal_(network.localiser.head[2].weight, std=0.3)
    with torch.enable_grad():
        optimizer = make_optimizer(network, config.training)
        step(network, optimizer)
    path = save_checkpoint(
        tmp_path,
        network=network,
        optimizer=optimizer,
        config=config,
        data_facts=FACTS,
        progress=Progress(step=1),
    )
    restored = load_checkpoint(path).network(torch.device("cpu")).eval()
    expected = network.eval().forward_with_windows(BATCH.channels, BATCH.sex)
    found = restored.forward_with_windows(BATCH.channels, BATCH.sex)
    assert torch.equal(found.theta, expected.theta)
    assert torch.equal(found.logits, expected.logits)
    assert (expected.theta[..., 1:] - network.anchors).abs().max() > 1e-3


def test_the_average_is_what_is_used_and_the_weights_are_what_is_trained(
    tmp_path: Path, trained
) -> None:
    network, optimizer = trained
    average = WeightAverage(network, decay=0.9)
    step(network, optimizer)
    average.update(step=1)
    path = save_checkpoint(
        tmp_path,
        network=network,
        optimizer=optimizer,
        config=CONFIG,
        data_facts=FACTS,
        progress=Progress(step=2),
        average=average,
    )
    checkpoint = load_checkpoint(path)
    device = torch.device("cpu")
    restored = WeightAverage(checkpoint.trained_network(device), decay=0.9)
    checkpoint.restore_average(restored)
    for found, expected in (
        (checkpoint.network(device), average.network),
        (restored.network, average.network),
        (checkpoint.trained_network(device), network),
    ):
        for name, tensor in expected.state_dict().items():
            assert torch.equal(found.state_dict()[name], tensor), name


def test_patience() -> None:
    progress = Progress()
    assert not progress.has_run_out(1)
    for number, mae in ((1, 9.0), (2, 5.0), (3, 5.0), (4, 6.0)):
        progress.history.append(entry(number, mae))
    assert [progress.has_run_out(patience) for patience in (0, 1, 2, 3)] == [
        *(False, True, True, False)
    ]
