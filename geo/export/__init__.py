"""
Export: a network and its layers in, files that other programs open out.

GeoPackage with QGIS styles, GeoJSON, GraphML, GMNS, GeoParquet, workbooks and a CSV data package;
and the manifest of a build.
"""

from geo.export.formats import FORMATS, export_network, layer_tables
from geo.export.manifest import MANIFEST, build_manifest, unchanged_build, verify_build

__all__ = [
    "FORMATS",
    "MANIFEST",
    "build_manifest",
    "export_network",
    "layer_tables",
    "unchanged_build",
    "verify_build",
]
