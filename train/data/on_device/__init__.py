"""The way of the data on a device: all pictures lie there, and batches are made there.

What `train.data` does to one picture in NumPy and OpenCV, this does to a batch in PyTorch: for
GPUs, which would wait for the processes that read ahead.
"""

from train.data.on_device.batches import BatchesOnDevice

__all__ = ["BatchesOnDevice"]
