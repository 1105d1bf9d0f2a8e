"""Whatever happens to client, browser and messages: the server goes on, or goes away with all it started."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.lsp import protocol
from tests.lsp.conftest import CSS, Client
from tests.lsp.process import alive, command, descendants, resident

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

pytestmark = pytest.mark.timeout(400)

MEGABYTE = 1024 * 1024

CLIENT = """
import json, subprocess, sys, time
from pathlib import Path
server = subprocess.Popen([sys.executable, "-m", "relook_lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def say(body):
    data = json.dumps({"jsonrpc": "2.0", **body}).encode()
    server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n" % len(data) + data)
    server.stdin.flush()
page = Path(sys.argv[1])
say({"id": 1, "method": "initialize", "params": {"capabilities": {}, "rootUri": page.parent.as_uri(),
     "initializationOptions": {"client": {"reviewed": True}}}})
say({"method": "initialized", "params": {}})
document = {"uri": page.as_uri(), "languageId": "html", "version": 1, "text": page.read_text()}
say({"method": "textDocument/didOpen", "params": {"textDocument": document}})
while b"publishDiagnostics" not in server.stdout.readline() + server.stdout.read1():
    pass
print("reviewed", flush=True)
time.sleep(600)
"""


def _server() -> int:
    (found,) = (child for child in descendants(os.getpid()) if "-m relook_lsp" in command(child))
    return found


def _browsers(of: int) -> set[int]:
    return {child for child in descendants(of) if "--headless" in command(child) and "--type=" not in command(child)}


@linux
@pytest.mark.browser
def test_a_client_that_is_killed_leaves_nothing_behind(site: Path) -> None:
    command_line = [sys.executable, "-c", CLIENT, str(site / "index.html")]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None and client.stdout.readline() == b"reviewed\n"
        started = descendants(client.pid)
        folders = set(Path(tempfile.gettempdir()).glob("relook-session-*"))
        assert any("relook_lsp" in command(one) for one in started)
        assert any("--headless" in command(one) for one in started)
        ours = {f for f in folders if int(f.name.split("-")[2]) in started}
        assert ours
        client.kill()
    deadline = time.monotonic() + 30
    while any(alive(one) for one in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {one: command(one) for one in started if alive(one)} == {}
    assert not any(folder.exists() for folder in ours)


@linux
@pytest.mark.browser
async def test_a_browser_that_is_killed_in_mid_capture_is_started_again(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    server = _server()
    for colour in ("#666", "#aaa"):
        client.statuses.clear()
        client.change(style, CSS.replace("#aaa", colour))
        await client.until(lambda: any(status.state == "rendering" for status in client.statuses))
        for browser in _browsers(server):
            os.kill(browser, signal.SIGKILL)
        await client.diagnostics(style, int(colour == "#aaa"), 90)
    assert client.statuses[-1].state in ("idle", "refining", "rendering")


@linux
@pytest.mark.browser
@pytest.mark.parametrize("spare", [0, 1, 3])
async def test_a_server_without_free_files_says_so_and_goes_on(client: Client, site: Path, spare: int) -> None:
    import resource

    server = _server()
    await client.ask(protocol.DOCTOR)  # all that is loaded on first use is loaded
    for browser in _browsers(server):
        os.kill(browser, signal.SIGKILL)
    await asyncio.sleep(1)
    limit = resource.prlimit(server, resource.RLIMIT_NOFILE)
    used = max(int(name) for name in os.listdir(f"/proc/{server}/fd")) + 1  # noqa: PTH208 (names)
    resource.prlimit(server, resource.RLIMIT_NOFILE, (used + spare, limit[1]))
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.until(lambda: any(status.state == "problem" for status in client.statuses))
    problem = next(status for status in client.statuses if status.state == "problem")
    assert "ulimit -n" in problem.message, problem
    resource.prlimit(server, resource.RLIMIT_NOFILE, limit)
    client.change(style, CSS.replace("#aaa", "#999"))
    await client.diagnostics(style, 1)


@linux
@pytest.mark.browser
async def test_a_thousand_edits_are_one_review(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    server = _server()
    for burst in range(3):
        client.statuses.clear()
        before = resident(server)
        for number in range(1000):
            client.change(style, f"{CSS}/* {burst} {number} {'x' * 1000} */\n")
            await asyncio.sleep(0.002)
        await client.diagnostics(style, 1, 90)
        rendered = [status for status in client.statuses if status.state == "rendering"]
        # A machine with other things to do may pause us for longer than the server's own pause.
        assert 1 <= len(rendered) <= 10
    assert resident(server) - before < 40 * MEGABYTE


@linux
async def test_an_idle_server_is_small(fresh: Client, site: Path) -> None:
    await fresh.start(site)
    fresh.put((site / "notes.css").as_uri(), "css", "a { color: red }")
    await fresh.until(lambda: fresh.statuses)
    assert fresh.statuses[-1].kind == "no-page"
    assert resident(_server()) < 120 * MEGABYTE


@pytest.mark.data
async def test_any_message_of_the_protocol_is_answered_or_refused(tmp_path: Path) -> None:
    """Valid and invalid messages of every type: the server answers each request and lives on."""
    folder = os.environ.get("RELOOK_DATA")
    if folder is None:
        pytest.skip("RELOOK_DATA is not set")
    corpus = gzip.decompress((Path(folder) / "lsp" / "messages.jsonl.gz").read_bytes()).decode("utf-8").splitlines()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "relook_lsp", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=tmp_path, limit=64 * MEGABYTE,
    )  # fmt: skip
    assert server.stdin is not None and server.stdout is not None
    answers: dict[Any, dict[str, Any]] = {}
    reading = asyncio.ensure_future(_read(server.stdout, answers))
    send = server.stdin.write
    send(_framed({"id": "start", "method": "initialize", "params": {"capabilities": {}}}))
    asked: set[str] = set()
    for number, line in enumerate(corpus):
        message: dict[str, Any] = json.loads(line)["message"]
        if not isinstance(message, dict) or message.get("method") in ("exit", "shutdown", "initialize"):
            continue
        if "id" in message and "method" in message:
            message["id"] = f"m{number}"
            asked.add(message["id"])
        send(_framed(message))
        if number % 50 == 0:
            await server.stdin.drain()
    send(_framed({"id": "end", "method": "shutdown"}))
    await server.stdin.drain()
    async with asyncio.timeout(240):
        while "end" not in answers:
            assert server.returncode is None
            await asyncio.sleep(0.1)
    assert server.returncode is None
    assert answers["end"].get("error") is None
    missing = asked - set(answers)
    assert not missing, sorted(missing)[:10]
    for answer in answers.values():
        assert ("result" in answer) != ("error" in answer), answer
        if "error" in answer:
            assert isinstance(answer["error"]["code"], int) and isinstance(answer["error"]["message"], str), answer
    send(_framed({"method": "exit"}))
    async with asyncio.timeout(30):
        assert await server.wait() == 0
    await reading


def _framed(message: dict[str, Any]) -> bytes:
    data = json.dumps({"jsonrpc": "2.0", **message}).encode("utf-8", "replace")
    return b"Content-Length: %d\r\n\r\n" % len(data) + data


async def _read(stream: asyncio.StreamReader, answers: dict[Any, dict[str, Any]]) -> None:
    while header := await stream.readline():
        length = int(header.split(b":")[1])
        while (await stream.readline()).strip():
            pass
        message = json.loads(await stream.readexactly(length))
        if "method" not in message:
            answers[message.get("id")] = message
