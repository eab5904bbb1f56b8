"""Shared fixtures: the catalogue that comes with the package, and copies to damage."""

from __future__ import annotations

import os
import shutil

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
