"""Write the page of every rule and their index: ``python docs/rules/generate.py``.

What a page says comes from the rule itself; the pair ``examples/<rule>/{wrong,right}.html`` is written by hand and
reviewed by the tests, so that it shows what it says.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from relook_lsp.core.incomplete_reasons import REASONS
from relook_lsp.critics.registry import RULES
from relook_lsp.critics.rule import Rule

HERE = Path(__file__).parent


def pages() -> dict[str, str]:
    """File name -> text."""
    return {"README.md": _index()} | {f"{rule.id}.md": _page(rule) for rule in RULES}


def _page(rule: Rule) -> str:
    on = "on" if rule.enabled else "off by default"
    parts = [
        f"# {rule.title}",
        f"`{rule.id}` · {rule.group} · severity {rule.severity.value} · {on}",
        rule.why,
        f"**What helps.** {rule.fix}",
    ]
    for name, heading in (("wrong", "Wrong"), ("right", "Right")):
        example = HERE / "examples" / rule.id / f"{name}.html"
        if example.exists():
            parts.append(f"## {heading}\n\n```html\n{example.read_text('utf-8').strip()}\n```")
    if rule.thresholds:
        rows = "\n".join(f"| {name.replace('_', ' ')} | {value:g} |" for name, value in rule.thresholds.items())
        parts.append(f"## Thresholds\n\n| name | value |\n|---|---|\n{rows}")
    parts.append(f"## Incomplete results, and how to turn the rule off\n\n{_silence(rule)}")
    if rule.source:
        parts.append(f"Source: {rule.source}.")
    return "\n\n".join(parts) + "\n"


def _silence(rule: Rule) -> str:
    incomplete = (
        "Where the render does not give a clear answer, ReLook reports no finding. It lists the place as *incomplete*, with a [reason](README.md#why-a-result-is-incomplete).\n\n"
        if rule.view is not None
        else ""
    )
    return (
        f"{incomplete}Silence one line with the comment `relook-ignore-next-line {rule.id}`, or turn the rule off for a project "
        f'in `relook.toml`:\n\n```toml\n[rules]\n"{rule.id}" = "off"\n```'
    )


def _index() -> str:
    parts = ["# Rules", "All rules, in the order in which they run."]
    for group, rules in groupby(RULES, key=lambda rule: rule.group):
        rows = "\n".join(f"| [{rule.id}]({rule.id}.md) | {rule.severity.value} | {rule.title} |" for rule in rules)
        parts.append(f"## {group.capitalize()}\n\n| rule | severity | what it finds |\n|---|---|---|\n{rows}")
    reasons = "\n".join(f"| `{word}` | {text} |" for word, text in REASONS.items())
    parts.append(f"## Why a result is incomplete\n\n| in a report | what it means |\n|---|---|\n{reasons}")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    wanted = pages()
    for stale in HERE.glob("*.md"):
        if stale.name not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        (HERE / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
