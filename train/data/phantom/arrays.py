"""Array types of the phantom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Plane = NDArray[np.float32]
Radiograph = NDArray[np.uint8]
