"""Small made-up regions with hand-computed answers, written as tables."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from geo.catalogue.schema import TABLES, columns

if TYPE_CHECKING:
    from pathlib import Path

#: Kilometres per degree at the equator on the WGS-84 ellipsoid.
KM_LON, KM_LAT = 111.3195, 110.5743
REGION = """
name_zh = "测试"
name_en = "Toy"
as_of = 2026-01-01
frame = [-5.0, -5.0, 5.0, 5.0]
metric_crs = "EPSG:3857"
[[regions]]
id = "toy"
name_zh = "测试"
name_en = "Toy"
adcode = "990000"
[map]
centre = [0.0, 0.0]
"""
#: The five-node network of the textbook: km east and north, then edges with their km.
K_NODES = {"a": (0, 12), "b": (-8, 6), "c": (0, 0), "d": (8, 6), "e": (0, -9)}
K_EDGES = {"ab": 12, "ac": 18, "ad": 15, "bc": 10, "cd": 12, "ce": 9}
K_POPULATION = {"a": 4, "b": 1, "c": 3, "d": 1, "e": 1}


def write(folder: Path, table: str, rows: list[dict[str, object]]) -> None:
    names = columns(TABLES[table])
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    with (folder / "tables" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def region(folder: Path, nodes, edges, population=None, *, mode="road", **section) -> Path:
    """Write a region whose every edge is a route with one section of a published length."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(REGION, encoding="utf-8")
    known = {"source": "toy", "confidence": "high"}
    place = [
        {"place_id": n, "name_zh": n, "name_en": n, "lon": x / KM_LON, "lat": y / KM_LAT,
         "kind": "junction", "accuracy_m": 10, **known}
        for n, (x, y) in nodes.items()
    ]  # fmt: skip
    kind = {"road": "expressway", "rail": "hsr", "water": "waterway"}[mode]
    routes = [
        {"route_id": r, "mode": mode, "class": kind, "group": "toy", "name_zh": r, "name_en": r,
         "length_km": km, **known}
        for r, km in edges.items()
    ]  # fmt: skip
    for row in routes:
        row.pop("confidence")
    sections = [
        {"section_id": f"{r}-1", "route_id": r, "seq": 1, "name_zh": r, "from_place": r[0],
         "to_place": r[1], "opened": "2000", "status": "open", "design_speed_kmh": 60,
         "length_km": km, **known, **section}
        for r, km in edges.items()
    ]  # fmt: skip
    points = [
        {"route_id": r, "seq": i, "place_id": p} for r in edges for i, p in enumerate(r[:2], 1)
    ]
    cities = [
        {"city_id": n, "adcode": "990000", "name_zh": n, "name_en": n, "population": people,
         "lon": nodes[n][0] / KM_LON, "lat": nodes[n][1] / KM_LAT, "level": "city",
         "region": "toy", "source": "toy"}
        for n, people in (population or {}).items()
    ]  # fmt: skip
    write(folder, "sources", [{"key": "toy", "title": "toy"}])
    for name, rows in (("places", place), ("routes", routes), ("sections", sections),
                       ("alignments", points), ("cities", cities), ("services", []),
                       ("projects", [])):  # fmt: skip
        write(folder, name, rows)
    return folder
