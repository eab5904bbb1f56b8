"""Maps of a region: bilingual pages of one file each that need no network."""

from __future__ import annotations

from geo.maps.accessibility import modes_shown, page, reach, two_networks
from geo.maps.figures import (
    FIGURES,
    FORMATS,
    chinese_font,
    network_map,
    require,
    use_style,
    write_figures,
)
from geo.maps.notebook import as_html, show_map
from geo.maps.pages import PAGES
from geo.maps.tiles import Tiles, file_name, has_map, provider, with_tiles

__all__ = [
    "FIGURES",
    "FORMATS",
    "PAGES",
    "Tiles",
    "as_html",
    "chinese_font",
    "file_name",
    "has_map",
    "modes_shown",
    "network_map",
    "page",
    "provider",
    "reach",
    "require",
    "show_map",
    "two_networks",
    "use_style",
    "with_tiles",
    "write_figures",
]
