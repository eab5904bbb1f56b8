"""Main lines out of an OpenStreetMap extract."""

from __future__ import annotations

import random
import sys

import extract
import pandas as pd
import pytest

from geo.core.errors import BadInputError
from geo.readers.pbf import read_languages, read_pbf, read_pbf_header, read_points
from geo.readers.ways import TAGS

pytest.importorskip("osmium")

A, B, C, D = (1.0, 1.0), (1.1, 1.0), (1.2, 1.1), (1.3, 1.1)
WAYS = [
    ([A, B], {"highway": "motorway", "ref": "G1;G2", "name:zh": "甲高速", "oneway": "yes"}),
    ([B, C], {"highway": "residential"}),
    ([B, C], {"railway": "rail", "service": "siding"}),
    ([C, D], {"railway": "rail", "name": "A–B", "highspeed": "yes"}),
    ([C, D], {"highway": "construction", "construction": "trunk"}),
    ([A, D], {"proposed:railway": "rail", "name": "new"}),
    ([A, B], {"waterway": "river"}),
    ([A, A], {"highway": "motorway"}),
]
POINTS = [
    (1.05, 1.0, {"railway": "station", "name": "East"}),
    (1.06, 1.0, {"railway": "station", "name": "Metro", "station": "subway"}),
    (1.07, 1.0, {"place": "town", "name": "T", "population": "12 000"}),
]


@pytest.fixture
def pbf(tmp_path):
    return extract.write(tmp_path / "small.osm.pbf", WAYS, POINTS, box=(1, 1, 1.5, 1.5))


def test_only_main_lines_with_their_tags(pbf):
    ways = read_pbf(pbf)
    assert list(ways.index) == [1, 4, 5, 6]
    assert list(ways.columns) == [*TAGS, "geometry"]
    assert ways.crs == "EPSG:4326"
    assert ways.geometry[1].coords[:] == [A, B]
    assert ways.loc[1, ["ref", "name:zh", "oneway"]].tolist() == ["G1;G2", "甲高速", "yes"]
    assert ways.loc[1, "railway"] is None
    assert ways.loc[5, ["highway", "construction"]].tolist() == ["construction", "trunk"]
    assert ways.loc[6, ["railway", "proposed"]].tolist() == ["proposed", "rail"]
    assert 7 in read_pbf(pbf, waterways=True).index


def test_bounds_keep_what_they_touch(pbf):
    assert list(read_pbf(pbf, bounds=(1.25, 1.05, 2, 2)).index) == [4, 5, 6]
    assert read_pbf(pbf, bounds=(5, 5, 6, 6)).empty


def test_head_of_the_file(pbf, tmp_path):
    assert read_pbf_header(pbf) == ("2026-03-01", (1, 1, 1.5, 1.5))
    assert read_pbf_header(extract.write(tmp_path / "b.osm.pbf", WAYS, date="")) == ("", None)


def test_stations_and_points(tmp_path):
    square = [(2.0, 2.0), (2.0, 2.2), (2.2, 2.2), (2.2, 2.0), (2.0, 2.0)]
    ways = [*WAYS, (square, {"railway": "station", "name": "West"})]
    path = extract.write(tmp_path / "small.osm.pbf", ways, POINTS)
    station = [("railway", "station")]
    found = read_points(path, station).set_index("name").geometry
    assert found["East"].coords[:] == [(1.05, 1.0)]
    assert found["West"].x == pytest.approx(2.1)
    assert found["West"].y == pytest.approx(2.1)
    assert list(found.index) == ["East", "Metro", "West"]
    near = read_points(path, station, bounds=(1, 0, 1.055, 1.5))
    assert list(near["name"]) == ["East"]
    towns = read_points(path, [("place", "town")])
    assert towns["population"].tolist() == ["12 000"]


def test_a_way_that_leaves_the_extract_keeps_its_longest_known_run(tmp_path):
    line = [(float(x), 0.0) for x in range(8)]
    way = [(line, {"highway": "motorway"})]
    path = extract.write(tmp_path / "a.osm.pbf", way, missing={line[2], line[6]})
    assert read_pbf(path).geometry.iloc[0].coords[:] == line[3:6]


def test_ways_before_nodes_are_told(tmp_path):
    path = extract.write(tmp_path / "a.osm.pbf", WAYS, nodes_last=True)
    with pytest.raises(BadInputError, match="osmium sort"):
        read_pbf(path)


def test_the_index_on_disk_gives_the_same(pbf, monkeypatch):
    ways = read_pbf(pbf)
    monkeypatch.setattr("geo.readers.pbf.IN_MEMORY_BYTES", 0)
    assert read_pbf(pbf).equals(ways)


def stations(path):
    return read_points(path, [("railway", "station")])


def failure(read, path):
    """Return the message of a reader; empty where it reads, anything but bad input rises."""
    try:
        read(path)
    except BadInputError as error:
        return str(error)
    return ""


def test_broken_files_are_one_line(tmp_path, pbf):
    rng = random.Random(1)
    for path in (tmp_path, tmp_path / "none.osm.pbf"):
        with pytest.raises(BadInputError, match="no such file"):
            read_pbf(path)
    whole = pbf.read_bytes()
    path = tmp_path / "broken.osm.pbf"
    junk = [rng.randbytes(n) for n in (1, 10, 100, 5000)] + [b"<osm/>", b"\0" * 99]
    cut = [whole[: rng.randrange(len(whole))] for _ in range(40)]
    bent = []
    for _ in range(40):
        copy = bytearray(whole)
        for _ in range(3):
            copy[rng.randrange(len(copy))] = rng.randrange(256)
        bent.append(bytes(copy))
    for content in [*junk, *cut, *bent]:
        path.write_bytes(content)
        for read in (read_pbf, stations, read_pbf_header):
            line = failure(read, path)
            assert not line or ("broken.osm.pbf" in line and "\n" not in line)
    for content in [*junk, whole[:-1], whole[:50], b""]:
        path.write_bytes(content)
        with pytest.raises(BadInputError, match=r"broken\.osm\.pbf: expected"):
            read_pbf(path)
    (tmp_path / "x.bin").write_bytes(whole)
    with pytest.raises(BadInputError, match=r"x\.bin: expected"):
        read_pbf(tmp_path / "x.bin")


def test_without_pyosmium_one_line_says_what_to_install(pbf, monkeypatch):
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(BadInputError, match=r"chuanyu-geo\[pbf\]"):
        read_pbf(pbf)


def test_routes_that_a_way_belongs_to_name_it(tmp_path):
    step = [((1.0 + k / 100, 1.0), (1.0 + (k + 1) / 100, 1.0)) for k in range(3)]
    road = {"highway": "motorway"}
    ways = [(step[0], road | {"ref": "G85"}), (step[1], road), (step[2], road | {"name": "环线"})]
    routes = [
        ([1, 2], {"type": "route", "route": "road", "ref": "G93", "name": "成渝环线高速"}),
        ([1, 2, 9], {"type": "route", "route": "road", "ref": "G85"}),
        ([3], {"type": "route", "route": "road", "name": "绕城高速"}),
        ([1, 2, 3], {"type": "route", "route": "bus", "ref": "901"}),
        ([1, 2, 3], {"type": "route", "route": "road", "ref": "AH42", "network": "AsianHighway"}),
        ([1, 2, 3], {"type": "superroute", "route": "road", "ref": "AH42"}),
    ]
    found = read_pbf(extract.write(tmp_path / "a.osm.pbf", ways, relations=routes))
    assert list(found["ref"]) == ["G85;G93", "G93;G85", None]
    assert list(found["name"]) == ["成渝环线高速", "成渝环线高速", "环线"]


@pytest.mark.parametrize("form", ["osm", "osm.gz", "osm.bz2"])
def test_xml_is_read_as_it_is_and_packed(tmp_path, form):
    ways = [([(1.0, 1.0), (1.1, 1.0)], {"highway": "motorway", "ref": "A1"})]
    points = [(1.05, 1.01, {"place": "town", "name": "T"})]
    whole = extract.write(tmp_path / "a.osm.pbf", ways, points)
    other = extract.write(tmp_path / f"a.{form}", ways, points)
    pd.testing.assert_frame_equal(read_pbf(whole), read_pbf(other))
    assert len(read_points(other, [("place", "town")])) == 1
    broken = tmp_path / f"b.{form}"
    broken.write_bytes(other.read_bytes()[:-30])
    with pytest.raises(BadInputError, match="expected a whole OpenStreetMap extract"):
        read_pbf(broken)


def test_numbers_of_relations_are_spelled_as_their_ways_do(tmp_path):
    step = [((1.0 + k / 100, 1.0), (1.0 + (k + 1) / 100, 1.0)) for k in range(4)]
    road = {"highway": "motorway"}
    ways = [(step[0], road | {"ref": "I 283"}), (step[1], road | {"ref": "PA 283"}),
            (step[2], road), (step[3], road)]  # fmt: skip
    route = {"type": "route", "route": "road", "ref": "283"}
    routes = [([1, 3], route | {"network": "US:I"}), ([2], route | {"network": "US:PA"}),
              ([4], route | {"network": "US:US"})]  # fmt: skip
    found = read_pbf(extract.write(tmp_path / "a.osm.pbf", ways, relations=routes))
    assert list(found["ref"]) == ["I 283", "PA 283", "I 283", "US 283"]


def test_digits_that_two_networks_carry_are_told_apart(tmp_path):
    """Ways with 283 alone: the network of their route says which; where it is alone it stays."""
    road = {"highway": "motorway", "ref": "283"}
    ways = [([(k, 0), (k + 1, 0)], road) for k in range(4)]
    ways += [
        ([(9, 0), (10, 0)], road | {"ref": "16"}),
        ([(11, 0), (12, 0)], road | {"ref": "283;7"}),
    ]
    route = {"type": "route", "route": "road", "ref": "283"}
    routes = [([1, 4, 6], route | {"network": "US:I"}), ([2, 4], route | {"network": "US:PA"}),
              ([5], route | {"network": "CH:national", "ref": "16"})]  # fmt: skip
    found = read_pbf(extract.write(tmp_path / "a.osm.pbf", ways, relations=routes))
    assert list(found["ref"]) == ["I 283", "PA 283", "283", "I 283;PA 283", "16", "7;I 283"]
    routes[0][1]["network"], routes[1][1]["network"] = "NO:riksvei", "NO:fylkesvei"
    found = read_pbf(extract.write(tmp_path / "b.osm.pbf", ways, relations=routes))
    assert list(found["ref"])[:2] == ["riksvei 283", "fylkesvei 283"]


def test_languages_are_counted_where_the_name_is_said_in_them(tmp_path):
    points = [
        (1.0 + k / 10, 1.0, {"place": "town", "name": f"Ort {k}", "name:de": f"Ort {k}",
                             "name:fr": "Lieu"})
        for k in range(3)
    ]  # fmt: skip
    assert read_languages(extract.write(tmp_path / "a.osm.pbf", [], points)) == {"de": 3}
