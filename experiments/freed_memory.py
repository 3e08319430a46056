"""What it costs a network on a CPU to give its memory back to the system.

    python experiments/freed_memory.py [ROUNDS]

Processor time of a training step and of inference, 32 radiographs and one thread, in processes of
their own that take turns: with `keep_freed_memory` and without.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch

from train.age_classes import age_values_months
from train.config import TrainingConfig
from train.data.dataset import Batch
from train.engine.allocator import keep_freed_memory
from train.engine.inference import predict
from train.engine.optimization import make_optimizer, train_step
from train.heads.classes import ClassesHead
from train.model.make_network import make_network
from train.model.network_config import NetworkConfig

NETWORKS = {
    "plain, 160 px": (NetworkConfig(), 160),
    "nine windows of 64 px": (NetworkConfig(attention=True, crop_size=64, localiser_size=64), 192),
}
BATCH_SIZE, WARMUP, REPEATS = 32, 2, 8


def main(num_rounds: int) -> None:
    """Print medians, and the ratio round by round."""
    for network in NETWORKS:
        rounds = [
            [_in_a_process(network, memory) for memory in ("kept", "given back")]
            for _ in range(num_rounds)
        ]
        for work in rounds[0][0]:
            kept, given_back = (
                [side[work] for side in sides] for sides in zip(*rounds, strict=True)
            )
            ratios = [a / b for a, b in zip(kept, given_back, strict=True)]
            print(
                f"{network}, {work}: {statistics.median(kept):.1f} ms a radiograph kept, "
                f"{statistics.median(given_back):.1f} given back; ratio "
                f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )


def _in_a_process(network: str, memory: str) -> dict[str, float]:
    command = [sys.executable, __file__, network, memory]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(network_name: str, memory: str) -> None:
    """Print the milliseconds of a radiograph as JSON."""
    if memory == "kept":
        keep_freed_memory()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network_config, size = NETWORKS[network_name]
    config = TrainingConfig()
    network = make_network(network_config).to(memory_format=config.memory_format)
    optimizer = make_optimizer(network, config)
    head = ClassesHead(age_values_months("centre"), config.mae_weight)
    batch = Batch(
        torch.randint(0, 256, (BATCH_SIZE, 3, size, size), dtype=torch.uint8),
        torch.zeros(BATCH_SIZE, dtype=torch.int64),
        torch.linspace(12, 216, BATCH_SIZE),
    )

    def step() -> None:
        train_step(network.train(), optimizer, head, batch, config)

    def inference() -> None:
        predict(network, head, [batch], torch.device("cpu"))

    print(json.dumps({"training step": _milliseconds(step), "inference": _milliseconds(inference)}))


def _milliseconds(work: Callable[[], None]) -> float:
    for _ in range(WARMUP):
        work()
    begin = time.process_time()
    for _ in range(REPEATS):
        work()
    return 1e3 * (time.process_time() - begin) / REPEATS / BATCH_SIZE


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(*sys.argv[1:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
