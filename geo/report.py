"""Statistics as tables, and the headline findings in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.distributed import here
from geo.indices import indices
from geo.layers import route_stage, status_frame
from geo.times import time_matrix, travel_graph

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.distributed import Share
    from geo.layers import Layers
    from geo.network import Network
    from geo.other_roads import Background
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

    Examples
    --------
    >>> table = statistics(net)
    >>> table.index.tolist()
    ['all', 'road', 'rail', 'water']
    >>> int(table.loc["water", "mu"])
    0
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

    Examples
    --------
    >>> from datetime import date
    >>> table = route_table(lay, date(2025, 12, 31))
    >>> table.loc[["chengyu-hsr", "chengyu-middle-hsr", "chengdawan-hsr"], "stage"].tolist()
    ['open', 'construction', 'partly open']
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

    Examples
    --------
    >>> [city.name_en for city in cities_of(cat)][:3]
    ['Chengdu', 'Zigong', 'Luzhou']
    """
    return [city for city in catalogue.cities if not city.part_of]


def od_matrix(
    net: Network,
    mode: str = "any",
    *,
    background: Background | None = None,
    share: Share = here,
) -> DataFrame:
    """
    Return the fastest times between all cities on the day of a network.

    Parameters
    ----------
    net
        A network, with its mode and its changes; edges between junctions are cut at stops.
    mode
        Road, rail, water or any.
    background
        Other roads to travel on as well (`geo.other_roads.read_background`).
    share
        Where blocks of cities are done (`geo.distributed.workers`); default: in this process.

    Returns
    -------
    table
        Minutes, infinite where unreachable; rows and columns are Chinese names. With other
        roads `attrs` says which.

    Examples
    --------
    >>> net = geo.network(geo.load(), year=2025)
    >>> minutes = geo.od_matrix(net, mode="rail")
    >>> bool(minutes.loc["成都", "重庆"] < 150 < minutes.loc["成都", "黔江"])
    True
    >>> float(geo.od_matrix(net, mode="water").loc["成都", "万州"])
    inf
    """
    import pandas as pd

    from geo.network import cut_at_stops

    cities = cities_of(net.drawn.catalogue)
    net = cut_at_stops(net)
    names = [city.name_zh for city in cities]
    graph = travel_graph(net, cities, mode=mode, background=background)
    minutes = time_matrix(graph, cities, share=share)
    table = pd.DataFrame(minutes, index=pd.Index(names, name="from"), columns=names)
    if background is not None:
        table.attrs["background"] = background.source
    return table


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

    Examples
    --------
    >>> number(float("nan")), number(np.int64(3)), number("km")
    (None, 3, 'km')
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
