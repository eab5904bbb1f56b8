"""Refresh: alignments of routes replaced by surveyed geometry, whole or not at all."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo._redrawing import APART_M
from geo._rewriting import install, own_key, written
from geo.catalogue import load
from geo.conflation import TOLERANCE_M, UNKNOWN_ACCURACY_M, conflate
from geo.errors import BadInputError
from geo.layers import layers
from geo.quality import findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date as Date  # noqa: N812

    import geopandas as gpd
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.conflation import Match
    from geo.layers import Layers

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


def refresh(
    catalogue: Catalogue,
    ways: gpd.GeoDataFrame,
    *,
    source: dict[str, str],
    date: Date,
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
        One row per route: `route_id`, `name_zh`, `status` (replaced, kept), `matched_share`,
        `median_shift_m`, `p95_shift_m`, `gaps`, `places_off`, `source`, `date`, `reason`.

    Raises
    ------
    BadInputError
        When the new tables cannot be read back; nothing is changed then.
    OutputError
        When the folder cannot be written; nothing is changed then.
    """
    drawn, skipped = layers(catalogue), skipped or {}
    matches: dict[str, Match] = {}
    reasons = dict(skipped)
    for route_id in catalogue.route if routes is None else routes:
        progress(catalogue.route[route_id].name_zh)
        if route_id not in skipped:
            matches[route_id] = conflate(ways, drawn, route_id)
            reasons[route_id] = verdict(matches[route_id], drawn, route_id)
    row = {**source, "date": date.isoformat()}
    row["key"] = own_key(catalogue, row)
    before = _errors(drawn) if not all(reasons.values()) else set()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        while whole := {key: m for key, m in matches.items() if not reasons[key]}:
            wrong = written(catalogue, drawn, whole, ways, row, folder) or _new_errors(
                catalogue, folder, before, whole
            )
            if not wrong:
                break
            reasons |= wrong
        if out is not None and whole:
            install(folder, out)
    return _report(catalogue, matches, reasons, row)


def verdict(match: Match, drawn: Layers, route_id: str) -> str:
    """
    Return why a match is not good enough to replace a route.

    Parameters
    ----------
    match
        What surveyed ways make of the route.
    drawn
        The drawn catalogue.
    route_id
        The route.

    Returns
    -------
    reason
        One sentence; empty where the route may be replaced.

    Examples
    --------
    >>> from geo.sources.osm import ways_of
    >>> line = lay.routes.loc[["chengyu-hsr"], ["geometry"]].set_axis([17])
    >>> match = conflate(ways_of(line.assign(railway="rail", name="成渝高铁")), lay, "chengyu-hsr")
    >>> verdict(match, lay, "chengyu-hsr")
    ''
    >>> verdict(match._replace(matched_share=0.5), lay, "chengyu-hsr")
    'only 50.0% of the line lies on ways'
    """
    if match.reason:
        return match.reason
    places, old = drawn.catalogue.place, drawn.routes.loc[route_id]
    far = [
        f"{places[key].name_zh} ({off:.0f} m)"
        for key, off in match.offsets_m
        if off > (places[key].accuracy_m or UNKNOWN_ACCURACY_M) + TOLERANCE_M
    ]
    long = [
        f"{gap.length_m / 1000:.1f} km after {places[gap.place_id].name_zh}"
        for gap in match.gaps
        if gap.length_m > GAP_M
    ]
    limit = max(SHIFT_M, SHIFT_FACTOR * float(old["accuracy_m"]))  # unknown: SHIFT_M
    legs = _lengths_km(match)
    ratio = sum(legs) / float(old["geometry_km"])
    share, own = match.matched_share, match.own_share
    faults = {
        "no ways: " + ", ".join(long): bool(long),
        f"only {share:.1%} of the line lies on ways": share < MATCHED_SHARE,
        f"only {own:.0%} of the line carries its number or name": own < OWN_SHARE,
        "the surveyed line passes far from " + ", ".join(far): bool(far),
        "two places fall on one point of the surveyed line": min(legs) * 1000 < APART_M,
        f"shifted by {match.p95_shift_m:.0f} m (95 %), limit {limit:.0f} m": (
            match.p95_shift_m > limit
        ),
        f"its length would be {ratio:.0%} of the old one": not LENGTHS[0] <= ratio <= LENGTHS[1],
    }
    return next((text for text, true in faults.items() if true), "")


def _lengths_km(match: Match) -> list[float]:
    import shapely

    from geo.curves import along_km

    return [float(along_km(shapely.get_coordinates(g))[-1]) for g in match.legs.geometry]


def _errors(drawn: Layers) -> set[tuple[str, str, str]]:
    """Return the errors of a catalogue by code, route and what they are about."""
    return {(f.code, f.route_id, f.message.split(":")[0]) for f in findings(drawn)
            if f.severity == "error"}  # fmt: skip


def _new_errors(
    catalogue: Catalogue,
    folder: Path,
    before: set[tuple[str, str, str]],
    whole: dict[str, Match],
) -> dict[str, str]:
    """Read the new tables back; return the routes that bring errors, and which."""
    read = load(folder)
    new = _errors(layers(replace(read, folder=catalogue.folder))) - before
    wrong = {route: f"it would bring an error: {code}" for code, route, _ in new}
    mine = {route: text for route, text in wrong.items() if route in whole}
    if new and not mine:
        # a place that moved harms a route that was not replaced
        harmed = {point.place_id for route in wrong for point in catalogue.points_of[route]}
        mine = {
            route: f"it would bring an error to {', '.join(sorted(wrong))}"
            for route in whole
            if any(p.place_id and p.place_id in harmed for p in catalogue.points_of[route])
        }
        if not mine:
            raise BadInputError(f"the new tables have errors: {sorted(new)}")
    return mine


def _report(
    catalogue: Catalogue,
    matches: dict[str, Match],
    reasons: dict[str, str],
    source: dict[str, str],
) -> DataFrame:
    import pandas as pd

    nan = float("nan")
    rows = []
    for route_id, reason in reasons.items():
        m = matches.get(route_id)
        places = catalogue.place
        rows.append(
            {
                "route_id": route_id,
                "name_zh": catalogue.route[route_id].name_zh,
                "status": "kept" if reason else "replaced",
                "matched_share": m.matched_share if m else 0.0,
                "median_shift_m": m.median_shift_m if m else nan,
                "p95_shift_m": m.p95_shift_m if m else nan,
                "gaps": [gap._asdict() for gap in m.gaps] if m else [],
                "places_off": [
                    {"place_id": key, "offset_m": round(off, 1)}
                    for key, off in (m.offsets_m if m else [])
                    if off > (places[key].accuracy_m or UNKNOWN_ACCURACY_M)
                ],
                "source": source["key"],
                "date": source["date"],
                "reason": reason,
            }
        )
    return pd.DataFrame(rows)
