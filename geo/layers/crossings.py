"""Where corridors cross the border between two regions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from pandas import notna

from geo.catalogue import STAGES, AdminRegion, Catalogue, last_day, parse_date
from geo.geometry import METRES_PER_DEGREE
from geo.layers.boundaries import county_index, read_base, section_regions
from geo.layers.layers import CRS, Layers, as_layers
from geo.layers.status import sections_on

#: A county is looked up this far inside the region, for borders are known to about 1 km.
INSIDE_M = 2000.0


@dataclass(frozen=True)
class Side:
    """What one region has at a crossing, on the date asked for."""

    county: str
    route_id: str
    section_id: str
    status: str
    assumed: bool  # open only because its expected year is over
    opened: str  # a partial date, empty if not open or unknown
    expected: int | None
    lanes: int | None  # at the border, as are the tracks
    tracks: int | None


def border_crossings(
    source: Catalogue | Layers,
    region_a: str | None = None,
    region_b: str | None = None,
    *,
    year: float | str | dt.date | np.datetime64 | None = None,
    mode: str | None = None,
) -> gpd.GeoDataFrame:
    """
    Return where corridors cross the border between two regions.

    Sections that share the track or carriageway of others are not counted again.

    Parameters
    ----------
    source
        A catalogue, or its layers.
    region_a, region_b
        Names of the regions; default: the first two of the catalogue.
    year, mode
        A year (its 31 December) or a date, by default today; only this mode of transport.

    Returns
    -------
    crossings
        One point per crossing with `route_id`, names, `status` for the traveller, `assumed`,
        `opened`, `expected`, `place_id` and `sides`, a dict of :class:`Side` by the Chinese
        name of the region; ordered by opening.

    Examples
    --------
    >>> found = geo.border_crossings(geo.load(), year=2020, mode="road")
    >>> int((found["status"] == "open").sum())
    12
    >>> found.iloc[0]["name_en"], found.iloc[0]["sides"]["重庆"].county
    ('Chengdu–Chongqing Expressway', '荣昌区')
    """
    layers, date = as_layers(source), parse_date(year)
    region = layers.catalogue.region
    pair = region.pair(region_a, region_b)
    sections = sections_on(layers, date)
    sections = sections[sections["shares"] == ""]
    if mode is not None:
        sections = sections[sections["mode"] == mode]
    meetings = _meetings(layers, sections, pair)
    own = {end for _, ends in meetings for end in ends}
    own_rows = sections[sections.index.isin(own)].to_dict("index")
    counties = [_counties(layers, own_rows, meetings, pair, side) for side in (0, 1)]
    rows = [
        _crossing(layers, own_rows, pair, place, ends, names)
        for (place, ends), *names in zip(meetings, *counties, strict=True)
    ]
    rows.sort(key=lambda row: (row["order"], row["route_id"], row["place_id"]))
    return gpd.GeoDataFrame(rows, columns=[*_COLUMNS, "geometry"], geometry="geometry", crs=CRS)


_COLUMNS = ["route_id", "name", "name_en", "mode", "class", "group", "ref", "status",
            "assumed", "opened", "expected", "place_id", "place_zh", "place_en",
            "sides"]  # fmt: skip


def _meetings(
    layers: Layers, sections: gpd.GeoDataFrame, pair: tuple[AdminRegion, AdminRegion]
) -> list[tuple[str, tuple[str, str]]]:
    """Return places where a section of each region ends, with the two sections."""
    code = {section: code for section, (code, _) in section_regions(layers).items()}
    ends: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    columns = (sections[key].tolist() for key in ("from_place", "to_place", "mode"))
    for section_id, first, last, mode in zip(sections.index.tolist(), *columns, strict=True):
        for place in {first, last}:
            ends[place, mode][code[section_id]].append(section_id)
    meetings = []
    route = dict(zip(sections.index.tolist(), sections["route_id"].tolist(), strict=True))
    for (place, _), by_region in sorted(ends.items()):
        sides = [by_region.get(region.adcode, []) for region in pair]
        if all(sides):
            meetings.append((place, _same_route_first(sides, route)))
    return meetings


def _same_route_first(sides: list[list[str]], route: Mapping[str, str]) -> tuple[str, str]:
    pairs = [(a, b) for a in sides[0] for b in sides[1]]
    return min(pairs, key=lambda ab: (route[ab[0]] != route[ab[1]], ab))


def _crossing(
    layers: Layers,
    sections: dict[Any, dict[Any, Any]],
    pair: tuple[AdminRegion, AdminRegion],
    place: str,
    ends: tuple[str, str],
    counties: Sequence[str],
) -> dict[str, Any]:
    sides = {
        region.name: _side(sections[section], section, county)
        for region, section, county in zip(pair, ends, counties, strict=True)
    }
    last = max(sides.values(), key=_opening)
    route = layers.catalogue.route[last.route_id]
    both_open = all(side.opened for side in sides.values())
    point = layers.places.loc[place]
    return {
        "route_id": route.route_id,
        "name": route.name,
        "name_en": route.name_en,
        "mode": route.mode,
        "class": route.class_,
        "group": route.group,
        "ref": route.ref,
        "status": max((side.status for side in sides.values()), key=STAGES.index),
        "assumed": any(side.assumed for side in sides.values()),
        "opened": last.opened if both_open else "",
        "expected": max((s.expected for s in sides.values() if s.expected), default=None),
        "place_id": place,
        "place_zh": point["name"],
        "place_en": point["name_en"],
        "sides": sides,
        "order": _opening(last),
        "geometry": point.geometry,
    }


def _opening(side: Side) -> tuple[int, int]:
    """Return when a side opens: known dates first, then expected years, then unknown."""
    if side.opened:
        return 0, last_day(side.opened).toordinal()
    return (1, side.expected) if side.expected else (2, 0)


def _counties(
    layers: Layers,
    sections: dict[Any, dict[Any, Any]],
    meetings: list[tuple[str, tuple[str, str]]],
    pair: tuple[AdminRegion, AdminRegion],
    side: int,
) -> list[str]:
    """Return the county in which the section of a side begins at every meeting."""
    counties, inside = read_base(layers.catalogue, "counties"), []
    for place, ends in meetings:
        row = sections[ends[side]]
        line = row["geometry"] if row["from_place"] == place else row["geometry"].reverse()
        inside.append(line.interpolate(min(INSIDE_M / METRES_PER_DEGREE, line.length / 2)))
    found = county_index(counties, np.array(inside, object), pair[side].adcode)
    names = counties["name"].tolist()
    return [str(names[county]) if county >= 0 else "" for county in found.tolist()]


def _side(row: dict[Any, Any], section_id: str, county: str) -> Side:
    whole = ("expected", "lanes", "tracks")
    return Side(
        county=county,
        route_id=row["route_id"],
        section_id=section_id,
        status=row["stage"],
        assumed=bool(row["assumed"]),
        opened=row["opened"],
        **{key: int(row[key]) if notna(row[key]) else None for key in whole},
    )


def crossings_or_none(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return the crossings between the first two regions.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the date asked for.

    Returns
    -------
    crossings
        As :func:`border_crossings` returns them; empty where they cannot be known.
    """
    if layers.catalogue.region.bordered and len(layers.sections):
        return border_crossings(layers, year=date)
    return gpd.GeoDataFrame({"mode": [], "sides": []}, geometry=[], crs=4326)


def flat_crossings(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return crossings with one column per side and fact, for tables and files.

    Parameters
    ----------
    frame
        Crossings with `sides`.

    Returns
    -------
    frame
        The same with columns such as ``四川_status`` instead.

    Examples
    --------
    >>> flat = flat_crossings(geo.border_crossings(lay, year=2025))
    >>> [column for column in flat if column.endswith("_status")]
    ['四川_status', '重庆_status']
    """
    flat = frame.drop(columns="sides", errors="ignore")
    for name in frame["sides"].iloc[0] if len(frame) else ():
        sides = [asdict(sides[name]) for sides in frame["sides"]]
        for key in ("county", "route_id", "section_id", "status", "opened", "lanes", "tracks"):
            flat[f"{name}_{key}"] = [side[key] for side in sides]
    return flat
