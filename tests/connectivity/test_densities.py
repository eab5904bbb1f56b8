"""Length of network per area and per head, on a small region of two provinces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small_region
import toy
from pyproj import Geod
from shapely import LineString

import geo
from geo.connectivity import network_densities
from geo.layers import read_base


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = small_region.write(tmp_path_factory.mktemp("two"))
    return geo.build_network(geo.load(folder), year=2020)


def test_length_is_counted_where_it_lies(net):
    table = network_densities(net).set_index(["region", "mode"])
    assert set(table.index.get_level_values("mode")) == {"all", *net.modes}
    for mode in net.modes:
        west, east = (table.loc[(region, mode), "length_km"] for region in ("西省", "东省"))
        assert west + east == pytest.approx(net.select(mode).edges["length_km"].sum(), rel=1e-6)
    # the railway crosses the border half way
    assert table.loc[("西省", "rail"), "length_km"] == pytest.approx(
        net.select("rail").edges["length_km"].sum() / 2, rel=1e-3)  # fmt: skip
    whole = table.xs("all", level="mode")["length_km"]
    parts = table.drop(index="all", level="mode").groupby("region")["length_km"].sum()
    assert parts.to_dict() == pytest.approx(whole.to_dict())


def test_areas_and_ratios(net):
    table = network_densities(net)
    # 0.8 by 1 degrees at the equator
    assert table["area_km2"].to_numpy() == pytest.approx(0.8 * 111.32 * 110.57, rel=1e-3)
    assert table["km_per_100km2"].to_numpy() == pytest.approx(
        100 * table["length_km"] / table["area_km2"])  # fmt: skip
    # none of the counties is that of a city in the tables
    assert set(table["reason"]) == {"the cities of the tables are not all there are"}
    assert table[["population", "km_per_10k_people"]].isna().all(axis=None)


def test_people_are_counted_where_the_cities_are_all_there_are(tmp_path):
    folder = small_region.write(tmp_path)
    for city, code in (("aa", "110100"), ("cc", "120102")):
        toy.change(folder, "cities", city, adcode=code)
    net = geo.build_network(geo.load(folder), year=2020)
    table = network_densities(net).set_index(["region", "mode"])
    west, east = table.loc[("西省", "all")], table.loc[("东省", "all")]
    assert (west["population"], west["reason"]) == (70_000, "")  # aa and bb; ab is part of aa
    assert west["km_per_10k_people"] == pytest.approx(west["length_km"] / 7)
    assert np.isnan(east["population"])
    listed = network_densities(net, listed=True).set_index(["region", "mode"])
    assert listed.loc[("西省", "all")].equals(west)
    part = listed.loc[("东省", "all")]
    assert (part["population"], part["reason"]) == (50_000, "")
    # the northern county of the two: 0.4 of 1 degree, where nothing is open
    assert part["area_km2"] == pytest.approx(0.4 * east["area_km2"], rel=1e-2)
    assert (part["length_km"], part["km_per_10k_people"]) == (0, 0)
    assert east["length_km"] > 100


def test_an_edge_that_ends_at_the_border_lies_inside(net):
    cut = replace(net, edges=net.edges[net.edges["section_id"].str.endswith("-1")])
    table = network_densities(cut).set_index(["region", "mode"])["length_km"]
    assert table["东省", "all"] == pytest.approx(0, abs=0.05)
    assert table["西省", "all"] == pytest.approx(cut.edges["length_km"].sum(), rel=1e-4)


def test_an_edge_across_the_border_is_divided(net):
    """Three quarters of a line along a parallel lie west of the meridian of 0."""
    across = net.edges.iloc[:1].assign(length_km=80.0, geometry=LineString([(-0.3, 0), (0.1, 0)]))
    table = network_densities(replace(net, edges=across)).set_index(["region", "mode"])
    mode = across["mode"].iloc[0]
    for region, km in (("西省", 60), ("东省", 20)):
        for part in ("all", mode):
            assert table.loc[(region, part), "length_km"] == pytest.approx(km, rel=1e-9)


def test_areas_are_those_on_the_ellipsoid(net):
    counties = read_base(net.layers.catalogue, "counties").dissolve("province")
    areas = [Geod(ellps="WGS84").geometry_area_perimeter(s)[0] for s in counties.geometry]
    found = network_densities(net).groupby("region", sort=False)["area_km2"].first()
    assert sorted(found) == pytest.approx(sorted(abs(area) / 1e6 for area in areas), rel=1e-9)
