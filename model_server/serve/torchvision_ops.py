"""Lets PyPI's torchvision, which is built for CUDA, be imported beside a torch for CPUs."""

from __future__ import annotations

import importlib
import sys
from typing import Any

_kept: list[Any] = []
"""A library's operators go when it does."""


def declare() -> None:
    """Its compiled operators cannot load there, and the import ends with "operator torchvision::nms does not exist".
    Image processors use only what is pure torch, so the two operators that the import asks for are declared and never
    called. Where the import works, or there is no torchvision, nothing is done."""
    try:
        importlib.import_module("torchvision")
    except ImportError:
        return
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    else:
        return
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    import torch

    library: Any = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept.append(library)
    importlib.import_module("torchvision")
