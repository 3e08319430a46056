"""The phantom: procedurally drawn hand radiographs whose ossification follows age."""

from train.data.phantom.hand import draw_hand

__all__ = ["draw_hand"]
