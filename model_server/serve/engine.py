"""The process that is vLLM: its own OpenAI-compatible server, started so that it also works on a CPU.

What runs at import time also runs in vLLM's worker processes, which import this module again.
"""

from __future__ import annotations

import runpy

from model_server.serve import torchvision_ops

torchvision_ops.declare()

if __name__ == "__main__":
    # Not the `vllm` command: builds for CPUs are packaged under another name, which it does not find itself by.
    runpy.run_module("vllm.entrypoints.openai.api_server", run_name="__main__")
