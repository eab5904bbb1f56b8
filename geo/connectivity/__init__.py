"""Connectivity: indices, accessibility, isochrones, cuts, loss of links, outbound links."""

from geo.connectivity.accessibility import (
    DAILY_MIN,
    IDEAL_KMH,
    Indicator,
    city_table,
    connected_cities,
    cumulative_opportunities,
    expected_opportunities,
    global_efficiency,
    gravity_potential,
    indicator_table,
    logsum,
    mean_travel_time,
    network_efficiency,
    zone_table,
)
from geo.connectivity.area_closure import (
    AreaSweep,
    Closure,
    ClosureCost,
    circle_around,
    closure_cost,
    disruption_grid,
)
from geo.connectivity.calibration import WIDE, calibrate_times, calibration_summary, residual_table
from geo.connectivity.cuts import articulation_points, bridges, minimum_cut
from geo.connectivity.densities import network_densities
from geo.connectivity.indices import connectivity_indices, mode_indices
from geo.connectivity.inequality import coefficient_of_variation, gini
from geo.connectivity.isochrones import isochrone_areas, reached_km
from geo.connectivity.node_measures import circuity, node_table, shortest_path_matrix
from geo.connectivity.outbound import (
    count_open_sectors,
    direction_findings,
    group_openness,
    links_by_sector,
    outbound_links,
)
from geo.connectivity.travel_circles import core_cities, travel_circle_table
from geo.connectivity.vulnerability import (
    Inspect,
    Loss,
    Sweep,
    cut_off,
    link_losses,
    link_sweep,
    link_use,
    mean_extra_minutes,
    pair_losses,
    removal_loss,
    route_losses,
    worst_pair,
)

__all__ = [
    "DAILY_MIN", "IDEAL_KMH", "WIDE", "AreaSweep", "Closure", "ClosureCost", "Indicator",
    "Inspect", "Loss", "Sweep", "articulation_points", "bridges", "calibrate_times",
    "calibration_summary", "circle_around", "circuity", "city_table", "closure_cost",
    "coefficient_of_variation", "connected_cities", "connectivity_indices", "core_cities",
    "count_open_sectors", "cumulative_opportunities", "cut_off", "direction_findings",
    "disruption_grid", "expected_opportunities", "gini", "global_efficiency", "gravity_potential",
    "group_openness", "indicator_table", "isochrone_areas", "link_losses", "link_sweep",
    "link_use", "links_by_sector", "logsum", "mean_extra_minutes", "mean_travel_time",
    "minimum_cut", "mode_indices", "network_densities", "network_efficiency", "node_table",
    "outbound_links", "pair_losses", "reached_km", "removal_loss", "residual_table",
    "route_losses", "shortest_path_matrix", "travel_circle_table", "worst_pair", "zone_table",
]  # fmt: skip
