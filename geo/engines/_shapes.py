"""The lines and areas that engines take, and the straight pieces they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import BadInputError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

#: What a frame must hold: types of geometry by their numbers, and the name of one.
KINDS = {"line": ((1,), "LineString"), "area": ((3, 6), "Polygon")}


def shapes_of(frame: gpd.GeoDataFrame, kind: str, *, empty: bool = False) -> Shapes:
    """Return the geometries of a frame, which must be lines or areas, and not empty."""
    import shapely

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
    import shapely

    return np.asarray(shapely.linestrings(np.stack([xy[at], xy[at + 1]], axis=1)), object)
