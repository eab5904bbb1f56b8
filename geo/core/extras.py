"""Packages that are imported when first used; optional ones are named where they are missing."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any

from geo.core.errors import BadInputError, Message


def has(package: str) -> bool:
    """
    Tell whether an optional package is installed, without importing it.

    Parameters
    ----------
    package
        Its import name.

    Returns
    -------
    installed
        Whether it can be imported.
    """
    return find_spec(package) is not None


def optional(package: str, extra: str, purpose: str) -> Any:
    """
    Import an optional package, or a module of it.

    Parameters
    ----------
    package, extra
        Its import name, such as ``pyarrow.parquet``, and the extra that installs it.
    purpose
        What needs it, in a short sentence.

    Returns
    -------
    module
        The module.

    Raises
    ------
    BadInputError
        When it is not installed; the message says how to install it.
    """
    if not has(package.partition(".")[0]):
        raise BadInputError(
            "{purpose}: pip install 'chuanyu-geo[{extra}]'", purpose=Message(purpose), extra=extra
        )
    return import_module(package)


def later(package: str) -> Any:
    """
    Return a package that is imported when something of it is first used.

    For a package that takes long to import and that few commands need.

    Parameters
    ----------
    package
        Its import name; it is installed.

    Returns
    -------
    module
        The module.

    Examples
    --------
    >>> later("networkx").path_graph(3).size()
    2
    """
    if package in sys.modules:  # not through import, which would look into it and so import it
        return sys.modules[package]
    spec = find_spec(package)
    if spec is None or spec.loader is None:
        return import_module(package)
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[package] = module
    spec.loader.exec_module(module)
    return module
