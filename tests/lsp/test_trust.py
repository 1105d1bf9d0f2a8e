"""What a project may choose in an editor: where the editor says nothing of trust, says no, says yes, and changes its mind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types as lsp

from relook_lsp.lsp import protocol
from relook_lsp.session.session_settings import SessionSettings
from tests.lsp.conftest import PAGE, Client
from tests.model.fake import said, scripted, serving
from tests.model.test_critic import opinion

SCRIPTED = PAGE.replace("</body>", "<script>oops()</script></body>")


@pytest.fixture
def trap(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A browser of the project; the mark says that it was run."""
    mark, program = tmp_path_factory.mktemp("mark") / "RAN", site / "x-headless-shell"
    program.write_text(f'#!/bin/sh\ntouch "{mark}"\nexit 1\n')
    program.chmod(0o755)
    (site / "relook.toml").write_text(f'browser = "{program}"\n', "utf-8")
    return mark


def ran(trap: Path) -> bool:
    return trap.exists()


def said_of_settings(client: Client) -> list[str]:
    return [one.message for one in client.raw.messages if "ignored" in one.message]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ({}, {"low-contrast", "uncaught-exception"}),
        ({"trusted": False}, {"low-contrast"}),
        ({"trusted": "yes"}, {"low-contrast", "uncaught-exception"}),
    ],
    ids=["absent", "false", "not a boolean"],
)
async def test_an_untrusted_project_does_not_choose_the_browser(
    fresh: Client, site: Path, trap: Path, options: dict[str, Any], rules: set[str]
) -> None:
    """Scripts of the page run in the sandbox all the same, unless the editor says that they must not."""
    (site / "index.html").write_text(SCRIPTED, "utf-8")
    await fresh.start(site, client={"reviewed": True}, **options)
    page = fresh.open(site / "index.html", "html")
    await fresh.until(lambda: fresh.reviews)
    assert {one.rule for one in fresh.reviews[-1].findings} == rules
    assert not ran(trap)
    fresh.change(page, SCRIPTED + "\n")
    await fresh.until(lambda: len(fresh.reviews) > 1)
    (message,) = said_of_settings(fresh)
    assert f"'browser' in {site / 'relook.toml'} was ignored" in message
    assert any(one.state == "settings" and "'browser'" in one.message for one in fresh.statuses)


@pytest.mark.browser
async def test_a_trusted_project_does(fresh: Client, site: Path, trap: Path) -> None:
    await fresh.start(site, trusted=True)
    fresh.open(site / "index.html", "html")
    await fresh.until(lambda: ran(trap))
    assert said_of_settings(fresh) == []


@pytest.mark.browser
async def test_trust_that_is_given_later_holds_from_then_on(fresh: Client, site: Path, trap: Path) -> None:
    await fresh.start(site, client={"reviewed": True}, trusted=False)
    fresh.open(site / "index.html", "html")
    await fresh.until(lambda: fresh.reviews)
    assert not ran(trap)
    fresh.raw.protocol.notify(protocol.TRUSTED, protocol.TrustedParams(True))
    await fresh.until(lambda: ran(trap))


@pytest.mark.browser
@pytest.mark.parametrize("trusted", [None, False, True])
async def test_the_key_is_never_sent_where_the_project_says(
    fresh: Client, site: Path, trusted: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(scripted([said(opinion())])) as server:
        text = f'critic = {{ endpoint = "{server.url}", model = "of-the-project" }}\neditor.prepare = 0\n'
        (site / "relook.toml").write_text(text, "utf-8")
        options = {} if trusted is None else {"trusted": trusted}
        await fresh.start(site, client={"reviewed": True}, **options)
        fresh.open(site / "index.html", "html")
        await fresh.until(lambda: fresh.reviews)
        if trusted:
            async with asyncio.timeout(60):
                await server.came.wait()
        else:
            await asyncio.sleep(1)
        assert server.keys == ([""] if trusted else [])


async def test_a_url_of_the_project_is_not_asked(fresh: Client, site: Path) -> None:
    """Neither as the page nor as a host of the page."""
    asked: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    (site / "relook.toml").write_text(f'entry = "{url}"\nallowedHosts = ["127.0.0.1"]\n', "utf-8")
    (site / "index.html").write_text(PAGE.replace("</body>", f'<img alt="" src="{url}i.png"></body>'), "utf-8")
    await fresh.start(site, client={"reviewed": True})
    fresh.open(site / "index.html", "html")
    await fresh.until(lambda: fresh.reviews)
    server.close()
    assert asked == []
    assert any(one.rule == "blocked-remote" for one in fresh.reviews[-1].findings)


async def test_a_host_is_not_allowed_in_the_file_of_an_untrusted_project(fresh: Client, site: Path) -> None:
    link = '<link rel="stylesheet" href="https://fonts.example.test/a.css">\n</head>'
    (site / "index.html").write_text(PAGE.replace("</head>", link), "utf-8")
    await fresh.start(site, client={"reviewed": True}, editor={"information": True})
    page = fresh.open(site / "index.html", "html")
    await fresh.until(lambda: fresh.reviews)
    (blocked,) = [one for one in fresh.reviews[-1].findings if one.rule == "blocked-remote"]
    params = protocol.SuppressParams(page, blocked.id, "host")
    answer = await fresh.raw.protocol.send_request_async(protocol.SUPPRESS, params)
    assert not answer.applied and "trust" in answer.message
    found = await fresh.raw.text_document_code_action_async(
        lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(page),
            lsp.Range(lsp.Position(0, 0), lsp.Position(20, 0)),
            lsp.CodeActionContext([]),
        )
    )
    titles = [one.title for one in found or ()]
    assert titles and not any("allow fonts.example.test" in title for title in titles)


# -- without a server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "relook.toml").write_text('browser = "/of/the/project"\n', "utf-8")
    return tmp_path / "site"


def preferences(*folders: Path, trusted: bool | None) -> SimpleNamespace:
    told: list[str] = []
    one = SessionSettings(told.append)
    one.folders, one.trusted = folders, trusted
    return SimpleNamespace(it=one, told=told)


def test_the_settings_of_the_start_are_the_users(folder: Path) -> None:
    for trusted in (None, False, True):
        one = preferences(folder, trusted=trusted)
        one.it.initialize({"browser": "/of/the/user"})
        assert one.it.config_for(folder).browser == "/of/the/user"


def test_settings_sent_later_count_as_the_projects_where_the_editor_is_silent_about_trust(folder: Path) -> None:
    """Eglot sends what ``.dir-locals.el`` of the project says, without a question."""
    one = preferences(folder, trusted=None)
    one.it.initialize({"browser": "/of/the/user", "editor": {"delay": 100}})
    one.it.configure({"browser": "/of/the/project", "editor": {"delay": 500}})
    one.it.configure({"browser": "/of/the/project", "editor": {"delay": 500}})
    loaded = one.it.config_for(folder)
    assert (loaded.browser, loaded.editor.delay) == ("/of/the/user", 500)
    (first,) = [message for message in one.told if "workspace settings" in message]
    assert "'browser'" in first and "'trusted'" in first


@pytest.mark.parametrize("trusted", [False, True])
def test_settings_sent_later_are_the_users_where_the_editor_knows_trust(folder: Path, trusted: bool) -> None:
    """VS Code leaves out what an untrusted workspace sets, and what is taken back must go."""
    one = preferences(folder, trusted=trusted)
    one.it.initialize({"timeout": 9})
    one.it.configure({"browser": "/of/the/user"})
    loaded = one.it.config_for(folder)
    assert (loaded.browser, loaded.settings.plan.timeout) == ("/of/the/user", 30)


def test_trust_covers_the_workspace_folders_and_what_is_in_them(folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()
    (other / "relook.toml").write_text('browser = "/of/another"\n', "utf-8")
    (folder.parent / "relook.toml").write_text('browser = "/of/somebody"\n', "utf-8")
    one = preferences(folder, trusted=True)
    assert one.it.config_for(folder).browser == "/of/the/project"
    assert (one.it.config_for(other).browser, one.it.config_for(folder.parent).browser) == ("", "")
    assert len(one.told) == 2
    both = preferences(folder, other, trusted=True)
    assert both.it.config_for(other).browser == "/of/another"
