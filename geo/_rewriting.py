"""The tables of a refresh: written into a folder of their own, then moved into place."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np

from geo import _records
from geo._redrawing import moved_places, surveyed_points
from geo.build import staged
from geo.errors import BadInputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo._redrawing import Spots
    from geo.catalogue import Catalogue
    from geo.conflation import Match
    from geo.layers import Layers

#: Accuracy of a surveyed point: half the width of a road, and the survey itself.
SURVEYED_M = 30.0
#: Where the ways stand that the alignments were made from, relative to the data folder.
PROVENANCE = "osm/refreshed.csv"
_COLUMNS = [
    "section_id", "route_id", "date", "source", "origin", "query", "elements", "sha256",
    "matched_share", "missing_m", "median_shift_m", "p95_shift_m", "osm_ids",
]  # fmt: skip


def written(
    catalogue: Catalogue,
    drawn: Layers,
    whole: dict[str, Match],
    ways: gpd.GeoDataFrame,
    source: dict[str, str],
    folder: Path,
) -> dict[str, str]:
    """Write the changed tables into a folder; return routes that cannot be written, and why."""
    moved = moved_places(drawn, whole)
    points, wrong = {}, {}
    for route_id, match in whole.items():
        try:
            points[route_id] = surveyed_points(drawn, match, moved)
        except ValueError as error:
            wrong[route_id] = str(error)
    if wrong:
        return wrong
    shutil.rmtree(folder / "tables", ignore_errors=True)
    shutil.copytree(catalogue.folder / "tables", folder / "tables")
    shutil.copy(catalogue.folder / "region.toml", folder)
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode | 0o600)
    tables = folder / "tables"
    _add_source(tables / "sources.csv", source)
    _replace_points(tables / "alignments.csv", catalogue, points, source["key"])
    _move_places(tables / "places.csv", moved, source["key"])
    _keep_provenance(catalogue, folder, whole, ways, source)
    return {}


def own_key(catalogue: Catalogue, source: dict[str, str]) -> str:
    """Return the key of a source, numbered where another source has it."""
    known = {row.key: row.model_dump() for row in catalogue.sources}
    key, number = source["key"], 1
    while key in known and any(
        known[key][column] != source.get(column, "") for column in known[key] if column != "key"
    ):
        number += 1
        key = f"{source['key']}-{number}"
    return key


def _add_source(path: Path, source: dict[str, str]) -> None:
    """Add a source where it is not there yet."""
    table = _records.read(path)
    if source["key"] not in {row.cells.get("key", "").strip() for row in table.records}:
        new = _records.record(table, dict(source))
        _records.write(path, table, [*table.records, new])


def _replace_points(
    path: Path,
    catalogue: Catalogue,
    points: dict[str, list[list[tuple[float, float]]]],
    source: str,
) -> None:
    """Replace the shape points of some routes; places keep their rows but for their number."""
    table, out, done = _records.read(path), [], set()
    for row in table.records:
        route_id = row.cells.get("route_id", "").strip()
        if route_id not in points:
            out.append(row)
        elif route_id not in done:
            done.add(route_id)
            named = [p for p in catalogue.points_of[route_id] if p.place_id]
            rows: list[dict[str, Any]] = []
            for place, leg in zip(named, [*points[route_id], []], strict=True):
                known = place.model_dump(exclude={"seq"}, exclude_none=True)
                rows.append(known | {"chainage_km": _plain(place.chainage_km),
                                     "accuracy_m": _plain(place.accuracy_m)})  # fmt: skip
                rows += [
                    {"route_id": route_id, "lon": lon, "lat": lat,
                     "accuracy_m": f"{SURVEYED_M:g}", "source": source}
                    for lon, lat in leg
                ]  # fmt: skip
            out += [_records.record(table, {**r, "seq": i}) for i, r in enumerate(rows, 1)]
    _records.write(path, table, out)


def _plain(value: float | None) -> str:
    return "" if value is None else np.format_float_positional(value, trim="-")


def _move_places(path: Path, moved: Spots, source: str) -> None:
    """Put places where they have moved to."""
    table, out = _records.read(path), []
    for row in table.records:
        key = row.cells.get("place_id", "").strip()
        if key in moved:
            lon, lat = moved[key]
            sources = dict.fromkeys([*row.cells["source"].split(";"), source])
            new = {**row.cells, "lon": lon, "lat": lat, "source": ";".join(sources)}
            out.append(_records.record(table, new))
        else:
            out.append(row)
    _records.write(path, table, out)


def _keep_provenance(
    catalogue: Catalogue,
    folder: Path,
    whole: dict[str, Match],
    ways: gpd.GeoDataFrame,
    source: dict[str, str],
) -> None:
    """Write down which ways every section was made from, with a checksum over them."""
    old, path = catalogue.folder / PROVENANCE, folder / PROVENANCE
    path.parent.mkdir(exist_ok=True)
    table = _records.read(old) if old.exists() else _records.empty(_COLUMNS)
    kept = [row for row in table.records if row.cells["route_id"] not in whole]
    for route_id, match in whole.items():
        for section_id, section in match.sections.iterrows():
            ids = list(section["osm_ids"])
            kept.append(
                _records.record(
                    table,
                    {
                        "section_id": section_id,
                        "route_id": route_id,
                        "date": source["date"],
                        "source": source["key"],
                        "origin": source.get("origin", source.get("url", "")),
                        "query": source.get("query", ""),
                        "elements": len(ids),
                        "sha256": checksum(ways, ids),
                        "matched_share": f"{section['matched_share']:.4f}",
                        "missing_m": f"{section['missing_m']:.0f}",
                        "median_shift_m": f"{match.median_shift_m:.0f}",
                        "p95_shift_m": f"{match.p95_shift_m:.0f}",
                        "osm_ids": ";".join(map(str, ids)),
                    },
                )
            )
    _records.write(path, table, kept)


def checksum(ways: gpd.GeoDataFrame, ids: list[int]) -> str:
    """
    Return a checksum over ways: their ids and vertices, in their order.

    Parameters
    ----------
    ways
        Lines indexed by id.
    ids
        The ways wanted.

    Returns
    -------
    digest
        SHA-256 in hexadecimal digits.
    """
    import shapely

    found = [
        [key, shapely.get_coordinates(ways.geometry.loc[[key]]).round(7).tolist()] for key in ids
    ]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def install(folder: Path, out: Path) -> None:
    """Move what has changed into the data folder, each file in one step."""
    made = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with staged(out) as stage:
        changed = []
        for path in made:
            name = path.relative_to(folder)
            raw = path.read_bytes()
            if not (out / name).exists() or (out / name).read_bytes() != raw:
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / name).write_bytes(raw)
                changed.append(name.as_posix())
        _relist(out, stage, changed)


def _relist(out: Path, stage: Path, changed: list[str]) -> None:
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
            entry = {"name": "refreshed", "path": name, "format": "csv", "mediatype": "text/csv",
                     "encoding": "utf-8"}  # fmt: skip
            like = known.get("tables/alignments.csv", {})
            entry |= {"title": "Ways the refreshed alignments were made from"}
            entry |= {key: like[key] for key in ("licenses", "sources") if key in like}
            package["resources"].append(entry)
        if entry is not None:
            digest = hashlib.sha256(raw).hexdigest()
            entry |= {"bytes": len(raw), "hash": "sha256:" + digest}
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (stage / listing.name).write_text(text, encoding="utf-8")
