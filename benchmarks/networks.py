"""Networks to measure on: our own region, the world's highways, and made-up roads."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Roads(NamedTuple):
    """Points, and links between them with a weight."""

    points: NDArray[np.float64]
    tails: NDArray[np.intp]
    heads: NDArray[np.intp]
    weights: NDArray[np.float64]

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.points)


def region() -> Roads:
    """Return the open network of the embedded region, nodes at stops."""
    import geo

    net = geo.build_network(geo.build_layers(geo.load()), nodes="stops")
    number = {name: i for i, name in enumerate(net.nodes.index)}
    tails, heads = (net.edges[key].map(number).to_numpy(int) for key in ("u", "v"))
    points = net.nodes.geometry.get_coordinates().to_numpy()
    return Roads(points, tails, heads, net.edges["time_min"].to_numpy(float))


def planar(size: int, seed: int = 0) -> Roads:
    """Return made-up roads: a shaken grid with gaps, and an arterial every 16 rows."""
    rng, side = np.random.default_rng(seed), round(size**0.5)
    number = np.arange(side * side).reshape(side, side)
    xy = np.stack(np.divmod(number.ravel(), side), axis=1) + rng.uniform(-0.35, 0.35, (side**2, 2))
    tails = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    heads = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    fast = (tails % side % 16 == 0) & (heads - tails == side)
    fast |= (tails // side % 16 == 0) & (heads - tails == 1)
    keep = fast | (rng.random(len(tails)) < 0.645)
    tails, heads, fast = tails[keep], heads[keep], fast[keep]
    length = np.hypot(*(xy[tails] - xy[heads]).T)
    return Roads(xy, tails, heads, length * np.where(fast, 0.5, 1.5))


def corridors(size: int = 300, links: int = 359, seed: int = 0) -> Roads:
    """Return made-up corridors: a shortest tree over points, and the shortest other links."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import Delaunay

    points = np.random.default_rng(seed).uniform(0, 100, (size, 2))
    corners = Delaunay(points).simplices
    pairs = np.unique(np.sort(corners[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2)), axis=0)
    length = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    tree = minimum_spanning_tree(coo_array((length, pairs.T), shape=(size, size))).tocoo()
    held = np.isin(pairs @ [size, 1], np.sort([tree.row, tree.col], axis=0).T @ [size, 1])
    chosen = np.argsort(np.where(held, 0, length), kind="stable")[:links]
    return Roads(points, *pairs[chosen].T, length[chosen])


def highways() -> Roads:
    """Return the world's highways of scgraph_data (OpenStreetMap, ODbL), read as text."""
    files = distribution("scgraph_data")
    text = files.locate_file("scgraph_data/world_highways.py").read_text()
    found = {
        key: re.search(rf"^{key}\s*=\s*(.*)$", text, re.MULTILINE) for key in ("graph", "nodes")
    }
    points = np.array(json.loads(found["nodes"][1]))[:, ::-1]
    rows = [
        (i, int(j), float(km))
        for i, row in enumerate(re.finditer(r"\{([^}]*)\}", found["graph"][1]))
        for j, km in (pair.split(":") for pair in row[1].split(",") if pair)
        if int(j) > i
    ]
    tails, heads, km = np.array(rows).T
    return Roads(points, tails.astype(int), heads.astype(int), km)
