"""Drafts of real extracts, which are kept beside the repository, against OpenStreetMap itself."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import KDTree

import geo
from geo.catalogue import load
from geo.cli.main import main
from geo.geometry import metric_crs
from geo.layers import build_layers
from geo.readers import class_of, read_pbf, split_refs

pytest.importorskip("osmium")
EXTRACTS = Path(geo.__file__).parents[2] / "shared" / "fixtures" / "osm"
pytestmark = pytest.mark.skipif(
    not EXTRACTS.is_dir() and "CI" not in os.environ,
    reason="the real extracts are not beside the repository",
)
NAMES = ("harrisburg", "liechtenstein", "north-bayreuth", "campo-grande")


@pytest.fixture(scope="module", params=NAMES)
def draft(request, tmp_path_factory):
    """The extract, and the layers of its draft."""
    file = EXTRACTS / f"{request.param}.osm.pbf"
    folder = tmp_path_factory.mktemp("real") / "region"
    assert main(shlex.split(f"new {folder} --from-pbf {file} --roads primary")) == 0
    return file, folder, build_layers(load(folder))


def spots(shapes, step=50.0):
    """Points along lines, and the line of each."""
    count = np.maximum(np.ceil(shapely.length(shapes) / step), 1).astype(int)
    line = np.repeat(np.arange(len(shapes)), count)
    share = (np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[line]
    return shapely.get_coordinates(
        shapely.line_interpolate_point(shapes[line], share, normalized=True)
    ), line


def test_roads_with_a_number_are_drawn_and_nothing_else(draft):
    file, _, layers = draft
    frame = layers.catalogue.region.frame
    crs = metric_crs(frame)
    ways = read_pbf(file, bounds=frame).clip(shapely.box(*frame)).explode().to_crs(crs)
    routes = layers.routes[layers.routes["mode"] == "road"].to_crs(crs)
    drawn, of = spots(routes.geometry.to_numpy())
    refs = [split_refs(ref) for ref in routes["ref"]]
    main_road = class_of(ways).isin(["motorway", "trunk", "primary"])
    found = []
    for number in {ref for text in ways["ref"][main_road] for ref in split_refs(text)}:
        carried = np.array([number in split_refs(text) for text in ways["ref"]])
        own = ways[main_road.to_numpy() & carried]
        at, _ = spots(own.geometry.to_numpy())
        mine = drawn[np.array([number in ref for ref in refs], bool)[of]]
        if len(at) * 50 < 4000 and not len(mine):
            continue  # too short for a route
        assert len(mine), number
        near = KDTree(mine).query(at)[0] < 100
        assert near.mean() > 0.7, number  # carriageways lie far apart at interchanges
        found.append(near)
        lines = sum(number in ref for ref in refs)
        assert lines <= 2, number
    assert np.concatenate(found).mean() > 0.95
    there, _ = spots(ways.geometry.to_numpy(), 20.0)
    assert (KDTree(there).query(drawn)[0] < 65).mean() > 0.98


def test_the_coverage_is_that_of_the_ways(draft, capsys, tmp_path):
    """What is told to be drawn, and what is listed as left out, is all there is."""
    file, folder, _ = draft
    command = f"new {tmp_path}/again --from-pbf {file} --roads primary --json"
    assert main(shlex.split(command)) == 0
    report = json.loads(capsys.readouterr().out)
    left = pd.read_csv(folder / "left_out.csv")
    ways = left[(left["osm_type"] == "way") & left["tag"].isna()]
    km = ways["value"].str.removesuffix(" km").astype(float)
    known = set(read_pbf(file).index)
    assert set(ways["osm_id"]) <= known
    assert sum(report["left_out"].values()) == len(left)
    total = sum(report["coverage"][mode]["osm_km"] for mode in ("road", "rail"))
    drawn = sum(report["coverage"][mode]["drawn_km"] for mode in ("road", "rail"))
    assert km.sum() == pytest.approx(total - drawn, abs=0.3)
    for found in report["coverage"].values():
        assert found["osm_km"] == pytest.approx(
            sum(of["osm_km"] for of in found["classes"].values()), abs=0.3
        )


def test_every_number_of_a_shared_road_keeps_its_route(tmp_path):
    """I 83 and US 322 run on one road through Harrisburg for 5 km."""
    file = EXTRACTS / "harrisburg.osm.pbf"
    assert main(shlex.split(f"new {tmp_path}/r --from-pbf {file} --roads primary")) == 0
    catalogue = load(tmp_path / "r")
    km = build_layers(catalogue).routes["geometry_km"]
    assert km["i-83"] == pytest.approx(9.5, abs=0.5)
    assert km["us-322"] == pytest.approx(13.6, abs=0.5)
    assert {"i-283", "pa-283"} <= set(km.index)
    shared = {s.route_id: s.shares for s in catalogue.sections if s.shares}
    assert any(owner.startswith("us-322") for owner in [shared["i-83"]])
    layers = build_layers(catalogue).sections.set_crs(4326, allow_override=True).to_crs(32618)
    for section in catalogue.sections:
        for owner in filter(None, section.shares.split(";")):
            near = gpd.GeoSeries(layers.geometry).loc[[section.section_id, owner]]
            assert near.iloc[0].hausdorff_distance(near.iloc[1]) < 2500


def test_lines_of_a_railway_station_area_hold_together(tmp_path):
    file = EXTRACTS / "stpoelten.osm.pbf"
    assert main(shlex.split(f"new {tmp_path}/r --from-pbf {file}")) == 0
    km = build_layers(load(tmp_path / "r")).routes["geometry_km"]
    assert km["westbahn"] == pytest.approx(46, abs=1)
    assert len(km) <= 10
