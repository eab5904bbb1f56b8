"""Connectivity: indices, node measures, accessibility, isochrones, cuts, link loss, outbound links."""

from geo.connectivity.accessibility import (
    IDEAL_KMH,
    Indicator,
    city_table,
    connected_cities,
    daily,
    global_efficiency,
    indicator_table,
    location,
    logsum,
    network_efficiency,
    potential,
)
from geo.connectivity.calibration import WIDE, calibrate_times, calibration_summary
from geo.connectivity.cuts import articulation_points, bridges, detours, minimum_cut
from geo.connectivity.indices import connectivity_indices, mode_indices
from geo.connectivity.inequality import gini, variation
from geo.connectivity.isochrones import isochrone_areas, reached_km
from geo.connectivity.link_losses import (
    Loss,
    Sweep,
    cut_off,
    link_losses,
    link_sweep,
    link_use,
    removal_loss,
    route_losses,
)
from geo.connectivity.node_measures import circuity, distances, node_table
from geo.connectivity.outbound import group_openness, open_sectors, outbound_links, sectors
from geo.connectivity.travel_circles import cores, travel_circles

__all__ = [
    "IDEAL_KMH",
    "WIDE",
    "Indicator",
    "Loss",
    "Sweep",
    "articulation_points",
    "bridges",
    "calibrate_times",
    "calibration_summary",
    "circuity",
    "city_table",
    "connected_cities",
    "connectivity_indices",
    "cores",
    "cut_off",
    "daily",
    "detours",
    "distances",
    "gini",
    "global_efficiency",
    "group_openness",
    "indicator_table",
    "isochrone_areas",
    "link_losses",
    "link_sweep",
    "link_use",
    "location",
    "logsum",
    "minimum_cut",
    "mode_indices",
    "network_efficiency",
    "node_table",
    "open_sectors",
    "outbound_links",
    "potential",
    "reached_km",
    "removal_loss",
    "route_losses",
    "sectors",
    "travel_circles",
    "variation",
]
