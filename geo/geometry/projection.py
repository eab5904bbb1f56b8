"""The one projection in metres, made from the frame of a region."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Proj, Transformer

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
        A PROJ string: Lambert's equal-area projection.

    Examples
    --------
    >>> metric_crs((100.0, 27.0, 112.0, 33.8))
    '+proj=laea +lat_0=30.4 +lon_0=106 +datum=WGS84 +units=m'
    """
    west, south, east, north = frame
    lat, lon = round((south + north) / 2, 3), round((west + east) / 2, 3)
    return f"+proj=laea +lat_0={lat:g} +lon_0={lon:g} +datum=WGS84 +units=m"


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(frame: Bounds, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Project points to the metric projection of a frame.

    Parameters
    ----------
    frame, lonlat
        As for `metric_crs`, and points in degrees (WGS-84), shape (n, 2).

    Returns
    -------
    xy
        Metres east and north of the middle of the frame, shape (n, 2).

    Examples
    --------
    >>> to_metres((104.0, 29.0, 106.0, 31.0), np.array([[105.0, 30.1]])).round().tolist()
    [[0.0, 11085.0]]
    """
    there = _transformer("EPSG:4326", metric_crs(frame))
    return np.column_stack(there.transform(*lonlat.T))


def to_degrees(frame: Bounds, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return points of the metric projection of a frame in degrees.

    Parameters
    ----------
    frame, xy
        As for `metric_crs`, and metres, shape (n, 2).

    Returns
    -------
    lonlat
        Degrees (WGS-84), shape (n, 2).
    """
    back = _transformer(metric_crs(frame), "EPSG:4326")
    return np.column_stack(back.transform(*xy.T))


def distance_errors(frame: Bounds, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return by which share distances in the metric projection of a frame are wrong at points.

    Parameters
    ----------
    frame, lonlat
        As for `to_metres`.

    Returns
    -------
    errors
        Of the direction in which they are worst, from 0, shape (n,).

    Examples
    --------
    >>> distance_errors((-180, -90, 180, 90), np.array([[0.0, 0.0], [105.0, 30.0]])).round(2)
    array([0.  , 0.61])
    """
    scales = Proj(metric_crs(frame)).get_factors(*lonlat.T)
    # On the far side of the earth an equal-area projection stretches without limit.
    return np.asarray(np.maximum(scales.tissot_semimajor, 1 / scales.tissot_semiminor)) - 1
