"""Areas of files: any encoding, any code, and no doubt left."""

from __future__ import annotations

import zipfile
from contextlib import nullcontext

import geopandas as gpd
import pytest
from shapely import LineString, box

from geo.core import BadInputError, python_strings
from geo.readers import read_areas


def write(path, rows, **options):
    """Write squares a degree wide, one beside the other: code, name and where each begins."""
    frame = gpd.GeoDataFrame(
        {"adcode": [code for code, _, _ in rows], "name": [name for _, name, _ in rows],
         "name_en": [f"E{i}" for i, _ in enumerate(rows)]},
        geometry=[box(x, 0, x + 1, 1) for _, _, x in rows], crs=4326,
    )  # fmt: skip
    frame.to_file(path, **options)
    return path


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_without_its_encoding(tmp_path, encoding):
    path = write(
        tmp_path / "a.shp", [("510000", "甲省", 0), ("500000", "乙市", 1)], encoding=encoding
    )
    path.with_suffix(".cpg").unlink()
    assert read_areas(path)["name"].tolist() == ["甲省", "乙市"]
    with zipfile.ZipFile(tmp_path / "b.shz", "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, part.name)
    for other in (path.with_suffix(".dbf"), tmp_path / "b.shz"):
        assert read_areas(other)["name"].tolist() == ["甲省", "乙市"]
    folder = tmp_path / "folder"
    folder.mkdir()
    for part in tmp_path.glob("a.*"):
        part.rename(folder / part.name)
    assert read_areas(folder)["name"].tolist() == ["甲省", "乙市"]


def test_an_encoding_that_the_file_lies_about(tmp_path):
    path = write(tmp_path / "a.shp", [("510000", "甲省", 0)], encoding="GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    with pytest.raises(
        BadInputError, match=r"not UTF-8, as its \.cpg says; give its encoding: GBK"
    ):
        read_areas(path)
    assert read_areas(path, encoding="GBK")["name"].tolist() == ["甲省"]
    with pytest.raises(BadInputError, match="'foo': expected the name of one"):
        read_areas(path, encoding="foo")


@pytest.mark.parametrize(
    ("code", "read"),
    [("510000", "510000"), (510000.0, "510000"), ("510000.0", "510000"), ("156510000", "510000"),
     ("DE-BY", "DE-BY"), ("DE2", "DE2"), ("06", "06"), ("2A", "2A"), ("09162000", "09162000")],
)  # fmt: skip
def test_any_code(tmp_path, code, read):
    path = write(tmp_path / "a.geojson", [(code, "甲", 0)])
    assert read_areas(path)["adcode"].tolist() == [read]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([("1", "甲", 0), ("2", "乙", 0.5)], "甲 and 乙 overlap"),
        ([("1", "甲", 0), ("1", "乙", 1)], "code 1 has two names, 甲 and 乙"),
        ([("", "甲", 0)], "feature 1: expected a code"),
        ([("1", "", 0)], "feature 1: expected a name"),
    ],
)
def test_doubts_are_said(tmp_path, rows, text):
    with pytest.raises(BadInputError, match=text):
        read_areas(write(tmp_path / "a.geojson", rows))


def test_two_parts_of_one_code_are_one_area(tmp_path):
    found = read_areas(write(tmp_path / "a.geojson", [("1", "甲", 0), ("1", "甲", 5)]))
    assert [len(found), len(found.geometry.iloc[0].geoms)] == [1, 2]


def test_one_of_several_layers_is_asked_for(tmp_path):
    path = write(tmp_path / "a.gpkg", [("1", "甲", 0)], layer="one")
    write(path, [("2", "乙", 0)], layer="two")
    with pytest.raises(
        BadInputError, match="one layer of areas; give --border-layer, one of one, two"
    ):
        read_areas(path)
    assert read_areas(path, layer="two")["name"].tolist() == ["乙"]


@pytest.mark.parametrize("strings", [python_strings, nullcontext])
@pytest.mark.parametrize("codes", [[None, None], [1.5, None], [float("nan"), float("nan")]])
def test_codes_that_are_no_words(tmp_path, strings, codes):
    """Also where text is held as Python objects, as commands do."""
    rows = [(code, "a", x) for x, code in enumerate(codes)]
    path = write(tmp_path / "a.geojson", rows)
    with strings(), pytest.raises(BadInputError, match="expected a code"):
        read_areas(path)


@pytest.mark.parametrize("strings", [python_strings, nullcontext])
def test_a_file_of_lines_has_no_area(tmp_path, strings):
    frame = gpd.GeoDataFrame(
        {"adcode": [1.0], "name": ["a"], "name_en": ["A"]},
        geometry=[LineString([(0, 0), (1, 1)])], crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / "a.geojson")
    with strings(), pytest.raises(BadInputError, match="expected"):
        read_areas(tmp_path / "a.geojson")
