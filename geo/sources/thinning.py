"""Points of an alignment: so few that the smooth line through them keeps to a surveyed one."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geo.geometry import Bounds, smooth, to_degrees, to_metres

Floats = NDArray[np.float64]
LonLat = tuple[float, float]

#: Points are left out where the line without them stays this near.
SIMPLIFY_M = 8.0
#: The smooth line drawn through the points stays this near to the surveyed one.
DRAWN_M = 12.0
#: How often points are added to that end.
ROUNDS = 8
#: Decimals of new coordinates in degrees: about a metre.
DECIMALS = 5
#: A place this near to the line stands on it.
ON_LINE_M = 1.0
#: Neighbouring places and points stand at least this far apart.
APART_M = 3.0


class Stop(NamedTuple):
    """A place on a line: how far along it in metres, its id, whether a section ends there."""

    at: float
    place: str
    cut: bool


def metres_along(points: Floats) -> Floats:
    """Return how far along a line each of its points is, in the units of the points."""
    return np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))


def cut_line(line: LineString, start: float, end: float) -> Floats:
    """Return the points of a piece of a line; none where nothing is left."""
    if end - start < ON_LINE_M:
        return np.empty((0, 2))
    return np.asarray(shapely.get_coordinates(substring(line, start, end)))


def points_along(
    frame: Bounds, pieces: list[Floats], *, closed: bool, longest_m: float = np.inf
) -> list[list[LonLat]]:
    """
    Return points of pieces of a line, in metres, without the ends of the pieces, in degrees.

    The pieces are thinned out, but to `longest_m` from point to point at most; then points are
    added until the curve drawn through them keeps to the pieces.
    """
    lines = [shapely.LineString(piece) for piece in pieces]
    knots = [_thinned(line, longest_m) for line in lines]
    truth = KDTree(np.vstack([shapely.get_coordinates(line.segmentize(5.0)) for line in lines]))
    for _ in range(ROUNDS):
        legs = [
            shapely.get_coordinates(shapely.line_interpolate_point(line, at))
            for line, at in zip(lines, knots, strict=True)
        ]
        lonlat = [to_degrees(frame, leg).round(DECIMALS) for leg in legs]
        points = np.vstack([leg[:-1] for leg in lonlat] + [lonlat[-1][-1:]])
        away = _deviation(frame, points, truth, closed=closed)
        if away.max() <= DRAWN_M:
            break
        starts = np.concatenate([[0], np.cumsum([len(at) - 1 for at in knots])])
        knots = [
            _halved(at, away[a:b] > DRAWN_M)
            for at, (a, b) in zip(knots, itertools.pairwise(starts), strict=True)
        ]
    return [[(float(x), float(y)) for x, y in leg[1:-1]] for leg in lonlat]


def _thinned(line: LineString, longest_m: float) -> Floats:
    """Return how far along a line the points stand that it keeps."""
    thin: BaseGeometry = line.simplify(SIMPLIFY_M, preserve_topology=False)
    whole: BaseGeometry = line
    if np.isfinite(longest_m):
        thin = whole = shapely.segmentize(thin, longest_m)
    all_xy, kept = shapely.get_coordinates(whole), shapely.get_coordinates(thin)
    along = metres_along(all_xy)
    at = along[np.isin(all_xy @ [1, 1j], kept @ [1, 1j])]  # points as complex numbers
    inner = at[(at > APART_M) & (at < along[-1] - APART_M)]
    apart = np.concatenate([[True], np.diff(inner) > APART_M])[: len(inner)]
    return np.concatenate([[0.0], inner[apart], [along[-1]]])


def _deviation(frame: Bounds, points: Floats, truth: KDTree, *, closed: bool) -> Floats:
    """Return how far the curve drawn through points runs from the truth on every leg."""
    line, index = smooth(points, closed=closed)
    metres = to_metres(frame, line)
    legs = shapely.linestrings(np.stack([metres[:-1], metres[1:]], axis=1))
    dense, owner = shapely.get_coordinates(shapely.segmentize(legs, 25.0), return_index=True)
    away = np.asarray(truth.query(dense)[0])
    leg = np.searchsorted(index, owner, side="right") - 1
    worst = np.zeros(len(index) - 1)
    np.maximum.at(worst, leg, away)
    return worst


def _halved(at: Floats, wrong: NDArray[np.bool_]) -> Floats:
    """Add a point in the middle of the pieces that are wrong, unless they are very short."""
    split = wrong & (np.diff(at) > 20.0)
    return np.sort(np.concatenate([at, (at[:-1] + at[1:])[split] / 2]))
