"""Check the documentation and every text that ReLook shows: ``python -m tests.docs.lint`` (part of ``make check``).

Each check is a pure function that yields what is wrong; ``main`` collects the texts and prints one line a problem.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from relook_lsp.cli import COMMANDS
from relook_lsp.core.incomplete_reasons import REASONS
from relook_lsp.critics.registry import RULES
from relook_lsp.review import config

ROOT = Path(__file__).parents[2]

USER_PAGES = (
    "README.md",
    "docs/cli.md",
    "docs/editors.md",
    "docs/ci.md",
    "docs/settings.md",
    "docs/rules/README.md",
    "docs/json.md",
    "docs/refine.md",
    "docs/models.md",
    "docs/protocol.md",
)
"""What a front-end developer reads, besides one page a rule and the extension's own README."""
DEVELOPER_PAGES = ("docs/architecture.md", "docs/adding-a-rule.md", "docs/dependencies.md", "docs/policy.md")
MOST_USER_PAGES = 10

MOST_TERMS = 40

LONGEST_SENTENCE = 35
LONGEST_MEAN = 18
"""Words; the mean counts for pages, not for a single message."""

BANNED: Mapping[str, str] = {
    r"\b(?:is|are|was|were|be|been|being) (?:not )?told\b|\btold of\b|\btells of\b": "name who reports what to whom",
    r"\blook(?:s|ed|ing)? at\b": "review, render, compare or open",
    r"\b(?:is|are|was|were|be) (?:not )?looked\b": "name who searches or reviews",
    r"\b(?:is|are|was|were|be) (?:not )?heard\b|\bhears\b": "name the event",
    r"\b(?:is|are|was|were) (?:not )?asked\b|\basked of\b": "name who requests what",
    r"\bof it\b": "name the thing",
    r"\b(?:stands?|stood) (?:there|in the|on the)\b": "is in, shows",
    r"\bnobody\b|\bnoone\b": "name who does not",
    r"\bin vain\b": "say what did not happen",
    r"\bwhoever\b|\bwhatever it\b": "name the person or thing",
    r"\bgoes over (?:it|them|an)\b": "overrides",
    r"\bsays so\b|\bsay so\b": "say what is said",
    r"\bmend(?:s|ed|ing)?\b": "fix or repair",
    r"\ball the same\b|\blikewise\b": "leave it out",
    r"\bgets? (?:told|asked|heard)\b": "name who does what",
    r"\bnot decided\b|\bundecided\b|\bcannot tell\b": "incomplete",
}
"""Pattern -> what to write in its place."""

Problem = str


@dataclass(frozen=True)
class Text:
    """A text under the rules of language. ``where`` names the file and, inside data, the key."""

    where: str
    body: str
    page: bool = True
    """Whether it is Markdown of several sentences. A message is one line of plain text."""


# --- language ---------------------------------------------------------------------------------------------------------


def prose(markdown: str) -> list[str]:
    """The blocks of running text: paragraphs, list items and table cells, without code, links' targets and comments."""
    text = re.sub(r"^ *```.*?^ *```$", "\n\n", markdown, flags=re.S | re.M)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\n\n\1\n\n", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`[^`\n]*`", "code", text)
    text = re.sub(r"^\|[-| :]+\|$", "", text, flags=re.M)
    text = re.sub(r"^\|(.*)\|$", lambda row: "\n\n" + row[1].replace(" | ", "\n\n") + "\n\n", text, flags=re.M)
    text = re.sub(r"^#+ .*$", lambda line: f"\n{line[0].lstrip('# ')}\n", text, flags=re.M)
    text = re.sub(r"^ *(?:[-*]|\d+\.) ", "\n\n", text, flags=re.M)
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    return [block for block in blocks if block]


def sentences(text: Text) -> list[str]:
    blocks = prose(text.body) if text.page else [re.sub(r"`[^`]*`|\{\w+\}", "code", text.body)]
    return [one for block in blocks for one in re.split(r"(?<=[.!?])[\"”*)]* +(?=[A-Z“*(\"]|code)", block) if one]


def word_count(sentence: str) -> int:
    return len(re.findall(r"\w[\w'’.,:/-]*", sentence))


def banned_phrases(text: Text) -> Iterator[Problem]:
    for sentence in sentences(text):
        for pattern, advice in BANNED.items():
            for found in re.finditer(pattern, sentence, re.I):
                yield f"“{found[0]}” ({advice}): {_short(sentence)}"


def long_sentences(text: Text) -> Iterator[Problem]:
    counts = [(word_count(one), one) for one in sentences(text)]
    for count, sentence in counts:
        if count > LONGEST_SENTENCE:
            yield f"{count} words in one sentence (at most {LONGEST_SENTENCE}): {_short(sentence)}"
    full = [count for count, _ in counts if count > 3]  # names in tables are no sentences
    if text.page and full and (mean := sum(full) / len(full)) > LONGEST_MEAN:
        yield f"{mean:.1f} words a sentence on average (at most {LONGEST_MEAN})"


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= 110 else f"{sentence[:107]}..."


# --- links ------------------------------------------------------------------------------------------------------------


def anchors(markdown: str) -> set[str]:
    """The fragments that GitHub gives the headings of a page."""
    text = re.sub(r"^ *```.*?^ *```$", "", markdown, flags=re.S | re.M)
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def dead_links(page: Path) -> Iterator[Problem]:
    body = re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", body)):
        if re.match(r"https?://|mailto:|command:", target):
            continue
        file, _, fragment = target.partition("#")
        path = page.parent / file if file else page
        if not path.exists():
            yield f"link to {target}: no such file"
        elif fragment and path.suffix == ".md" and fragment not in anchors(path.read_text("utf-8")):
            yield f"link to {target}: no such heading"


# --- names ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """What exists in the repository."""

    modules: frozenset[str]
    """Paths of Python files below the root."""
    settings: frozenset[str]
    targets: frozenset[str]
    commands: frozenset[str]
    source: str
    """The text of all programs; options and environment variables are searched in it."""


def unknown_names(markdown: str, names: Names) -> Iterator[Problem]:
    """Names in backticks that do not exist: modules, settings, make targets, commands, options, variables."""
    groups = {key.split(".")[0] for key in names.settings if "." in key}
    for code in re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", markdown, flags=re.S | re.M)):
        if (
            (module := re.fullmatch(r"[\w/]+\.py", code))
            and code not in _EXAMPLES
            and not _module_exists(module[0], names.modules)
        ):
            yield f"`{code}`: no such module"
        if (key := re.fullmatch(r"([a-z]+)\.[a-zA-Z]+", code)) and key[1] in groups and code not in names.settings:
            yield f"`{code}`: no such setting"
        if (target := re.match(r"make ([a-z-]+)", code)) and target[1] not in names.targets:
            yield f"`{code}`: no such make target"
        if (command := re.match(r"relook ([a-z][a-z-]*)\b", code)) and command[1] not in names.commands:
            yield f"`{code}`: no such command"
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+|\bRELOOK_[A-Z]+", code):
            if option not in names.source and option not in _FOREIGN:
                yield f"`{code}`: {option} is not in the source"


_FOREIGN = frozenset(("--tensor-parallel-size",))
"""Options of other programs that the pages mention."""


_EXAMPLES = frozenset(("tiny_gap.py",))
"""Files that a page asks its reader to write."""


def _module_exists(named: str, modules: Iterable[str]) -> bool:
    return any(path == named or path.endswith(f"/{named}") for path in modules)


@cache
def existing_names() -> Names:
    programs = [
        path for folder in ("relook_lsp", "model_server", "tests", "docs") for path in (ROOT / folder).rglob("*.py")
    ]
    settings: set[str] = set()
    for name, part in config.settings_schema()["properties"].items():
        settings |= {f"{name}.{inner}" for inner in part.get("properties", {})} or {name}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    extra = [path for path in (ROOT / ".ci").iterdir() if path.is_file()]
    return Names(
        frozenset(str(path.relative_to(ROOT)) for path in programs),
        frozenset(settings),
        frozenset(re.findall(r"^([a-z-]+):", makefile, re.M)),
        frozenset(COMMANDS),
        "\n".join([makefile, *(path.read_text("utf-8") for path in [*programs, *extra])]),
    )


# --- pages ------------------------------------------------------------------------------------------------------------


def unlisted_pages(found: Iterable[str]) -> Iterator[Problem]:
    """Every page of ``docs/`` is for users or for developers, and those for users are few."""
    for page in found:
        if page not in USER_PAGES and page not in DEVELOPER_PAGES:
            yield f"{page}: list it as a page for users or for developers"
    if len(USER_PAGES) > MOST_USER_PAGES:
        yield f"{len(USER_PAGES)} pages for users (at most {MOST_USER_PAGES})"


def glossary_terms(architecture: str) -> list[str]:
    _, _, glossary = architecture.partition("## Glossary")
    return re.findall(r"^\| ([\w ]+) \|", glossary, re.M)[1:]


def long_glossary(architecture: str) -> Iterator[Problem]:
    """One word, one meaning, and few words: each term once."""
    terms = glossary_terms(architecture)
    if len(terms) > MOST_TERMS:
        yield f"{len(terms)} terms in the glossary (at most {MOST_TERMS})"
    yield from (f"{term} is in the glossary twice" for term in sorted({one for one in terms if terms.count(one) > 1}))


def shown_texts() -> Iterator[Text]:
    """Rules, settings, command line help and the extension's manifest."""
    for rule in RULES:
        for name in ("title", "message", "why", "fix", "related"):
            yield Text(f"rule {rule.id}, {name}", getattr(rule, name), page=False)
    for reason, why in REASONS.items():
        yield Text(f"reason {reason}", why, page=False)
    for where, text in _descriptions(config.settings_schema(), "settings"):
        yield Text(where, text, page=False)
    manifest: dict[str, Any] = json.loads((ROOT / "client-vscode" / "package.json").read_text("utf-8"))
    for where, text in _descriptions(manifest, "package.json"):
        yield Text(where, text, page=False)
    for command, purpose in COMMANDS.items():
        yield Text(f"relook {command}", purpose, page=False)
        for option in command_parser(command)._actions:  # pyright: ignore[reportPrivateUsage]
            yield Text(f"relook {command} {option.dest}", option.help or "", page=False)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    yield Text("pyproject.toml, description", project["description"], page=False)


_PROMPTS = frozenset(("policy_prompt.py", "critic_prompt.py"))
"""What models read: the shipped policy was trained on these words."""


def message_texts(path: Path) -> Iterator[Text]:
    """The strings of a module that may reach a person: those of several words, docstrings left out."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
        if isinstance(node, ast.Constant) and isinstance(text, str) and len(text.split()) > 2:
            yield Text(f"{path.name}:{node.lineno}", text, page=False)


def command_parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False)
    import_module(f"relook_lsp.cli.{command.replace('-', '_')}").add_arguments(parser)
    return parser


def _descriptions(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every ``description`` and ``title`` in nested data."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("description", "markdownDescription", "title") and isinstance(inner, str):
                yield f"{where}/{key}", inner
            else:
                yield from _descriptions(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _descriptions(inner, f"{where}/{index}")


def problems() -> Iterator[Problem]:
    language: tuple[Callable[[Text], Iterator[Problem]], ...] = (banned_phrases, long_sentences)
    top = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
    docs, rules = sorted((ROOT / "docs").glob("*.md")), sorted((ROOT / "docs/rules").glob("*.md"))
    plain = [page for page in (*top, ROOT / "client-vscode/README.md", *docs, *rules) if page.exists()]
    for page in plain:
        where, body = str(page.relative_to(ROOT)), page.read_text("utf-8")
        for check in language:
            yield from (f"{where}: {one}" for one in check(Text(where, body)))
        yield from (f"{where}: {one}" for one in unknown_names(body, existing_names()))
    for page in (*plain, *sorted((ROOT / "docs/dev").glob("*.md"))):  # docs/dev is history: only its links are checked
        yield from (f"{page.relative_to(ROOT)}: {one}" for one in dead_links(page))
    for text in shown_texts():
        for check in language:
            yield from (f"{text.where}: {one}" for one in check(text))
    architecture = ROOT / "docs/architecture.md"
    yield from (f"docs/architecture.md: {one}" for one in long_glossary(architecture.read_text("utf-8")))
    for path in sorted((ROOT / "relook_lsp").rglob("*.py")):
        if path.name not in _PROMPTS:
            yield from (f"{text.where}: {one}" for text in message_texts(path) for one in banned_phrases(text))
    yield from unlisted_pages(str(page.relative_to(ROOT)) for page in docs)


def main() -> int:
    found = list(problems())
    for one in found:
        print(one, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
