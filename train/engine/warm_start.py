"""Start a network from what another run has learned."""

from __future__ import annotations

import pandas as pd
import torch
from torch import nn

from train.data.splits import Split
from train.engine.checkpoints import best_checkpoint
from train.errors import UserError
from train.model.bone_age_network import BoneAgeNetwork
from train.model.make_network import Network
from train.run_folder import RunFolder


def start_from_run(network: Network, run: RunFolder) -> None:
    """Copy the weights of the run's best epoch into `network`.

    A network of the same kind takes every weight of the same name and shape; what has another
    shape, such as the last layer of another head, stays fresh. Networks of different kinds have
    MobileNetV3 bodies in common: each body takes that of the other network, which is the one of
    recognition where it has several. What reads a plain network's features goes on to read those of
    a localiser (`--whole-picture`) that has the same head.
    """
    source = best_checkpoint(run.checkpoints).network(torch.device("cpu"))
    if type(source) is not type(network):
        learned = source.bodies()[-1].features.state_dict()
        for body in network.bodies():
            body.features.load_state_dict(learned)
        if isinstance(source, BoneAgeNetwork) and network.whole_picture is not None:
            _take_what_fits(network.whole_picture.classifier, source.trunk.classifier)
            if network.whole_picture.sex_shift is not None and source.sex_shift is not None:
                _take_what_fits(network.whole_picture.sex_shift, source.sex_shift)
        return
    _take_what_fits(network, source)


def _take_what_fits(module: nn.Module, source: nn.Module) -> None:
    own = module.state_dict()
    fitting = {
        name: tensor
        for name, tensor in source.state_dict().items()
        if name in own and own[name].shape == tensor.shape
    }
    module.load_state_dict(fitting, strict=False)


def require_weights(run: RunFolder) -> None:
    """Raises UserError where there is no run, or one that has not finished an epoch."""
    run.read_config()
    best_checkpoint(run.checkpoints)


def require_unseen(run: RunFolder, label_hash: str, split: Split) -> None:
    """Refuse a start from a run that was trained on what this one judges by.

    Raises:
        UserError: the labels are the same, and rows for training there are for validation or test
            here.
    """
    if best_checkpoint(run.checkpoints).data_facts.label_hash != label_hash:
        return
    parts = pd.read_csv(run.split_file, dtype=str)
    trained_on = parts.loc[parts["part"] == "training", "id"]
    for part in ("validation", "test"):
        number = int(getattr(split, part)["id"].astype(str).isin(trained_on).sum())
        if number > 0:
            raise UserError(
                f"{run.path}: was trained on {number} of this run's {part} rows; divide the data "
                "as it did (--seed, --num-test, --num-validation, --num-folds, --fold)"
            )
