"""The facts from which the page of plans computes: tables, every edge, ordinary roads."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from geo.catalogue import Catalogue, City, Zone
from geo.core import is_unknown
from geo.geometry import within
from geo.layers import Layers, coarse_borders, county_index, read_base, section_regions
from geo.maps.line_encoding import DIGITS, line_points, polyline_text, varints, zigzag
from geo.network import DEFAULT_PARAMETERS, Ground, LastingFacts, Parameters, lasting_facts

#: Numbers with more decimals than this are packed as they are in memory.
MOST_DECIMALS = 7
#: Samples along an edge of which a share is near a core, as the network takes them.
SHARE_PARTS = 50


def engine_data(layers: Layers, parameters: Parameters = DEFAULT_PARAMETERS) -> dict[str, Any]:
    """
    Return the facts from which the scripts of a page build the travel graph of any day.

    Nothing in them is of a day: dates, standards and trains stand as in the tables. Numbers on
    which times rest keep every digit.
    """
    catalogue, facts = layers.catalogue, lasting_facts(layers, parameters)
    region = catalogue.region
    place = {row.place_id: i for i, row in enumerate(catalogue.places)}

    def of_region(row: City | Zone) -> str | None:
        found = region.find(row.region)
        return found.id if found else None

    return {
        "asOf": region.as_of.isoformat(),
        "emuSince": region.emu_since.isoformat() if region.emu_since else None,
        "frame": region.frame,
        "parameters": asdict(parameters),
        "regions": [[row.id, row.name, row.name_en, row.adcode] for row in region.regions],
        "borders": _borders(catalogue),
        "towns": [[row.lon, row.lat, row.population] for row in catalogue.cities],
        "places": _places(layers, facts, parameters),
        "cities": [_settled(row, row.city_id, of_region(row)) for row in catalogue.centres],
        "zones": [
            _settled(row, row.zone_id, of_region(row))
            for row in catalogue.settlements
            if isinstance(row, Zone)
        ],
        "routes": _routes(layers, place),
        "sections": _sections(layers, facts, place),
        "rails": _rails(facts),
        "trains": _train_tables(catalogue),
        "ground": None if facts.ground is None else _ground(facts.ground, parameters),
    }


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Return rows with the names of their columns once; what is unknown is null."""
    cells = [[None if is_unknown(cell) else cell for cell in row] for row in rows]
    return {"columns": columns, "rows": cells}


def _borders(catalogue: Catalogue) -> list[Any]:
    """Return the rings of provinces as steps of 1e-4 degrees, by code."""
    return [
        [
            code,
            [
                np.diff(np.rint(ring * 1e4), axis=0, prepend=0).astype(int).ravel().tolist()
                for ring in rings
            ],
        ]
        for code, rings in coarse_borders(catalogue).items()
    ]


def _places(layers: Layers, facts: LastingFacts, parameters: Parameters) -> dict[str, Any]:
    """
    Return the places, with what they are to the regions.

    `side` is the number of the region on whose territory a place is, `near` the distance in km to
    the nearest centre of every region, up to where a traveller still goes to enter a network.
    """
    catalogue, levels = layers.catalogue, facts.levels
    regions = {region.adcode: i for i, region in enumerate(catalogue.region.regions)}
    sides: list[int | None] = [None] * len(catalogue.places)
    if catalogue.region.base.counties:
        counties = read_base(catalogue, "counties")
        where = county_index(counties, layers.places.geometry.to_numpy())
        codes = [str(counties["province"].iloc[k]) if k >= 0 else "" for k in where]
        sides = [regions.get(code) for code in codes]
    near = _near_regions(catalogue, parameters.access_limit)
    return _table(
        ["id", "zh", "en", "lon", "lat", "kind", "level", "side", "near"],
        ([row.place_id, row.name, row.name_en, row.lon, row.lat, row.kind,
          levels.get(row.place_id), sides[i], near[i]]
         for i, row in enumerate(catalogue.places)),
    )  # fmt: skip


def _near_regions(catalogue: Catalogue, limit: float) -> list[list[float | None]]:
    """Return by place how far it is from the nearest centre of every region, in km."""
    at = np.array([(row.lon, row.lat) for row in catalogue.places], float).reshape(-1, 2)
    columns = []
    for region in catalogue.region.regions:
        own = [
            (city.lon, city.lat)
            for city in catalogue.centres
            if catalogue.region.find(city.region) == region
        ]
        least: dict[int, float] = {}
        for _, j, km in within(np.array(own, float).reshape(-1, 2), at, limit) if own else ():
            least[j] = min(least.get(j, np.inf), km)
        columns.append([round(least[j], 3) if j in least else None for j in range(len(at))])
    return [list(row) for row in zip(*columns, strict=True)]


def _settled(row: Any, key: str, region: str | None) -> list[Any]:
    """Return a centre or a settlement."""
    city = getattr(row, "city_id", "")
    return [key, row.name, row.name_en, row.lon, row.lat, row.population, region, city]


def _routes(layers: Layers, place: dict[str, int]) -> dict[str, Any]:
    tracks = layers.tracks
    return _table(
        ["id", "zh", "en", "mode", "class", "group", "ref", "ends"],
        ([row.route_id, row.name, row.name_en, row.mode, row.class_, row.group, row.ref,
          [place.get(tracks[row.route_id].places[end], -1) for end in (0, -1)]]
         for row in layers.catalogue.routes),
    )  # fmt: skip


def _sections(layers: Layers, facts: LastingFacts, place: dict[str, int]) -> dict[str, Any]:
    """Return the sections with the places on them, and where these stand in kilometres."""
    route = {row.route_id: i for i, row in enumerate(layers.catalogue.routes)}
    keys = ["started", "opened", "expected", "design_speed_kmh", "operating_speed_kmh", "lanes",
            "tracks", "running_km", "shares"]  # fmt: skip
    regions = _section_regions(layers)
    frame, rows, stops, at = layers.sections, [], list[list[int]](), list[float]()
    columns = zip(frame.index, frame["route_id"], frame["status"], frame["name"],
                  *(frame[key].tolist() for key in keys), strict=True)  # fmt: skip
    for key, route_id, status, name, *cells in columns:
        track, (i, j) = layers.tracks[route_id], layers.span[key]
        named = [k for k in range(i, j + 1) if k in (i, j) or track.places[k]]
        stops.append([place[track.places[k]] for k in named])
        at += track.km[track.knots[named]].tolist()
        rows.append([key, route[route_id], name, status, *cells, stops[-1], regions.get(key)])
    lines = [
        polyline_text(np.array(line_points(line)), 10.0**-DIGITS) for line in facts.edges.geometry
    ]
    columns_ = ["id", "route", "name", "status", "started", "opened", "expected", "design",
                "operating", "lanes", "tracks", "km", "shares", "stops", "region"]  # fmt: skip
    return _table(columns_, rows) | {"at": packed(at), "lines": lines}


def _section_regions(layers: Layers) -> dict[str, int | None]:
    """Return by section the number of the region that holds most of it."""
    catalogue = layers.catalogue
    if not (catalogue.region.base.counties and len(layers.sections)):
        return {}
    number = {region.adcode: i for i, region in enumerate(catalogue.region.regions)}
    return {key: number.get(code) for key, (code, _) in section_regions(layers).items()}


def _rails(facts: LastingFacts) -> dict[str, Any]:
    """Return what only trains need of edges, in the order of the edges of railways."""
    rail = facts.edges[facts.edges["mode"] == "rail"]
    near = np.array([facts.near_core[edge] for edge in rail.index]) * SHARE_PARTS
    ends = zip(rail.index, rail["u"], rail["v"], strict=True)
    headings = [facts.headings[end, edge] for edge, u, v in ends for end in (u, v)]
    shared = {
        i: sorted(facts.lines[edge])
        for i, edge in enumerate(rail.index)
        if len(facts.lines[edge]) > 1
    }
    return {
        "near": np.rint(near).astype(int).tolist(),
        "headings": packed(headings),
        "lines": shared,
    }


def _train_tables(catalogue: Catalogue) -> dict[str, Any]:
    period = ["from_date", "to_date"]
    tables = {
        "services": (catalogue.train_services,
                     ["section_id", "class_", *period, "trains_per_day", "running_kmh"]),
        "calls": (catalogue.station_calls,
                  ["place_id", "class_", *period, "call_share", "end_share"]),
        "through": (catalogue.through_running,
                    ["place_id", "route_a", "sense_a", "route_b", "sense_b", "class_", *period,
                     "trains_per_day", "dwell_min", "call_share"]),
        "speeds": (catalogue.speeds_by_period,
                   ["section_id", *period, "operating_speed_kmh"]),
    }  # fmt: skip
    short = {"section_id": "section", "place_id": "place", "class_": "class", "from_date": "from",
             "to_date": "to", "trains_per_day": "trains", "running_kmh": "kmh", "route_a": "a",
             "route_b": "b", "sense_a": "into", "sense_b": "out", "dwell_min": "dwell",
             "operating_speed_kmh": "kmh", "call_share": "calls", "end_share": "ends"}  # fmt: skip
    return {
        name: _table(
            [short[key] for key in keys], ([getattr(row, key) for key in keys] for row in rows)
        )
        for name, (rows, keys) in tables.items()
    }


def _ground(ground: Ground, parameters: Parameters) -> dict[str, Any]:
    """Return ordinary roads, where points are tied to them, and rivers between."""
    roads, ties = ground.roads, ground.ties
    lines = roads.edges.geometry.to_numpy()
    i, j, near = ground.near
    at_node = (ties["node"] >= 0).to_numpy()
    where = np.where(at_node, 2 * ties["node"], 2 * ties["edge"] + 1)
    return {
        "points": ground.points.index.tolist(),
        "roads": _lines(lines) | _road_costs(roads.edges, parameters),
        "ties": {
            "counts": np.bincount(ties["point"], minlength=len(ground.points)).tolist(),
            "where": whole_numbers(where),
            "share": whole_numbers(np.rint(ties["share"].to_numpy()[~at_node] * 1e4)),
            "km": packed(ties["km"]),
        },
        "near": {"pairs": np.column_stack([i, j]).ravel().tolist(), "km": packed(near)},
        "exact": bool(roads.source.get("exact")),
        "rivers": _lines(shapely.get_parts(np.array([*ground.rivers], object))),
        "coasts": _lines(shapely.get_parts(np.array([*ground.coasts], object))),
    }


def _lines(lines: ArrayLike) -> dict[str, Any]:
    """Return the points of lines, every digit of them."""
    xy, owner = shapely.get_coordinates(np.asarray(lines, object), return_index=True)
    counts = np.bincount(owner, minlength=len(np.asarray(lines, object)))
    return {"counts": whole_numbers(counts), "points": packed(xy.ravel(), step=2)}


def _road_costs(edges: pd.DataFrame, parameters: Parameters) -> dict[str, Any]:
    """
    Return lengths and minutes of ordinary roads.

    Nearly all lie either outside of towns or in one, so that minutes follow from the length, and
    this from that of the shape: `kind` says in which, and only the others have both numbers.
    """
    km, minutes = (edges[key].to_numpy(float) for key in ("length_km", "time_min"))
    p, kinds, shape_km = parameters, np.full(len(km), -1), np.zeros(len(km))
    rules = [
        (p.road_bend, p.country_kmh),
        (p.town_bend, p.town_kmh),
        (1.0, p.country_kmh),
        (1.0, p.town_kmh),
    ]
    for number, (bend, kmh) in enumerate(rules):
        short = np.round(km / bend, 3)
        same = (short * bend == km) & (60 * (short * bend / kmh) == minutes) & (kinds < 0)
        kinds[same], shape_km[same] = number, short[same]
    other = kinds < 0
    return {
        "rules": rules,
        "kinds": whole_numbers(kinds + 1),
        "km": packed(shape_km[~other]),
        "other": packed(np.column_stack([km[other], minutes[other]]).ravel()),
    }


def whole_numbers(values: ArrayLike) -> str:
    """Return whole numbers from 0 as text: bytes of seven bits in base64."""
    return _base64(varints(np.asarray(values, float).astype(np.int64)).tobytes())


def packed(values: ArrayLike, step: int = 1) -> dict[str, Any]:
    """
    Return numbers so that every digit of them comes back.

    With few decimals as whole steps `d` decimals wide, each less the one `step` before; others as
    they are in memory (float64, little-endian).
    """
    numbers = np.asarray(values, float)
    for decimals in range(MOST_DECIMALS + 1):
        whole = np.rint(numbers * 10**decimals)
        if (whole / 10**decimals == numbers).all():
            moved = whole.astype(np.int64)
            moved[step:] -= whole[:-step].astype(np.int64)
            return {"d": decimals, "s": step, "v": _base64(varints(zigzag(moved)).tobytes())}
    return {"f": _base64(numbers.astype("<f8").tobytes())}


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
