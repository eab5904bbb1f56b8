"""The regions of a draft: the areas that its lines reach, and where they cross a border."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.core import BadInputError
from geo.geometry import Bounds, geod, line_area_crossings
from geo.layers import county_index
from geo.sources.junctions import Line, Spot

#: A shorter stay in a region is none: borders are drawn to about this.
STAY_M = 1000.0
#: Corners of clipped areas are rounded to this, in degrees.
GRID = 1e-6


def reached(areas: gpd.GeoDataFrame, ways: gpd.GeoDataFrame, bounds: Bounds) -> gpd.GeoDataFrame:
    """
    Return the areas that lines reach inside a frame, those with most of them first.

    Parameters
    ----------
    areas
        Areas in WGS-84.
    ways
        Lines in WGS-84; a leg between two points belongs to the area that holds its middle.
    bounds
        West, south, east and north of the frame.

    Returns
    -------
    areas
        The parts inside the frame, with `km`, the length of the lines there.

    Raises
    ------
    BadInputError
        When no line lies in any of them.

    Examples
    --------
    >>> from geo.layers.boundaries import read_areas
    >>> areas = read_areas(cat.folder / cat.region.base.provinces)
    >>> here = reached(areas, lay.sections, (105.0, 29.0, 107.0, 30.5))
    >>> here["name_zh"].tolist()
    ['重庆', '四川']

    """
    cut = shapely.intersection(areas.geometry.to_numpy(), shapely.box(*bounds), grid_size=GRID)
    inside = areas.set_geometry([_polygons(shape) for shape in cut], crs=4326)
    inside = inside[shapely.area(inside.geometry.to_numpy()) > 0]
    xy, line = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    legs = np.flatnonzero(line[1:] == line[:-1])
    start, end = xy[legs], xy[legs + 1]
    metres = geod().inv(*start.T, *end.T)[2]
    own = county_index(inside, np.asarray(shapely.points((start + end) / 2)))
    total = np.bincount(own + 1, metres, len(inside) + 1)[1:]
    if not total.any():
        raise BadInputError("--borders: expected areas with roads or railways of the extract")
    order = np.argsort(-total, kind="stable")[: np.count_nonzero(total)]
    return inside.assign(km=total / 1000).iloc[order].reset_index(drop=True)


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape: an area may touch the frame in a line or a point."""
    parts = shapely.get_parts(shape)
    parts = shapely.get_parts(parts)  # of a collection
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def border_spots(lines: Sequence[Line], areas: gpd.GeoDataFrame, scale: float = 1.0) -> list[Spot]:
    """
    Return the places where lines of a draft cross from one area into another.

    Parameters
    ----------
    lines
        The lines of the draft.
    areas
        Areas with `name_zh` and `name_en`, in the projection of the lines.
    scale
        Factor on all distances, below 1 for a region smaller than usual.

    Returns
    -------
    spots
        Places of the kind "border" with the names of both sides; leaving all areas is a
        crossing too.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> names = {"name_zh": ["川", "渝"], "name_en": ["Chuan", "Yu"]}
    >>> lands = [shapely.box(0, 0, 5e3, 9e3), shapely.box(5e3, 0, 9e3, 9e3)]
    >>> road = Line(0, "road", "trunk", shapely.LineString([(1e3, 1e3), (8e3, 1e3)]))
    >>> [spot] = border_spots([road], gpd.GeoDataFrame(names, geometry=lands))
    >>> spot.x, spot.zh, spot.en
    (5000.0, '川–渝', 'Chuan–Yu')

    """
    shapes = gpd.GeoDataFrame(geometry=[line.shape for line in lines], crs=areas.crs)
    found = line_area_crossings(shapes, areas, least=STAY_M * scale)
    zh, en = ([*areas[key], ""] for key in ("name_zh", "name_en"))
    columns = (found[key].tolist() for key in ("line", "x", "y", "before", "after"))
    return [
        Spot(x, y, "border", _sides(zh, one, two), _sides(en, one, two), frozenset([line]))
        for line, x, y, one, two in zip(*columns, strict=True)
    ]


def _sides(names: Sequence[str], one: int, two: int) -> str:
    return "–".join(sorted(filter(None, (names[one], names[two]))))
