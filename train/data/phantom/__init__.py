"""The phantom: procedurally drawn hand radiographs whose ossification follows age."""

from train.data.phantom.contact_sheet import contact_sheet
from train.data.phantom.dataset import write_phantom_dataset
from train.data.phantom.faults import FaultProbabilities
from train.data.phantom.hand import draw_hand

__all__ = ["FaultProbabilities", "contact_sheet", "draw_hand", "write_phantom_dataset"]
