"""Command line and environment of vLLM for each role. Pure."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

ROLES = ("policy", "critic")
DEFAULT_MODEL = {"policy": "Qwen/Qwen2.5-Coder-7B-Instruct", "critic": "Qwen/Qwen2.5-VL-7B-Instruct"}
DEFAULT_PORT = {"policy": 8101, "critic": 8102}
CONTEXT = {"policy": 16384, "critic": 32768}
"""Tokens, where the model can take as many: three pictures and the source of a page fit into the critic's."""
PICTURES = 6
"""Of one question: two versions of a page at three moments."""
_PACKAGE = Path(__file__).parent
STARTUP = (_PACKAGE / "startup", _PACKAGE.parents[1])
"""Folders on the path of a server on a CPU; see ``torchvision_ops``. vLLM starts Pythons of its own, so it has to be these."""
PLAIN_TEMPLATE = _PACKAGE / "plain.jinja"
"""For a model that was trained on bare prompts: the texts of the messages, and nothing around them."""


@dataclass(frozen=True)
class ServeRequest:
    """``model`` is a folder or a name of the hub; ``adapter`` a folder with LoRA weights for it; ``learning`` lets
    whoever may ask the server give it other weights for the adapter."""

    role: str
    model: str
    adapter: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8101
    learning: bool = False

    @property
    def name(self) -> str:
        """Under which the model is asked."""
        return f"relook-{self.role}"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/v1"

    @property
    def settings(self) -> str:
        """The line for the user's settings file."""
        return f'{self.role} = {{ endpoint = "{self.url}", model = "{self.name}" }}'


def vllm_arguments(wanted: ServeRequest, *, cpu: bool) -> list[str]:
    """Arguments of vLLM's server."""
    base = f"{wanted.name}-base" if wanted.adapter is not None else wanted.name
    chosen = ["--model", wanted.model, "--served-model-name", base, "--host", wanted.host, "--port", str(wanted.port)]
    chosen += ["--max-model-len", str(_context_length(wanted))]
    # Without it a model may fill its answer with white space that the schema allows.
    chosen += ["--structured-outputs-config", json.dumps({"backend": "xgrammar", "disable_any_whitespace": True})]
    # What a model's own file says about sampling would go over what we ask for.
    chosen += ["--generation-config", "vllm"]
    if wanted.role == "critic":
        chosen += ["--limit-mm-per-prompt", json.dumps({"image": PICTURES, "video": 0})]
    elif not _has_template(wanted.model):
        chosen += ["--chat-template", str(PLAIN_TEMPLATE)]
    if wanted.adapter is not None:
        chosen += ["--enable-lora", "--max-lora-rank", str(_lora_rank(wanted.adapter))]
        chosen += ["--lora-modules", f"{wanted.name}={wanted.adapter}"]
    if cpu:
        # Compiling takes minutes on a CPU and wins nothing for short answers.
        chosen.append("--enforce-eager")
    return chosen


def server_environment(current: Mapping[str, str], *, cpu: bool, learning: bool = False) -> dict[str, str]:
    """Of the server's process. The key travels here, because everybody can read a command line."""
    result = {**current, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    key = current.get("RELOOK_API_KEY")
    if key:
        result["VLLM_API_KEY"] = key
    if learning:
        result["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "1"
    if cpu:
        result["PYTHONPATH"] = os.pathsep.join([*map(str, STARTUP), *filter(None, [current.get("PYTHONPATH")])])
        result.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
        # By default one core is kept free, of however few.
        result.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")
    return result


def _context_length(wanted: ServeRequest) -> int:
    config = _read_object(Path(wanted.model) / "config.json")
    most = config.get("text_config", config).get("max_position_embeddings")
    return min(CONTEXT[wanted.role], most) if isinstance(most, int) else CONTEXT[wanted.role]


def _has_template(model: str) -> bool:
    """Models of the hub are taken to have one."""
    folder = Path(model)
    if not folder.is_dir():
        return True
    return (folder / "chat_template.jinja").is_file() or "chat_template" in _read_object(
        folder / "tokenizer_config.json"
    )


def _lora_rank(adapter: Path) -> int:
    """The smallest of the ranks that vLLM has kernels for that holds the adapter's."""
    rank = _read_object(adapter / "adapter_config.json").get("r", 16)
    return next((size for size in (8, 16, 32, 64, 128, 256, 320) if size >= rank), 512)


def _read_object(file: Path) -> dict[str, Any]:
    """The object in a JSON file; empty where there is none."""
    try:
        data: Any = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast(dict[str, Any], data) if isinstance(data, dict) else {}
