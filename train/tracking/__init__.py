"""Where the figures of a run go while it trains: TensorBoard always, MLflow if asked for."""

from train.tracking.tracker import Tracker, open_trackers, require_trackers

__all__ = ["Tracker", "open_trackers", "require_trackers"]
