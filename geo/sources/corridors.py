"""What to ask a server for, to get the ways along routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import geopandas as gpd
import shapely
from shapely import Polygon

from geo.geometry import metric_crs, to_metres
from geo.layers import Layers
from geo.readers import Request
from geo.sources.conflation import corridor_m


def route_requests(layers: Layers, routes: Iterable[str]) -> Iterator[Request]:
    """
    Yield what to ask a server for, to get the ways along some routes.

    Parameters
    ----------
    layers, routes
        The layers of the catalogue, and ids of the routes.

    Yields
    ------
    request
        The corridor of one route.

    Examples
    --------
    >>> next(route_requests(lay, ["chengdawan-hsr"])).mode
    'rail'
    """
    for route_id in routes:
        route = layers.catalogue.route[route_id]
        yield Request(route_id, route.name, route.mode, *_corridor(layers, route_id))


def _corridor(layers: Layers, route_id: str) -> tuple[Polygon, float]:
    """Return the area along a route in degrees, with few vertices, and its size in km²."""
    track, frame = layers.tracks[route_id], layers.catalogue.region.frame
    line = shapely.LineString(to_metres(frame, track.line)).simplify(200)
    width = corridor_m(track)
    # without holes, for the polygon of a query has none
    area = shapely.Polygon(line.buffer(width, quad_segs=2).exterior).simplify(width / 10)
    metric = gpd.GeoSeries([area], crs=metric_crs(frame))
    return metric.to_crs("EPSG:4326").iloc[0], float(area.area / 1e6)
