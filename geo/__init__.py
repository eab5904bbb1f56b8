"""Corridor connectivity: named railways and expressways to networks, statistics and maps."""

from geo.catalogue import Catalogue, load

__all__ = ["Catalogue", "load"]
__version__ = "0.1.0"
