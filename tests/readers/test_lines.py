"""Lines out of files that GDAL reads: columns, encodings, reference systems and datums."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
import toy

from geo.catalogue.catalogue import load
from geo.core.errors import BadInputError, NotFoundError
from geo.geometry.datum import to_bd09, to_gcj02
from geo.layers.layers import build_layers
from geo.readers.lines import read_layer
from geo.sources.datum_check import datum_misfits, expect_datum

LINES = [
    shapely.LineString([(106.0, 30.0), (106.2, 30.1)]),
    shapely.LineString([(106.2, 30.1), (106.4, 30.0)]),
]


def frame(crs=4326, lines=LINES, **columns):
    return gpd.GeoDataFrame(columns, geometry=lines, crs=crs)


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.geojson", "a.kml"])
def test_every_format_gives_the_same_ways(tmp_path, name):
    frame(highway=["motorway", "motorway"], NAME=["甲高速", None]).to_file(
        tmp_path / name, encoding="UTF-8" if name.endswith("shp") else None
    )
    column = "Name" if name.endswith("kml") else "NAME"
    made = {"NAME": column} if not name.endswith("kml") else {}
    ways = read_layer(tmp_path / name, columns={"name": made["NAME"]} if made else {}, mode="road")
    assert len(ways) == 2
    assert ways.index.tolist() == [0, 1]
    assert ways["highway"].tolist() == ["motorway"] * 2
    assert np.allclose(shapely.get_coordinates(ways.geometry), shapely.get_coordinates(LINES))
    if made:
        assert ways["name"].tolist() == ["甲高速", None]


def zipped(path, *files, inside=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, inside + file.name)
    return path


@pytest.mark.parametrize("inside", ["", "数据/road network/", "__MACOSX/../a/"])
@pytest.mark.parametrize("left_out", [(), (".shx", ".prj", ".cpg")])
def test_a_zipped_shapefile_is_read_in_any_form(tmp_path, inside, left_out):
    frame(highway=["motorway"] * 2, name=["甲高速", None]).to_file(
        tmp_path / "a.shp", encoding="GBK"
    )
    parts = [path for path in tmp_path.glob("a.*") if path.suffix not in (*left_out, ".zip")]
    archive = zipped(tmp_path / "甲 b.ZIP", *parts, inside=inside)
    ways = read_layer(archive, mode="road")
    assert ways["name"].tolist() == ["甲高速", None]
    assert np.allclose(shapely.get_coordinates(ways.geometry), shapely.get_coordinates(LINES))


def test_of_several_zipped_shapefiles_one_is_chosen(tmp_path):
    for name in ("one", "two"):
        frame(name=[name, name]).to_file(tmp_path / f"{name}.shp", encoding="UTF-8")
    archive = zipped(tmp_path / "both.zip", *tmp_path.glob("*.*"))
    with pytest.raises(
        BadInputError, match=r"both.zip: expected one layer of lines; give --layer"
    ):
        read_layer(archive, mode="road")
    assert set(read_layer(archive, layer="two", mode="road")["name"]) == {"two"}


def test_other_files_in_a_zip(tmp_path):
    frame(name=["甲", "乙"]).to_file(tmp_path / "a.gpkg")
    notes = tmp_path / "readme.txt"
    notes.write_text("a note")
    archive = zipped(tmp_path / "a.zip", tmp_path / "a.gpkg", notes)
    assert read_layer(archive, mode="road")["name"].tolist() == ["甲", "乙"]
    with pytest.raises(
        BadInputError, match=r"one file of a map in the archive; it holds readme.txt"
    ):
        read_layer(zipped(tmp_path / "b.zip", notes), mode="road")
    for raw in (b"", b"PK", archive.read_bytes()[:-40]):
        (tmp_path / "c.zip").write_bytes(raw)
        with pytest.raises(
            BadInputError, match=r"c.zip: expected a zip archive that can be unpacked"
        ):
            read_layer(tmp_path / "c.zip", mode="road")


def test_numbers_become_text_and_parts_become_rows(tmp_path):
    parts = [shapely.MultiLineString(LINES), LINES[0]]
    frame(lines=parts, ROADNO=[76.0, np.nan], ref=["old", "old"]).to_file(tmp_path / "a.gpkg")
    ways = read_layer(tmp_path / "a.gpkg", columns={"ref": "ROADNO"}, mode="rail")
    assert ways.index.tolist() == [0, 0, 1]
    assert ways["ref"].tolist() == ["76", "76", None]
    assert ways["railway"].tolist() == ["rail"] * 3


def test_reference_systems_become_wgs84(tmp_path):
    for code in (4490, 4547, 3857):
        path = tmp_path / f"{code}.gpkg"
        frame().to_crs(code).to_file(path)
        ways = read_layer(path, mode="road")
        assert (
            np.abs(shapely.get_coordinates(ways.geometry) - shapely.get_coordinates(LINES)).max()
            < 1e-5
        )


def test_declared_datums_are_undone(tmp_path):
    for datum, there in (("gcj02", to_gcj02), ("bd09", to_bd09)):
        path = tmp_path / f"{datum}.geojson"
        frame(lines=list(shapely.transform(LINES, there))).to_file(path, COORDINATE_PRECISION=9)
        ways = read_layer(path, mode="road", datum=datum)
        assert (
            np.abs(shapely.get_coordinates(ways.geometry) - shapely.get_coordinates(LINES)).max()
            < 1e-7
        )


def test_shapefiles_without_their_other_files(tmp_path):
    frame(名称=["成渝高速", "渝蓉高速"]).to_file(tmp_path / "a.shp", encoding="GBK")
    for suffix in (".prj", ".shx", ".cpg"):
        (tmp_path / f"a{suffix}").unlink()
    before = sorted(p.name for p in tmp_path.iterdir())
    ways = read_layer(tmp_path / "a.shp", mode="road", columns={"name": "名称"})
    assert ways["name"].tolist() == ["成渝高速", "渝蓉高速"]
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert (
        read_layer(tmp_path / "a.shp", mode="road", columns={"name": "名称"}, encoding="GBK")[
            "name"
        ][0]
        == "成渝高速"
    )
    frame().to_crs(3857).to_file(tmp_path / "b.shp")
    (tmp_path / "b.prj").unlink()
    with pytest.raises(BadInputError, match=r"b\.shp: expected a reference system"):
        read_layer(tmp_path / "b.shp", mode="road")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "--mode road, rail or water"),
        ({"columns": {"ref": "ROADN"}, "mode": "road"}, "did you mean ROADNO"),
        ({"columns": {"number": "ROADNO"}}, "--columns number: expected one of"),
        ({"mode": "road", "datum": "wgs72"}, "datum 'wgs72'"),
    ],
)
def test_what_is_wrong_with_the_options_is_told(tmp_path, options, message):
    frame(ROADNO=["G1", "G2"]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(BadInputError, match=message) as told:
        read_layer(tmp_path / "a.gpkg", **options)
    assert "\n" not in str(told.value)


def test_what_is_wrong_with_the_file_is_told(tmp_path):
    for name, content in (
        ("a.geojson", b"{"),
        ("a.gpkg", bytes(range(256))),
        ("a.shp", b"\0" * 9),
        ("a.txt", b""),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInputError, match=rf"{name}: expected a file") as told:
            read_layer(tmp_path / name, mode="road")
        assert "\n" not in str(told.value)
    with pytest.raises(BadInputError, match="there is none"):
        read_layer(tmp_path / "none.shp")
    frame(lines=[shapely.Point(1, 1)] * 2).to_file(tmp_path / "p.gpkg")
    with pytest.raises(BadInputError, match="expected one layer of lines; it has none"):
        read_layer(tmp_path / "p.gpkg", mode="road")


def test_one_of_several_layers(tmp_path):
    path = tmp_path / "a.gpkg"
    for name in ("roads", "rails"):
        frame().to_file(path, layer=name)
    with pytest.raises(BadInputError, match="give --layer, one of roads, rails"):
        read_layer(path, mode="road")
    assert len(read_layer(path, mode="road", layer="rails")) == 2
    with pytest.raises(NotFoundError, match="closest: roads, rails"):
        read_layer(path, mode="road", layer="rivers")


@pytest.fixture
def drawn(tmp_path):
    """A road of 100 km in China, accurate to 10 m."""
    nodes = {"a": (0, 0), "b": (100, 0), "c": (100, 50)}
    folder = toy.region(tmp_path / "toy", nodes, {"ab": 100, "bc": 50})
    text = (
        (folder / "region.toml")
        .read_text("utf-8")
        .replace("[-5.0, -5.0, 5.0, 5.0]", "[100.0, 25.0, 110.0, 35.0]")
    )
    (folder / "region.toml").write_text(text.replace("EPSG:3857", "EPSG:32648"), encoding="utf-8")
    places = (folder / "tables" / "places.csv").read_text("utf-8").splitlines()
    rows = [row.split(",") for row in places]
    for row in rows[1:]:
        row[3], row[4] = str(float(row[3]) + 105), str(float(row[4]) + 30)
    (folder / "tables" / "places.csv").write_text(
        "\n".join(map(",".join, rows)) + "\n", encoding="utf-8"
    )
    return build_layers(load(folder))


@pytest.mark.parametrize(
    ("datum", "there"), [("gcj02", to_gcj02), ("bd09", to_bd09), ("wgs84", np.asarray)]
)
def test_the_datum_is_suspected_and_asked_for(drawn, datum, there):
    truth = list(shapely.segmentize(drawn.routes.geometry.to_numpy(), 0.01))
    ways = frame(lines=list(shapely.transform(truth, there)))
    misfits = datum_misfits(ways, drawn)
    assert min(misfits, key=misfits.get) == datum
    assert misfits[datum] < 5
    if datum == "wgs84":
        expect_datum("x.shp", ways, drawn)
        return
    with pytest.raises(
        BadInputError, match=f"x.shp: its lines look like {datum} .* give --datum {datum}"
    ):
        expect_datum("x.shp", ways, drawn)


def test_lines_elsewhere_tell_no_datum(drawn):
    assert datum_misfits(frame(), drawn) == {}
    with pytest.raises(BadInputError, match="give --datum wgs84, or gcj02 or bd09"):
        expect_datum("x.shp", frame(), drawn)


def test_swapped_axes_are_named(tmp_path):
    swapped = frame()
    swapped = swapped.set_geometry(shapely.transform(swapped.geometry, lambda xy: xy[:, ::-1]))
    swapped.to_file(tmp_path / "a.geojson")
    with pytest.raises(BadInputError, match="longitude before latitude: are they swapped"):
        read_layer(tmp_path / "a.geojson", mode="road")


def test_a_file_without_numbers_and_names_says_what_it_has(tmp_path):
    frame().assign(ROADNO="G1").to_file(tmp_path / "a.gpkg")
    with pytest.raises(BadInputError, match="there are ROADNO: give --columns ref="):
        read_layer(tmp_path / "a.gpkg", mode="road", named=True)
    ways = read_layer(tmp_path / "a.gpkg", mode="road", columns={"ref": "ROADNO"}, named=True)
    assert set(ways["ref"]) == {"G1"}


def test_a_column_called_as_a_tag_counts_in_any_letter_case(tmp_path):
    frame().assign(Name="东西高速").to_file(tmp_path / "a.gpkg")
    assert set(read_layer(tmp_path / "a.gpkg", mode="road", named=True)["name"]) == {"东西高速"}


def test_a_railway_beside_a_road_does_not_speak_for_its_datum(drawn):
    """Only routes of the mode of the lines are compared, and of these those asked for."""
    moved = drawn.routes.geometry.map(lambda line: shapely.transform(line, to_gcj02))
    roads = drawn.routes.set_geometry(moved)
    roads = roads[roads["mode"] == "road"].assign(highway="motorway", railway=None, waterway=None)
    with pytest.raises(BadInputError, match="look like gcj02"):
        expect_datum("x.shp", roads, drawn, ["chengyu"])
    assert datum_misfits(roads, drawn, ["chengyu-hsr"]) == {}


def test_a_column_called_osm_id_is_no_number_of_the_row(tmp_path):
    """Every extract for GIS has one."""
    frame = gpd.GeoDataFrame(
        {"osm_id": ["7", "9"], "name": ["A", "B"]},
        geometry=LINES,
        crs=4326,
    )
    frame.to_file(tmp_path / "roads.gpkg")
    found = read_layer(tmp_path / "roads.gpkg", mode="road")
    assert found.index.tolist() == [0, 1]
    assert found["name"].tolist() == ["A", "B"]
