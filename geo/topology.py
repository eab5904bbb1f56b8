"""
Findings about the network: dead ends and why they end, crossings, near misses, twin places.

Distances are those between the drawn lines, true to 0.2 % within a frame of 1,000 km.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from geo._ends import Ground, base_name, dead_end, nearby
from geo._outside import metric_crs
from geo.dates import STAGES
from geo.layers import CRS
from geo.network import network, open_sections
from geo.quality import Finding
from geo.terms import TRANSFER_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.layers import Layers

#: Crossings this near to a shared place are its ramps; crossings this near are one.
JUNCTION_M = 1500.0
#: Places of transfer this near, or of one name within the larger distance, may be one place.
SAME_PLACE_M, SAME_NAME_M = 400.0, 3000.0
_END_COLUMNS = ["place_id", "name_zh", "name_en", "mode", "route_id", "section_id", "class",
                "reason_en", "reason_zh", "lon", "lat", "continuation", "expected", "other_route",
                "distance_m"]  # fmt: skip


def dead_ends(layers: Layers, day: date) -> gpd.GeoDataFrame:
    """
    Return the ends of the open network of every mode, with the reason why they end.

    A dead end (断头路) is a place that only one open link of its mode reaches. Its class is
    the first that fits:

    - continues: a section that is not open meets the place and leads on;
    - study-border: outside the regions, or within 5 km of their outer border or of the frame;
    - gap: an open line of the mode passes within 1.5 km beyond the accuracy of the place and
      shares no place near it: likely a missing junction;
    - terminus: within 15 km of the centre of a city, in a county of the same name, or a
      station or port in a city or district;
    - unknown: nothing in the catalogue tells.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day asked for.

    Returns
    -------
    ends
        One point per dead end: `place_id`, names, `mode`, `route_id`, `section_id`, `class`,
        `reason_en`, `reason_zh`, `lon`, `lat`, `continuation` (sections, separated by
        semicolons), `expected` (year the first of them opens, if known), and for a gap or an
        unknown reason the nearest open `other_route` and `distance_m` to it. Terminus says
        that the catalogue ends there, not that no line goes on.

    Raises
    ------
    BadInputError
        When a base layer cannot be read.
    """
    import geopandas as gpd

    ground = Ground(layers, day)
    net = network(layers, year=day)
    rows = []
    for mode in net.modes:
        edges = net.edges[net.edges["mode"] == mode]
        degree = Counter([*edges["u"], *edges["v"]])
        for u, v, section in zip(edges["u"], edges["v"], edges["section_id"], strict=True):
            rows += [dead_end(ground, p, section) for p in (u, v) if degree[p] == 1]
    geometry = gpd.points_from_xy([r["lon"] for r in rows], [r["lat"] for r in rows])
    frame = gpd.GeoDataFrame(rows, columns=_END_COLUMNS, geometry=geometry, crs=CRS)
    return frame.astype({"expected": "Int64", "distance_m": float}).sort_values(
        ["mode", "class", "route_id", "place_id"], ignore_index=True
    )


def crossings_without_junction(layers: Layers, day: date) -> gpd.GeoDataFrame:
    """
    Return where open lines of one mode cross without a place in common.

    That is normal where one passes over the other; it is worth a look where a junction
    should be. Pairs on one track are left out, and so are crossings within 1.5 km of a place
    both routes have; crossings of a pair within 1.5 km of each other are one.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day asked for.

    Returns
    -------
    crossings
        One point per crossing: `route_id` and `other_route` in order of the alphabet, their
        sections, `mode`, `lon`, `lat` and `times`, how often the drawn lines cross there.

    Examples
    --------
    >>> from datetime import date
    >>> crossings_without_junction(lay, date(2025, 12, 31))["mode"].unique().tolist()
    ['rail', 'road']
    """
    import geopandas as gpd
    import shapely

    crs = metric_crs(layers.catalogue.region)
    frame = open_sections(layers, day).sort_values("route_id", kind="stable")
    pairs, where = _intersections(frame, frame.to_crs(crs).geometry.to_numpy())
    far = ~_at_junction(layers, crs, frame, pairs, where)
    merged = _merged(frame, pairs[:, far], where[far])
    points = gpd.GeoSeries([shapely.Point(row.pop("xy")) for row in merged], crs=crs).to_crs(CRS)
    columns = ["route_id", "other_route", "section_id", "other_section", "mode", "times"]
    found = gpd.GeoDataFrame(merged, columns=columns, geometry=points.to_numpy(), crs=CRS)
    return found.assign(lon=points.x.round(5).to_numpy(), lat=points.y.round(5).to_numpy())


def _intersections(
    frame: gpd.GeoDataFrame, lines: NDArray[np.object_]
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Return pairs of rows of one mode and different routes, and the points they cross at."""
    import shapely

    i, j = shapely.STRtree(lines).query(lines, predicate="intersects")
    mode, route = (frame[key].to_numpy(str) for key in ("mode", "route_id"))
    shares = [set(text.split(";")) for text in frame["shares"]]
    keys = frame.index.to_numpy(str)
    apart = [
        keys[b] not in shares[a] and keys[a] not in shares[b] for a, b in zip(i, j, strict=True)
    ]
    keep = (i < j) & (mode[i] == mode[j]) & (route[i] != route[j]) & np.array(apart, bool)
    i, j = i[keep], j[keep]
    parts, of = shapely.get_parts(shapely.intersection(lines[i], lines[j]), return_index=True)
    ends = shapely.boundary(lines)
    points = shapely.centroid(parts)
    inner = (
        np.minimum(_distance(ends[i[of]], points), _distance(ends[j[of]], points)) > 1.0
    )  # a line that ends on another does not cross it
    return np.stack([i[of], j[of]])[:, inner], points[inner]


def _distance(one: Any, two: Any) -> NDArray[np.float64]:  # noqa: ANN401
    """Return distances; infinite where one is empty (a ring has no ends)."""
    import shapely

    metres = np.asarray(shapely.distance(one, two), float)
    return np.where(np.isnan(metres), np.inf, metres)


def _at_junction(
    layers: Layers,
    crs: str,
    frame: gpd.GeoDataFrame,
    pairs: NDArray[np.intp],
    where: NDArray[np.object_],
) -> NDArray[np.bool_]:
    import shapely

    shared = defaultdict(list)
    points = layers.places.geometry.to_crs(crs)
    for point, text in zip(points, layers.places["routes"], strict=True):
        for pair in itertools.combinations(sorted(filter(None, text.split(";"))), 2):
            shared[pair].append(point)
    route = frame["route_id"].to_numpy(str)
    near = [
        shapely.MultiPoint(shared.get(tuple(sorted((route[a], route[b]))), [])) for a, b in pairs.T
    ]
    return _distance(np.array(near, object), where) <= JUNCTION_M


def _merged(
    frame: gpd.GeoDataFrame, pairs: NDArray[np.intp], where: NDArray[np.object_]
) -> list[dict[str, Any]]:
    """Return one row per crossing; of several close ones the first."""
    import shapely

    route, keys = frame["route_id"].to_numpy(str), frame.index.to_numpy(str)
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    xy = shapely.get_coordinates(where)
    for (a, b), at in zip(pairs.T, xy, strict=True):
        known = found[route[a], route[b]]
        close = [r for r in known if np.hypot(*(r["xy"] - at)) <= JUNCTION_M]
        if close:
            close[0]["times"] += 1
            continue
        known.append({
            "route_id": route[a], "other_route": route[b], "section_id": keys[a],
            "other_section": keys[b], "mode": frame["mode"].iloc[a], "times": 1, "xy": at,
        })  # fmt: skip
    return [row for rows in found.values() for row in rows]


def near_misses(layers: Layers, day: date) -> gpd.GeoDataFrame:
    """
    Return ends of routes that come near another route of the mode without a place in common.

    Routes of every stage count, for a plan can miss its junction too. An end is left out
    where the other route shares a place, within twice the tolerance, with any route that
    stops at this end.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day for which `stage` is told.

    Returns
    -------
    ends
        One point per end: `place_id`, names, `mode`, `route_id`, `other_route`, `distance_m`
        to its nearest section `other_section`, `shared` (whether a third route has the end),
        `stage` (the less advanced of both), `lon`, `lat`. The tolerance is 1.5 km beyond the
        accuracy of the place.
    """
    import geopandas as gpd

    ground, rows = Ground(layers, day), []
    for route_id, track in layers.tracks.items():
        first, last = track.places[0], track.places[-1]
        spans = layers.catalogue.sections_of[route_id]
        for place, own in ((first, spans[0]), (last, spans[-1])) if first != last else ():
            near = nearby(ground, place, route_id, ground.sections)
            if near is None:
                continue
            point, other = layers.catalogue.place[place], ground.sections.loc[near[0]]
            stages = ground.sections.at[own.section_id, "stage"], other["stage"]
            rows.append({
                "place_id": place, "name_zh": point.name_zh, "name_en": point.name_en,
                "mode": other["mode"], "route_id": route_id, "other_route": other["route_id"],
                "other_section": near[0], "distance_m": round(near[1], 1),
                "shared": len(ground.routes_at[place]) > 1,
                "stage": max(stages, key=STAGES.index), "lon": point.lon, "lat": point.lat,
            })  # fmt: skip
    columns = ["place_id", "name_zh", "name_en", "mode", "route_id", "other_route",
               "other_section", "distance_m", "shared", "stage", "lon", "lat"]  # fmt: skip
    geometry = gpd.points_from_xy([r["lon"] for r in rows], [r["lat"] for r in rows])
    return gpd.GeoDataFrame(rows, columns=columns, geometry=geometry, crs=CRS)


def same_places(layers: Layers) -> gpd.GeoDataFrame:
    """
    Return pairs of places on different routes of a mode that may be one place.

    Parameters
    ----------
    layers
        The drawn catalogue.

    Returns
    -------
    pairs
        One point per pair: `place_id`, `other_place`, their Chinese names, `mode`,
        `distance_m`, `same_name` (the names agree before any bracket), `lon`, `lat`. Both
        are places of transfer within 400 m of each other, or have one name and lie within
        3 km; no route has both.
    """
    import geopandas as gpd
    import shapely

    frame = layers.places[layers.places["routes"] != ""]
    points = frame.to_crs(metric_crs(layers.catalogue.region)).geometry.to_numpy()
    i, j = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_NAME_M)
    i, j = i[i < j], j[i < j]
    metres = shapely.distance(points[i], points[j])
    routes = [set(text.split(";")) for text in frame["routes"]]
    modes = [{layers.catalogue.route[r].mode for r in own} for own in routes]
    names = [base_name(name) for name in frame["name_zh"]]
    moving = frame["kind"].isin(TRANSFER_KINDS).to_numpy()
    rows = []
    for a, b, far in zip(i, j, metres, strict=True):
        same = names[a] == names[b]
        close = far <= SAME_PLACE_M and moving[a] and moving[b]
        if not (same or close) or routes[a] & routes[b] or not modes[a] & modes[b]:
            continue
        rows.append({
            "place_id": frame.index[a], "other_place": frame.index[b],
            "name_zh": frame["name_zh"].iloc[a], "other_zh": frame["name_zh"].iloc[b],
            "mode": min(modes[a] & modes[b]), "distance_m": round(float(far), 1),
            "same_name": same, "lon": frame["lon"].iloc[a], "lat": frame["lat"].iloc[a],
        })  # fmt: skip
    columns = ["place_id", "other_place", "name_zh", "other_zh", "mode", "distance_m",
               "same_name", "lon", "lat"]  # fmt: skip
    geometry = gpd.points_from_xy([r["lon"] for r in rows], [r["lat"] for r in rows])
    return gpd.GeoDataFrame(rows, columns=columns, geometry=geometry, crs=CRS)


def topology_findings(layers: Layers, day: date) -> list[Finding]:
    """
    Return what a reader should know of how the lines meet.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day asked for.

    Returns
    -------
    findings
        Warnings first, with the codes dead-end, gap, crosses-without-junction (one per pair
        of routes, at their first crossing), near-miss and same-place.

    Raises
    ------
    BadInputError
        When a base layer cannot be read.
    """
    ends = dead_ends(layers, day)
    known = dict(zip(ends["place_id"], ends["class"], strict=True))
    found = [
        *_end_findings(layers, ends),
        *_crossing_findings(layers, crossings_without_junction(layers, day)),
        *_miss_findings(layers, near_misses(layers, day), known),
        *_twin_findings(layers, same_places(layers)),
    ]
    order = {"warning": 0, "info": 1}
    return sorted(found, key=lambda f: (order[f.severity], f.code, f.file, f.row, f.message))


def _end_findings(layers: Layers, ends: gpd.GeoDataFrame) -> Iterator[Finding]:
    lines = layers.catalogue.lines["places"]
    for row in ends.to_dict("records"):
        name = layers.catalogue.route[row["route_id"]].name_zh
        text = f"{name} ends at {row['name_zh']} ({row['place_id']}), {row['class']}: "
        severity = "warning" if row["class"] in {"gap", "unknown"} else "info"
        yield Finding(severity, "gap" if row["class"] == "gap" else "dead-end",
                      text + row["reason_en"], "tables/places.csv", lines[row["place_id"]],
                      row["route_id"], row["lon"], row["lat"])  # fmt: skip


def _crossing_findings(layers: Layers, crossings: gpd.GeoDataFrame) -> Iterator[Finding]:
    lines = layers.catalogue.lines["routes"]
    for (one, other), rows in crossings.groupby(["route_id", "other_route"], sort=True):
        first = rows.iloc[0]
        names = (layers.catalogue.route[route].name_zh for route in (one, other))
        text = f"{' and '.join(names)} cross at {len(rows)} places without a shared place near"
        yield Finding("info", "crosses-without-junction", text, "tables/routes.csv", lines[one],
                      one, first["lon"], first["lat"])  # fmt: skip


def _miss_findings(
    layers: Layers, misses: gpd.GeoDataFrame, known: dict[str, str]
) -> Iterator[Finding]:
    lines = layers.catalogue.lines["places"]
    for row in misses.to_dict("records"):
        why = known.get(row["place_id"], "")
        if why == "gap":
            continue
        one, other = (
            layers.catalogue.route[row[key]].name_zh for key in ("route_id", "other_route")
        )
        text = (
            f"{one} ends at {row['name_zh']} ({row['place_id']}), {row['distance_m']:.0f} m from "
            f"{other}, without a shared place near"
        )
        normal = row["shared"] or row["stage"] != "open" or why == "study-border"
        severity = "info" if normal else "warning"
        yield Finding(severity, "near-miss", text, "tables/places.csv", lines[row["place_id"]],
                      row["route_id"], row["lon"], row["lat"])  # fmt: skip


def _twin_findings(layers: Layers, pairs: gpd.GeoDataFrame) -> Iterator[Finding]:
    lines = layers.catalogue.lines["places"]
    for row in pairs.to_dict("records"):
        text = (
            f"{row['name_zh']} ({row['place_id']}) and {row['other_zh']} ({row['other_place']}) "
            f"are {row['distance_m']:.0f} m apart on different routes: one place?"
        )
        route = layers.places["routes"][row["place_id"]].partition(";")[0]
        severity = "warning" if row["same_name"] else "info"
        yield Finding(severity, "same-place", text, "tables/places.csv", lines[row["place_id"]],
                      route, row["lon"], row["lat"])  # fmt: skip
