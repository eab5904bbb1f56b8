"""Where the lines of a draft are entered, changed and cut: junctions, stations, borders.

Two roads meet where they share a node, or where slip roads join them; a road that only
crosses another on a bridge does not meet it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from shapely.ops import nearest_points, substring

from geo.geometry import line_area_crossings
from geo.sources.chains import BESIDE_M, Bools, Floats, Ints

#: Slip roads between two roads are at most this long, in a straight line.
LINK_M = 1500.0
#: Meetings, and interchanges of one road, this near to each other are one place.
MERGE_M = 1000.0
#: A station belongs to the lines within this distance.
STATION_M = 250.0
#: A town is a place of a road that is no expressway within this distance.
TOWN_M = 10_000.0
#: A node of a motorway junction lies this near to its road.
ON_ROAD_M = 20.0
#: A shorter stay in a region is none: borders are drawn to about this.
STAY_M = 1000.0


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
    """A place on lines: where, what kind, the positions of its lines, and its names."""

    x: float
    y: float
    kind: str
    lines: frozenset[int]
    zh: str = ""
    en: str = ""

    def metres_to(self, other: Spot) -> float:
        """Return the distance to another place."""
        return float(np.hypot(self.x - other.x, self.y - other.y))


def find_spots(
    lines: Sequence[Line],
    edges: gpd.GeoDataFrame,
    group: Ints,
    points: gpd.GeoDataFrame,
    scale: float = 1.0,
) -> list[Spot]:
    """
    Return the places of the lines, stations and junctions first; all geometry in metres.

    `group` is the group of every edge, -1 for none; `points` are stations, motorway junctions,
    cities and towns; `scale` shortens all distances in a region smaller than usual.
    """
    reach = MERGE_M * scale
    junctions, ramps = _meetings(lines, edges, group, scale)
    found = list(_stations(lines, points[points["railway"].notna()], scale))
    for spot in _merged(junctions, reach):
        # a station may stand for a junction only where all lines of the junction stop
        if not any(spot.lines <= s.lines and spot.metres_to(s) <= 2 * reach for s in found):
            found.append(spot)
    exits = _exits(lines, edges, group, points[points["highway"].notna()], scale)
    found = [_named(spot, exits, 1.5 * reach) for spot in found]
    towns = _towns(lines, points[points["place"].notna()], scale)
    for spot in itertools.chain(sorted(exits, key=lambda s: not s.zh), ramps, towns):
        if not any(spot.lines & s.lines and spot.metres_to(s) <= 1.5 * reach for s in found):
            found.append(spot)
    return found


def _meetings(
    lines: Sequence[Line], edges: gpd.GeoDataFrame, group: Ints, scale: float
) -> tuple[list[Spot], list[Spot]]:
    """Return where lines meet, and where slip roads lead off one line only."""
    xy = np.zeros((int(edges[["u", "v"]].to_numpy().max(initial=0)) + 1, 2))
    shapes = edges.geometry.to_numpy()
    for end, position in (("u", 0), ("v", -1)):
        xy[edges[end]] = shapely.get_coordinates(shapely.get_point(shapes, position))
    touching: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    link = edges["class"].str.endswith("_link").to_numpy(bool)
    piece = _pieces(edges, link, len(xy))
    own = np.flatnonzero(group >= 0)
    for end in ("u", "v"):
        for node, owner in zip(edges[end].to_numpy()[own].tolist(), group[own], strict=True):
            touching[int(piece[node])][int(owner)].add(node)
    met, ramps = list[Spot](), list[Spot]()
    linked = set(piece[edges.loc[link, ["u", "v"]].to_numpy().ravel()].tolist())
    for key, groups in touching.items():
        for a, b in itertools.combinations(sorted(groups), 2):
            at, apart = _closest(xy[sorted(groups[a])], xy[sorted(groups[b])])
            if apart <= LINK_M * scale:
                met += _meeting(lines, (a, b), at, scale)
        if len(groups) == 1 and key in linked:
            (owner,) = groups
            at = xy[sorted(groups[owner])].mean(axis=0)
            ramps += _interchanges(lines, owner, at, BESIDE_M * scale)
    return met, ramps


def _pieces(edges: gpd.GeoDataFrame, link: Bools, size: int) -> Ints:
    """Return one number for the nodes that slip roads connect."""
    u, v = edges.loc[link, ["u", "v"]].to_numpy().T
    matrix = coo_array((np.ones(len(u)), (u, v)), shape=(size, size))
    return np.asarray(connected_components(matrix, directed=False)[1])


def _closest(a: Floats, b: Floats) -> tuple[Floats, float]:
    """Return the middle between the closest points of two sets, and how far they are apart."""
    distance, index = map(np.asarray, KDTree(b).query(a))
    k = int(np.argmin(distance))
    return (a[k] + b[index[k]]) / 2, float(distance[k])


def _meeting(
    lines: Sequence[Line], groups: tuple[int, int], at: Floats, scale: float
) -> Iterator[Spot]:
    """Yield the meeting of lines of two groups near a point, where they are closest."""
    here, reach = shapely.Point(at), LINK_M * scale
    ends = [[k for k, line in enumerate(lines) if line.group == g] for g in groups]
    for i, j in itertools.product(*ends):
        a, b = lines[i].shape, lines[j].shape
        if lines[i].mode != lines[j].mode or max(a.distance(here), b.distance(here)) > reach:
            continue
        parts = [
            substring(s, max(s.project(here) - reach, 0), s.project(here) + reach) for s in (a, b)
        ]
        p, q = nearest_points(*parts)
        if p.distance(q) <= reach:
            yield Spot((p.x + q.x) / 2, (p.y + q.y) / 2, "junction", frozenset((i, j)))


def _stations(lines: Sequence[Line], stations: gpd.GeoDataFrame, scale: float) -> Iterator[Spot]:
    """Yield stations, on their line or between their lines."""
    rails = [k for k, line in enumerate(lines) if line.mode == "rail"]
    seen: list[Spot] = []
    for row, point in zip(stations.to_dict("records"), stations.geometry, strict=True):
        zh, en = element_names(row)
        own = [k for k in rails if lines[k].shape.distance(point) <= STATION_M * max(scale, 0.4)]
        if not own or not zh:
            continue
        x, y = shapely.get_coordinates([lines[k].foot(point) for k in own]).mean(axis=0)
        spot = Spot(float(x), float(y), "station", frozenset(own), zh, en)
        if not any(s.zh == zh and s.lines & spot.lines for s in seen):
            seen.append(spot)
            yield spot


def _exits(
    lines: Sequence[Line],
    edges: gpd.GeoDataFrame,
    group: Ints,
    points: gpd.GeoDataFrame,
    scale: float,
) -> list[Spot]:
    """Return the motorway junctions that lie on a road of the draft."""
    own = np.flatnonzero(group >= 0)
    tree = shapely.STRtree(edges.geometry.to_numpy()[own])
    which, nearest = tree.query_nearest(
        points.geometry.to_numpy(), max_distance=ON_ROAD_M, all_matches=False
    )
    exits: list[Spot] = []
    rows = points.to_dict("records")
    for k, edge in zip(which.tolist(), own[nearest].tolist(), strict=True):
        zh, en = element_names(rows[k])
        if not zh and rows[k]["ref"]:
            zh, en = f"{rows[k]['ref']} 出口", f"Exit {rows[k]['ref']}"
        at = shapely.get_coordinates(points.geometry.iloc[k])[0]
        found = _interchanges(lines, int(group[edge]), at, BESIDE_M * scale)
        exits += [spot._replace(zh=zh, en=en) for spot in found]
    return exits


def _interchanges(lines: Sequence[Line], group: int, at: Floats, reach: float) -> Iterator[Spot]:
    """Yield an interchange on every line of a group near a point."""
    here = shapely.Point(at)
    for k, line in enumerate(lines):
        if line.group == group and line.shape.distance(here) <= reach:
            foot = line.foot(here)
            yield Spot(foot.x, foot.y, "interchange", frozenset([k]))


def _towns(lines: Sequence[Line], towns: gpd.GeoDataFrame, scale: float) -> Iterator[Spot]:
    """Yield the points nearest to towns on roads that can be entered anywhere."""
    for k, line in enumerate(lines):
        if line.mode != "road" or line.class_ == "expressway":
            continue
        for row, point in zip(towns.to_dict("records"), towns.geometry, strict=True):
            zh, en = element_names(row)
            if zh and line.shape.distance(point) <= TOWN_M * scale:
                foot = line.foot(point)
                yield Spot(foot.x, foot.y, "town", frozenset([k]), zh, en)


def _merged(found: list[Spot], reach: float) -> list[Spot]:
    """Make one of meetings that lie close together on a common line."""
    groups: list[list[Spot]] = []
    for spot in found:
        for group in groups:
            if any(spot.lines & s.lines and spot.metres_to(s) <= reach for s in group):
                group.append(spot)
                break
        else:
            groups.append([spot])
    middles = [np.mean([(s.x, s.y) for s in group], axis=0).tolist() for group in groups]
    return [
        Spot(x, y, group[0].kind, frozenset().union(*(s.lines for s in group)))
        for (x, y), group in zip(middles, groups, strict=True)
    ]


def _named(spot: Spot, exits: list[Spot], reach: float) -> Spot:
    """Give a junction without a name that of the nearest exit of its lines."""
    near = [e for e in exits if e.zh and e.lines & spot.lines and e.metres_to(spot) <= reach]
    if spot.zh or not near:
        return spot
    best = min(near, key=lambda e: (e.metres_to(spot), e.zh))
    return spot._replace(zh=best.zh, en=best.en)


def border_spots(lines: Sequence[Line], areas: gpd.GeoDataFrame, scale: float = 1.0) -> list[Spot]:
    """Return where lines cross from an area into another or out of all, named by both sides."""
    shapes = gpd.GeoDataFrame(geometry=[line.shape for line in lines], crs=areas.crs)
    found = line_area_crossings(shapes, areas, least=STAY_M * scale)
    zh, en = ([*areas[key], ""] for key in ("name", "name_en"))
    columns = (found[key].tolist() for key in ("line", "x", "y", "before", "after"))
    return [
        Spot(x, y, "border", frozenset([line]), _sides(zh, one, two), _sides(en, one, two))
        for line, x, y, one, two in zip(*columns, strict=True)
    ]


def _sides(names: Sequence[str], one: int, two: int) -> str:
    return "–".join(sorted(filter(None, (names[one], names[two]))))


def element_names(row: dict[str, object]) -> tuple[str, str]:
    """Return the Chinese and the English name of an element; for a missing one, the plain."""
    texts = (row.get(key) for key in ("name", "name:zh-Hans", "name:zh", "name:en"))
    plain, simple, zh, en = (" ".join(t.split()) if isinstance(t, str) else "" for t in texts)
    zh = simple or zh
    return zh or plain or en, en or plain or zh
