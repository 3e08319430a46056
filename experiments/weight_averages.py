"""One run on drawn hands, judged after every epoch with several moving averages of its weights.

    python experiments/weight_averages.py FOLDER WEIGHTS SCHEDULE

FOLDER is what `phantom_like_rsna.py` has drawn, WEIGHTS what the network starts from, SCHEDULE
`cosine` or `constant`.
"""

from __future__ import annotations

import copy
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from train.data.dataset import FixedOrder, RadiographDataset, make_loader
from train.data.labels import read_data_set
from train.data.splits import SplitConfig, split_rows
from train.engine.checkpoints import DataFacts
from train.engine.inference import predict
from train.engine.loop import prepare_training, train_to_end
from train.engine.weight_average import WeightAverage
from train.model.make_network import Network
from train.recipes import demo
from train.run_folder import start_run

FOREVER = 10**9
"""A step at which the decay has risen to its end: an average without warm-up."""


def main(folder: Path, weights: Path, schedule: str) -> None:
    """Train and print a line for each epoch."""
    torch.set_num_threads(1)
    config = demo()
    training_config = replace(
        config.training, epochs=6, learning_rate=1e-3, warmup_steps=50, schedule=schedule
    )
    config = replace(
        config,
        imagenet_weights=weights,
        training=training_config,
        split=SplitConfig(num_test=600, num_validation=200),
    )
    labelled = read_data_set(folder)
    split = split_rows(labelled.table, config.split, config.seed)
    months = split.training["bone_age_months"].to_numpy()
    validation_set = RadiographDataset(split.validation, config.preprocessor)
    training = prepare_training(
        start_run(Path(tempfile.mkdtemp()) / "run", config),
        config,
        training_set=RadiographDataset(
            split.training,
            config.preprocessor,
            augmentation=config.augmentation,
            unknown_sex_probability=config.training.unknown_sex_probability,
        ),
        validation_set=validation_set,
        data_facts=DataFacts(
            labelled.label_hash, (12.0 * np.arange(19) + 6.5).tolist(), np.bincount(months).tolist()
        ),
        device=torch.device("cpu"),
        checkpoint=None,
    )
    averages = {
        "0.99": WeightAverage(training.network, 0.99),
        "0.99, no warm-up": WeightAverage(training.network, 0.99),
        "0.998": WeightAverage(training.network, 0.998),
    }

    def on_step(_figures: object) -> None:
        for name, average in averages.items():
            average.update(FOREVER if "no warm-up" in name else training.progress.step - 1)

    def on_epoch(entry: dict[str, float]) -> None:
        networks = {name: average.network for name, average in averages.items()}
        networks["0.99, last statistics"] = _with_statistics(networks["0.99"], training.network)
        found = {"weights": entry["validation_mae_months"]}
        for name, network in networks.items():
            loader = make_loader(validation_set, FixedOrder(len(validation_set), 50), 0)
            ages = predict(network, training.head, loader, training.device).ages.months
            found[name] = float(np.abs(ages - validation_set.bone_age_months).mean())
        print(entry["epoch"], {name: round(mae, 2) for name, mae in found.items()}, flush=True)

    training.config = replace(training.config, num_workers=0)
    training.on_step, training.on_epoch = on_step, on_epoch
    train_to_end(training)


def _with_statistics(average: Network, network: Network) -> Network:
    """The averaged weights with the running statistics of the weights as they are."""
    mixed = copy.deepcopy(average)
    for own, other in zip(mixed.buffers(), network.buffers(), strict=True):
        own.copy_(other)
    return mixed


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
