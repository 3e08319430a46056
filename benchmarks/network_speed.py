"""The trainer's networks beside the same network written plainly and torchvision's.

    python -m benchmarks.network_speed --out benchmarks/results/networks.json

A training step (forward, loss, backward, clipping, optimiser) and inference of one radiograph, on
one thread. All get the weights of the first and must give its logits and its loss before anything
is timed; rounds are interleaved. torchvision's network is left out, with the reason, where it
cannot be imported, and so are compiled networks where there is no compiler. timm imports
torchvision, so that it could be had nowhere else.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before PyTorch

import torch
from torch import nn
from torch.nn import functional

from benchmarks.answers import WrongAnswerError
from benchmarks.interleaved import Effort, interleave, ratio, spread, timer
from benchmarks.machine import machine
from benchmarks.programs.plain_mobilenet import PlainMobileNetV3Large
from train.age_classes import age_values_months
from train.config import TrainingConfig
from train.data.dataset import Batch
from train.engine.inference import predict
from train.engine.optimization import make_optimizer, train_step
from train.heads.classes import ClassesHead, class_of
from train.model.make_network import Network, make_network
from train.model.network_config import NetworkConfig
from train.model.run_network import run_network

CPU = torch.device("cpu")
NUM_CLASSES = 19
DROPOUT = 0.2
TOLERANCE = 1e-4
"""Of logits and losses: the sums of a convolution run in another order in another layout."""
PLAIN = "written plainly"
TRAINING = TrainingConfig(learning_rate=1e-3, warmup_steps=0, mae_weight=0.0)
NETWORKS = {
    "plain": NetworkConfig(uses_sex=False, dropout=DROPOUT, batch_norm_momentum=0.01),
    "attention": NetworkConfig(uses_sex=False, dropout=DROPOUT, attention=True),
}


class Contestants(NamedTuple):
    """Calls to be timed, and why others are not there."""

    calls: dict[str, Callable[[], object]]
    absent: dict[str, str]


def batch_of(size: int, side: int) -> Batch:
    """Random texture; the time does not depend on what is to be seen."""
    generator = torch.Generator().manual_seed(size)
    channels = torch.randint(0, 256, (size, 3, side, side), dtype=torch.uint8, generator=generator)
    months = torch.linspace(12, 216, size)
    return Batch(channels, torch.full((size,), 2), months)


def trained_a_little(network: Network) -> Network:
    """BatchNorm's statistics are those of the batches, so that no logit is out of all bounds."""
    network.train()
    with torch.no_grad():
        for number in range(3):
            run_network(network, *batch_of(4 + number, 224)[:2])
    return network.to(memory_format=TRAINING.memory_format).eval()


def plain_networks(source: nn.Module) -> tuple[dict[str, nn.Module], dict[str, str]]:
    """The same network by others, with the weights of `source`; and which are not at hand."""
    networks: dict[str, nn.Module] = {PLAIN: PlainMobileNetV3Large(NUM_CLASSES, DROPOUT)}
    absent = {}
    try:
        from torchvision.models import mobilenet_v3_large  # an optional peer
    except (ImportError, RuntimeError) as error:
        absent["torchvision"] = str(error)
    else:
        networks["torchvision"] = mobilenet_v3_large(num_classes=NUM_CLASSES, dropout=DROPOUT)
    for network in networks.values():  # all three have their layers in the same order
        weights = zip(network.state_dict(), source.state_dict().values(), strict=True)
        network.load_state_dict(dict(weights))
    networks[f"{PLAIN}, channels last"] = copy.deepcopy(networks[PLAIN]).to(
        memory_format=torch.channels_last
    )
    return networks, absent


def training_steps(batch: Batch) -> Contestants:
    """One step of each network; the losses of the first must agree."""
    torch.manual_seed(0)
    own = trained_a_little(make_network(NETWORKS["plain"]))
    others, absent = plain_networks(own.trunk)
    head = ClassesHead(age_values_months("centre"), mae_weight=0.0)
    optimizer = make_optimizer(own, TRAINING)

    def own_step() -> float:
        own.train()
        return train_step(own, optimizer, head, batch, TRAINING).loss

    steps = {"ril": own_step}
    steps |= {name: _plain_step(network, batch) for name, network in others.items()}
    losses = {}
    for name, step in steps.items():
        torch.manual_seed(1)  # the same dropout
        losses[name] = step()
    for name, loss in losses.items():
        _check(torch.tensor(loss), torch.tensor(losses[PLAIN]), f"training step, {name}")
    return Contestants(steps, absent)


def _plain_step(network: nn.Module, batch: Batch) -> Callable[[], float]:
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=TRAINING.learning_rate, weight_decay=TRAINING.weight_decay
    )

    def step() -> float:
        network.train()
        optimizer.zero_grad()
        logits = network(batch.channels.float() / 255)
        loss = functional.cross_entropy(logits, class_of(batch.bone_age_months))
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), TRAINING.gradient_clip)
        optimizer.step()
        return loss.item()

    return step


def inferences(batch: Batch) -> Contestants:
    """Both networks as `predict` runs them, and the others; compiled, too."""
    torch.manual_seed(0)
    own = {name: trained_a_little(make_network(config)) for name, config in NETWORKS.items()}
    others, absent = plain_networks(own["plain"].trunk)
    head = ClassesHead(age_values_months("centre"), mae_weight=0.0)
    calls: dict[str, Callable[[], Any]] = {
        f"ril, {name}": lambda network=network: predict(network, head, [batch], CPU).ages.months
        for name, network in own.items()
    }
    calls |= {name: _plain_inference(net.eval(), batch, head) for name, net in others.items()}
    for name, network in own.items():
        try:
            calls[f"ril, {name}, compiled"] = _compiled(network, batch, head)
        except Exception as error:  # whatever a compiler's absence leads to
            absent[f"ril, {name}, compiled"] = str(error).splitlines()[0]
    for name, call in calls.items():
        same = "ril, attention" if "attention" in name else PLAIN
        months, expected = torch.as_tensor(call()), torch.as_tensor(calls[same]())
        _check(months, expected, f"inference, {name}")
    return Contestants(calls, absent)


def _plain_inference(
    network: nn.Module, batch: Batch, head: ClassesHead
) -> Callable[[], torch.Tensor]:
    @torch.inference_mode()
    def months() -> torch.Tensor:
        probabilities = network(batch.channels.float() / 255).double().softmax(dim=1)
        return probabilities @ head.values

    return months


def _compiled(network: Network, batch: Batch, head: ClassesHead) -> Callable[[], torch.Tensor]:
    run = torch.compile(run_network)

    @torch.inference_mode()
    def months() -> torch.Tensor:
        return head.ages(run(network, batch.channels, batch.sex).outputs.double()).months

    months()
    return months


def _check(values: torch.Tensor, expected: torch.Tensor, name: str) -> None:
    if not torch.allclose(values.double(), expected.double(), rtol=TOLERANCE, atol=TOLERANCE):
        raise WrongAnswerError(f"{name}: {values} instead of {expected}")


def measured(contestants: Contestants, baseline: str, effort: Effort) -> dict[str, Any]:
    """Milliseconds of each, and how many times the baseline's."""
    timers = {name: timer(call) for name, call in contestants.calls.items()}
    samples = interleave(timers, effort)
    return {
        "absent": contestants.absent,
        "rows": {
            name: {
                "milliseconds": spread(seconds).scaled(1e3)._asdict(),
                "ratio": ratio(seconds, samples[baseline])._asdict(),
            }
            for name, seconds in samples.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.network_speed")
    parser.add_argument("--batch-size", type=int, default=8, help="of a training step")
    parser.add_argument("--size", type=int, default=224, help="side of the pictures in pixels")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, help="where to write the results as JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    effort = Effort(options.rounds, options.rounds, 0)
    steps = training_steps(batch_of(options.batch_size, options.size))
    results = {
        "machine": machine(),
        "batch_size": options.batch_size,
        "size": options.size,
        "training_step": measured(steps, PLAIN, effort),
        "inference": measured(inferences(batch_of(1, options.size)), PLAIN, effort),
    }
    for name in ("training_step", "inference"):
        print(f"{name.replace('_', ' ')}, {options.size} px: median ms, times {PLAIN!r}")
        for row, figures in results[name]["rows"].items():
            milliseconds, times = figures["milliseconds"], figures["ratio"]
            print(
                f"  {row:32} {milliseconds['median']:8.1f}   {times['median']:.3f} "
                f"({times['q1']:.3f} to {times['q3']:.3f})"
            )
        for row, reason in results[name]["absent"].items():
            print(f"  {row:32} absent: {reason}")
    if options.out is not None:
        options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
