"""The base layers hang together: roads connect, neighbours share borders, rivers keep their names."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.catalogue.catalogue import data_folder
from geo.layers.boundaries import read_base

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def rivers(cat):
    return read_base(cat, "rivers").dissolve("name").geometry


def pieces(name):
    import geopandas as gpd

    return gpd.read_file(data_folder() / "osm" / f"{name}.geojson").geometry.explode()


@pytest.mark.parametrize(("name", "share"), [("roads", 0.97), ("railways", 0.85)])
def test_the_context_network_is_one_network(name, share):
    graph = nx.Graph()
    for line in pieces(name):
        graph.add_edges_from(itertools.pairwise(line.coords))
    sizes = sorted(map(len, nx.connected_components(graph)), reverse=True)
    assert sizes[0] / sum(sizes) > share


def test_the_yangtze_bears_its_name_below_yibin(rivers):
    yibin = 104.62
    assert rivers["长江"].bounds[0] == pytest.approx(yibin, abs=0.05)
    assert rivers["金沙江"].bounds[2] == pytest.approx(yibin, abs=0.05)
    for name in ("岷江", "沱江", "嘉陵江"):
        assert rivers[name].distance(rivers["长江"]) < 0.03, name
    assert rivers["岷江"].bounds[3] > 33  # the upper 岷江 is no 沱江, though canals join them
    assert rivers["沱江"].bounds[3] < 31.2


def test_provinces_leave_no_gap_and_do_not_overlap(cat):
    shapes = read_base(cat, "provinces").geometry.to_numpy()
    frame = shapely.box(*cat.region.frame)
    clipped = shapely.intersection(shapes, frame)
    whole = shapely.union_all(clipped)
    assert shapely.area(clipped).sum() == pytest.approx(whole.area, rel=1e-4)
    assert whole.area == pytest.approx(frame.area, rel=1e-3)


def test_counties_are_a_coverage_of_the_two_regions(cat):
    counties = read_base(cat, "counties")
    assert shapely.coverage_is_valid(counties.geometry.to_numpy())
    areas = {
        code: abs(sum(GEOD.geometry_area_perimeter(shape)[0] for shape in part.geometry)) / 1e6
        for code, part in counties.groupby("province")
    }
    published_km2 = sorted([486_052, 82_402])  # statistical yearbooks
    assert np.allclose(sorted(areas.values()), published_km2, rtol=0.02), areas
