"""Packages that are not needed by all: imported when first used, named where they are missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from geo.core.errors import BadInputError


def has(package: str) -> bool:
    """Tell whether an optional package is installed."""
    return find_spec(package) is not None


def optional(package: str, extra: str, purpose: str) -> Any:
    """
    Import an optional package, or a module of it.

    Parameters
    ----------
    package
        Its import name.
    extra
        The extra of this distribution that installs it.
    purpose
        What needs it, as the subject of a sentence.

    Returns
    -------
    module
        The package.

    Raises
    ------
    BadInputError
        When it is not installed; the message says how to install it.
    """
    if not has(package.split(".")[0]):
        raise BadInputError(f"{purpose} needs {package}: pip install 'chuanyu-geo[{extra}]'")
    return import_module(package)
