"""
Lines of a route out of the many ways that make it, on the noded graph of the extract.

The ways of a route are cut into short pieces. Carriageways that run against each other side by
side are tied by crossovers, parts of the route that do not touch by the shortest way over other
roads. The longest of the shortest paths is a line; what lies beside it, in the same or the
opposite direction, is its other carriageway; of the rest the longest path follows.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from geo.sources.thinning import metres_along

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

#: Pieces of the graph are about this long.
PIECE_M = 250.0
#: Another carriageway lies this near to its line, all along; one that leads there and back too.
BESIDE_M, ASTRAY_M = 150.0, 800.0
#: Lanes of one direction, tracks, and short connections lie this near to their line.
LANES_M, TRACKS_M, SHORT_M = 60.0, 100.0, 80.0
#: Two-way pieces this near to a line, and beyond the end of a line any, are the same road.
SAME_M = 30.0
#: Carriageways are tied where nodes are this near; tracks of a railway are nearer.
CROSSOVER_M, TRACK_CROSSOVER_M = 140.0, 60.0
#: Parts of a route are joined over other roads of at most this length, or straight across.
BRIDGE_M, GAP_M = 2000.0, 500.0
#: What a metre costs against the traffic, on a road drawn already, and on one of another route.
AGAINST, DRAWN, OTHER = 1.15, 0.9, 1.5
#: Metres that a change of the carriageway costs.
CROSSING_COST_M = 150.0
#: Ends of two lines of a route this near to each other are joined.
MEET_M = 150.0
#: Shorter lines are none, even where they might be joined to others.
SHORTEST_M = 600.0
#: Lines are sampled at this distance.
SAMPLE_M = 25.0


class Chain(NamedTuple):
    """A line that follows pieces: points in metres, and the piece of every leg, -1 in a gap."""

    points: Floats
    piece: Ints

    @property
    def metres(self) -> Floats:
        """Distance of every point from the start."""
        return metres_along(self.points)

    @property
    def line(self) -> shapely.LineString:
        """The same as a shape."""
        return shapely.LineString(self.points)

    @property
    def closed(self) -> bool:
        """Whether it ends where it begins."""
        return bool(np.allclose(self.points[0], self.points[-1]))


class Pieces(NamedTuple):
    """
    Edges cut into short pieces, in metres.

    Of every piece the position of its `edge`, its nodes `u` and `v`, `metres`, where traffic may
    go, whether it is a slip road or a railway, its points (``xy[first:last + 1]``), its middle
    and its heading; and the points of all nodes.
    """

    edge: Ints
    u: Ints
    v: Ints
    metres: Floats
    forward: Bools
    backward: Bools
    link: Bools
    rail: Bools
    first: Ints
    last: Ints
    xy: Floats
    middle: Floats
    heading: Floats
    nodes: Floats

    @property
    def oneway(self) -> Bools:
        """Whether traffic goes one way only."""
        return self.forward ^ self.backward

    def points(self, piece: int, *, back: bool = False) -> Floats:
        """Return the points of a piece, along or against it."""
        own = self.xy[self.first[piece] : self.last[piece] + 1]
        return own[::-1] if back else own

    def tree(self, pieces: Ints) -> shapely.STRtree:
        """Return some pieces by where they lie."""
        return shapely.STRtree([shapely.LineString(self.points(piece)) for piece in pieces])


def cut_pieces(edges: gpd.GeoDataFrame, rail: Bools) -> Pieces:
    """Cut edges (:func:`geo.network.node_ways`, in metres) into pieces of equal length."""
    shapes = shapely.segmentize(edges.geometry.to_numpy(), PIECE_M)
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    first, last = (np.diff(line, **side) != 0 for side in ({"prepend": -1}, {"append": -1}))
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step[first] = 0.0
    along = np.cumsum(step)
    along -= along[first][line]
    total = along[last][line]
    part = np.floor(along / np.maximum(total, 1e-9) * np.maximum(np.rint(total / PIECE_M), 1))
    cut = (np.diff(part, prepend=-1.0) != 0) & ~first & ~last
    begins, ends = (
        np.flatnonzero((cut | one) & ~other) for one, other in ((first, last), (last, first))
    )
    u, v = (edges[key].to_numpy(np.intp) for key in ("u", "v"))
    size = int(max(u.max(initial=-1), v.max(initial=-1))) + 1
    node = np.zeros(len(xy), np.intp)
    node[first], node[last] = u, v
    node[cut] = size + np.arange(cut.sum())
    nodes = np.zeros((size + int(cut.sum()), 2))
    nodes[node[first | last | cut]] = xy[first | last | cut]
    edge = line[begins]
    # the last vertex of an edge belongs to its last piece; lengths are taken between cuts
    metres = along[ends] - along[begins]
    heading = xy[ends] - xy[begins]
    heading /= np.maximum(np.hypot(*heading.T), 1e-9)[:, None]
    half = (along[begins] + along[ends]) / 2
    offset = np.cumsum(np.where(first, np.append(0.0, total[:-1] + 1.0), 0.0))
    way = along + offset
    spot = half + offset[begins]
    middle = np.column_stack([np.interp(spot, way, axis) for axis in xy.T]) if len(xy) else xy
    go, back = (edges[key].to_numpy(bool)[edge] for key in ("forward", "backward"))
    link = edges["class"].str.endswith("_link").to_numpy(bool)[edge]
    return Pieces(edge, node[begins], node[ends], metres, go, back, link, rail[edge], begins,
                  ends, xy, middle, heading, nodes)  # fmt: skip


def linked_parts(u: Ints, v: Ints, size: int) -> Ints:
    """Return by node the number of the part that links between nodes hold together."""
    links = coo_array((np.ones(len(u)), (u, v)), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], np.intp)


def path_to(end: int, before: Any) -> list[int]:
    """Return the nodes of a path found by Dijkstra, from the end back to where it began."""
    path = [int(end)]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


class PieceIndex:
    """The pieces of each mode by where they lie."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self.at = {rail: np.flatnonzero(pieces.rail == rail) for rail in (False, True)}
        self.trees = {rail: KDTree(pieces.middle[at]) for rail, at in self.at.items() if len(at)}

    def around(self, spots: Floats, reach: float, *, rail: bool) -> Ints:
        """Return the pieces of a mode whose middle lies near one of some points."""
        found = self.trees[rail].query_ball_point(spots, reach)
        near = np.unique(np.concatenate([np.asarray(k, np.intp) for k in found]))
        return np.asarray(self.at[rail][near], np.intp)


class Arcs(NamedTuple):
    """Arcs of a graph with what each stands for: a piece, or -1 for a straight line."""

    tail: Ints
    head: Ints
    weight: Floats
    piece: Ints


class RouteGraph:
    """What the lines of one route may follow: its pieces, crossovers and bridges."""

    def __init__(self, index: PieceIndex, own: Ints, drawn: Bools, bridge_m: float) -> None:
        pieces = index.pieces
        self.pieces, self.own = pieces, own
        self.is_rail = bool(pieces.rail[own[0]])
        arcs = [_along(pieces, own, drawn[own]), self._crossovers()]
        bridges = _bridges(index, own, _united(arcs), bridge_m)
        self.arcs = _united([*arcs, bridges])

    def _crossovers(self) -> Arcs:
        """Return straight ties between carriageways, or the tracks of a railway."""
        p = self.pieces
        side = self.own if self.is_rail else self.own[p.oneway[self.own]]
        node, at = np.unique(np.concatenate([p.u[side], p.v[side]]), return_index=True)
        turned = np.where(p.forward[side] | self.is_rail, 1.0, -1.0)[:, None]
        heading = np.concatenate([p.heading[side] * turned] * 2)[at]
        if len(node) < 2:
            return Arcs(*(np.zeros(0, kind) for kind in (int, int, float, int)))
        reach = TRACK_CROSSOVER_M if self.is_rail else CROSSOVER_M
        i, j = KDTree(p.nodes[node]).query_pairs(reach, output_type="ndarray").T
        cos = np.sum(heading[i] * heading[j], axis=1)
        keep = np.abs(cos) > 0.9 if self.is_rail else cos < -0.5
        i, j = node[i[keep]], node[j[keep]]
        weight = np.hypot(*(p.nodes[i] - p.nodes[j]).T) + CROSSING_COST_M
        return _both_ways(i, j, weight, np.full(len(i), -1))

    def longest(self, waiting: Ints) -> tuple[Chain, Bools]:
        """
        Return the longest of the shortest paths through waiting pieces that hang together.

        The longest path at all would wind through every siding; the longest shortest one runs
        from one end of a route to the other. It is looked for in the largest part: which of
        the waiting pieces make that up is returned too.
        """
        p, arcs = self.pieces, self.arcs
        own = np.zeros(len(p.edge) + 1, bool)
        own[self.own] = True
        still = np.zeros(len(p.edge) + 1, bool)
        still[waiting] = True
        usable = still[arcs.piece] | ~own[arcs.piece]
        tail, head, piece = (ids[usable] for ids in (arcs.tail, arcs.head, arcs.piece))
        weight = arcs.weight[usable]
        nodes, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
        tail, head = np.split(ends, 2)
        size = len(nodes)
        kept = _shortest_only(tail, head, weight, size)
        matrix = csr_array((weight[kept], (tail[kept], head[kept])), shape=(size, size))
        u, v = np.searchsorted(nodes, p.u[waiting]), np.searchsorted(nodes, p.v[waiting])
        label = linked_parts(tail, head, size)
        here = label[u] == np.bincount(label[u], p.metres[waiting]).argmax()
        part = np.unique(np.concatenate([u[here], v[here]]))
        path = _diameter(matrix, part)
        number = dict(zip((tail[kept] * size + head[kept]).tolist(), kept.tolist(), strict=True))
        steps = [number[a * size + b] for a, b in itertools.pairwise(path)]
        order = [(int(piece[k]), int(nodes[tail[k]])) for k in steps if piece[k] >= 0]
        if not order:  # nothing but loops
            loop = int(waiting[np.argmax(p.metres[waiting] * here)])
            order = [(loop, int(p.u[loop]))]
        turned = [int(p.u[k]) != at for k, at in order]
        return drawn_chain(p, [k for k, _ in order], turned), here


def _along(pieces: Pieces, own: Ints, drawn: Bools) -> Arcs:
    """Return the arcs along pieces, both ways; what is drawn costs less, the wrong way more."""
    u, v, metres = pieces.u[own], pieces.v[own], pieces.metres[own]
    go, back = (
        np.where(drawn, DRAWN, np.where(way[own], 1.0, AGAINST))
        for way in (pieces.forward, pieces.backward)
    )
    return Arcs(
        np.concatenate([u, v]),
        np.concatenate([v, u]),
        np.concatenate([metres * go, metres * back]) + 1e-6,
        np.tile(own, 2),
    )


def _both_ways(i: Ints, j: Ints, weight: Floats, piece: Ints) -> Arcs:
    return Arcs(
        np.concatenate([i, j]), np.concatenate([j, i]), np.tile(weight, 2), np.tile(piece, 2)
    )


def _united(arcs: list[Arcs]) -> Arcs:
    return Arcs(*(np.concatenate(column) for column in zip(*arcs, strict=True)))


def _shortest_only(tail: Ints, head: Ints, weight: Floats, size: int) -> Ints:
    """Return the positions of arcs without loops, of parallel ones the shortest."""
    order = np.argsort(weight, kind="stable")
    kept = order[np.unique(tail[order] * size + head[order], return_index=True)[1]]
    return np.asarray(kept[tail[kept] != head[kept]], np.intp)


def _diameter(matrix: Any, part: Ints) -> list[int]:
    """Return the longest of the shortest paths between some nodes, found by sweeps."""
    start, best, path = int(part[0]), -1.0, [int(part[0])]
    for _ in range(4):
        distance, before = dijkstra(matrix, True, np.array(start), True)
        # to the millimetre: which of two ends is farther must not hang on rounding
        reached = np.where(np.isfinite(distance[part]), distance[part], -1.0).round(3)
        end = int(part[reached.argmax()])
        if reached.max() <= best:
            break
        best, path, start = float(reached.max()), path_to(end, before)[::-1], end
    return path


def _bridges(index: PieceIndex, own: Ints, arcs: Arcs, longest_m: float) -> Arcs:
    """
    Return the arcs that join parts of a route: over other roads, or straight across.

    Every part is tied to the nearest ones, and no two twice (a spanning tree), so that a bridge
    never closes a ring.
    """
    pieces, straight_m = index.pieces, min(GAP_M, longest_m)
    nothing = Arcs(*(np.zeros(0, kind) for kind in (int, int, float, int)))
    nodes, ends = np.unique(np.concatenate([arcs.tail, arcs.head]), return_inverse=True)
    tail, head = np.split(ends, 2)
    part = linked_parts(tail, head, len(nodes))
    count = int(part.max()) + 1
    if count == 1:
        return nothing
    near = _near_parts(pieces, nodes, part, longest_m)
    if not near.any():
        return nothing
    degree = np.bincount(np.searchsorted(nodes, np.concatenate([pieces.u[own], pieces.v[own]])))
    tips = np.flatnonzero(near & ((degree == 1) | (np.bincount(part)[part] < 3)))
    tips = tips if len(tips) else np.flatnonzero(near)
    spots, rail = pieces.nodes[nodes[tips]], bool(pieces.rail[own[0]])
    roads = np.setdiff1d(index.around(spots, longest_m / 2, rail=rail), own)
    found = _shortest_ties(pieces, nodes, part, tips, roads, longest_m, straight_m)
    used, steps = np.arange(count), list[Arcs]()
    for _, one, other, way in sorted(found, key=lambda tie: tie[:3]):
        if used[one] != used[other]:
            used[used == used[one]] = used[other]
            steps.append(way)
    return _united([nothing, *steps])


def _near_parts(pieces: Pieces, nodes: Ints, part: Ints, reach: float) -> Bools:
    """Return which nodes have one of another part within reach."""
    xy, near = pieces.nodes[nodes], np.zeros(len(nodes), bool)
    order = np.argsort(part, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(part[order])) + 1)
    boxes = shapely.box(
        *np.array([[*xy[g].min(0) - reach, *xy[g].max(0) + reach] for g in groups]).T
    )
    where, which = shapely.STRtree([shapely.Point(spot) for spot in xy]).query(
        boxes, predicate="intersects"
    )[::-1]
    other = part[where] != part[[groups[k][0] for k in which]]
    for k in np.unique(which[other]):
        there = where[other & (which == k)]
        distance, _ = KDTree(xy[groups[k]]).query(xy[there], distance_upper_bound=reach)
        near[there[np.isfinite(distance)]] = True
    return near


def _shortest_ties(
    pieces: Pieces,
    nodes: Ints,
    part: Ints,
    tips: Ints,
    roads: Ints,
    longest_m: float,
    straight_m: float,
) -> list[tuple[float, int, int, Arcs]]:
    """Return the shortest ways from the tips of each part to other parts: cost, parts, arcs."""
    i, j = KDTree(pieces.nodes[nodes[tips]]).query_pairs(straight_m, output_type="ndarray").T
    i, j = tips[i[part[tips[i]] != part[tips[j]]]], tips[j[part[tips[i]] != part[tips[j]]]]
    apart = np.hypot(*(pieces.nodes[nodes[i]] - pieces.nodes[nodes[j]]).T)
    arcs = _united(
        [
            _both_ways(pieces.u[roads], pieces.v[roads], pieces.metres[roads] * OTHER, roads),
            _both_ways(nodes[i], nodes[j], 2 * OTHER * apart + 1.0, np.full(len(i), -1)),
        ]
    )
    every = np.unique(np.concatenate([arcs.tail, arcs.head, nodes]))
    tail, head = np.searchsorted(every, arcs.tail), np.searchsorted(every, arcs.head)
    kept = _shortest_only(tail, head, arcs.weight, len(every))
    size = len(every)
    matrix = csr_array((arcs.weight[kept] + 1e-6, (tail[kept], head[kept])), (size, size))
    number = dict(zip((tail[kept] * size + head[kept]).tolist(), kept.tolist(), strict=True))
    at = np.searchsorted(every, nodes)
    found = []
    for one in np.unique(part[tips]).tolist():
        starts = at[tips[part[tips] == one]]
        distance, before, _ = dijkstra(
            matrix,
            indices=starts,
            return_predecessors=True,
            min_only=True,
            limit=longest_m * OTHER,
        )
        there = distance[at]
        for other in np.unique(part[np.isfinite(there) & (part != one)]).tolist():
            of = np.flatnonzero(part == other)
            end = of[np.argmin(there[of])]
            path = path_to(at[end], before)
            steps = np.array([number[b * size + a] for a, b in itertools.pairwise(path)])
            way = Arcs(*(column[steps] for column in arcs))
            back = Arcs(way.head, way.tail, way.weight, way.piece)
            found.append((float(there[end]), one, other, _united([way, back])))
    return found


def drawn_chain(pieces: Pieces, order: list[int], turned: list[bool]) -> Chain:
    """Return the line along pieces in order; where two do not touch a straight line joins them."""
    points: list[Floats] = []
    legs: list[Ints] = []
    for k, back in zip(order, turned, strict=True):
        own = pieces.points(k, back=back)
        if points and np.allclose(points[-1][-1], own[0], atol=1e-3):
            points.append(own[1:])
        else:
            legs += [np.array([-1])] if points else []
            points.append(own)
        legs.append(np.full(len(own) - 1, k))
    return Chain(np.concatenate(points), np.concatenate(legs))


def route_chains(
    index: PieceIndex, own: Ints, drawn: Bools, *, least_m: float, bridge_m: float = BRIDGE_M
) -> tuple[list[Chain], Bools]:
    """Return the lines of one route, the longest first, and which of its pieces they stand for."""
    graph, pieces = RouteGraph(index, own, drawn, bridge_m), index.pieces
    waiting = np.ones(len(own), bool)
    found: list[Chain] = []
    done = np.zeros(len(own), bool)
    while waiting.any():
        chain, here = graph.longest(own[waiting])
        part = np.flatnonzero(waiting)[here]
        on = np.isin(own, chain.piece)
        if pieces.metres[own[on & waiting]].sum() < min(least_m, SHORTEST_M):
            waiting[part] = False  # no other path through the part is longer
        elif found and _is_way_back(pieces, chain, found):
            done |= on
            waiting &= ~on
        else:
            found.append(chain)
            beside = _beside(pieces, own, chain) | on
            done |= beside
            waiting &= ~beside
    lines = [chain for chain in _joined(found) if chain.metres[-1] >= least_m]
    lines.sort(key=lambda chain: -chain.metres[-1])
    if len(lines) < len(found):  # what only the lines that went stood for is not drawn
        kept = np.zeros(len(own), bool)
        for chain in lines:
            kept |= _beside(pieces, own, chain) | np.isin(own, chain.piece)
        done &= kept
    return lines, done


class Course(NamedTuple):
    """Points along a line, its heading there, and the heading of its traffic, 0 where both."""

    spots: Floats
    heading: Floats
    traffic: Floats


def _course(pieces: Pieces, chain: Chain) -> Course:
    along = chain.metres
    at = np.linspace(0, along[-1], max(int(along[-1] / SAMPLE_M), 2))
    spots = np.column_stack([np.interp(at, along, axis) for axis in chain.points.T])
    heading = np.gradient(spots, axis=0)
    heading /= np.maximum(np.hypot(*heading.T), 1e-9)[:, None]
    leg = np.clip(np.searchsorted(along, at, side="right") - 1, 0, len(chain.piece) - 1)
    piece = chain.piece[leg]
    ahead = np.sum(heading * pieces.heading[piece], axis=1) > 0
    one_way = pieces.oneway[piece] & (piece >= 0)
    sign = np.where(one_way, np.where(ahead == pieces.forward[piece], 1.0, -1.0), 0.0)
    return Course(spots, heading, heading * sign[:, None])


def _beside(pieces: Pieces, own: Ints, chain: Chain) -> Bools:
    """
    Return which pieces of a route are the road of a line: its other carriageway or track.

    Both ends and the middle lie near the line and head along it, not beyond its ends.
    """
    course = _course(pieces, chain)
    points = np.stack(
        [pieces.nodes[pieces.u[own]], pieces.middle[own], pieces.nodes[pieces.v[own]]]
    )
    distance, index = map(
        np.asarray, KDTree(course.spots).query(points, distance_upper_bound=BESIDE_M + SAMPLE_M)
    )
    far = distance.max(axis=0)
    at = np.minimum(index, len(course.spots) - 1)
    beyond = ((at == 0) | (at == len(course.spots) - 1)).all(axis=0) & (far > SAME_M)
    heading = pieces.heading[own]
    along = np.abs(np.sum(heading * course.heading[at[1]], axis=1)) > 0.7
    traffic = np.sum(heading * course.traffic[at[1]], axis=1)
    traffic = np.where(pieces.forward[own], traffic, -traffic)
    rail, one_way = pieces.rail[own], pieces.oneway[own]
    near = (rail & along & (far < TRACKS_M)) | (along & (far < SAME_M))
    near |= ~rail & one_way & (traffic < -0.5) & (far < BESIDE_M)
    near |= ~rail & one_way & along & (far < LANES_M)
    near |= (pieces.metres[own] < SHORT_M) & (far < SHORT_M)
    return np.asarray(near & ~beyond, bool)


def _is_way_back(pieces: Pieces, chain: Chain, lines: list[Chain]) -> bool:
    """Tell whether a line is a carriageway of one that it leaves and comes back to."""
    own = chain.piece[chain.piece >= 0]
    if pieces.rail[own].any() or not pieces.oneway[own].all():
        return False
    astray = _course(pieces, chain)
    for line in lines:
        course = _course(pieces, line)
        distance, index = map(np.asarray, KDTree(course.spots).query(astray.spots))
        along = np.abs(np.sum(astray.heading * course.heading[index], axis=1)) > 0.3
        ends = max(distance[0], distance[-1])
        if ends < 2 * BESIDE_M and distance.max() < ASTRAY_M and along.mean() > 0.6:
            return True
    return False


def _joined(found: list[Chain]) -> list[Chain]:
    """Join lines whose ends meet, the nearest first."""
    lines = list(found)
    while len(lines) > 1:
        ends = np.array([[line.points[0], line.points[-1]] for line in lines]).reshape(-1, 2)
        apart = np.hypot(*(ends[:, None] - ends[None]).transpose(2, 0, 1))
        owner = np.arange(len(ends)) // 2
        apart[owner[:, None] == owner] = np.inf
        i, j = (int(x) for x in np.unravel_index(apart.argmin(), apart.shape))
        if apart[i, j] > MEET_M:
            break
        a, b = lines[owner[i]], lines[owner[j]]
        a = a if i % 2 else _reversed(a)
        b = _reversed(b) if j % 2 else b
        lines = [p for k, p in enumerate(lines) if k not in (owner[i], owner[j])]
        lines.append(_closed(_together(a, b)))
    return lines


def _closed(chain: Chain) -> Chain:
    """Close a line whose ends nearly meet: a ring."""
    gap = float(np.hypot(*(chain.points[0] - chain.points[-1])))
    if not 1e-3 < gap <= MEET_M or chain.metres[-1] < 10 * MEET_M:
        return chain
    return Chain(np.vstack([chain.points, chain.points[:1]]), np.append(chain.piece, -1))


def _together(a: Chain, b: Chain) -> Chain:
    if np.allclose(a.points[-1], b.points[0], atol=1e-3):
        return Chain(np.vstack([a.points, b.points[1:]]), np.concatenate([a.piece, b.piece]))
    legs = np.concatenate([a.piece, [-1], b.piece])
    return Chain(np.vstack([a.points, b.points]), legs)


def _reversed(chain: Chain) -> Chain:
    return Chain(chain.points[::-1], chain.piece[::-1])
