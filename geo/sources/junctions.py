"""Where the lines of a draft are entered, changed and cut: junctions, stations, borders.

Two roads meet where they share a node, or where slip roads join them; a road that only
crosses another on a bridge does not meet it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree
from shapely.ops import nearest_points, substring

from geo.geometry import Bounds, line_area_crossings, to_degrees
from geo.sources.chains import SAME_M, Floats, Ints, Pieces, linked_parts

#: Slip roads between two roads are at most this long, in a straight line.
LINK_M = 1500.0
#: Meetings of the same routes, and interchanges of one road, this near are one place.
MERGE_M = 1000.0
#: Meetings of different routes this near to each other are one place.
COMPLEX_M = 400.0
#: Lines this near to a point pass it.
PASSING_M = 200.0
#: A station that is no node of a line belongs to the nearest one within this distance.
STATION_M = 250.0
#: A station as near as this to a junction of its line is that junction.
AT_STATION_M = 500.0
#: A settlement is a place of a road that is no expressway and passes its middle this near.
SETTLEMENT_M = {"city": 3000.0, "town": 1500.0, "village": 700.0}
#: A node of a motorway junction, or of a station, lies this near to its line.
ON_ROAD_M, ON_RAIL_M = 20.0, 3.0
#: A shorter stay in a region is none: borders are drawn to about this.
STAY_M = 1000.0
#: The shortest stay at the end of a line where borders are exact, or the line goes on.
EXACT_M = 20.0
#: A line that ends this near to the edge of the frame, in degrees, is cut off there.
AT_FRAME = 1e-5


class Line(NamedTuple):
    """A line of the draft: its group of edges, its mode and class, and its points in metres."""

    group: int
    mode: str
    class_: str
    shape: shapely.LineString

    def foot(self, point: shapely.Point) -> shapely.Point:
        """Return the nearest point of the line."""
        return self.shape.interpolate(self.shape.project(point))


class Spot(NamedTuple):
    """A place on lines: where, what kind, its lines, its names, and how far off what has them."""

    x: float
    y: float
    kind: str
    lines: frozenset[int]
    zh: str = ""
    en: str = ""
    off_m: float = 0.0

    def metres_to(self, other: Spot) -> float:
        """Return the distance to another place."""
        return float(np.hypot(self.x - other.x, self.y - other.y))


def find_spots(
    lines: Sequence[Line],
    pieces: Pieces,
    members: Sequence[Ints],
    points: gpd.GeoDataFrame,
    scale: float = 1.0,
    *,
    chinese: bool = True,
) -> list[Spot]:
    """
    Return the places of the lines, stations and junctions first; all geometry in metres.

    `members` are the pieces of every group; `points` are stations, motorway junctions, cities
    and towns; `scale` shortens all distances in a region smaller than usual.
    """
    reach = MERGE_M * scale
    sharing, index = Sharing(pieces, members), LineIndex(lines, chinese=chinese)
    junctions, ramps = _meetings(index, sharing, scale)
    found = _at_junctions(
        list(_stations(lines, sharing, points[points["railway"].notna()], scale)),
        _merged([*junctions, *_branches(lines)], lines, scale),
        AT_STATION_M * scale,
    )
    exits = _exits(index, sharing, points[points["highway"].notna()])
    found = [_named(spot, exits, reach) for spot in found]
    towns = _towns(lines, points[points["place"].notna()])
    for spot in itertools.chain(sorted(exits, key=lambda s: not s.zh), ramps, towns):
        if not any(spot.lines & s.lines and spot.metres_to(s) <= reach for s in found):
            found.append(spot)
    return found


class LineIndex:
    """Lines by where they lie and by group."""

    def __init__(self, lines: Sequence[Line], *, chinese: bool = True) -> None:
        self.lines, self.chinese = lines, chinese
        self.tree = shapely.STRtree([line.shape for line in lines])

    def near(self, at: shapely.Point, reach: float, groups: Container[int]) -> list[int]:
        """Return the lines of some groups that pass a point within reach."""
        found = self.tree.query(at, predicate="dwithin", distance=reach)
        return [k for k in sorted(found.tolist()) if self.lines[k].group in groups]


class Sharing:
    """Which groups use which pieces and nodes."""

    def __init__(self, pieces: Pieces, members: Sequence[Ints]) -> None:
        self.pieces = pieces
        self.groups: dict[int, list[int]] = defaultdict(list)
        for number, own in enumerate(members):
            for piece in own.tolist():
                self.groups[piece].append(number)
        #: the pieces of each group at every node
        self.at: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for piece, numbers in self.groups.items():
            for node in (int(pieces.u[piece]), int(pieces.v[piece])):
                for number in numbers:
                    self.at[node][number].add(piece)
        self.ties = pieces.link | pieces.rail
        self.ties[list(self.groups)] = False

    def nearest(
        self, points: NDArray[np.object_], pieces: Ints, reach: float
    ) -> tuple[Ints, Ints]:
        """Return the positions of points near some pieces, and the nearest piece of each."""
        tree = self.pieces.tree(pieces)
        which, at = tree.query_nearest(points, max_distance=reach, all_matches=False)
        return which, pieces[at]


def _meetings(index: LineIndex, sharing: Sharing, scale: float) -> tuple[list[Spot], list[Spot]]:
    """
    Return where lines meet, and where slip roads lead off one line only.

    Along a road that two routes share they do not meet, only where they come together.
    """
    nodes, met, ramps = sharing.pieces.nodes, list[Spot](), list[Spot]()
    for node, groups in sharing.at.items():
        for a, b in itertools.combinations(sorted(groups), 2):
            if groups[a] != groups[b]:
                met += _meeting(index, (a, b), nodes[node], scale)
    for found in _touching(sharing).values():
        for a, b in itertools.combinations(sorted(found), 2):
            at, apart = _closest(nodes, found[a], found[b])
            if apart <= LINK_M * scale:
                met += _meeting(index, (a, b), at, scale)
        if len(found) == 1:
            ((owner, own),) = found.items()
            ramps += _interchange(index, {owner}, nodes[sorted(own)].mean(axis=0))
    return met, ramps


def _touching(sharing: Sharing) -> dict[int, dict[int, set[int]]]:
    """Return the nodes where slip roads, or tracks without a name, touch each group."""
    p = sharing.pieces
    u, v = p.u[sharing.ties], p.v[sharing.ties]
    part = linked_parts(u, v, len(p.nodes))
    found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for node in np.unique(np.concatenate([u, v])).tolist():
        for number in sharing.at.get(node, ()):
            found[int(part[node])][number].add(node)
    return found


def _closest(nodes: Floats, a: set[int], b: set[int]) -> tuple[Floats, float]:
    """Return the middle between the closest nodes of two sets, one of them in one set only."""
    best: tuple[Floats, float] = (np.zeros(2), np.inf)
    for one, other in ((sorted(a - b), sorted(b)), (sorted(a), sorted(b - a))):
        if not one or not other:
            continue
        distance, index = map(np.asarray, KDTree(nodes[other]).query(nodes[one]))
        k = int(np.argmin(distance))
        if distance[k] < best[1]:
            best = (nodes[one[k]] + nodes[other[index[k]]]) / 2, float(distance[k])
    return best


def _meeting(
    index: LineIndex, groups: tuple[int, int], at: Floats, scale: float
) -> Iterator[Spot]:
    """Yield the meeting of lines of two groups near a point, where they are closest."""
    here, reach, lines = shapely.Point(at), LINK_M * scale, index.lines
    near = index.near(here, reach, groups)
    for i, j in itertools.product(*([k for k in near if lines[k].group == g] for g in groups)):
        a, b = lines[i].shape, lines[j].shape
        if lines[i].mode != lines[j].mode:
            continue
        one, two = (
            substring(s, max(s.project(here) - reach, 0), s.project(here) + reach) for s in (a, b)
        )
        common = shapely.intersection(one, two)
        # where they cross or run together, as near as possible
        p, q = nearest_points(one, two) if common.is_empty else nearest_points(common, here)
        q = p if not common.is_empty else q
        if p.distance(q) <= reach:
            yield Spot((p.x + q.x) / 2, (p.y + q.y) / 2, "junction", frozenset((i, j)))


def _branches(lines: Sequence[Line]) -> Iterator[Spot]:
    """Yield where a line of a route ends on another line of it."""
    for i, j in itertools.permutations(range(len(lines)), 2):
        if lines[i].group == lines[j].group:
            for end in map(shapely.Point, shapely.get_coordinates(lines[i].shape)[[0, -1]]):
                if lines[j].shape.distance(end) <= PASSING_M:
                    foot = lines[j].foot(end)
                    yield Spot(foot.x, foot.y, "junction", frozenset((i, j)))


def _stations(
    lines: Sequence[Line], sharing: Sharing, stations: gpd.GeoDataFrame, scale: float
) -> Iterator[Spot]:
    """Yield stations on the lines whose node they are, or else on the nearest line."""
    rails = [k for k, line in enumerate(lines) if line.mode == "rail"]
    if not rails or stations.empty:
        return
    groups = {lines[k].group for k in rails}
    own = np.array([p for p, found in sharing.groups.items() if groups & set(found)], np.intp)
    shapes = np.asarray(shapely.centroid(stations.geometry.to_numpy()))
    which, piece = sharing.nearest(shapes, own, ON_RAIL_M)
    on_line = {k: sharing.groups[p] for k, p in zip(which.tolist(), piece.tolist(), strict=True)}
    seen: list[Spot] = []
    for n, (row, point) in enumerate(zip(stations.to_dict("records"), shapes, strict=True)):
        zh, en = element_names(row)
        off = {
            k: lines[k].shape.distance(point)
            for k in rails
            if n not in on_line or lines[k].group in on_line[n]
        }
        near = min(off.values(), default=np.inf)
        if near > STATION_M * max(scale, 0.4) or not zh:
            continue
        best = [k for k in off if off[k] <= near + SAME_M]
        x, y = shapely.get_coordinates([lines[k].foot(point) for k in best]).mean(axis=0)
        spot = Spot(float(x), float(y), "station", frozenset(best), zh, en)
        if not any(s.zh == zh and s.lines & spot.lines for s in seen):
            seen.append(spot)
            yield spot


def _at_junctions(stations: list[Spot], junctions: list[Spot], reach: float) -> list[Spot]:
    """Return stations, where lines that meet beside one stop too, and the other junctions."""
    found = list(stations)
    for spot in junctions:
        near = [
            s
            for s in found
            if s.kind == "station" and s.lines & spot.lines and s.metres_to(spot) <= reach
        ]
        if near:
            best = min(near, key=spot.metres_to)
            found[found.index(best)] = best._replace(lines=best.lines | spot.lines)
        else:
            found.append(spot)
    return found


def _exits(index: LineIndex, sharing: Sharing, points: gpd.GeoDataFrame) -> list[Spot]:
    """Return the motorway junctions that lie on a road of the draft."""
    own = np.array([p for p in sharing.groups if not sharing.pieces.rail[p]], np.intp)
    exits: list[Spot] = []
    if points.empty or not len(own):
        return exits
    rows, shapes = points.to_dict("records"), points.geometry.to_numpy()
    which, nearest = sharing.nearest(shapes, own, ON_ROAD_M)
    for k, piece in zip(which.tolist(), nearest.tolist(), strict=True):
        zh, en = element_names(rows[k])
        if not zh and rows[k]["ref"]:
            en = f"Exit {rows[k]['ref']}"
            zh = f"{rows[k]['ref']} 出口" if index.chinese else en
        at = shapely.get_coordinates(shapes[k])[0]
        found = _interchange(index, set(sharing.groups[piece]), at)
        exits += [spot._replace(zh=zh, en=en) for spot in found]
    return exits


def _interchange(index: LineIndex, groups: set[int], at: Floats) -> Iterator[Spot]:
    """Yield an interchange on the roads of some groups that pass a point."""
    here, lines = shapely.Point(at), index.lines
    own = [k for k in index.near(here, PASSING_M, groups) if lines[k].mode == "road"]
    if own:
        foot = lines[own[0]].foot(here)
        yield Spot(foot.x, foot.y, "interchange", frozenset(own))


def _towns(lines: Sequence[Line], towns: gpd.GeoDataFrame) -> Iterator[Spot]:
    """Yield the points nearest to the middle of settlements on roads that pass through."""
    roads = [k for k, line in enumerate(lines) if line.mode == "road" and line.class_ == "trunk"]
    for row, point in zip(towns.to_dict("records"), towns.geometry, strict=True):
        zh, en = element_names(row)
        reach = SETTLEMENT_M[row["place"]] if zh else -1.0
        waiting = [k for k in roads if lines[k].shape.distance(point) <= reach]
        while waiting:
            foot = lines[waiting[0]].foot(point)
            here = [k for k in waiting if lines[k].shape.distance(foot) <= SAME_M]
            waiting = [k for k in waiting if k not in here]
            yield Spot(foot.x, foot.y, "town", frozenset(here), zh, en, point.distance(foot))


def _merged(found: list[Spot], lines: Sequence[Line], scale: float) -> list[Spot]:
    """Make one of meetings of the same lines, or in one complex of interchanges."""
    groups: list[list[Spot]] = []
    unions: list[frozenset[int]] = []
    for spot in found:
        for k, group in enumerate(groups):
            near = spot.metres_to(group[0]) <= MERGE_M * scale and (
                spot.lines <= unions[k]
                or (
                    spot.lines & unions[k] and min(map(spot.metres_to, group)) <= COMPLEX_M * scale
                )
            )
            if near:
                group.append(spot)
                unions[k] |= spot.lines
                break
        else:
            groups.append([spot])
            unions.append(spot.lines)

    def off(spot: Spot, union: frozenset[int]) -> float:
        return max(lines[k].shape.distance(shapely.Point(spot.x, spot.y)) for k in union)

    made = []
    for group, union in zip(groups, unions, strict=True):
        best = int(np.argmin([off(spot, union) for spot in group]))
        made.append(group[best]._replace(lines=union))
    return made


def _named(spot: Spot, exits: list[Spot], reach: float) -> Spot:
    """Give a junction without a name that of the nearest exit of its lines."""
    near = [e for e in exits if e.zh and e.lines & spot.lines and e.metres_to(spot) <= reach]
    if spot.zh or not near:
        return spot
    best = min(near, key=lambda e: (e.metres_to(spot), e.zh))
    return spot._replace(zh=best.zh, en=best.en)


def border_spots(
    lines: Sequence[Line], areas: gpd.GeoDataFrame, scale: float, frame: Bounds
) -> list[Spot]:
    """
    Return where lines cross from an area into another or out of all, named by both sides.

    `frame` are the degrees at which lines are cut off: there they go on, and a short stay is one,
    as it is at any end with borders as exact as the lines (a column `exact`).
    """
    shapes = gpd.GeoDataFrame(geometry=[line.shape for line in lines], crs=areas.crs)
    ends = shapely.get_coordinates([shapely.get_point(shapes.geometry, k) for k in (0, -1)])
    edges = np.abs(np.tile(to_degrees(frame, ends), 2) - frame).min(axis=1) <= AT_FRAME
    edges |= "exact" in areas and bool(areas["exact"].all())
    least = STAY_M * scale
    tips = np.where(edges.reshape(2, -1).T, min(EXACT_M, least), least)
    found = line_area_crossings(shapes, areas, least=least, least_at_ends=tips)
    zh, en = ([*areas[key], ""] for key in ("name", "name_en"))
    columns = (found[key].tolist() for key in ("line", "x", "y", "before", "after"))
    return [
        Spot(x, y, "border", frozenset([line]), _sides(zh, one, two), _sides(en, one, two))
        for line, x, y, one, two in zip(*columns, strict=True)
    ]


def _sides(names: Sequence[str], one: int, two: int) -> str:
    return "–".join(sorted(filter(None, (names[one], names[two]))))


def element_names(row: Mapping[Any, object]) -> tuple[str, str]:
    """Return the Chinese and the English name of an element; for a missing one, the plain."""
    texts = (row.get(key) for key in ("name", "name:zh-Hans", "name:zh", "name:en"))
    plain, simple, zh, en = (" ".join(t.split()) if isinstance(t, str) else "" for t in texts)
    zh = simple or zh
    return zh or plain or en, en or plain or zh
