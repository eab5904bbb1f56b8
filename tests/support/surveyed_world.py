"""
A made-up road and railway: as they are, as the tables sketch them, and as OpenStreetMap has them.

The fixture `region` has the tables, `elements` and `ways` what a survey knows, `server` an
Overpass server that serves it. Kilometres east and north of (0, 0).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
import toy
from fake_overpass import Elements, FakeOverpass

#: Kilometres per degree.
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
    """Add G85, two carriageways open to km 30, then under construction, with the flaws of real data."""
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
            elements.way(
                carriageway(start, end, side),
                highway="construction",
                construction="motorway",
                name="甲丁高速",
                oneway="yes",
            )
    # a shorter road of another number beside it, joined to it by links
    elements.way([(2, 2.2), (38, 2.4)], highway="motorway", ref="G8", oneway="yes")
    for x in (5, 15, 25):
        near = carriageway(x - 0.5, x, 1)[-1]
        elements.way([near, (x + 0.2, 2.25)], highway="motorway_link", oneway="no")
    elements.way([(0, 0.3), (40, 0.3)], highway="residential", name="甲丁高速")


def rail(elements: Elements) -> None:
    """Add two tracks 5 m apart, with a siding, a crossover and a line of a similar name."""
    for y, name in ((-20, "戊己线上行线"), (-20.005, "戊己线下行线")):
        for start in (0, 10, 20):
            x = np.arange(start, start + 10.01, 0.5)
            elements.way(np.column_stack([x, np.full_like(x, y)]), railway="rail", name=name)
    elements.way([(10, -20), (10.1, -20.005)], railway="rail", service="crossover")
    elements.way([(9.5, -20), (9.7, -19.97), (10.5, -20)], railway="rail", service="siding")
    elements.way([(0, -20.3), (30, -20.3)], railway="rail", name="戊己高速铁路")


#: Places as the tables have them: km east, km north, kind.
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
#: Shape points as the tables have them.
SKETCH = {"jia-ding": [(6, 2.1), (8, 2.0), (20, -1.3), (24, -1.8), (35, 1.4)]}


def points():
    """Rows of the alignments."""
    order = {
        "jia-ding": ["jia", 0, 1, "yi", 2, 3, "bing", 4, "ding"],
        "wu-ji": ["wu", "ji"],
        "geng-xin": ["geng", "xin"],
    }
    for route, stops in order.items():
        for seq, stop in enumerate(stops, 1):
            row = {"route_id": route, "seq": seq}
            if isinstance(stop, str):
                km = {"jia": 0, "bing": 31.5}.get(stop, "") if route == "jia-ding" else ""
                yield row | {"place_id": stop, "chainage_km": km}
            else:
                lon, lat = np.round(np.array(SKETCH[route][stop]) / KM, 6)
                yield row | {"lon": lon, "lat": lat, "accuracy_m": 300, "source": "toy"}


@pytest.fixture(scope="session")
def elements():
    """What OpenStreetMap knows, as elements of Overpass."""
    made = Elements(toy.KM_LON, toy.KM_LAT)
    road(made)
    rail(made)
    return made


@pytest.fixture(scope="session")
def ways(elements):
    """The same as the frame of lines that conflation takes."""
    spots = {number: spot for spot, number in elements.nodes.items()}
    rows = [way["tags"] for way in elements.ways]
    lines = [shapely.LineString([spots[n] for n in way["nodes"]]) for way in elements.ways]
    index = [way["id"] for way in elements.ways]
    frame = gpd.GeoDataFrame(rows, index=index, geometry=lines, crs="EPSG:4326")
    return frame.astype(object).where(frame.notna(), None).set_geometry(lines, crs="EPSG:4326")


@pytest.fixture
def region(tmp_path):
    """A region of three routes, sketched with errors of up to 300 m."""
    folder = tmp_path / "region"
    folder.mkdir()
    (folder / "region.toml").write_text(toy.REGION, encoding="utf-8")
    known = {"source": "toy", "confidence": "high"}
    toy.write(folder, "sources", [{"key": "toy", "title": "toy"}])
    toy.write(folder, "places", [
        {"place_id": key, "name": key, "name_en": key, "lon": round(x / KM[0], 6),
         "lat": round(y / KM[1], 6), "kind": kind, "accuracy_m": 400, **known}
        for key, (x, y, kind) in PLACES.items()
    ])  # fmt: skip
    toy.write(folder, "routes", [
        {"route_id": key, "mode": mode, "class": kind, "group": "toy", "name": zh,
         "name_en": key, "ref": ref, "source": "toy"}
        for key, mode, kind, zh, ref in (
            ("jia-ding", "road", "expressway", "甲丁高速(甲乙–丙丁)", "G85/S1"),
            ("wu-ji", "rail", "conventional", "戊己铁路", ""),
            ("geng-xin", "rail", "conventional", "庚辛铁路", ""),
        )
    ])  # fmt: skip
    toy.write(folder, "sections", [
        {"section_id": key, "route_id": key[:-2], "seq": key[-1], "name": key,
         "from_place": a, "to_place": b, "status": stage, "opened": opened, "expected": year,
         "design_speed_kmh": 100, **known}
        for key, a, b, stage, opened, year in (
            ("jia-ding-1", "jia", "bing", "open", "2010", ""),
            ("jia-ding-2", "bing", "ding", "construction", "", "2028"),
            ("wu-ji-1", "wu", "ji", "open", "1990", ""),
            ("geng-xin-1", "geng", "xin", "open", "1990", ""),
        )
    ])  # fmt: skip
    toy.write(folder, "alignments", list(points()))
    for name in ("published_times", "projects"):
        toy.write(folder, name, [])
    toy.write(folder, "cities", [
        {"city_id": key, "adcode": "990000", "name": key, "name_en": key, "population": 5,
         "lon": PLACES[key][0] / KM[0], "lat": PLACES[key][1] / KM[1], "level": "city",
         "region": "toy", "source": "toy"} for key in ("jia", "bing", "wu", "ji")
    ])  # fmt: skip
    return folder


@pytest.fixture
def server(elements):
    with FakeOverpass(elements).serve() as fake:
        yield fake
