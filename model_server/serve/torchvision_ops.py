"""Lets PyPI's torchvision, which is built for CUDA, be imported beside a torch for CPUs.

Its compiled operators cannot load there, and its import ends with "operator torchvision::nms does not exist". Image
processors use only what is pure torch, so the two operators that the import asks for are declared and never called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

_kept: list[Any] = []
"""A library's operators go when it does."""


class _BeforeTorchvision(MetaPathFinder):
    """Finds nothing; does its work when torchvision is first asked for, because torch takes seconds to import."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            _declare_missing()
        return None


def install_import_hook() -> None:
    sys.meta_path.insert(0, _BeforeTorchvision())


def _declare_missing() -> None:
    spec = PathFinder.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return
    import torch

    operators = sorted(Path(next(iter(spec.submodule_search_locations))).glob("_C*.so"))
    try:
        for file in operators:
            torch.ops.load_library(str(file))
    except OSError:
        operators = []
    if operators:
        return
    library: Any = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept.append(library)
