"""Processes that learn together: ``accelerate launch --num_processes N -m model_server.training.grpo``.

Each has the whole model and works on tasks of its own; what is trained (all of a small model, the adapter of a large
one) is a few megabytes, so that its gradients are added up after each batch. One process alone needs none of it.
"""

from __future__ import annotations

import torch
from accelerate import Accelerator


class Crew:
    """``number`` of this process of ``size``, and the device that it computes on."""

    def __init__(self) -> None:
        self._accelerator = Accelerator()
        self.number: int = self._accelerator.process_index
        self.size: int = self._accelerator.num_processes
        self.device: torch.device = self._accelerator.device

    @property
    def first(self) -> bool:
        """Whether this process writes what all have learnt."""
        return self.number == 0

    def total(self, number: float) -> float:
        """The sum over all processes, which all must ask for."""
        return float(self._added(torch.tensor(float(number), device=self.device)))

    def add(self, model: torch.nn.Module) -> None:
        """Every gradient becomes the sum over all processes."""
        if self.size > 1:
            for one in model.parameters():
                if one.requires_grad:
                    one.grad = self._added(torch.zeros_like(one) if one.grad is None else one.grad)

    def _added(self, numbers: torch.Tensor) -> torch.Tensor:
        return self._accelerator.reduce(numbers, "sum") if self.size > 1 else numbers
