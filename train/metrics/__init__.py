"""Figures from probabilities; nothing here knows a network."""

from train.metrics.evaluation import Evaluation, evaluate_predictions

__all__ = ["Evaluation", "evaluate_predictions"]
