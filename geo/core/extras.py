"""Optional packages: imported when first used, named where they are missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
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
