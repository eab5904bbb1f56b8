"""Everything about one corridor: a named route, or the ways between two cities."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.borders import crossings
from geo.curves import geod
from geo.layers import status_frame
from geo.nearby import nearest
from geo.network import network, open_sections
from geo.report import cities_of
from geo.scenario import with_sections
from geo.times import best_routes, legs, travel_graph

if TYPE_CHECKING:
    from geo.layers import Layers
    from geo.network import Network
    from geo.tables import City, Route

#: People of cities whose centre lies within this distance count as served.
SERVED_KM = 30.0
#: A line whose ends lie nearer than this is a ring, without ends and detour.
RING_M = 1000.0
#: Ways looked for between the ends of a corridor.
WAYS = 3


def route_sheet(drawn: Layers, route: Route, *, day: date) -> dict[str, Any]:
    """
    Return the sheet of a named route.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    route
        The route.
    day
        The day asked for.

    Returns
    -------
    sheet
        Names and standard; `length_km`, `open_km` and `open_share`; `detour_index` (running
        length over the straight distance of its ends); `border` with lanes and tracks at each
        crossing; `ends`, the nearest cities; `times`, the fastest times by mode between them
        now and with the route complete; `alternatives` of its own mode and the
        `penalty_min` of losing it (None where nothing else is left); `population_served`
        within 30 km; `gaps`, the sections that are not open; `sources`.

    Examples
    --------
    >>> from datetime import date
    >>> sheet = route_sheet(lay, cat.find_route("成渝中线高铁"), day=date(2025, 12, 31))
    >>> sorted(sheet)[:3]
    ['alternatives', 'border', 'cities_served']
    """
    cat = drawn.catalogue
    sections = status_frame(drawn.sections, day, cat.region.as_of)
    own = sections[sections["route_id"] == route.route_id]
    line = drawn.tracks[route.route_id].line
    ends = _end_cities(drawn, line)
    open_km = float(own.loc[own["stage"] == "open", "running_km"].sum())
    total = float(own["running_km"].sum())
    served = _served(drawn, line)
    return {
        "route_id": route.route_id,
        "name_zh": route.name_zh,
        "name_en": route.name_en,
        "ref": route.ref,
        "mode": route.mode,
        "class": route.class_,
        "date": day.isoformat(),
        "length_km": total,
        "published_km": route.length_km,
        "open_km": open_km,
        "open_share": open_km / total,
        "detour_index": _detour(line, total),
        "lanes": sorted({int(v) for v in own["lanes"].dropna()}),
        "tracks": sorted({int(v) for v in own["tracks"].dropna()}),
        "border": _border(drawn, route.route_id, day),
        "ends": [{"name_zh": c.name_zh, "name_en": c.name_en, "km": km} for c, km in ends],
        **_service(drawn, [city for city, _ in ends], list(own.index), route.mode, day),
        "population_served": sum(city.population for city in served),
        "cities_served": [city.name_zh for city in served],
        "gaps": _gaps(own),
        "sources": _sources(drawn, own),
    }


def pair_sheet(drawn: Layers, origin: City, destination: City, *, day: date) -> dict[str, Any]:
    """
    Return the sheet of the corridor between two cities.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    origin, destination
        The cities.
    day
        The day asked for.

    Returns
    -------
    sheet
        `from` and `to`, `straight_km`; `times`, the fastest by mode on the day and with
        everything in the catalogue open that is expected; `modes` and `modes_complete`, by
        mode the ways that are really different, with times, lengths, detour index, the routes
        each uses and the fewest `lanes` and `tracks` on it; `redundancy`, by mode the minimum
        cut between the two cities; `gaps`, the sections of the fastest ways to come that are
        not open; `population_served` within 30 km of the fastest ways of the day; `assumed`,
        the sections taken as open by their expected year.

    Examples
    --------
    >>> from datetime import date
    >>> ends = cat.find_city("成都"), cat.find_city("重庆")
    >>> sorted(pair_sheet(lay, *ends, day=date(2025, 12, 31)))[:4]
    ['assumed', 'cities_served', 'complete_date', 'date']
    """
    straight = geod().inv(origin.lon, origin.lat, destination.lon, destination.lat)[2] / 1000
    expected = drawn.sections["expected"].dropna()
    last = date(max([day.year, *map(int, expected)]), 12, 31)
    sheet: dict[str, Any] = {
        "from": origin.name_zh,
        "to": destination.name_zh,
        "date": day.isoformat(),
        "complete_date": last.isoformat(),
        "straight_km": straight,
    }
    nets = [network(drawn, year=when, nodes="stops") for when in (day, last)]
    for key, net in zip(("modes", "modes_complete"), nets, strict=True):
        sheet[key] = {
            mode: _ways(drawn, net, (origin, destination), mode, WAYS) for mode in net.modes
        }
        for way in itertools.chain(*sheet[key].values()):
            way["detour_index"] = way["length_km"] / straight
    sheet["times"] = {
        mode: {
            "now_min": _first(sheet["modes"], mode),
            "complete_min": _first(sheet["modes_complete"], mode),
        }
        for mode in nets[1].modes
    }
    sections = status_frame(drawn.sections, day, drawn.catalogue.region.as_of)
    now, later = (_fastest_sections(sheet[key]) for key in ("modes", "modes_complete"))
    lines = [shapely.get_coordinates(shape) for shape in sections.loc[now].geometry]
    served = _served(drawn, np.concatenate(lines)) if lines else []
    return sheet | {
        "redundancy": {
            mode: _redundancy(drawn, nets[0], origin, destination, mode) for mode in nets[0].modes
        },
        "gaps": _gaps(sections.loc[later]),
        "population_served": sum(city.population for city in served),
        "cities_served": [city.name_zh for city in served],
        "assumed": list(nets[0].assumed),
    }


def _first(ways: dict[str, list[dict[str, Any]]], mode: str) -> float | None:
    found = ways.get(mode)
    return found[0]["time_min"] if found else None


def _fastest_sections(ways: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the sections of the fastest way of every mode, each once."""
    found = [key for own in ways.values() for way in own[:1] for key in way["section_ids"]]
    return list(dict.fromkeys(found))


def _redundancy(
    drawn: Layers,
    net: Network,
    a: City,
    b: City,
    mode: str,
) -> dict[str, Any]:
    """Return how many links must fail to part two cities, and where; None where it cannot be."""
    from geo.errors import BadInputError
    from geo.resilience import cut

    part = net.select(mode)
    try:
        found, _, _ = cut(part, drawn.catalogue, a.city_id, b.city_id)
    except BadInputError as error:
        return {"value": None, "reason": str(error)}
    names = part.edges.loc[found.cut, ["route_zh", "route_en"]].drop_duplicates()
    return {"value": found.value, "cut": names["route_zh"].tolist(),
            "cut_en": names["route_en"].tolist()}  # fmt: skip


def _end_cities(drawn: Layers, line: Any) -> list[tuple[City, float]]:  # noqa: ANN401
    """Return the cities nearest to the ends of a line, with the km; a ring has none."""
    cities = cities_of(drawn.catalogue)
    if not cities or geod().inv(*line[0], *line[-1])[2] < RING_M:
        return []
    centres = np.array([[city.lon, city.lat] for city in cities])
    found = nearest(line[[0, -1]], centres, 2)
    first, second = found[0], found[2]
    if first[1] == second[1]:  # one city at both ends: take the next one where it is nearer
        first, second = min(((found[0], found[3]), (found[1], found[2])),
                            key=lambda pair: pair[0][2] + pair[1][2])  # fmt: skip
    return [(cities[j], round(km, 1)) for _, j, km in (first, second)]


def _detour(line: Any, running_km: float) -> float | None:  # noqa: ANN401
    straight = geod().inv(*line[0], *line[-1])[2] / 1000
    return running_km / straight if straight > RING_M / 1000 else None


def _served(drawn: Layers, line: Any) -> list[City]:  # noqa: ANN401
    cities = cities_of(drawn.catalogue)
    if not cities:
        return []
    centres = np.array([[city.lon, city.lat] for city in cities])
    near = nearest(centres, line, 1)
    return [cities[i] for i, _, km in near if km <= SERVED_KM]


def _border(drawn: Layers, route_id: str, day: date) -> list[dict[str, Any]]:
    if not drawn.catalogue.region.bordered:
        return []
    found = []
    for row in crossings(drawn, year=day).itertuples():
        if route_id in {side.route_id for side in row.sides.values()}:
            sides = {
                name: {"county": s.county, "status": s.status, "opened": s.opened or None,
                       "lanes": s.lanes, "tracks": s.tracks}
                for name, s in row.sides.items()
            }  # fmt: skip
            names = {"name_zh": row.place_zh, "name_en": row.place_en}
            found.append({"place_id": row.place_id, **names, "status": row.status, "sides": sides})
    return found


def _service(
    drawn: Layers, ends: list[City], ids: list[str], mode: str, day: date
) -> dict[str, Any]:
    """Return times now, complete and without the route, between the cities at its ends."""
    if len(ends) < 2:
        return {"times": {}, "alternatives": [], "penalty_min": None}
    pair = (ends[0], ends[1])
    complete = with_sections(drawn, ids, open_on=day)
    without = with_sections(drawn, ids, open_on=None)
    nets = [network(state, year=day, nodes="stops") for state in (drawn, complete, without)]
    times = {
        name: {
            "now_min": _fastest(drawn, nets[0], pair, name),
            "complete_min": _fastest(drawn, nets[1], pair, name),
        }
        for name in nets[1].modes
    }
    with_it = times.get(mode, {}).get("complete_min")
    lost = _fastest(drawn, nets[2], pair, mode)
    penalty = None if with_it is None or lost is None else lost - with_it
    return {
        "times": times,
        "alternatives": _ways(drawn, nets[2], pair, mode, WAYS),
        "penalty_min": penalty,
    }


def _fastest(drawn: Layers, net: Network, pair: tuple[City, City], mode: str) -> float | None:
    ways = _ways(drawn, net, pair, mode, 1)
    return float(ways[0]["time_min"]) if ways else None


def _ways(
    drawn: Layers,
    net: Network,
    pair: tuple[City, City],
    mode: str,
    k: int,
) -> list[dict[str, Any]]:
    if mode not in net.modes:
        return []
    graph, route = travel_graph(net, pair, mode=mode), drawn.catalogue.route
    standard = open_sections(net.drawn, net.day)
    found = []
    for way in best_routes(graph, *pair, k=k):
        parts = legs(graph, way)
        ids = list(dict.fromkeys(leg["route_id"] for leg in parts if leg["route_id"]))
        steps = (graph.edges[pair] for pair in itertools.pairwise(way))
        own = net.edges.loc[[step["edge"] for step in steps if "edge" in step], "section_id"]
        rows = standard.loc[list(dict.fromkeys(own))]
        found.append(
            {
                "time_min": sum(leg["time_min"] for leg in parts),
                "length_km": sum(leg["length_km"] for leg in parts),
                "route_ids": ids,
                "names_zh": [route[key].name_zh for key in ids],
                "names_en": [route[key].name_en for key in ids],
                "lanes": _fewest(rows, "lanes"),
                "tracks": _fewest(rows, "tracks"),
                "section_ids": list(rows.index),
            }
        )
    return found


def _fewest(rows: Any, column: str) -> int | None:  # noqa: ANN401
    known = rows[column].dropna()
    return int(known.min()) if len(known) else None


def _gaps(own: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    import pandas as pd

    missing = own[own["stage"] != "open"]
    return [
        {
            "section_id": str(key),
            "name_zh": row["name_zh"],
            "status": row["stage"],
            "expected": int(row["expected"]) if pd.notna(row["expected"]) else None,
            "length_km": float(row["running_km"]),
        }
        for key, row in missing.iterrows()
    ]


def _sources(drawn: Layers, own: Any) -> list[dict[str, str]]:  # noqa: ANN401
    keys = dict.fromkeys(key for cell in own["source"] for key in cell.split(";"))
    known = {source.key: source for source in drawn.catalogue.sources}
    fields = ("key", "title", "publisher", "date", "url")
    return [{field: getattr(known[key], field) for field in fields} for key in keys]
