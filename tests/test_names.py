"""One word, one meaning: a name of the package stands for one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "relook_lsp"

INTERFACES = frozenset(("main", "run", "add_arguments", "judge", "register"))
"""Functions that several modules have because a table of modules calls them."""


Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _definitions(*kinds: type[Named]) -> dict[str, list[str]]:
    """Files by the public names that are defined at the top of a module."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, kinds) and not node.name.startswith("_"):
                found[node.name].append(str(file.relative_to(PACKAGE)))
    return found


def test_a_public_class_name_exists_once() -> None:
    assert {name: files for name, files in _definitions(ast.ClassDef).items() if len(files) > 1} == {}


def test_few_functions_are_named_by_a_single_word() -> None:
    names = [
        node.name.strip("_")
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("__")
    ]
    assert sum("_" not in name for name in names) / len(names) < 0.3


def test_a_public_function_name_exists_once() -> None:
    found = _definitions(ast.FunctionDef, ast.AsyncFunctionDef)
    assert {name: files for name, files in found.items() if len(files) > 1 and name not in INTERFACES} == {}
