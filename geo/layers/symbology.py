"""How lines and places are drawn: on the maps, in print and in QGIS."""

from __future__ import annotations

from typing import NamedTuple

CASING = "#FFFFFF"
#: Colour of what lies beside a line by its class of accuracy: a haze where it is a sketch.
CASINGS = {"surveyed": CASING, "approximate": CASING, "sketch": "#F3E2B3"}
#: How much wider than its line the casing is, in pixels.
CASING_WIDTH = {"surveyed": 3.0, "approximate": 3.0, "sketch": 7.0}


class LineStyle(NamedTuple):
    """Colour, width in pixels of a named route at zoom 8, and whether white ticks lie on it."""

    color: str
    weight: float
    ticks: bool = False


class PointStyle(NamedTuple):
    """The look of a kind of places: outline, fill, radius in pixels, first zoom they show at."""

    color: str
    fill: str
    radius: float
    zoom: int


#: Lines by class, from the top of the drawing to the bottom (Okabe–Ito colours).
LINES = {
    "hsr": LineStyle("#D55E00", 4.0),
    "intercity": LineStyle("#E07B39", 3.0),
    "conventional": LineStyle("#222222", 2.8, ticks=True),
    "expressway": LineStyle("#0072B2", 3.2),
    "trunk": LineStyle("#7D6608", 2.6),
    "waterway": LineStyle("#009E73", 5.0),
    "ferry": LineStyle("#00857A", 2.6),
}
OTHER_LINE = LineStyle("#555555", 3.0)
#: Dashes by status, in pixels; empty is a solid line.
DASHES = {"open": "", "construction": "9 6", "unknown": "3 7", "planned": "1 6"}
OPACITY = {"open": 1.0, "construction": 0.95, "unknown": 0.6, "planned": 0.75}
#: Without the white casing that lifts a line off the map.
UNCASED = frozenset({"unknown", "planned"})
#: Share of the full width by group; what is not listed is background.
EMPHASIS = {"named": 1.0, "inter17": 1.0, "expansion": 0.9, "ring": 0.72}
BACKGROUND = 0.55
#: Classes drawn at least so strongly, whatever their group: their service makes them main lines.
SERVICE = {"hsr": 0.9, "intercity": 0.8, "waterway": 0.8, "ferry": 0.9}
#: The layers of points in the legend, with the kinds of places each holds.
POINTS = {
    "station": PointStyle("#9A4300", "#FFFFFF", 3.5, 10),
    "interchange": PointStyle("#00507E", "#FFFFFF", 3.2, 10),
    "border": PointStyle("#555555", "#FFFFFF", 3.2, 9),
    "port": PointStyle("#00664A", "#FFFFFF", 5.0, 7),
    "airport": PointStyle("#93447A", "#F3D9E8", 6.5, 6),
}
POINT_OF_KIND = {kind: kind for kind in POINTS} | {"junction": "interchange"}


def weight_of(class_: str, group: str) -> float:
    """
    Return the width of a route at the first zoom.

    Parameters
    ----------
    class_, group
        Class and group of the route.

    Returns
    -------
    weight
        Width in pixels.
    """
    style = LINES.get(class_, OTHER_LINE)
    share = max(EMPHASIS.get(group, BACKGROUND), SERVICE.get(class_, 0.0))
    return round(style.weight * share, 2)
