"""The one projection in metres, made from the frame of a region."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

#: West, south, east, north in degrees.
Bounds = tuple[float, float, float, float]


def metric_crs(frame: Bounds) -> str:
    """
    Return a projection in metres whose distances are true to 0.2 % within a frame of 1,000 km.

    Parameters
    ----------
    frame
        West, south, east, north in degrees; the projection is centred in it.

    Returns
    -------
    crs
        A PROJ string.

    """
    west, south, east, north = frame
    middle = f"+lon_0={(west + east) / 2} +lat_0={(south + north) / 2}"
    return f"+proj=laea {middle} +datum=WGS84 +units=m +no_defs"


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(frame: Bounds, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project points (degrees, shape (n, 2)) in the projection of a frame."""
    there = _transformer("EPSG:4326", metric_crs(frame))
    return np.column_stack(there.transform(*lonlat.T))


def to_degrees(frame: Bounds, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo the projection."""
    back = _transformer(metric_crs(frame), "EPSG:4326")
    return np.column_stack(back.transform(*xy.T))


def plane_around(bounds: Bounds) -> str:
    """Return a projection in metres around the middle of a frame."""
    west, south, east, north = bounds
    lat, lon = round((south + north) / 2, 3), round((west + east) / 2, 3)
    return f"+proj=laea +lat_0={lat:g} +lon_0={lon:g} +datum=WGS84 +units=m"
