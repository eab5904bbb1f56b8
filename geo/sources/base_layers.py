"""The files beside the tables of a draft: its borders, the roads under it, rivers and coasts."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geometry import Noded, contract, line_lengths_km
from geo.layers import COAST
from geo.network import node_ways
from geo.readers import MAIN_ROADS
from geo.sources.chains import linked_parts

CREDIT = "© OpenStreetMap contributors"
ODBL = f"ODbL 1.0 ({CREDIT})"
#: The borders of a new region.
AREAS = "base/areas.geojson"
#: The roads under the catalogue, simplified by this many degrees; they are known where they are
#: this share of its own roads, at least.
ROADS, SIMPLE, FEW_ROADS = "osm/roads.geojson", 5e-5, 0.2
#: Rivers and coasts, simplified by this many degrees; rivers from this share of the frame's
#: diagonal on.
RIVERS, SIMPLE_WATER, LONG_RIVER = "osm/water.geojson", 2e-4, 0.1


def write_areas(stage: Path, areas: gpd.GeoDataFrame, credit: str) -> str:
    """Write the areas as a base layer and return what the README says of them."""
    columns = ["adcode", "province", "name", "name_en", "geometry"]
    made = areas.assign(province=areas["adcode"])[columns]
    _write(stage / AREAS, made, 6)
    return (
        f"Borders: {credit or 'source not told'}; cut at the frame. Lines are cut where they "
        "cross one; a stay of less than 1 km in an area is none."
    )


def write_roads(
    stage: Path, ways: gpd.GeoDataFrame, to_ports: gpd.GeoDataFrame, stamp: str, *, own_km: float
) -> str:
    """
    Write the open main roads below motorways, over which trips begin and end; return the file.

    The ways to ports are among them. Nothing is written where the largest part that hangs together
    is short: few roads are no network.
    """
    kind = ways["highway"].fillna("").str.removesuffix("_link")
    below = ways[kind.isin(MAIN_ROADS[1:]).to_numpy(bool)]
    nodes, edges = node_ways(pd.concat([below, to_ports]) if len(to_ports) else below)
    u, v = (edges[key].to_numpy(np.intp) for key in ("u", "v"))
    part = linked_parts(u, v, len(nodes))[u]
    if np.bincount(part, edges["length_km"]).max(initial=0) <= FEW_ROADS * own_km:
        return ""
    joined = contract(Noded(nodes, edges), add=["length_km"]).edges
    lines = shapely.simplify(joined.geometry.to_numpy(), SIMPLE)
    about = {
        "source": "OpenStreetMap",
        "licence": ODBL,
        "vintage": stamp,
        "exact": True,
        "length_km": " ".join(f"{km:.3f}" for km in joined["length_km"]),
    }
    made = gpd.GeoDataFrame(
        pd.DataFrame([about]), geometry=[shapely.multilinestrings(lines)], crs=4326
    )
    _write(stage / ROADS, made, 7)
    return ROADS


def write_water(stage: Path, ways: gpd.GeoDataFrame) -> str:
    """Write the coasts and the long rivers with a name, each as one feature; return the file."""
    west, south, east, north = ways.total_bounds
    diagonal = line_lengths_km(np.array([shapely.LineString([(west, south), (east, north)])]))[0]
    coast = ways["natural"] == "coastline"
    rivers = ways[~coast & (ways["waterway"] == "river") & ways["name"].notna()]
    km = pd.Series(line_lengths_km(rivers.geometry.to_numpy()), rivers.index)
    long = km.groupby(rivers["name"]).transform("sum") >= LONG_RIVER * diagonal
    rivers = rivers[long].assign(kind="river")
    shores = ways[coast].assign(kind=COAST, name="")
    made = pd.concat([rivers, shores])[["name", "kind", "geometry"]]
    if made.empty:
        return ""
    made = made.dissolve(["name", "kind"], as_index=False)
    shapes = shapely.line_merge(made.geometry.to_numpy())
    made = made.set_geometry(shapely.simplify(shapes, SIMPLE_WATER), crs=4326)
    _write(stage / RIVERS, made.assign(source="OpenStreetMap", licence=ODBL), 5)
    return RIVERS


def _write(path: Path, made: gpd.GeoDataFrame, digits: int) -> None:
    path.parent.mkdir(exist_ok=True)
    made.to_file(path, driver="GeoJSON", COORDINATE_PRECISION=digits)
