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
#: Miles per hour, as the formulas of capacity have speeds.
_MPH = 1.609344
#: A lane of a road with one lane in each direction, vehicles per hour.
_TWO_LANE = 1700.0
#: The columns of the specification, in its order, without lines (they stand in the table
#: geometry); those of which no row has a value are left out.
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
    specification, a link has `mode`, `route_id`, `section_id`, `speed_kmh`, `time_min` (running
    time with stops) and `capacity_veh_h`, and a node `name_en`. Lengths are in kilometres, speeds
    in kilometres per hour, coordinates in WGS-84; lanes are those of one direction, half of the
    section's. Capacities are estimates (`_lane_capacity`): by lane, as GMNS has them, and of all
    lanes of the direction; empty where the lanes are unknown, and of railways and waterways.
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
        "version_number": _VERSION,
        "id_type": "string",
    }
    return pd.DataFrame([row])


def _nodes(net: Network) -> pd.DataFrame:
    points = net.nodes.geometry
    table = net.nodes.drop(columns="geometry").rename_axis("node_id").reset_index()
    table = table.rename(columns={"name": "name", "kind": "node_type"})
    table["x_coord"], table["y_coord"] = points.x.to_numpy(), points.y.to_numpy()
    return _filled(table, [*_NODE, "name_en"])


def _filled(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return a table by its first column, with those columns in which some row has a value."""
    return table.reindex(columns=columns).dropna(axis=1, how="all").set_index(columns[0])


def _lane_capacity(edges: pd.DataFrame) -> pd.Series[float]:
    """
    Return an estimate of the capacity of a lane in vehicles per hour, NaN where lanes are unknown.

    The Highway Capacity Manual (6th edition) for level ground and cars: 2200 + 10 (v - 50) on
    expressways, v in mph between 55 and 75, at most 2400; 1900 + 20 (v - 45) on other roads with
    two lanes and more in a direction, v between 45 and 70, at most 2300; 1700 on those with one.
    """
    mph = edges["speed_kmh"] / _MPH
    lanes = edges["lanes"].astype(float)
    freeway = (2200 + 10 * (mph.clip(55, 75) - 50)).clip(upper=2400)
    multilane = (1900 + 20 * (mph.clip(45, 70) - 45)).clip(upper=2300)
    other = multilane.where(lanes > 1, _TWO_LANE)
    found = freeway.where(edges["facility_type"] == "expressway", other)
    return found.round().where((edges["mode"] == "road") & lanes.notna())


def _links(net: Network) -> pd.DataFrame:
    edges = net.edges.drop(columns="geometry").rename_axis("geometry_id").reset_index()
    edges = edges.rename(
        columns={"route_zh": "name", "length_km": "length", "class": "facility_type"}
    )
    edges["free_speed"] = edges["speed_kmh"].where(edges["speed_kmh"] <= _FASTEST)
    lanes = open_sections(net.layers, net.date)["lanes"]  # those of the day: roads are widened
    edges["lanes"] = (lanes.reindex(edges["section_id"]) // 2).array
    edges["capacity"] = _lane_capacity(edges)
    edges["capacity_veh_h"] = edges["capacity"] * edges["lanes"].astype(float)
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
    more = ["mode", "route_id", "section_id", "speed_kmh", "time_min", "capacity_veh_h"]
    return _filled(pd.concat(directed).sort_values("link_id"), [*_LINK, *more])


def _geometry(net: Network) -> GeoDataFrame:
    lines = net.edges.geometry.sort_index().rename_axis("geometry_id")
    return gpd.GeoDataFrame(geometry=lines)
