"""Findings about the data: lengths, dates, speeds, positions, people, sources that look wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import reduce
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pandas import notna

from geo.core import Message
from geo.geometry import distance_errors, geodesic_km
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
#: Distances in the metric projection may be wrong by this share before it is a finding.
DISTORTED = 0.01
#: No section of a class is faster, in km/h (design speeds planned or built up to 2026).
FASTEST_KMH = {"expressway": 140, "trunk": 110, "hsr": 400, "intercity": 250, "conventional": 200,
               "waterway": 60, "ferry": 100}  # fmt: skip
#: A route shorter than this may well have opened on one day.
ONE_DATE_KM = 60.0
#: A line does not turn more sharply than this at a station that lies on it: lines of old turn in
#: valleys, and their points lie far apart.
TURN_DEGREES = {"hsr": 60.0, "intercity": 60.0, "conventional": 90.0}


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
    found = [
        *_lengths(layers),
        *_route_lengths(layers),
        *_dates(layers),
        *_one_date(layers),
        *_too_fast(layers),
        *_jumps(layers),
        *_distorted(layers),
        *_stations_off_line(layers),
        *_people(layers),
        *_undated_sources(layers),
    ]
    if layers.catalogue.region.base.counties:
        found += [*_straddling(layers), *_off_border(layers), *_misplaced_cities(layers)]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda f: (order[f.severity], f.code, f.file, f.row))


def sourced_shares(layers: Layers) -> dict[str, float]:
    """
    Return how much of the open network rests on a source, not on recollection.

    Parameters
    ----------
    layers
        The layers of the catalogue.

    Returns
    -------
    shares
        Of the kilometres of open sections: `opened`, those with an opening date, and `speed`,
        those with a speed, where the row names a source other than `recalled`. Of the sections
        opened since 2005: `started`, those whose start of works is known. From 0 to 1, NaN
        where there is nothing to count.

    Examples
    --------
    >>> 0.5 < sourced_shares(lay)["opened"] <= 1
    True
    """
    frame = layers.sections[layers.sections["status"] == "open"]
    sourced = ~frame["source"].isin(["", "recalled"])
    speed = frame["design_speed_kmh"].notna() | frame["operating_speed_kmh"].notna()
    km, recent = frame["running_km"], frame[frame["opened"].str[:4] >= "2005"]
    return {
        "opened": float(km[sourced & (frame["opened"] != "")].sum() / km.sum()),
        "speed": float(km[sourced & speed].sum() / km.sum()),
        "started": float((recent["started"] != "").mean()),
    }


def _off_length(frame: gpd.GeoDataFrame) -> Iterator[tuple[str, Any]]:
    """Yield the rows whose drawn and published lengths differ."""
    off = frame[(frame["length_ratio"] - 1).abs() > LENGTH_TOLERANCE]
    return zip(map(str, off.index), off.to_dict("records"), strict=True)


def _length_message(key: str, row: Any, reason: str) -> Message:
    return Message(
        "{name} ({id}): drawn {drawn:.1f} km, published {published:.1f} km "
        "({difference:+.1%}): {reason}",
        name=row["name"],
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
        for key, name in frame.loc[mask, "name"].items():
            said = Message("{name} ({id}): {text}", name=name, id=key, text=text)
            yield Finding.about(layers, "info", code, said, "sections", str(key))


def _one_date(layers: Layers) -> Iterator[Finding]:
    """Routes of which all sections carry one date: those that opened earlier may be hidden."""
    own = layers.sections[(layers.sections["shares"] == "") & (layers.sections["opened"] != "")]
    for route, rows in own.groupby("route_id"):
        dates = set(rows["opened"])
        if len(rows) > 1 and len(dates) == 1 and rows["running_km"].sum() > ONE_DATE_KM:
            text = Message(
                "{name} ({id}): all {count} sections opened {date}; expected the date of each, "
                "for a long route rarely opens on one day",
                name=layers.catalogue.route[str(route)].name,
                id=route,
                count=len(rows),
                date=dates.pop(),
            )
            yield Finding.about(layers, "info", "one-date", text, "routes", str(route))


def _too_fast(layers: Layers) -> Iterator[Finding]:
    """Sections faster than any of their class."""
    for key, row in layers.sections.iterrows():
        limit = FASTEST_KMH.get(row["class"], np.inf)
        for column in ("design_speed_kmh", "operating_speed_kmh"):
            if notna(row[column]) and row[column] > limit:
                text = Message(
                    "{name} ({id}): {column} {speed:g}; expected at most {limit} for its class",
                    name=row["name"],
                    id=key,
                    column=column,
                    speed=row[column],
                    limit=limit,
                )
                yield Finding.about(
                    layers, "warning", "speed-above-class", text, "sections", str(key)
                )


def _stations_off_line(layers: Layers) -> Iterator[Finding]:
    """Stations to which their line makes a spike that is longer than their accuracy."""
    for route, track in layers.tracks.items():
        most = TURN_DEGREES.get(layers.catalogue.route[route].class_, np.inf)
        spots = track.line[track.knots]
        for k in range(1, len(spots) - 1):
            place = layers.catalogue.place.get(track.places[k])
            if place is None or place.kind != "station":
                continue
            off, turn = _spike(spots[k - 1 : k + 2])
            if turn > most and off * 1000 > (place.accuracy_m or 0):
                text = Message(
                    "{name} ({id}): {km:.1f} km beside {route}, which turns by {turn:.0f}° to "
                    "reach it; its accuracy is {metres:.0f} m",
                    name=place.name,
                    id=place.place_id,
                    km=off,
                    route=layers.catalogue.route[route].name,
                    turn=turn,
                    metres=place.accuracy_m or 0,
                )
                yield Finding.about(
                    layers, "warning", "station-off-line", text, "places", place.place_id,
                    route_id=route, at=(place.lon, place.lat),
                )  # fmt: skip


def _spike(spots: NDArray[np.float64]) -> tuple[float, float]:
    """Return how far the middle of three points lies from the line of the others, and its turn."""
    km_per_degree = geodesic_km(spots[1], spots[1] + np.eye(2))
    a, b, c = spots * km_per_degree
    before, after = b - a, c - b
    turn = np.degrees(np.arctan2(before[0] * after[1] - before[1] * after[0], before @ after))
    return float(shapely.Point(b).distance(shapely.LineString([a, c]))), float(abs(turn))


def _people(layers: Layers) -> Iterator[Finding]:
    """Cities whose people are not the sum of their zones."""
    sums: dict[str, int] = defaultdict(int)
    for zone in layers.catalogue.zones:
        sums[zone.city_id] += zone.population
    for city in layers.catalogue.cities:
        if city.city_id in sums and sums[city.city_id] != city.population:
            text = Message(
                "{name} ({id}): population {people}; its zones have {zones}",
                name=city.name,
                id=city.city_id,
                people=city.population,
                zones=sums[city.city_id],
            )
            yield Finding.about(
                layers,
                "warning",
                "population-sum",
                text,
                "cities",
                city.city_id,
                at=(city.lon, city.lat),
            )


def _undated_sources(layers: Layers) -> Iterator[Finding]:
    """Report sources without a date."""
    for source in layers.catalogue.sources:
        if not source.date and source.key != "recalled":
            text = Message("{title} ({id}): no date", title=source.title, id=source.key)
            yield Finding.about(
                layers,
                "info",
                "source-undated",
                text,
                "sources",
                source.key,
                at=(np.nan, np.nan),
            )


def _distorted(layers: Layers) -> Iterator[Finding]:
    """Report the place where the one projection in metres is worst, if it is bad there."""
    spots = shapely.get_coordinates(layers.places.geometry)
    errors = distance_errors(layers.catalogue.region.frame, spots)
    worst = int(errors.argmax())
    if errors[worst] > DISTORTED:
        key = str(layers.places.index[worst])
        text = Message(
            "{place}: distances in metres are wrong by {error:.1%} here, far from the middle of "
            "the frame: expected a smaller region, or several",
            place=key,
            error=errors[worst],
        )
        lon, lat = map(float, spots[worst])
        yield Finding.about(layers, "warning", "distorted", text, "places", key, at=(lon, lat))


def _jumps(layers: Layers) -> Iterator[Finding]:
    """Neighbouring points of a route that lie too far apart."""
    for route, track in layers.tracks.items():
        legs = np.diff(track.km[track.knots])
        for k in np.flatnonzero(legs > JUMP_KM):
            lon, lat = map(float, track.line[track.knots[k]])
            text = Message(
                "{name} ({id}): {km:.0f} km between two neighbouring points",
                name=layers.catalogue.route[route].name,
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
                name=city.name,
                id=city.city_id,
                region=region.name,
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
                name=row["name"],
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
                name=row["name"],
                id=key,
                km=km,
            )
            first, at = row["routes"].split(";")[0], (row["lon"], row["lat"])
            yield Finding.about(
                layers, "warning", "off-border", text, "places", str(key), route_id=first, at=at
            )
