"""What a build was made from, with what, and what came out: enough to make it again."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.errors import BadInputError, Problem
from geo.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.catalogue import Catalogue

FILE = "manifest.json"
#: Files of the package that decide what it does.
CODE = frozenset({".py", ".js", ".css", ".toml", ".html", ".json"})
#: Packages whose version can change a result.
PACKAGES = ("folium", "branca", "geopandas", "jinja2", "networkx", "numpy", "pandas", "pyogrio",
            "pyproj", "pypinyin", "scipy", "shapely", "XStatic-Leaflet")  # fmt: skip


def manifest(catalogue: Catalogue, out: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """
    Return what a build was made from and what came out.

    It holds no time and no path of the machine: the same inputs, parameters and versions give
    the same bytes.

    Parameters
    ----------
    catalogue
        The catalogue of the build.
    out
        Folder with its results, and nothing else.
    parameters
        What was asked for.

    Returns
    -------
    manifest
        `package`, `code` (a checksum), `versions`, `parameters`, and per file of `inputs` and
        `outputs` its `bytes` and `sha256`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     size = (Path(folder) / "a.txt").write_text("made")
    ...     made = manifest(cat, Path(folder), {"day": "2025-12-31"})
    >>> made["parameters"]["day"], made["outputs"]["a.txt"]["bytes"]
    ('2025-12-31', 4)
    """
    results = (path for path in out.rglob("*") if path.is_file())
    return {
        **_origin(catalogue, parameters),
        "outputs": _hashed(out, (path.relative_to(out).as_posix() for path in results)),
    }


def _origin(catalogue: Catalogue, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return everything that decides what a build gives."""
    return {
        "package": f"chuanyu-geo {__version__}",
        "code": _code(),
        "versions": {"python": platform.python_version(), **{n: version(n) for n in PACKAGES}},
        "parameters": {**parameters, "as_of": catalogue.region.as_of.isoformat()},
        "inputs": _hashed(catalogue.folder, input_files(catalogue)),
    }


def _code(folder: Path = Path(__file__).parent) -> str:
    """
    Return one checksum of all files of the package: its version stays while one writes it.

    An installed package holds the data too; these are inputs, not code.
    """
    files = (path for path in folder.rglob("*") if path.suffix in CODE and path.is_file()
             and folder / "data" not in path.parents)  # fmt: skip
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def unchanged(
    catalogue: Catalogue, out: Path, parameters: dict[str, Any]
) -> dict[str, Any] | None:
    """
    Return the manifest of a folder that already holds what a build would give.

    Parameters
    ----------
    catalogue
        The catalogue of the build.
    out
        Folder of the results.
    parameters
        What is asked for.

    Returns
    -------
    manifest
        None where an input, a parameter, a version, the code of the package or a result is
        other than it was, or there is no manifest that can be read.

    Examples
    --------
    >>> days = ["2025-12-31", "2030-12-31"]
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     made = manifest(cat, Path(folder), {"day": days[0]})
    ...     size = (Path(folder) / FILE).write_text(json.dumps(made))
    ...     print([unchanged(cat, Path(folder), {"day": day}) is not None for day in days])
    [True, False]
    """
    try:
        known: dict[str, Any] = json.loads((out / FILE).read_text("utf-8"))
        same = all(known[key] == value for key, value in _origin(catalogue, parameters).items())
        whole = not _changed(out, known["outputs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if same and whole else None


def input_files(catalogue: Catalogue) -> list[str]:
    """
    Return the files that a catalogue and its maps are read from.

    Parameters
    ----------
    catalogue
        The catalogue.

    Returns
    -------
    files
        Paths relative to the data folder.

    Examples
    --------
    >>> input_files(cat)[:2]
    ['region.toml', 'tables/sources.csv']
    """
    region = catalogue.region
    layers = [*region.base.model_dump().values(), *region.context.model_dump().values()]
    return ["region.toml", *(f"tables/{name}.csv" for name in TABLES), *filter(None, layers)]


def verify(out: Path, catalogue: Catalogue) -> list[tuple[str, str]]:
    """
    Return which files are no longer those of the build.

    Parameters
    ----------
    out
        Folder of the results.
    catalogue
        The catalogue as it is now.

    Returns
    -------
    differences
        Kind (input or output) and name of every file that is missing or has other bytes.

    Raises
    ------
    BadInputError
        When the folder has no manifest that can be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     size = (Path(folder) / "a.txt").write_text("made")
    ...     text = json.dumps(manifest(cat, Path(folder), {}))
    ...     size = (Path(folder) / FILE).write_text(text)
    ...     size = (Path(folder) / "a.txt").write_text("touched")
    ...     print(verify(Path(folder), cat))
    [('output', 'a.txt')]
    """
    try:
        known = json.loads((out / FILE).read_text("utf-8"))
        listed = {kind: dict(known[f"{kind}s"]) for kind in ("input", "output")}
    except (OSError, ValueError, KeyError, TypeError):
        text = f"expected the manifest of a build in {out}"
        raise BadInputError([Problem(FILE, expected=text)]) from None
    folders = {"input": catalogue.folder, "output": out}
    return [(kind, name) for kind in listed for name in _changed(folders[kind], listed[kind])]


def _changed(folder: Path, listed: dict[str, Any]) -> list[str]:
    """Return the files that are missing or have other bytes than those listed."""
    return [name for name, entry in listed.items() if _entry(folder / name) != entry]


def _hashed(folder: Path, files: Iterable[str]) -> dict[str, Any]:
    found = {name: _entry(folder / name) for name in sorted(files)}
    return {name: entry for name, entry in found.items() if entry}


def _entry(path: Path) -> dict[str, Any] | None:
    """Return size and checksum of a file; None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}
