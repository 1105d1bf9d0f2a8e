"""The part of datasets that ``model_server`` uses; it is not installed where types are checked."""

from collections.abc import Sequence
from typing import Any

class Dataset:
    @classmethod
    def from_list(cls, mapping: Sequence[dict[str, Any]]) -> Dataset: ...
