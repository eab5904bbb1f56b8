"""Tables of a region changed in a copy, and moved into the data folder all at once."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from geo.catalogue import Catalogue, TextTable
from geo.core import BadInputError, Problem, staged_folder, write_json

#: Which ways the alignments were made from, relative to the data folder.
PROVENANCE = "osm/refreshed.csv"


def copy_tables(catalogue: Catalogue, folder: Path) -> Path:
    """Copy the tables and settings of a catalogue; return the folder of the tables."""
    tables = folder / "tables"
    shutil.rmtree(tables, ignore_errors=True)
    shutil.copytree(catalogue.folder / "tables", tables)
    shutil.copy(catalogue.folder / "region.toml", folder)
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode | 0o600)
    return tables


def numbered(key: str) -> Iterator[str]:
    """Yield a key, then the same with a number behind."""
    yield key
    for number in itertools.count(2):
        yield f"{key}-{number}"


def source_key(catalogue: Catalogue, source: dict[str, str]) -> str:
    """Return the key of a source, numbered where another source has it."""
    known = {row.key: row.model_dump(exclude={"key"}) for row in catalogue.sources}
    return next(
        key
        for key in numbered(source["key"])
        if all(source.get(column, "") == value for column, value in known.get(key, {}).items())
    )


def add_source(path: Path, source: dict[str, str]) -> None:
    """Add the row of a source, where there is none with its key."""
    table = TextTable.read(path)
    if source["key"] not in {row.cells.get("key", "").strip() for row in table.rows}:
        table.write(path, [*table.rows, table.new_row(source)])


def install_tables(folder: Path, out: Path) -> None:
    """Move what has changed into the data folder, each file in one step."""
    made = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with staged_folder(out, own=False) as stage:
        changed = []
        for path in made:
            name = path.relative_to(folder)
            raw = path.read_bytes()
            if not (out / name).exists() or (out / name).read_bytes() != raw:
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / name).write_bytes(raw)
                changed.append(name.as_posix())
        _update_datapackage(out, stage, changed)


def _update_datapackage(out: Path, stage: Path, changed: list[str]) -> None:
    """Bring the checksums of the data package up to date, where there is one."""
    listing = out / "datapackage.json"
    if not listing.exists():
        return
    try:
        package = json.loads(listing.read_text("utf-8"))
        known = {resource["path"]: resource for resource in package["resources"]}
    except (ValueError, KeyError, TypeError) as error:
        text = f"expected a data package with resources that have a path: {error}"
        raise BadInputError([Problem(listing.name, expected=text)]) from None
    for name in changed:
        raw = (stage / name).read_bytes()
        entry = known.get(name)
        if entry is None and name == PROVENANCE:
            entry = {
                "name": "refreshed",
                "path": name,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "title": "Ways the refreshed alignments were made from",
            }
            like = known.get("tables/alignments.csv", {})
            entry |= {key: like[key] for key in ("licenses", "sources") if key in like}
            package["resources"].append(entry)
        if entry is not None:
            digest = hashlib.sha256(raw).hexdigest()
            entry |= {"bytes": len(raw), "hash": "sha256:" + digest}
    write_json(package, stage / listing.name)
