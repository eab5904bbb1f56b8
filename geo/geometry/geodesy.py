"""Distances on the ellipsoid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from scipy.spatial import KDTree

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
METRES_PER_DEGREE = 111_195.0
#: Mean radius of the Earth.
EARTH_KM = 6371.0


@cache
def geod() -> Geod:
    """
    Return the WGS-84 ellipsoid.

    Returns
    -------
    geod
        Shared instance.
    """
    return Geod(ellps="WGS84")


def geodesic_km(origins: ArrayLike, destinations: ArrayLike) -> Floats:
    """
    Return the geodesic distances from points to points.

    Parameters
    ----------
    origins, destinations
        Points in degrees (WGS-84), shapes (..., 2) that broadcast.

    Returns
    -------
    distances
        Kilometres, shape (...).

    Examples
    --------
    >>> geodesic_km([0, 0], [[1, 0], [0, 1]]).round(2)
    array([111.32, 110.57])
    """
    a, b = np.broadcast_arrays(np.asarray(origins, float), np.asarray(destinations, float))
    metres = geod().inv(a[..., 0], a[..., 1], b[..., 0], b[..., 1])[2]
    return np.asarray(metres, float) / 1000


def leg_lengths_km(lonlat: Floats) -> Floats:
    """Return the geodesic length in km of every leg of a line in degrees, shape (n - 1,)."""
    return geodesic_km(lonlat[:-1], lonlat[1:])


def line_lengths_km(lines: NDArray[np.object_]) -> Floats:
    """
    Return the geodesic lengths of lines.

    Parameters
    ----------
    lines
        Lines (LineString) in degrees (WGS-84), shape (n,).

    Returns
    -------
    lengths
        Kilometres, shape (n,).
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    legs = np.flatnonzero(line[1:] == line[:-1])
    km = np.bincount(line[legs], geodesic_km(xy[legs], xy[legs + 1]), len(lines))
    return np.asarray(km, float)


def along_km(lonlat: Floats) -> Floats:
    """
    Return the distance of every point of a line from its start.

    Parameters
    ----------
    lonlat
        Points in degrees (WGS-84), shape (n, 2).

    Returns
    -------
    distances
        Geodesic kilometres along the line, shape (n,).
    """
    return np.concatenate([[0.0], np.cumsum(leg_lengths_km(lonlat))])


def straight_km(lon: Sequence[float] | Floats, lat: Sequence[float] | Floats) -> Floats:
    """
    Return the geodesic distances between all pairs of points.

    Parameters
    ----------
    lon, lat
        Degrees (WGS-84), shape (n,).

    Returns
    -------
    distances
        Kilometres, shape (n, n), symmetric with 0 on the diagonal.

    Examples
    --------
    >>> straight_km([0, 1], [0, 0]).round(2)
    array([[  0.  , 111.32],
           [111.32,   0.  ]])
    """
    lonlat = np.column_stack([lon, lat])
    distances = np.zeros((len(lonlat), len(lonlat)))
    i, j = np.triu_indices(len(lonlat), 1)
    distances[i, j] = geodesic_km(lonlat[i], lonlat[j])
    return distances + distances.T


def nearest(origins: Floats, targets: Floats, k: int) -> list[tuple[int, int, float]]:
    """
    Return the nearest targets of every origin.

    Parameters
    ----------
    origins, targets, k
        Points in degrees (WGS-84), shapes (n, 2) and (m, 2), and the targets wanted per origin.

    Returns
    -------
    pairs
        Index of the origin, index of the target and their geodesic distance in km, in the
        order of the origins, then of the distance.

    Examples
    --------
    >>> at = np.array([[104.0, 30.0]]), np.array([[104.0, 30.1], [105.0, 30.0]])
    >>> [(i, j, round(km, 1)) for i, j, km in nearest(*at, 1)]
    [(0, 0, 11.1)]
    """
    k = min(k, len(targets))
    if not k:
        return []
    _, index = KDTree(_on_sphere(targets)).query(_on_sphere(origins), k=k)
    i, j = np.repeat(np.arange(len(origins)), k), np.asarray(index).reshape(-1)
    return _pairs(i, j, geodesic_km(origins[i], targets[j]))


def within(origins: Floats, targets: Floats, limit_km: float) -> list[tuple[int, int, float]]:
    """
    Return all targets within a distance of every origin.

    Parameters
    ----------
    origins, targets, limit_km
        Points in degrees (WGS-84), shapes (n, 2) and (m, 2), and the distance.

    Returns
    -------
    pairs
        As of `nearest`, in the order of both indices.
    """
    # no geodesic of the ellipsoid is shorter than 0.99 of the chord on a sphere of this radius
    radius = limit_km / (0.99 * EARTH_KM)
    near = KDTree(_on_sphere(targets)).sparse_distance_matrix(
        KDTree(_on_sphere(origins)), radius, output_type="ndarray"
    )
    order = np.lexsort((near["i"], near["j"]))
    i, j = near["j"][order], near["i"][order]
    km = geodesic_km(origins[i], targets[j])
    keep = km <= limit_km
    return _pairs(i[keep], j[keep], km[keep])


def _pairs(i: Ints, j: Ints, km: Floats) -> list[tuple[int, int, float]]:
    return list(zip(i.tolist(), j.tolist(), km.tolist(), strict=True))


def _on_sphere(lonlat: Floats) -> Floats:
    """Return points of a sphere of radius 1."""
    lon, lat = np.radians(lonlat).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
