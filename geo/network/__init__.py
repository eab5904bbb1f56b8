"""Network: nodes and edges of a day, speeds, ordinary roads, the travel graph, travel times."""

from geo.network.intervals import share_within, time_deviation, time_interval
from geo.network.network import Network, build_network, cut_at_stops, has_stops, junction_ids
from geo.network.ordinary_roads import (
    Background,
    expect_roads,
    ground_of,
    node_ways,
    read_background,
)
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters
from geo.network.topology import crossings_without_junction, topology_findings
from geo.network.trains import arrivals, departures
from geo.network.travel_graph import (
    Anywhere,
    TravelGraph,
    build_travel_graph,
    place_of,
    stops_near,
)
from geo.network.travel_times import (
    Journey,
    different_paths,
    fastest_routes,
    journey,
    matrix_by_name,
    matrix_with_ids,
    station_to_station,
    stations_to_stations,
    travel_time_matrix,
)
from geo.network.trip_ends import End, end_of

__all__ = [
    "DEFAULT_PARAMETERS",
    "Anywhere",
    "Background",
    "End",
    "Journey",
    "Network",
    "Parameters",
    "TravelGraph",
    "arrivals",
    "build_network",
    "build_travel_graph",
    "crossings_without_junction",
    "cut_at_stops",
    "departures",
    "different_paths",
    "end_of",
    "expect_roads",
    "fastest_routes",
    "ground_of",
    "has_stops",
    "journey",
    "junction_ids",
    "matrix_by_name",
    "matrix_with_ids",
    "node_ways",
    "place_of",
    "read_background",
    "share_within",
    "station_to_station",
    "stations_to_stations",
    "stops_near",
    "time_deviation",
    "time_interval",
    "topology_findings",
    "travel_time_matrix",
]
