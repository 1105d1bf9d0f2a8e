"""``model_server/typings/`` describes libraries that are not installed where types are checked; this holds it against the libraries."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

TYPINGS = Path(__file__).parents[2] / "model_server" / "typings"
STUBS = sorted(TYPINGS.rglob("*.pyi"))


def module_of(stub: Path) -> str:
    inside = stub.relative_to(TYPINGS).with_suffix("")
    return ".".join(inside.parts[:-1] if inside.name == "__init__" else inside.parts)


def described(stub: Path) -> Iterator[tuple[str, ...]]:
    """Functions, classes and methods of a stub. Attributes of instances cannot be seen without an instance."""
    for node in ast.parse(stub.read_text("utf-8")).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield (node.name,)
        if isinstance(node, ast.ClassDef):
            yield from ((node.name, one.name) for one in node.body if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_a_stub_names_only_what_the_library_has(stub: Path) -> None:
    pytest.importorskip(module_of(stub).partition(".")[0], reason="only in the training environment")
    try:
        module = importlib.import_module(module_of(stub))
    except ModuleNotFoundError as error:
        if error.name != "torchvision":
            raise
        pytest.skip("torchvision is only beside a model server")
    missing: list[str] = []
    for names in described(stub):
        found: object = module
        for name in names:
            if not hasattr(found, name):
                missing.append(".".join(names))
                break
            found = getattr(found, name)
    assert not missing
