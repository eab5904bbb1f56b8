"""A line that a plan draws from stop to stop becomes rows of the tables."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.catalogue import TRANSFER_KINDS, Catalogue
from geo.geometry import along_km, geodesic_km
from geo.layers import coarse_borders

# The scripts of the plan page do the same with the same numbers (plan-drawn.js): whatever changes
# here changes there, and a test holds both together.

Floats = NDArray[np.float64]
Rows = dict[str, list[dict[str, Any]]]
#: Coordinates are whole numbers of so many parts of a degree: a tenth of a metre.
PARTS = 1e6
#: Points of a straight line are at most this far apart, in km.
LONGEST_KM = 5.0
#: A stay in a province of fewer degrees along the line is none.
STAY_DEGREES = 0.005
#: Where a line crosses a border this near to one of its stops, in degrees, it is cut there.
AT_STOP_DEGREES = 0.004
#: Shape points this near to a border, in degrees, give way to it.
BESIDE_DEGREES = 0.0003
#: How far a drawn line may be off, in metres.
ACCURACY_M = 2000
#: What a stop is that joins nothing.
KIND_OF_MODE = {"road": "interchange", "rail": "station", "water": "port"}


class Stop(NamedTuple):
    """A stop of a drawn line: its place, what that is, and where."""

    place: str
    kind: str
    lon: float
    lat: float


class _Point(NamedTuple):
    """A point of a course in degrees, and its place; empty for a shape point."""

    lon: float
    lat: float
    place: str
    at: float = 0.0


def rounded(degrees: float) -> float:
    """Round a coordinate as scripts do it too: halves go up."""
    return math.floor(degrees * PARTS + 0.5) / PARTS


def drawn_rows(
    catalogue: Catalogue,
    facts: Mapping[str, Any],
    stops: list[Stop],
    via: list[list[tuple[float, float]]],
    source: str,
) -> Rows:
    """
    Return the rows of a drawn line by table, but for the places of its stops.

    `facts` are `id`, `name`, `name_en`, `mode`, `class`, `year`, `design_speed_kmh` and
    `trains_per_day`; `via` are the shape points between each two stops.
    """
    course = _course(stops, via)
    cuts = {stop.place for stop in stops if stop.kind not in TRANSFER_KINDS}
    cuts |= {stops[0].place, stops[-1].place}
    course, borders = _with_borders(catalogue, facts, course, cuts)
    key, name, name_en = facts["id"], facts["name"], facts["name_en"]
    own = {"source": source, "confidence": "low"}
    shape = {"accuracy_m": ACCURACY_M, "source": source}
    rows: Rows = {
        "routes": [
            {"route_id": key, "mode": facts["mode"], "class": facts["class"], "name": name,
             "group": "background", "name_en": name_en, "source": source}
        ],
        "places": [row | own | {"accuracy_m": ACCURACY_M} for row in borders],
        "alignments": [
            {"route_id": key, "seq": seq, "place_id": point.place}
            if point.place
            else {"route_id": key, "seq": seq, "lon": point.lon, "lat": point.lat} | shape
            for seq, point in enumerate(course, 1)
        ],
        "sections": [],
        "train_services": [],
    }  # fmt: skip
    ends = [point.place for point in course if point.place in cuts]
    for seq, (a, b) in enumerate(itertools.pairwise(ends), 1):
        rows["sections"].append(
            {"section_id": f"{key}-{seq}", "route_id": key, "seq": seq, "name": name,
             "from_place": a, "to_place": b, "status": "planned", "expected": facts["year"],
             "design_speed_kmh": facts["design_speed_kmh"], **own}
        )  # fmt: skip
    sections = [row["section_id"] for row in rows["sections"]]
    if facts["trains_per_day"] is not None:
        kind = "conventional" if facts["class"] == "conventional" else "emu"
        rows["train_services"] = [
            {
                "section_id": section,
                "class": kind,
                "trains_per_day": facts["trains_per_day"],
                **own,
            }
            for section in sections
        ]
    rows["projects"] = [
        {"project_id": key, "name": name, "name_en": name_en, "sections": ";".join(sections),
         "year": facts["year"], "change": "add"}
    ]  # fmt: skip
    return rows


def _course(stops: list[Stop], via: list[list[tuple[float, float]]]) -> list[_Point]:
    """Return the points of a line, none farther apart than 5 km and none twice in a row."""
    course = [_Point(stops[0].lon, stops[0].lat, stops[0].place)]
    for leg, (start, end) in enumerate(itertools.pairwise(stops)):
        corners = [(start.lon, start.lat), *via[leg], (end.lon, end.lat)]
        points = list[tuple[float, float]]()
        for (x, y), (to_x, to_y) in itertools.pairwise(corners):
            km = float(geodesic_km([x, y], [to_x, to_y]))
            count = max(1, math.ceil(km / LONGEST_KM))
            points += [
                (rounded(x + (to_x - x) * i / count), rounded(y + (to_y - y) * i / count))
                for i in range(1, count)
            ]
            points.append((to_x, to_y))
        for point in points[:-1]:
            if point not in (course[-1][:2], corners[-1]):
                course.append(_Point(*point, ""))
        course.append(_Point(end.lon, end.lat, end.place))
    xy = np.array([point[:2] for point in course])
    at = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))
    return [point._replace(at=float(along)) for point, along in zip(course, at, strict=True)]


def _with_borders(
    catalogue: Catalogue, facts: Mapping[str, Any], course: list[_Point], cuts: set[str]
) -> tuple[list[_Point], list[dict[str, Any]]]:
    """Cut a course where it passes from a province into another; add the places to the cuts."""
    stops = [point for point in course if point.place]
    regions = {region.adcode: region for region in catalogue.region.regions}
    made, rows = list(course), list[dict[str, Any]]()
    for at, lon, lat, codes in border_cuts(
        np.array([point[:2] for point in course]), coarse_borders(catalogue)
    ):
        near = min(stops, key=lambda stop: abs(stop.at - at))
        if abs(near.at - at) <= AT_STOP_DEGREES:
            cuts.add(near.place)
            continue
        place = f"{facts['id']}-border-{len(rows) + 1}"
        sides = [regions[code] for code in codes if code in regions]
        zh, en = ("–".join(getattr(side, key) for side in sides) for key in ("name", "name_en"))
        chinese = catalogue.region.languages[0].startswith("zh")
        name = f"{facts['name']}({zh}界)" if chinese else f"{facts['name']} ({zh})"
        rows.append({"place_id": place, "name": name[:200], "lon": lon, "lat": lat,
                     "name_en": f"{facts['name_en']} ({en} border)"[:200],
                     "kind": "border"})  # fmt: skip
        made = [p for p in made if p.place or abs(p.at - at) > BESIDE_DEGREES]
        made.append(_Point(lon, lat, place, at))
        cuts.add(place)
    return sorted(made, key=lambda point: point.at), rows


def border_cuts(
    course: Floats, borders: Mapping[str, Collection[Floats]]
) -> list[tuple[float, float, float, tuple[str, str]]]:
    """
    Return where a line of points in degrees passes from an area into another, or out of all.

    Areas are closed rings by code. In order: how far along the line in degrees, longitude and
    latitude, and the codes before and behind, empty outside of all. Shorter stays are none.
    """
    rings = [(code, ring) for code, listed in borders.items() for ring in listed]
    if not rings:
        return []
    start = np.concatenate([ring[:-1] for _, ring in rings])
    way = np.concatenate([np.diff(ring, axis=0) for _, ring in rings])
    steps = np.diff(course, axis=0)
    lengths = np.hypot(*steps.T)
    along = np.append(0.0, np.cumsum(lengths))
    found = [0.0, float(along[-1])]
    for k, (step, length) in enumerate(zip(steps, lengths, strict=True)):
        apart, cross = start - course[k], step[0] * way[:, 1] - step[1] * way[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (apart[:, 0] * way[:, 1] - apart[:, 1] * way[:, 0]) / cross
            u = (apart[:, 0] * step[1] - apart[:, 1] * step[0]) / cross
        met = (cross != 0) & (t >= 0) & (t <= 1) & (u >= 0) & (u <= 1)
        found += (along[k] + t[met] * length).tolist()
    stays = [(a, b) for a, b in itertools.pairwise(sorted(found)) if b - a > STAY_DEGREES]
    areas = [_area_of(_point_at(course, along, (a + b) / 2), rings) for a, b in stays]
    cuts = list[tuple[float, float, float, tuple[str, str]]]()
    for (one, before), (other, behind) in itertools.pairwise(zip(stays, areas, strict=True)):
        if before != behind:
            at = (one[1] + other[0]) / 2
            lon, lat = map(rounded, _point_at(course, along, at))
            cuts.append((at, lon, lat, (before, behind)))
    return cuts


def _point_at(course: Floats, along: Floats, at: float) -> tuple[float, float]:
    """Return the point so far along a line."""
    k = min(int(np.searchsorted(along, at, side="right")) - 1, len(course) - 2)
    share = (at - along[k]) / (along[k + 1] - along[k])
    lon, lat = course[k] + (course[k + 1] - course[k]) * share
    return float(lon), float(lat)


def _area_of(point: tuple[float, float], rings: list[tuple[str, Floats]]) -> str:
    """Return the first area that a point is in: its rings lie around it an odd number of times."""
    x, y = point
    inside: dict[str, bool] = {}
    for code, ring in rings:
        (ax, ay), (bx, by) = ring[:-1].T, ring[1:].T
        over = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = x < (bx - ax) * (y - ay) / (by - ay) + ax
        odd = bool(np.count_nonzero(over & left) % 2)
        inside[code] = inside.get(code, False) != odd
    return next((code for code, is_in in inside.items() if is_in), "")


def leg_lengths(stops: list[Stop]) -> list[float]:
    """Return the straight kilometres between neighbouring stops."""
    spots = np.array([(stop.lon, stop.lat) for stop in stops])
    return [float(km) for km in np.diff(along_km(spots))]
