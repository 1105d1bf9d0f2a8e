"""Explains why a server did not start, in one sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KNOWN = (
    (
        r"CUDA out of memory|OutOfMemoryError|No available memory for the cache blocks|Cannot allocate memory|"
        r"larger than the (available|maximum number of tokens)|not enough memory|DefaultCPUAllocator|"
        r"Free memory on device",
        "There is not enough memory for {model}. Take a smaller one, or give vLLM less to keep: "
        "-- --max-model-len 8192 --gpu-memory-utilization 0.9",
    ),
    (
        r"Repository Not Found|is not a local folder and is not a valid model identifier|RepositoryNotFoundError",
        "There is no model {model}, neither as a folder nor on the hub (or it is private: set HF_TOKEN).",
    ),
    (
        r"GatedRepoError|Access to model .* is restricted",
        "The model {model} has a licence that must be accepted on its page first; then set HF_TOKEN.",
    ),
    (
        r"couldn't connect to|LocalEntryNotFoundError|OfflineModeIsEnabled|ConnectionError|MaxRetryError|"
        r"Can't load the configuration of|Cannot find an appropriate cached snapshot|Name or service not known|"
        r"Temporary failure in name resolution|Network is unreachable",
        "The hub cannot be reached to load {model}. Name a folder that has it: --model /path/to/model",
    ),
    (r"[Aa]ddress already in use", "Another program uses the port. Choose another one: --port N"),
    (
        r"unrecognized arguments: (?P<what>.+)",
        "vLLM does not know {what}.",
    ),
    (
        r"(Model architectures|architecture) .* (not supported|is not supported)|Unrecognized configuration class",
        "This vLLM cannot serve {model}: it does not know its architecture.",
    ),
)  # fmt: skip


def explain_failure(log: Sequence[str], model: str, code: int | None) -> str:
    """From the last lines of the server's log and its exit code."""
    text = "\n".join(log)
    for pattern, meaning in _KNOWN:
        found = re.search(pattern, text)
        if found is not None:
            return meaning.format(model=model, **found.groupdict())
    if code is not None and code in (-9, 137):
        return f"The system ended the server, most often because memory ran out: {model} is too large here."
    errors = [line for line in log if re.search(r"\b\w*Error\b", line)]
    last = (errors or [line for line in log if line.strip()] or ["it said nothing"])[-1].strip()
    return f"The server ended with code {code}: {last[:300]}"
