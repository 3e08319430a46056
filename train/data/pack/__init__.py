"""Packs: all pictures of a data set, letterboxed, or their texture.

A pack is a folder:

    pack.json       what it is: format, canvas settings, storage, source, SHA-256 of each file
    pictures.csv    where each picture lies: id, part, offset, num_bytes
    part_000.bin    pictures one behind the other, each as `storage.py` writes it
    part_001.bin    ...

or, instead of parts, `images/<id>.png` of each picture, or WebDataset shards
`radiographs-000000.tar` with `<id>.png` and `<id>.json`, in which the pictures lie as they do in
parts. With a label file beside them it is a data set, which `--data` takes. The cache of decoded
pictures is made of packs too.
"""

from train.data.pack.reader import PicturePack, is_pack, open_pack
from train.data.pack.writer import write_pack

__all__ = ["PicturePack", "is_pack", "open_pack", "write_pack"]
