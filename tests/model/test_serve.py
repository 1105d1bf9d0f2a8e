"""The launcher of model servers: what it starts, and what it says where it cannot."""

from __future__ import annotations

import itertools
import json
import os
import socket
import sys
import time
from pathlib import Path

import pytest

from model_server.serve.cli import main
from model_server.serve.failures import explain_failure
from model_server.serve.launch import ServeError, ServerProcess
from model_server.serve.presets import CONTEXT, PLAIN_TEMPLATE, ServeRequest, server_environment, vllm_arguments
from relook_lsp.review import config
from tests.model.real import free_port, gone


def model(folder: Path, *, template: bool = True, context: int = 4096) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": context}), "utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "x"} if template else {}), "utf-8")
    return str(folder)


def pairs(arguments: list[str]) -> dict[str, str]:
    return {name: value for name, value in itertools.pairwise(arguments) if name.startswith("--")}


# -- what is started


def test_a_critic(tmp_path: Path) -> None:
    found = pairs(vllm_arguments(ServeRequest("critic", model(tmp_path)), cpu=False))
    assert found["--served-model-name"] == "relook-critic" and found["--host"] == "127.0.0.1"
    assert json.loads(found["--limit-mm-per-prompt"]) == {"image": 6, "video": 0}
    assert json.loads(found["--structured-outputs-config"])["disable_any_whitespace"] is True
    assert found["--max-model-len"] == "4096"
    assert "--enforce-eager" not in found
    assert "--enforce-eager" in vllm_arguments(ServeRequest("critic", model(tmp_path)), cpu=True)


def test_a_policy_with_an_adapter(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text('{"r": 24}', "utf-8")
    wanted = ServeRequest("policy", model(tmp_path / "base", template=False, context=10**6), adapter)
    found = pairs(vllm_arguments(wanted, cpu=True))
    assert found["--lora-modules"] == f"relook-policy={adapter}" and found["--max-lora-rank"] == "32"
    assert found["--served-model-name"] == "relook-policy-base"
    assert found["--chat-template"] == str(PLAIN_TEMPLATE)
    assert found["--max-model-len"] == str(CONTEXT["policy"])
    assert "--limit-mm-per-prompt" not in found


def test_a_name_of_the_hub() -> None:
    found = pairs(vllm_arguments(ServeRequest("policy", "some/model"), cpu=False))
    assert found["--model"] == "some/model" and "--chat-template" not in found


def test_the_key_is_not_on_the_command_line(tmp_path: Path) -> None:
    given = {"RELOOK_API_KEY": "secret", "VLLM_CPU_KVCACHE_SPACE": "7"}
    found = server_environment(given, cpu=True)
    assert found["VLLM_API_KEY"] == "secret" and found["VLLM_CPU_KVCACHE_SPACE"] == "7"
    assert found["VLLM_CPU_NUM_OF_RESERVED_CPU"] == "0"
    assert "secret" not in " ".join(vllm_arguments(ServeRequest("critic", model(tmp_path)), cpu=True))
    assert "VLLM_API_KEY" not in server_environment({}, cpu=False)


def test_only_a_server_for_training_takes_other_weights() -> None:
    name = "VLLM_ALLOW_RUNTIME_LORA_UPDATING"
    assert server_environment({}, cpu=False, learning=True)[name] == "1" and name not in server_environment(
        {}, cpu=False
    )


@pytest.mark.parametrize("role", ["policy", "critic"])
def test_the_line_to_paste_is_a_setting(role: str, tmp_path: Path) -> None:
    (tmp_path / "relook.toml").write_text(ServeRequest(role, "m", port=9000).settings, "utf-8")
    loaded = getattr(config.load_config(tmp_path, trusted=True), role)
    assert (loaded.endpoint, loaded.model) == ("http://127.0.0.1:9000/v1", f"relook-{role}")


# -- what it says


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", 1, "not enough memory for some/model"),
        ("ValueError: No available memory for the cache blocks.", 1, "not enough memory"),
        ("OSError: x is not a local folder and is not a valid model identifier listed on", 1, "There is no model some/model"),
        ("huggingface_hub.errors.GatedRepoError: 403", 1, "licence"),
        ("OSError: We couldn't connect to 'https://huggingface.co' to load the files", 1, "hub cannot be reached"),
        ("OSError: [Errno 98] Address already in use", 1, "another one: --port"),
        ("api_server.py: error: unrecognized arguments: --nonsense 3", 2, "does not know --nonsense 3"),
        ("ValueError: Model architectures ['X'] are not supported for now.", 1, "does not know its architecture"),
        ("loading", -9, "memory ran out"),
        ("RuntimeError: something else", 1, "ended with code 1: RuntimeError: something else"),
    ],
)  # fmt: skip
def test_why_it_did_not_start(line: str, code: int, said: str) -> None:
    assert said in explain_failure(["INFO loading", line, "bye"], "some/model", code)


def test_it_is_said_where_nothing_was_said() -> None:
    assert explain_failure([], "m", 3) == "The server ended with code 3: it said nothing"


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["--port", str(free_port()), *arguments]) == 2
    return capsys.readouterr().err


def test_what_is_known_before_anything_is_loaded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "There is no folder /nowhere" in _said(capsys, "--role", "policy", "--model", "/nowhere")
    learning = ("--role", "policy", "--model", str(tmp_path), "--learning")
    assert "name one with --adapter" in _said(capsys, *learning)
    assert "leave --host out" in _said(capsys, *learning, "--adapter", str(tmp_path), "--host", "0.0.0.0")
    monkeypatch.setattr("model_server.serve.cli._is_installed", lambda module: False)
    assert "vLLM is not installed" in _said(capsys, "--role", "critic")
    assert "are not installed" in _said(capsys, "--role", "policy", "--engine", "transformers")
    monkeypatch.setattr("model_server.serve.cli._is_installed", lambda module: True)
    assert "needs vLLM" in _said(capsys, "--role", "critic", "--engine", "transformers")
    assert "takes no vLLM options" in _said(
        capsys, "--role", "policy", "--engine", "transformers", "--", "--dtype", "half"
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 cannot be used" in _said(
            capsys, "--role", "policy", "--model", str(tmp_path), "--port", str(port)
        )


# -- the process


def test_a_server_that_ends_at_once() -> None:
    script = "import sys; print('OSError: [Errno 98] Address already in use', file=sys.stderr); sys.exit(1)"
    server = ServerProcess([sys.executable, "-c", script], os.environ, echo=False)
    with pytest.raises(ServeError, match="--port"):
        server.wait_until_ready(ServeRequest("policy", "m", port=free_port()), 60)


def test_a_server_that_never_answers_is_ended_with_its_children(tmp_path: Path) -> None:
    script = (
        "import signal, subprocess, sys, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid)); time.sleep(600)"
    )
    server = ServerProcess([sys.executable, "-c", script], os.environ, echo=False)
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    with pytest.raises(ServeError, match="was not ready"):
        server.wait_until_ready(ServeRequest("policy", "m", port=free_port()), 0.5)
    assert gone(int((tmp_path / "pid").read_text()))
