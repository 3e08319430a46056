"""What the network's last layer means: its loss, and the way back to ages. One file a head."""

from train.heads.head import Ages, Head
from train.heads.make_head import HEADS_OVER_CLASSES, NUM_OUTPUTS, HeadName, make_head

__all__ = ["HEADS_OVER_CLASSES", "NUM_OUTPUTS", "Ages", "Head", "HeadName", "make_head"]
