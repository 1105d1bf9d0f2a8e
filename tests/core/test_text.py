"""Positions and encodings, against the slow and obvious way."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relook_lsp.core.text import Encoding, LineIndex, Position, Range, Span, decode, encoded_length

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")

pieces = st.sampled_from(
    [
        "a",
        "<p>",
        "é",
        "漢",
        "😀",
        "𝒳",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\u2028",
        "\u2029",
        "\x85",
        "\x0b",
        "\x0c",
        "\x1c",
        "\ufeff",
        "",
    ]
)
texts = st.lists(pieces | st.characters(exclude_categories=["Cs"]), max_size=30).map("".join)
encodings = st.sampled_from(ENCODINGS)


def _units(text: str, encoding: Encoding) -> int:
    return {"utf-8": len(text.encode()), "utf-16": len(text.encode("utf-16-le")) // 2, "utf-32": len(text)}[encoding]


def _slow(text: str, offset: int, encoding: Encoding) -> Position:
    lines = re.split(r"\r\n|\n|\r", text[:offset])
    return Position(len(lines) - 1, _units(lines[-1], encoding))


@given(texts, encodings, st.data())
def test_position_is_the_obvious_one(text: str, encoding: Encoding, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n" and offset:
        offset -= 1  # between the two there is no position
    assert LineIndex(text).position(offset, encoding) == _slow(text, offset, encoding)


@given(texts, encodings, st.data())
def test_offsets_come_back(text: str, encoding: Encoding, data: st.DataObject) -> None:
    index = LineIndex(text)
    offset = data.draw(st.integers(0, len(text)))
    back = index.offset(index.position(offset, encoding), encoding)
    between = text[offset - 1 : offset + 1] == "\r\n" and offset > 0
    assert back == (offset - 1 if between else offset)


@given(texts, encodings, st.integers(-2, 40), st.integers(-2, 200))
def test_positions_are_clamped(text: str, encoding: Encoding, line: int, character: int) -> None:
    index = LineIndex(text)
    offset = index.offset(Position(line, character), encoding)
    assert 0 <= offset <= len(text)
    if 0 <= line < len(index.starts):
        span = index.line_span(line)
        assert span.start <= offset <= span.end


@given(texts, encodings, st.data())
def test_a_place_within_a_character_is_behind_it(text: str, encoding: Encoding, data: st.DataObject) -> None:
    index = LineIndex(text)
    line = data.draw(st.integers(0, len(index.starts) - 1))
    span = index.line_span(line)
    character = data.draw(st.integers(0, encoded_length(text[span.start : span.end], encoding)))
    offset = index.offset(Position(line, character), encoding)
    before = _units(text[span.start : offset], encoding)
    assert before >= character
    assert offset == span.start or _units(text[span.start : offset - 1], encoding) < character


@given(texts)
def test_lines_end_where_the_protocol_says(text: str) -> None:
    index = LineIndex(text)
    lines = [text[slice(*index.line_span(n))] for n in range(len(index.starts))]
    assert lines == re.split(r"\r\n|\n|\r", text)


@given(texts, encodings, st.data())
def test_ranges_come_back(text: str, encoding: Encoding, data: st.DataObject) -> None:
    index = LineIndex(text)
    safe = [n for n in range(len(text) + 1) if text[max(0, n - 1) : n + 1] != "\r\n" or n == 0]
    start, end = sorted((data.draw(st.sampled_from(safe)), data.draw(st.sampled_from(safe))))
    assert index.span(index.range(Span(start, end), encoding), encoding) == Span(start, end)


def test_a_range_that_ends_before_it_starts_is_empty() -> None:
    assert LineIndex("abc").span(Range(Position(0, 2), Position(0, 1))) == Span(2, 2)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"])
def test_what_python_calls_a_line_end_is_none(separator: str) -> None:
    index = LineIndex(f"<p>a{separator}b</p>\n<i>x</i>\n")
    assert len(index.starts) == 3
    assert index.position(6) == Position(0, 6)


def test_spans() -> None:
    span = Span(2, 5)
    assert 2 in span and 4 in span and 5 not in span and 1 not in span
    assert span.covers(Span(2, 5)) and not span.covers(Span(1, 3))
    assert span.overlaps(Span(4, 9)) and not span.overlaps(Span(5, 9)) and not span.overlaps(Span(0, 2))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_long_lines_are_not_walked_by_character(encoding: Encoding) -> None:
    index = LineIndex("é" + "x" * 2_000_000)
    started = time.perf_counter()
    for character in range(1_000_000, 1_000_020):
        index.offset(index.position(character, encoding), encoding)
    assert time.perf_counter() - started < 5


# -- bytes

FILE_ENCODINGS = ["utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp932", "gb18030", "koi8_r"]


@given(
    st.text(),
    st.sampled_from(
        [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
    ),
)
def test_unicode_files_come_back(text: str, kind: tuple[bytes, str]) -> None:
    bom, encoding = kind
    data = bom + text.encode(encoding)
    found = decode(data)
    if bom or not text.startswith("\ufeff"):
        assert found.text == text
    assert found.lossless and found.encode(found.text) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_some_text(data: bytes) -> None:
    found = decode(data)
    if found.lossless:
        assert found.encode(found.text) == data


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [("windows-1252", "cp1252", "é€"), ("ISO-8859-1", "cp1252", "é“"), ("latin1", "cp1252", "é"), ("shift_jis", "cp932", "漢字"),
     ("gb2312", "gb18030", "漢字"), ("koi8-r", "koi8_r", "Привет"), ("windows-1251", "cp1251", "Привет"), ("iso-8859-15", "iso8859-15", "€")],
)  # fmt: skip
@pytest.mark.parametrize(
    "form", ["<meta charset={}>", '<meta http-equiv=x content="text/html; charset={}">', '@charset "{}";']
)
def test_declared_encoding(label: str, codec: str, text: str, form: str) -> None:
    written = form.format(label) + text
    data = written.encode(codec)
    found = decode(data)
    assert found.text == written
    assert found.lossless and found.encode(written) == data


@pytest.mark.parametrize("label", ["utf-16", "utf-7", "rot13", "hex", "idna", "punycode", "unicode_escape", "nonsense"])
def test_encodings_that_are_not_of_the_web_mean_utf_8(label: str) -> None:
    found = decode(b"<meta charset=" + label.encode() + b">\\x41\xff")
    assert found.encoding == "utf-8" and "\\x41\ufffd" in found.text and not found.lossless


def test_invalid_bytes_are_never_written_back() -> None:
    assert not decode(b"\xef\xbb\xbfa\xff").lossless
    assert not decode(b"\xff\xfea").lossless
    assert not decode(b"\x81").lossless


def test_a_character_the_encoding_lacks_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        decode(b"<meta charset=windows-1252>\xe9").encode("漢")
