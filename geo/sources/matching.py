"""A graph of surveyed ways with the drawn line beside them, and the cheapest way past places in order."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from geo.catalogue import Route
from geo.readers import CLASSES, KEY_OF_MODE, split_refs

#: Tracks beside the line, and those that join two tracks.
_ASIDE, _JOINING = {"siding", "yard", "spur"}, 3.0
#: What a metre on a way costs that belongs to the route, that says nothing, and to another one.
BELONGS, SILENT, FOREIGN = 1.0, 1.3, 2.5
_FAST = ("高速铁路", "高铁", "客运专线", "客专", "城际铁路", "城际")
_PLAIN = ("铁路", "线")
_ROAD = ("高速公路", "高速", "快速路", "公路")
_WATER = ("干线航道", "航道", "水道")
_TRACK = re.compile(r"(上行|下行|左|右|[一二ⅠⅡ])线$|双线$")
_ENGLISH = re.compile(
    r"\b(expressway|motorway|freeway|highway|railway|railroad|line|waterway|river"
    r"|intercity|inter-city|high-?speed|high speed|passenger|dedicated|hsr|rail)\b"
)
_FAST_ENGLISH = re.compile(r"\b(intercity|inter-city|high-?speed|high speed|passenger|hsr)\b")
_PARTS = re.compile(r"[()（）/、,，;；·+\s]|[–—~～-]")
#: A name at the start of a longer text: 渝厦高铁 of 渝厦高铁重庆东.
_LEADING = re.compile(r".+?(?:高速铁路|高铁|客运专线|城际铁路|铁路|高速公路|高速)")


def core_name(text: str) -> tuple[str, str]:
    """Return a name without the word for its kind, and that kind: fast, plain or unknown."""
    name = unicodedata.normalize("NFKC", text).casefold().strip()
    if name.isascii() or not re.search(r"[\u4e00-\u9fff]", name):
        kind = "fast" if _FAST_ENGLISH.search(name) else ""
        return re.sub(r"[\W_]", "", _ENGLISH.sub("", name)), kind
    name = re.sub(r"^[gs]\d+|[\s]", "", name)
    name = _TRACK.sub("", name)
    for suffixes, kind in ((_FAST, "fast"), (_PLAIN, "plain"), (_ROAD, ""), (_WATER, "")):
        for suffix in suffixes:
            if name.endswith(suffix) and len(name) > len(suffix) + 1:
                return name.removesuffix(suffix), kind
    return name, ""


def _spoken(text: str) -> list[str]:
    """Return the names in a text, and those that begin one: 渝厦高铁 of 渝厦高铁重庆段."""
    parts = re.split("[;/]", text)
    return parts + [found[0] for part in parts if (found := _LEADING.match(part))]


def names_of(route: Route) -> dict[str, set[str]]:
    """Return the names a route may go by, each with the kinds of line it may mean."""
    parts = [text for part in _PARTS.split(route.name_zh) for text in _spoken(part)]
    texts = [*parts, route.name_en, re.split(r"[(（]", route.name_en)[0]]
    known: dict[str, set[str]] = {}
    for text in texts:
        core, kind = core_name(text)
        if len(core) < 2:
            continue
        if route.mode != "rail":
            kinds = {"", "plain", "fast"}
        elif kind == "fast":
            kinds = {"fast", ""}
        else:
            slow = route.class_ == "conventional"
            kinds = {"plain", ""} if slow else {"plain", "fast", ""}
        known.setdefault(core, set()).update(kinds)
    return known


def _column(ways: gpd.GeoDataFrame, tag: str) -> pd.Series[str]:
    """Return a tag of every way, empty where it is absent."""
    if tag not in ways.columns:
        return pd.Series("", index=ways.index, dtype=object)
    column = ways[tag].astype(object)
    text: pd.Series[str] = column.where(column.notna(), "").astype(str)
    return text


def _belongs(ways: gpd.GeoDataFrame, route: Route) -> pd.Series[str]:
    """Return how every way belongs: ref, name, silent (it says nothing) or foreign."""
    wanted, names = split_refs(route.ref), names_of(route)
    ref = _column(ways, "ref")
    numbers = {text: split_refs(text) for text in ref.unique()}
    by_ref = ref.map(lambda text: bool(numbers[text] & wanted)).astype(bool)
    by_name = pd.Series(data=False, index=ways.index)
    silent = ref == ""
    for tag in ("name", "name:zh", "name:en"):
        column = _column(ways, tag)
        fits = {
            text: any(kind in names.get(core, ()) for core, kind in map(core_name, _spoken(text)))
            for text in column.unique()
        }
        by_name |= column.map(fits).astype(bool)
        silent &= column == ""
    kinds = np.select([by_ref, by_name, silent], ["ref", "name", "silent"], "foreign")
    return pd.Series(kinds, index=ways.index, dtype=object)


def usable(ways: gpd.GeoDataFrame, route: Route) -> gpd.GeoDataFrame:
    """
    Return the ways of the class of a route.

    The columns added: `belongs` (ref, name, silent, foreign), `built`, `factor` (what a metre
    costs) and `direction` (1 forward only, -1 backward only, 0 both).
    """
    key, classes = KEY_OF_MODE[route.mode], CLASSES[route.mode]
    tag = _column(ways, key)
    unbuilt = tag.isin(["construction", "proposed"])
    real = tag.where(tag != "construction", _column(ways, "construction"))
    real = real.where(tag != "proposed", _column(ways, "proposed"))
    service = _column(ways, "service")
    keep = real.isin(classes) & ~service.isin(_ASIDE)
    keep = keep & (ways.geometry.geom_type == "LineString") & ~ways.geometry.is_empty
    belongs = _belongs(ways, route)
    factor = real.map(classes).astype(float)
    factor *= belongs.map({"ref": BELONGS, "name": BELONGS, "silent": SILENT}).fillna(FOREIGN)
    factor = factor.where(service != "crossover", factor * _JOINING)
    oneway = _column(ways, "oneway").str.lower()
    forward = oneway.isin(["yes", "true", "1"])
    if (oneway != "").any():  # a layer that never tells may hold middle lines
        forward |= real.isin(["motorway", "motorway_link"]) & (oneway == "") & ~unbuilt
    direction = np.select([oneway.isin(["-1", "reverse"]), forward], [-1, 1], 0)
    if route.mode == "rail":
        direction = np.zeros_like(direction)
    made = ways.assign(belongs=belongs, built=~unbuilt, factor=factor, direction=direction)
    return made[keep]


#: Vertices stand no further apart than this, so that a place finds one near it.
STEP_M = 100.0
#: Loose ends this near to another way are joined to it.
JOIN_M = 500.0
#: What a metre without a way costs, and what leaving a way costs at once.
GAP_COST, GAP_START = 8.0, 100.0
#: What a metre against the direction of a one-way carriageway costs.
AGAINST = 2.0
#: What a metre on a way costs whose stage (built, not built) is not that of the section.
OTHER_STAGE = 1.5
#: How many ways a loose end or a place is joined to at most.
_JOINS = 6


class Graph(NamedTuple):
    """
    Directed edges between points; `way` is the row of the way, -1 where there is none.

    The last points are those of the drawn line, in order.
    """

    xy: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length: NDArray[np.float64]
    cost: NDArray[np.float64]
    way: NDArray[np.int64]
    drawn: int


def way_graph(
    ways: gpd.GeoDataFrame,
    layers: NDArray[np.float64],
    stops: NDArray[np.int64],
    *,
    scale_m: float,
    reach_m: float,
) -> Graph:
    """Build the graph of ways (in metres) and of the drawn line with its stops (its places)."""
    xy, tail, head, way = _vertices(ways)
    length = np.hypot(*(xy[tail] - xy[head]).T)
    middle = (xy[tail] + xy[head]) / 2
    away = KDTree(layers).query(middle)[0] if len(middle) else np.empty(0)
    cost = length * ways["factor"].to_numpy(float)[way] * (1 + away / scale_m)
    direction = ways["direction"].to_numpy(int)[way]
    forward = cost * np.where(direction < 0, AGAINST, 1)
    backward = cost * np.where(direction > 0, AGAINST, 1)
    first = len(xy)
    both = np.vstack([xy, layers])
    joins = _joins(both, first, tail, head, way, stops, reach_m)
    gap = np.hypot(*(both[joins[:, 0]] - both[joins[:, 1]]).T)
    chain = np.arange(first, len(both) - 1)
    step = np.hypot(*np.diff(layers, axis=0).T)
    none = np.full(2 * (len(joins) + len(chain)), -1)
    return _cheapest(
        Graph(
            both,
            np.concatenate([tail, head, *joins.T, chain, chain + 1]),
            np.concatenate([head, tail, *joins.T[::-1], chain + 1, chain]),
            np.concatenate([length, length, gap, gap, step, step]),
            np.concatenate([forward, backward, np.tile(GAP_START + GAP_COST * gap, 2),
                            np.tile(GAP_COST * step, 2)]),
            np.concatenate([way, way, none]),
            first,
        )
    )  # fmt: skip


def _vertices(
    ways: gpd.GeoDataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Node the ways where they have a vertex in common, to a decimetre."""
    lines = shapely.segmentize(ways.geometry.to_numpy(), STEP_M)
    points, owner = shapely.get_coordinates(lines, return_index=True)
    _, first, node = np.unique(
        np.round(points * 10).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    node = node.reshape(-1)
    next_to = (owner[:-1] == owner[1:]) & (node[:-1] != node[1:])
    return (
        points[first],
        node[:-1][next_to],
        node[1:][next_to],
        owner[:-1][next_to].astype(np.int64),
    )


def _joins(
    xy: NDArray[np.float64],
    first: int,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    way: NDArray[np.int64],
    stops: NDArray[np.int64],
    reach_m: float,
) -> NDArray[np.int64]:
    """Join loose ends to other ways and to the drawn line, and its stops to the ways there."""
    if not first:
        return np.empty((0, 2), int)
    pairs = np.unique(np.sort(np.column_stack([tail, head])), axis=0)
    loose = np.flatnonzero(np.bincount(pairs.ravel(), minlength=first) == 1)
    owner = np.full(first, -1)
    owner[tail], owner[head] = way, way
    tree, line = KDTree(xy[:first]), KDTree(xy[first:])
    away, near = line.query(xy[loose])
    found = [np.column_stack([loose, near + first])[away <= reach_m]]
    found += [_nearest(tree, xy, int(node), JOIN_M, owner) for node in loose]
    found += [_nearest(tree, xy, int(stop), reach_m, owner) for stop in stops + first]
    return np.unique(np.vstack(found), axis=0).astype(np.int64)


def _nearest(
    tree: KDTree, xy: NDArray[np.float64], node: int, radius: float, owner: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Join a point to the nearest vertex of each of the nearest other ways."""
    near = np.asarray(tree.query_ball_point(xy[node], radius), int)
    near = near[near != node]
    if node < len(owner):
        near = near[owner[near] != owner[node]]
    near = near[np.argsort(np.hypot(*(xy[near] - xy[node]).T), kind="stable")]
    near = near[np.sort(np.unique(owner[near], return_index=True)[1])][:_JOINS]
    return np.column_stack([np.full(len(near), node), near])


def _cheapest(graph: Graph) -> Graph:
    """Keep the cheapest of parallel edges, in the order of their ends."""
    order = np.lexsort([graph.cost, graph.head, graph.tail])
    tail, head = graph.tail[order], graph.head[order]
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    keep = order[new]
    return graph._replace(
        **{key: getattr(graph, key)[keep] for key in ("tail", "head", "length", "cost", "way")}
    )


def edges_along(graph: Graph, path: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the edges between the points of a path."""
    keys = graph.tail * len(graph.xy) + graph.head
    found: NDArray[np.int64] = np.searchsorted(keys, path[:-1] * len(graph.xy) + path[1:])
    return found


def cheapest_path(
    graph: Graph,
    near: list[NDArray[np.int64]],
    toll: list[NDArray[np.float64]],
    built: NDArray[np.bool_],
    wanted: list[bool],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Find the cheapest path past places in order.

    Every leg is one search from all points near a place at once, each with what it cost to
    get there (Viterbi's algorithm over the places).

    Parameters
    ----------
    graph
        The graph.
    near
        Points of the graph near every place; the last one is the place on the drawn line.
    toll
        What it costs to pass a place by each of its points.
    built
        Whether every way is built.
    wanted
        Whether every leg should be.

    Returns
    -------
    path
        Points of the graph.
    at
        Where in `path` every place is passed.

    """
    size = len(graph.xy)
    starts = np.searchsorted(graph.tail, np.arange(size + 1))
    costs = {stage: _staged(graph, built, open_leg=stage) for stage in set(wanted)}
    spent, parents = toll[0], []
    for leg, stage in enumerate(wanted):
        tip = starts[-1] + len(near[leg])
        matrix = csr_array(
            (
                np.concatenate([costs[stage], spent + 1e-6]),
                np.concatenate([graph.head, near[leg]]),
                np.append(starts, tip),
            ),
            shape=(size + 1, size + 1),
        )
        along = graph.cost[_chain(graph, near[leg][-1], near[leg + 1][-1])].sum()
        cost, parent = dijkstra(  # type: ignore[call-overload]
            matrix, indices=size, return_predecessors=True, limit=spent[-1] + along + 1.0
        )
        parents.append(parent)
        spent = cost[near[leg + 1]] + toll[leg + 1]
    return _walked(near, parents, int(np.argmin(spent)), size)


def _staged(graph: Graph, built: NDArray[np.bool_], *, open_leg: bool) -> NDArray[np.float64]:
    """Raise the cost of ways of another stage."""
    other = (graph.way >= 0) & (np.append(built, open_leg)[graph.way] != open_leg)
    return np.where(other, graph.cost * OTHER_STAGE, graph.cost)


def _chain(graph: Graph, a: int, b: int) -> NDArray[np.int64]:
    """Return the edges of the drawn line between two of its points."""
    return edges_along(graph, np.arange(a, b + 1))


def _walked(
    near: list[NDArray[np.int64]], parents: list[NDArray[np.int32]], last: int, source: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Go back from the end to the start."""
    node, back, at = int(near[-1][last]), [int(near[-1][last])], [0]
    for parent in reversed(parents):
        while (before := int(parent[node])) != source:
            back.append(before)
            node = before
        at.append(len(back) - 1)
    return _without_spurs(back[::-1], [len(back) - 1 - i for i in reversed(at)])


def _without_spurs(path: list[int], at: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Leave out what goes to a place beside the line and back; a closed ring stays."""
    kept: list[int] = []
    where: dict[int, int] = {}
    passed = np.zeros(len(at), int)
    for i, node in enumerate(path):
        if node in where and not (i == len(path) - 1 and where[node] == 0):
            base = where[node]
            for dropped in kept[base + 1 :]:
                del where[dropped]
            del kept[base + 1 :]
            passed = np.minimum(passed, base)
        else:
            where[node] = len(kept)
            kept.append(node)
        passed[np.array(at) == i] = len(kept) - 1
    return np.array(kept), passed
