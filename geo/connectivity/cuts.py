"""What holds places together: bridges, articulation points, minimum cuts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from geo.algorithms import EdgeCut, minimum_edge_cut
from geo.catalogue import AdminRegion, Catalogue, City
from geo.core import BadInputError, later
from geo.layers import county_index, read_base
from geo.network import Network, stops_near

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = later("networkx")


def bridges(net: Network) -> DataFrame:
    """
    Return the edges whose loss breaks the network apart (割边); of two parallel ones neither.

    Parameters
    ----------
    net
        A network.

    Returns
    -------
    table
        One row per bridge: `edge_id`, `section_id`, `route_id`, `route_zh`, `route_en`, the
        ends `from` and `to`, and `nodes_cut_off`, the nodes on the smaller side.

    Examples
    --------
    >>> bridges(net.select("water"))["nodes_cut_off"].tolist()
    [2, 1, 1]
    """
    simple = nx.Graph(net.graph)
    rows = []
    for bridge in nx.bridges(simple):
        u, v = tuple(bridge)
        keys = list(net.graph[u][v])
        if len(keys) > 1:
            continue
        whole = nx.node_connected_component(simple, u)
        simple.remove_edge(u, v)
        side = len(nx.node_connected_component(simple, u))
        simple.add_edge(u, v)
        row = _edge_row(net, keys[0])
        rows.append({"edge_id": keys[0], **row, "nodes_cut_off": min(side, len(whole) - side)})
    columns = ["edge_id", *_EDGE_KEYS, "from", "to", "nodes_cut_off"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        ["nodes_cut_off", "edge_id"], ascending=[False, True], ignore_index=True
    )


_EDGE_KEYS = ["section_id", "route_id", "route_zh", "route_en"]


def _edge_row(net: Network, edge_id: str) -> dict[str, Any]:
    edge = net.edges.loc[edge_id]
    ends = {"from": net.nodes.loc[edge["u"], "name"], "to": net.nodes.loc[edge["v"], "name"]}
    return {**{key: edge[key] for key in _EDGE_KEYS}, **ends}


def articulation_points(net: Network) -> DataFrame:
    """
    Return the nodes whose loss breaks the network apart (割点).

    Parameters
    ----------
    net
        A network.

    Returns
    -------
    table
        One row per node, indexed by place id: `name`, `name_en` and `parts`, the number of
        pieces its component falls into.
    """
    simple = nx.Graph(net.graph)
    parts = {}
    for node in nx.articulation_points(simple):
        component = nx.node_connected_component(simple, node)
        rest = simple.subgraph(component - {node})
        parts[node] = nx.number_connected_components(rest)
    table: DataFrame = net.nodes.loc[net.nodes.index.isin(parts), ["name", "name_en"]]
    return table.assign(parts=[parts[node] for node in table.index])


def detour_ratios(edges: DataFrame) -> list[float]:
    """
    Return for edges the shortest way between their ends without each, over the edge itself.

    They have `u`, `v` and `time_min`. Infinite for a bridge, NaN for a loop, below 1 where a
    parallel edge is shorter (after Jenelius, Petersen and Mattsson 2006).
    """
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    rows = list(edges[["u", "v", "time_min"]].itertuples())
    for edge, u, v, minutes in rows:
        graph.add_edge(u, v, key=edge, time_min=minutes)
    return [_detour_ratio(graph, edge, u, v) for edge, u, v, _ in rows]


def _detour_ratio(graph: nx.MultiGraph[str], edge: str, u: str, v: str) -> float:
    def left(_a: str, _b: str, keys: Any) -> float | None:
        return min((data["time_min"] for key, data in keys.items() if key != edge), default=None)

    if u == v:
        return float("nan")
    try:
        other = nx.bidirectional_dijkstra(graph, u, v, left)[0]
    except nx.NetworkXNoPath:
        return float("inf")
    return float(other / graph.edges[u, v, edge]["time_min"])


def minimum_cut(net: Network, a: str, b: str) -> tuple[EdgeCut, str, str]:
    """
    Return how many independent links hold two regions or two cities together.

    A region stands for the stops on its territory that cities can enter, so every link between
    two neighbours passes an open crossing, and there are never more links than crossings. Without
    counties, which tell the territory, a stop belongs to the side whose cities are nearer. A name
    that a region and a city share means the region only where both names are regions.

    Parameters
    ----------
    net, a, b
        A network with a node at every stop, and names of regions or cities.

    Returns
    -------
    cut
        The cut in edges of `net`; the edges between two junctions or terminals are one link.
    name_a, name_b
        The Chinese names of what was cut apart.

    Raises
    ------
    NotFoundError
        When a name is unknown.
    BadInputError
        When the network has no nodes at stops, one of the two is or holds the other, or both
        can enter the same stop, so that no loss of links parts them.

    Examples
    --------
    >>> found, name_a, name_b = minimum_cut(stops.select("rail"), "四川", "重庆")
    >>> (name_a, name_b), found.value == len(found.cut) == len(found.paths)
    (('四川', '重庆'), True)
    """
    if not net.has_stops:
        raise BadInputError('minimum_cut: expected a network with nodes="stops"')
    catalogue = net.layers.catalogue
    regions = [catalogue.region.find(name) for name in (a, b)]
    both = None not in regions
    (name_a, cities_a), (name_b, cities_b) = (
        _side(catalogue, name, region, both=both)
        for name, region in zip((a, b), regions, strict=True)
    )
    for name, cities in ((name_a, cities_a), (name_b, cities_b)):
        if not cities:
            raise BadInputError("cut: expected a city of {name}; no city in the tables", name=name)
    for one, other in product(cities_a, cities_b):
        if other.city_id in (one.city_id, one.part_of) or other.part_of == one.city_id:
            raise BadInputError(
                "cut: {a} and {b} are the same, or one holds the other", a=name_a, b=name_b
            )
    first, second = stops_near(net, cities_a), stops_near(net, cities_b)
    if both:
        first, second = _divided(net, regions, first, second)
    if shared := sorted(net.nodes.loc[list(first.keys() & second), "name"]):
        raise BadInputError(
            "cut: {a} and {b} can both enter {shared}: no loss of links parts them",
            a=name_a,
            b=name_b,
            shared=", ".join(shared),
        )
    found = minimum_edge_cut(net.graph, first, second)
    link = _link_of(net.graph, {*first, *second})
    near = {link[key]: key for key in found.cut}
    far = sorted(near.get(link[key], key) for key in found.far_cut)
    return found._replace(far_cut=far), name_a, name_b


def _side(
    catalogue: Catalogue, name: str, region: AdminRegion | None, *, both: bool
) -> tuple[str, list[City]]:
    """Return the Chinese name and the cities of a region, or of a city."""
    wanted = name.strip().casefold()
    exact = any(
        wanted in map(str.casefold, (c.city_id, c.name, c.name_en)) for c in catalogue.cities
    )
    if region is None or (exact and not both):
        city = catalogue.find_city(name)
        return catalogue.city_labels[city.city_id], [city]
    own = [c for c in catalogue.centres if catalogue.region.find(c.region) == region]
    return region.name, own


def _divided(
    net: Network, regions: Sequence[Any], first: dict[str, float], second: dict[str, float]
) -> list[dict[str, float]]:
    """Return the stops of two regions, each on the side where it lies, else where it is nearer."""
    catalogue, reached = net.layers.catalogue, second | first
    if catalogue.region.base.counties:
        counties = read_base(catalogue, "counties")
        where = county_index(counties, net.nodes.geometry[list(reached)].to_numpy())
        codes = [counties["province"].iloc[k] if k >= 0 else "" for k in where]
        side = dict(zip(reached, codes, strict=True))
        own = [region.adcode for region in regions]
    else:
        side = {key: first.get(key, np.inf) <= second.get(key, np.inf) for key in reached}
        own = [True, False]
    return [{key: reached[key] for key in reached if side[key] == code} for code in own]


def _link_of(graph: nx.MultiGraph[str], terminals: set[str]) -> dict[str, int]:
    """Return the number of the link of every edge: those in a row without a junction between."""
    rows: nx.Graph[str] = nx.Graph()
    rows.add_nodes_from(key for _, _, key in graph.edges(keys=True))
    for node in set(graph) - terminals:
        keys = [key for _, _, key in graph.edges(node, keys=True)]
        if len(keys) == 2:
            rows.add_edge(*keys)
    return {key: i for i, row in enumerate(nx.connected_components(rows)) for key in row}
