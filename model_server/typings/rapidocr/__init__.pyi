"""The part of RapidOCR that ``model_server`` uses; it is not installed where types are checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

class _Output:
    txts: tuple[str, ...] | None

class RapidOCR:
    def __init__(self, *, params: dict[str, Any]) -> None: ...
    def __call__(self, img: NDArray[np.uint8]) -> _Output: ...
