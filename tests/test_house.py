"""The house style, measured: short modules and functions, everything documented and typed."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import statistics
from pathlib import Path

import pytest

import geo

ROOT = Path(geo.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
FUNCTIONS = [
    (path, node)
    for path in MODULES
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.FunctionDef)
]


def code_lines(node):
    docstring = ast.get_docstring(node) is not None
    start = node.body[1 if docstring and len(node.body) > 1 else 0].lineno
    return (node.end_lineno or start) - start + 1


def test_functions_are_short():
    lengths = [code_lines(node) for _, node in FUNCTIONS]
    assert statistics.median(lengths) <= 20
    assert max(lengths) <= 80


def test_public_functions_are_documented_and_typed():
    public = [
        (p, f) for p, f in FUNCTIONS if not f.name.startswith("_") and not p.name.startswith("_")
    ]
    nested = {id(inner) for _, f in FUNCTIONS for inner in ast.walk(f) if inner is not f}
    public = [(p, f) for p, f in public if id(f) not in nested]
    assert not [f"{p.name}:{f.name}" for p, f in public if not ast.get_docstring(f)]
    assert not [f"{p.name}:{f.name}" for p, f in FUNCTIONS if f.returns is None]


def test_the_public_names_are_there():
    for name in geo.__all__:
        assert inspect.getdoc(getattr(geo, name)), name
    with pytest.raises(AttributeError):
        geo.nothing  # noqa: B018


@pytest.mark.parametrize("name", ["geo", "geo.catalogue.dates"])
def test_examples_in_docstrings(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed


def test_the_readme_gives_the_two_commands():
    for name in ("README.md", "README.zh-CN.md"):
        path = ROOT.parent / name
        if not path.exists():
            pytest.skip("installed without the repository")
        text = path.read_text("utf-8")
        assert "pip install -e . && geo build\n" in text
        assert "pip install -e '.[test]' && pytest -n auto\n" in text
