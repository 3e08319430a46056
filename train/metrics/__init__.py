"""Figures from predictions; nothing here knows a network."""

from train.metrics.evaluation import Evaluation, evaluate_predictions
from train.metrics.window_coverage import WindowCoverage, window_coverage

__all__ = ["Evaluation", "WindowCoverage", "evaluate_predictions", "window_coverage"]
