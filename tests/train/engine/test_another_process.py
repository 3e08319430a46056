"""What a saved network says does not depend on the process that asks it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.train.conftest import REPOSITORY
from train.config import RunConfig
from train.data.dataset import Batch
from train.engine.checkpoints import (
    DataFacts,
    Progress,
    load_checkpoint,
    make_run_head,
    save_checkpoint,
)
from train.engine.inference import predict
from train.engine.optimization import make_optimizer, train_step
from train.model.make_network import make_network
from train.model.network_config import NetworkConfig

CPU = torch.device("cpu")
FACTS = DataFacts("abc", [12.0 * k + 6.5 for k in range(19)], [0, *[1] * 228])
ATTENTION = NetworkConfig(attention=True, num_windows=4, crop_size=32, localiser_size=32)
IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
import numpy as np
from tests.train.engine.test_another_process import ask
np.savez(sys.argv[2], *ask(Path(sys.argv[1])))
"""


def batch() -> Batch:
    generator = torch.Generator().manual_seed(0)
    channels = torch.randint(0, 256, (4, 3, 64, 64), dtype=torch.uint8, generator=generator)
    return Batch(channels, torch.tensor([0, 1, 2, 0]), torch.tensor([9.0, 90.0, 130.0, 200.0]))


def ask(path: Path) -> list[np.ndarray]:
    """Months, probabilities and windows that the checkpoint at `path` gives."""
    torch.set_num_threads(1)
    checkpoint = load_checkpoint(path)
    ages, theta = predict(checkpoint.network(CPU), checkpoint.head(CPU), [batch()], CPU)
    return [ages.months, ages.probabilities, *([] if theta is None else [theta])]


@pytest.fixture
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("network_config", [NetworkConfig(), ATTENTION], ids=["plain", "attention"])
def test_same_bits_in_another_process(tmp_path: Path, network_config: NetworkConfig) -> None:
    config = RunConfig(network=network_config)
    torch.manual_seed(0)
    network = make_network(config.network).train()
    optimizer = make_optimizer(network, config.training)
    head = make_run_head(config, FACTS)
    for _ in range(2):
        train_step(network, optimizer, head, batch(), config.training)
    path = save_checkpoint(
        tmp_path,
        network=network,
        optimizer=optimizer,
        config=config,
        data_facts=FACTS,
        progress=Progress(step=2),
    )
    expected = ask(path)
    answers = tmp_path / "answers.npz"
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(path), str(answers)]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    with np.load(answers) as found:
        for name, value in zip(found.files, expected, strict=True):
            assert np.array_equal(found[name], value)
