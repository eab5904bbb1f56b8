"""Refresh: alignments of routes replaced by surveyed lines, each route whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas import DataFrame
from shapely import LineString
from shapely.ops import substring

from geo.catalogue import Catalogue, TextTable, load
from geo.core import BadInputError, Message
from geo.geometry import Bounds, along_km, to_degrees, to_metres
from geo.layers import Layers, build_layers, layer_findings
from geo.sources.conflation import TOLERANCE_M, UNKNOWN_ACCURACY_M, Match, conflate, no_match
from geo.sources.table_copy import PROVENANCE, add_source, copy_tables, install_tables, source_key
from geo.sources.thinning import APART_M, DECIMALS, ON_LINE_M, LonLat, cut_line, points_along

Floats = NDArray[np.float64]

#: A route is replaced where at least this share of it lies on ways,
MATCHED_SHARE = 0.98
#: and at least this share on ways of its own number or name, or of none;
OWN_SHARE = 0.8
#: where no piece without a way is longer;
GAP_M = 500.0
#: where its line stays within this many times the accuracy of the old points, or this far;
SHIFT_FACTOR, SHIFT_M = 3.0, 500.0
#: and where its length keeps between these shares of the old one.
LENGTHS = (0.8, 1.3)

ON_ONE_POINT = Message("two places fall on one point of the surveyed line")
#: Accuracy of a surveyed point: half the width of a road, and the survey itself.
SURVEYED_M = 30.0


def refresh_alignments(
    catalogue: Catalogue,
    ways: gpd.GeoDataFrame,
    *,
    source: dict[str, str],
    date: dt.date,
    out: Path | None = None,
    routes: Iterable[str] | None = None,
    skipped: dict[str, str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> DataFrame:
    """
    Replace the alignments of the routes that surveyed ways match whole.

    Named places stay on the alignment. One that the line passes within its accuracy moves
    onto the line, for all routes at once; one that it passes at most 200 m further away stays
    and the line bends to it; beyond that the route is not replaced. Unnamed points give way
    to surveyed ones. Rows of other routes keep their bytes. The new tables are read back and
    checked; a route that brings a new error is not replaced.

    Parameters
    ----------
    catalogue
        A validated catalogue.
    ways
        Lines in EPSG:4326 indexed by `osm_id`, tags as columns; a missing column is an absent
        tag.
    source
        The row of the source (key, title, publisher, url, licence); more keys: `origin` (server
        or file) and `query`, which are kept beside the ids of the ways.
    date
        The day the ways stand for.
    out
        The data folder to change (``tables/`` and ``osm/refreshed.csv``), which may be a copy
        of that of the catalogue; default: change nothing and only report.
    routes
        Ids of the routes; default: all.
    skipped
        Routes without ways, and why: they are only reported.
    progress
        Called with the name of every route when it begins.

    Returns
    -------
    report
        One row per route: `route_id`, `name`, `status` (replaced, kept), `matched_share`,
        `median_shift_m`, `p95_shift_m`, `gaps`, `places_off`, `source`, `date`, `reason`.

    Raises
    ------
    BadInputError
        When the new tables cannot be read back; nothing is changed then.
    OutputError
        When the folder cannot be written; nothing is changed then.
    """
    layers, skipped = build_layers(catalogue), skipped or {}
    matches = {route_id: no_match(reason) for route_id, reason in skipped.items()}
    for route_id in catalogue.route if routes is None else routes:
        progress(catalogue.route[route_id].name)
        if route_id not in skipped:
            matches[route_id] = conflate(ways, layers, route_id)
    reasons = {key: verdict(match, layers, key) for key, match in matches.items()}
    row = {**source, "date": date.isoformat()}
    row["key"] = source_key(catalogue, row)
    before = _errors(layers) if not all(reasons.values()) else set()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # a route that is taken back changes where shared places stand: all are written anew
        while whole := {key: match for key, match in matches.items() if not reasons[key]}:
            wrong = _write_tables(layers, whole, ways, row, folder) or _new_errors(
                catalogue, folder, before, whole
            )
            if not wrong:
                break
            reasons |= wrong
        if out is not None and whole:
            install_tables(folder, out)
    return _report(catalogue, matches, reasons, row)


def verdict(match: Match, layers: Layers, route_id: str) -> str:
    """Return why a match is not good enough to replace a route; empty where it is."""
    if match.reason:
        return match.reason
    places, old = layers.catalogue.place, layers.routes.loc[route_id]
    far = [
        f"{places[key].name} ({off:.0f} m)"
        for key, off in match.offsets_m
        if off > _accuracy(layers.catalogue, key) + TOLERANCE_M
    ]
    long = [
        f"{gap.length_m / 1000:.1f} km after {places[gap.place_id].name}"
        for gap in match.gaps
        if gap.length_m > GAP_M
    ]
    limit = max(SHIFT_M, SHIFT_FACTOR * float(old["accuracy_m"]))  # unknown: SHIFT_M
    legs = [float(along_km(shapely.get_coordinates(leg))[-1]) for leg in match.legs.geometry]
    ratio = sum(legs) / float(old["geometry_km"])
    share, own = match.matched_share, match.own_share
    faults = {
        Message("no ways: {gaps}", gaps=", ".join(long)): bool(long),
        Message("only {share:.1%} of the line lies on ways", share=share): share < MATCHED_SHARE,
        Message("only {share:.0%} of the line carries its number or name", share=own): (
            own < OWN_SHARE
        ),
        Message("the surveyed line passes far from {places}", places=", ".join(far)): bool(far),
        ON_ONE_POINT: min(legs) * 1000 < APART_M,
        Message(
            "shifted by {metres:.0f} m (95 %), limit {limit:.0f} m",
            metres=match.p95_shift_m,
            limit=limit,
        ): match.p95_shift_m > limit,
        Message("its length would be {ratio:.0%} of the old one", ratio=ratio): (
            not LENGTHS[0] <= ratio <= LENGTHS[1]
        ),
    }
    return next((text for text, true in faults.items() if true), "")


def _accuracy(catalogue: Catalogue, place_id: str) -> float:
    return catalogue.place[place_id].accuracy_m or UNKNOWN_ACCURACY_M


def _errors(layers: Layers) -> set[tuple[str, str, str]]:
    """Return the errors of a catalogue by code, route and what they are about."""
    errors = (finding for finding in layer_findings(layers) if finding.severity == "error")
    return {(error.code, error.route_id, error.message.split(":")[0]) for error in errors}


def _new_errors(
    catalogue: Catalogue, folder: Path, before: set[tuple[str, str, str]], whole: dict[str, Match]
) -> dict[str, str]:
    """Read the new tables back; return the routes that bring errors, and which."""
    new = _errors(build_layers(replace(load(folder), folder=catalogue.folder))) - before
    wrong: dict[str, str] = {
        route: Message("it would bring an error: {code}", code=code) for code, route, _ in new
    }
    mine = {route: text for route, text in wrong.items() if route in whole}
    if new and not mine:
        # a place that moved harms a route that was not replaced
        harmed = {point.place_id for route in wrong for point in catalogue.points_of[route]}
        mine = {
            route: Message("it would bring an error to {routes}", routes=", ".join(sorted(wrong)))
            for route in whole
            if any(p.place_id and p.place_id in harmed for p in catalogue.points_of[route])
        }
        if not mine:
            raise BadInputError("the new tables have errors: {errors}", errors=sorted(new))
    return mine


def _report(
    catalogue: Catalogue,
    matches: dict[str, Match],
    reasons: dict[str, str],
    source: dict[str, str],
) -> DataFrame:
    rows = [
        {
            "route_id": route_id,
            "name": catalogue.route[route_id].name,
            "status": "kept" if reasons[route_id] else "replaced",
            "matched_share": match.matched_share,
            "median_shift_m": match.median_shift_m,
            "p95_shift_m": match.p95_shift_m,
            "gaps": [gap._asdict() for gap in match.gaps],
            "places_off": [
                {"place_id": key, "offset_m": round(off, 1)}
                for key, off in match.offsets_m
                if off > _accuracy(catalogue, key)
            ],
            "source": source["key"],
            "date": source["date"],
            "reason": reasons[route_id],
        }
        for route_id, match in matches.items()
    ]
    report = pd.DataFrame(rows)
    report["reason"] = pd.Series([row["reason"] for row in rows], dtype=object)  # keeps messages
    return report


# The new line: places move onto it, points are chosen so that the drawn curve keeps to it.


def _moved_places(layers: Layers, matches: dict[str, Match]) -> dict[str, LonLat]:
    """
    Return new positions of the places that move onto their surveyed lines.

    A place moves for all routes at once, to the nearest point of the line; where several
    lines meet, to and fro between them until it stands where they cross. It never moves
    further than its accuracy, else it stays.
    """
    frame, places = layers.catalogue.region.frame, layers.catalogue.place
    lines: dict[str, list[LineString]] = {}
    for match in matches.values():
        for place, line in _surroundings(frame, match):
            lines.setdefault(place, []).append(line)
    start = to_metres(frame, np.array([(places[key].lon, places[key].lat) for key in lines]))
    moved = {}
    for key, spot in zip(lines, start, strict=True):
        here = shapely.Point(spot)
        for line in lines[key] * (1 if len(lines[key]) == 1 else 20):
            here = line.interpolate(line.project(here))
        if ON_LINE_M < here.distance(shapely.Point(spot)) <= _accuracy(layers.catalogue, key):
            lon, lat = to_degrees(frame, np.array([[here.x, here.y]]))[0].round(DECIMALS)
            moved[key] = (float(lon), float(lat))
    return moved


def _surroundings(frame: Bounds, match: Match) -> list[tuple[str, LineString]]:
    """Return every place of a route with its line half way to the places beside it, in metres."""
    legs = [to_metres(frame, shapely.get_coordinates(leg)) for leg in match.legs.geometry]
    whole = shapely.LineString(np.vstack(legs))
    ends = np.concatenate([[0], np.cumsum([shapely.LineString(leg).length for leg in legs])])
    limits = np.concatenate([[0], (ends[:-1] + ends[1:]) / 2, [whole.length]])
    return [
        (place, shapely.LineString(substring(whole, a, b).coords))
        for place, (a, b) in zip(_places_of(match), itertools.pairwise(limits), strict=True)
    ]


def _places_of(match: Match) -> list[str]:
    return [*match.legs["from_place"], match.legs["to_place"].iloc[-1]]


def _surveyed_points(layers: Layers, match: Match, moved: dict[str, LonLat]) -> list[list[LonLat]]:
    """
    Return the shape points between neighbouring places, one list per leg.

    The line runs through the places: on to a place that stands beside it, it bends over a
    stretch of twice its distance. Points are added until the drawn curve keeps to the line.
    """
    frame, places = layers.catalogue.region.frame, layers.catalogue.place
    named = _places_of(match)
    lonlat = [moved.get(key, (places[key].lon, places[key].lat)) for key in named]
    spots = to_metres(frame, np.array(lonlat))
    if np.hypot(*np.diff(spots, axis=0).T).min() < APART_M:
        raise ValueError(ON_ONE_POINT)
    before, after = [], []
    for spot, (_, line) in zip(spots, _surroundings(frame, match), strict=True):
        at = line.project(shapely.Point(spot))
        off = line.distance(shapely.Point(spot))
        bend = 2 * off if off > ON_LINE_M else 0.0
        before.append(cut_line(line, 0, at - bend))
        after.append(cut_line(line, at + bend, line.length))
    pieces = [
        np.vstack([spots[k], after[k], before[k + 1], spots[k + 1]]) for k in range(len(named) - 1)
    ]
    return points_along(frame, pieces, closed=named[0] == named[-1])


# The tables: only rows of replaced routes and moved places change.


def _write_tables(
    layers: Layers,
    whole: dict[str, Match],
    ways: gpd.GeoDataFrame,
    source: dict[str, str],
    folder: Path,
) -> dict[str, str]:
    """Write the changed tables into a folder; return routes that cannot be written, and why."""
    catalogue, moved = layers.catalogue, _moved_places(layers, whole)
    points, wrong = {}, {}
    for route_id, match in whole.items():
        try:
            points[route_id] = _surveyed_points(layers, match, moved)
        except ValueError as error:
            wrong[route_id] = str(error)
    if wrong:
        return wrong
    tables = copy_tables(catalogue, folder)
    add_source(tables / "sources.csv", source)
    _replace_points(tables / "alignments.csv", catalogue, points, source["key"])
    _move_places(tables / "places.csv", moved, source["key"])
    _write_provenance(catalogue.folder / PROVENANCE, folder / PROVENANCE, whole, ways, source)
    return {}


def _replace_points(
    path: Path, catalogue: Catalogue, points: dict[str, list[list[LonLat]]], source: str
) -> None:
    """Replace the shape points of some routes; places keep their rows but for their number."""
    table, out, done = TextTable.read(path), [], set()
    accuracy = _plain(SURVEYED_M)
    for row in table.rows:
        route_id = row.cells.get("route_id", "").strip()
        if route_id not in points:
            out.append(row)
        elif route_id not in done:
            done.add(route_id)
            named = [point for point in catalogue.points_of[route_id] if point.place_id]
            rows: list[dict[str, Any]] = []
            for place, leg in zip(named, [*points[route_id], []], strict=True):
                known = place.model_dump(exclude={"seq"}, exclude_none=True)
                known |= {
                    key: _plain(getattr(place, key)) for key in ("chainage_km", "accuracy_m")
                }
                shape = {"route_id": route_id, "accuracy_m": accuracy, "source": source}
                rows += [known, *(shape | {"lon": lon, "lat": lat} for lon, lat in leg)]
            out += [table.new_row(row | {"seq": seq}) for seq, row in enumerate(rows, 1)]
    table.write(path, out)


def _plain(value: float | None) -> str:
    return "" if value is None else np.format_float_positional(value, trim="-")


def _move_places(path: Path, moved: dict[str, LonLat], source: str) -> None:
    table, out = TextTable.read(path), []
    for row in table.rows:
        key = row.cells.get("place_id", "").strip()
        if key in moved:
            lon, lat = moved[key]
            sources = ";".join(dict.fromkeys([*row.cells["source"].split(";"), source]))
            out.append(table.new_row(row.cells | {"lon": lon, "lat": lat, "source": sources}))
        else:
            out.append(row)
    table.write(path, out)


def _write_provenance(
    old: Path, path: Path, whole: dict[str, Match], ways: gpd.GeoDataFrame, source: dict[str, str]
) -> None:
    """Write down which ways every section was made from, with a checksum over them."""
    rows = [
        {
            "section_id": section_id,
            "route_id": route_id,
            "date": source["date"],
            "source": source["key"],
            "origin": source.get("origin", source.get("url", "")),
            "query": source.get("query", ""),
            "elements": len(section["osm_ids"]),
            "sha256": _checksum(ways, section["osm_ids"]),
            "matched_share": f"{section['matched_share']:.4f}",
            "missing_m": f"{section['missing_m']:.0f}",
            "median_shift_m": f"{match.median_shift_m:.0f}",
            "p95_shift_m": f"{match.p95_shift_m:.0f}",
            "osm_ids": ";".join(map(str, section["osm_ids"])),
        }
        for route_id, match in whole.items()
        for section_id, section in match.sections.iterrows()
    ]
    table = TextTable.read(old) if old.exists() else TextTable.empty(list(rows[0]))
    kept = [row for row in table.rows if row.cells["route_id"] not in whole]
    path.parent.mkdir(exist_ok=True)
    table.write(path, [*kept, *map(table.new_row, rows)])


def _checksum(ways: gpd.GeoDataFrame, ids: Iterable[int]) -> str:
    """Return the SHA-256 of ids and vertices of ways, in their order."""
    rows = [
        [key, shapely.get_coordinates(ways.geometry.loc[[key]]).round(7).tolist()] for key in ids
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
