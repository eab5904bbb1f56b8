"""The pages and the figures by name."""

from __future__ import annotations

from collections.abc import Callable

from geo.maps.accessibility import accessibility_page
from geo.maps.compare import compare_page
from geo.maps.corridors import corridors_page
from geo.maps.criticality import criticality_page
from geo.maps.crossings import crossings_page
from geo.maps.index import index_page
from geo.maps.network import network_page
from geo.maps.plan import plan_page

#: The pages by name: each takes the layers and the date, and returns the HTML of one file.
PAGES: dict[str, Callable[..., str]] = {
    "index": index_page,
    "network": network_page,
    "corridors": corridors_page,
    "crossings": crossings_page,
    "accessibility": accessibility_page,
    "criticality": criticality_page,
    "compare": compare_page,
    "plan": plan_page,
}
#: The figures for print by the page they belong to, and their file formats.
FIGURES = {
    "network": ("network",),
    "crossings": ("crossings", "crossings-growth"),
    "accessibility": ("accessibility",),
}
FORMATS = ("png", "svg", "pdf")
