"""What a training run goes on from after a kill: the model for whoever uses it, and the state of learning beside it."""

from __future__ import annotations

from pathlib import Path

import torch

from model_server.training.students import Student, restore, trained

STATE = "state.pt"


def save(student: Student, optimizer: torch.optim.Optimizer, out: Path, step: int) -> None:
    """Whole or not at all: a kill while writing leaves the last one."""
    student.save(out / "model")
    kept = {"optimizer": optimizer.state_dict(), "step": step, "model": trained(student)}
    torch.save(kept, out / "state.new")
    (out / "state.new").replace(out / STATE)


def resume(student: Student, optimizer: torch.optim.Optimizer, out: Path) -> int:
    """The step that was kept, with the weights of then; 0 where there is none."""
    if not (out / STATE).exists():
        return 0
    kept = torch.load(out / STATE, weights_only=True, map_location=student.model.device)
    restore(student, kept["model"])
    optimizer.load_state_dict(kept["optimizer"])
    return kept["step"]
