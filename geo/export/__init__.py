"""Files that other programs open: GeoPackage, GraphML, GMNS, GeoParquet, CSV data package."""

from geo.export.datapackage import licence_terms
from geo.export.formats import FORMATS, export_layers, export_network
from geo.export.geopackage import write_gpkg

__all__ = [
    "FORMATS",
    "export_layers",
    "export_network",
    "licence_terms",
    "write_gpkg",
]
