"""Roads without a number that go on under another name: one road, as a traveller sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geo.sources.chains import Floats, Ints, linked_parts

#: Parts of a road of one name are at most this far from each other.
NAMED_M = 500.0
#: A road goes straight on where it turns by less than about 50 degrees.
STRAIGHT = -0.65
#: The heading at an end is taken over this length.
HEADING_M = 40.0


def continued_roads(
    edges: gpd.GeoDataFrame, names: NDArray[np.str_], own: Ints, round_about: Ints
) -> tuple[Ints, set[int]]:
    """
    Return the road of each of some edges, in metres, and the roads that have a name.

    Edges of a name are one road where they lie near each other. At a node where two roads of one
    class end they are one, each with the straightest continuation; a roundabout (the edges
    `round_about`) is one node.
    """
    part = edges.iloc[own]
    every = edges[["u", "v"]].to_numpy(np.intp)
    ends = _united(int(every.max()) + 1, every[round_about].tolist())[every[own]]
    called, classes = names[own], part["class"].to_numpy(str)
    shapes = part.geometry.to_numpy()
    reach = np.minimum(HEADING_M, part.geometry.length.to_numpy() / 2)
    tips = [shapely.get_coordinates(shapely.get_point(shapes, k)) for k in (0, -1)]
    inner = [
        shapely.get_coordinates(shapely.line_interpolate_point(shapes, at))
        for at in (reach, -reach)
    ]
    ties = _same_name(called, tips)
    label = _united(len(own), ties)
    at: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for edge, pair in enumerate(ends.tolist()):
        for side in (0, 1):
            at[pair[side]].append((edge, side))
    headings = [b - a for a, b in zip(tips, inner, strict=True)]
    headings = [h / np.maximum(np.hypot(*h.T), 1e-9)[:, None] for h in headings]
    for found in at.values():
        ties += _straight_on(found, label, classes, headings)
    label = _united(len(own), ties)
    return label, set(label[called != ""].tolist())


def _same_name(called: NDArray[np.str_], tips: list[Floats]) -> list[tuple[int, int]]:
    """Return pairs of edges of one name that lie near each other."""
    ties: list[tuple[int, int]] = []
    order = np.argsort(called, kind="stable")
    for of in np.split(order, np.flatnonzero(called[order][1:] != called[order][:-1]) + 1):
        if len(of) > 1 and called[of[0]]:
            spots, edge = np.concatenate([tip[of] for tip in tips]), np.tile(of, 2)
            pairs = KDTree(spots).query_pairs(NAMED_M, output_type="ndarray")
            ties += [(int(edge[i]), int(edge[j])) for i, j in pairs]
    return ties


def _straight_on(
    found: list[tuple[int, int]], label: Ints, classes: NDArray[np.str_], headings: list[Floats]
) -> list[tuple[int, int]]:
    """Return pairs of roads that end at a node and go straight on, each once."""
    roads = [label[edge] for edge, _ in found]
    ending = [k for k, road in enumerate(roads) if roads.count(road) == 1]
    options = []
    for n, i in enumerate(ending):
        for j in ending[n + 1 :]:
            (a, side), (b, other) = found[i], found[j]
            cos = float(headings[side][a] @ headings[other][b])
            if cos < STRAIGHT and classes[a] == classes[b]:
                options.append((cos, i, j))
    used, ties = set[int](), []
    for _, i, j in sorted(options):
        if not used & {i, j}:
            used |= {i, j}
            ties.append((found[i][0], found[j][0]))
    return ties


def _united(size: int, ties: Sequence[Sequence[int]]) -> Ints:
    """Return a number for what is tied together."""
    i, j = np.array(ties, np.intp).reshape(-1, 2).T
    return linked_parts(i, j, size)
