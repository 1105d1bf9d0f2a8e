"""``relook explain RULE``."""

from __future__ import annotations

import argparse

from relook_lsp.cli import option_types


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", type=option_types.parse_rule_id, metavar="RULE", help="rule id, as in the report")


def run(options: argparse.Namespace) -> int:
    from relook_lsp.critics.registry import BY_ID

    rule = BY_ID[options.rule]
    print(f"{rule.title} ({rule.id}, {rule.severity.value})\n\n{rule.why}\n\nWhat helps: {rule.fix}")
    if rule.thresholds:
        print("\nThresholds: " + ", ".join(f"{name} {value:g}" for name, value in rule.thresholds.items()))
    if rule.source:
        print(f"Source: {rule.source}")
    return 0
