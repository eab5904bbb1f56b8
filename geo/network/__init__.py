"""Network: nodes and edges of a day, speeds, ordinary roads, the travel graph, travel times."""

from geo.network.intervals import share_within, time_interval
from geo.network.network import Network, build_network, cut_at_stops, dissolve_nodes
from geo.network.ordinary_roads import Background, Ground, ground_of, node_ways, read_background
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters
from geo.network.timetable import SHIP_EVERY_MIN, Call, TrainTrip, ship_timetable, train_timetable
from geo.network.topology import crossings_without_junction, topology_findings
from geo.network.trains import arrivals
from geo.network.travel_graph import (
    TravelGraph,
    build_travel_graph,
    entries_near,
    place_of,
    stops_near,
)
from geo.network.travel_times import (
    DoorTimes,
    Journey,
    different_paths,
    door_times,
    fastest_routes,
    journey,
    matrix_by_name,
    matrix_with_ids,
    station_to_station,
    stations_to_stations,
    times_between,
    travel_time_matrix,
)
from geo.network.trip_ends import Anywhere, End, end_of, find_end, point_within, read_ends
from geo.network.undated import LastingFacts, lasting_facts

__all__ = [
    "DEFAULT_PARAMETERS", "SHIP_EVERY_MIN", "Anywhere", "Background", "Call", "DoorTimes", "End",
    "Ground", "Journey", "LastingFacts", "Network", "Parameters", "TrainTrip", "TravelGraph",
    "arrivals", "build_network", "build_travel_graph", "crossings_without_junction",
    "cut_at_stops", "different_paths", "dissolve_nodes", "door_times", "end_of", "entries_near",
    "fastest_routes", "find_end", "ground_of", "journey",
    "lasting_facts", "matrix_by_name", "matrix_with_ids", "node_ways",
    "place_of", "point_within", "read_background", "read_ends", "share_within", "ship_timetable",
    "station_to_station", "stations_to_stations", "stops_near", "time_interval", "times_between",
    "topology_findings", "train_timetable", "travel_time_matrix",
]  # fmt: skip
