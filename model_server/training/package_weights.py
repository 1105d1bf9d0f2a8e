"""Copies a checkpoint into the package as 16-bit weights: ``python -m model_server.training.package_weights``."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from model_server.training.sources import training_folder
from relook_lsp.core.atomic import write_atomically
from relook_lsp.models.llama_inference import read_weights
from relook_lsp.models.shipped_policy import WEIGHTS

FILES = ("config.json", "tokenizer.json")


def write_half_precision(source: Path, target: Path) -> int:
    """The weights as 16-bit floats, in the same format; returns the bytes written."""
    body, header = b"", dict[str, object]()
    for name, numbers in sorted(read_weights(source).items()):
        data = numbers.astype("<f2").tobytes()
        header[name] = {
            "dtype": "F16",
            "shape": list(np.shape(numbers)),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    data = len(head).to_bytes(8, "little") + head + body
    write_atomically(target, data)
    return len(data)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.package_weights", description=__doc__)
    parser.add_argument("--model", type=Path, default=training_folder() / "grpo" / "model")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(options.model / name, options.out / name)
    size = write_half_precision(options.model / "model.safetensors", options.out / "model.safetensors")
    print(f"{options.out}: {size / 1e6:.2f} MB of weights")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
