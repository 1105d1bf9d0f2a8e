"""The part of accelerate that ``model_server`` uses; it is not installed where types are checked."""

import torch

class Accelerator:
    device: torch.device
    num_processes: int
    process_index: int

    def reduce(self, tensor: torch.Tensor, reduction: str) -> torch.Tensor: ...
