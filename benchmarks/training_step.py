"""Where the time of a training step goes, and whether a step waits for its data.

    python benchmarks/training_step.py --data DATA --recipe short --out training_step.json

First what one radiograph costs on its way to the network, in one thread; then the parts of a step;
then the trainer's step beside the same network in a plain PyTorch loop, in interleaved rounds after
their losses were compared. `waits` is the time to make a batch over the time of a step for one
process that reads ahead: below 1, no step waits.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional

from train.age_classes import age_values_months
from train.data.dataset import Batch, RadiographDataset, Visit
from train.data.decode import decode
from train.data.labels import read_data_set
from train.data.on_device import BatchesOnDevice
from train.data.picture_cache import PictureCache
from train.engine.inference import resolve_device
from train.engine.optimization import make_optimizer, set_learning_rates, train_step
from train.engine.precision import resolve_precision
from train.heads.classes import ClassesHead
from train.model.make_network import make_network
from train.recipes import RECIPES

NUM_STEPS = 1000
"""Of the run that the steps are taken to belong to."""


class Stopwatch:
    """Medians of named times; waits for a GPU to finish what it was given."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], object]) -> object:
        self._wait()
        begin = time.perf_counter()
        result = work()
        self._wait()
        self.seconds.setdefault(name, []).append(time.perf_counter() - begin)
        return result

    def milliseconds(self, name: str) -> float:
        return 1e3 * statistics.median(self.seconds[name])

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def time_radiographs(watch: Stopwatch, labelled, config, number: int) -> RadiographDataset:
    """decode, letterbox, cached, augment, texture; returns the cached data set."""
    table = labelled.table.sample(number, random_state=0).reset_index(drop=True)
    preprocessor, augmentation = config.preprocessor, config.augmentation
    few = type(labelled)(table, labelled.label_hash, labelled.pack)
    with tempfile.TemporaryDirectory() as folder:
        pack = PictureCache(Path(folder)).make(few, preprocessor)
        dataset = RadiographDataset(table, preprocessor, pack=pack, augmentation=augmentation)
        for row in range(number):
            canvas = watch.time("cached picture", lambda row=row: dataset.canvas(row))
            if labelled.pack is None:
                path = table["path"][row]
                picture = watch.time("decode", lambda path=path: decode(path))
                fresh = watch.time("letterbox", lambda p=picture: preprocessor.canvas(p))
                assert np.array_equal(fresh, canvas)
            rng = np.random.default_rng(row)
            turned = watch.time("augment", lambda c=canvas, rng=rng: augmentation(c, rng))
            watch.time("texture", lambda c=turned: preprocessor.channels(c))
        visits = [Visit(0, row % number) for row in range(config.training.batch_size)]
        watch.time("batch, first", lambda: [dataset[visit] for visit in visits])
        for _ in range(5):
            items = watch.time("batch in one process", lambda: [dataset[v] for v in visits])
        on_device = BatchesOnDevice(dataset, [visits] * 6, watch.device)
        batches = iter(on_device)
        next(batches)
        for _ in range(5):
            watch.time("batch on the device", lambda: next(batches))
    return Batch(*(torch.stack(parts) for parts in zip(*items, strict=True)))


def time_steps(watch: Stopwatch, batch: Batch, config, rounds: int) -> None:
    """The parts of a plain step, and the trainer's step beside it."""
    torch.manual_seed(0)
    batch = batch.to(watch.device)
    precision = resolve_precision(config.training.precision, watch.device)
    training = dataclasses.replace(config.training, precision=precision)
    tolerance = 1e-3 if precision == "float32" else 3e-2
    head = ClassesHead(age_values_months("centre"), training.mae_weight).to(watch.device)
    values = torch.from_numpy(age_values_months("centre")).float().to(watch.device)
    networks = {"plain": make_network(config.network).to(watch.device)}
    networks["trainer"] = copy.deepcopy(networks["plain"]).to(memory_format=torch.channels_last)
    optimizers = {name: make_optimizer(net, training) for name, net in networks.items()}
    for optimizer in optimizers.values():
        set_learning_rates(optimizer, training, NUM_STEPS // 2, NUM_STEPS)

    def plain_loss() -> torch.Tensor:
        logits = networks["plain"](batch.channels, batch.sex)
        classes = torch.ceil(batch.bone_age_months / 12).long() - 1
        months = logits.softmax(dim=1) @ values
        error = (months - batch.bone_age_months).abs().mean() / 12
        return functional.cross_entropy(logits, classes) + training.mae_weight * error

    def plain_step() -> float:
        for network in networks.values():
            network.train()
        optimizers["plain"].zero_grad(set_to_none=True)
        loss = watch.time("forward", plain_loss)
        watch.time("backward", loss.backward)
        if training.gradient_clip > 0:
            torch.nn.utils.clip_grad_norm_(networks["plain"].parameters(), training.gradient_clip)
        watch.time("optimiser", optimizers["plain"].step)
        return loss.item()

    def trainer_step() -> float:
        network, optimizer = networks["trainer"], optimizers["trainer"]
        return train_step(network, optimizer, head, batch, training).loss

    def inference(name: str) -> torch.Tensor:
        with torch.inference_mode():
            return networks[name].eval()(batch.channels, batch.sex)

    for number in range(rounds + 1):
        torch.manual_seed(number)
        plain = watch.time("plain step", plain_step)
        torch.manual_seed(number)
        own = watch.time("trainer's step", trainer_step)
        if number == 0:  # the same step; later ones drift apart by rounding
            assert abs(own - plain) < tolerance * plain, (own, plain)
            watch.seconds = {k: v for k, v in watch.seconds.items() if "step" not in k}
            for part in ("forward", "backward", "optimiser"):
                del watch.seconds[part]
    for _ in range(rounds):
        for name in networks:
            watch.time(f"inference, {name}", lambda name=name: inference(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="short")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--num-radiographs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--out", type=Path, help="where to write the results as JSON")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    config = RECIPES[options.recipe]()
    watch = Stopwatch(resolve_device(options.device))
    labelled = read_data_set(options.data)
    batch = time_radiographs(watch, labelled, config, options.num_radiographs)
    time_steps(watch, batch, config, options.rounds)
    results = {name: watch.milliseconds(name) for name in watch.seconds if "first" not in name}
    for name, milliseconds in results.items():
        print(f"{name:24} {milliseconds:9.3f} ms")
    results["waits"] = results["batch in one process"] / results["trainer's step"]
    results["trainer / plain"] = results["trainer's step"] / results["plain step"]
    print(f"waits: {results['waits']:.3f}; trainer / plain: {results['trainer / plain']:.3f}")
    results |= {"recipe": options.recipe, "device": str(watch.device), "torch": torch.__version__}
    results |= {"threads": torch.get_num_threads()}
    if options.out is not None:
        options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
