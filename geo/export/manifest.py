"""The manifest of a build: what it was made from, and what came out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from geo.catalogue import TABLES, Catalogue, table_file
from geo.core import BadInputError, Message, Problem, __version__, code_checksum, versions

MANIFEST = "manifest.json"


def build_manifest(catalogue: Catalogue, out: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """
    Return what a build was made from and what came out.

    It holds no time and no path of the machine: the same inputs, parameters and versions give
    the same bytes.

    Parameters
    ----------
    catalogue, out, parameters
        The catalogue, the folder with the results and nothing else, and what was asked for.

    Returns
    -------
    manifest
        `package`, `code` (a checksum), `versions`, `parameters`, and per file of `inputs` and
        `outputs` its `bytes` and `sha256`.
    """
    results = (path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    return {**_origin(catalogue, parameters), "outputs": _listed(out, results)}


def unchanged_build(
    catalogue: Catalogue, out: Path, parameters: dict[str, Any]
) -> dict[str, Any] | None:
    """
    Return the manifest of a folder that already holds what a build would give.

    Parameters
    ----------
    catalogue, out, parameters
        The catalogue, the folder of the results, and what is asked for.

    Returns
    -------
    manifest
        None where an input, a parameter, a version, the code of the package or a result is
        other than it was, or there is no manifest that can be read.
    """
    try:
        known: dict[str, Any] = json.loads((out / MANIFEST).read_text("utf-8"))
        same = all(known[key] == value for key, value in _origin(catalogue, parameters).items())
        whole = not _changed(out, known["outputs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if same and whole else None


def verify_build(
    out: Path, catalogue: Catalogue, parameters: Mapping[str, Any] | None = None
) -> list[tuple[str, str]]:
    """
    Return which files are no longer those of the build.

    Parameters
    ----------
    out, catalogue
        The folder of the results, and the catalogue as it is now.
    parameters
        What the build should have been asked for, such as its `date`; default: anything.

    Returns
    -------
    differences
        Kind (input or output) and name of every file that is missing or has other bytes, and
        `parameter` and its name where another value was asked for.

    Raises
    ------
    BadInputError
        When the folder has no manifest that can be read.
    """
    try:
        known = json.loads((out / MANIFEST).read_text("utf-8"))
        listed = {kind: dict(known[f"{kind}s"]) for kind in ("input", "output")}
    except (OSError, ValueError, KeyError, TypeError):
        text = Message("expected the manifest of a build in {folder}", folder=out)
        raise BadInputError([Problem(MANIFEST, expected=text)]) from None
    asked = dict(parameters or {})
    made = known.get("parameters") or {}
    other = [("parameter", name) for name, value in asked.items() if made.get(name) != value]
    folders = {"input": catalogue.folder, "output": out}
    files = [(kind, name) for kind in listed for name in _changed(folders[kind], listed[kind])]
    return other + files


def _origin(catalogue: Catalogue, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return everything that decides what a build gives."""
    return {
        "package": f"chuanyu-geo {__version__}",
        "code": code_checksum(),
        "versions": versions(),
        "parameters": {**parameters, "as_of": catalogue.region.as_of.isoformat()},
        "inputs": _listed(catalogue.folder, _input_files(catalogue)),
    }


def _input_files(catalogue: Catalogue) -> list[str]:
    """Return the files of the data folder that a catalogue and its maps are read from."""
    region = catalogue.region
    areas = [*region.base.model_dump().values(), *region.context.model_dump().values()]
    tables = [table_file(catalogue.folder, name) for name in TABLES]
    given = [file for file in tables if (catalogue.folder / file).exists()]
    return ["region.toml", *given, *filter(None, areas)]


def _changed(folder: Path, listed: dict[str, Any]) -> list[str]:
    """Return the files that are missing or have other bytes than those listed."""
    return [name for name, entry in listed.items() if _entry(folder / name) != entry]


def _listed(folder: Path, files: Iterable[str]) -> dict[str, Any]:
    """Return the entry of every file that is there, by name."""
    found = {name: _entry(folder / name) for name in sorted(files)}
    return {name: entry for name, entry in found.items() if entry}


def _entry(path: Path) -> dict[str, Any] | None:
    """Return size and checksum of a file; None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}
