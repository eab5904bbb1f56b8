"""Border crossings of a draft against those of the OpenStreetMap lines, counted another way."""

from __future__ import annotations

import itertools
import os
import shlex
from pathlib import Path

import extract
import geopandas as gpd
import numpy as np
import pytest
import shapely
from extract_region import KM, line, road
from scipy.spatial import KDTree
from shapely import box

import geo
from geo.catalogue import load
from geo.cli.main import main
from geo.geometry import metric_crs
from geo.layers import border_crossings, build_layers, section_regions
from geo.readers import read_boundaries, read_pbf

pytest.importorskip("osmium")
EXTRACTS = Path(geo.__file__).parents[2] / "shared" / "fixtures" / "osm"


def strips(path, *edges):
    """Write areas from west to east, called A, B, C, between some kilometres."""
    shapes = [box(10 + a * KM, -0.5, 10 + b * KM, 0.5)
              for a, b in itertools.pairwise(edges)]  # fmt: skip
    names = [chr(ord("A") + k) for k in range(len(shapes))]
    table = {"adcode": [f"X-{name}" for name in names], "name": names, "name_en": names}
    gpd.GeoDataFrame(table, geometry=shapes, crs=4326).to_file(path, driver="GeoJSON")
    return path


def borders(catalogue):
    """The border places by route, in order along it: name and km east."""
    place = {p.place_id: p for p in catalogue.places if p.kind == "border"}
    found: dict[str, list[tuple[str, float]]] = {}
    for row in sorted(catalogue.alignments, key=lambda row: (row.route_id, row.seq)):
        if row.place_id in place:
            here = place[row.place_id]
            sides = here.name_en.rsplit("(", 1)[1].removesuffix(" border)").split(" ", 1)[0]
            found.setdefault(row.route_id, []).append((sides, (here.lon - 10) / KM))
    return found


def test_a_tunnel_crosses_the_areas_above_it_in_order(tmp_path):
    """
    A motorway in a tunnel from 12 to 40 km, a railway on the surface beside.

    A road that winds along the border between A and B, 300 m to each side, crosses it in 7 bends
    and ends where it began: that is no crossing. Another one ends in B: it crosses once.
    """
    deep = {"tunnel": "yes", "layer": "-3"}
    bends = [(15 + 0.3 * (-1) ** k, -20 + 0.4 * k) for k in range(8)]
    ways = [
        *road("A1", (0, 0), (12, 0)), *road("A1", (12, 0), (40, 0), **deep),
        *road("A1", (40, 0), (60, 0)),
        (line((0, 3), (60, 3)), {"railway": "rail", "name": "Main Line"}),
        (line((5, -20), *bends, (5, -16)), {"highway": "trunk", "ref": "7"}),
        (line((5, 20), *((x, y + 50) for x, y in bends), (19, 40)), {"highway": "trunk", "ref": "8"}),
    ]  # fmt: skip
    file = extract.write(tmp_path / "t.osm.pbf", ways)
    areas = strips(tmp_path / "areas.geojson", -5, 15, 22, 23.4, 70)
    command = f"new {tmp_path}/r --from-pbf {file} --borders {areas} --languages en"
    assert main(shlex.split(f"{command} --bbox 9.9,-0.4,10.7,0.5")) == 0
    catalogue = load(tmp_path / "r")
    found = borders(catalogue)
    for route in ("a1", "main-line"):
        assert [sides for sides, _ in found[route]] == ["A–B", "B–C", "C–D"]
        assert [x for _, x in found[route]] == pytest.approx([15, 22, 23.4], abs=0.02)
    assert "7" not in found
    assert [sides for sides, _ in found["8"]] == ["A–B"]
    layers = build_layers(catalogue)
    region = section_regions(layers)
    for route in ("a1", "main-line"):
        own = [s.section_id for s in sorted(catalogue.sections_of[route], key=lambda s: s.seq)]
        order = list(dict.fromkeys(region[key][0] for key in own))
        assert order == ["X-A", "X-B", "X-C", "X-D"]
        assert all(region[key][1] == 1 for key in own)
    for pair, count in ((("A", "B"), 3), (("B", "C"), 2), (("C", "D"), 2)):
        assert len(border_crossings(layers, *pair)) == count


def crossings_of(lines, areas, least_m):
    """
    Where lines pass from one area to another: points in metres and codes of both sides.

    Found by points every 5 m, each labelled with the area around it; shorter stays are none.
    """
    found = []
    for shape in lines:
        at = np.arange(0, shape.length, 5.0)
        points = shapely.line_interpolate_point(shape, at)
        label = np.full(len(at), -1)
        for k, area in enumerate(areas.geometry):
            label[shapely.contains(area, points)] = k
        runs = np.flatnonzero(np.diff(label, prepend=-9))
        ends = np.append(runs[1:], len(at))
        long = [(a, b) for a, b in zip(runs, ends, strict=True) if (b - a) * 5 >= least_m]
        for (_, end), (start, _) in itertools.pairwise(long):
            if label[end - 1] != label[start]:
                sides = frozenset({label[end - 1], label[start]})
                spot = points[(end + start) // 2]
                found.append((sides, (spot.x, spot.y)))
    return found


@pytest.mark.skipif(
    not EXTRACTS.is_dir() and "CI" not in os.environ,
    reason="the real extracts are not beside the repository",
)
@pytest.mark.parametrize("name", ["liechtenstein", "north-bayreuth"])
def test_as_many_crossings_as_on_the_lines_of_openstreetmap(name, tmp_path):
    file = EXTRACTS / f"{name}.osm.pbf"
    if name == "liechtenstein":
        areas, option = read_boundaries(file, 8), "8"
    else:  # only one of its areas is whole
        option = strips(
            tmp_path / "areas.geojson", *((x - 10) / KM for x in (11.4, 11.55, 11.65, 11.9))
        )
        areas = gpd.read_file(option)
        areas.geometry = areas.translate(0, 50)
        areas.to_file(option, driver="GeoJSON")
    command = f"new {tmp_path}/r --from-pbf {file} --roads primary --borders {option}"
    assert main(shlex.split(command)) == 0
    catalogue = load(tmp_path / "r")
    frame = catalogue.region.frame
    crs = metric_crs(frame)
    layers = build_layers(catalogue)
    drawn = layers.routes.to_crs(crs).geometry
    on_line = KDTree(np.concatenate([
        shapely.get_coordinates(shapely.segmentize(line, 20.0)) for line in drawn
    ]))  # fmt: skip
    ways = read_pbf(file, bounds=frame).clip(box(*frame)).explode().to_crs(crs)
    ways = ways[~ways["highway"].fillna("").str.endswith("_link")]
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(ways.geometry.to_numpy())))
    areas = areas.clip(box(*frame)).to_crs(crs).reset_index(drop=True)
    real = [(sides, spot) for sides, spot in crossings_of(merged, areas, 10.0)
            if on_line.query(spot)[0] < 60]  # fmt: skip
    places = layers.places[layers.places["kind"] == "border"].to_crs(crs)
    spots = np.column_stack([places.geometry.x, places.geometry.y])
    assert len(spots) >= 2
    tree = KDTree([spot for _, spot in real])
    assert (tree.query(spots)[0] < 100).all()  # in the middle of a short stay
    away = np.array([spot for _, spot in real if KDTree(spots).query(spot)[0] > 100]).reshape(
        -1, 2
    )
    # what is not counted is a stay of less than 280 m, into an area and out of it again
    assert all(np.sort(np.hypot(*(away - spot).T))[1] < 280 for spot in away)
    assert len(spots) == {"liechtenstein": 14, "north-bayreuth": 2}[name]
