"""Checkpoints of a training run: the model for its users, and the optimizer state to resume from."""

from __future__ import annotations

from pathlib import Path

import torch

from model_server.training.policies import TrainablePolicy, restore_parameters, trainable_parameters

STATE = "state.pt"


def save_checkpoint(policy: TrainablePolicy, optimizer: torch.optim.Optimizer, out: Path, step: int) -> None:
    """Writes atomically: a kill while writing leaves the previous checkpoint."""
    policy.save(out / "model")
    kept = {"optimizer": optimizer.state_dict(), "step": step, "model": trainable_parameters(policy)}
    torch.save(kept, out / "state.new")
    (out / "state.new").replace(out / STATE)


def resume_checkpoint(policy: TrainablePolicy, optimizer: torch.optim.Optimizer, out: Path) -> int:
    """Restores weights and optimizer; returns the step of the checkpoint, 0 where there is none."""
    if not (out / STATE).exists():
        return 0
    kept = torch.load(out / STATE, weights_only=True, map_location=policy.model.device)
    restore_parameters(policy, kept["model"])
    optimizer.load_state_dict(kept["optimizer"])
    return kept["step"]
