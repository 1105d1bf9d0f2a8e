"""Data-parallel training: ``accelerate launch --num_processes N -m model_server.training.grpo``.

Every process holds the whole model and works on its own tasks. The trained parameters (all of a small model, the adapter
of a large one) are a few megabytes, so the gradients are summed over all processes after each batch.
"""

from __future__ import annotations

import torch
from accelerate import Accelerator


class ProcessGroup:
    """``number`` of this process of ``size``, and the device that it computes on."""

    def __init__(self) -> None:
        self._accelerator = Accelerator()
        self.rank: int = self._accelerator.process_index
        self.world_size: int = self._accelerator.num_processes
        self.device: torch.device = self._accelerator.device

    @property
    def is_main(self) -> bool:
        """Whether this process writes metrics and checkpoints."""
        return self.rank == 0

    def sum(self, number: float) -> float:
        """Sums a number over all processes. Every process must call it."""
        return float(self._reduce(torch.tensor(float(number), device=self.device)))

    def sum_gradients(self, model: torch.nn.Module) -> None:
        """Replaces every gradient by its sum over all processes."""
        if self.world_size > 1:
            for one in model.parameters():
                if one.requires_grad:
                    one.grad = self._reduce(torch.zeros_like(one) if one.grad is None else one.grad)

    def _reduce(self, numbers: torch.Tensor) -> torch.Tensor:
        return self._accelerator.reduce(numbers, "sum") if self.world_size > 1 else numbers
