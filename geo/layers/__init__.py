"""Layers: places, sections, routes, boundaries, border crossings, status by year, plausibility."""

from geo.layers.boundaries import (
    AT_BORDER_KM,
    COAST,
    BaseFile,
    coarse_borders,
    county_index,
    neighbours,
    outer_area,
    read_base,
    relief_file,
    section_regions,
)
from geo.layers.crossings import Side, border_crossings, crossings_or_none, flat_crossings
from geo.layers.facts import travel_facts
from geo.layers.layers import CRS, Layers, Track, as_layers, build_layers
from geo.layers.plausibility import Finding, layer_findings, sourced_shares
from geo.layers.status import (
    counts_by_year,
    each_track_once,
    open_sections,
    route_stage,
    route_table,
    sections_on,
    speeds_on,
    stages_by_year,
    years_of,
)
from geo.layers.symbology import (
    BACKGROUND,
    CASING,
    CASING_WIDTH,
    CASINGS,
    DASHES,
    EMPHASIS,
    LINES,
    OPACITY,
    OTHER_LINE,
    POINT_OF_KIND,
    POINTS,
    UNCASED,
    LineStyle,
    PointStyle,
    weight_of,
)

__all__ = [
    "AT_BORDER_KM", "BACKGROUND", "CASING", "CASINGS", "CASING_WIDTH", "COAST", "CRS", "DASHES",
    "EMPHASIS", "LINES", "OPACITY", "OTHER_LINE", "POINTS", "POINT_OF_KIND", "UNCASED", "BaseFile",
    "Finding", "Layers", "LineStyle", "PointStyle", "Side", "Track", "as_layers",
    "border_crossings", "build_layers", "coarse_borders", "counts_by_year",
    "county_index", "crossings_or_none", "each_track_once", "flat_crossings", "layer_findings",
    "neighbours", "open_sections", "outer_area", "read_base", "relief_file",
    "route_stage", "route_table", "section_regions", "sections_on", "sourced_shares", "speeds_on",
    "stages_by_year", "travel_facts", "weight_of", "years_of",
]  # fmt: skip
