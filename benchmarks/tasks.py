"""What is measured: each task yields cases, each case the engines that solve it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.lines import borders, joining, noding, numbering
from benchmarks.measure import Case, Engine, installed
from benchmarks.networks import Roads, corridors, highways, planar, region
from geo.algorithms import (
    build_graph,
    edge_node_betweenness,
    prepare,
    removal_losses,
    reweight,
    shortest_distances,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import igraph
    import networkx as nx
    from numpy.typing import NDArray


#: Nodes from which one round must do.
LARGE = 200_000


def _names(*, quick: bool) -> dict[str, Callable[[], Roads]]:
    made = {"region": region, "10⁴": lambda: planar(10**4), "10⁵": lambda: planar(10**5)}
    if not quick:
        made["10⁶"] = lambda: planar(10**6)
        if installed("scgraph_data"):
            made["highways"] = highways
    return made


def _power(title: str, roads: Roads) -> int:
    """Return the size of made-up roads; others tell nothing about growth."""
    return roads.size if title.startswith("10") else 0


def _networkx(roads: Roads) -> nx.Graph[int]:
    """Return a simple graph: of parallel links the lightest."""
    import networkx as nx

    made = nx.Graph()
    made.add_nodes_from(range(roads.size))
    order = np.argsort(-roads.weights, kind="stable")
    rows = (column[order].tolist() for column in roads[1:])
    made.add_weighted_edges_from(zip(*rows, strict=True))
    return made


def _igraph(roads: Roads) -> igraph.Graph:
    import igraph

    return igraph.Graph(n=roads.size, edges=np.stack([roads.tails, roads.heads], axis=1))


def _rows_networkx(made: nx.Graph[int], sources: NDArray, targets: NDArray) -> NDArray[np.float64]:
    import networkx as nx

    rows = (nx.single_source_dijkstra_path_length(made, int(s)) for s in sources)
    return np.array([[row.get(int(t), np.inf) for t in targets] for row in rows])


def matrices(*, quick: bool) -> Iterator[Case]:
    """Distances of 200 x 200 nodes, and 2,000 x 2,000: searches, preparation, other weights."""
    for title, make in _names(quick=quick).items():
        roads = make()
        yield _matrix(title, roads, min(200, roads.size), quick=quick)
        if title == "10⁵" and not quick:
            yield _matrix(title, roads, 2000, quick=quick)


def _matrix(title: str, roads: Roads, count: int, *, quick: bool) -> Case:
    from scipy.sparse.csgraph import dijkstra

    from geo.algorithms.graphs import lightest_arcs

    rng = np.random.default_rng(7)
    sources, targets = (rng.choice(roads.size, count, replace=False) for _ in range(2))
    g = build_graph(roads.size, *roads[1:])
    matrix, network, prepared = lightest_arcs(g)[0], _networkx(roads), prepare(g)
    few = slice(0, count if roads.size < 1000 else 2 if quick or roads.size > LARGE else 4)
    share = len(sources[few]) / count
    some = slice(0, count if roads.size < 1000 else 20)
    part = len(sources[some]) / count
    engines = {
        "networkx": Engine(lambda: _rows_networkx(network, sources[few], targets), share, few),
        "scipy": Engine(lambda: dijkstra(matrix, indices=sources[some])[:, targets], part, some),
    }
    missing = []
    if installed("igraph"):
        peer, weights = _igraph(roads), roads.weights.tolist()
        engines["igraph"] = Engine(
            lambda: np.array(peer.distances(sources[some].tolist(), targets.tolist(), weights)),
            part,
            some,
        )
    else:
        missing.append("igraph (not installed)")
    if roads.size > LARGE:
        missing.append("pandana (prepares for minutes)")
    elif installed("pandana"):
        engines |= _pandana(roads, sources, targets, slice(0, min(count, 200)))
    else:
        missing.append("pandana (not installed)")
    engines["geo, prepared"] = Engine(lambda: shortest_distances(prepared, sources, targets))
    engines["geo, other weights and distances"] = Engine(
        lambda: shortest_distances(reweight(prepared, roads.weights), sources, targets)
    )
    engines["geo, preparation and distances"] = Engine(
        lambda: shortest_distances(prepare(g), sources, targets)
    )
    text = f"{title}, {roads.size:,} nodes" + (f", {count:,} x {count:,}" if count > 200 else "")
    power = _power(title, roads) if count == min(200, roads.size) else 0
    return Case(text, power, engines, tuple(missing), roads.size > LARGE)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Send what compiled code prints nowhere."""
    sys.stdout.flush()
    held, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(held, 1)
        os.close(held)
        os.close(nowhere)


def _pandana(roads: Roads, sources: NDArray, targets: NDArray, some: slice) -> dict[str, Engine]:
    import pandas as pd
    from pandana import Network

    def make() -> Network:
        x, y = (pd.Series(column) for column in roads.points.T)
        ends = pd.Series(roads.tails), pd.Series(roads.heads)
        with _quiet():
            return Network(x, y, *ends, pd.DataFrame({"w": roads.weights}))

    network = make()

    def search(network: Network) -> NDArray[np.float64]:
        rows = sources[some]
        a, b = np.repeat(rows, len(targets)), np.tile(targets, len(rows))
        found = np.array(network.shortest_path_lengths(a, b, imp_name="w"))
        found[found > 4e6] = np.inf  # pandana's way to say unreachable
        return found.reshape(len(rows), -1)

    # pandana rounds every weight to a thousandth
    loose, share = 0.02, len(sources[some]) / len(sources)
    found = {"pandana, prepared": Engine(lambda: search(network), share, some, loose)}
    if share == 1:
        again = Engine(lambda: search(make()), within=loose)
        found["pandana, preparation and distances"] = again
    return found


def removal(*, quick: bool) -> Iterator[Case]:
    """Take every link away: the sum of 1/t that 40 nodes lose (all nodes of small networks)."""
    for title, make in ({"corridors": corridors} | _names(quick=quick)).items():
        roads = make()
        rng = np.random.default_rng(7)
        for count in (40, roads.size) if roads.size < 1000 else (40,):
            yield _removal(title, roads, np.sort(rng.choice(roads.size, count, replace=False)))


def _removal(title: str, roads: Roads, nodes: NDArray) -> Case:
    links = len(roads.tails)
    g = build_graph(roads.size, *roads[1:])
    # a loop over all links takes hours: it takes a few and is scaled up. Most links of a large
    # network cost nothing, so those compared are chosen among the others, and one that does not
    cost = removal_losses(g, nodes).efficiency
    dear, free = np.flatnonzero(cost > 0), np.flatnonzero(cost == 0)
    count = 7 if roads.size < 1000 else 1 if roads.size > LARGE else 2
    chosen = dear[np.linspace(0, len(dear) - 1, count + 2).astype(int)[1:-1]]
    few = np.unique(np.append(chosen, free[: roads.size <= LARGE]))

    def worth(matrix: NDArray) -> float:
        upper = np.asarray(matrix, float)[np.triu_indices(len(nodes), 1)]
        return float((1 / upper).sum())

    def loop(search: Callable[[Roads], NDArray]) -> NDArray[np.float64]:
        base = worth(search(roads))
        lost = []
        for link in few:
            weights = roads.weights.copy()
            weights[link] = np.inf
            lost.append(base - worth(search(roads._replace(weights=weights))))
        return np.array(lost)

    network = _networkx(roads) if roads.size < 50_000 else None

    def by_networkx(changed: Roads) -> NDArray[np.float64]:
        for link in np.flatnonzero(np.isinf(changed.weights)):
            u, v = int(roads.tails[link]), int(roads.heads[link])
            ends = np.isin(roads.tails, (u, v)) & np.isin(roads.heads, (u, v))
            network[u][v]["weight"] = changed.weights[ends].min()
        found = _rows_networkx(network, nodes, nodes)
        for link in np.flatnonzero(np.isinf(changed.weights)):
            u, v = int(roads.tails[link]), int(roads.heads[link])
            ends = np.isin(roads.tails, (u, v)) & np.isin(roads.heads, (u, v))
            network[u][v]["weight"] = roads.weights[ends].min()
        return found

    def by_scipy(changed: Roads) -> NDArray[np.float64]:
        from scipy.sparse.csgraph import dijkstra

        from geo.algorithms.graphs import lightest_arcs

        return dijkstra(lightest_arcs(build_graph(roads.size, *changed[1:]))[0], indices=nodes)[
            :, nodes
        ]

    share, part = (len(few) + 1) / (links + 1), few  # the base is searched too
    loose = 1e-6  # a loop takes the difference of two large sums
    engines = {}
    if roads.size < 50_000:
        engines["networkx, a loop"] = Engine(lambda: loop(by_networkx), share, part, loose)
    engines["scipy, a loop"] = Engine(lambda: loop(by_scipy), share, part, loose)
    missing = () if installed("igraph") else ("igraph (not installed)",)
    if not missing:
        peer = _igraph(roads)

        def by_igraph(changed: Roads) -> NDArray[np.float64]:
            ends = nodes.tolist()
            return np.array(peer.distances(ends, ends, weights=changed.weights.tolist()))

        engines["igraph, a loop"] = Engine(lambda: loop(by_igraph), share, part, loose)
    engines["geo, all links"] = Engine(lambda: removal_losses(g, nodes).efficiency)
    text = f"{title}, {links:,} links, {len(nodes)} nodes"
    return Case(text, _power(title, roads), engines, missing, roads.size > LARGE)


def between(*, quick: bool) -> Iterator[Case]:
    """Betweenness of all nodes, from all sources or from 16."""
    names = {"300": lambda: planar(300)} | _names(quick=quick)
    for title, make in names.items():
        roads = make()
        g = build_graph(roads.size, *roads[1:])
        sources = np.arange(roads.size) if roads.size < 1000 else np.arange(16) * 97
        network, engines, missing = _networkx(roads), {}, []
        if roads.size < 1000:
            import networkx as nx

            def by_networkx(network: nx.Graph[int] = network) -> NDArray[np.float64]:
                found = nx.betweenness_centrality(network, weight="weight", normalized=False)
                return np.array(list(found.values()))

            simple = len(set(zip(roads.tails, roads.heads, strict=True))) == len(roads.tails)
            engines |= {"networkx": Engine(by_networkx)} if simple else {}
        if installed("igraph"):
            peer = _igraph(roads)
            asked = {"weights": roads.weights.tolist(), "sources": sources.tolist()}
            engines["igraph"] = Engine(lambda p=peer, a=asked: np.array(p.betweenness(**a)))
        else:
            missing.append("igraph (not installed)")
        engines["geo"] = Engine(lambda g=g, s=sources: edge_node_betweenness(g, s).nodes)
        text = f"{title}, {roads.size:,} nodes, {len(sources)} sources"
        yield Case(text, _power(title, roads), engines, tuple(missing), roads.size > LARGE)


TASKS = {
    "matrices": matrices,
    "removal": removal,
    "betweenness": between,
    "noding": noding,
    "numbering": numbering,
    "joining": joining,
    "borders": borders,
}
