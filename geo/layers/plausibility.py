"""Findings about the data: lengths that differ, borders missed, dates unknown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from geo.core import Message
from geo.geometry import geodesic_km
from geo.layers.boundaries import county_index, read_base, section_regions
from geo.layers.layers import Layers

#: Geometric and published length may differ by this share before it is a finding.
LENGTH_TOLERANCE = 0.08
#: Beyond this factor one of the two lengths is wrong.
ABSURD = 2.0
#: Neighbouring points of a route further apart than this are a gap or a misplaced point.
JUMP_KM = 60.0
#: A border place may lie this far from the border line; borders are known to about 1 km.
BORDER_TOLERANCE_KM = 2.5
#: A section must lie in one region but for this share (a wiggly border).
REGION_SHARE = 0.8
#: A shorter part beyond a border is none: borders are known to about this.
STRAY_KM = 1.0
#: Points further apart than this cut corners.
SPARSE_KM = 5.0


class Finding(NamedTuple):
    """Something to know about the data: an error, warning or info, with where it is."""

    severity: str
    code: str
    message: str
    file: str
    row: int
    route_id: str
    lon: float
    lat: float

    @classmethod
    def about(
        cls,
        layers: Layers,
        severity: str,
        code: str,
        message: str,
        table: str,
        key: str,
        *,
        route_id: str = "",
        at: tuple[float, float] | None = None,
    ) -> Finding:
        """Return a finding about a row of a table, by default in the middle of its line."""
        frame = layers.sections if table == "sections" else layers.routes
        if at is None:
            middle = frame.geometry[key].interpolate(0.5, normalized=True)
            at = round(middle.x, 5), round(middle.y, 5)
        if table == "sections":
            route_id = frame["route_id"][key]
        elif table == "routes":
            route_id = key
        line = layers.catalogue.lines[table][key]
        return cls(severity, code, message, f"tables/{table}.csv", line, route_id, *at)


def layer_findings(layers: Layers) -> list[Finding]:
    """
    Return what a reader of the data should know.

    Parameters
    ----------
    layers
        The layers of the catalogue.

    Returns
    -------
    findings
        Errors first, then warnings and remarks.
    """
    found = [*_lengths(layers), *_route_lengths(layers), *_dates(layers), *_jumps(layers)]
    if layers.catalogue.region.base.counties:
        found += [*_straddling(layers), *_off_border(layers), *_misplaced_cities(layers)]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda f: (order[f.severity], f.code, f.file, f.row))


def _off_length(frame: gpd.GeoDataFrame) -> Iterator[tuple[str, Any]]:
    """Yield the rows whose drawn and published lengths differ."""
    off = frame[(frame["length_ratio"] - 1).abs() > LENGTH_TOLERANCE]
    return zip(map(str, off.index), off.to_dict("records"), strict=True)


def _length_message(key: str, row: Any, reason: str) -> Message:
    return Message(
        "{name} ({id}): drawn {drawn:.1f} km, published {published:.1f} km "
        "({difference:+.1%}): {reason}",
        name=row["name_zh"],
        id=key,
        drawn=row["geometry_km"],
        published=row["length_km"],
        difference=row["length_ratio"] - 1,
        reason=reason,
    )


def _lengths(layers: Layers) -> Iterator[Finding]:
    for key, row in _off_length(layers.sections):
        text = _length_message(key, row, _why(layers, key))
        severity = "warning" if 1 / ABSURD <= row["length_ratio"] <= ABSURD else "error"
        yield Finding.about(layers, severity, "length-differs", text, "sections", key)


def _why(layers: Layers, section: str) -> str:
    """Return why a drawn and a published length differ, as far as the data tell."""
    row = layers.sections.loc[section]
    track, (i, j) = layers.tracks[row["route_id"]], layers.span[section]
    reasons = []
    if row["accuracy_class"] != "surveyed":
        reasons.append(
            Message("a sketch, points accurate to {metres:.0f} m", metres=row["accuracy_m"])
        )
    gap = float(np.diff(track.km[track.knots[i : j + 1]]).max())
    if row["length_ratio"] < 1 and gap > SPARSE_KM:
        reasons.append(Message("corners cut, points up to {km:.0f} km apart", km=gap))
    if row["notes"]:
        reasons.append(row["notes"])
    if not reasons:
        return Message("another definition of the ends")
    return reduce(lambda one, more: Message("{one}; {more}", one=one, more=more), reasons)


def _route_lengths(layers: Layers) -> Iterator[Finding]:
    for key, row in _off_length(layers.routes):
        why = Message("other ends, or corners cut")
        if row["geometry_km"] < 0.75 * row["length_km"]:
            why = Message("only a part of the route lies in the catalogue")
        text = _length_message(key, row, row["notes"] or why)
        yield Finding.about(layers, "info", "route-length-differs", text, "routes", key)


def _dates(layers: Layers) -> Iterator[Finding]:
    frame = layers.sections
    unknown = (frame["status"] == "open") & (frame["opened"] == "")
    late = (frame["status"] != "open") & frame["expected"].isna()
    always = Message("open, but its opening is not known: open on every day")
    never = Message("no expected year: never open in the future")
    kinds = ((unknown, "opening-unknown", always), (late, "expected-unknown", never))
    for mask, code, text in kinds:
        for key, name in frame.loc[mask, "name_zh"].items():
            said = Message("{name} ({id}): {text}", name=name, id=key, text=text)
            yield Finding.about(layers, "info", code, said, "sections", str(key))


def _jumps(layers: Layers) -> Iterator[Finding]:
    """Neighbouring points of a route that lie too far apart."""
    for route, track in layers.tracks.items():
        legs = np.diff(track.km[track.knots])
        for k in np.flatnonzero(legs > JUMP_KM):
            lon, lat = map(float, track.line[track.knots[k]])
            text = Message(
                "{name} ({id}): {km:.0f} km between two neighbouring points",
                name=layers.catalogue.route[route].name_zh,
                id=route,
                km=legs[k],
            )
            at = round(lon, 5), round(lat, 5)
            yield Finding.about(layers, "error", "jump", text, "routes", route, at=at)


def _misplaced_cities(layers: Layers) -> Iterator[Finding]:
    """Cities that lie in another region than their row says."""
    counties = read_base(layers.catalogue, "counties")
    found = county_index(counties, layers.cities.geometry.to_numpy())
    for city, k in zip(layers.catalogue.cities, found, strict=True):
        region = layers.catalogue.region.find(city.region)
        inside = counties["province"].iloc[k] if k >= 0 else ""
        if region is not None and inside != region.adcode:
            text = Message(
                "{name} ({id}) does not lie in {region}",
                name=city.name_zh,
                id=city.city_id,
                region=region.name_zh,
            )
            key, at = city.city_id, (city.lon, city.lat)
            yield Finding.about(layers, "error", "city-misplaced", text, "cities", key, at=at)


def _straddling(layers: Layers) -> Iterator[Finding]:
    """Sections that reach across a border without a place on it."""
    for section, (code, share) in section_regions(layers).items():
        row = layers.sections.loc[section]
        if share < REGION_SHARE and (1 - share) * row["geometry_km"] > STRAY_KM:
            text = Message(
                "{name} ({id}): only {share:.0%} of it lies in {region}; expected a border place "
                "where it crosses",
                name=row["name_zh"],
                id=section,
                share=share,
                region=code or Message("no region"),
            )
            yield Finding.about(layers, "error", "crosses-border", text, "sections", section)


def _off_border(layers: Layers) -> Iterator[Finding]:
    """Places of kind border that lie too far from any border of a region."""
    places = layers.places[layers.places["kind"] == "border"]
    counties = read_base(layers.catalogue, "counties")
    border = counties.dissolve("province", method="coverage").boundary.union_all()
    shapely.prepare(border)
    for key, row in places.iterrows():
        near = shapely.get_point(shapely.shortest_line(row.geometry, border), 1)
        km = float(geodesic_km([row["lon"], row["lat"]], [near.x, near.y]))
        if km > BORDER_TOLERANCE_KM and km * 1000 > row["accuracy_m"]:
            text = Message(
                "{name} ({id}): {km:.1f} km from the nearest border",
                name=row["name_zh"],
                id=key,
                km=km,
            )
            first, at = row["routes"].split(";")[0], (row["lon"], row["lat"])
            yield Finding.about(
                layers, "warning", "off-border", text, "places", str(key), route_id=first, at=at
            )
