"""The scripts of the pages: modules become one script, and status codes come from Python."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from geo.catalogue import STATUS_CODES
from geo.layers import DASHES, OPACITY
from geo.maps import PAGES, bundling, offline
from geo.maps.bundling import page_script

ASSETS = Path(offline.__file__).parent / "assets"
#: Modules that begin a script, and what they export.
ENTRIES = {**{name: name for name in PAGES}, "tiles": "tiles", "plan-worker": "serveEngine"}


def block(page, name):
    """Return a data block of a page."""
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page)
    return json.loads(found[1])


def exports(source):
    return re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", source, re.MULTILINE)


def imports(source):
    """Return the names and the module of every import, by an expression of its own."""
    for statement in re.findall(r"^import .*?;", source, re.MULTILINE | re.DOTALL):
        names, module = re.fullmatch(
            r'import \{(.*)\} from "\./(.+)\.js";', statement, re.DOTALL
        ).groups()
        yield [name.strip() for name in names.split(",") if name.strip()], module


@pytest.fixture(scope="module")
def sources():
    return {path.stem: path.read_text("utf-8") for path in ASSETS.glob("*.js")}


def test_an_import_stands_before_what_needs_it_and_only_once(monkeypatch):
    modules = {
        "page": 'import { a } from "./a.js";\nimport {\n  b,\n} from "./b.js";\nexport const p = a + b;\n',
        "a": 'import { b } from "./b.js";\nconst own = 1;\nexport const a = b + own;\n',
        "b": "/**\n * Why.\n */\n// what\nconst own = 2;\nexport const b = own; // kept\n",
    }
    monkeypatch.setattr(bundling, "asset", lambda name: modules[name.removesuffix(".js")])
    body = page_script("page").split('"use strict";\n')[1]
    assert body == (
        "const { b } = (() => {\nconst own = 2;\nconst b = own; // kept\nreturn { b };\n})();\n"
        "const { a } = (() => {\nconst own = 1;\nconst a = b + own;\nreturn { a };\n})();\n"
        "const { p } = (() => {\nconst p = a + b;\nreturn { p };\n})();\n"
        "return { b, a, p };\n})() };\n"
    )


def test_what_is_imported_is_exported_there(sources):
    for name, source in sources.items():
        for names, module in imports(source):
            assert set(names) <= set(exports(sources[module])), (name, module)


def test_exports_have_names_of_their_own(sources):
    """They share one scope in a page."""
    names = [name for source in sources.values() for name in exports(source)]
    assert len(names) == len(set(names))


def test_every_module_belongs_to_a_page(sources):
    def needs(name):
        found = {name}
        for _, module in imports(sources[name]):
            found |= needs(module)
        return found

    assert set().union(*(needs(name) for name in ENTRIES)) == set(sources)


@pytest.mark.parametrize(("name", "export"), ENTRIES.items())
def test_nothing_of_modules_is_left_in_a_page(name, export):
    script = page_script(name)
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert "/**" not in script
    assert f"const {{ {export} }} = (() => {{" in script


@pytest.mark.parametrize("name", ["network", "crossings", "compare"])
def test_the_codes_of_status_in_a_page_are_those_of_python(pages, name):
    table = block(pages[name], "data-status")
    assert list(table) == list(STATUS_CODES)
    for code, status in STATUS_CODES.items():
        row = table[code]
        assert (row["stage"], row["assumed"]) == (status.stage, status.assumed)
        assert (row["dash"], row["opacity"]) == (DASHES[status.stage], OPACITY[status.stage])
        assert all(row["label"])
    assert table["o"]["label"] == list(STATUS_CODES["o"].label)
    assert table["a"]["label"] == list(STATUS_CODES["a"].label)


def test_scripts_hold_no_table_of_status_of_their_own(sources):
    for name, source in sources.items():
        assert not re.search(r"\bo: *\"|\bp: *\"|\"open\", *\"construction\"", source), name
