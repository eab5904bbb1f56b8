"""What is exported is what was computed, in every format, and other programs open it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET  # of our own making

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
import toy
from geopandas.testing import assert_geodataframe_equal

import geo
from geo.catalogue.catalogue import data_folder
from geo.cli.main import main
from geo.core import BadInputError
from geo.export.formats import export_network, layer_tables
from geo.export.gmns import gmns_tables
from geo.layers.symbology import LINES, POINT_OF_KIND


@pytest.fixture(scope="module")
def net(drawn):
    return geo.build_network(drawn, year=2026)


@pytest.fixture(scope="module")
def frames(net):
    return layer_tables(net)


@pytest.fixture
def exported(net, tmp_path):
    def write(fmt):
        return export_network(net, fmt, tmp_path / fmt)

    return write


def same(read, frame, column, *, within):
    """Whether a layer read back has the rows, the words, the numbers and the places of another."""
    whole = frame.reset_index(drop=frame.index.name is None)
    assert list(read[column]) == list(whole[column])
    far = shapely.hausdorff_distance(read.geometry.to_numpy(), whole.geometry.to_numpy())
    assert far.max() <= within
    for name in whole.columns.drop("geometry"):
        if pd.api.types.is_numeric_dtype(whole[name]):
            here = pd.to_numeric(read[name]).to_numpy(float, na_value=np.nan)
            there = whole[name].to_numpy(float, na_value=np.nan)
            assert np.allclose(here, there, rtol=1e-7, equal_nan=True), name
        else:
            words = read[name].where(read[name].notna(), "").astype(str)
            assert list(words) == list(whole[name].where(whole[name].notna(), "").astype(str)), (
                name
            )
    assert read.crs.to_epsg() == 4326


KEYS = {"places": "place_id", "sections": "section_id", "routes": "route_id", "cities": "city_id",
        "zones": "zone_id",
        "crossings": "route_id", "nodes": "place_id", "edges": "edge_id"}  # fmt: skip


@pytest.mark.parametrize("fmt", ["gpkg", "geojson", "parquet", "csv"])
def test_every_layer_comes_back(exported, frames, fmt):
    files = {file.stem: file for file in exported(fmt)}
    within = {"gpkg": 0, "parquet": 0, "geojson": 1e-7, "csv": 1e-7}[fmt]
    assert len(frames) == 8
    for name, frame in frames.items():
        if fmt == "gpkg":
            read = gpd.read_file(files["network"], layer=name)
        elif fmt == "geojson":
            read = gpd.read_file(files[name])
        elif fmt == "parquet":
            assert_geodataframe_equal(gpd.read_parquet(files[name]), frame)
            continue
        else:
            plain = pd.read_csv(files[name], dtype={"ref": str, "adcode": str, "zone_id": str}, keep_default_na=False,
                                na_values={})  # fmt: skip
            read = gpd.GeoDataFrame(plain.drop(columns="geometry"),
                                    geometry=shapely.from_wkt(plain["geometry"]), crs=4326)  # fmt: skip
        same(read, frame, KEYS[name], within=within)


def test_graphml_is_the_network(exported, net):
    (file,) = exported("graphml")
    read = nx.read_graphml(file)
    point = net.nodes.geometry
    nodes = {n: {**data, "lon": point[n].x, "lat": point[n].y}
             for n, data in net.graph.nodes(data=True)}  # fmt: skip
    assert typed(dict(read.nodes(data=True))) == typed(nodes)
    there = {
        frozenset((u, v, key)): data for u, v, key, data in net.graph.edges(keys=True, data=True)
    }
    here = {frozenset((u, v, key)): data for u, v, key, data in read.edges(keys=True, data=True)}
    for data in here.values():
        data.pop("id", None)  # the key once more
    assert len(there) == len(net.edges)
    assert typed(here) == typed(there)


def typed(rows):
    """Values with the names of their types."""
    return {row: {key: (type(value).__name__, value) for key, value in data.items()}
            for row, data in rows.items()}  # fmt: skip


#: Fields of the GMNS specification 0.96, in its order: required ones with a star, then what
#: numbers may be. Of the words that it lists for some fields, none is used.
SPECIFIED = {
    "config": {"dataset_name": "", "short_length": "", "long_length": "", "speed": "", "crs": "",
               "geometry_field_format": "", "currency": "", "version_number": "number",
               "id_type": "string|integer"},
    "node": {"node_id": "*", "name": "", "x_coord": "*number", "y_coord": "*number",
             "z_coord": "number", "node_type": "", "ctrl_type": "none", "zone_id": "",
             "parent_node_id": ""},
    "link": {"link_id": "*", "name": "", "from_node_id": "*", "to_node_id": "*",
             "directed": "*True|False", "geometry_id": "", "parent_link_id": "",
             "dir_flag": "1|-1|0", "length": "number 0", "grade": "number -100 100",
             "facility_type": "", "capacity": "number 0", "free_speed": "number 0 200",
             "lanes": "number 0", "bike_facility": "none", "ped_facility": "none",
             "parking": "none", "allowed_uses": "none", "toll": "number", "jurisdiction": "",
             "row_width": "number 0"},
    "geometry": {"geometry_id": "*", "geometry": ""},
}  # fmt: skip
#: Columns of our own, which the specification allows.
OWN = {
    "node": ["name_en"],
    "link": ["mode", "route_id", "section_id", "speed_kmh", "time_min", "capacity_veh_h"],
}


@pytest.mark.parametrize("name", SPECIFIED)
def test_gmns_tables_hold_what_the_specification_allows(exported, name):
    (file,) = (file for file in exported("gmns") if file.name == f"{name}.csv")
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    given = [*SPECIFIED[name], *OWN.get(name, [])]
    assert list(table) == [field for field in given if field in table], "in their order"
    assert {field for field, rule in SPECIFIED[name].items() if rule.startswith("*")} <= set(table)
    assert (table != "").any().all(), "no column is empty"
    for field, rule in SPECIFIED[name].items():
        if field not in table:
            continue
        values = [value for value in table[field] if value]
        if rule.startswith("*"):
            assert len(values) == len(table), field
        kind, *limits = rule.strip("*").split(" ")
        if kind == "number":
            low, high, *_ = [*map(float, limits), np.inf, np.inf]
            numbers = np.array(values, float)
            assert (numbers >= (low if limits else -np.inf)).all(), field
            assert (numbers <= high).all(), field
        elif kind:
            assert set(values) <= set(kind.split("|")), field


def test_gmns_is_the_network(exported, drawn, net):
    files = {file.stem: pd.read_csv(file) for file in exported("gmns") if file.suffix == ".csv"}
    node, link, config = files["node"], files["link"], files["config"]
    assert config.loc[0, ["long_length", "speed", "crs", "id_type", "version_number"]].tolist() == [
        "km", "km/h", "EPSG:4326", "string", 0.96]  # fmt: skip
    at = net.nodes.geometry[node["node_id"]]
    assert list(node["node_id"]) == list(net.nodes.index)
    assert np.allclose(node["x_coord"], at.x, rtol=0, atol=1e-7)
    assert np.allclose(node["y_coord"], at.y, rtol=0, atol=1e-7)
    assert set(link["link_id"]) == {f"{edge}{sign}" for edge in net.edges.index for sign in "+-"}
    assert link["length"].sum() == pytest.approx(2 * net.edges["length_km"].sum(), rel=1e-9)
    assert link["free_speed"].isna().equals(link["speed_kmh"] > 200)
    shape = gpd.GeoSeries.from_wkt(
        files["geometry"].set_index("geometry_id")["geometry"], crs=4326
    )
    there = net.edges.geometry[shape.index]
    assert shapely.hausdorff_distance(shape.to_numpy(), there.to_numpy()).max() <= 1e-7
    begin = shapely.get_point(shape[link["geometry_id"]].to_numpy(), 0)
    tail = link["from_node_id"].where(link["dir_flag"] == 1, link["to_node_id"])
    assert shapely.distance(begin, net.nodes.geometry[tail].to_numpy()).max() <= 1e-7
    there = link.set_index("link_id")
    assert there.loc["chengyu-1:longquanyiqu+", "to_node_id"] == "chengyu-interchange"
    assert there.loc["chengyu-1:longquanyiqu-", "to_node_id"] == "longquanyiqu"
    assert there.loc["chengyu-1:longquanyiqu+", "lanes"] == 2
    later = gmns_tables(geo.build_network(drawn, year=2030))["link"]
    assert later.loc["chengyu-1:longquanyiqu+", "lanes"] == 4, "widened to eight lanes"


GMNSPY = """
import os, sys, warnings
warnings.simplefilter("ignore")
import gmnspy
from gmnspy.validation import apply_schema_to_df
tables = gmnspy.read_gmns_network(sys.argv[1], raise_error=True)
for name, table in tables.items():
    apply_schema_to_df(table, originating_file=name + ".csv", raise_error=True)
print("valid", *sorted(tables))
"""


def validated_by_gmnspy(folder):
    pytest.importorskip("gmnspy")
    return subprocess.run([sys.executable, "-c", GMNSPY, str(folder)], check=False, cwd=folder,
                          capture_output=True, text=True)  # fmt: skip


def test_gmns_is_valid_for_gmnspy(exported):
    folder = exported("gmns")[0].parent
    done = validated_by_gmnspy(folder)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["valid", "geometry", "link", "node"]
    table = folder / "link.csv"
    table.write_text(table.read_text("utf-8").replace(",longquanyiqu,", ",nowhere,"), "utf-8")
    frame = pd.read_csv(table)
    frame.assign(free_speed=999).to_csv(table, index=False)
    assert "higher than maximum" in validated_by_gmnspy(folder).stderr


def test_gmns_has_capacities_by_lane_and_of_all_lanes(drawn, net):
    """By the formulas of the Highway Capacity Manual, by hand."""
    link = gmns_tables(net)["link"]
    rail = link["mode"] != "road"
    assert link.loc[rail, ["capacity", "capacity_veh_h"]].isna().all(axis=None)
    roads = link[~rail]
    assert roads["capacity"].isna().equals(roads["lanes"].isna())
    assert np.allclose(roads["capacity"] * roads["lanes"].astype(float), roads["capacity_veh_h"],
                       equal_nan=True)  # fmt: skip
    known = roads.loc["chengyu-1:longquanyiqu+"]  # 85 km/h are 52.8 mph: 2200 + 10 (55 - 50)
    assert (known["speed_kmh"], known["lanes"], known["capacity"]) == (85, 2, 2250)
    assert known["capacity_veh_h"] == 4500
    fast = roads[(roads["facility_type"] == "expressway") & (roads["speed_kmh"] == 108)]
    assert set(fast["capacity"].dropna()) == {2371}  # 67.1 mph
    assert roads["capacity"].dropna().between(1700, 2400).all()


VALIDATE = """
import sys, warnings
warnings.simplefilter("ignore")
from frictionless import Package
for path in sys.argv[1:]:
    report = Package(path).validate()
    assert report.valid, (path, report.flatten(["title", "message"])[:5])
    print(report.stats["tasks"])
"""


def test_packages_are_valid_for_frictionless(exported):
    """In a process of its own: frictionless itself warns."""
    paths = [str(exported(fmt)[-1]) for fmt in ("csv", "gmns")]
    paths.append(str(data_folder() / "datapackage.json"))
    done = subprocess.run([sys.executable, "-c", VALIDATE, *paths], check=False,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["8", "4", "20"]
    licences = json.loads((data_folder() / "datapackage.json").read_text("utf-8"))["licenses"]
    for path in paths[:2]:
        assert json.loads(Path(path).read_text("utf-8"))["licenses"] == licences


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [("link", ",True,", ",maybe,", "maybe"), ("link", ",longquanyiqu,", ",nowhere,", "nowhere"),
     ("config", "string", "string,", "Extra Cell")],
)  # fmt: skip
def test_a_damaged_table_is_not_valid(exported, table, old, new, told):
    *_, path = exported("gmns")
    damaged = path.with_name(f"{table}.csv")
    text = damaged.read_text("utf-8")
    assert old in text
    damaged.write_text(text.replace(old, new, 1), encoding="utf-8")
    command = [sys.executable, "-c", VALIDATE, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert told in done.stderr


def test_styles_for_qgis(exported, frames):
    (file,) = exported("gpkg")
    with closing(sqlite3.connect(file)) as db:
        rows = db.execute("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML"
                          " FROM layer_styles WHERE f_table_schema = ''").fetchall()  # fmt: skip
        titles = dict(db.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
        (version,) = db.execute("PRAGMA user_version").fetchone()
    assert [row[0] for row in rows] == list(frames)
    assert all(row[1:3] == ("geom", 1) for row in rows)
    assert titles["sections"] == "区段 Sections. ODbL-1.0; CC-BY-4.0; © OpenStreetMap contributors"
    assert version == 10200
    style = {name: ET.fromstring(qml.partition("\n")[2]) for name, _, _, qml in rows}
    sections = style["sections"].find("renderer-v2")
    assert sections.get("attr") == '"class" || \'/\' || "status"'
    values = {one.get("value"): one.get("symbol") for one in sections.iter("category")}
    wanted = {f"{row['class']}/{row['status']}" for _, row in frames["sections"].iterrows()}
    assert wanted <= set(values)
    symbols = {one.get("name"): {o.get("name"): o.get("value") for o in one.iter("Option")}
               for one in sections.iter("symbol")}  # fmt: skip
    hsr = symbols[values["hsr/construction"]]
    red, green, blue = (int(LINES["hsr"].color[at : at + 2], 16) for at in (1, 3, 5))
    assert hsr["line_color"] == f"{red},{green},{blue},255"
    assert (hsr["use_custom_dash"], hsr["customdash"]) == ("1", "9;6")
    assert symbols[values["hsr/open"]]["use_custom_dash"] == "0"
    places = {one.get("value") for one in style["places"].iter("category")}
    assert places == {"", *(set(frames["places"]["kind"]) & set(POINT_OF_KIND))}
    assert style["cities"].get("labelsEnabled") == "1"
    assert style["cities"].find(".//text-style").get("fieldName") == "name"


QGIS = """
import json, sys
from qgis.core import QgsApplication, QgsRenderContext, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
found = {}
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    renderer, context = layer.renderer(), QgsRenderContext()
    symbols = renderer.symbols(context)
    renderer.startRender(context, layer.fields())
    bare = 0
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        bare += renderer.symbolForFeature(feature, context) is None
    renderer.stopRender(context)
    looks = [[c.value(), c.symbol().color().name()] for c in renderer.categories()
             ] if renderer.type() == "categorizedSymbol" else []
    found[name] = {"crs": layer.crs().authid(), "count": layer.featureCount(), "bare": bare,
                   "looks": dict(looks), "labels": layer.labelsEnabled(),
                   "colour": symbols[0].color().name()}
print(json.dumps(found))
"""


def test_qgis_opens_the_layers_in_their_styles(exported, frames):
    """With QGIS itself, where its Python is installed for the system."""
    python = "/usr/bin/python3"
    asked = {"QT_QPA_PLATFORM": "offscreen", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    probe = [python, "-c", "import qgis.core"]
    if (
        not Path(python).exists()
        or subprocess.run(probe, check=False, capture_output=True).returncode
    ):
        pytest.skip("QGIS is not installed")
    (file,) = exported("gpkg")
    done = subprocess.run([python, "-c", QGIS, str(file), *frames], check=True, env=asked,
                          capture_output=True, text=True)  # fmt: skip
    assert "Warning" not in done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for name, frame in frames.items():
        told = found[name]
        assert (told["crs"], told["count"], told["bare"]) == ("EPSG:4326", len(frame), 0), name
    assert found["sections"]["looks"]["hsr/construction"] == LINES["hsr"].color.lower()
    assert found["edges"]["looks"]["expressway"] == LINES["expressway"].color.lower()
    assert found["cities"]["labels"]
    assert found["cities"]["colour"] == "#ffffff"


def test_without_pyarrow_one_line_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("geo.core.extras.find_spec", lambda _: None)
    assert main(["export", "parquet", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "Parquet needs pyarrow: pip install 'chuanyu-geo[parquet]'\n"
    assert not list(tmp_path.iterdir())


@pytest.fixture
def growing(tmp_path):
    """Two roads: one open since 2001, one from 2020 on, begun in 2017."""
    nodes = {"a": (0, 0), "b": (20, 0), "c": (40, 0)}
    toy.region(tmp_path / "data", nodes, {"ab": 20, "bc": 20}, {"a": 5})
    toy.edit(tmp_path / "data", "sections", lambda row: {"started": "2017", "opened": "2020"}
             if row["route_id"] == "bc" else {})  # fmt: skip
    return geo.load(tmp_path / "data")


def export(catalogue, year, format_, out):
    return export_network(geo.build_network(catalogue, year=year), format_, out)


@pytest.mark.parametrize(
    ("year", "status"), [(2010, "planned"), (2018, "construction"), (2020, "open")]
)
def test_the_status_is_that_of_the_day(growing, tmp_path, year, status):
    (file,) = export(growing, year, "gpkg", tmp_path / "out")
    for layer, key in (("sections", "bc-1"), ("routes", "bc")):
        read = gpd.read_file(file, layer=layer).set_index(KEYS[layer])
        assert read["status"].to_dict()[key] == status
    assert ("bc-1" in set(gpd.read_file(file, layer="edges")["section_id"])) == (status == "open")


@pytest.mark.parametrize("format_", ["gpkg", "geojson", "csv", "parquet"])
def test_a_day_without_a_network_leaves_nothing_of_another(growing, tmp_path, format_):
    """Empty layers are there, and hold nothing that an earlier export of the folder wrote."""
    full = export(growing, 2021, format_, tmp_path / "out")
    empty = export(growing, 1900, format_, tmp_path / "out")
    assert [file.name for file in empty] == [file.name for file in full]
    if format_ == "csv":
        assert pd.read_csv(tmp_path / "out/edges.csv").empty
    elif format_ == "parquet":
        assert gpd.read_parquet(tmp_path / "out/edges.parquet").empty
    else:
        file = "network.gpkg" if format_ == "gpkg" else "edges.geojson"
        assert gpd.read_file(tmp_path / "out" / file, layer="edges").empty


def test_two_formats_in_one_folder_are_both_described(growing, tmp_path):
    for format_ in ("csv", "gmns", "csv"):
        export(growing, 2021, format_, tmp_path / "out")
    described = json.loads((tmp_path / "out/datapackage.json").read_text("utf-8"))
    paths = [resource["path"] for resource in described["resources"]]
    assert {"places.csv", "edges.csv", "node.csv", "link.csv"} <= set(paths)
    assert len(paths) == len(set(paths))
    assert all((tmp_path / "out" / path).is_file() for path in paths)


@pytest.mark.parametrize("place", [".", "tables", "maps/deep"])
def test_nothing_is_written_into_the_folder_of_the_data(growing, place):
    before = {path: path.read_bytes() for path in growing.folder.rglob("*") if path.is_file()}
    out = growing.folder / place
    for write in (
        lambda: export(growing, 2021, "csv", out),
        lambda: geo.build(growing, out, date=2021),
    ):
        with pytest.raises(BadInputError, match="outside the folder of the data"):
            write()
    assert main(["matrix", "--data", str(growing.folder), "--out", str(out / "m.csv")]) == 2
    assert {p: p.read_bytes() for p in growing.folder.rglob("*") if p.is_file()} == before


def test_files_that_geo_did_not_write_are_left_alone(growing, tmp_path, capsys):
    mine = tmp_path / "mine" / "places.csv"
    mine.parent.mkdir()
    mine.write_text("my own places\n")
    command = [
        "export",
        "--data",
        str(growing.folder),
        "--year",
        "2021",
        "--out",
        str(mine.parent),
    ]
    assert main([*command, "csv"]) == 2
    assert f"{mine}: expected no file, or one that geo wrote" in capsys.readouterr().err
    for format_ in ("gpkg", "gmns", "gpkg"):
        assert main([*command, format_]) == 0
    table = tmp_path / "mine" / "people.csv"
    table.write_text("city_id,name,people\n")
    assert main(["matrix", "--data", str(growing.folder), "--out", str(table)]) == 2
    assert (mine.read_text(), table.read_text()) == ("my own places\n", "city_id,name,people\n")


def test_a_workbook_holds_the_layers_of_the_day(exported, frames):
    pytest.importorskip("openpyxl")
    network, tables = exported("xlsx")
    assert (network.name, tables.name) == ("network.xlsx", "tables.xlsx")
    sheets = pd.read_excel(network, sheet_name=None, dtype={"adcode": str})
    assert list(sheets) == list(frames)
    for name, frame in frames.items():
        assert len(sheets[name]) == len(frame)
    cities = sheets["cities"].set_index("city_id")
    assert cities["name"].to_dict() == frames["cities"]["name"].to_dict()
    assert np.allclose(cities["lon"], frames["cities"].geometry.x, rtol=0, atol=1e-12)
    sections = sheets["sections"].set_index("section_id")
    assert sections["status"].to_dict() == frames["sections"]["status"].to_dict()
    known = frames["sections"]["running_km"]
    assert np.allclose(sections["running_km"], known, rtol=1e-12, equal_nan=True)


def test_csv_for_excel_begins_with_a_mark(growing, tmp_path):
    command = ["export", "csv", "--excel", "--year", "2021", "--data", str(growing.folder)]
    assert main([*command, "--out", str(tmp_path)]) == 0
    for path in tmp_path.glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    described = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert {resource["encoding"] for resource in described["resources"]} == {"utf-8-sig"}
    from frictionless import Package

    assert Package(str(tmp_path / "datapackage.json")).validate().valid
