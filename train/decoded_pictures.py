"""The letterboxed pictures of a data set, wherever they are: packed, in the cache, or in files."""

from __future__ import annotations

from pathlib import Path

from train.data.labels import LabelledRadiographs
from train.data.pack import PicturePack
from train.data.picture_cache import PictureCache, default_cache_folder
from train.data.preprocessing import Preprocessor
from train.terminal import console, progress_bar


def decoded_pictures(
    labelled: LabelledRadiographs,
    preprocessor: Preprocessor,
    cache_folder: Path | None = None,
    *,
    within: LabelledRadiographs | None = None,
    skip_bad: bool = False,
    num_threads: int = 1,
) -> PicturePack | None:
    """The pictures of `labelled`: its own pack if that is uncompressed, or decoded into the cache.

    Args:
        labelled: the rows whose pictures are needed.
        preprocessor: makes the canvases.
        cache_folder: of the cache; default: in the user's cache folder.
        within: the data set that `labelled` is a part of; the cache may have all of it.
        skip_bad: leave out pictures that cannot be read.
        num_threads: that decode.

    Returns:
        None where the cache cannot be written: files are then decoded at each look.

    Raises:
        UserError: a picture cannot be read, without `skip_bad`.
    """
    if labelled.pack is not None and labelled.pack.manifest.storage == "raw":
        return labelled.pack
    cache = PictureCache(cache_folder or default_cache_folder())
    try:
        for wanted in (within, labelled):
            found = cache.find(wanted, preprocessor) if wanted is not None else None
            if found is not None:
                return found
        with progress_bar("decoding pictures", len(labelled.table)) as advance:
            pack = cache.make(
                labelled,
                preprocessor,
                skip_bad=skip_bad,
                num_threads=num_threads,
                on_picture=advance,
            )
    except OSError as error:
        console.print(f"no cache of pictures, they are decoded at each look: {error}")
        return labelled.pack
    mebibytes = sum(facts.num_bytes for facts in pack.manifest.files.values()) / 2**20
    console.print(f"decoded pictures are kept in {cache.folder} ({mebibytes:.0f} MiB; --no-cache)")
    return pack
