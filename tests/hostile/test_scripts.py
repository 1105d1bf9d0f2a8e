"""Scripts that never end, or that want to block the page."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator

import pytest

from tests.hostile.conftest import HEAD, Reviewer, rules, seen, text_of, within
from tests.lsp.process import command, descendants

pytestmark = [pytest.mark.browser, pytest.mark.hostile, pytest.mark.timeout(300)]

HANGS = {
    "at load": "let n = 0;\nwhile (true) { n += 1 }",
    "in a timer": "setTimeout(() => {\n  while (true) {}\n}, 700)",
    "in a listener of load": "addEventListener('load', () => {\n  for (;;) {}\n})",
    "in a frame callback": "requestAnimationFrame(() => {\n  while (true) {}\n})",
    "in a promise that feeds itself": "const again = () =>\n  Promise.resolve().then(again);\nagain()",
    "in a catastrophic pattern": "setTimeout(() => {\n  /^(a+)+$/.test('a'.repeat(60) + 'b')\n}, 100)",
}


@pytest.mark.parametrize("name", HANGS)
async def test_a_hang_is_found_with_its_line(name: str, reviewed: Reviewer) -> None:
    result = await reviewed(f"{HEAD}<h1>Harbour</h1><script>\n{HANGS[name]}\n</script>", seconds=200, plan=within(20))
    assert result.report.reviewed, result.report.problems
    assert not result.report.valid and result.report.score == 0
    hang = next(finding for finding in result.report.findings if finding.rule == "script-hang")
    assert hang.cause.path == "index.html"
    assert 1 <= hang.cause.range.start.line <= 3
    assert not result.report.problems


async def test_a_hang_in_a_linked_script_names_the_file(reviewed: Reviewer) -> None:
    files = {"a.js": "// a\nfunction spin() {\n  while (true) {}\n}\nspin();\n"}
    result = await reviewed(f"{HEAD}<h1>Harbour</h1><script src=a.js></script>", seconds=200, plan=within(20), **files)
    hang = next(finding for finding in result.report.findings if finding.rule == "script-hang")
    assert (hang.cause.path, hang.cause.range.start.line) == ("a.js", 2)


@contextlib.asynccontextmanager
async def _slowed(share: float) -> AsyncGenerator[None]:
    """Every page process of this process's browsers runs for that share of the time only, as on a busy machine."""

    async def alternate() -> None:
        while True:
            pages = [one for one in descendants(os.getpid()) if "--type=renderer" in command(one)]
            for number, seconds in ((signal.SIGSTOP, 0.2 * (1 - share)), (signal.SIGCONT, 0.2 * share)):
                for page in pages:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(page, number)
                await asyncio.sleep(seconds)

    task = asyncio.create_task(alternate())
    try:
        yield
    finally:
        task.cancel()
        for page in descendants(os.getpid()):
            if "--type=renderer" in command(page):
                os.kill(page, signal.SIGCONT)


SLOWED = pytest.mark.skipif(sys.platform != "linux", reason="finds the page's process in /proc")


@SLOWED
async def test_a_hang_is_found_however_little_processor_time_the_page_gets(reviewed: Reviewer) -> None:
    async with _slowed(0.1):
        markup = f"{HEAD}<h1>Harbour</h1><script>\nlet n = 0;\nwhile (true) {{ n += 1 }}\n</script>"
        result = await reviewed(markup, seconds=250, plan=within(6))
    assert [finding.rule for finding in result.report.findings] == ["script-hang"], result.report.problems


@SLOWED
async def test_a_long_task_that_ends_is_not_blamed_however_little_processor_time_it_gets(reviewed: Reviewer) -> None:
    work = "let a = 0; for (let j = 0; j < 1e8; j++) a += j % 7"
    async with _slowed(0.2):
        result = await reviewed(f"{HEAD}<h1>Harbour</h1><script>{work}</script>", seconds=250, plan=within(6))
    assert "script-hang" not in rules(result)
    assert result.report.reviewed or [problem.kind for problem in result.report.problems] == ["timeout"]


async def test_a_page_with_much_work_in_parts_is_not_blamed(reviewed: Reviewer) -> None:
    work = "for (let i = 0, a = 0; i < 600; i++) setTimeout(() => { for (let j = 0; j < 3e7; j++) a += j % 7 })"
    result = await reviewed(f"{HEAD}<h1>Harbour</h1><script>{work}</script>", plan=within(12))
    assert not result.report.findings
    assert [problem.kind for problem in result.report.problems] == ["timeout"]


LOOPS = {
    "dialogs": "for (let i = 0; i < 5000; i++) { alert(i); confirm(i); prompt(i) }",
    "dialogs from a timer": "setInterval(() => { alert(1); confirm(2); prompt(3); print() }, 1)",
    "printing": "for (let i = 0; i < 200; i++) print()",
    "windows": "for (let i = 0; i < 200; i++) open('about:blank', '_blank')",
    "dialogs of the prototype": "for (const name of ['alert', 'confirm', 'print']) { delete window[name]; window[name]?.() }",
    "dialogs of another realm": (
        "const f = document.body.appendChild(document.createElement('iframe'));"
        "for (let i = 0; i < 20; i++) { f.contentWindow.alert(i); f.contentWindow.confirm(i); f.contentWindow.print() }"
    ),
    "leaving": "onbeforeunload = (e) => { e.preventDefault(); return 'stay' }; setInterval(() => location.reload(), 10)",
    "debugger": "setInterval(() => { debugger }, 1); for (let i = 0; i < 100; i++) debugger",
    "console": "setInterval(() => { for (let i = 0; i < 10; i++) console.error('x'.repeat(1000), {i}) }, 1)",
    "errors": "setInterval(() => { for (let i = 0; i < 20; i++) Promise.reject(new Error('e' + i)) }, 1)",
    "pointer lock and full screen": (
        "setInterval(() => { document.body.requestPointerLock?.(); document.documentElement.requestFullscreen().catch(() => 0) }, 5)"
    ),
    "history": "for (let i = 0; i < 2000; i++) try { history.pushState(i, '', '#' + i) } catch {}",
    "resizing the window": "setInterval(() => { resizeTo(50, 50); moveTo(9999, 9999); close() }, 5)",
}


@pytest.mark.parametrize("name", LOOPS)
async def test_what_blocks_a_person_does_not_block_a_review(name: str, reviewed: Reviewer) -> None:
    result = await reviewed(
        f"{HEAD}<body><h1>Harbour</h1><p id=end></p><script>{LOOPS[name]};end.textContent = 'went on'</script>"
    )
    assert not result.report.problems
    assert result.report.valid
    assert "Harbour" in text_of(result) and "went on" in text_of(result)
    assert "script-hang" not in rules(result)
    assert len(seen(result).messages) <= 500


async def test_a_page_that_takes_memory_without_end_costs_only_its_own_review(reviewed: Reviewer) -> None:
    greedy = (
        "const all = []; setInterval(() => { for (let i = 0; i < 50; i++) all.push(new Array(1e6).fill(i + 0.5)) }, 1)"
    )
    result = await reviewed(f"{HEAD}<h1>Harbour</h1><script>{greedy}</script>", seconds=120, plan=within(15))
    assert result.report.problems or result.report.findings or result.report.valid
    after = await reviewed(f"{HEAD}<h1>Quay</h1>")
    assert after.report.valid and not after.report.problems


async def test_scripts_do_not_run_in_an_untrusted_workspace(reviewed: Reviewer) -> None:
    from dataclasses import replace

    from tests.hostile.conftest import PLAN

    markup = f"{HEAD}<h1 onclick='x()'>Harbour</h1><p id=p>still</p><script>p.textContent = 'ran'</script><img src=x onerror=\"p.textContent='ran'\">"
    result = await reviewed(markup, plan=replace(PLAN, scripts=False))
    assert "still" in text_of(result)
