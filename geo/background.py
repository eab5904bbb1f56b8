"""
A network out of surveyed ways: cut where they share a point, exact about bridges.

Ways of OpenStreetMap that meet share a node; a bridge over a road shares none with it. So
only equal coordinates join, and no crossing is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo._ways import MAIN_ROADS
from geo.constants import CONSTANTS
from geo.curves import geod

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

CRS = "EPSG:4326"
#: Steps per degree of an OpenStreetMap coordinate.
STEPS = 10_000_000
#: Speed in km/h taken for a class without a posted limit; an estimate for open country.
SPEEDS = {name: CONSTANTS[f"background_{name}"].value for name in MAIN_ROADS} | {"rail": 80.0}
LINK_SPEED = CONSTANTS["background_link"].value
MPH = 1.609344


def class_of(ways: DataFrame) -> Series[str]:
    """
    Return the class of every way, built or not.

    Parameters
    ----------
    ways
        Ways with `highway`, `railway`, `construction` and `proposed`.

    Returns
    -------
    classes
        The value of the highway or railway; of ways that are not open what they will be.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = {"highway": ["motorway", "construction"], "construction": [None, "trunk"]}
    >>> class_of(pd.DataFrame(ways | {"railway": None, "proposed": None})).tolist()
    ['motorway', 'trunk']
    """
    kind = ways["highway"].where(ways["highway"].notna(), ways["railway"])
    for stage in ("construction", "proposed"):
        kind = kind.where((kind != stage) | ways[stage].isna(), ways[stage])
    return kind.fillna("").astype(str)


def noded(ways: gpd.GeoDataFrame) -> tuple[DataFrame, gpd.GeoDataFrame]:
    """
    Cut ways at the points they share, and number those.

    Parameters
    ----------
    ways
        LineStrings in degrees (WGS-84) with the tag columns of the readers.

    Returns
    -------
    nodes
        `lon` and `lat` of every node, numbered from 0.
    edges
        LineStrings in the direction of their way: `u`, `v` (nodes), `osm_id`, `class`,
        `length_km` (geodesic), `forward` and `backward` (whether traffic may go that way) and
        `time_min` at the posted speed, else at that of :data:`SPEEDS`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from geo.sources.osm import ways_of
    >>> lines = [LineString([(104, 30), (104, 31), (104, 32)]), LineString([(104, 31), (105, 31)])]
    >>> ways = gpd.GeoDataFrame({"highway": ["primary", "secondary"]}, geometry=lines)
    >>> nodes, edges = noded(ways_of(ways))
    >>> len(nodes), edges["length_km"].round().tolist()
    (4, [111.0, 111.0, 96.0])
    """
    import geopandas as gpd
    import pandas as pd
    import shapely

    points, line = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    spot = _spots(points)
    moved = np.ones(len(spot), bool)  # a point twice in a row is one point
    moved[1:] = (np.diff(spot) != 0) | (np.diff(line) != 0)
    points, line, spot = points[moved], line[moved], spot[moved]
    first = np.append(True, line[1:] != line[:-1]) if len(line) else np.zeros(0, bool)
    last = np.append(first[1:], True) if len(line) else first
    cut = first | last | (np.bincount(spot, minlength=1)[spot] > 1 if len(spot) else first)
    piece = np.cumsum(cut)  # every leg belongs to the cut before it
    legs = np.flatnonzero(~last)
    number = np.unique(piece[legs], return_inverse=True)[1]
    starts = np.flatnonzero(np.append(True, np.diff(number) > 0)) if len(legs) else legs
    begin = legs[starts]
    end = np.append(legs[starts[1:] - 1], legs[-1:])[: len(begin)] + 1 if len(legs) else legs
    used, ends = np.unique(np.concatenate([spot[begin], spot[end]]), return_inverse=True)
    place = np.zeros(len(used), int)
    place[ends] = np.concatenate([begin, end])
    nodes = pd.DataFrame(points[place].reshape(-1, 2), columns=["lon", "lat"])
    metres = np.zeros(0)
    if len(legs):
        metres = np.asarray(geod().inv(*points[legs].T, *points[legs + 1].T)[2])
    sizes = end - begin + 1
    which = np.repeat(np.arange(len(begin)), sizes)
    within = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shapes = shapely.linestrings(points[begin[which] + within], indices=which)
    own = ways.iloc[line[begin]]
    edges = gpd.GeoDataFrame(
        {
            "u": ends[: len(begin)],
            "v": ends[len(begin) :],
            "osm_id": own.index.to_numpy(),
            "class": class_of(own).to_numpy(),
            "length_km": np.bincount(number, metres, len(begin)) / 1000,
        },
        geometry=shapes,
        crs=CRS,
    )
    forward, backward = _directions(own)
    minutes = edges["length_km"] / speed_of(own).to_numpy() * 60
    return nodes, edges.assign(forward=forward, backward=backward, time_min=minutes)


def _spots(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return one number for equal coordinates."""
    steps = np.round(points * STEPS).astype(np.int64) + 2_000_000_000
    return np.asarray(np.unique((steps[:, 0] << 32) | steps[:, 1], return_inverse=True)[1])


def _directions(ways: DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whether traffic may go along ways and against them; motorways are one-way."""
    oneway = ways["oneway"].fillna("").astype(str)
    implied = class_of(ways).isin(["motorway", "motorway_link"]) & (oneway != "no")
    forward = oneway != "-1"
    backward = ~(oneway.isin(["yes", "1", "true"]) | implied) | (oneway == "-1")
    return forward.to_numpy(bool), backward.to_numpy(bool)


def speed_of(ways: DataFrame) -> Series[float]:
    """
    Return a speed for every way.

    Parameters
    ----------
    ways
        Ways with `maxspeed` and their class.

    Returns
    -------
    speeds
        km/h: the posted limit where it is a number, else the estimate of the class.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.DataFrame({"highway": ["motorway"], "maxspeed": ["100"]})
    >>> speed_of(ways.assign(railway=None, construction=None, proposed=None)).tolist()
    [100.0]
    """
    kind = class_of(ways)
    guess = kind.str.removesuffix("_link").map(SPEEDS).fillna(SPEEDS["secondary"])
    guess = guess.where(~kind.str.endswith("_link"), LINK_SPEED)
    return posted_speed(ways).fillna(guess)


def posted_speed(ways: DataFrame) -> Series[float]:
    """
    Return the posted speed limit of every way.

    Parameters
    ----------
    ways
        Ways with `maxspeed`.

    Returns
    -------
    speeds
        km/h; NaN where none is posted, or not as a number from 5 to 500.

    Examples
    --------
    >>> import pandas as pd
    >>> posted_speed(pd.DataFrame({"maxspeed": ["100", "60 mph", "none"]})).round(1).tolist()
    [100.0, 96.6, nan]
    """
    found = ways["maxspeed"].fillna("").astype(str).str.extract(r"^(\d+(?:\.\d+)?)\s*(mph)?$")
    speed = found[0].astype(float) * found[1].notna().map({True: MPH, False: 1.0})
    return speed.where(speed.between(5, 500))


def graph(nodes: DataFrame, edges: gpd.GeoDataFrame) -> nx.MultiDiGraph[int]:
    """
    Return nodes and edges as a directed graph.

    Parameters
    ----------
    nodes, edges
        What :func:`noded` returns.

    Returns
    -------
    graph
        Nodes with `lon` and `lat`; one edge per direction that traffic may go, with
        `osm_id`, `class`, `length_km` and `time_min`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo.sources.osm import ways_of
    >>> line = gpd.GeoSeries.from_wkt(["LINESTRING (104 30, 104 31)"])
    >>> ways = gpd.GeoDataFrame({"highway": ["motorway"], "oneway": ["yes"]}, geometry=line)
    >>> list(graph(*noded(ways_of(ways))).edges())
    [(0, 1)]
    """
    import networkx as nx

    made: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for i, (lon, lat) in enumerate(nodes[["lon", "lat"]].to_numpy().tolist()):
        made.add_node(i, lon=lon, lat=lat)
    keys = ["osm_id", "class", "length_km", "time_min"]
    for flag, u, v in (("forward", "u", "v"), ("backward", "v", "u")):
        part = edges[edges[flag]]
        rows = part[keys].to_dict("records")
        made.add_edges_from(zip(part[u].tolist(), part[v].tolist(), rows, strict=True))
    return made
