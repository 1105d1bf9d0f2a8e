"""Source maps: the numbers, the lookup, and maps that are none."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relook_lsp.core.text import Position
from relook_lsp.source.sourcemap import (
    MAX_SOURCES,
    MAX_TEXT,
    decode_data_url,
    decode_vlq,
    parse_source_map,
    source_map_url,
    with_absolute_sources,
)

URL = "http://localhost:5173/css/style.css.map"
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def written(numbers: list[int]) -> str:
    """The other way round, for tests."""
    text = ""
    for number in numbers:
        rest = (-number << 1) | 1 if number < 0 else number << 1
        while True:
            digit, rest = rest & 31, rest >> 5
            text += _DIGITS[digit | (32 if rest else 0)]
            if not rest:
                break
    return text


def made(mappings: str, **more: object) -> str:
    return json.dumps({"version": 3, "sources": ["../scss/a.scss"], "mappings": mappings, **more})


@pytest.mark.parametrize(
    ("text", "numbers"), [("A", [0]), ("C", [1]), ("D", [-1]), ("AAgBC", [0, 0, 16, 1]), ("2HwcqxB", [123, 456, 789])]
)
def test_known_numbers(text: str, numbers: list[int]) -> None:
    assert decode_vlq(text) == numbers


@given(st.lists(st.integers(-(2**30), 2**30), min_size=1, max_size=6))
def test_numbers_come_back(numbers: list[int]) -> None:
    assert decode_vlq(written(numbers)) == numbers


def test_the_nearest_mapping_before_the_place_counts() -> None:
    rows = [written([2, 0, 4, 7]) + "," + written([10, 0, 1, -3]), "", written([0, 0, 2, 0]) + "," + written([5])]
    found = parse_source_map(made(";".join(rows)), URL)
    assert found is not None
    assert found.sources == ("http://localhost:5173/scss/a.scss",)
    places = {
        (0, 1): None,
        (0, 2): (4, 7),
        (0, 11): (4, 7),
        (0, 12): (5, 4),
        (0, 999): (5, 4),
        (1, 0): None,
        (2, 4): (7, 4),
        (2, 5): None,
        (9, 0): None,
    }
    for place, wanted in places.items():
        origin = found.original_position(Position(*place))
        assert (None if origin is None else tuple(origin.position)) == wanted, place
    again = parse_source_map(with_absolute_sources(made(";".join(rows)), found), "http://elsewhere/")
    assert again is not None and (again.sources, again.lines) == (found.sources, found.lines)


def test_source_root_and_texts() -> None:
    found = parse_source_map(
        made("AAAA", sources=["a.scss", "b.scss"], sourceRoot="/src", sourcesContent=["text"]), URL
    )
    assert found is not None
    assert found.sources == ("http://localhost:5173/src/a.scss", "http://localhost:5173/src/b.scss")
    assert found.contents == ("text", None)


def test_the_last_reference_counts() -> None:
    assert source_map_url("a{}/*# sourceMappingURL=a.map */\n/*@ sourceMappingURL=b.map*/") == "b.map"
    assert source_map_url("a{content:'sourceMappingURL=a.map'}") is None


def test_data_addresses() -> None:
    text = made("AAAA")
    assert decode_data_url("data:application/json;base64," + base64.b64encode(text.encode()).decode()) == text
    assert decode_data_url("data:application/json,%7B%7D") == "{}"
    assert decode_data_url("http://x/a.map") is None
    assert decode_data_url("data:application/json;base64,A") is None


NONE = {
    "no JSON": "{", "another kind": "[]", "a number": "3", "nothing": "", "null": "null",
    "version 2": made("AAAA", version=2), "no mappings": json.dumps({"version": 3, "sources": []}),
    "sources that are none": made("AAAA", sources=7), "sections": json.dumps({"version": 3, "sections": []}),
    "no such source": made(written([0, 1, 0, 0])), "before the first source": made(written([0, -1, 0, 0])),
    "before the first line": made(written([0, 0, -1, 0])), "no digit": made("A!"), "unfinished": made("AAg"),
    "endless number": made("ggggggggggggggggA"), "too many sources": made("", sources=["a"] * (MAX_SOURCES + 1)),
    "deep": "[" * 100_000, "too long": made("A" * MAX_TEXT),
}  # fmt: skip


@pytest.mark.hostile
@pytest.mark.parametrize("name", NONE)
def test_what_is_no_map(name: str) -> None:
    assert parse_source_map(NONE[name], URL) is None


@pytest.mark.hostile
def test_a_large_map_is_read_in_proportion() -> None:
    started = time.monotonic()
    found = parse_source_map(made(";".join(["AAAA,CAAC,CAAA"] * 100_000)), URL)
    assert found is not None and len(found.lines) == 100_000
    assert time.monotonic() - started < 30
