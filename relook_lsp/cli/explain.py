"""``relook explain RULE``."""

from __future__ import annotations

import argparse

from relook_lsp.core.errors import UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", help="rule id, as in the report")


def run(options: argparse.Namespace) -> int:
    from relook_lsp.critics.registry import BY_ID

    rule = BY_ID.get(options.rule)
    if rule is None:
        raise UsageError(f"there is no rule '{options.rule}'; 'relook rules' lists them")
    print(f"{rule.title} ({rule.id}, {rule.severity.value})\n\n{rule.why}\n\nWhat helps: {rule.fix}")
    if rule.thresholds:
        print("\nThresholds: " + ", ".join(f"{name} {value:g}" for name, value in rule.thresholds.items()))
    if rule.source:
        print(f"Source: {rule.source}")
    return 0
