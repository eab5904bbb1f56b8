"""The examples in the docstrings run, and every public name has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import geo

MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(geo.__path__, "geo.")
    if not found.name.endswith("__main__")
)
#: Modules whose examples need a package that is not always installed.
NEEDED = {"geo.readers.pbf": "osmium", "geo.algorithms.blocks": "pyarrow",
          "geo.maps.figures": "matplotlib"}  # fmt: skip


@pytest.fixture(scope="module")
def at_hand(cat, drawn):
    """What examples may use without making it first."""
    stops = geo.build_network(drawn, year=2025, nodes="stops")
    net = geo.build_network(drawn, year=2025)
    return {"geo": geo, "np": np, "cat": cat, "lay": drawn, "net": net, "stops": stops}


@pytest.fixture
def quick(monkeypatch, cat, drawn):
    """Let examples that begin with the tables take those that are read already."""
    whole, draw = geo.load, geo.build_layers
    monkeypatch.setattr(geo, "load", lambda *a: whole(*a) if a else cat, raising=False)
    monkeypatch.setattr(
        geo, "build_layers", lambda source: drawn if source is cat else draw(source), raising=False
    )


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", ["geo", *MODULES])
def test_examples_are_right(name, at_hand):
    if name in NEEDED:
        pytest.importorskip(NEEDED[name])
    module = importlib.import_module(name)
    result = doctest.testmod(module, extraglobs=at_hand)
    assert result.failed == 0


@pytest.mark.parametrize("name", geo.__all__)
def test_every_public_name_has_an_example(name):
    words = inspect.getdoc(getattr(geo, name))
    assert "Examples\n--------\n" in words
    assert ">>> " in words
    assert "geo." in words.split("Examples\n")[1], "an example reads as a user would write it"


def test_many_functions_have_examples():
    found = [
        example.name
        for name in MODULES
        for example in doctest.DocTestFinder(exclude_empty=True).find(
            importlib.import_module(name)
        )
        if example.examples
    ]
    assert len(found) >= 120
