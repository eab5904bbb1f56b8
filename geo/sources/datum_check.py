"""Whether the coordinates of a layer of lines are in the datum they are read in."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.core import BadInputError
from geo.geometry import metric_crs, reproject
from geo.layers import Layers
from geo.readers import KEY_OF_MODE

#: The datums that are compared where none is declared.
CANDIDATES = ("wgs84", "gcj02", "bd09")
#: Routes drawn to this accuracy are compared, at points this far apart or closer.
KNOWN_M, EVERY_M = 250.0, 5000.0
#: A point further from every line is on no line of the file.
REACH_M = 2000.0
#: Fewer points than this prove nothing.
ENOUGH = 10
#: A datum is suspected where it fits this many times better than WGS-84.
BETTER = 1.7


def datum_misfits(
    ways: gpd.GeoDataFrame, layers: Layers, wanted: Collection[str] | None = None
) -> dict[str, float]:
    """
    Return the median distance in metres of well-known routes to the lines, by datum of the lines.

    Only routes of the modes of the lines count, for a railway may run beside a road, and of these
    the wanted ones. Only points with a line within :data:`REACH_M` in any datum count; empty where
    they are few.
    """
    modes = [mode for mode, key in KEY_OF_MODE.items() if key not in ways or ways[key].any()]
    routes = layers.routes[layers.routes["accuracy_m"] <= KNOWN_M]
    routes = routes[routes["mode"].isin(modes)]
    if wanted is not None:
        routes = routes[routes.index.isin(wanted)]
    if routes.empty or ways.empty:
        return {}
    counts = np.maximum(routes["geometry_km"].to_numpy() * 1000 / EVERY_M, ENOUGH).astype(int)
    which = np.repeat(np.arange(len(routes)), counts)
    share = np.concatenate([(np.arange(n) + 0.5) / n for n in counts])
    lines = routes.geometry.to_numpy()[which]
    spots = shapely.line_interpolate_point(lines, share, normalized=True)
    crs = metric_crs(layers.catalogue.region.frame)
    points = gpd.GeoSeries(spots, crs=4326).to_crs(crs).to_numpy()
    away = {}
    for datum in CANDIDATES:
        shapes = reproject(ways[["geometry"]], datum).to_crs(crs).geometry.to_numpy()
        away[datum] = _distances(points, shapes)
    near = np.min(list(away.values()), axis=0) <= REACH_M
    if near.sum() < ENOUGH:
        return {}
    return {datum: float(np.median(metres[near])) for datum, metres in away.items()}


def _distances(points: Any, shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the distance of points to the nearest shape, twice the reach where none is near."""
    found = np.full(len(points), 2 * REACH_M)
    (index, _), metres = shapely.STRtree(shapes).query_nearest(
        points, max_distance=2 * REACH_M, return_distance=True, all_matches=False
    )
    found[index] = metres
    return found


def expect_datum(
    path: Path | str, ways: gpd.GeoDataFrame, layers: Layers, wanted: Collection[str] | None = None
) -> None:
    """
    Refuse lines whose datum is not declared and looks like another one, or cannot be judged.

    Parameters
    ----------
    path, ways
        The file, for the message, and its lines, read as WGS-84.
    layers
        The layers of the catalogue.
    wanted
        Ids of the routes that the lines are to be compared with; default: all of their mode.

    Raises
    ------
    BadInputError
        When another datum fits much better, or no well-known route lies near to tell; the message
        says which option to give.
    """
    misfits = datum_misfits(ways, layers, wanted) or datum_misfits(ways, layers)
    if not misfits:
        raise BadInputError(
            "{path}: nothing in the catalogue is known well enough to tell in which datum its "
            "lines are: give --datum wgs84, or gcj02 or bd09 for lines off a Chinese map",
            path=path,
        )
    best = min(misfits, key=lambda datum: misfits[datum])
    if best != "wgs84" and misfits["wgs84"] > BETTER * misfits[best]:
        raise BadInputError(
            "{path}: its lines look like {datum} (median {metres:.0f} m from the catalogue, as "
            "WGS-84 {wgs84_metres:.0f} m): give --datum {datum}, or --datum wgs84 where they are "
            "WGS-84 all the same",
            path=path,
            datum=best,
            metres=misfits[best],
            wgs84_metres=misfits["wgs84"],
        )
