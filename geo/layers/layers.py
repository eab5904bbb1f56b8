"""Catalogue to GeoDataFrames: places, sections and routes with lengths and accuracy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.catalogue import AlignmentPoint, Catalogue, City, Section, Zone
from geo.core import checksum, remembered
from geo.geometry import along_km, smooth

CRS = "EPSG:4326"
#: Upper limits in metres of the accuracy classes; what lies above is a sketch.
ACCURACY_CLASSES = (("surveyed", 250.0), ("approximate", 1000.0), ("sketch", np.inf))


@dataclass(frozen=True)
class Track:
    """The drawn line of a route (m points) through the points of its alignment (n)."""

    line: NDArray[np.float64]  # degrees, shape (m, 2)
    knots: NDArray[np.intp]  # where the points of the alignment stand in `line`, shape (n,)
    km: NDArray[np.float64]  # geodesic distance from the start, shape (m,)
    places: list[str]  # of the points of the alignment, empty for shape points
    accuracy_m: NDArray[np.float64]  # of the points of the alignment, shape (n,)
    chainage_km: NDArray[np.float64]  # official kilometres, NaN where unknown, shape (n,)

    @cached_property
    def checksum(self) -> str:
        """One checksum of all of it; a line is never changed once it is drawn."""
        return checksum(self)

    def official_km(self, i: int, j: int) -> float:
        """Return the official length between two points, NaN where it is not known that far."""
        known = ~np.isnan(self.chainage_km)
        at = self.km[self.knots]
        if not known.any() or at[i] < at[known][0] - 1e-9 or at[j] > at[known][-1] + 1e-9:
            return float("nan")
        start, end = np.interp(at[[i, j]], at[known], self.chainage_km[known])
        return float(end - start)


@dataclass(frozen=True, repr=False)
class Layers:
    """
    The catalogue as GeoDataFrames in WGS-84, indexed by id.

    Examples
    --------
    >>> lay = geo.build_layers(geo.load())
    >>> lay.sections.loc["chengyu-middle-hsr-1", ["status", "accuracy_class"]].tolist()
    ['construction', 'sketch']
    >>> int((lay.places["kind"] == "airport").sum()), lay.cities.loc["chengdu", "population"]
    (15, np.int64(20937757))
    """

    places: gpd.GeoDataFrame
    sections: gpd.GeoDataFrame  # with status, standard, lengths and accuracy
    routes: gpd.GeoDataFrame  # with lengths and accuracy
    cities: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame  # seats of the areas where people live
    catalogue: Catalogue
    tracks: dict[str, Track]  # by route
    span: dict[str, tuple[int, int]]  # by section its first and last point in the alignment
    closed: frozenset[str] = frozenset()  # edges between stops that are closed on every date

    def __repr__(self) -> str:
        return (
            f"<Layers {self.catalogue.region.name_en}: {len(self.places)} places, "
            f"{len(self.sections)} sections, {len(self.routes)} routes>"
        )


def build_layers(catalogue: Catalogue) -> Layers:
    """
    Draw a catalogue.

    Parameters
    ----------
    catalogue
        A validated catalogue.

    Returns
    -------
    layers
        Places, sections, routes, cities and zones. `length_km` is the published length,
        `geometry_km` the geodesic length of the drawn line, `running_km` the length to calculate
        with: the published one, else the difference of official kilometres, else the geometric
        one (`running_source` says which).

    Examples
    --------
    >>> lay = geo.build_layers(geo.load())
    >>> round(lay.routes.loc["chengyu-hsr", "length_km"])
    300
    >>> lay.sections["running_source"].unique().tolist()
    ['geometry', 'published', 'official kilometres']
    """
    if not catalogue.origin:
        return Layers(catalogue=catalogue, **_drawn_frames(catalogue))
    frames = remembered(partial(_drawn_frames, catalogue), "layers", catalogue.origin)
    return Layers(catalogue=catalogue, **frames)


def _drawn_frames(catalogue: Catalogue) -> dict[str, Any]:
    """Return what layers hold beside their catalogue."""
    tracks = {row.route_id: _track(catalogue, row.route_id) for row in catalogue.routes}
    span: dict[str, tuple[int, int]] = {}
    for route_id, sections in catalogue.sections_of.items():
        span |= _limits(sections, tracks[route_id].places)
    pieces = _sections(catalogue, tracks, span)
    return {
        "places": _places(catalogue),
        "sections": pieces,
        "routes": _routes(catalogue, tracks, pieces),
        "cities": _points("city_id", City, catalogue.cities),
        "zones": _points("zone_id", Zone, catalogue.zones),
        "tracks": tracks,
        "span": span,
    }


def as_layers(source: Catalogue | Layers) -> Layers:
    """
    Return the layers of a catalogue.

    Parameters
    ----------
    source
        A catalogue, or its layers.

    Returns
    -------
    layers
        The layers, as they are where they were given.
    """
    return source if isinstance(source, Layers) else build_layers(source)


def _position(catalogue: Catalogue, point: AlignmentPoint) -> tuple[float, float, float]:
    if point.place_id:
        place = catalogue.place[point.place_id]
        return place.lon, place.lat, place.accuracy_m or np.nan
    lon, lat = (np.nan if value is None else value for value in (point.lon, point.lat))
    return lon, lat, point.accuracy_m or np.nan


def _track(catalogue: Catalogue, route_id: str) -> Track:
    points = catalogue.points_of[route_id]
    known = [_position(catalogue, point) for point in points]
    ring = points[0].place_id != "" and points[0].place_id == points[-1].place_id
    line, knots, km = _drawn(tuple((lon, lat) for lon, lat, _ in known), closed=ring)
    return Track(
        line=line,
        knots=knots,
        km=km,
        places=[point.place_id for point in points],
        accuracy_m=np.array([accuracy for _, _, accuracy in known]),
        chainage_km=np.array([p.chainage_km for p in points], float),
    )


@lru_cache(maxsize=1024)  # a catalogue with one thing changed has nearly all lines in common
def _drawn(
    points: tuple[tuple[float, float], ...], *, closed: bool
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """Return the line through points, where these stand in it, and its kilometres; read-only."""
    line, knots = smooth(np.array(points), closed=closed)
    drawn = line, knots, along_km(line)
    for array in drawn:
        array.setflags(write=False)
    return drawn


def _limits(sections: list[Section], places: list[str]) -> dict[str, tuple[int, int]]:
    """Return the first and the last point of every section of a route."""
    limits, start = {}, 0
    for section in sections:
        end = places.index(section.to_place, start + 1)
        limits[section.section_id] = start, end
        start = end
    return limits


def _places(catalogue: Catalogue) -> gpd.GeoDataFrame:
    routes: dict[str, list[str]] = {}
    for point in catalogue.alignments:
        if point.place_id and point.route_id not in routes.setdefault(point.place_id, []):
            routes[point.place_id].append(point.route_id)
    rows = [place.model_dump() for place in catalogue.places]
    for row in rows:
        row["routes"] = ";".join(routes.get(row["place_id"], []))
    return _frame(rows, "place_id", [(p.lon, p.lat) for p in catalogue.places])


def _points(key: str, model: type[City | Zone], rows: Iterable[City | Zone]) -> gpd.GeoDataFrame:
    cells = [row.model_dump() for row in rows]
    table = pd.DataFrame(cells, columns=list(model.model_fields)).set_index(key)
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=points, crs=CRS)


def _sections(
    catalogue: Catalogue, tracks: dict[str, Track], span: dict[str, tuple[int, int]]
) -> gpd.GeoDataFrame:
    rows, lines = [], []
    for section in catalogue.sections:
        track, (i, j) = tracks[section.route_id], span[section.section_id]
        a, b = track.knots[i], track.knots[j]
        route = catalogue.route[section.route_id]
        start, end = catalogue.place[section.from_place], catalogue.place[section.to_place]
        lines.append(track.line[a : b + 1])
        geometry_km = float(track.km[b] - track.km[a])
        official = track.official_km(i, j)
        running, source = geometry_km, "geometry"
        if section.length_km is not None:
            running, source = section.length_km, "published"
        elif not np.isnan(official):
            running, source = official, "official kilometres"
        row = section.model_dump()
        row |= {
            "mode": route.mode,
            "class": route.class_,
            "group": route.group,
            "ref": route.ref,
            "route_zh": route.name,
            "route_en": route.name_en,
            "from_zh": start.name,
            "to_zh": end.name,
            "from_en": start.name_en,
            "to_en": end.name_en,
            "geometry_km": geometry_km,
            "running_km": running,
            "running_source": source,
            "length_ratio": geometry_km / section.length_km if section.length_km else np.nan,
        }
        rows.append(row | _accuracy(track.accuracy_m[i : j + 1]))
    return _frame(rows, "section_id", lines)


def _routes(
    catalogue: Catalogue, tracks: dict[str, Track], sections: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    running = sections.groupby("route_id")["running_km"].sum()
    rows = []
    for route in catalogue.routes:
        track = tracks[route.route_id]
        row = route.model_dump(by_alias=True)
        geometry_km = float(track.km[-1])
        row |= {
            "geometry_km": geometry_km,
            "running_km": float(running[route.route_id]),
            "length_ratio": geometry_km / route.length_km if route.length_km else np.nan,
        }
        rows.append(row | _accuracy(track.accuracy_m))
    return _frame(rows, "route_id", [tracks[r.route_id].line for r in catalogue.routes])


def _accuracy(metres: NDArray[np.float64]) -> dict[str, Any]:
    """Return the accuracy that nine of ten points keep, and its class; a sketch if unknown."""
    known = np.sort(metres[~np.isnan(metres)])
    if len(known) < 0.9 * len(metres):
        return {"accuracy_m": np.nan, "accuracy_class": ACCURACY_CLASSES[-1][0]}
    value = float(np.interp(0.9 * (len(known) - 1), np.arange(len(known)), known))
    name = next(name for name, limit in ACCURACY_CLASSES if value <= limit)
    return {"accuracy_m": value, "accuracy_class": name}


def _frame(rows: list[dict[str, Any]], index: str, shapes: list[Any]) -> gpd.GeoDataFrame:
    points = isinstance(shapes[0], tuple) if shapes else False
    geometry = shapely.points(shapes) if points else [shapely.LineString(s) for s in shapes]
    frame = gpd.GeoDataFrame(rows, geometry=geometry, crs=CRS).set_index(index)
    whole = frame.columns.intersection(["expected", "lanes", "tracks"])
    return frame.astype(dict.fromkeys(whole, "Int64"))
