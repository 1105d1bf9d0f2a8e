"""Which lines a comment silences: each text says so with «silent» and «loud» on its lines."""

from __future__ import annotations

import time

import pytest

from relook_lsp.source.suppress import read

RULE = "low-contrast"

CASES: dict[str, tuple[str, str]] = {
    # HTML
    "line of a tag": ("html", "<p>loud\n<p>silent <!-- relook-ignore -->\n<p>loud"),
    "comment alone silences the next line": ("html", "<p>loud\n  <!-- relook-ignore -->\n<p>silent\n<p>loud"),
    "next line": ("html", "<p>loud <!-- relook-ignore-next-line -->\n<p>silent\n<p>loud"),
    "comment over lines": ("html", "<!-- relook-ignore-next-line\n because loud -->\n<p>silent\n<p>loud"),
    "file": ("html", "<p>silent\n<!-- relook-ignore-file -->\n<p>silent"),
    "block": ("html", "<p>loud\n<!-- relook-ignore-start -->\n<p>silent\n<p>silent\n<!-- relook-ignore-end -->\n<p>loud"),
    "block that is not closed": ("html", "<p>loud\n<!-- relook-ignore-start -->\n<p>silent\n<p>silent"),
    "end without a start": ("html", "<p>loud\n<!-- relook-ignore-end -->\n<p>loud"),
    "nested blocks": (
        "html", "<!-- relook-ignore-start other-rule -->\nloud\n<!-- relook-ignore-start low-contrast -->\nsilent\n<!-- relook-ignore-end -->\n"
        "loud\n<!-- relook-ignore-end -->\nloud"),
    "in a style element": ("html", "<style>\np { loud }\n/* relook-ignore */\np { silent }\n</style>\n<p>loud"),
    "in a script element": ("html", "<script>\nloud()\nsilent() // relook-ignore\n</script>\n<p>loud"),
    "behind quotes in text": ("html", "<p>He said \"it's <!-- relook-ignore --> silent\"\n<p>loud"),
    "bogus end": ("html", "silent <!-- relook-ignore --!>\nloud"),
    "in an attribute value": ("html", "<p title='<!-- relook-ignore-file -->'>loud\n<p>loud"),
    "in a quoted value with a greater-than sign": ("html", "<p title=\"a > b <!-- relook-ignore-file -->\">loud"),
    "slashes in text": ("html", "<p>loud // relook-ignore-file\n<p>loud"),
    "address in an attribute": ("html", "<a href=https://relook-ignore-file>loud</a>\n<a href='//relook-ignore-file'>loud</a>"),
    "string in a script": ("html", "<script>\nconst x = '// relook-ignore-file'; loud\n</script>"),
    # CSS
    "css line": ("css", "p { loud }\np { silent } /* relook-ignore */\np { loud }"),
    "css alone": ("css", "p {\n  loud;\n  /* relook-ignore */\n  silent;\n  loud;\n}"),
    "css block": ("css", "/* relook-ignore-start */ p { silent }\nq { silent } /* relook-ignore-end */\nr { loud }"),
    "css url": ("css", "p { background: url(//relook-ignore-file); loud }\np { loud }"),
    "css url with a comment's signs": ("css", "p { background: url(x/*relook-ignore-file*/y); loud }"),
    "css string": ("css", "p::before { content: '/* relook-ignore-file */'; loud }"),
    "css has no line comments": ("css", "p { loud; // relook-ignore-file\n}"),
    # JS
    "js line": ("js", "loud()\nsilent() // relook-ignore\nloud()"),
    "js alone": ("js", "loud()\n// relook-ignore\nsilent()\nloud()"),
    "js block comment": ("js", "loud()\n/* relook-ignore-next-line */\nsilent()\nloud()"),
    "js address": ("js", "fetch('https://relook-ignore-file'); loud\nlocation = `http://relook-ignore-file`; loud"),
    "js string": ("js", "say(\"// relook-ignore-file\"); loud\nsay('it\\'s // relook-ignore-file'); loud"),
    "js template over lines": ("js", "const a = `\n// relook-ignore-file\n`; loud"),
    # rules and reasons
    "this rule": ("css", "p { silent } /* relook-ignore low-contrast */\np { loud }"),
    "another rule": ("css", "p { loud } /* relook-ignore text-clipped */"),
    "several rules": ("css", "p { silent } /* relook-ignore text-clipped, low-contrast */\np { silent } /* relook-ignore a-b low-contrast */"),
    "with a colon": ("css", "p { silent } /* relook-ignore: low-contrast */\np { loud } /* relook-ignore: text-clipped */"),
    "a reason": ("css", "p { silent } /* relook-ignore -- the brand's own grey */\np { silent } /* relook-ignore low-contrast -- low */"),
    "a reason is no rule": ("css", "p { loud } /* relook-ignore text-clipped -- low-contrast is another matter */"),
    "file with a rule": ("html", "<!-- relook-ignore-file text-clipped -->\n<p>loud\n"),
    "another word": ("css", "p { loud } /* relook-ignored */ /* norelook-ignore */ /* relook-ignore-all */"),
    "crlf": ("css", "p { loud }\r\n/* relook-ignore */\r\np { silent }\r\np { loud }"),
    "lone cr": ("css", "p { loud }\r/* relook-ignore */\rp { silent }\rp { loud }"),
    "separators are no lines": ("css", "p { silent \u2028 } /* relook-ignore */\np { loud }"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    kind, text = CASES[case]
    found = read(text, kind)
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if "silent" in line or "loud" in line:
            assert found.silent(RULE, number) is ("silent" in line), (number, line, found)


def test_rules_are_told_apart() -> None:
    found = read("p {} /* relook-ignore low-contrast text-clipped */", "css")
    assert found.silent("low-contrast", 0) and found.silent("text-clipped", 0)
    assert not found.silent("low", 0) and not found.silent("contrast", 0)


@pytest.mark.parametrize("kind", ["html", "css", "js"])
@pytest.mark.parametrize("piece", ["/*", "<!--", "<script>", '"', "'", "`", "//", "<p ", "url(", "/* relook-ignore"])
def test_no_text_takes_long(kind: str, piece: str) -> None:
    started = time.perf_counter()
    read("relook-ignore" + piece * 5_000, kind)
    assert time.perf_counter() - started < 10
