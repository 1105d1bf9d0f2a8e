from pathlib import Path

from torch import Tensor

def save_file(tensors: dict[str, Tensor], filename: Path) -> None: ...
