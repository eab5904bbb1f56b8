"""The made-up region, what OpenStreetMap knows of it, and a server that tells."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
import toy
from fake_overpass import Elements, FakeOverpass
from road_world import KM, PLACES, points, rail, road


@pytest.fixture(scope="session")
def elements():
    made = Elements(toy.KM_LON, toy.KM_LAT)
    road(made)
    rail(made)
    return made


@pytest.fixture(scope="session")
def ways(elements):
    """The elements as the frame that conflation takes."""
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
        {"place_id": key, "name_zh": key, "name_en": key, "lon": round(x / KM[0], 6),
         "lat": round(y / KM[1], 6), "kind": kind, "accuracy_m": 400, **known}
        for key, (x, y, kind) in PLACES.items()
    ])  # fmt: skip
    toy.write(folder, "routes", [
        {"route_id": key, "mode": mode, "class": kind, "group": "toy", "name_zh": zh,
         "name_en": key, "ref": ref, "source": "toy"}
        for key, mode, kind, zh, ref in (
            ("jia-ding", "road", "expressway", "甲丁高速(甲乙–丙丁)", "G85/S1"),
            ("wu-ji", "rail", "conventional", "戊己铁路", ""),
            ("geng-xin", "rail", "conventional", "庚辛铁路", ""),
        )
    ])  # fmt: skip
    toy.write(folder, "sections", [
        {"section_id": key, "route_id": key[:-2], "seq": key[-1], "name_zh": key,
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
    for name in ("services", "projects"):
        toy.write(folder, name, [])
    toy.write(folder, "cities", [
        {"city_id": key, "adcode": "990000", "name_zh": key, "name_en": key, "population": 5,
         "lon": PLACES[key][0] / KM[0], "lat": PLACES[key][1] / KM[1], "level": "city",
         "region": "toy", "source": "toy"} for key in ("jia", "bing", "wu", "ji")
    ])  # fmt: skip
    return folder


@pytest.fixture
def server(elements):
    with FakeOverpass(elements).serve() as fake:
        yield fake
