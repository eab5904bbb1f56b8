"""The house, measured: imports run one way, names say what they mean, what is exported is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import statistics
import tomllib
from pathlib import Path

import grimp
import networkx as nx
import pytest
from numpydoc.validate import validate

import geo

ROOT = Path(geo.__file__).parent
PACKAGES = sorted(p.parent.name for p in ROOT.glob("*/__init__.py") if p.parent.name != "cli")
MODULES = {
    path: ast.parse(path.read_text("utf-8"))
    for path in sorted(ROOT.rglob("*.py"))
    if "data" not in path.relative_to(ROOT).parts
}
FUNCTIONS = [
    (path, node)
    for path, tree in MODULES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef)
]


def exported():
    """Every name that a package exports, once."""
    found = {}
    for package in PACKAGES:
        module = importlib.import_module(f"geo.{package}")
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isfunction(thing) or inspect.isclass(thing):
                found[f"geo.{package}.{name}"] = thing
    return found


EXPORTED = exported()


def test_no_module_imports_itself_by_a_detour():
    """Imports inside functions and for types count."""
    graph = grimp.build_graph("geo", cache_dir=None)
    imports = nx.DiGraph(
        (module, other)
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
    )
    circles = [sorted(part) for part in nx.strongly_connected_components(imports) if len(part) > 1]
    assert circles == []


def test_the_contract_names_every_package():
    path = ROOT.parent / "pyproject.toml"
    if not path.exists():
        pytest.skip("installed without the repository")
    (contract,) = tomllib.loads(path.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    named = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
    assert named == {f"geo.{package}" for package in [*PACKAGES, "cli", "pipeline"]}
    assert not {"ignore_imports", "allow_indirect_imports"} & set(contract)


def test_the_top_of_the_house():
    assert {path.name for path in ROOT.glob("*.py")} == {
        "__init__.py", "__main__.py", "pipeline.py"}  # fmt: skip
    hidden = {p.name for p in MODULES if p.name.startswith("_")}
    assert hidden <= {"__init__.py", "__main__.py"}


def test_imports_stand_at_the_top():
    """But for the command line and `import geo`, which start fast."""
    inside = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, function in FUNCTIONS
        if path.parent.name != "cli" and path != ROOT / "__init__.py"
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_packages_import_what_others_export():
    """A package uses another one by its public names, never by its modules."""
    deep = []
    for path, tree in MODULES.items():
        own = path.relative_to(ROOT).parts[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("geo."):
                parts = node.module.split(".")
                if parts[1] not in (own, "cli") and len(parts) > 2:
                    deep.append(f"{path.relative_to(ROOT)}: {node.module}")
    assert deep == []


def test_no_function_has_the_name_of_a_module():
    modules = {
        found.name.rpartition(".")[2] for found in pkgutil.walk_packages(geo.__path__, "geo.")
    }
    top = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path, tree in MODULES.items()
        if path.parent.name != "cli"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in modules
    ]
    assert top == []


def code_lines(node):
    docstring = ast.get_docstring(node) is not None
    start = node.body[1 if docstring and len(node.body) > 1 else 0].lineno
    return (node.end_lineno or start) - start + 1


def test_functions_are_short():
    lengths = [code_lines(node) for _, node in FUNCTIONS]
    assert statistics.median(lengths) <= 20
    assert max(lengths) <= 80


def test_functions_are_typed():
    assert not [f"{p.name}:{f.name}" for p, f in FUNCTIONS if f.returns is None]


#: What the field expects of a docstring, but for sections that a short function does not need.
UNCHECKED = {"EX01", "SA01", "ES01", "GL08", "YD01", "RT02", "PR04", "SS06"}


@pytest.mark.parametrize("name", EXPORTED)
def test_what_is_exported_is_documented(name):
    fields = {"PR01"} if inspect.isclass(EXPORTED[name]) else set()  # beside each field
    found = [error for error in validate(name)["errors"] if error[0] not in UNCHECKED | fields]
    assert found == []
    assert inspect.getdoc(EXPORTED[name])


def test_the_public_names_are_there():
    assert dir(geo) == sorted(geo.__all__)
    for name in geo.__all__:
        assert inspect.getdoc(getattr(geo, name)), name
    with pytest.raises(AttributeError):
        geo.nothing  # noqa: B018


def test_the_readme_gives_the_two_commands():
    for name in ("README.md", "README.zh-CN.md"):
        path = ROOT.parent / name
        if not path.exists():
            pytest.skip("installed without the repository")
        text = path.read_text("utf-8")
        assert "pip install -e . && geo build\n" in text
        assert "pip install -e '.[test]' && pytest -n auto\n" in text
