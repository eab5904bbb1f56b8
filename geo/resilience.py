"""What holds places together: bridges, articulation points, minimum cuts."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.errors import BadInputError
from geo.report import cities_of
from geo.times import travel_graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import networkx as nx
    from pandas import DataFrame, Series

    from geo.catalogue import Catalogue
    from geo.network import Network
    from geo.region import AdminRegion
    from geo.tables import City

#: Capacity of what cannot be cut: the ways between a city and its stops.
_UNCUT = 10**6


def bridges(net: Network) -> DataFrame:
    """
    Return the edges whose loss breaks the network apart (割边).

    Of two parallel edges neither is a bridge.

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
    import networkx as nx
    import pandas as pd

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
    ends = {"from": net.nodes.loc[edge["u"], "name_zh"], "to": net.nodes.loc[edge["v"], "name_zh"]}
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
        One row per node, indexed by place id: `name_zh`, `name_en` and `parts`, the number of
        pieces its component falls into.

    Examples
    --------
    >>> points = articulation_points(net.select("rail"))
    >>> int(points["parts"].min()), len(points) < len(net.nodes)
    (2, True)
    """
    import networkx as nx

    simple = nx.Graph(net.graph)
    parts = {}
    for node in nx.articulation_points(simple):
        component = nx.node_connected_component(simple, node)
        rest = simple.subgraph(component - {node})
        parts[node] = nx.number_connected_components(rest)
    table: DataFrame = net.nodes.loc[net.nodes.index.isin(parts), ["name_zh", "name_en"]]
    return table.assign(parts=[parts[node] for node in table.index])


def detours(net: Network, weight: str = "time_min") -> Series[float]:
    """
    Return how much longer the way round is when an edge is lost.

    Formula: t'(u, v) / t(e), with t' the shortest way between the ends of edge e without it
    (after Jenelius, Petersen and Mattsson 2006).

    Parameters
    ----------
    net
        A network; with nodes at junctions its edges are the links.
    weight
        Column of its edges: `time_min` or `length_km`.

    Returns
    -------
    detour
        Ratio by edge id: infinite for a bridge, NaN for a loop, below 1 where a parallel edge
        is shorter.

    Examples
    --------
    >>> roads = net.select("road")
    >>> ratio = detours(roads)
    >>> set(bridges(roads)["edge_id"]) == set(ratio.index[np.isinf(ratio)])
    True
    """
    import networkx as nx
    import pandas as pd

    found = {}
    for edge, u, v, own in net.edges[["u", "v", weight]].itertuples():

        def left(_a: str, _b: str, keys: Any, lost: str = edge) -> float | None:  # noqa: ANN401
            return min((data[weight] for key, data in keys.items() if key != lost), default=None)

        try:
            found[edge] = nx.bidirectional_dijkstra(net.graph, u, v, left)[0] / own
        except nx.NetworkXNoPath:
            found[edge] = float("inf")
        if u == v:
            found[edge] = float("nan")
    return pd.Series(found, index=net.edges.index, name="detour", dtype=float)


class Cut(NamedTuple):
    """
    How many independent ways hold two sets of places together.

    Parameters
    ----------
    value
        Size of a minimum cut, and the number of ways that share no link (Menger 1927).
    cut
        Ids of the edges of the minimum cut nearest to the first set.
    far_cut
        The same nearest to the second set; a link that both cut is told by the same edge.
    paths
        Ids of the edges of that many ways without a common edge.
    """

    value: int
    cut: list[str]
    far_cut: list[str]
    paths: list[list[str]]

    @property
    def unique(self) -> bool:
        """Whether there is only one minimum cut."""
        return set(self.cut) == set(self.far_cut)


def min_cut(graph: nx.MultiGraph[str], sources: Iterable[str], targets: Iterable[str]) -> Cut:
    """
    Return a minimum edge cut between two sets of nodes, and as many edge-disjoint paths.

    Every edge of the multigraph has capacity one, so parallel edges count; the nodes of a set
    are joined to one end of unlimited capacity.

    Parameters
    ----------
    graph
        An undirected multigraph; edge keys are edge ids.
    sources, targets
        Nodes of the two sets; nodes that are not in the graph are left out.

    Returns
    -------
    cut
        Value, both extreme cuts and the paths; value 0 where nothing connects the sets.

    Examples
    --------
    >>> import networkx as nx
    >>> square = nx.MultiGraph([("a", "b", 1), ("b", "c", 2), ("c", "d", 3), ("d", "a", 4)])
    >>> min_cut(square, ["a"], ["c"]).value
    2
    """
    import networkx as nx

    first, second = ({n for n in nodes if n in graph} for nodes in (sources, targets))
    second -= first
    if not first or not second:
        return Cut(0, [], [], [])
    flow_graph: nx.DiGraph[str] = nx.DiGraph()
    for u, v in graph.edges():
        for a, b in ((u, v), (v, u)):
            if a != b:
                old = flow_graph.get_edge_data(a, b, {"capacity": 0})["capacity"]
                flow_graph.add_edge(a, b, capacity=old + 1)
    for node in first:
        flow_graph.add_edge("<", node, capacity=_UNCUT)
    for node in second:
        flow_graph.add_edge(node, ">", capacity=_UNCUT)
    residual = nx.algorithms.flow.dinitz(flow_graph, "<", ">", capacity="capacity")
    near = _reached(residual, "<", forward=True)
    far = _reached(residual, ">", forward=False)
    return Cut(
        int(residual.graph["flow_value"]),
        _crossing_edges(graph, near),
        _crossing_edges(graph, set(graph) - far),
        _paths(graph, residual, first, second),
    )


def _reached(residual: nx.DiGraph[str], start: str, *, forward: bool) -> set[str]:
    """Return the nodes that spare capacity connects with a terminal."""
    seen, stack = {start}, [start]
    while stack:
        node = stack.pop()
        for other in residual[node]:
            u, v = (node, other) if forward else (other, node)
            edge = residual[u][v]
            if other not in seen and edge["flow"] < edge["capacity"]:
                seen.add(other)
                stack.append(other)
    return seen


def _crossing_edges(graph: nx.MultiGraph[str], side: set[str]) -> list[str]:
    return sorted(key for u, v, key in graph.edges(keys=True) if (u in side) != (v in side))


def _paths(
    graph: nx.MultiGraph[str], residual: nx.DiGraph[str], first: set[str], second: set[str]
) -> list[list[str]]:
    """Follow the flow from the first set to the second, one unit at a time."""
    flow: dict[tuple[str, str], int] = {
        (u, v): int(data["flow"])
        for u, v, data in residual.edges(data=True)
        if data["flow"] > 0 and u in graph and v in graph
    }
    leaving = {n: int(residual["<"][n]["flow"]) for n in first}
    arriving = {n: int(residual[n][">"]["flow"]) for n in second}
    keys: dict[frozenset[str], list[str]] = defaultdict(list)
    for u, v, key in sorted(graph.edges(keys=True), key=lambda edge: edge[2], reverse=True):
        keys[frozenset((u, v))].append(key)
    onward: dict[str, list[str]] = defaultdict(list)
    for u, v in sorted(flow):
        onward[u].append(v)
    paths = [
        _one_path(start, flow, onward, keys, arriving)
        for start in sorted(first)
        for _ in range(leaving[start])
    ]
    return sorted(paths, key=lambda path: (len(path), path))


def _one_path(
    start: str,
    flow: dict[tuple[str, str], int],
    onward: dict[str, list[str]],
    keys: dict[frozenset[str], list[str]],
    arriving: dict[str, int],
) -> list[str]:
    node, nodes, path = start, [start], list[str]()
    while not arriving.get(node):
        following = next(n for n in onward[node] if flow[node, n])
        flow[node, following] -= 1
        path.append(keys[frozenset((node, following))].pop())
        node = following
        if node in nodes:  # a loop of the flow is no part of a way
            back = nodes.index(node)
            del nodes[back + 1 :], path[back:]
        else:
            nodes.append(node)
    arriving[node] -= 1
    return path


def cut(net: Network, catalogue: Catalogue, a: str, b: str) -> tuple[Cut, str, str]:
    """
    Return how many independent links hold two regions or two cities together.

    A region stands for the stops that its cities can enter, so its value is not just the
    number of border crossings; a stop that cities of both can enter belongs to the nearer
    one. A name that a region and a city share means the region only where both names are
    regions.

    Parameters
    ----------
    net
        A network with a node at every stop.
    catalogue
        The catalogue of the regions and cities.
    a, b
        Names of regions or cities.

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
        When the two are the same, one is part of the other, or both are cities that can enter
        the same stop, so that no loss of links parts them.

    Examples
    --------
    >>> found, name_a, name_b = cut(stops.select("rail"), cat, "四川", "重庆")
    >>> (name_a, name_b), found.value == len(found.cut) == len(found.paths)
    (('四川', '重庆'), True)
    """
    regions = [catalogue.region.find(name) for name in (a, b)]
    both = None not in regions
    (name_a, cities_a), (name_b, cities_b) = (
        _side(catalogue, name, region, both=both)
        for name, region in zip((a, b), regions, strict=True)
    )
    for one, other in product(cities_a, cities_b):
        if other.city_id in (one.city_id, one.part_of) or other.part_of == one.city_id:
            raise BadInputError(f"cut: {name_a} and {name_b} are the same, or one holds the other")
    first, second = _stops(net, cities_a), _stops(net, cities_b)
    if both:  # a stop near the border belongs to the side that is nearer to it
        nearer = {key: first[key] <= second[key] for key in first.keys() & second}
        first = {key: value for key, value in first.items() if nearer.get(key, True)}
        second = {key: value for key, value in second.items() if not nearer.get(key, False)}
    if shared := sorted(net.nodes.loc[list(first.keys() & second), "name_zh"]):
        raise BadInputError(
            f"cut: {name_a} and {name_b} can both enter {', '.join(shared)}: no loss of links "
            f"parts them"
        )
    found = min_cut(net.graph, first, second)
    link = _link_of(net.graph, {*first, *second})
    near = {link[key]: key for key in found.cut}
    far = sorted(near.get(link[key], key) for key in found.far_cut)
    return found._replace(far_cut=far), name_a, name_b


def _side(
    catalogue: Catalogue, name: str, region: AdminRegion | None, *, both: bool
) -> tuple[str, list[City]]:
    """Return the Chinese name and the cities of a region, or of a city."""
    wanted = name.strip().casefold()
    exact = any(wanted in (c.city_id, c.name_zh, c.name_en.casefold()) for c in catalogue.cities)
    if region is None or (exact and not both):
        city = catalogue.find_city(name)
        return city.name_zh, [city]
    own = [c for c in cities_of(catalogue) if catalogue.region.find(c.region) == region]
    return region.name_zh, own


def _link_of(graph: nx.MultiGraph[str], terminals: set[str]) -> dict[str, int]:
    """Return the number of the link of every edge: those in a row without a junction between."""
    import networkx as nx

    rows: nx.Graph[str] = nx.Graph()
    rows.add_nodes_from(key for _, _, key in graph.edges(keys=True))
    for node in set(graph) - terminals:
        keys = [key for _, _, key in graph.edges(node, keys=True)]
        if len(keys) == 2:
            rows.add_edge(*keys)
    return {key: i for i, row in enumerate(nx.connected_components(rows)) for key in row}


def _stops(net: Network, cities: Sequence[City]) -> dict[str, float]:
    """Return the stops that cities can enter by any mode of a network, with the minutes."""
    found: dict[str, float] = {}
    for mode in net.modes:
        graph = travel_graph(net, cities, mode=mode)
        for city in cities:
            for stop, way in graph.adj.get(f"city:{city.city_id}", {}).items():
                found[stop] = min(found.get(stop, way["time_min"]), way["time_min"])
    return found
