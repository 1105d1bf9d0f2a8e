"""The tokens of CSS text, with offsets (CSS Syntax Module Level 3, section 4).

The tokenizer reads the text as it is written, so that offsets are those of the source: it does not normalise line ends
first, and treats ``\\r\\n``, ``\\r`` and ``\\f`` as line ends where the standard does. Every text has tokens; the spans of
all tokens, in order, cover the text without gaps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple


class TokenKind(StrEnum):
    """``FUNCTION`` includes its opening parenthesis. ``URL`` is ``url(…)`` without quotes; with quotes it is a
    ``FUNCTION``. ``DELIM`` is every other single character, brackets and ``;`` ``:`` ``,`` included."""

    COMMENT = "comment"
    SPACE = "space"
    IDENT = "ident"
    FUNCTION = "function"
    URL = "url"
    BAD_URL = "bad_url"
    STRING = "string"
    BAD_STRING = "bad_string"
    HASH = "hash"
    AT_KEYWORD = "at_keyword"
    NUMBER = "number"
    CDO = "cdo"
    CDC = "cdc"
    DELIM = "delim"


class CssToken(NamedTuple):
    """``value``: the name of an ident, function, hash or at-keyword, the content of a string, URL or comment, both with
    escapes decoded; the text as written for all others."""

    kind: TokenKind
    start: int
    end: int
    value: str


_NEWLINE = r"(?:\r\n|[\n\r\f])"
_SPACE = r"[ \t\n\r\f]"
# An escape at the end of the text is one too.
_ESCAPE = rf"\\(?:[0-9a-fA-F]{{1,6}}(?:\r\n|{_SPACE})?|[^\n\r\f0-9a-fA-F]|\Z)"
_START = r"a-zA-Z_\0\x80-\U0010ffff"
_IDENT = rf"(?:--|-?(?:[{_START}]|{_ESCAPE}))(?:[-0-9{_START}]++|{_ESCAPE})*+"
_TOKEN = re.compile(
    rf"""
    (?P<comment>/\*.*?(?:\*/|\Z))
    |(?P<space>{_SPACE}++)
    |(?P<string>"(?:[^"\\\n\r\f]++|\\(?:\r\n|.|\Z))*+(?:"|\Z)|'(?:[^'\\\n\r\f]++|\\(?:\r\n|.|\Z))*+(?:'|\Z))
    |(?P<bad_string>"(?:[^"\\\n\r\f]++|\\(?:\r\n|.))*+|'(?:[^'\\\n\r\f]++|\\(?:\r\n|.))*+)
    |(?P<hash>\#(?:[-0-9{_START}]|{_ESCAPE})++)
    |(?P<number>[+-]?(?:[0-9]*\.)?[0-9]+(?:[eE][+-]?[0-9]+)?(?:%|{_IDENT})?)
    |(?P<cdc>-->)
    |(?P<ident>{_IDENT})
    |(?P<at_keyword>@{_IDENT})
    |(?P<cdo><!--)
    |(?P<delim>.)
    """,
    re.S | re.X,
)
_QUOTE_FOLLOWS = re.compile(rf"{_SPACE}*+[\"']")
_PRINTABLE = r"[^\"'()\\ \t\n\r\f\x00-\x08\x0b\x0e-\x1f\x7f]"
_URL = re.compile(rf"{_SPACE}*+((?:{_PRINTABLE}++|\0|{_ESCAPE})*+){_SPACE}*+(?:\)|\Z)", re.S)
_BAD_URL = re.compile(rf"(?:[^)\\]++|{_ESCAPE}|\\)*+\)?", re.S)
_ESCAPED = re.compile(rf"\\(?:([0-9a-fA-F]{{1,6}})(?:\r\n|{_SPACE})?|({_NEWLINE})|(.)|\Z)|\0", re.S)


def tokenize_css(text: str, position: int = 0) -> Iterator[CssToken]:
    """The tokens of a sheet, of the inside of a rule or of a value, comments and white space included, from an offset
    that is the start of a token."""
    length, match_token = len(text), _TOKEN.match
    while position < length:
        match = match_token(text, position)
        assert match is not None and match.lastgroup is not None
        start, position = position, match.end()
        kind, value = _KINDS[match.lastgroup], match.group()
        if kind is TokenKind.IDENT:
            value = unescape(value)
            if text.startswith("(", position):
                kind, value, position = _read_function(text, start, position + 1, value)
        elif kind in _VALUES:
            value = _VALUES[kind](value)
        yield CssToken(kind, start, position, value)


def _read_function(text: str, start: int, inside: int, name: str) -> tuple[TokenKind, str, int]:
    """(kind, value, end) of what begins with a name and a parenthesis; ``inside`` is the offset behind that."""
    if name.lower() != "url" or _QUOTE_FOLLOWS.match(text, inside):
        return TokenKind.FUNCTION, name, inside
    url = _URL.match(text, inside)
    if url is not None:
        return TokenKind.URL, unescape(url.group(1)), url.end()
    bad = _BAD_URL.match(text, inside)
    assert bad is not None
    return TokenKind.BAD_URL, text[start : bad.end()], bad.end()


def unescape(name: str) -> str:
    """A name or URL, or the inside of a string, with its escapes decoded."""
    return _ESCAPED.sub(_decode_escape, name) if "\\" in name or "\0" in name else name


def _decode_escape(match: re.Match[str]) -> str:
    digits, newline, character = match.groups()
    if digits:
        code = int(digits, 16)
        return "\ufffd" if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code)
    return "" if newline else character or "\ufffd"


def _string_content(string: str) -> str:
    """Between the quotes. An escape at the end of the text stands for nothing inside of a string."""
    inside = string[1:-1] if len(string) > 1 and _is_closed_string(string) else _DANGLING.sub("", string[1:])
    return unescape(inside)


_DANGLING = re.compile(r"(?<!\\)((?:\\\\)*)\\\Z")


def _is_closed_string(string: str) -> bool:
    if string[-1] != string[0]:
        return False
    backslashes = len(string[:-1]) - len(string[:-1].rstrip("\\"))
    return backslashes % 2 == 0


def _comment_content(comment: str) -> str:
    return comment[2:-2] if len(comment) >= 4 and comment.endswith("*/") else comment[2:]


_KINDS = {kind.value: kind for kind in TokenKind}
_VALUES: dict[TokenKind, Callable[[str], str]] = {
    TokenKind.HASH: lambda text: unescape(text[1:]),
    TokenKind.AT_KEYWORD: lambda text: unescape(text[1:]),
    TokenKind.STRING: _string_content,
    TokenKind.COMMENT: _comment_content,
}
