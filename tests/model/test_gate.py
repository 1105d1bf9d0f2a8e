"""The critic as a second gate in refine, and on the command line. Real browser, made-up answers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.models import endpoint
from relook_lsp.models.answer_cache import AnswerCache
from relook_lsp.models.critic import MultimodalCritic
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from relook_lsp.refine.acceptance.critic_gate import critic_gate, most_improved_viewport
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import AcceptanceResult, PageState, Reason
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import ReviewSettings
from tests.model.fake import Reply, refused, said, scripted, serving
from tests.model.test_critic import critique, opinion, verdict

PALE = (
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">\n<title>t</title>\n'
    "<style>p { color: #bbb }</style>\n<p>Pale words on white</p></html>\n"
)
DARKER = Patch.from_replacements(
    [Replacement("index.html", Span(PALE.index("#bbb"), PALE.index("#bbb") + 4), "#bbb", "#333")], "darker"
)


@pytest.fixture(scope="module")
def pale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pale")
    (folder / "index.html").write_text(PALE, "utf-8")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def start(driver: Driver, pale: Path) -> PageState:
    page = Page(pale, "index.html")
    return PageState(page, await clean_renderer(driver, ReviewSettings())(page))


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "RETRY_AFTER", 0.0)


async def verified(
    driver: Driver, start: PageState, memory: AnswerCache, *replies: Reply
) -> tuple[AcceptanceResult, list[dict[str, Any]]]:
    async with serving(scripted(replies)) as server:
        critic = MultimodalCritic(HttpChatModel(Endpoint(server.url, "fake")), memory)
        verify = Verifier(clean_renderer(driver, ReviewSettings()), gate=critic_gate(critic))
        return await verify(start, DARKER), server.asked


async def test_what_the_critic_prefers_is_accepted(driver: Driver, start: PageState, memory: AnswerCache) -> None:
    found, asked = await verified(driver, start, memory, said(verdict("second")), said(verdict("first")))
    assert found.is_accepted and found.state is not None and found.state.cost == 0
    assert len(asked) == 2


async def test_what_it_does_not_prefer_is_rejected(driver: Driver, start: PageState, memory: AnswerCache) -> None:
    found, _ = await verified(driver, start, memory, said(verdict("first")))
    assert found.reason is Reason.CRITIC and "It has more room" in found.detail


async def test_a_critic_that_fails_rejects_nothing(driver: Driver, start: PageState, memory: AnswerCache) -> None:
    found, _ = await verified(driver, start, memory, refused(500, "out of order"))
    assert found.reason is Reason.INFRASTRUCTURE and "out of order" in found.detail


async def test_what_is_measured_to_be_no_better_is_not_even_shown(
    driver: Driver, start: PageState, memory: AnswerCache
) -> None:
    worse = Patch.from_replacements(
        [Replacement("index.html", Span(PALE.index("#bbb"), PALE.index("#bbb") + 4), "#bbb", "#bcbcbc")]
    )
    async with serving(scripted([said(verdict("second")), said(verdict("first"))])) as server:
        critic = MultimodalCritic(HttpChatModel(Endpoint(server.url, "fake")), memory)
        verify = Verifier(clean_renderer(driver, ReviewSettings()), gate=critic_gate(critic))
        assert not (await verify(start, worse)).is_accepted
    assert server.asked == []


async def test_the_window_that_is_helped_most_is_compared(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        PALE.replace("p {", "@media (max-width: 400px) { p {").replace("}</", "} }</"), "utf-8"
    )
    look = clean_renderer(driver, ReviewSettings())
    page = Page(tmp_path, "index.html")
    base = PageState(page, await look(page))
    dark = page.with_texts({"index.html": PALE.replace("#bbb", "#333")})
    assert most_improved_viewport(base, PageState(dark, await look(dark))).width == 375


# -- on the command line


async def relook(folder: Path, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "relook_lsp.cli", *arguments, cwd=folder, stdout=-1, stderr=-1,
        env={**os.environ, "RELOOK_CACHE": str(folder / "cache")},
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_review_with_a_critic(pale: Path) -> None:
    async with serving(scripted([said(opinion(critique(1, problem="<b>[x](javascript:1)</b> \x1b[31m")))])) as server:
        code, out, err = await relook(pale, "review", "index.html", "--critic", server.url, "--format", "json")
        assert code == 0, err
        (page,) = json.loads(out)["pages"]
        assert page["critic"] == {"model": "fake", "score": 75, "rubric": json.loads(opinion())["rubric"]}
        by_source = {one["source"]: one for one in page["findings"]}
        assert by_source["critic"]["severity"] == "warning" and "\x1b" not in by_source["critic"]["message"]
        code, terminal, _ = await relook(pale, "review", "index.html", "--critic", server.url)
        assert "critic 75 of 100" in terminal and "\x1b" not in terminal
        code, page_text, _ = await relook(pale, "review", "index.html", "--critic", server.url, "--format", "html")
        assert "&lt;b&gt;[x](javascript:1)&lt;/b&gt;" in page_text and "<b>[x]" not in page_text
    assert len(server.asked) == 1  # the others from memory


async def test_review_without_its_critic(pale: Path) -> None:
    async with serving(scripted([refused(404, "no such model")])) as server:
        code, out, _ = await relook(
            pale, "review", "index.html", "--critic", server.url, "--critic-model", "gone", "--format", "json"
        )
    (page,) = json.loads(out)["pages"]
    assert code == 0 and page["critic"] is None and page["score"] is not None
    assert [p["kind"] for p in page["problems"]] == ["model"] and "no such model" in page["problems"][0]["message"]
    assert server.asked[0]["model"] == "gone"


async def test_nothing_is_asked_unless_it_is_set(pale: Path) -> None:
    code, out, _ = await relook(pale, "review", "index.html", "--format", "json")
    assert code == 0 and json.loads(out)["pages"][0]["critic"] is None


async def test_refine_with_a_critic_that_fails(pale: Path) -> None:
    async with serving(scripted([refused(500, "out of order")])) as server:
        code, out, _ = await relook(pale, "refine", "index.html", "--critic", server.url, "--policy", "solved")
    assert code == 1 and "out of order" in out
