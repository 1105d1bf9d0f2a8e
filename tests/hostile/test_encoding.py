"""Files that are no text, or no text of the kind they claim to be."""

from __future__ import annotations

import os

import pytest

from tests.hostile.conftest import HEAD, Reviewer, rules, seen, text_of

pytestmark = [pytest.mark.browser, pytest.mark.hostile, pytest.mark.timeout(200)]

PALE = "<p style='color:#ccc'>Pale</p>"


@pytest.mark.parametrize(
    "data",
    [
        HEAD.encode() + b"<h1>Harb\xffour \xc3\x28 \xed\xa0\x80 \xf4\x90\x80\x80</h1>" + PALE.encode(),
        b"\xff\xfe" + (HEAD + "<h1>Harbour</h1>" + PALE).encode("utf-16-le"),
        b"\xfe\xff" + (HEAD + "<h1>Harbour</h1>" + PALE).encode("utf-16-be"),
        b"\xff\xfe" + (HEAD + "<h1>Harbour</h1>" + PALE).encode("utf-16-le") + b"\x00\xd8\x3c",
        b"\xef\xbb\xbf\xef\xbb\xbf" + (HEAD + "<h1>Harbour</h1>" + PALE).encode(),
        (HEAD + "<h1>Harb\0our\x0b\x0c\x1c\x85\u2028</h1>" + PALE).encode(),
        (HEAD.replace("utf-8", "iso-2022-jp") + "<h1>Harbour</h1>" + PALE).encode(),
        (HEAD.replace("utf-8", "nonsense") + "<h1>Harbour</h1>" + PALE).encode(),
        (HEAD.replace("utf-8", "utf-16") + "<h1>Harbour</h1>" + PALE).encode(),
    ],
    ids=["invalid utf-8", "utf-16-le", "utf-16-be", "broken utf-16", "two marks", "controls", "iso-2022-jp", "no charset", "lies"],
)  # fmt: skip
async def test_a_page_in_any_encoding(data: bytes, reviewed: Reviewer) -> None:
    result = await reviewed(data)
    assert not result.report.problems
    pale = next(finding for finding in result.report.findings if finding.rule == "low-contrast")
    source = seen(result).sources[pale.cause.url or ""]
    assert source.text[pale.cause.span.start : pale.cause.span.end] == "color:#ccc"


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\xef\xbb\xbf", b"\0" * 1000, b"\xff" * 1000], ids=["none", "line", "mark", "nul", "ff"]
)
async def test_a_page_of_next_to_nothing(data: bytes, reviewed: Reviewer) -> None:
    result = await reviewed(data)
    assert not result.report.problems
    assert result.report.findings or text_of(result)


async def test_bytes_that_are_no_page(reviewed: Reviewer) -> None:
    for data in (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        b"\x7fELF" + bytes(range(256)) * 40,
        b"PK\x03\x04" + os.urandom(9000),
    ):
        result = await reviewed(data)
        assert not result.report.problems


async def test_sheets_and_scripts_that_are_no_text(reviewed: Reviewer) -> None:
    files = {
        "a.css": b"\xff\xfep\0{\0",
        "b.css": b"p{color:#ccc}\xff\xff/*",
        "a.js": os.urandom(2000),
        "b.js": b"\xff\xfe" + "let a = 1".encode("utf-16-le"),
    }
    links = "<link rel=stylesheet href=a.css><link rel=stylesheet href=b.css><script src=a.js></script><script src=b.js></script>"
    result = await reviewed(f"{HEAD}{links}<h1>Harbour</h1><p>Pale</p>", **files)
    assert not result.report.problems
    assert "low-contrast" in rules(result)
