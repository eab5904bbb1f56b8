"""Findings about the network: dead ends and why they end, crossings, near misses, twin places."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pandas import Series, notna
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.catalogue import STAGE, STAGES, TRANSFER_KINDS, Place, last_day
from geo.core import Message
from geo.geometry import geodesic_km, metric_crs
from geo.layers import (
    AT_BORDER_KM,
    CRS,
    Finding,
    Layers,
    county_index,
    each_track_once,
    neighbours,
    outer_area,
    read_base,
    sections_on,
)
from geo.network.network import build_network

#: A line this near to an end, beyond the accuracy of the end, may be meant to meet it.
GAP_M = 1500.0
#: No line is further away.
FARTHEST_M = 2e7
#: A city within this distance explains why a line ends.
CITY_KM = 15.0
#: A line not yet open that keeps this near to an open one runs beside it and is no continuation.
BESIDE_M, AHEAD_M = 1000.0, (5000.0, 15000.0)
#: Stations and ports within a city (市) or a district (区) are good reasons for an end.
STOPS, URBAN = frozenset({"station", "port", "airport"}), ("市", "区")


class Row(NamedTuple):
    """A section as the search for neighbours needs it."""

    section: str
    route: str
    mode: str
    is_open: bool


@dataclass(frozen=True)
class Ground:
    """What the search for reasons needs: metric lines and points, stages, area, cities."""

    layers: Layers
    date: dt.date

    @cached_property
    def sections(self) -> gpd.GeoDataFrame:
        """Sections with their stage on the day, in metres."""
        return sections_on(self.layers, self.date).to_crs(self.crs)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The lines of the sections by where they lie."""
        return shapely.STRtree(self.sections.geometry.to_numpy())

    @cached_property
    def rows(self) -> list[Row]:
        """What is asked of the sections again and again, in their order."""
        columns = (self.sections[key].tolist() for key in ("route_id", "mode"))
        is_open = (self.sections["stage"] == "open").tolist()
        return list(map(Row, self.sections.index.tolist(), *columns, is_open))

    @cached_property
    def points(self) -> dict[str, Point]:
        """Places in metres."""
        series = self.layers.places.geometry.to_crs(self.crs)
        return dict(zip(series.index, series.to_numpy(), strict=True))

    @cached_property
    def routes_at(self) -> dict[str, set[str]]:
        """Routes of every place."""
        listed = self.layers.places["routes"]
        return {place: set(filter(None, text.split(";"))) for place, text in listed.items()}

    @cached_property
    def waiting(self) -> dict[str, list[str]]:
        """Sections that are not open, by the places they touch."""
        found = defaultdict(list)
        for key in self.sections.index[self.sections["stage"] != "open"]:
            i, j = self.layers.span[key]
            track = self.layers.tracks[self.sections["route_id"][key]]
            for place in dict.fromkeys(filter(None, track.places[i : j + 1])):
                found[place].append(key)
        return found

    @cached_property
    def area(self) -> BaseGeometry | None:
        """The regions together."""
        return outer_area(self.layers.catalogue)

    @cached_property
    def around(self) -> gpd.GeoDataFrame | None:
        """The provinces around."""
        return neighbours(self.layers.catalogue)

    @cached_property
    def cities(self) -> NDArray[np.object_]:
        """Centres of the cities in metres."""
        lonlat = [(c.lon, c.lat) for c in self.layers.catalogue.cities]
        points = shapely.points(np.array(lonlat, float).reshape(-1, 2))
        return np.asarray(gpd.GeoSeries(points, crs=CRS).to_crs(self.crs).to_numpy())

    @cached_property
    def crs(self) -> str:
        """The projection in metres."""
        return metric_crs(self.layers.catalogue.region.frame)

    def accuracy(self, place: str) -> float:
        """Return the accuracy of a place in metres, 0 where it is unknown."""
        return float(self.layers.catalogue.place[place].accuracy_m or 0)

    def others(
        self, place: str, mode: str, metres: float, *, only_open: bool
    ) -> list[tuple[float, int]]:
        """Return distance and number of sections near a place, of routes that do not have it."""
        here, own = self.points[place], self.routes_at[place]
        near = [
            i
            for i in self.tree.query(here, predicate="dwithin", distance=metres).tolist()
            if self.rows[i].mode == mode
            and self.rows[i].route not in own
            and (self.rows[i].is_open or not only_open)
        ]
        far = shapely.distance(self.tree.geometries[near], here)
        return sorted(zip(far.tolist(), near, strict=True))

    def near_shared(self, place: str, one: str, other: str, metres: float) -> bool:
        """Tell whether two routes share a place within a distance of a place."""
        here = self.points[place]
        return any(
            {one, other} <= self.routes_at[p] and self.points[p].distance(here) <= metres
            for p in filter(None, self.layers.tracks[one].places)
        )


def _dead_end(ground: Ground, place: str, section: str) -> dict[str, Any]:
    point = ground.layers.catalogue.place[place]
    row = ground.sections.loc[section]
    base = {
        "place_id": place, "name": point.name, "name_en": point.name_en,
        "mode": row["mode"], "route_id": row["route_id"], "section_id": section,
        "lon": point.lon, "lat": point.lat, "continuation": "", "expected": None,
        "other_route": "", "distance_m": np.nan, "class": "unknown",
        "reason_en": Message("nothing in the catalogue tells why it ends here"),
        "reason_zh": "目录未说明为何止于此",
    }  # fmt: skip
    for reason in (_continues, _study_border, _gap, _terminus):
        if found := reason(ground, place, section):
            return base | found
    return base | _nearest(ground, place, section)


def _reason(kind: str, english: Message, chinese: str, **more: Any) -> dict[str, Any]:
    return {"class": kind, "reason_en": english, "reason_zh": chinese, **more}


def _continues(ground: Ground, place: str, section: str) -> dict[str, Any]:
    row, frame = ground.sections.loc[section], ground.sections
    ahead = [
        key
        for key in ground.waiting.get(place, [])
        if frame["mode"][key] == row["mode"] and _leads_on(ground, key, place, section)
    ]
    if not ahead:
        return {}
    ahead.sort(key=lambda key: STAGES.index(frame["stage"][key]))
    first = frame.loc[ahead[0]]
    stage = first["stage"]
    year = min(filter(None, (_year(frame.loc[key]) for key in ahead)), default=None)
    ahead_en = Message(
        "goes on with {route} ({start}–{end}): {status}",
        route=first["route_en"],
        start=first["from_en"],
        end=first["to_en"],
        status=Message(stage),
    )
    text = Message("{text}, opening not known", text=ahead_en)
    if year:
        text = Message("{text}, opening {year}", text=ahead_en, year=year)
    zh = f"由{first['name']}({first['from_zh']}–{first['to_zh']},{STAGE[stage].zh})接续"
    zh += f",{year}年通车" if year else ",通车时间不详"
    return _reason("continues", text, zh, continuation=";".join(ahead), expected=year)


def _year(row: Series[Any]) -> int | None:
    if row["opened"]:
        return last_day(row["opened"]).year
    return int(row["expected"]) if notna(row["expected"]) else None


def _leads_on(ground: Ground, ahead: str, place: str, section: str) -> bool:
    """Tell whether a section leads away from an open one rather than along it."""
    frame = ground.sections
    if section in frame["shares"][ahead].split(";"):
        return False
    line = frame.geometry[ahead]
    at = line.project(ground.points[place])
    reach = [x for m in AHEAD_M for x in (max(at - m, 0.0), min(at + m, line.length))]
    tips = [line.interpolate(x) for x in reach if abs(x - at) > BESIDE_M]
    beside = frame.geometry[section]
    return any(beside.distance(tip) > BESIDE_M for tip in tips)


def _study_border(ground: Ground, place: str, _section: str) -> dict[str, Any]:
    here = ground.points[place]
    around = ground.around
    name_en, name = "the neighbour", "邻省"
    if around is not None:
        nearest = around.iloc[int(around.distance(here).to_numpy().argmin())]
        name_en, name = nearest["name_en"], nearest["name"]
    if ground.area is not None:
        km = ground.area.boundary.distance(here) / 1000
        if km <= AT_BORDER_KM:
            text = Message(
                "{km:.1f} km from the outer border: what lies beyond, in {region}, is not in "
                "the catalogue",
                km=km,
                region=name_en,
            )
            return _reason("study-border", text, f"距省外界{km:.1f}公里,{name}境内不在目录中")
        if not ground.area.intersects(here):
            text = Message(
                "lies outside the regions, in {region}: not followed further", region=name_en
            )
            return _reason("study-border", text, f"位于研究区外({name}),不再延伸")
    return _at_frame(ground, place)


def _at_frame(ground: Ground, place: str) -> dict[str, Any]:
    west, south, east, north = ground.layers.catalogue.region.frame
    lon, lat = ground.layers.catalogue.place[place].lon, ground.layers.catalogue.place[place].lat
    edges = [(west, lat), (east, lat), (lon, south), (lon, north)]
    km = float(geodesic_km([lon, lat], edges).min())
    if km > AT_BORDER_KM:
        return {}
    text = Message("{km:.1f} km from the edge of the frame", km=km)
    return _reason("study-border", text, f"距研究范围边缘{km:.1f}公里")


def _gap(ground: Ground, place: str, section: str) -> dict[str, Any]:
    frame = ground.sections
    row = frame.loc[section]
    near = nearby(ground, place, row["route_id"], only_open=True)
    if near is None:
        return {}
    key, metres = near
    other = frame.loc[key]
    text = Message(
        "{route} passes {metres:.0f} m away without a shared place: likely a missing junction",
        route=other["route_en"],
        metres=metres,
    )
    zh = f"{other['route_zh']}在{metres:.0f}米外经过而无共用节点,可能缺少连接"
    known = {"other_route": other["route_id"], "distance_m": round(metres, 1)}
    return _reason("gap", text, zh, **known)


def nearby(
    ground: Ground, place: str, route: str, *, only_open: bool = False
) -> tuple[str, float] | None:
    """Return the nearest section of another route that has no place in common near a place."""
    limit, own = GAP_M + ground.accuracy(place), ground.routes_at[place]
    mode = ground.layers.catalogue.route[route].mode
    for metres, i in ground.others(place, mode, limit, only_open=only_open):
        other = ground.rows[i]
        if not any(ground.near_shared(place, known, other.route, 2 * limit) for known in own):
            return other.section, metres
    return None


def _nearest(ground: Ground, place: str, section: str) -> dict[str, Any]:
    """Return the nearest open line of another route, for an end without a reason."""
    mode, reach = ground.sections["mode"][section], GAP_M
    while not (near := ground.others(place, mode, reach, only_open=True)) and reach < FARTHEST_M:
        reach *= 2
    if not near:
        return {}
    far, i = near[0]
    other = ground.sections.iloc[i]
    return {
        "reason_en": Message(
            "nothing in the catalogue tells why it ends here; the nearest other line, {route}, "
            "is {km:.1f} km away",
            route=other["route_en"],
            km=far / 1000,
        ),
        "reason_zh": f"目录未说明为何止于此;最近的他线{other['route_zh']}在{far / 1000:.1f}公里外",
        "other_route": other["route_id"],
        "distance_m": round(far, 1),
    }


def _terminus(ground: Ground, place: str, _section: str) -> dict[str, Any]:
    here, catalogue = ground.points[place], ground.layers.catalogue
    if len(ground.cities):
        km = shapely.distance(ground.cities, here) / 1000
        if km.min() <= CITY_KM:
            city = catalogue.cities[int(km.argmin())]
            text = Message(
                "{km:.0f} km from the centre of {city}; the catalogue has nothing beyond",
                km=km.min(),
                city=city.name_en,
            )
            zh = f"距{city.name}中心{km.min():.0f}公里,目录中无后续线路"
            return _reason("terminus", text, zh)
    county, point = _county(ground, place), catalogue.place[place]
    if county and _named_after(point, county):
        why = Message("in {county}, whose name it has", county=county), f"位于同名的{county}"
    elif county.endswith(URBAN) and point.kind in STOPS:
        kind = Message(point.kind)
        why = Message("a {kind} in {county}", kind=kind, county=county), f"位于{county}"
    else:
        return {}
    text = Message("{why}; the catalogue has nothing beyond", why=why[0])
    return _reason("terminus", text, f"{why[1]},目录中无后续线路")


def _named_after(place: Place, county: str) -> bool:
    """Tell whether a place has the name of a county, perhaps with a direction at its end."""
    name = base_name(place.name)
    known = {county, county[:-1]} if len(county) > 2 else {county}
    return name in known or name.rstrip("东南西北") in known


def base_name(name: str) -> str:
    """Return a name without what stands in brackets."""
    return name.replace("（", "(").partition("(")[0]


def _county(ground: Ground, place: str) -> str:
    catalogue = ground.layers.catalogue
    if not catalogue.region.base.counties:
        return ""
    counties, point = read_base(catalogue, "counties"), catalogue.place[place]
    index = county_index(counties, np.array([shapely.Point(point.lon, point.lat)]))[0]
    return str(counties["name"].iloc[index]) if index >= 0 else ""


#: Crossings this near to a shared place are its ramps; crossings this near are one.
JUNCTION_M = 1500.0
#: A road that ends this near a ring ends at it.
RING_M = 2000.0
#: Places of transfer this near, or of one name within the larger distance, may be one place.
SAME_PLACE_M, SAME_NAME_M = 400.0, 3000.0
_END_COLUMNS = ["place_id", "name", "name_en", "mode", "route_id", "section_id", "class",
                "reason_en", "reason_zh", "lon", "lat", "continuation", "expected", "other_route",
                "distance_m"]  # fmt: skip


def _point_frame(rows: list[dict[str, Any]], columns: list[str]) -> gpd.GeoDataFrame:
    """Return rows as a table of points at their `lon` and `lat`."""
    geometry = gpd.points_from_xy([r["lon"] for r in rows], [r["lat"] for r in rows])
    return gpd.GeoDataFrame(rows, columns=columns, geometry=geometry, crs=CRS)


def dead_ends(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return the ends of the open network of every mode (断头路), with the reason why they end.

    Only one open link of its mode reaches such a place. Its `class` is the first that fits:
    continues (a section that is not open meets the place and leads on), study-border (outside
    the regions, or within 5 km of their outer border or of the frame), gap (an open line
    passes within 1.5 km beyond the accuracy of the place and shares no place near it: likely
    a missing junction), terminus (within 15 km of the centre of a city, in a county of the
    same name, or a station or port in a city or district: the catalogue ends there, not that
    no line goes on), unknown.
    """
    ground = Ground(layers, date)
    net = build_network(layers, year=date)
    rows = []
    for mode in net.modes:
        edges = net.edges[net.edges["mode"] == mode]
        degree = Counter([*edges["u"], *edges["v"]])
        for u, v, section in zip(edges["u"], edges["v"], edges["section_id"], strict=True):
            rows += [_dead_end(ground, p, section) for p in (u, v) if degree[p] == 1]
    frame = _point_frame(rows, _END_COLUMNS)
    reasons = [row["reason_en"] for row in rows]
    frame["reason_en"] = Series(reasons, dtype=object)  # keeps messages
    return frame.astype({"expected": "Int64", "distance_m": float}).sort_values(
        ["mode", "class", "route_id", "place_id"], ignore_index=True
    )


def crossings_without_junction(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return where lines of one mode cross without a place in common, open ones and planned ones.

    Normal where one passes over the other, of interest where a junction should be. Pairs on
    one track are left out, and so are crossings within 1.5 km of a place both routes have;
    crossings of a pair within 1.5 km of each other are one, `times` says how many.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day asked for; it tells which of several sections on a track counts.

    Returns
    -------
    points
        `route_id`, `other_route`, `section_id`, `other_section`, `mode`, `times`, `lon`, `lat`.

    Examples
    --------
    >>> found = crossings_without_junction(lay, cat.region.as_of)
    >>> bool((found["route_id"] != found["other_route"]).all())
    True
    """
    crs = metric_crs(layers.catalogue.region.frame)
    frame = each_track_once(sections_on(layers, date)).sort_values("route_id", kind="stable")
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


def _distance(one: Any, two: Any) -> NDArray[np.float64]:
    """Return distances; infinite where one is empty (a ring has no ends)."""
    metres = np.asarray(shapely.distance(one, two), float)
    return np.where(np.isnan(metres), np.inf, metres)


def _at_junction(
    layers: Layers,
    crs: str,
    frame: gpd.GeoDataFrame,
    pairs: NDArray[np.intp],
    where: NDArray[np.object_],
) -> NDArray[np.bool_]:
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


def near_misses(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return ends of routes that come near another route of the mode without a place in common.

    Routes of every stage count, for a plan can miss its junction too. An end is left out where the
    other route shares a place, within twice the tolerance, with any route that stops at this end.
    The tolerance is 1.5 km beyond the accuracy of the place; `stage` is the less advanced of both.
    """
    ground, rows = Ground(layers, date), []
    for route_id, track in layers.tracks.items():
        first, last = track.places[0], track.places[-1]
        spans = layers.catalogue.sections_of[route_id]
        for place, own in ((first, spans[0]), (last, spans[-1])) if first != last else ():
            near = nearby(ground, place, route_id)
            if near is None:
                continue
            point, other = layers.catalogue.place[place], ground.sections.loc[near[0]]
            stages = ground.sections["stage"][own.section_id], other["stage"]
            rows.append({
                "place_id": place, "name": point.name, "name_en": point.name_en,
                "mode": other["mode"], "route_id": route_id, "other_route": other["route_id"],
                "other_section": near[0], "distance_m": round(near[1], 1),
                "shared": len(ground.routes_at[place]) > 1,
                "stage": max(stages, key=STAGES.index), "lon": point.lon, "lat": point.lat,
            })  # fmt: skip
    return _point_frame(rows, ["place_id", "name", "name_en", "mode", "route_id", "other_route",
        "other_section", "distance_m", "shared", "stage", "lon", "lat"])  # fmt: skip


def same_places(layers: Layers) -> gpd.GeoDataFrame:
    """
    Return pairs of places on different routes of a mode that may be one place.

    Both are places of transfer within 400 m of each other, or have one name (before any bracket)
    and lie within 3 km; no route has both.
    """
    frame = layers.places[layers.places["routes"] != ""]
    points = frame.to_crs(metric_crs(layers.catalogue.region.frame)).geometry.to_numpy()
    i, j = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_NAME_M)
    i, j = i[i < j], j[i < j]
    metres = shapely.distance(points[i], points[j])
    routes = [set(text.split(";")) for text in frame["routes"]]
    modes = [{layers.catalogue.route[r].mode for r in own} for own in routes]
    names = [base_name(name) for name in frame["name"]]
    moving = frame["kind"].isin(TRANSFER_KINDS).to_numpy()
    rows = []
    for a, b, far in zip(i, j, metres, strict=True):
        same = names[a] == names[b]
        close = far <= SAME_PLACE_M and moving[a] and moving[b]
        if not (same or close) or routes[a] & routes[b] or not modes[a] & modes[b]:
            continue
        rows.append({
            "place_id": frame.index[a], "other_place": frame.index[b],
            "name": frame["name"].iloc[a], "other_zh": frame["name"].iloc[b],
            "mode": min(modes[a] & modes[b]), "distance_m": round(float(far), 1),
            "same_name": same, "lon": frame["lon"].iloc[a], "lat": frame["lat"].iloc[a],
        })  # fmt: skip
    return _point_frame(rows, ["place_id", "other_place", "name", "other_zh", "mode",
        "distance_m", "same_name", "lon", "lat"])  # fmt: skip


def topology_findings(layers: Layers, date: dt.date) -> list[Finding]:
    """
    Return what a reader should know of how the lines meet.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day asked for.

    Returns
    -------
    findings
        Warnings first, with the codes dead-end, gap, crosses-without-junction (one per pair of
        routes, at their first crossing), near-miss, same-place, slower-track and ends-at-ring.
    """
    ends = dead_ends(layers, date)
    known = dict(zip(ends["place_id"], ends["class"], strict=True))
    found = [
        *_end_findings(layers, ends),
        *_crossing_findings(layers, crossings_without_junction(layers, date)),
        *_miss_findings(layers, near_misses(layers, date), known),
        *_twin_findings(layers, same_places(layers)),
        *_slower_tracks(layers),
        *_ring_findings(layers),
    ]
    order = {"warning": 0, "info": 1}
    return sorted(found, key=lambda f: (order[f.severity], f.code, f.file, f.row, f.message))


def _about_place(
    layers: Layers, severity: str, code: str, text: Message, row: dict[str, Any], route: str
) -> Finding:
    """Return a finding about the place of a row."""
    at = row["lon"], row["lat"]
    place = row["place_id"]
    return Finding.about(layers, severity, code, text, "places", place, route_id=route, at=at)


def _end_findings(layers: Layers, ends: gpd.GeoDataFrame) -> Iterator[Finding]:
    for row in ends.to_dict("records"):
        kind = row["class"]
        text = Message(
            "{route} ends at {place} ({id}), {kind}: {reason}",
            route=layers.catalogue.route[row["route_id"]].name,
            place=row["name"],
            id=row["place_id"],
            kind=Message(kind),
            reason=row["reason_en"],
        )
        severity = "warning" if kind in {"gap", "unknown"} else "info"
        code = "gap" if kind == "gap" else "dead-end"
        yield _about_place(layers, severity, code, text, row, row["route_id"])


def _crossing_findings(layers: Layers, crossings: gpd.GeoDataFrame) -> Iterator[Finding]:
    for (one, other), rows in crossings.groupby(["route_id", "other_route"], sort=True):
        text = Message(
            "{name} and {other} cross at {count} places without a shared place near",
            name=layers.catalogue.route[one].name,
            other=layers.catalogue.route[other].name,
            count=len(rows),
        )
        at = rows["lon"].iloc[0], rows["lat"].iloc[0]
        yield Finding.about(layers, "info", "crosses-without-junction", text, "routes", one, at=at)


def _miss_findings(
    layers: Layers, misses: gpd.GeoDataFrame, known: dict[str, str]
) -> Iterator[Finding]:
    for row in misses.to_dict("records"):
        why = known.get(row["place_id"], "")
        if why == "gap":
            continue
        text = Message(
            "{route} ends at {place} ({id}), {metres:.0f} m from {other}, without a shared place "
            "near",
            route=layers.catalogue.route[row["route_id"]].name,
            place=row["name"],
            id=row["place_id"],
            metres=row["distance_m"],
            other=layers.catalogue.route[row["other_route"]].name,
        )
        normal = row["shared"] or row["stage"] != "open" or why == "study-border"
        severity = "info" if normal else "warning"
        yield _about_place(layers, severity, "near-miss", text, row, row["route_id"])


def _twin_findings(layers: Layers, pairs: gpd.GeoDataFrame) -> Iterator[Finding]:
    for row in pairs.to_dict("records"):
        text = Message(
            "{name} ({id}) and {other_name} ({other_id}) are {metres:.0f} m apart on different "
            "routes: one place?",
            name=row["name"],
            id=row["place_id"],
            other_name=row["other_zh"],
            other_id=row["other_place"],
            metres=row["distance_m"],
        )
        route = layers.places["routes"][row["place_id"]].partition(";")[0]
        severity = "warning" if row["same_name"] else "info"
        yield _about_place(layers, severity, "same-place", text, row, route)


def _line_speed(section: Any) -> float:
    known = section["operating_speed_kmh"], section["design_speed_kmh"]
    return next((float(speed) for speed in known if notna(speed)), math.nan)


def _slower_tracks(layers: Layers) -> Iterator[Finding]:
    """Tracks and carriageways whose owner has a slower record than a section that runs on it."""
    frame = layers.sections
    rows = frame[(frame["shares"] != "") & (frame["group"] != "expansion")]
    for key, row in rows.iterrows():
        for owner in filter(None, row["shares"].split(";")):
            other = frame.loc[owner]
            if _line_speed(row) > _line_speed(other):
                text = Message(
                    "{name} ({id}) runs on {other} ({other_id}), whose record is slower: of one "
                    "track the owner's record counts",
                    name=row["name"],
                    id=key,
                    other=other["name"],
                    other_id=owner,
                )
                yield Finding.about(layers, "info", "slower-track", text, "sections", str(key))


def _ring_findings(layers: Layers) -> Iterator[Finding]:
    """Roads that come from outside a ring and end in it, or beside it, without a shared place."""
    crs = metric_crs(layers.catalogue.region.frame)
    routes, ends = layers.routes.to_crs(crs), layers.places.geometry.to_crs(crs).to_dict()
    roads = {key: track for key, track in layers.tracks.items() if routes["mode"][key] == "road"}
    closed = {key for key, track in roads.items() if track.places[0] == track.places[-1]}
    open_ended = [key for key in roads if key not in closed]
    ends_of = [(roads[key].places[0], roads[key].places[-1]) for key in open_ended]
    points = np.array([[ends[a], ends[b]] for a, b in ends_of], object).reshape(-1, 2)
    for ring in sorted(closed):
        area = shapely.Polygon(shapely.get_coordinates(routes.geometry[ring])).buffer(RING_M)
        shapely.prepare(area)
        on_ring = set(filter(None, roads[ring].places))
        inside = shapely.contains(area, points)
        for k in np.flatnonzero(inside.sum(axis=1) == 1):
            route, place = open_ended[k], ends_of[k][int(inside[k, 1])]
            if on_ring & set(roads[route].places):
                continue
            text = Message(
                "{route} ends at {place} ({id}) in {ring} or beside it, without a shared place",
                route=layers.catalogue.route[route].name,
                place=layers.catalogue.place[place].name,
                id=place,
                ring=layers.catalogue.route[ring].name,
            )
            at = {
                "place_id": place,
                "lon": layers.places["lon"][place],
                "lat": layers.places["lat"][place],
            }
            yield _about_place(layers, "warning", "ends-at-ring", text, at, route)
