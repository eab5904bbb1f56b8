"""Geodesy, the metric projection, curves, datum, overlay, noding: arrays and shapes in and out."""

from geo.geometry.curves import smooth
from geo.geometry.datum import from_bd09, from_gcj02, reproject, to_bd09, to_gcj02
from geo.geometry.geodesy import (
    METRES_PER_DEGREE,
    along_km,
    geod,
    geodesic_km,
    line_lengths_km,
    nearest,
    straight_km,
    within,
)
from geo.geometry.noding import Noded, contract, node_lines, noded_graph, split_at_shared_points
from geo.geometry.overlay import areas_of, line_area_crossings
from geo.geometry.projection import Bounds, distance_errors, metric_crs, to_degrees, to_metres

__all__ = [
    "METRES_PER_DEGREE", "Bounds", "Noded", "along_km", "areas_of", "contract", "distance_errors",
    "from_bd09", "from_gcj02", "geod", "geodesic_km", "line_area_crossings",
    "line_lengths_km", "metric_crs", "nearest", "node_lines", "noded_graph", "reproject", "smooth",
    "split_at_shared_points", "straight_km", "to_bd09", "to_degrees", "to_gcj02", "to_metres",
    "within",
]  # fmt: skip
