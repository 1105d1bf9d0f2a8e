"""An edit that silences a finding is offered only where its comment is one and silences exactly that line. ``@`` marks
where the finding begins."""

from __future__ import annotations

import pytest

from relook_lsp.session.suppression_edits import suppress_in_file, suppress_line
from relook_lsp.source.suppress import read_suppressions

RULE = "low-contrast"

SILENCED = {
    "tag": ("html", "<p>a\n  @<b>x</b>\n<p>c", "  <!-- relook-ignore-next-line low-contrast -->\n"),
    "tag over lines": ("html", "<p>a\n@<b\n title=x>x</b>", "<!-- relook-ignore-next-line low-contrast -->\n"),
    "style element": ("html", "<style>\np { @color: red }\n</style>", "/* relook-ignore-next-line low-contrast */\n"),
    "script element": ("html", "<script>\n@x()\n</script>", "// relook-ignore-next-line low-contrast\n"),
    "start of a text area": ("html", "<p>a\n@<textarea>\n</textarea>", "<!-- relook-ignore-next-line low-contrast -->\n"),
    "sheet": ("css", "p {\n\t@color: red }", "\t/* relook-ignore-next-line low-contrast */\n"),
    "script": ("js", "a()\n@b()", "// relook-ignore-next-line low-contrast\n"),
    "line endings": ("css", "p {\r\n@color: red }", "/* relook-ignore-next-line low-contrast */\r\n"),
    "below a suppression": (
        "css", "/* relook-ignore-start */\na {}\n/* relook-ignore-end */\np {\n@color: red }", "/* relook-ignore-next-line low-contrast */\n"),
}  # fmt: skip

IMPOSSIBLE = {
    "text area": ("html", "<textarea>\na\n@b</textarea>"),
    "title": ("html", "<title>a\n@b</title>"),
    "behind a text area on its last line": ("html", "<textarea>\na</textarea>@<b>x</b>"),
    "behind an attribute over lines": ("html", "<p title='a\nb'>@<b>x</b>"),
    "attribute on a later line": ("html", "<p\nstyle='@color: red'>x"),
    "behind a comment over lines": ("html", "<!-- a\n -->@<b>x</b>"),
    "script that is data": ("html", "<script type=application/json>\n@{}</script>"),
    "template literal": ("js", "a = `\n${@x}`"),
    "template literal in a page": ("html", "<script>a = `\n@x`</script>"),
    "string over lines": ("css", "p { content: 'a\\\nb'; @color: red }"),
    "behind a css comment": ("css", "p { /*\n*/ @color: red }"),
    "cdata": ("html", "<svg><![CDATA[\n]]>@<text>x</text></svg>"),
    "between a suppression and its line": ("css", "p {\n/* relook-ignore-next-line text-too-small */\n@color: red }"),
}


def _marked(text: str) -> tuple[str, int]:
    return text.replace("@", "", 1), text.index("@")


@pytest.mark.parametrize("case", SILENCED)
def test_a_line_is_silenced(case: str) -> None:
    kind, marked, comment = SILENCED[case]
    text, start = _marked(marked)
    patch = suppress_line("a", text, kind, RULE, start, "")
    assert patch is not None
    (edit,) = patch.replacements
    assert edit.new == comment
    after, line = patch.apply("a", text), text[:start].count("\n") + 1
    assert [
        number for number in range(after.count("\n") + 1) if read_suppressions(after, kind).is_silenced(RULE, number)
    ] == [
        *([number for number in range(line) if read_suppressions(text, kind).is_silenced(RULE, number)]),
        line,
    ]


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_no_edit_is_offered_where_the_comment_would_not_silence_just_that_line(case: str) -> None:
    kind, marked = IMPOSSIBLE[case]
    text, start = _marked(marked)
    assert suppress_line("a", text, kind, RULE, start, "") is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [("html", "<!doctype html><p>a"), ("html", "<textarea></textarea>"), ("css", "@charset 'utf-8';p{}"), ("js", "#!x\na()"), ("css", "")],
)  # fmt: skip
def test_a_file_is_silenced(kind: str, text: str) -> None:
    patch = suppress_in_file("a", text, kind, RULE, "")
    assert patch is not None and read_suppressions(patch.apply("a", text), kind).is_silenced(RULE, 0)


@pytest.mark.parametrize(
    ("kind", "text"), [("html", "<!doctype\nhtml [ '>"), ("css", "@charset 'a;b' {"), ("js", "#!x \\\u2028`")]
)
def test_no_comment_is_put_into_what_has_to_be_first(kind: str, text: str) -> None:
    patch = suppress_in_file("a", text, kind, RULE, "")
    assert patch is None or read_suppressions(patch.apply("a", text), kind).is_silenced(RULE, 0)
