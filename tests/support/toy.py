"""Small made-up regions with hand-computed answers, written as tables."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import networkx as nx
import pandas as pd
from shapely import LineString

import geo
from geo.catalogue.schema import TABLES, columns

#: Kilometres per degree at the equator on the WGS-84 ellipsoid.
KM_LON, KM_LAT = 111.3195, 110.5743
REGION = """
name = "测试"
name_en = "Toy"
as_of = 2026-01-01
frame = [-5.0, -5.0, 5.0, 5.0]
metric_crs = "EPSG:3857"
[[regions]]
id = "toy"
name = "测试"
name_en = "Toy"
adcode = "990000"
[map]
centre = [0.0, 0.0]
"""
#: The five-node network of the textbook: km east and north, then edges with their km.
K_NODES = {"a": (0, 12), "b": (-8, 6), "c": (0, 0), "d": (8, 6), "e": (0, -9)}
K_EDGES = {"ab": 12, "ac": 18, "ad": 15, "bc": 10, "cd": 12, "ce": 9}
K_POPULATION = {"a": 4, "b": 1, "c": 3, "d": 1, "e": 1}

#: What the places of a region are: there travellers enter, board and change for nothing more.
KIND = {"road": "interchange", "rail": "station", "water": "port"}


def write(folder: Path, table: str, rows: list[dict[str, object]]) -> None:
    """Write rows of a table; a column that is not given is empty."""
    names = columns(TABLES[table])
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    with (folder / "tables" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def edit(folder: Path, table: str, change) -> None:
    """Write a table again with what `change` returns for each of its rows."""
    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row | change(row) for row in csv.DictReader(file)]
    write(folder, table, rows)


def region(folder: Path, nodes, edges, population=None, *, mode="road", **section) -> Path:
    """
    Write a region whose every edge is a route with one section of a published length.

    `nodes` are kilometres east and north of (0, 0) by letter, `edges` kilometres by the two letters
    of their ends, `population` people by node: these nodes are cities. More options are columns of
    the sections.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(REGION, encoding="utf-8")
    known = {"source": "toy", "confidence": "high"}
    place = [
        {"place_id": n, "name": n, "name_en": n, "lon": x / KM_LON, "lat": y / KM_LAT,
         "kind": KIND[mode], "accuracy_m": 10, **known}
        for n, (x, y) in nodes.items()
    ]  # fmt: skip
    kind = {"road": "expressway", "rail": "hsr", "water": "waterway"}[mode]
    routes = [
        {"route_id": r, "mode": mode, "class": kind, "group": "toy", "name": r, "name_en": r,
         "length_km": km, **known}
        for r, km in edges.items()
    ]  # fmt: skip
    for row in routes:
        row.pop("confidence")
    sections = [
        {"section_id": f"{r}-1", "route_id": r, "seq": 1, "name": r, "from_place": r[0],
         "to_place": r[1], "opened": "2000", "status": "open", "design_speed_kmh": 60,
         "length_km": km, **known, **section}
        for r, km in edges.items()
    ]  # fmt: skip
    points = [
        {"route_id": r, "seq": i, "place_id": p} for r in edges for i, p in enumerate(r[:2], 1)
    ]
    cities = [
        {"city_id": n, "adcode": "990000", "name": n, "name_en": n, "population": people,
         "lon": nodes[n][0] / KM_LON, "lat": nodes[n][1] / KM_LAT, "level": "city",
         "region": "toy", "source": "toy"}
        for n, people in (population or {}).items()
    ]  # fmt: skip
    write(folder, "sources", [{"key": "toy", "title": "toy"}])
    for name, rows in (("places", place), ("routes", routes), ("sections", sections),
                       ("alignments", points), ("cities", cities), ("published_times", []),
                       ("projects", [])):  # fmt: skip
        write(folder, name, rows)
    return folder


def change(folder, table, key, **values):
    """Change one row of a written table, or add one."""
    path = folder / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next(iter(rows[0]))
    hits = [row for row in rows if row[column] == key]
    for row in hits:
        row.update({k: str(v) for k, v in values.items()})
    write(folder, table, rows if hits else [*rows, {column: key, **values}])


def bend(folder, route, *points):
    """Draw a route through shape points, in km, between its two ends."""
    path = folder / "tables" / "alignments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first, last = (row for row in rows if row["route_id"] == route)
    last["seq"] = str(len(points) + 2)
    shape = [
        {"route_id": route, "seq": i, "lon": x / KM_LON, "lat": y / KM_LAT,
         "accuracy_m": 10, "source": "toy"}
        for i, (x, y) in enumerate(points, 2)
    ]  # fmt: skip
    rows = [row for row in rows if row["route_id"] != route]
    write(folder, "alignments", [*rows, first, *shape, last])


def square(folder, half_km=200, name="provinces"):
    """Give a region an area: a square around the origin, with a neighbour to the east."""
    x, y = half_km / KM_LON, half_km / KM_LAT

    def box(west, east):
        ring = [[west, -y], [east, -y], [east, y], [west, y], [west, -y]]
        return {"type": "Polygon", "coordinates": [ring]}

    known = [("990000", "测试", "Toy", None, box(-x, x)), ("980000", "邻", "Next", 1, box(x, 4.9))]
    features = [
        {
            "type": "Feature",
            "geometry": shape,
            "properties": {"adcode": code, "name": zh, "name_en": en, "context": context},
        }
        for code, zh, en, context, shape in known
    ]
    (folder / "base").mkdir()
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "base" / f"{name}.geojson").write_text(text, encoding="utf-8")
    with (folder / "region.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[base]\n{name} = "base/{name}.geojson"\n')


def layers_of(folder):
    """The layers of a written region."""
    return geo.build_layers(geo.load(folder))


def network(folder: Path, nodes, edges, population=None, *, year=2020, at="junctions", **section):
    """The network of a written region."""
    cat = geo.load(region(folder, nodes, edges, population, **section))
    return geo.build_network(cat, year=year, nodes=at)


def with_edges(net, edges):
    """The network with other edges (u, v, km; a minute each), and the same in NetworkX."""
    place = net.nodes.geometry
    rows = [
        {"edge_id": f"e{i}", "u": u, "v": v, "section_id": f"e{i}", "route_id": f"e{i}",
         "mode": "road", "class": "expressway", "route_zh": f"r{i}", "route_en": f"R{i}",
         "length_km": float(km), "geometry_km": float(km), "speed_kmh": 60.0,
         "time_min": float(km),
         "geometry": LineString([place[u], place[v]])}
        for i, (u, v, km) in enumerate(edges)
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=4326)
    ends = {n for u, v, _ in edges for n in (u, v)}
    made = replace(
        net, nodes=net.nodes[net.nodes.index.isin(ends)], edges=frame.set_index("edge_id")
    )
    graph = nx.MultiGraph()
    graph.add_nodes_from(made.nodes.index)
    graph.add_edges_from((u, v, f"e{i}", {"km": km}) for i, (u, v, km) in enumerate(edges))
    return made, graph


def via(folder, route, *places):
    """Lead a route past places between its two ends."""
    path = folder / "tables" / "alignments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["route_id"] == route]
    points = [own[0], *({"route_id": route, "place_id": place} for place in places), own[-1]]
    own = [row | {"seq": i} for i, row in enumerate(points, 1)]
    write(folder, "alignments", [*(r for r in rows if r["route_id"] != route), *own])
