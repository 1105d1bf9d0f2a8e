"""The documentation passes its lint, and every check of the lint can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import lint
from tests.docs.lint import Names, Text

NAMES = Names(
    modules=frozenset(("relook_lsp/critics/engine.py",)),
    settings=frozenset(("editor.delay", "sweep")),
    targets=frozenset(("check",)),
    commands=frozenset(("review",)),
    source='add_argument("--write") RELOOK_BROWSER',
)


def test_the_documentation_passes() -> None:
    assert list(lint.problems()) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The server is told the size.",
        "Sizes are looked at later.",
        "Half of it is lost.",
        "Nobody reads this.",
        "It waits in vain.",
        "The reason stands there.",
        "A comment goes over it.",
        "The place is not decided.",
    ],
)
def test_a_banned_phrase_is_found(sentence: str) -> None:
    assert list(lint.banned_phrases(Text("page", sentence)))


@pytest.mark.parametrize(
    "sentence", ["The server publishes the finding.", "Take all of them.", "Keep `is told` as code."]
)
def test_plain_sentences_pass(sentence: str) -> None:
    assert not list(lint.banned_phrases(Text("page", sentence)))


def test_phrases_in_tables_lists_and_links_are_found() -> None:
    page = "| a | b |\n|---|---|\n| x | nobody |\n\n- one\n- in vain\n\n[is told](x.md)\n"
    assert len(list(lint.banned_phrases(Text("page", page)))) == 3


def test_a_long_sentence_is_found() -> None:
    long = " ".join(["word"] * (lint.LONGEST_SENTENCE + 1)) + "."
    assert any("words in one sentence" in one for one in lint.long_sentences(Text("page", long)))
    assert not list(lint.long_sentences(Text("page", "A short sentence ends here. Another one follows.")))


def test_pages_of_long_sentences_are_found() -> None:
    page = (" ".join(["Word"] * (lint.LONGEST_MEAN + 2)) + ". ") * 3
    assert any("on average" in one for one in lint.long_sentences(Text("page", page)))
    assert not list(lint.long_sentences(Text("message", page, page=False)))


def test_a_code_block_ends_a_sentence_and_is_not_read() -> None:
    half = " ".join(["word"] * 20)
    page = f"{half}:\n\n```\nis told {half}\n```\n\n{half}.\n"
    assert not list(lint.banned_phrases(Text("page", page)))
    assert not [one for one in lint.long_sentences(Text("page", page)) if "in one sentence" in one]


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# One `code` heading, here\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md) [b](other.md#one-code-heading-here) [c](https://example.org) [d](gone.md) [e](other.md#two) [f](#none)\n"
    )
    assert list(lint.dead_links(page)) == [
        "link to gone.md: no such file",
        "link to other.md#two: no such heading",
        "link to #none: no such heading",
    ]


@pytest.mark.parametrize(
    "code", ["critics/gone.py", "editor.gone", "make gone", "relook gone", "relook review --gone", "RELOOK_GONE"]
)
def test_a_name_that_does_not_exist_is_found(code: str) -> None:
    assert list(lint.unknown_names(f"See `{code}`.", NAMES))


@pytest.mark.parametrize(
    "code",
    ["critics/engine.py", "engine.py", "editor.delay", "make check", "relook review --write", "RELOOK_BROWSER", "a.b"],
)
def test_names_that_exist_pass(code: str) -> None:
    assert not list(lint.unknown_names(f"See `{code}`.", NAMES))


def test_a_page_that_is_not_listed_is_found() -> None:
    assert list(lint.unlisted_pages(["docs/extra.md"])) == [
        "docs/extra.md: list it as a page for users or for developers"
    ]
    assert not list(lint.unlisted_pages(["docs/cli.md", "docs/architecture.md"]))


def test_a_long_glossary_and_a_term_twice_are_found() -> None:
    rows = "".join(f"| term {number} | meaning |\n" for number in range(lint.MOST_TERMS))
    head = "## Glossary\n\n| term | meaning |\n|---|---|\n"
    assert not list(lint.long_glossary(head + rows))
    assert len(list(lint.long_glossary(f"{head}{rows}| term 1 | again |\n"))) == 2


def test_a_banned_phrase_in_a_message_is_found_but_not_in_a_docstring(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""It is told."""\nX = f"{1} is looked at twice"\nY = "is told"\n')
    found = [one for text in lint.message_texts(module) for one in lint.banned_phrases(text)]
    assert len(found) == 2 and all("looked" in one for one in found)
