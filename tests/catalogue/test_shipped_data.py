"""The shipped files are those that are listed, and the borders are a valid coverage."""

from __future__ import annotations

import hashlib
import json

import pytest
import shapely

from geo.catalogue.catalogue import data_folder
from geo.layers.boundaries import read_base

PACKAGE = json.loads((data_folder() / "datapackage.json").read_text("utf-8"))


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda r: r["path"])
def test_every_file_has_the_listed_checksum(resource):
    raw = (data_folder() / resource["path"]).read_bytes()
    assert len(raw) == resource["bytes"]
    assert "sha256:" + hashlib.sha256(raw).hexdigest() == resource["hash"]
    assert resource["licenses"]
    assert resource["sources"]


def test_every_file_is_listed():
    listed = {resource["path"] for resource in PACKAGE["resources"]}
    folder = data_folder()
    there = {
        str(p.relative_to(folder))
        for d in ("tables", "base", "osm")
        for p in (folder / d).iterdir()
    }
    assert listed == there


def test_counties_are_a_valid_coverage(cat):
    counties = read_base(cat, "counties")
    assert shapely.coverage_is_valid(counties.geometry.to_numpy())
    assert counties["province"].value_counts().to_dict() == {"510000": 183, "500000": 38}


def test_provinces_are_made_of_their_counties(cat):
    counties, provinces = read_base(cat, "counties"), read_base(cat, "provinces")
    for code in ("510000", "500000"):
        own = counties[counties["province"] == code]
        whole = provinces.set_index("adcode").geometry[code]
        assert whole.symmetric_difference(shapely.union_all(own.geometry.to_numpy())).area < 1e-6


def test_the_border_has_the_length_it_should(cat):
    from pyproj import Geod

    provinces = read_base(cat, "provinces").set_index("adcode").geometry
    border = provinces["510000"].boundary.intersection(provinces["500000"].boundary)
    km = Geod(ellps="WGS84").geometry_length(border) / 1000
    assert km == pytest.approx(1019, rel=0.02)


def test_cities_lie_in_their_region(cat):
    counties = read_base(cat, "counties")
    for city in cat.cities:
        inside = counties[counties.contains(shapely.Point(city.lon, city.lat))]
        region = cat.region.find(city.region)
        assert list(inside["province"]) == [region.adcode], city.name
        if city.level in ("district", "county"):
            assert list(inside["adcode"]) == [city.adcode], city.name
