"""Shared fixtures: the catalogue that comes with the package, and copies to damage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import geo
from geo.catalogue import data_folder

os.environ["LC_ALL"] = "C.UTF-8"  # messages in English, whoever runs the tests


@pytest.fixture(scope="session")
def cat():
    return geo.load()


@pytest.fixture(scope="session")
def drawn(cat):
    return geo.layers(cat)


@pytest.fixture
def data_copy(tmp_path):
    """A copy of the tables that a test may damage; base layers stay where they are."""
    folder = tmp_path / "data"
    shutil.copytree(data_folder() / "tables", folder / "tables")
    shutil.copy(data_folder() / "region.toml", folder)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The built documentation: strict, in a process that cannot reach any host."""
    root = Path(geo.__file__).parent.parent
    if not (root / "mkdocs.yml").exists():
        pytest.skip("installed without the repository")
    folder = tmp_path_factory.mktemp("docs") / "site"
    blocked = (
        "import socket, sys\n"
        "def refuse(*_): raise OSError('the documentation asked for the network')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from mkdocs.__main__ import cli\n"
        "cli()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", blocked, "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=root, capture_output=True, text=True, check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")
    return folder
