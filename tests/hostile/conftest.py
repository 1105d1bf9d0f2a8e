"""Hostile pages, reviewed with the real browser, and the bounds they have to keep."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot, Viewport
from relook_lsp.review.pipeline import Review, ReviewSettings, review_page

HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>t</title>'

PLAN = CapturePlan(viewports=(Viewport(375, 812, True), Viewport(1280, 800)), sweep=(320, 900), timeout=30.0)
"""Fewer sizes than by default: what is hostile is so at every size."""

Reviewer = Callable[..., Awaitable[Review]]


@pytest.fixture
def reviewed(driver: Driver, tmp_path: Path) -> Reviewer:
    """``await reviewed(markup, files..., seconds=...)``: the review of a page, which must end within the bound."""

    async def run(
        markup: str | bytes, *, seconds: float = 75.0, plan: CapturePlan = PLAN, **files: str | bytes
    ) -> Review:
        root = tmp_path / "root"
        root.mkdir(exist_ok=True)
        for name, content in {"index.html": markup, **files}.items():
            data = content.encode("utf-8") if isinstance(content, str) else content
            (root / name).write_bytes(data)
        started = time.monotonic()
        result = await asyncio.wait_for(
            review_page(driver, Page(root, "index.html"), ReviewSettings(plan)), seconds + 60
        )
        assert time.monotonic() - started < seconds
        return result

    return run


def within(seconds: float) -> CapturePlan:
    return replace(PLAN, timeout=seconds)


def rules(result: Review) -> list[str]:
    return [finding.rule for finding in result.report.all_findings]


def seen(result: Review) -> Snapshot:
    """The snapshot of a page that could be looked at."""
    assert result.snapshot is not None, result.report.problems
    return result.snapshot


def text_of(result: Review) -> str:
    """All text the page shows at the end."""
    return " ".join(run.text for run in seen(result).settled_views[-1].layout.text_runs)
