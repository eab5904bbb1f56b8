"""Outside files and servers to lines, points and areas; they know no catalogue."""

from geo.readers.areas import read_areas
from geo.readers.lines import LAYERS, read_drawing, read_layer
from geo.readers.overpass import Limits, Request, download_ways
from geo.readers.pbf import (
    LOCAL,
    read_boundaries,
    read_languages,
    read_pbf,
    read_pbf_header,
    read_points,
    read_roads_around,
)
from geo.readers.ways import (
    CLASSES,
    KEY_OF_MODE,
    MAIN_ROADS,
    MINOR_ROADS,
    barred_by,
    class_of,
    duration_minutes,
    posted_speed,
    ref_key,
    split_ref,
    split_refs,
)
from geo.readers.workbook import read_workbook

__all__ = [
    "CLASSES", "KEY_OF_MODE", "LAYERS", "LOCAL", "MAIN_ROADS", "MINOR_ROADS",
    "Limits", "Request", "barred_by", "class_of", "download_ways", "duration_minutes",
    "posted_speed", "read_areas", "read_boundaries", "read_drawing", "read_languages",
    "read_layer", "read_pbf", "read_pbf_header", "read_points", "read_roads_around",
    "read_workbook", "ref_key", "split_ref", "split_refs",
]  # fmt: skip
