"""Threads of the caller, forks, fresh processes."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ril import _core, lbp


def run_script(script: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_eight_python_threads_at_once():
    images = np.random.default_rng(0).integers(0, 256, (8, 3, 64, 65), np.uint8)
    expected = [lbp.multiscale_lbp(image) for image in images]
    with ThreadPoolExecutor(8) as pool:
        for num_threads in (1, 2, 0):
            found = list(
                pool.map(
                    lambda image, n=num_threads: lbp.multiscale_lbp(image, num_threads=n), images
                )
            )
            for one, other in zip(found, expected, strict=True):
                assert_array_equal(one, other)


FORK = """
import os, signal, warnings
import numpy as np
from ril.lbp import multiscale_lbp

warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, on forks of threaded processes
images = np.random.default_rng(0).integers(0, 256, (4, 60, 70), np.uint8)
expected = multiscale_lbp(images, num_threads=2)
for num_threads in (1, 0, 2):
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        same = (multiscale_lbp(images, num_threads=num_threads) == expected).all()
        os._exit(0 if same else 3)
    print(os.waitpid(child, 0)[1], end=" ")
print((multiscale_lbp(images, num_threads=2) == expected).all())
"""


def test_forked_children_of_a_threaded_parent_return():
    assert run_script(FORK) == "0 0 0 True"


LOADER = """
import warnings
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
from ril.lbp import multiscale_lbp

warnings.simplefilter("ignore", DeprecationWarning)
images = np.random.default_rng(0).integers(0, 256, (12, 40, 50), np.uint8)
expected = multiscale_lbp(images, num_threads=2)

class Textures(Dataset):
    def __len__(self):
        return len(images)

    def __getitem__(self, index):
        return torch.from_numpy(multiscale_lbp(images[index], num_threads=index % 3))

loader = DataLoader(Textures(), batch_size=3, num_workers=2, multiprocessing_context="fork",
                    timeout=60)
print((torch.cat(list(loader)).numpy() == expected).all())
"""


def test_forked_workers_of_a_data_loader():
    pytest.importorskip("torch")
    assert run_script(LOADER) == "True"


def test_import_needs_numpy_alone():
    others = ("torch", "cv2", "sklearn", "skimage", "train")
    script = (
        f"import sys, ril.lbp, ril.compat.skimage; print([m for m in {others} if m in sys.modules])"
    )
    assert run_script(script) == "[]"


DIGEST = """
import hashlib
import numpy as np
from ril import _core
from ril.lbp import local_binary_pattern, square_lbp

digest = hashlib.sha256()
rng = np.random.default_rng(0)
for dtype in "bool uint8 int8 uint16 int16 uint32 int32 uint64 int64 float32 float64".split():
    image = rng.integers(0, 256, (37, 83)).astype(dtype)
    if dtype.startswith("f"):
        image = (image * np.pi).astype(dtype)
    digest.update(square_lbp(image))
    for P, R in ((8, 1), (12, 1.5), (16, 2), (24, 3), (31, 4)):
        for method in ("default", "ror", "uniform", "var"):
            digest.update(local_binary_pattern(image, P, R, method))
print(_core.instruction_set(), digest.hexdigest())
"""


def test_instruction_sets_agree_to_the_last_bit():
    chosen, digest = run_script(DIGEST, RIL_ISA="").split()
    assert chosen == _core.instruction_set() or "RIL_ISA" in os.environ
    assert run_script(DIGEST, RIL_ISA="baseline").split() == ["baseline", digest]
    name, other = run_script(DIGEST, RIL_ISA="avx2").split()
    assert other == digest
    assert name in ("baseline", "avx2")
