"""A made-up road and railway with what OpenStreetMap would know of them."""

from __future__ import annotations

import numpy as np
import toy
from fake_overpass import Elements

KM = np.array([toy.KM_LON, toy.KM_LAT])
HALF_ROAD_KM = 0.015


def centre(x):
    """The true middle of the road: bends of up to 2 km, as it runs 40 km east."""
    x = np.asarray(x, float)
    return np.column_stack([x, 2 * np.sin(x / 5)])


def carriageway(start, end, side, step=0.05):
    """Points of one carriageway, in the direction of travel (on the right)."""
    x = np.linspace(start, end, max(2, round((end - start) / step) + 1))
    line = centre(x)
    along = np.column_stack([np.ones_like(x), 0.4 * np.cos(x / 5)])
    along /= np.hypot(*along.T)[:, None]
    right = np.column_stack([along[:, 1], -along[:, 0]])
    points = line + side * HALF_ROAD_KM * right
    return points if side > 0 else points[::-1]


def road(elements: Elements) -> None:
    """G85 of two carriageways: open to km 30, then under construction; with all that happens."""
    g85 = {"highway": "motorway", "name": "甲丁高速公路", "oneway": "yes"}
    for start, end, tags in (
        (0, 6, {"ref": "G85;G93"}),
        (6, 10, {"ref": "G 85"}),
        (10, 10.6, None),  # a bridge that says nothing
        (10.6, 15, {"ref": "G85"}),
        (15, 20, {"ref": "G85", "name": "沪蓉高速"}),
        (20.2, 26, {"ref": "G85"}),  # 200 m are missing
        (26, 30, {"ref": "G85"}),
    ):
        for side in (1, -1):
            points = carriageway(start, end, side)
            if tags is None:
                elements.way(points, highway="motorway", oneway="yes", bridge="yes")
            elif start == 6 and side == 1:  # drawn against its direction
                elements.way(points[::-1], **(g85 | tags | {"oneway": "-1"}))
            else:
                elements.way(points, **(g85 | tags))
    for start, end in ((30, 35), (35, 40)):
        for side in (1, -1):
            elements.way(carriageway(start, end, side), highway="construction",
                         construction="motorway", name="甲丁高速", oneway="yes")  # fmt: skip
    # a shorter road of another number beside it, joined to it by links
    elements.way([(2, 2.2), (38, 2.4)], highway="motorway", ref="G8", oneway="yes")
    for x in (5, 15, 25):
        near = carriageway(x - 0.5, x, 1)[-1]
        elements.way([near, (x + 0.2, 2.25)], highway="motorway_link", oneway="no")
    elements.way([(0, 0.3), (40, 0.3)], highway="residential", name="甲丁高速")


def rail(elements: Elements) -> None:
    """A double track as two lines 5 m apart, with a siding, a crossover and a wrong namesake."""
    for y, name in ((-20, "戊己线上行线"), (-20.005, "戊己线下行线")):
        for start in (0, 10, 20):
            x = np.arange(start, start + 10.01, 0.5)
            elements.way(np.column_stack([x, np.full_like(x, y)]), railway="rail", name=name)
    elements.way([(10, -20), (10.1, -20.005)], railway="rail", service="crossover")
    elements.way([(9.5, -20), (9.7, -19.97), (10.5, -20)], railway="rail", service="siding")
    elements.way([(0, -20.3), (30, -20.3)], railway="rail", name="戊己高速铁路")


PLACES = {
    "jia": (0, 0.1, "end"),
    "yi": (15, 0.35, "interchange"),
    "bing": (30, -0.6, "junction"),
    "ding": (40, 2.1, "end"),
    "wu": (0, -20.1, "station"),
    "ji": (30, -20.05, "station"),
    "geng": (0, -40, "station"),
    "xin": (9, -41, "station"),
}
SKETCH = {"jia-ding": [(6, 2.1), (8, 2.0), (20, -1.3), (24, -1.8), (35, 1.4)]}


def points():
    order = {"jia-ding": ["jia", 0, 1, "yi", 2, 3, "bing", 4, "ding"], "wu-ji": ["wu", "ji"],
             "geng-xin": ["geng", "xin"]}  # fmt: skip
    for route, stops in order.items():
        for seq, stop in enumerate(stops, 1):
            row = {"route_id": route, "seq": seq}
            if isinstance(stop, str):
                km = {"jia": 0, "bing": 31.5}.get(stop, "") if route == "jia-ding" else ""
                yield row | {"place_id": stop, "chainage_km": km}
            else:
                lon, lat = np.round(np.array(SKETCH[route][stop]) / KM, 6)
                yield row | {"lon": lon, "lat": lat, "accuracy_m": 300, "source": "toy"}
