"""Packages that are imported when first used, or named where they are missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from geo.core import BadInputError, has, later, optional


def printed(code):
    """Return what a new Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_package_is_imported_when_first_used():
    loaded = "'networkx.classes' in sys.modules"
    code = f"""
import sys
from geo.core import later
nx = later("networkx")
assert later("networkx") is nx
print({loaded}); nx.Graph(); print({loaded})
import networkx
print(networkx is nx)
"""
    assert printed(code) == ["False", "True", "True"]


def test_a_package_that_is_there_already_is_taken():
    assert later("sys") is sys


def test_times_by_rail_need_no_package_for_graphs():
    code = "import sys, geo.network; print('networkx.classes' in sys.modules)"
    assert printed(code) == ["False"]


def test_a_missing_package_is_named_with_the_extra_that_has_it():
    assert not has("no_such_package")
    with pytest.raises(BadInputError, match=r"chuanyu-geo\[fast\]"):
        optional("no_such_package", "fast", "to hurry")
    assert optional("json.tool", "fast", "to hurry").__name__ == "json.tool"
