"""Nodes and edges of lines that meet at their ends, and chains of them joined to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.engines._shapes import shapes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from pandas import DataFrame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]


class Noded(NamedTuple):
    """Nodes (numbered from 0, with `x` and `y`) and edges (lines with `u` and `v`)."""

    nodes: DataFrame
    edges: gpd.GeoDataFrame


def noded_graph(lines: gpd.GeoDataFrame, *, digits: int = 7) -> Noded:
    """
    Return the graph of lines that meet at their ends.

    Parameters
    ----------
    lines
        Lines (LineString), cut where they meet (`node_lines`).
    digits
        Decimals of the coordinates that must agree at a node; 7 of a degree are 1 cm.

    Returns
    -------
    graph
        Nodes in the order of x and y, with these columns in the coordinates of the lines
        (a point for each would take as long as all the rest), and the lines with the columns
        `u` and `v`.

    Raises
    ------
    BadInputError
        When a geometry is no line.

    Examples
    --------
    >>> import geopandas as gpd
    >>> roads = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 1 1)", "LINESTRING (1 1, 2 0)"])
    >>> made = noded_graph(gpd.GeoDataFrame(geometry=roads))
    >>> len(made.nodes), made.edges[["u", "v"]].to_numpy().tolist()
    (3, [[0, 1], [1, 2]])
    """
    import pandas as pd
    import shapely

    shapes = shapes_of(lines, "line")
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    last = np.cumsum(np.bincount(line, minlength=len(shapes))) - 1
    first = np.append(0, last + 1)[: len(shapes)]
    ends = xy[np.append(first, last)]
    key = np.round(ends, digits) + 0.0  # no negative zeros
    _, where, number = np.unique(
        key[:, 0] + 1j * key[:, 1], return_index=True, return_inverse=True
    )
    u, v = np.split(number.reshape(-1), 2)
    nodes = pd.DataFrame(ends[where], columns=["x", "y"])
    return Noded(nodes, lines.assign(u=u, v=v))


def contract(
    graph: Noded,
    *,
    add: Sequence[str] = (),
    same: Sequence[str] = (),
    keep: ArrayLike = (),
) -> Noded:
    """
    Join the edges of chains: nodes that two edges reach go, their geometry stays in the line.

    Parameters
    ----------
    graph
        Nodes and edges.
    add
        Columns of the edges that are added up, such as times and lengths.
    same
        Columns that must agree on both sides of a node that goes, such as a class; they are
        kept.
    keep
        Numbers of nodes that stay.

    Returns
    -------
    graph
        Nodes keep their numbers as labels. Edges have the columns `add`, `same`, `u`, `v` and
        `members`, the labels of the edges joined, along the line. Of a ring without another
        node, the lowest stays. An edge that is joined with none keeps its direction.

    Examples
    --------
    >>> import geopandas as gpd
    >>> roads = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 1 1)", "LINESTRING (1 1, 2 0)"])
    >>> made = noded_graph(gpd.GeoDataFrame({"minutes": [3.0, 4.0]}, geometry=roads))
    >>> joined = contract(made, add=["minutes"]).edges
    >>> joined["minutes"].tolist(), joined["members"].tolist()
    ([7.0], [(1, 0)])
    """
    import geopandas as gpd

    u, v = (graph.edges[key].to_numpy(np.intp) for key in ("u", "v"))
    chain = _chains(u, v, _inner(graph, u, v, same, np.asarray(keep, np.intp)))
    begins = np.flatnonzero(np.diff(chain.number, prepend=-1))
    edge, back = np.divmod(chain.half, 2)
    tails, heads = np.where(back, v[edge], u[edge]), np.where(back, u[edge], v[edge])
    ends = np.append(begins[1:], len(edge)) - 1 if len(begins) else begins
    columns = {}
    for name in add:
        values = graph.edges[name].to_numpy(float)[edge]
        columns[name] = np.bincount(chain.number, weights=values)
    columns |= {name: graph.edges[name].to_numpy()[edge[begins]] for name in same}
    labels = graph.edges.index.to_numpy()[edge]
    columns |= {"u": tails[begins], "v": heads[ends]}
    shapes = _joined(graph.edges.geometry.to_numpy(), chain)
    made = gpd.GeoDataFrame(columns, geometry=shapes, crs=graph.edges.crs)
    made["members"] = [
        tuple(labels[a : b + 1].tolist()) for a, b in zip(begins, ends, strict=True)
    ]
    used = np.unique(np.concatenate([tails[begins], heads[ends]]))
    return Noded(graph.nodes.loc[used], made)


class Chains(NamedTuple):
    """Half-edges in order along chains: 2 e runs along edge e, 2 e + 1 against it."""

    half: Ints
    number: Ints


def _inner(graph: Noded, u: Ints, v: Ints, same: Sequence[str], keep: Ints) -> NDArray[np.bool_]:
    """Tell which nodes go: two edges, alike, and no ring that would be left without a node."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(graph.nodes)
    inner = np.asarray(np.bincount(np.concatenate([u, v]), minlength=n) == 2, bool)
    inner[keep] = False
    inner[u[u == v]] = False
    if len(same):
        kind = graph.edges.groupby(list(same), sort=False, dropna=False).ngroup().to_numpy()
        ends, kinds = np.concatenate([u, v]), np.concatenate([kind, kind])
        least, most = np.full(n, len(kind)), np.full(n, -1)
        np.minimum.at(least, ends, kinds)
        np.maximum.at(most, ends, kinds)
        inner &= least == most
    links = coo_array((np.ones(len(u)), (u, v)), shape=(n, n))
    part = connected_components(links, directed=False)[1]
    lonely = np.bincount(part, weights=~inner, minlength=1) == 0
    inner[np.unique(part, return_index=True)[1][lonely[: part.max(initial=-1) + 1]]] = False
    return inner


def _chains(u: Ints, v: Ints, inner: NDArray[np.bool_]) -> Chains:
    """
    Return the half-edges of every chain, in one of its two directions.

    Each half-edge points to the one that follows beyond an inner node; pointers then leap to
    the end of the chain, twice as far each round, and count the steps.
    """
    half = np.arange(2 * len(u))
    tail = np.stack([u, v], axis=1).ravel()
    leaving = half[inner[tail]]
    pairs = leaving[np.argsort(tail[leaving], kind="stable")].reshape(-1, 2)
    # an edge that comes back along one of the pair goes on along the other
    onward = half.copy()
    onward[pairs[:, 0] ^ 1], onward[pairs[:, 1] ^ 1] = pairs[:, 1], pairs[:, 0]
    steps = (onward != half).astype(np.intp)
    while (onward[onward] != onward).any():
        steps += steps[onward]
        onward = onward[onward]
    chosen = half[onward < onward[half ^ 1]]
    order = chosen[np.lexsort((-steps[chosen], onward[chosen]))]
    return Chains(order, np.unique(onward[order], return_inverse=True)[1].reshape(-1))


def _joined(shapes: NDArray[np.object_], chain: Chains) -> NDArray[np.object_]:
    """Join the lines of chains; a point where two meet stays once."""
    import shapely

    xy, line = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(line, np.arange(len(shapes) + 1))
    edge, back = np.divmod(chain.half, 2)
    size = np.diff(first)[edge]
    member = np.repeat(np.arange(len(edge)), size)
    step = np.arange(len(member)) - np.repeat(np.cumsum(size) - size, size)
    forward, against = first[edge][member] + step, first[edge + 1][member] - 1 - step
    at = np.where(back[member] == 1, against, forward)
    begins = np.diff(chain.number, prepend=-1) > 0
    keep = (step > 0) | begins[member]
    if not len(at):
        return np.empty(0, object)
    joined: NDArray[np.object_] = shapely.linestrings(
        xy[at[keep]], indices=chain.number[member[keep]]
    )
    return joined
