"""
Maps of a region: layers, networks and results in, bilingual pages and figures for print out.

A page is one HTML file that needs no network. Figures are drawn by matplotlib, which is loaded
when the first of them is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geo.core import optional
from geo.maps.accessibility import begin_accessibility
from geo.maps.criticality import LossDetails
from geo.maps.notebook import as_html, show_map
from geo.maps.pages import FIGURES, FORMATS, PAGES
from geo.maps.tiles import Tiles, page_files, tile_provider

if TYPE_CHECKING:
    from geo.maps.figures import (
        accessibility_figure,
        chinese_font,
        crossings_map,
        growth_figure,
        network_map,
        use_style,
        write_figures,
    )

__all__ = [
    "FIGURES", "FORMATS", "PAGES", "LossDetails", "Tiles", "accessibility_figure", "as_html",
    "begin_accessibility", "chinese_font", "crossings_map", "growth_figure",
    "network_map", "page_files", "show_map", "tile_provider", "use_style", "write_figures",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Return what draws figures, once matplotlib is known to be installed."""
    if name not in __all__:
        raise AttributeError(name)
    optional("matplotlib", "figures", "figures need matplotlib")
    return getattr(import_module("geo.maps.figures"), name)
