"""What is not delivered is no page: exit code 3, no score, one line that says why."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from relook_lsp.browser.delivered import refusal
from relook_lsp.browser.resource_access import MAX_FILE, ResourceAnswer, read_resource
from relook_lsp.cli import main
from relook_lsp.core.errors import PageUnreadable
from relook_lsp.core.page import Page

PAGE = "<!doctype html><title>t</title><h1>Hello</h1>"


class _Broken(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(500)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    one = ThreadingHTTPServer(("127.0.0.1", 0), _Broken)
    threading.Thread(target=one.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{one.server_port}/"
    one.shutdown()
    one.server_close()


def _problem(address: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    assert main(["review", address, "--format", "json", "--fail-on", "never"]) == 3
    out, err = capsys.readouterr()
    (page,) = json.loads(out)["pages"]
    assert page["score"] is None and page["findings"] == [] and "Traceback" not in err
    (problem,) = page["problems"]
    assert "\n" not in problem["message"]
    return problem


@pytest.mark.browser
def test_a_file_above_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    os.truncate(tmp_path / "a.html", MAX_FILE + 1)
    problem = _problem(str(tmp_path / "a.html"), capsys)
    assert problem["kind"] == "page-unreadable" and "larger than 64 MiB" in problem["message"]


@pytest.mark.browser
def test_an_error_of_the_server(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem = _problem(server, capsys)
    assert problem["kind"] == "page-not-found" and "status 500" in problem["message"]


@pytest.mark.browser
def test_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as held:  # bound and not listening: nobody else can answer there
        held.bind(("127.0.0.1", 0))
        problem = _problem(f"http://127.0.0.1:{held.getsockname()[1]}/", capsys)
    assert problem["kind"] == "page-not-found" and "server running" in problem["message"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.html").write_text(PAGE, "utf-8")

    def denied(_self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, who may read everything.
    monkeypatch.setattr(Path, "read_bytes", denied)
    page = Page(tmp_path, "a.html")
    answer = read_resource(page, "a.html")
    assert answer == ResourceAnswer("failed", 403, path="a.html")
    assert isinstance(refusal(page, answer), PageUnreadable)
