"""Coordinates of Chinese maps: WGS-84, GCJ-02 (Gaode, Tencent) and BD-09 (Baidu).

GCJ-02 moves every point of a rectangle around China by a smooth offset of up to 740 m;
BD-09 turns and stretches GCJ-02 once more. Neither is published officially. The closed forms
here are those in common use, first made public in 2013; they agree with
https://github.com/googollee/eviltransform and https://github.com/wandergis/coordtransform.
The inverses are exact: iterated until the forward formula gives the point back.

CGCS2000 (Tianditu) differs from WGS-84 by less than a metre and counts as WGS-84.
"""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.core import BadInputError

Floats = NDArray[np.float64]
Transform = Callable[[ArrayLike], Floats]


#: Where GCJ-02 is shifted, west, south, east, north: the rectangle of the published rule. It
#: is not the border: it holds many other countries too, and real maps are not shifted there.
BOX = (72.004, 0.8293, 137.8347, 55.8271)
#: Krasovsky 1940: semi-major axis in metres and eccentricity squared.
SEMI_MAJOR, ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
#: Origin of the offset polynomial, in degrees.
ORIGIN = np.array([105.0, 35.0])
#: Sine terms of the offset, in metres: amplitude and period in degrees.
WAVES = ((20.0, 1 / 3), (20.0, 1.0))
EAST_WAVES = ((20.0, 2.0), (40.0, 6.0), (150.0, 24.0), (300.0, 60.0))
NORTH_WAVES = ((20.0, 2.0), (40.0, 6.0), (160.0, 24.0), (320.0, 60.0))
#: BD-09: the shift in degrees, and the frequency of its ripple in radians per degree.
BAIDU_SHIFT: Floats = np.array([0.0065, 0.006])
BAIDU_FREQUENCY = np.pi * 3000 / 180
#: Every step of an inverse shrinks the error at least fifty times; it starts at 0.01 degrees.
STEPS = 9


def to_gcj02(lonlat: ArrayLike) -> Floats:
    """
    Convert WGS-84 to GCJ-02.

    Parameters
    ----------
    lonlat
        Points in degrees (WGS-84), shape (n, 2).

    Returns
    -------
    lonlat
        Points in degrees (GCJ-02), shape (n, 2); unchanged outside :data:`BOX`.

    Examples
    --------
    >>> to_gcj02([104.0, 30.0]).round(4)
    array([104.0023,  29.9973])
    >>> to_gcj02([2.35, 48.86])
    array([ 2.35, 48.86])
    """
    points = np.asarray(lonlat, dtype=float)
    return np.where(_in_box(points), _shifted(points), points)


def from_gcj02(lonlat: ArrayLike) -> Floats:
    """
    Convert GCJ-02 to WGS-84.

    Parameters
    ----------
    lonlat
        Points in degrees (GCJ-02), shape (n, 2).

    Returns
    -------
    lonlat
        WGS-84, within 1e-6 m; unchanged where the result would lie outside :data:`BOX`.

    Examples
    --------
    >>> from_gcj02(to_gcj02([104.0, 30.0])).round(7)
    array([104.,  30.])
    """
    points = np.asarray(lonlat, dtype=float)
    found = _inverse(_shifted, points)
    return np.where(_in_box(found, slack=1e-9), found, points)


def to_bd09(lonlat: ArrayLike) -> Floats:
    """
    Convert WGS-84 to BD-09.

    Parameters
    ----------
    lonlat
        Points in degrees (WGS-84), shape (n, 2).

    Returns
    -------
    lonlat
        Points in degrees (BD-09), shape (n, 2). The step from GCJ-02 knows no rectangle.
    """
    return _baidu(to_gcj02(lonlat))


def from_bd09(lonlat: ArrayLike) -> Floats:
    """
    Convert BD-09 to WGS-84.

    Parameters
    ----------
    lonlat
        Points in degrees (BD-09), shape (n, 2).

    Returns
    -------
    lonlat
        WGS-84, within 1e-6 m.

    Examples
    --------
    >>> from_bd09(to_bd09([104.0, 30.0])).round(6)
    array([104.,  30.])
    """
    return from_gcj02(_inverse(_baidu, np.asarray(lonlat, dtype=float)))


#: How to get WGS-84 from the coordinates of each datum; None: they are.
TO_WGS84: dict[str, Transform | None] = {
    "wgs84": None,
    "cgcs2000": None,
    "gcj02": from_gcj02,
    "bd09": from_bd09,
}


def reproject(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """
    Return a frame in WGS-84.

    Parameters
    ----------
    frame
        Geometries whose coordinates are in ``datum``, in degrees or in a projection of them;
        without a reference system they count as degrees.
    datum
        ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``.

    Returns
    -------
    frame
        The same rows in EPSG:4326. Heights are kept for the first two, dropped for the others.

    Examples
    --------
    >>> frame = gpd.GeoDataFrame(geometry=[shapely.Point(104.0023, 29.9973)], crs=4326)
    >>> shapely.to_wkt(reproject(frame, "gcj02").geometry.iloc[0], rounding_precision=3)
    'POINT (104 30)'
    """
    if datum not in TO_WGS84:
        raise BadInputError(
            "datum {datum!r}: expected {known}", datum=datum, known=", ".join(TO_WGS84)
        )
    degrees = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
    transform = TO_WGS84[datum]
    if transform is None:
        return degrees
    return degrees.set_geometry(shapely.transform(degrees.geometry, transform))


def _in_box(lonlat: Floats, slack: float = 0.0) -> NDArray[np.bool_]:
    """Return which points lie in the rectangle, grown by some slack, shape (n, 1)."""
    lowest, highest = np.array(BOX[:2]) - slack, np.array(BOX[2:]) + slack
    inside = (lowest <= lonlat) & (lonlat <= highest)
    return np.asarray(inside.all(axis=-1, keepdims=True))


def _shifted(lonlat: Floats) -> Floats:
    """Return points plus their offset in GCJ-02, rectangle or not."""
    origin = lonlat - ORIGIN
    x, y = origin[..., 0], origin[..., 1]
    root, shared = np.sqrt(np.abs(x)), _sines(x, WAVES)
    east = 300 + x + 2 * y + 0.1 * x * (x + y) + 0.1 * root + shared + _sines(x, EAST_WAVES)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += shared + _sines(y, NORTH_WAVES)
    # One degree in metres on the ellipsoid: radii of curvature across and along the meridian.
    latitude = np.radians(lonlat[..., 1])
    w2 = 1 - ECCENTRICITY2 * np.sin(latitude) ** 2
    across = SEMI_MAJOR / np.sqrt(w2) * np.cos(latitude)
    along = SEMI_MAJOR * (1 - ECCENTRICITY2) / w2**1.5
    shift: Floats = np.degrees(np.stack([east / across, north / along], axis=-1))
    return lonlat + shift


def _sines(degrees: Floats, waves: tuple[tuple[float, float], ...]) -> Floats:
    """Return two thirds of a sum of sines."""
    total = np.zeros_like(degrees)
    for amplitude, period in waves:
        total += amplitude * np.sin(2 * np.pi / period * degrees)
    return total * 2 / 3


def _baidu(lonlat: Floats) -> Floats:
    """Convert GCJ-02 to BD-09: polar coordinates about 0° E 0° N with a ripple, and a shift."""
    lon, lat = lonlat[..., 0], lonlat[..., 1]
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(BAIDU_FREQUENCY * lat)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(BAIDU_FREQUENCY * lon)
    unit: Floats = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return radius[..., None] * unit + BAIDU_SHIFT


def _inverse(forward: Callable[[Floats], Floats], points: Floats) -> Floats:
    """Return what a small shift maps to the points, by fixed-point iteration."""
    found = points
    for _ in range(STEPS):
        found = found + (points - forward(found))
    return found
