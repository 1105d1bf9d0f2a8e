"""Which lines a comment silences: each text says so with «silent» and «loud» on its lines."""

from __future__ import annotations

import time

import pytest

from relook_lsp.source.suppress import read_suppressions

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
    "text of a textarea": ("html", "<textarea><!-- relook-ignore-file --></textarea>loud"),
    "text of a title": ("html", "<title><!-- relook-ignore-file --></title><p>loud"),
    "text of raw elements": (
        "html", "".join(f"<{name}><!-- relook-ignore-file --></{name}>loud\n" for name in ("xmp", "iframe", "noscript", "noembed", "noframes"))),
    "text of a script": ("html", "<script>let a = `\n<!-- relook-ignore-file -->`; loud</script>"),
    "a style has no such comments": ("html", "<style><!-- relook-ignore-file --> p { loud }</style>"),
    "in a template": ("html", "<template><p>silent <!-- relook-ignore --></template>\n<p>loud"),
    "text behind plaintext": ("html", "<plaintext><!-- relook-ignore-file -->loud"),
    "cdata of svg": ("html", "<svg><![CDATA[ > <!-- relook-ignore-file --> ]]></svg>loud"),
    "style of svg holds comments": ("html", "<svg><style><!-- relook-ignore-file --></style></svg>silent"),
    "conditional comment": ("html", "<p>silent <!--[if IE]> relook-ignore -- <![endif]-->\n<p>loud"),
    "comment in a comment": ("html", "<p>silent <!-- a <!-- relook-ignore -->\n<p>loud"),
    "comment that is not closed": ("html", "<p>loud\n<p>silent <!-- relook-ignore"),
    "empty comments end at once": ("html", "<!--> relook-ignore-file --><p>loud\n<!---> relook-ignore-file --><p>loud"),
    "quote in an unquoted value": ("html", "<p title=it's>silent <!-- relook-ignore -->\n<p class='a'>loud"),
    "quotes without a value": ("html", "<p ' >silent <!-- relook-ignore -->\n<p '>loud"),
    "a script in a comment": ("html", "<!-- <script> -->\n<p>silent <!-- relook-ignore --> </script>\n<p>loud"),
    "data is no script": ("html", "<script type=application/json>\n// relook-ignore-file\n</script>loud"),
    "end tag in a script's string": ("html", "<script>a = '</script> <!-- relook-ignore-file -->silent'"),
    "comment behind a table's text": ("html", "<table>x<tr><td>silent <!-- relook-ignore --></table>\n<p>loud"),
    "crlf in a document": ("html", "<p>loud\r\n<p>silent <!-- relook-ignore -->\r\n<p>loud"),
    # CSS
    "css escape in a string": ("css", "p { content: 'a\\' /* relook-ignore-file */'; loud }"),
    "css string that a line ends": ("css", "p { content: 'a\n; silent } /* relook-ignore */\np { loud }"),
    "css escaped url": ("css", "p { background: u\\72l(/*relook-ignore-file*/); loud }"),
    "css quoted url": ("css", "p { background: url('/*relook-ignore-file*/'); loud }"),
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
    "js grave accent in an expression": ("js", "const a = /`/; silent // relook-ignore\nconst b = `x`; loud"),
    "js slash in a class": ("js", "const a = /[/*]/; loud\nconst b = '*/ // relook-ignore-file'; loud"),
    "js comment behind a colon": ("js", "switch (a) {\n case silent:// relook-ignore\n  loud\n}"),
    "js division": ("js", "a = b / c; silent // relook-ignore -- / d\nloud"),
    "js expression behind a condition": ("js", "if (a) /\\/\\/ relook-ignore-file/.test(b); loud"),
    "js template in a template": ("js", "a = `x${`// relook-ignore-file${ /* relook-ignore */ 1 }`}`; silent\nloud"),
    "js comment of html": ("js", "<!-- relook-ignore\nsilent\nloud"),
    "js hashbang": ("js", "#!/bin/node // relook-ignore-file\nsilent"),
    "js continued string": ("js", "a = 'x\\\n// relook-ignore-file'; loud"),
    "js with letters outside of ascii": ("js", "say('äöü 😀'); silent // relook-ignore\nloud"),
    "js of react": ("js", "a = <p>// relook-ignore-file</p>; loud\nb = <p>{/* relook-ignore */}</p>; silent\nloud"),
    "js behind an error": ("js", "} ) loud\nsilent /* relook-ignore */ \nloud"),
    "js comment that is not closed": ("js", "loud\nsilent /* relook-ignore"),
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
    found = read_suppressions(text, kind)
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if "silent" in line or "loud" in line:
            assert found.is_silenced(RULE, number) is ("silent" in line), (number, line, found)


def test_rules_are_told_apart() -> None:
    found = read_suppressions("p {} /* relook-ignore low-contrast text-clipped */", "css")
    assert found.is_silenced("low-contrast", 0) and found.is_silenced("text-clipped", 0)
    assert not found.is_silenced("low", 0) and not found.is_silenced("contrast", 0)


@pytest.mark.parametrize("kind", ["html", "css", "js"])
@pytest.mark.parametrize("piece", ["/*", "<!--", "<script>", '"', "'", "`", "//", "<p ", "url(", "/* relook-ignore"])
def test_no_text_takes_long(kind: str, piece: str) -> None:
    started = time.perf_counter()
    read_suppressions("relook-ignore" + piece * 5_000, kind)
    assert time.perf_counter() - started < 10
