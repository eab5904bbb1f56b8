"""Graphs that OSMnx saved as GraphML: their edges as lines."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from pandas import DataFrame

from geo.core import BadInputError, later, shown

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = later("networkx")

#: Tags of which OSMnx lists several on an edge that was made of several ways.
SEVERAL = ("ref", "name")


def read_graphml(path: Path) -> gpd.GeoDataFrame:
    """
    Return the edges of a graph that OSMnx saved, with their attributes as text.

    An edge without a geometry is straight, as OSMnx leaves it.
    """
    try:
        graph = nx.read_graphml(path)
        spots = {node: (float(data["x"]), float(data["y"])) for node, data in graph.nodes.items()}
        rows = [data for _, _, data in graph.edges(data=True)]
        lines = [
            shapely.from_wkt(data["geometry"])
            if "geometry" in data
            else shapely.LineString([spots[u], spots[v]])
            for u, v, data in graph.edges(data=True)
        ]
        frame = DataFrame(rows).drop(columns="geometry", errors="ignore")
        return gpd.GeoDataFrame(frame, geometry=lines, crs=graph.graph.get("crs", 4326))
    except Exception as error:  # parsers of XML, WKT and reference systems raise many kinds
        if not path.exists():
            raise BadInputError("{path}: expected a file; there is none", path=path) from None
        reason = shown(" ".join(str(error).split()) or type(error).__name__, 200)
        raise BadInputError(
            "{path}: expected a graph as OSMnx saves it, with x and y of its nodes: {reason}",
            path=path,
            reason=reason,
        ) from error


def plain_edges(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the edges of an OSMnx graph as ways: once, and with values as OpenStreetMap has them.

    OSMnx has a street in both directions, true and false for one-way streets, and lists where an
    edge was made of several ways: of these all numbers and names stay, of other tags the first.
    """
    if "osmid" not in frame or not {"reversed", "oneway"} & set(frame.columns):
        return frame
    last = frame["reversed"].astype(str).str.lower() == "true" if "reversed" in frame else False
    ordered = frame.assign(_last=last).sort_values("_last", kind="stable")
    shape = pd.Series(shapely.to_wkb(shapely.normalize(ordered.geometry.to_numpy())), dtype=object)
    once = ordered[~(shape.duplicated()).to_numpy()].drop(columns="_last").sort_index()
    for column in once.columns.drop("geometry"):
        several = str(column).startswith(SEVERAL)
        once[column] = [_value(value, several=several) for value in once[column]]
    if "oneway" in once:
        once["oneway"] = once["oneway"].astype(str).str.lower().map({"true": "yes", "false": "no"})
    return once


def _value(value: Any, *, several: bool) -> Any:
    """Return the value of a tag: the first of a list, or all of them."""
    if not (isinstance(value, str) and value.startswith("[") and value.endswith("]")):
        return value
    try:
        items = [str(item) for item in ast.literal_eval(value)]
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return value
    return ";".join(items if several else items[:1]) or None
