"""The version of the package, which the build reads here too, and a checksum of its code."""

from __future__ import annotations

import hashlib
from pathlib import Path

__version__ = "0.2.0"
#: Files of the package that decide what it does.
_CODE = frozenset({".py", ".js", ".css", ".toml", ".html", ".json", ".xml"})


def code_checksum(folder: Path = Path(__file__).parents[1]) -> str:
    """
    Return one checksum of all files of the package: its version stays while one writes it.

    An installed package holds the data too; these are inputs, not code.

    Parameters
    ----------
    folder
        The package.

    Returns
    -------
    checksum
        SHA-256 as text.

    Examples
    --------
    >>> len(code_checksum())
    64
    """
    files = [
        path
        for path in folder.rglob("*")
        if path.suffix in _CODE and path.is_file() and folder / "data" not in path.parents
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
