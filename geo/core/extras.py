"""Optional packages: imported when first used, named where they are missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from geo.core.errors import BadInputError, Message


def has(package: str) -> bool:
    """
    Tell whether an optional package is installed.

    Parameters
    ----------
    package
        Its import name.

    Returns
    -------
    installed
        Whether it can be imported; it is not imported yet.

    Examples
    --------
    >>> has("numpy"), has("no_such_package")
    (True, False)
    """
    return find_spec(package) is not None


def optional(package: str, extra: str, purpose: str) -> Any:
    """
    Import an optional package, or a module of it.

    Parameters
    ----------
    package
        Its import name, such as ``pyarrow`` or ``pyarrow.parquet``.
    extra
        The extra of this distribution that installs it.
    purpose
        What needs it, as a short sentence, such as "figures need matplotlib".

    Returns
    -------
    module
        The module.

    Raises
    ------
    BadInputError
        When it is not installed; the message says how to install it.

    Examples
    --------
    >>> optional("json", "figures", "figures need json").dumps([1])
    '[1]'
    >>> try:
    ...     optional("no_such_package", "figures", "figures need it")
    ... except geo.BadInputError as error:
    ...     print(error)
    figures need it: pip install 'chuanyu-geo[figures]'
    """
    if not has(package.partition(".")[0]):
        raise BadInputError(
            "{purpose}: pip install 'chuanyu-geo[{extra}]'", purpose=Message(purpose), extra=extra
        )
    return import_module(package)
