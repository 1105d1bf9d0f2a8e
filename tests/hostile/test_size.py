"""Pages that are far too large in one way or another."""

from __future__ import annotations

import resource
import struct
import zlib

import pytest

from relook_lsp.core.finding import Severity
from tests.hostile.conftest import HEAD, Reviewer, seen, within

pytestmark = [pytest.mark.browser, pytest.mark.hostile, pytest.mark.timeout(400)]


def _ended(result: object) -> None:
    """A page that is too much is a page that could not be looked at, in one clear sentence; never a crash."""
    report = result.report  # type: ignore[attr-defined]
    assert report.valid or [problem.kind for problem in report.problems] in (["timeout"], ["too-large"])


TOO_LARGE = {
    "a hundred thousand nodes": "<p>x<b>y</b></p>\n" * 50_000,
    "fifty megabytes of text": "<p>" + "lorem ipsum dolor " * 2_800_000,
    "tables within tables": "<table><tr><td>" * 5000 + "deep",
}


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_a_page_that_is_too_large_ends_in_its_time(name: str, reviewed: Reviewer) -> None:
    before = _memory()
    result = await reviewed(f"{HEAD}<h1>Harbour</h1>{TOO_LARGE[name]}", seconds=60, plan=within(8))
    _ended(result)
    assert not [finding for finding in result.report.all_findings if finding.severity is not Severity.INFORMATION]
    assert _memory() - before < 3000


def _memory() -> float:
    """The most that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


SLOW = {
    "columns over each other": "<div style='columns:100000 1px;height:1px'>" + "x " * 2000 + "</div>",
    "thousands of links in one paragraph": "<p>" + "<a href=#>x</a> " * 2000,
    "thousands of boxes in one place": "<a href=# style='position:absolute;top:90px'>word</a>" * 500,
    "thousands of levels": "<div>" * 5000 + "deep",
}
"""Pages that the browser lays out at once, and on which trying all pairs of boxes would take minutes."""


@pytest.mark.parametrize("name", SLOW)
async def test_rules_end_in_the_time_of_the_page(name: str, reviewed: Reviewer) -> None:
    result = await reviewed(f"{HEAD}<h1>Harbour</h1>{SLOW[name]}", seconds=60, plan=within(10))
    _ended(result)


async def test_variables_that_double_without_end(reviewed: Reviewer) -> None:
    laughs = "".join(f"--v{i}: var(--v{i - 1}) var(--v{i - 1});" for i in range(1, 60))
    result = await reviewed(
        f"{HEAD}<style>:root {{ --v0: lol; {laughs} }} h1 {{ content: var(--v59) }}</style><h1>Harbour</h1>"
    )
    assert not result.report.problems


def _png(width: int, height: int) -> bytes:
    """The header of a picture of this size, with next to no data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * min(10_000_000, height * (3 * width + 1)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(60_000, 60_000), (2_147_483_647, 2_147_483_647), (1, 1_000_000), (1_000_000, 1)])
async def test_pictures_of_enormous_size(size: tuple[int, int], reviewed: Reviewer) -> None:
    markup = f"{HEAD}<h1>Harbour</h1><img src=a.png alt=a><img src=a.png width=100 alt=b><div style='background:url(a.png);height:50px'></div>"
    result = await reviewed(markup, seconds=120, **{"a.png": _png(*size)})
    _ended(result)


SIZES = {
    "a canvas": "<canvas width=60000 height=60000></canvas><script>document.querySelector('canvas').getContext('2d')?.fillRect(0,0,9e9,9e9)</script>",
    "a box": "<div style='width:1e9px;height:1e9px;background:red'>x</div>",
    "infinite lengths": "<div style='width:calc(infinity * 1px);height:calc(infinity * 1px);margin:calc(-infinity * 1px)'>x</div>",
    "text": "<p style='font-size:1e7px'>x</p>",
    "a drawing": "<svg width=1e9 height=1e9 viewBox='0 0 1e-9 1e-9'><rect width=1e300 height=1e300 filter='url(#f)'/><filter id=f><feGaussianBlur stdDeviation=1e9 /></filter></svg>",
    "a grid": "<div style='display:grid;grid-template-columns:repeat(100000,1px)'><p style='grid-column:99999'>x</p></div>",
    "a table": "<table><tr><td colspan=1000 rowspan=65534>x<td>y</table>",
    "a transform": "<p style='transform:scale(1e9) rotate3d(1,1,1,45deg);will-change:transform'>x</p>",
    "a list": "<ol start=2147483647 reversed><li value=-2147483648>x</ol>",
}  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
async def test_boxes_of_enormous_size(name: str, reviewed: Reviewer) -> None:
    result = await reviewed(f"{HEAD}<h1>Harbour</h1>{SIZES[name]}", seconds=120)
    assert not result.report.problems
    for view in seen(result).views:
        assert view.frame is None or len(view.frame.png) < 50_000_000
