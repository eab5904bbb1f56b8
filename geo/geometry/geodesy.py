"""Distances on the ellipsoid and on the sphere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import KDTree

METRES_PER_DEGREE = 111_195.0


@cache
def geod() -> Geod:
    """
    Return the WGS-84 ellipsoid.

    Returns
    -------
    geod
        Shared instance.

    Examples
    --------
    >>> geod().a
    6378137.0

    """
    return Geod(ellps="WGS84")


def leg_lengths_km(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return the geodesic length of every leg of a line.

    Parameters
    ----------
    lonlat
        Points in degrees (WGS-84), shape (n, 2).

    Returns
    -------
    lengths
        Kilometres, shape (n - 1,).

    Examples
    --------
    >>> leg_lengths_km(np.array([[0.0, 0], [1, 0], [1, 1]])).round(2)
    array([111.32, 110.57])

    """
    lon, lat = lonlat.T
    metres = geod().inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    return np.asarray(metres, float) / 1000


def along_km(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
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

    Examples
    --------
    >>> along_km(np.array([[0.0, 0], [1, 0], [2, 0]])).round(2)
    array([  0.  , 111.32, 222.64])

    """
    return np.concatenate([[0.0], np.cumsum(leg_lengths_km(lonlat))])


def straight_km(
    lon: Sequence[float] | NDArray[np.float64], lat: Sequence[float] | NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Return the geodesic distances between points.

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
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    distances = np.zeros((len(x), len(x)))
    i, j = np.triu_indices(len(x), 1)
    distances[i, j] = np.asarray(geod().inv(x[i], y[i], x[j], y[j])[2], float) / 1000
    return distances + distances.T


#: Mean radius of the Earth.
EARTH_KM = 6371.0


def nearest(
    origins: NDArray[np.float64], targets: NDArray[np.float64], k: int
) -> list[tuple[int, int, float]]:
    """
    Return the nearest targets of every origin.

    Parameters
    ----------
    origins, targets
        Points in degrees (WGS-84), shapes (n, 2) and (m, 2).
    k
        Targets wanted per origin.

    Returns
    -------
    pairs
        Index of the origin, index of the target and their geodesic distance in km.

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
    km = geod().inv(*origins[i].T, *targets[j].T)[2] / 1000
    return list(zip(i.tolist(), j.tolist(), km.tolist(), strict=True))


def within(
    origins: NDArray[np.float64], targets: NDArray[np.float64], limit_km: float
) -> list[tuple[int, int, float]]:
    """
    Return all targets within a distance of every origin.

    Parameters
    ----------
    origins, targets
        Points in degrees (WGS-84), shapes (n, 2) and (m, 2).
    limit_km
        Geodesic distance.

    Returns
    -------
    pairs
        Index of the origin, index of the target and their geodesic distance in km, in the
        order of both indices.

    Examples
    --------
    >>> at = np.array([[104.0, 30.0]]), np.array([[104.0, 30.1], [105.0, 30.0]])
    >>> [(i, j, round(km, 1)) for i, j, km in within(*at, 100)]
    [(0, 0, 11.1), (0, 1, 96.5)]

    """
    # no geodesic of the ellipsoid is shorter than 0.99 of the chord on a sphere of this radius
    radius = limit_km / (0.99 * EARTH_KM)
    near = KDTree(_on_sphere(targets)).sparse_distance_matrix(
        KDTree(_on_sphere(origins)), radius, output_type="ndarray"
    )
    order = np.lexsort((near["i"], near["j"]))
    i, j = near["j"][order], near["i"][order]
    km = geod().inv(*origins[i].T, *targets[j].T)[2] / 1000
    keep = km <= limit_km
    return list(zip(i[keep].tolist(), j[keep].tolist(), km[keep].tolist(), strict=True))


def _on_sphere(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of a sphere of radius 1."""
    lon, lat = np.radians(lonlat).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
