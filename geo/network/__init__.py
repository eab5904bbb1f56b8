"""Network: nodes and edges of a day, speeds, ordinary roads, the travel graph, travel times."""

from geo.network.network import Network, build_network
from geo.network.ordinary_roads import Background, expect_roads, noded, read_background
from geo.network.parameters import CONSTANTS, leaving_minutes
from geo.network.topology import topology_findings
from geo.network.travel_graph import travel_graph
from geo.network.travel_times import (
    city_travel_times,
    fastest_routes,
    route_legs,
    travel_time_matrix,
)

__all__ = [
    "CONSTANTS",
    "Background",
    "Network",
    "build_network",
    "city_travel_times",
    "expect_roads",
    "fastest_routes",
    "leaving_minutes",
    "noded",
    "read_background",
    "route_legs",
    "topology_findings",
    "travel_graph",
    "travel_time_matrix",
]
