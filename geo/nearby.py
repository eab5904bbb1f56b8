"""Which points lie near which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.curves import geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    from scipy.spatial import KDTree

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
    from scipy.spatial import KDTree

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
