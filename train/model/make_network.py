"""The network that a configuration asks for."""

from __future__ import annotations

from train.model.attention_network import AttentionNetwork
from train.model.bone_age_network import BoneAgeNetwork
from train.model.network_config import NetworkConfig

Network = BoneAgeNetwork | AttentionNetwork


def make_network(config: NetworkConfig) -> Network:
    """A network with fresh weights."""
    return AttentionNetwork(config) if config.attention else BoneAgeNetwork(config)
