"""A network as tables of the General Modeling Network Specification (GMNS)."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from geopandas import GeoDataFrame

from geo.layers import open_sections
from geo.network import Network

_VERSION = 0.96
#: GMNS allows no free speed above this; faster links keep theirs in `speed_kmh` alone.
_FASTEST = 200.0
#: The columns of the specification, in its order, without lines (they stand in the table
#: geometry); those without a value stay empty.
_NODE = ["node_id", "name", "x_coord", "y_coord", "z_coord", "node_type", "ctrl_type", "zone_id",
        "parent_node_id"]  # fmt: skip
_LINK = ["link_id", "name", "from_node_id", "to_node_id", "directed", "geometry_id",
        "parent_link_id", "dir_flag", "length", "grade", "facility_type", "capacity", "free_speed",
        "lanes", "bike_facility", "ped_facility", "parking", "allowed_uses", "toll",
        "jurisdiction", "row_width"]  # fmt: skip


def gmns_tables(net: Network) -> dict[str, pd.DataFrame]:
    """
    Return a network as the GMNS tables config, node, link and geometry.

    Every edge becomes two directed links that share a geometry. Beside the columns of the
    specification, a link has `mode`, `route_id`, `section_id`, `speed_kmh` and `time_min`
    (running time with stops), and a node `name_en`. Lengths are in kilometres, speeds in
    kilometres per hour, coordinates in WGS-84; lanes are those of one direction, half of the
    section's.
    """
    tables = {"config": _config(net), "node": _nodes(net), "link": _links(net)}
    return {**tables, "geometry": _geometry(net)}


def _config(net: Network) -> pd.DataFrame:
    row = {
        "dataset_name": net.layers.catalogue.region.name_en,
        "short_length": "m",
        "long_length": "km",
        "speed": "km/h",
        "crs": "EPSG:4326",
        "geometry_field_format": "WKT",
        "currency": None,
        "version_number": _VERSION,
        "id_type": "string",
    }
    return pd.DataFrame([row])


def _nodes(net: Network) -> pd.DataFrame:
    points = net.nodes.geometry
    table = net.nodes.drop(columns="geometry").rename_axis("node_id").reset_index()
    table = table.rename(columns={"name": "name", "kind": "node_type"})
    table["x_coord"], table["y_coord"] = points.x.to_numpy(), points.y.to_numpy()
    return pd.DataFrame(table.reindex(columns=[*_NODE, "name_en"]).set_index("node_id"))


def _links(net: Network) -> pd.DataFrame:
    edges = net.edges.drop(columns="geometry").rename_axis("geometry_id").reset_index()
    edges = edges.rename(
        columns={"route_zh": "name", "length_km": "length", "class": "facility_type"}
    )
    edges["free_speed"] = edges["speed_kmh"].where(edges["speed_kmh"] <= _FASTEST)
    lanes = open_sections(net.layers, net.date)["lanes"]  # those of the day: roads are widened
    edges["lanes"] = (lanes.reindex(edges["section_id"]) // 2).array
    edges["directed"] = True
    directed = [
        edges.assign(
            link_id=edges["geometry_id"] + sign,
            from_node_id=edges[tail],
            to_node_id=edges[head],
            dir_flag=flag,
        )
        for sign, tail, head, flag in (("+", "u", "v", 1), ("-", "v", "u", -1))
    ]
    more = ["mode", "route_id", "section_id", "speed_kmh", "time_min"]
    links = pd.concat(directed).sort_values("link_id").reindex(columns=[*_LINK, *more])
    return pd.DataFrame(links.set_index("link_id"))


def _geometry(net: Network) -> GeoDataFrame:
    lines = net.edges.geometry.sort_index().rename_axis("geometry_id")
    return gpd.GeoDataFrame(geometry=lines)
