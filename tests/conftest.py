"""Shared fixtures: the catalogue that comes with the package, and copies to damage."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import small_region
from surveyed_world import elements, region, server, ways  # noqa: F401 - fixtures

import geo
from geo.catalogue.catalogue import data_folder
from geo.pipeline import build

os.environ["LC_ALL"] = "C.UTF-8"  # messages in English, whoever runs the tests
os.environ["GEO_CACHE"] = "off"  # every test makes its results, but for those of kept ones
if os.environ.get("GEO_TEST_STRINGS") != "arrow":
    # as in a build and where pyarrow is not installed; .ci/run tries other Pythons over Arrow
    pd.set_option("mode.string_storage", "python")


@pytest.fixture(scope="session")
def cat():
    return geo.load()


@pytest.fixture(scope="session")
def drawn(cat):
    return geo.build_layers(cat)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """The folder of all processes of these tests."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextlib.contextmanager
def shared_folder(shared, name):
    """Give a folder of all processes of these tests, to one after the other."""
    with (shared / f"{name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield shared / name


@pytest.fixture
def keeping_results(shared, monkeypatch):
    """Keep results of commands between tests, as between a user's: for tests of what is said."""
    monkeypatch.setenv("GEO_CACHE", str(shared / "kept"))


@pytest.fixture(scope="session")
def built(cat, shared):
    """The results for the region that comes with the package, once, and what the build told."""
    with shared_folder(shared, "built") as out, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEO_CACHE", str(shared / "kept"))
        return out, build(cat, out, date=date(2026, 11, 23))  # takes what another has built


@pytest.fixture(scope="session")
def pages(built):
    """The pages of that region as text, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in built[0].glob("*.html")}


@pytest.fixture(scope="session")
def two_provinces(tmp_path_factory):
    """The tables of a small region that has a little of everything."""
    return small_region.write(tmp_path_factory.mktemp("two") / "provinces")


@pytest.fixture
def data_copy(tmp_path):
    """A copy of the tables that a test may damage; base layers stay where they are."""
    folder = tmp_path / "data"
    shutil.copytree(data_folder() / "tables", folder / "tables")
    shutil.copy(data_folder() / "region.toml", folder)
    return folder


@pytest.fixture(scope="session")
def site(shared):
    """The built documentation: strict, in a process that cannot reach any host."""
    root = Path(geo.__file__).parent.parent
    if not (root / "mkdocs.yml").exists():
        pytest.skip("installed without the repository")
    blocked = (
        "import socket, sys\n"
        "def refuse(*_): raise OSError('the documentation asked for the network')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from mkdocs.__main__ import cli\n"
        "cli()\n"
    )
    with shared_folder(shared, "site") as folder:
        if not folder.exists():
            told = subprocess.run(
                [sys.executable, "-c", blocked, "build", "--strict", "--quiet", "--site-dir", str(folder)],
                cwd=root, capture_output=True, text=True, check=False,
                env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(root)},
            )  # fmt: skip
            assert (told.returncode, told.stderr) == (0, "")
        return folder
