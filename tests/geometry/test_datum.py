"""The conversions between the datums of Chinese maps, against published values."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from pyproj import Geod

from geo.core.errors import BadInputError
from geo.geometry.datum import BOX, from_bd09, from_gcj02, reproject, to_bd09, to_gcj02

#: WGS-84 and GCJ-02 of Shanghai, Shenzhen and Beijing: the tests of googollee/eviltransform.
EVILTRANSFORM = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]
#: WGS-84, GCJ-02 and BD-09 of one point: the readme of wandergis/coordtransform gives the
#: first two, the tests of geocraft (from the same source) also the third.
COORDTRANSFORM = (
    (116.404, 39.915),
    (116.41024449916938, 39.91640428150164),
    (116.41662724378733, 39.922699552216216),
)
METRES = Geod(ellps="WGS84")
LONGITUDE = st.floats(BOX[0], BOX[2])
LATITUDE = st.floats(BOX[1], BOX[3])


def apart(a, b):
    """Distance in metres between points."""
    a, b = np.atleast_2d(a), np.atleast_2d(b)
    return METRES.inv(*a.T, *b.T)[2]


@pytest.mark.parametrize(("wgs", "gcj"), [*EVILTRANSFORM, COORDTRANSFORM[:2]])
def test_gcj02_agrees_with_published_pairs(wgs, gcj):
    assert apart(to_gcj02([wgs]), gcj) < 1e-6
    assert apart(from_gcj02([gcj]), wgs) < 1e-6


def test_bd09_agrees_with_published_pairs():
    assert apart(to_bd09([COORDTRANSFORM[0]]), COORDTRANSFORM[2]) < 1e-6
    assert apart(from_bd09([COORDTRANSFORM[2]]), COORDTRANSFORM[0]) < 1e-6
    # The readme of coordtransform gives GCJ-02 to BD-09 alone.
    wgs = from_gcj02([(116.404, 39.915)])
    assert apart(to_bd09(wgs), (116.41036949371029, 39.92133699351021)) < 1e-6


@given(LONGITUDE, LATITUDE)
@example(105.0, 35.0)
@example(104.99999999, 30.0)
def test_there_and_back(lon, lat):
    point = [(lon, lat)]
    assert apart(from_gcj02(to_gcj02(point)), point) < 1e-6
    assert apart(from_bd09(to_bd09(point)), point) < 1e-6


def test_the_shift_in_the_region(drawn):
    points = shapely.get_coordinates(drawn.sections.geometry.to_numpy())
    shift = apart(points, to_gcj02(points))
    assert shift.min() > 250
    assert shift.max() < 605
    assert 900 < apart(points, to_bd09(points)).mean() < 1200


@pytest.mark.parametrize(
    ("city", "east", "north"),
    [((104.0657, 30.6595), 240, -272), ((106.5516, 29.5630), 360, -316)],
)
def test_the_shift_of_the_two_cities(city, east, north):
    lon, lat = to_gcj02([city])[0]
    assert np.sign(lon - city[0]) * apart(city, (lon, city[1]))[0] == pytest.approx(east, abs=6)
    assert np.sign(lat - city[1]) * apart(city, (city[0], lat))[0] == pytest.approx(north, abs=6)


def test_outside_the_rectangle_nothing_moves():
    far = np.array([(2.35, 48.85), (139.77, 35.68), (151.2, -33.87), (105.0, 56.0), (72.0, 30.0)])
    assert np.array_equal(to_gcj02(far), far)
    assert np.array_equal(from_gcj02(far), far)


def test_unknown_positions_stay_unknown_and_nothing_is_nothing():
    assert np.isnan(from_gcj02(to_gcj02([(np.nan, np.nan)]))).all()
    assert to_gcj02(np.empty((0, 2))).shape == from_bd09(np.empty((0, 2))).shape == (0, 2)


@pytest.mark.parametrize(("datum", "forward"), [("gcj02", to_gcj02), ("bd09", to_bd09)])
def test_a_frame_comes_back_in_wgs84(datum, forward):
    line = shapely.LineString([(104.06, 30.66), (106.55, 29.56)])
    area = shapely.box(105, 29, 106, 30)
    true = gpd.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=[line, area, None], crs=4326)
    moved = true.set_geometry(shapely.transform(true.geometry, forward))
    for frame in (moved, moved.set_crs(None, allow_override=True), moved.to_crs(3857)):
        back = reproject(frame, datum)
        assert back.crs == 4326
        assert list(back["name"]) == ["a", "b", "c"]
        assert back.geometry.iloc[2] is None
        points = [shapely.get_coordinates(f.geometry.iloc[:2]) for f in (back, true)]
        assert apart(*points).max() < 1e-6
    assert moved.geometry.iloc[0].equals(shapely.transform(line, forward))


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000"])
def test_what_is_wgs84_already_keeps_its_coordinates(datum):
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(104.06, 30.66, 500.0)], crs=4490)
    back = reproject(frame, datum)
    assert back.crs == 4326
    assert shapely.get_coordinates(back.geometry, include_z=True).tolist() == [
        [104.06, 30.66, 500]
    ]


def test_an_unknown_datum_is_refused():
    with pytest.raises(BadInputError, match="'mars': expected wgs84, cgcs2000, gcj02, bd09"):
        reproject(gpd.GeoDataFrame(geometry=[], crs=4326), "mars")
