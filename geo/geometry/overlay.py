"""Where lines pass from one area into another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame

from geo.core import BadInputError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Shapes = NDArray[np.object_]
#: Two places on a line nearer to each other than this share of its length are one.
SAME = 1e-9


def line_area_crossings(
    lines: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    least: float = 0.0,
    least_at_ends: ArrayLike | None = None,
) -> DataFrame:
    """
    Return where lines pass from one area into another, or out of all of them.

    A line that touches a border and turns back does not cross it. One that leaves and returns
    crosses twice. What lies on a border counts to the first of its areas.

    Parameters
    ----------
    lines
        Lines (LineString).
    areas
        Areas (Polygon, MultiPolygon) that do not overlap, in the coordinates of the lines.
    least
        A stretch shorter than this is no stay in an area: a road that winds along a border, or
        the gap between two areas that do not quite meet. The crossing is then in its middle.
    least_at_ends
        The same for the stretches at the start and at the end of every line, in two columns;
        default: `least`.

    Returns
    -------
    crossings
        One row per crossing, along every line: `line` (its position), `at` (how far along it),
        `x`, `y`, and `before` and `after`, the positions of the areas, -1 outside of all.

    Examples
    --------
    >>> west, east = shapely.box(0, 0, 5, 9), shapely.box(5, 0, 9, 9)
    >>> road = shapely.LineString([(1, 1), (8, 1), (8, 12)])
    >>> frame = gpd.GeoDataFrame(geometry=[road])
    >>> line_area_crossings(frame, gpd.GeoDataFrame(geometry=[west, east])).values.tolist()
    [[0.0, 4.0, 5.0, 1.0, 0.0, 1.0], [0.0, 15.0, 8.0, 9.0, 1.0, -1.0]]
    """
    shapes, grounds = shapes_of(lines, "line"), shapes_of(areas, "area")
    line, start, end = _pieces(shapes, _border(grounds))
    inside = shapely.line_interpolate_point(shapes[line], (start + end) / 2)
    area = areas_of(inside, grounds)
    length = shapely.length(shapes)
    given = least if least_at_ends is None else least_at_ends
    tips = np.broadcast_to(np.asarray(given, float), (len(shapes), 2))[line]
    needed = np.where(start <= 0, tips[:, 0], np.where(end >= length[line], tips[:, 1], least))
    stays = np.flatnonzero(end - start > np.maximum(needed, SAME * length[line]))
    line, start, end, area = line[stays], start[stays], end[stays], area[stays]
    here = np.flatnonzero((line[1:] == line[:-1]) & (area[1:] != area[:-1]))
    at = (end[here] + start[here + 1]) / 2
    points = shapely.line_interpolate_point(shapes[line[here]], at)
    x, y = shapely.get_coordinates(points).T
    before, after = area[here], area[here + 1]
    return pd.DataFrame(
        {"line": line[here], "at": at, "x": x, "y": y, "before": before, "after": after}
    )


def areas_of(points: Shapes, areas: Shapes) -> Ints:
    """
    Return the area that every point lies in.

    Parameters
    ----------
    points, areas
        Points and areas.

    Returns
    -------
    areas
        Position of the first area of every point, -1 where it lies in none.
    """
    found = np.full(len(points), -1)
    area, which = shapely.STRtree(points).query(areas, predicate="intersects")
    found[which[::-1]] = area[::-1]
    return found


def _border(areas: Shapes) -> Shapes:
    """Return the straight pieces of all borders."""
    xy, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(areas)), return_index=True
    )
    first = np.flatnonzero(ring[1:] == ring[:-1])
    return straight(xy, first)


def _pieces(shapes: Shapes, border: Shapes) -> tuple[Ints, Floats, Floats]:
    """Cut the lines that meet the border: the line, the start and the end of every piece."""
    which, edge = shapely.STRtree(border).query(shapes, predicate="intersects")
    met = shapely.intersection(shapes[which], border[edge])
    xy, pair = shapely.get_coordinates(met, return_index=True)
    line = which[pair]
    at = shapely.line_locate_point(shapes[line], shapely.points(xy))
    own = np.unique(line)
    line = np.concatenate([line, own, own])
    at = np.concatenate([at, np.zeros(len(own)), shapely.length(shapes[own])])
    order = np.lexsort((at, line))
    line, at = line[order], at[order]
    piece = np.flatnonzero(line[1:] == line[:-1])
    return line[piece], at[piece], at[piece + 1]


#: What a frame must hold: types of geometry by their numbers, and the name of one.
KINDS = {"line": ((1,), "LineString"), "area": ((3, 6), "Polygon")}


def shapes_of(frame: gpd.GeoDataFrame, kind: str, *, empty: bool = False) -> Shapes:
    """Return the geometries of a frame, which must be lines or areas, and not empty."""
    shapes = np.asarray(frame.geometry.to_numpy(), object)
    numbers, name = KINDS[kind]
    wrong = ~np.isin(shapely.get_type_id(shapes), numbers)
    if not empty:
        wrong |= shapely.is_empty(shapes)
    if wrong.any():
        raise BadInputError(f"{kind} {frame.index[int(wrong.argmax())]}: a {name} expected")
    return shapes


def straight(xy: NDArray[np.float64], at: NDArray[np.intp]) -> Shapes:
    """Return the straight pieces from vertices to those that follow them."""
    return np.asarray(shapely.linestrings(np.stack([xy[at], xy[at + 1]], axis=1)), object)
