"""Network: nodes and edges of a day, speeds, ordinary roads, the travel graph, travel times."""

from geo.network.network import Network, build_network, cut_at_stops, has_stops, junction_ids
from geo.network.ordinary_roads import Background, expect_roads, node_ways, read_background
from geo.network.parameters import Parameters
from geo.network.speeds import leaving_minutes
from geo.network.topology import crossings_without_junction, topology_findings
from geo.network.travel_graph import Arcs, build_travel_graph, travel_arcs
from geo.network.travel_times import (
    Journey,
    fastest_routes,
    matrix_by_name,
    matrix_with_ids,
    station_to_station,
    travel_time_matrix,
)

__all__ = [
    "Arcs",
    "Background",
    "Journey",
    "Network",
    "Parameters",
    "build_network",
    "build_travel_graph",
    "crossings_without_junction",
    "cut_at_stops",
    "expect_roads",
    "fastest_routes",
    "has_stops",
    "junction_ids",
    "leaving_minutes",
    "matrix_by_name",
    "matrix_with_ids",
    "node_ways",
    "read_background",
    "station_to_station",
    "topology_findings",
    "travel_arcs",
    "travel_time_matrix",
]
