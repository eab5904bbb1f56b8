"""The profile of a corridor: a named route, or the routes between two cities."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.catalogue import City, Route
from geo.connectivity import minimum_cut
from geo.core import BadInputError
from geo.geometry import geodesic_km, nearest
from geo.layers import Layers, border_crossings, open_sections, sections_on
from geo.network import Journey, Network, build_network, fastest_routes, time_interval
from geo.scenarios.route_variants import RouteVariants, State
from geo.scenarios.timeline import horizon_of

#: People of cities whose centre lies within this distance count as served.
SERVED_KM = 30.0
#: A line whose ends lie nearer than this is a ring, without ends and detour.
RING_KM = 1.0
#: Ways looked for between the ends of a corridor.
WAYS = 3
STATES: tuple[State, ...] = get_args(State)


def corridor_profile(
    layers: Layers,
    route: Route,
    *,
    date: dt.date,
    variants: RouteVariants | None = None,
    crossings: gpd.GeoDataFrame | None = None,
    ways: int = WAYS,
) -> dict[str, Any]:
    """
    Return the sheet of a named route.

    Parameters
    ----------
    layers, route, date
        The layers of the catalogue, the route, and the day asked for.
    variants, crossings
        Travel times with and without routes, and the border crossings on the day, where known.
    ways
        Number of alternatives wanted.

    Returns
    -------
    sheet
        Names and standard; `length_km`, `open_km` and `open_share`; `detour_index` (running
        length over the straight distance of its ends); `border` with lanes and tracks at each
        crossing; `ends`, the nearest cities; `times`, the fastest times by mode between them now,
        with the route complete and without it, with bounds; `alternatives` of its own mode without
        the links it owns, and the `penalty_min` of losing it (None where nothing else is left);
        `population_served` within 30 km; `gaps`, the sections that are not open; `sources`.

    Examples
    --------
    >>> from datetime import date
    >>> sheet = corridor_profile(lay, cat.find_route("成渝中线高铁"), date=date(2025, 12, 31))
    >>> sorted(sheet)[:3]
    ['alternatives', 'border', 'cities_served']
    """
    sections = sections_on(layers, date)
    own = sections[sections["route_id"] == route.route_id]
    line = layers.tracks[route.route_id].line
    ends = _end_cities(layers, line)
    open_km = float(own.loc[own["stage"] == "open", "running_km"].sum())
    total = float(own["running_km"].sum())
    return {
        "route_id": route.route_id,
        "name": route.name,
        "name_en": route.name_en,
        "ref": route.ref,
        "mode": route.mode,
        "class": route.class_,
        "date": date.isoformat(),
        "length_km": total,
        "published_km": route.length_km,
        "open_km": open_km,
        "open_share": open_km / total,
        "detour_index": _detour(line, total),
        "lanes": sorted({int(v) for v in own["lanes"].dropna()}),
        "tracks": sorted({int(v) for v in own["tracks"].dropna()}),
        "border": _border(layers, route.route_id, date, crossings),
        "ends": [
            {"city_id": c.city_id, "name": c.name, "name_en": c.name_en, "km": km}
            for c, km in ends
        ],
        **_service(
            variants or RouteVariants(layers, [route], date=date),
            route,
            [city for city, _ in ends],
            ways,
        ),
        **_served(layers, line),
        "gaps": _gaps(own),
        "sources": _sources(layers, own),
    }


def city_pair_profile(
    layers: Layers, origin: City, destination: City, *, date: dt.date
) -> dict[str, Any]:
    """
    Return the sheet of the corridor between two cities.

    Parameters
    ----------
    layers, origin, destination, date
        The layers of the catalogue, the two cities, and the day asked for.

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
    >>> sorted(city_pair_profile(lay, *ends, date=date(2025, 12, 31)))[:4]
    ['assumed', 'cities_served', 'cities_served_ids', 'complete_date']
    """
    ends = [(city.lon, city.lat) for city in (origin, destination)]
    straight = float(geodesic_km(*ends))
    last = horizon_of(layers, date)
    sheet: dict[str, Any] = {
        "from": origin.name,
        "to": destination.name,
        "from_id": origin.city_id,
        "to_id": destination.city_id,
        "date": date.isoformat(),
        "complete_date": last.isoformat(),
        "straight_km": straight,
    }
    nets = [build_network(layers, year=when, nodes="stops") for when in (date, last)]
    pair = (origin, destination)
    for key, net in zip(("modes", "modes_complete"), nets, strict=True):
        sheet[key] = {mode: _alternatives(net, pair, mode) for mode in net.modes}
        for found in itertools.chain(*sheet[key].values()):
            found["detour_index"] = found["length_km"] / straight
    sections = sections_on(layers, date)
    now, later = (_fastest_sections(sheet[key]) for key in ("modes", "modes_complete"))
    line = shapely.get_coordinates(sections.loc[now].geometry.to_numpy())
    return sheet | {
        "times": _times(nets[0], nets[1], pair),
        "redundancy": {mode: _redundancy(nets[0], pair, mode) for mode in nets[0].modes},
        "gaps": _gaps(sections.loc[later]),
        **_served(layers, line),
        "assumed": list(nets[0].assumed),
    }


def _fastest_sections(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the sections of the fastest route of every mode, each once."""
    fastest = [own[0]["section_ids"] for own in found.values() if own]
    return list(dict.fromkeys(itertools.chain(*fastest)))


def _redundancy(net: Network, pair: tuple[City, City], mode: str) -> dict[str, Any]:
    """Return how many links must fail to part two cities, and where; None where it cannot be."""
    part = net.select(mode)
    ids = (city.city_id for city in pair)
    try:
        found, _, _ = minimum_cut(part, *ids)
    except BadInputError as error:
        return {"value": None, "reason": str(error)}
    names = part.edges.loc[found.cut, ["route_zh", "route_en"]].drop_duplicates()
    cut, cut_en = names["route_zh"].tolist(), names["route_en"].tolist()
    return {"value": found.value, "cut": cut, "cut_en": cut_en}


def _end_cities(layers: Layers, line: Any) -> list[tuple[City, float]]:
    """
    Return the cities nearest to the ends of a line, with the km; a ring has none.

    A part of another city stands for the whole, but where both ends are in it.
    """
    cities = layers.catalogue.cities
    if len(cities) < 2 or geodesic_km(line[0], line[-1]) < RING_KM:
        return []
    found = nearest(line[[0, -1]], _centres(cities), 2)
    first, second = found[0], found[2]
    if first[1] == second[1]:  # one city at both ends: take the next one where it is nearer
        either = ((found[0], found[3]), (found[1], found[2]))
        first, second = min(either, key=lambda pair: pair[0][2] + pair[1][2])
    ends = [cities[first[1]], cities[second[1]]]
    known = {city.city_id: city for city in cities}
    wholes = [known.get(city.part_of, city) for city in ends]
    ends = ends if wholes[0] is wholes[1] else wholes
    away = geodesic_km(line[[0, -1]], _centres(ends))
    return [(city, round(float(km), 1)) for city, km in zip(ends, away, strict=True)]


def _centres(cities: Sequence[City]) -> Any:
    return np.array([[city.lon, city.lat] for city in cities])


def _detour(line: Any, running_km: float) -> float | None:
    straight = float(geodesic_km(line[0], line[-1]))
    return running_km / straight if straight > RING_KM else None


def _served(layers: Layers, line: Any) -> dict[str, Any]:
    """Return the cities near a line, and their people."""
    cities = layers.catalogue.centres
    near = nearest(_centres(cities), line, 1) if cities else []
    served = [cities[i] for i, _, km in near if km <= SERVED_KM]
    return {
        "population_served": sum(city.population for city in served),
        "cities_served": [city.name for city in served],
        "cities_served_ids": [city.city_id for city in served],
    }


def _border(
    layers: Layers, route_id: str, date: dt.date, known: gpd.GeoDataFrame | None
) -> list[dict[str, Any]]:
    """Return the crossings of a route with lanes and tracks on each side."""
    if not layers.catalogue.region.bordered:
        return []
    found = []
    crossings = border_crossings(layers, year=date) if known is None else known
    for row in crossings.itertuples():
        if route_id in {side.route_id for side in row.sides.values()}:
            keys = ("county", "status", "opened", "lanes", "tracks")
            sides = {
                name: {key: getattr(side, key) for key in keys} | {"opened": side.opened or None}
                for name, side in row.sides.items()
            }
            names = {"name": row.place_zh, "name_en": row.place_en}
            found.append({"place_id": row.place_id, **names, "status": row.status, "sides": sides})
    return found


def _service(variants: RouteVariants, route: Route, ends: list[City], ways: int) -> dict[str, Any]:
    """Return times now, complete and without the route, between the cities at its ends."""
    if len(ends) < 2:
        return {"times": {}, "alternatives": [], "penalty_min": None}
    pair, key = (ends[0], ends[1]), route.route_id
    without = variants.journeys(route.mode, key, "without", pair, ways)
    times = {}
    for mode in variants.modes(key, "complete"):
        found = {state: variants.journeys(mode, key, state, pair) for state in STATES}
        times[mode] = _bounded({state: _minutes(own) for state, own in found.items()}, mode)
    complete = times.get(route.mode, {}).get("complete_min")
    lost = _minutes(without)
    return {
        "times": times,
        "alternatives": _described(without, variants.net, variants.standard),
        "penalty_min": None if complete is None or lost is None else lost - complete,
    }


def _times(now: Network, complete: Network, pair: tuple[City, City]) -> dict[str, Any]:
    """Return the fastest time between two cities in two networks, by mode."""
    nets = {"now": now, "complete": complete}
    times = {}
    for mode in complete.modes:
        found = {
            key: fastest_routes(net, *pair, mode=mode) if mode in net.modes else []
            for key, net in nets.items()
        }
        times[mode] = _bounded({key: _minutes(own) for key, own in found.items()}, mode)
    return times


def _minutes(journeys: list[Journey]) -> float | None:
    return float(journeys[0].time_min) if journeys else None


def _bounded(minutes: dict[str, float | None], mode: str) -> dict[str, float | None]:
    """Return times with their bounds; None where there is no way."""
    found: dict[str, float | None] = {}
    for key, value in minutes.items():
        bounds = (None, None) if value is None else map(float, time_interval(value, mode))
        low, high = bounds
        found |= {f"{key}_min": value, f"{key}_low_min": low, f"{key}_high_min": high}
    return found


def _alternatives(net: Network, pair: tuple[City, City], mode: str) -> list[dict[str, Any]]:
    """Return the routes of a mode that are really different, with the standard of each."""
    if mode not in net.modes:
        return []
    journeys = fastest_routes(net, pair[0], pair[1], WAYS, mode=mode)
    return _described(journeys, net, open_sections(net.layers, net.date))


def _described(
    journeys: list[Journey], net: Network, standard: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return journeys in a network with the routes and the standard of each."""
    route = net.layers.catalogue.route
    found = []
    for journey in journeys:
        ids = list(dict.fromkeys(leg["route_id"] for leg in journey.legs if leg["route_id"]))
        rows = standard.loc[journey.section_ids]
        found.append(
            {
                "time_min": journey.time_min,
                "length_km": journey.length_km,
                "route_ids": ids,
                "names_zh": [route[key].name for key in ids],
                "names_en": [route[key].name_en for key in ids],
                "lanes": _fewest(rows, "lanes"),
                "tracks": _fewest(rows, "tracks"),
                "section_ids": journey.section_ids,
            }
        )
    return found


def _fewest(rows: Any, column: str) -> int | None:
    known = rows[column].dropna()
    return int(known.min()) if len(known) else None


def _gaps(own: Any) -> list[dict[str, Any]]:
    missing = own[own["stage"] != "open"]
    return [
        {
            "section_id": str(key),
            "name": row["name"],
            "status": row["stage"],
            "expected": int(row["expected"]) if pd.notna(row["expected"]) else None,
            "length_km": float(row["running_km"]),
        }
        for key, row in missing.iterrows()
    ]


def _sources(layers: Layers, own: Any) -> list[dict[str, str]]:
    keys = dict.fromkeys(key for cell in own["source"] for key in cell.split(";"))
    known = {source.key: source for source in layers.catalogue.sources}
    fields = ("key", "title", "publisher", "date", "url")
    return [{field: getattr(known[key], field) for field in fields} for key in keys]
