"""``relook rules``."""

from __future__ import annotations

import argparse

from relook_lsp.cli import option_types


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--group", type=option_types.parse_rule_group, help="only this group")


def run(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from relook_lsp.critics.registry import RULES

    table = Table(box=None, pad_edge=False)
    for column in ("rule", "severity", "group", "what it finds"):
        table.add_column(column)
    for rule in RULES:
        if options.group in (None, rule.group):
            table.add_row(rule.id, rule.severity.value, rule.group, rule.title)
    Console(highlight=False).print(table)
    return 0
