"""Indices of single nodes and edges, and of pairs of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse.csgraph import dijkstra

from geo.core import later
from geo.geometry import straight_km
from geo.network import Network

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = later("networkx")

Array = NDArray[np.float64]
NAN = float("nan")


def shortest_path_matrix(net: Network, weight: str | None = "length_km") -> Array:
    """
    Return the shortest paths between all nodes.

    Parameters
    ----------
    net, weight
        A network, and a column of its edges; None counts hops.

    Returns
    -------
    matrix
        In the order of the nodes, shape (v, v); infinite where unreachable, 0 on the diagonal.

    Examples
    --------
    >>> int(shortest_path_matrix(net.select("water"), weight=None).max())
    3
    """
    if net.nodes.empty:
        return np.zeros((0, 0))
    matrix = net.csr(weight or "length_km")
    return np.asarray(dijkstra(matrix, directed=False, unweighted=weight is None), float)


def konig_numbers(hops: Array) -> Array:
    """
    Return max_j h_ij of every node, hops to the node farthest away (König), shape (v,).

    Infinite where a node is unreachable; the maximum is the diameter in hops.
    """
    return np.asarray(hops.max(axis=1, initial=0.0))


def shimbel_indices(matrix: Array) -> Array:
    """
    Return sum_j d_ij of every node, hops or km (Shimbel 1953), shape (v,).

    Infinite where a node is unreachable. Hops are counted as edges; texts that count the nodes
    between have one less per pair.
    """
    return np.asarray(matrix.sum(axis=1))


def dispersion(matrix: Array) -> float:
    """Return the sum of all Shimbel indices; infinite where unreachable, NaN without nodes."""
    return float(matrix.sum()) if len(matrix) else NAN


def closeness_centrality(matrix: Array) -> Array:
    """
    Return (r / (v - 1)) (r / sum d) over the r nodes reached, per hop or km, shape (v,).

    Without the first factor (Wasserman and Faust) nodes of small components would win. 0 for a
    lone node among others, NaN in a network of one.
    """
    v, reached = len(matrix), _reached(matrix)
    total = np.where(np.isfinite(matrix), matrix, 0.0).sum(axis=1)
    if v < 2:
        return np.full(v, NAN)
    ratio = np.divide(reached, total, out=np.zeros(v), where=total > 0)
    return np.asarray(reached / (v - 1) * ratio)


def _reached(matrix: Array) -> Array:
    """Return how many other nodes every node reaches."""
    return np.asarray(np.isfinite(matrix).sum(axis=1) - 1.0)


def straightness_centrality(matrix: Array, straight: Array) -> Array:
    """
    Return mean_j s_ij / d_ij over the v - 1 other nodes (Porta, Crucitti and Latora 2006).

    An unreachable node adds 0; NaN in a network of one, and where two nodes are at distance 0.
    """
    v = len(matrix)
    if v < 2:
        return np.full(v, NAN)
    ratios = np.divide(straight, matrix, out=np.full((v, v), NAN), where=matrix > 0)
    np.fill_diagonal(ratios, 0.0)
    return np.asarray(ratios.sum(axis=1) / (v - 1))


def node_betweenness(graph: nx.Graph[Any], weight: str | None = None) -> dict[Any, float]:
    """
    Return sum_{a<b} sigma_ab(i) / sigma_ab of every node, in pairs of nodes (Freeman 1977).

    Of parallel edges the shortest counts. Weights are rounded to a thousandth, so that equal
    paths tie.
    """
    simple: nx.Graph[Any] = nx.Graph()
    simple.add_nodes_from(graph)
    for u, v, data in graph.edges(data=True):
        length = 1 if weight is None else max(round(1000 * data[weight]), 1)
        if u != v and length < simple.get_edge_data(u, v, {"w": np.inf})["w"]:
            simple.add_edge(u, v, w=length)
    by = None if weight is None else "w"
    found: dict[Any, float] = nx.betweenness_centrality(simple, normalized=False, weight=by)
    return found


def circuity(matrix: Array, straight: Array) -> dict[str, float]:
    """
    Return the detour of a whole network, over all pairs that are connected.

    Parameters
    ----------
    matrix, straight
        Shortest paths and geodesic distances in km, shape (v, v).

    Returns
    -------
    values
        `circuity` (sum d / sum s), `mean_detour` (mean of d / s, which differs), the number of
        unordered `pairs` they rest on and of `unreachable` ones; NaN without pairs.
    """
    i, j = np.triu_indices(len(matrix), 1)
    d, s = matrix[i, j], straight[i, j]
    use = np.isfinite(d) & (s > 0)
    known = bool(use.any())
    return {
        "circuity": float(d[use].sum() / s[use].sum()) if known else NAN,
        "mean_detour": float((d[use] / s[use]).mean()) if known else NAN,
        "pairs": int(use.sum()),
        "unreachable": int(np.isinf(d).sum()),
    }


def node_table(net: Network) -> DataFrame:
    """
    Return the indices of every node, in hops and in km.

    Parameters
    ----------
    net
        A network. With several components König numbers and Shimbel indices are infinite;
        `component_nodes` says how many nodes each can reach, itself included, and
        `konig_reached` and `shimbel_km_reached` hold within the component only: they
        flatter small ones.

    Returns
    -------
    table
        Indexed by place id: `name`, `degree` (edges, parallel ones too, a loop twice),
        `component_nodes`, `konig`, `konig_reached`, `shimbel_hops`, `shimbel_km`,
        `shimbel_km_reached`, `closeness_hops`, `closeness_km`, `straightness`,
        `betweenness_hops` and `betweenness_km` (in pairs).
    """
    hops, km = shortest_path_matrix(net, None), shortest_path_matrix(net)
    place = net.nodes.geometry
    apart = straight_km(place.x.to_numpy(), place.y.to_numpy())
    inside_km = np.where(np.isfinite(km), km, 0.0)
    columns: dict[str, Any] = {
        "name": net.nodes["name"].to_numpy(),
        "degree": [net.graph.degree(node) for node in net.nodes.index],
        "component_nodes": (_reached(hops) + 1).astype(int),
        "konig": konig_numbers(hops),
        "konig_reached": konig_numbers(np.where(np.isfinite(hops), hops, 0.0)),
        "shimbel_hops": shimbel_indices(hops),
        "shimbel_km": shimbel_indices(km),
        "shimbel_km_reached": shimbel_indices(inside_km),
        "closeness_hops": closeness_centrality(hops),
        "closeness_km": closeness_centrality(km),
        "straightness": straightness_centrality(km, apart),
    }
    table = pd.DataFrame(columns, index=net.nodes.index)
    for name, weight in (("betweenness_hops", None), ("betweenness_km", "length_km")):
        table[name] = table.index.map(node_betweenness(net.graph, weight)).astype(float)
    return table
