"""What is exported is what was computed, in every format; and a build says what it was made of."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
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
from geo.build import build
from geo.catalogue import data_folder
from geo.cli import main
from geo.errors import BadInputError
from geo.export import export, tables
from geo.gmns import LINK, NODE
from geo.manifest import verify
from geo.mapping.styles import LINES, POINT_OF_KIND

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def net(drawn):
    return geo.network(drawn, year=2026)


@pytest.fixture(scope="module")
def frames(drawn, net):
    return tables(drawn, net, geo.crossings(drawn, year=2026))


@pytest.fixture
def exported(drawn, net, tmp_path):
    def write(fmt):
        met = geo.crossings(drawn, year=2026)
        return export(drawn, net, met, fmt=fmt, out=tmp_path / fmt)

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
        "crossings": "route_id", "nodes": "place_id", "edges": "edge_id"}  # fmt: skip


@pytest.mark.parametrize("fmt", ["gpkg", "geojson", "parquet", "csv"])
def test_every_layer_comes_back(exported, frames, fmt):
    files = {file.stem: file for file in exported(fmt)}
    within = {"gpkg": 0, "parquet": 0, "geojson": 1e-6, "csv": 1e-5}[fmt]
    assert len(frames) == 7
    for name, frame in frames.items():
        if fmt == "gpkg":
            read = gpd.read_file(files["network"], layer=name)
        elif fmt == "geojson":
            read = gpd.read_file(files[name])
        elif fmt == "parquet":
            assert_geodataframe_equal(gpd.read_parquet(files[name]), frame)
            continue
        else:
            plain = pd.read_csv(files[name], dtype={"ref": str, "adcode": str}, keep_default_na=False,
                                na_values={})  # fmt: skip
            read = gpd.GeoDataFrame(plain.drop(columns="geometry"),
                                    geometry=shapely.from_wkt(plain["geometry"]), crs=4326)  # fmt: skip
        same(read, frame, KEYS[name], within=within)


def test_graphml_is_the_network(exported, net):
    (file,) = exported("graphml")
    read = nx.read_graphml(file)
    assert dict(read.nodes(data="name_zh")) == dict(net.graph.nodes(data="name_zh"))
    point = net.nodes.geometry
    assert all(read.nodes[n]["lon"] == point[n].x and read.nodes[n]["lat"] == point[n].y
               for n in read)  # fmt: skip
    there = {
        frozenset((u, v, key)): data for u, v, key, data in net.graph.edges(keys=True, data=True)
    }
    here = {frozenset((u, v, key)): data for u, v, key, data in read.edges(keys=True, data=True)}
    assert there.keys() == here.keys()
    for key, data in there.items():
        assert {name: here[key][name] for name in data} == data


def test_gmns_tables_are_what_the_specification_wants(exported, net):
    files = {file.stem: pd.read_csv(file) for file in exported("gmns") if file.suffix == ".csv"}
    node, link, config = files["node"], files["link"], files["config"]
    assert list(node)[: len(NODE)] == NODE
    assert list(link)[: len(LINK)] == LINK
    assert node[["node_id", "x_coord", "y_coord"]].notna().all(axis=None)
    assert node["node_id"].is_unique
    assert link["link_id"].is_unique
    assert link[["link_id", "from_node_id", "to_node_id", "directed"]].notna().all(axis=None)
    assert {*link["from_node_id"], *link["to_node_id"]} <= {*node["node_id"]}
    assert {*link["geometry_id"]} == {*files["geometry"]["geometry_id"]}
    assert set(link["dir_flag"]) == {1, -1}
    assert link["free_speed"].dropna().between(0, 200).all()
    assert (link.loc[link["speed_kmh"] > 200, "free_speed"]).isna().all()
    assert len(link) == 2 * len(net.edges)
    assert link["length"].sum() == pytest.approx(2 * net.edges["length_km"].sum(), rel=1e-6)
    assert config.loc[0, ["long_length", "speed", "crs", "id_type"]].tolist() == [
        "km", "km/h", "EPSG:4326", "string"]  # fmt: skip
    there = link.set_index("link_id")
    assert there.loc["chengyu-1:longquanyiqu+", "to_node_id"] == "chengyu-interchange"
    assert there.loc["chengyu-1:longquanyiqu-", "to_node_id"] == "longquanyiqu"
    assert there.loc["chengyu-1:longquanyiqu+", "lanes"] == 2
    assert node.set_index("node_id").loc["longquanyiqu", "x_coord"] == 104.1906


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
    assert done.stdout.split() == ["7", "4", "15"]
    licences = json.loads((data_folder() / "datapackage.json").read_text("utf-8"))["licenses"]
    for path in paths[:2]:
        assert json.loads(Path(path).read_text("utf-8"))["licenses"] == licences


def test_a_damaged_table_is_not_valid(exported):
    *_, path = exported("gmns")
    link = path.with_name("link.csv")
    text = link.read_text("utf-8").replace(",True,", ",maybe,", 1)
    link.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", VALIDATE, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "maybe" in done.stderr


def test_styles_for_qgis(exported, frames):
    (file,) = exported("gpkg")
    with sqlite3.connect(file) as db:
        rows = db.execute("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML"
                          " FROM layer_styles WHERE f_table_schema = ''").fetchall()  # fmt: skip
        titles = dict(db.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
    assert [row[0] for row in rows] == list(frames)
    assert all(row[1:3] == ("geom", 1) for row in rows)
    assert titles["sections"] == "区段 Sections"
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
    assert style["cities"].find(".//text-style").get("fieldName") == "name_zh"


def test_without_pyarrow_one_line_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["export", "parquet", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "Parquet needs pyarrow: pip install 'chuanyu-geo[parquet]'\n"
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    return toy.region(folder / "data", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)


RUN = "import sys; from geo.cli import main; sys.exit(main(sys.argv[1:]))"


def test_surroundings_do_not_show_in_the_results(small, tmp_path):
    """Other hashes, another clock, locale, folder and path: the same bytes, manifest included."""
    outs = []
    for seed, zone, locale, lang in (
        ("1", "UTC", "C", "en"),
        ("77", "Asia/Shanghai", "C.UTF-8", "zh"),
    ):
        folder = tmp_path / f"工作 {seed}"
        folder.mkdir()
        told = {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "GEO_CACHE": str(folder / "c"),
        }
        command = [
            "build",
            "--data",
            str(small),
            "--out",
            "maps",
            "--year",
            "2026",
            "--lang",
            lang,
        ]
        done = subprocess.run([sys.executable, "-c", RUN, *command], cwd=folder, check=False, capture_output=True,
                              text=True, env={**os.environ, **told})  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        out = folder / "maps"
        outs.append(
            {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        )
    assert len(outs[0]) > 8
    assert outs[0] == outs[1]


@pytest.fixture(scope="module")
def built(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("maps")
    build(geo.load(small), out, day=DAY)
    return out


def test_a_manifest_lists_what_went_in_and_what_came_out(small, built):
    found = json.loads((built / "manifest.json").read_text("utf-8"))
    assert found["package"] == f"chuanyu-geo {geo.__version__}"
    assert found["versions"]["numpy"] == np.__version__
    assert found["parameters"] == {"date": "2026-01-01", "as_of": "2026-01-01"}
    assert set(found["inputs"]) == {
        "region.toml",
        *(f"tables/{p.name}" for p in (small / "tables").iterdir()),
    }
    results = {str(p.relative_to(built)) for p in built.rglob("*") if p.is_file()}
    assert set(found["outputs"]) == results - {"manifest.json"}
    assert found["outputs"]["index.html"]["bytes"] == (built / "index.html").stat().st_size
    assert str(built) not in (built / "manifest.json").read_text("utf-8")


def test_a_changed_file_is_told(small, built, capsys, tmp_path):
    assert verify(built, geo.load(small)) == []
    assert main(["verify", str(built), "--data", str(small)]) == 0
    assert "every input and every result" in capsys.readouterr().out
    kept = (built / "network.html").read_bytes()
    (built / "network.html").write_bytes(kept + b" ")
    try:
        assert main(["verify", str(built), "--data", str(small), "--json"]) == 1
        said = json.loads(capsys.readouterr().out)
        assert said == {"ok": False, "changed": [{"kind": "output", "file": "network.html"}]}
        assert main(["verify", str(built)]) == 1
        assert "input tables/routes.csv: missing, or not" in capsys.readouterr().out
    finally:
        (built / "network.html").write_bytes(kept)
    with pytest.raises(BadInputError, match="expected the manifest of a build"):
        verify(tmp_path, geo.load(small))


def test_a_build_of_nothing_new_is_not_done_again(small, tmp_path, monkeypatch):
    data, out = tmp_path / "data", tmp_path / "maps"
    shutil.copytree(small, data)
    first = build(geo.load(data), out, day=DAY)
    files = {p: p.stat().st_mtime_ns for p in out.rglob("*")}

    def stages(day=DAY, **options):
        return set(build(geo.load(data), out, day=day, **options)["stages"])

    second = build(geo.load(data), out, day=DAY)
    assert set(second["stages"]) == {"inputs"}
    assert {**second, "seconds": 0, "stages": 0} == {**first, "seconds": 0, "stages": 0}
    assert files == {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    assert "maps" in stages(force=True)
    page = out / "index.html"
    page.write_text(page.read_text("utf-8") + " ", encoding="utf-8")
    assert "maps" in stages()  # a result was changed
    assert stages() == {"inputs"}
    assert "maps" in stages(day=date(2025, 1, 1))
    assert "maps" in stages()
    table = data / "tables" / "cities.csv"
    table.write_text(table.read_text("utf-8").replace(",4,", ",5,"), encoding="utf-8")
    assert "maps" in stages()  # a cell was changed
    assert stages() == {"inputs"}
    monkeypatch.setattr("geo.manifest._code", lambda: "other")
    assert "maps" in stages()  # the package was changed
    (out / "manifest.json").write_text("{", encoding="utf-8")
    assert "maps" in stages()
