"""New points of an alignment along its surveyed line, and where its places move."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from geo._plane import to_degrees, to_metres
from geo.conflation import UNKNOWN_ACCURACY_M
from geo.curves import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.spatial import KDTree
    from shapely import LineString

    from geo.conflation import Match
    from geo.layers import Layers

#: Points are left out where the line without them stays this near.
SIMPLIFY_M = 8.0
#: The smooth line drawn through the points stays this near to the surveyed one.
DRAWN_M = 12.0
#: Decimals of new coordinates in degrees: about a metre.
DECIMALS = 5
#: A place this near to the line stands on it.
ON_LINE_M = 1.0
#: Neighbouring places and points stand at least this far apart.
APART_M = 3.0
_ROUNDS = 8

Spots = dict[str, tuple[float, float]]


def moved_places(drawn: Layers, matches: dict[str, Match]) -> Spots:
    """
    Return new positions (lon, lat) of the places that move onto their surveyed lines.

    A place moves for all routes at once, to the nearest point of the line; where several
    lines meet, to and fro between them until it stands where they cross. It never moves
    further than its accuracy, else it stays.
    """
    import shapely

    lines: dict[str, list[LineString]] = {}
    for match in matches.values():
        for place, line in _around(drawn, match):
            lines.setdefault(place, []).append(line)
    places = drawn.catalogue.place
    keys = list(lines)
    start = to_metres(drawn, np.array([(places[key].lon, places[key].lat) for key in keys]))
    moved: Spots = {}
    for key, spot in zip(keys, start, strict=True):
        here = shapely.Point(spot)
        for line in lines[key] * (1 if len(lines[key]) == 1 else 20):
            here = line.interpolate(line.project(here))
        known = places[key].accuracy_m or UNKNOWN_ACCURACY_M
        shift = here.distance(shapely.Point(spot))
        if ON_LINE_M < shift <= known:
            lon, lat = to_degrees(drawn, np.array([[here.x, here.y]]))[0].round(DECIMALS)
            moved[key] = (float(lon), float(lat))
    return moved


def _around(drawn: Layers, match: Match) -> list[tuple[str, LineString]]:
    """Return every place of a route with its line half way to the places beside it."""
    import shapely
    from shapely.ops import substring

    legs = [to_metres(drawn, shapely.get_coordinates(leg)) for leg in match.legs.geometry]
    legs = [np.asarray(leg) for leg in legs]
    named = [*match.legs["from_place"], match.legs["to_place"].iloc[-1]]
    whole = shapely.LineString(np.vstack(legs))
    ends = np.concatenate([[0], np.cumsum([shapely.LineString(leg).length for leg in legs])])
    middle = (ends[:-1] + ends[1:]) / 2
    limits = np.concatenate([[0], middle, [whole.length]])
    return [
        (place, shapely.LineString(substring(whole, a, b).coords))
        for place, (a, b) in zip(named, itertools.pairwise(limits), strict=True)
    ]


def surveyed_points(drawn: Layers, match: Match, moved: Spots) -> list[list[tuple[float, float]]]:
    """
    Return the shape points (lon, lat) between neighbouring places, one list per leg.

    The line runs through the places: on to a place that stands beside it, it bends over a
    stretch of twice its distance. Points are added until the drawn curve keeps to the line.
    """
    import shapely

    places = drawn.catalogue.place
    named = [*match.legs["from_place"], match.legs["to_place"].iloc[-1]]
    spots = to_metres(
        drawn,
        np.array([moved.get(key, (places[key].lon, places[key].lat)) for key in named]),
    )
    if np.hypot(*np.diff(spots, axis=0).T).min() < APART_M:
        raise ValueError("two places fall on one point of the surveyed line")
    before, after = [], []
    for spot, (_, line) in zip(spots, _around(drawn, match), strict=True):
        at = line.project(shapely.Point(spot))
        off = line.distance(shapely.Point(spot))
        keep = 2 * off if off > ON_LINE_M else 0.0
        before.append(_cut(line, 0, at - keep))
        after.append(_cut(line, at + keep, line.length))
    pieces = [
        np.vstack([spots[k], after[k], before[k + 1], spots[k + 1]]) for k in range(len(named) - 1)
    ]
    return _drawn_true(drawn, pieces, closed=named[0] == named[-1])


def _cut(line: LineString, start: float, end: float) -> NDArray[np.float64]:
    """Return the points of a piece of a line; none where nothing is left."""
    import shapely
    from shapely.ops import substring

    if end - start < ON_LINE_M:
        return np.empty((0, 2))
    return np.asarray(shapely.get_coordinates(substring(line, start, end)))


def _drawn_true(
    drawn: Layers, pieces: list[NDArray[np.float64]], *, closed: bool
) -> list[list[tuple[float, float]]]:
    """Thin the pieces out, then add points until the drawn curve is true to them."""
    import shapely
    from scipy.spatial import KDTree

    lines = [shapely.LineString(piece) for piece in pieces]
    knots = [_thinned(line) for line in lines]
    truth = KDTree(np.vstack([shapely.get_coordinates(line.segmentize(5.0)) for line in lines]))
    for _ in range(_ROUNDS):
        legs = [
            shapely.get_coordinates(shapely.line_interpolate_point(line, at))
            for line, at in zip(lines, knots, strict=True)
        ]
        lonlat = [to_degrees(drawn, leg).round(DECIMALS) for leg in legs]
        points = np.vstack([leg[:-1] for leg in lonlat] + [lonlat[-1][-1:]])
        away = _deviation(drawn, points, truth, closed=closed)
        if away.max() <= DRAWN_M:
            break
        starts = np.concatenate([[0], np.cumsum([len(at) - 1 for at in knots])])
        knots = [
            _halved(at, away[a:b] > DRAWN_M)
            for at, (a, b) in zip(knots, itertools.pairwise(starts), strict=True)
        ]
    return [[(float(x), float(y)) for x, y in leg[1:-1]] for leg in lonlat]


def _thinned(line: LineString) -> NDArray[np.float64]:
    """Return where along a line the points stand that it keeps."""
    import shapely

    all_xy = shapely.get_coordinates(line)
    kept = shapely.get_coordinates(line.simplify(SIMPLIFY_M, preserve_topology=False))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(all_xy, axis=0).T))])
    mask = np.isin(all_xy @ [1, 1j], kept @ [1, 1j])
    at = along[mask]
    inner = at[(at > APART_M) & (at < along[-1] - APART_M)]
    apart = np.concatenate([[True], np.diff(inner) > APART_M])[: len(inner)]
    return np.concatenate([[0.0], inner[apart], [along[-1]]])


def _deviation(
    drawn: Layers,
    points: NDArray[np.float64],
    truth: KDTree,
    *,
    closed: bool,
) -> NDArray[np.float64]:
    """Return how far the drawn curve runs from the truth on every leg."""
    import shapely

    line, index = smooth(points, closed=closed)
    metres = to_metres(drawn, line)
    legs = shapely.linestrings(np.concatenate([metres[:-1], metres[1:]], axis=1).reshape(-1, 2, 2))
    dense, owner = shapely.get_coordinates(shapely.segmentize(legs, 25.0), return_index=True)
    away = np.asarray(truth.query(dense)[0])
    leg = np.searchsorted(index, owner, side="right") - 1
    worst = np.zeros(len(index) - 1)
    np.maximum.at(worst, leg, away)
    return worst


def _halved(at: NDArray[np.float64], wrong: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Add a point in the middle of the pieces that are wrong, unless they are very short."""
    split = wrong & (np.diff(at) > 20.0)
    return np.sort(np.concatenate([at, (at[:-1] + at[1:])[split] / 2]))
