"""Flows between nodes: minimum cuts, and as many edge-disjoint paths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from geo.core import later

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = later("networkx")

#: Capacity of what cannot be cut: the joints between a set of nodes and its terminal.
_UNCUT = 10**6


class EdgeCut(NamedTuple):
    """
    A minimum edge cut and as many edge-disjoint paths (Menger 1927), as ids of edges.

    Of all minimum cuts, `cut` is the nearest to the first set, `far_cut` to the second one.
    """

    value: int
    cut: list[str]
    far_cut: list[str]
    paths: list[list[str]]

    @property
    def unique(self) -> bool:
        """Whether there is only one minimum cut."""
        return set(self.cut) == set(self.far_cut)


def minimum_edge_cut(
    graph: nx.MultiGraph[str], sources: Iterable[str], targets: Iterable[str]
) -> EdgeCut:
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
        Value 0 where nothing connects the sets.
    """
    first, second = ({n for n in nodes if n in graph} for nodes in (sources, targets))
    second -= first
    if not first or not second:
        return EdgeCut(0, [], [], [])
    flow_graph: nx.DiGraph[str] = nx.DiGraph()
    for u, v in graph.edges():
        for a, b in ((u, v), (v, u)):
            if a != b:
                old = flow_graph.get_edge_data(a, b, {"capacity": 0})["capacity"]
                flow_graph.add_edge(a, b, capacity=old + 1)
    # in order: among flows of one value, which is found follows from the order of the edges
    for node in sorted(first):
        flow_graph.add_edge("<", node, capacity=_UNCUT)
    for node in sorted(second):
        flow_graph.add_edge(node, ">", capacity=_UNCUT)
    residual = nx.algorithms.flow.dinitz(flow_graph, "<", ">", capacity="capacity")
    # the nodes that spare capacity reaches from the source are the smallest source side of any
    # minimum cut, and those it reaches from the other end the smallest far side (Picard and
    # Queyranne 1980): where both give the same edges, there is only one minimum cut
    near = _reached(residual, "<", forward=True)
    far = _reached(residual, ">", forward=False)
    return EdgeCut(
        int(residual.graph["flow_value"]),
        _crossing_edges(graph, near),
        _crossing_edges(graph, set(graph) - far),
        _paths(graph, residual, first, second),
    )


def _reached(residual: nx.DiGraph[str], start: str, *, forward: bool) -> set[str]:
    """Return the nodes that spare capacity connects with a terminal."""
    spare: nx.DiGraph[str] = nx.DiGraph()
    spare.add_node(start)
    spare.add_edges_from(
        (u, v) if forward else (v, u)
        for u, v, edge in residual.edges(data=True)
        if edge["flow"] < edge["capacity"]
    )
    return {start, *nx.descendants(spare, start)}


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
        if node in nodes:  # a loop of the flow is no part of a path
            back = nodes.index(node)
            del nodes[back + 1 :], path[back:]
        else:
            nodes.append(node)
    arriving[node] -= 1
    return path
