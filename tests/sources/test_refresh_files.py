"""Lines replaced from an extract and from a layer, against a truth that the sketch misses."""

from __future__ import annotations

import json

import extract
import geopandas as gpd
import numpy as np
import pytest
import shapely
import toy

from geo.catalogue.catalogue import load
from geo.cli.main import main
from geo.geometry.datum import to_bd09, to_gcj02
from geo.layers.layers import build_layers

pytest.importorskip("osmium")
#: Degrees per kilometre at 105°E 30°N, about.
LON, LAT = 1 / 96.486, 1 / 110.852


def truth(start=0.0, end=40.0, side=0.0):
    """The road in degrees: 40 km east with bends of 2 km; `side` is km to the north."""
    x = np.linspace(start, end, round((end - start) * 20) + 1)
    xy = np.column_stack([x, 2 * np.sin(x / 5) + side])
    return np.round([105, 30] + xy * [LON, LAT], 7)


@pytest.fixture
def folder(tmp_path):
    """A region in China with one road, a sketch through three places on the truth."""
    at = {key: truth()[k] for key, k in (("a", 0), ("b", 400), ("c", 800))}
    nodes = {key: ((lon) * toy.KM_LON, (lat) * toy.KM_LAT) for key, (lon, lat) in at.items()}
    path = toy.region(tmp_path / "toy", nodes, {"ac": 45}, None)
    text = (
        (path / "region.toml")
        .read_text("utf-8")
        .replace("[-5.0, -5.0, 5.0, 5.0]", "[103.0, 28.0, 107.0, 32.0]")
    )
    (path / "region.toml").write_text(text.replace("EPSG:3857", "EPSG:32648"), encoding="utf-8")
    aside = np.where(np.arange(9)[:, None] % 2, 1, -1) * [0.0003, 0.0015]
    corners = truth()[80:800:80] + aside
    shape = [
        {"lon": round(x, 6), "lat": round(y, 6), "accuracy_m": 240, "source": "toy"}
        for x, y in corners
    ]
    rows = [{"place_id": "a"}, *shape[:4], {"place_id": "b"}, *shape[5:], {"place_id": "c"}]
    toy.write(
        path, "alignments", [{"route_id": "ac", "seq": k} | row for k, row in enumerate(rows, 1)]
    )
    routes = (
        (path / "tables" / "routes.csv")
        .read_text("utf-8")
        .replace("ac,road,expressway,toy,ac,ac,,45", "ac,road,expressway,toy,甲丙高速,ac,G5,")
    )
    (path / "tables" / "routes.csv").write_text(routes, encoding="utf-8")
    sections = (path / "tables" / "sections.csv").read_text("utf-8").replace(",45,", ",,")
    (path / "tables" / "sections.csv").write_text(sections, encoding="utf-8")
    return path


def furthest_m(folder):
    """Largest distance of the drawn road from the truth and of the truth from it, in metres."""
    drawn = build_layers(load(folder)).routes.to_crs(32648).geometry.iloc[0]
    true = gpd.GeoSeries([shapely.LineString(truth())], crs=4326).to_crs(32648).iloc[0]
    return shapely.hausdorff_distance(drawn.segmentize(50), true.segmentize(50))


def test_an_extract_replaces_the_sketch(folder, tmp_path, capsys):
    assert furthest_m(folder) > 100
    tags = {"highway": "motorway", "ref": "G5", "name": "甲丙高速", "oneway": "yes"}
    ways = [(truth(a, a + 10, side)[::order].tolist(), tags)
            for side, order in ((0.0, 1), (0.03, -1)) for a in (0, 10, 20, 30)]  # fmt: skip
    noise = [(truth(0, 40, 0.4).tolist(), {"highway": "secondary", "name": "other"})]
    path = extract.write(tmp_path / "x.osm.pbf", [*ways, *noise])
    assert main(["refresh", "pbf", str(path), "--data", str(folder), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["routes"]
    assert (row["status"], row["reason"], row["date"]) == ("replaced", "", "2026-03-01")
    assert row["source"] == "osm-2026-03-01"
    assert furthest_m(folder) < 30
    assert "x.osm.pbf" in (folder / "osm" / "refreshed.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("datum", "there"), [("gcj02", to_gcj02), ("bd09", to_bd09), ("wgs84", np.asarray)]
)
def test_a_layer_replaces_the_sketch_when_its_datum_is_known(
    folder, tmp_path, capsys, datum, there
):
    line = shapely.LineString(there(truth()))
    path = tmp_path / "roads.shp"
    gpd.GeoDataFrame({"编号": ["G5"]}, geometry=[line], crs=4326).to_file(path, encoding="GBK")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    common = ["refresh", "layer", str(path), "--data", str(folder), "--mode", "road",
              "--columns", "ref=编号", "--date", "2025-05-01", "--licence", "own", "--json"]  # fmt: skip
    if datum != "wgs84":
        assert main(common) == 2
        (error,) = capsys.readouterr().err.splitlines()
        assert f"give --datum {datum}" in error
        assert before == {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        common += ["--datum", datum]
    assert main(common) == 0
    (row,) = json.loads(capsys.readouterr().out)["routes"]
    assert (row["status"], row["source"]) == ("replaced", "layer-2025-05-01")
    assert furthest_m(folder) < 30
    source = next(s for s in load(folder).sources if s.key == "layer-2025-05-01")
    assert (source.licence, source.date) == ("own", "2025-05-01")


def test_text_output_names_the_licence_of_the_layer(folder, tmp_path, capsys):
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame({"ref": ["G5"]}, geometry=[shapely.LineString(truth())], crs=4326).to_file(
        path
    )
    assert main(["refresh", "layer", str(path), "--data", str(folder), "--mode", "road", "--dry-run",
                 "--publisher", "Survey office", "--licence", "own licence"]) == 0  # fmt: skip
    last = capsys.readouterr().out.splitlines()[-1]
    assert "1 of 1 routes would be replaced; Survey office, own licence" in last
    assert furthest_m(folder) > 100


@pytest.mark.parametrize(
    "command",
    ["pbf none.osm.pbf", "layer none.shp", "layer x --columns ref", "layer x --date 2025"],
)
def test_what_is_wrong_is_one_line(folder, capsys, command):
    try:
        assert main(["refresh", *command.split(), "--data", str(folder)]) == 2
    except SystemExit as stop:
        assert stop.code == 2  # noqa: PT017 - argparse ends like this
    assert len(capsys.readouterr().err.splitlines()) == 1
