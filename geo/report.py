"""Statistics as tables, and the headline findings in words."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.borders import pair_of
from geo.indices import indices
from geo.layers import route_stage, status_frame
from geo.terms import CLASS_NAMES
from geo.times import best_routes, time_matrix, travel_graph

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.layers import Layers
    from geo.network import Network
    from geo.tables import City


def statistics(net: Network) -> DataFrame:
    """
    Return the connectivity indices of the whole network and of every mode.

    Parameters
    ----------
    net
        A network.

    Returns
    -------
    table
        One row per mode ("all" first), one column per index.
    """
    import pandas as pd

    parts = {"all": net, **{mode: net.select(mode) for mode in net.modes}}
    rows = {name: indices(part) for name, part in parts.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").drop(columns="reasons")
    return table.rename_axis("mode")


def route_table(drawn: Layers, day: date) -> gpd.GeoDataFrame:
    """
    Return the routes with their status on a day.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day
        The day asked for.

    Returns
    -------
    routes
        The routes with `stage` (a route of open and other sections is "partly open"),
        `open_km` and `assumed`.
    """
    sections = status_frame(drawn.sections, day, drawn.catalogue.region.as_of)
    groups = sections.groupby("route_id", sort=False)
    is_open = sections[sections["stage"] == "open"]
    open_km = is_open.groupby("route_id")["running_km"].sum()
    routes = drawn.routes.copy()
    stages = {name: route_stage(group) for name, group in groups}
    routes["stage"] = routes.index.map(stages)
    routes["open_km"] = open_km.reindex(routes.index).fillna(0.0)
    routes["assumed"] = groups["assumed"].any().reindex(routes.index)
    return routes


def cities_of(catalogue: Catalogue) -> list[City]:
    """
    Return the cities to measure between: those that are not part of another.

    Parameters
    ----------
    catalogue
        The catalogue.

    Returns
    -------
    cities
        In file order.
    """
    return [city for city in catalogue.cities if not city.part_of]


def matrix_table(net: Network, catalogue: Catalogue, mode: str) -> DataFrame:
    """
    Return the fastest times between all cities.

    Parameters
    ----------
    net
        A network with a node at every stop.
    catalogue
        The catalogue of the cities.
    mode
        Road, rail, water or any.

    Returns
    -------
    table
        Minutes, infinite where unreachable; rows and columns are Chinese names.
    """
    import pandas as pd

    cities = cities_of(catalogue)
    names = [city.name_zh for city in cities]
    minutes = time_matrix(travel_graph(net, cities, mode=mode), cities)
    return pd.DataFrame(minutes, index=pd.Index(names, name="from"), columns=names)


def headlines(
    drawn: Layers, day: date, crossings: gpd.GeoDataFrame, net: Network, stops: Network
) -> list[dict[str, str]]:
    """
    Return the findings a reader wants first, in Chinese and English.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day
        The day they hold for.
    crossings
        Border crossings on that day.
    net
        The network of that day.
    stops
        The same with a node at every stop.

    Returns
    -------
    findings
        Sentences under the keys `zh` and `en`.
    """
    return [
        *_crossing_headlines(drawn, day, crossings),
        _length_headline(net, day),
        *_core_headlines(drawn, day, stops),
        *_named_headlines(drawn, day),
    ]


def _crossing_headlines(
    drawn: Layers, day: date, crossings: gpd.GeoDataFrame
) -> list[dict[str, str]]:
    a, b = pair_of(drawn.catalogue.region)
    found = []
    for mode, zh, en in (("road", "高速公路", "expressway"), ("rail", "铁路", "railway")):
        part = crossings[crossings["mode"] == mode]
        own = {
            name: sum(sides[name].status == "open" for sides in part["sides"])
            for name in (a.name_zh, b.name_zh)
        }
        through = int((part["status"] == "open").sum())
        building = int((part["status"] == "construction").sum())
        found.append(
            {
                "zh": f"截至 {day}，{a.name_zh}与{b.name_zh}之间可通行的{zh}省际通道 {through} 条"
                f"（{a.name_zh}侧 {own[a.name_zh]} 条、{b.name_zh}侧 {own[b.name_zh]} 条已通），"
                f"在建 {building} 条。",
                "en": f"On {day}, {through} {en} links between {a.name_en} and {b.name_en} are "
                f"open to traffic ({own[a.name_zh]} open on the {a.name_en} side, "
                f"{own[b.name_zh]} on the {b.name_en} side); {building} under construction.",
            }
        )
    return found


def _length_headline(net: Network, day: date) -> dict[str, str]:
    total = net.edges.groupby("class")["length_km"].sum()
    known = [name for name in CLASS_NAMES if total.get(name, 0) > 0]
    zh = "、".join(f"{CLASS_NAMES[n][0]} {total[n]:,.0f} km" for n in known)
    en = ", ".join(f"{CLASS_NAMES[n][1]} {total[n]:,.0f} km" for n in known)
    return {"zh": f"{day} 目录内已通车：{zh}。", "en": f"Open in the catalogue on {day}: {en}."}


def _core_headlines(drawn: Layers, day: date, stops: Network) -> list[dict[str, str]]:
    """Say how long it takes between the largest cities of the first two regions."""
    region = drawn.catalogue.region
    cores = []
    for part in region.regions[:2]:
        own = [c for c in cities_of(drawn.catalogue) if region.find(c.region) == part]
        if own:
            cores.append(max(own, key=lambda city: city.population))
    if len(cores) != 2:
        return []
    found = []
    for mode, zh, en in (("road", "公路", "road"), ("rail", "铁路", "rail")):
        if mode not in stops.modes:
            continue
        graph = travel_graph(stops, cores, mode=mode)
        for way in best_routes(graph, *cores):
            pairs = list(itertools.pairwise(way))
            minutes, km = (
                sum(graph.edges[p][key] for p in pairs) for key in ("time_min", "length_km")
            )
            found.append(
                {
                    "zh": f"{day} {cores[0].name_zh}–{cores[1].name_zh}{zh}门到门估算 "
                    f"{minutes:.0f} 分钟（{km:.0f} km，按设计速度推算，含市内接驳）。",
                    "en": f"{cores[0].name_en}–{cores[1].name_en} by {en} on {day}: an estimated "
                    f"{minutes:.0f} min door to door ({km:.0f} km, from design speeds, with "
                    f"access in the cities).",
                }
            )
    return found


_STAGE_ZH = {
    "open": "已通车",
    "construction": "在建",
    "planned": "规划",
    "partly open": "部分通车",
}


def _named_headlines(drawn: Layers, day: date) -> list[dict[str, str]]:
    import pandas as pd

    routes = route_table(drawn, day)
    expected = drawn.sections.groupby("route_id")["expected"].max()
    found = []
    for key, row in routes[routes["group"] == "named"].iterrows():
        year, stage = expected[str(key)], row["stage"]
        known = stage != "open" and pd.notna(year)
        when_zh = f"，预计 {year} 年" if known else ""
        when_en = f", expected {year}" if known else ""
        km = f"{row['running_km']:.1f} km"
        stage_en = stage.replace("construction", "under construction")
        found.append(
            {
                "zh": f"{row['name_zh']}：{km}，{_STAGE_ZH[stage]}{when_zh}。",
                "en": f"{row['name_en']}: {km}, {stage_en}{when_en}.",
            }
        )
    return found


def number(value: Any) -> float | int | str | bool | None:  # noqa: ANN401
    """
    Return a value as JSON can hold it: NaN and infinity become null.

    Parameters
    ----------
    value
        Anything a table cell holds.

    Returns
    -------
    plain
        A number, text, truth value or None.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int | bool):
        return value
    try:
        return float(value) if np.isfinite(value) else None
    except TypeError:
        return None if str(value) == "<NA>" else str(value)
