"""What a refresh replaces, what it keeps, how true the new lines are; from extracts and layers too."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import extract
import geopandas as gpd
import numpy as np
import pytest
import shapely
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from surveyed_world import KM

import geo
from geo.catalogue import TextTable
from geo.catalogue.catalogue import data_folder
from geo.cli.main import main
from geo.core import OutputError
from geo.geometry import smooth, to_bd09, to_degrees, to_gcj02, to_metres
from geo.layers import Finding
from geo.sources import refresh as module
from geo.sources import refresh_alignments, table_copy
from geo.sources.conflation import conflate
from geo.sources.refresh import verdict
from geo.sources.thinning import DRAWN_M, points_along

SOURCE = {"key": "osm-test", "title": "Test", "publisher": "OpenStreetMap contributors",
          "url": "", "licence": "ODbL 1.0", "origin": "test.osm", "query": "all"}  # fmt: skip
DAY = date(2026, 10, 5)


def move(folder, **places):
    """Put places elsewhere (km), with another accuracy."""
    rows = [dict(row.cells) for row in TextTable.read(folder / "tables" / "places.csv").rows]
    for row in rows:
        if row["place_id"] in places:
            x, y, accuracy = places[row["place_id"]]
            row |= {"lon": x / KM[0], "lat": y / KM[1], "accuracy_m": accuracy}
    toy.write(folder, "places", rows)
    return geo.build_layers(geo.load(folder))


def ran(folder, ways, **options):
    report = refresh_alignments(
        geo.load(folder), ways, source=SOURCE, date=DAY, out=folder, **options
    )
    return report.set_index("route_id")


@pytest.mark.parametrize("name", ["alignments", "places", "sources", "sections", "routes"])
def test_a_table_that_nothing_changes_keeps_its_bytes(name, tmp_path):
    path = data_folder() / "tables" / f"{name}.csv"
    table = TextTable.read(path)
    table.write(tmp_path / "copy.csv", table.rows)
    assert (tmp_path / "copy.csv").read_bytes() == path.read_bytes()
    again = [table.new_row(dict(row.cells)).text for row in table.rows]
    assert again == [row.text for row in table.rows], "a row that is written anew reads so too"


def test_a_place_within_its_accuracy_moves_onto_the_line(region, ways):
    drawn = move(region, wu=(0, -20.1, 400), ji=(30, -20.3, 100))
    assert not verdict(conflate(ways, drawn, "wu-ji"), drawn, "wu-ji")
    report = ran(region, ways, routes=["wu-ji"])
    assert report.loc["wu-ji", "status"] == "replaced"
    places = geo.load(region).place
    assert places["wu"].lat * KM[1] == pytest.approx(-20, abs=0.006)
    assert places["ji"].lat * KM[1] == pytest.approx(-20.3, abs=1e-6), "300 m off, known to 100 m"
    assert [row["place_id"] for row in report.loc["wu-ji", "places_off"]] == ["ji"]
    line = (
        shapely.get_coordinates(geo.build_layers(geo.load(region)).sections.geometry["wu-ji-1"])
        * KM
    )
    assert line[-1] == pytest.approx((30, -20.3), abs=1e-5), "the line ends at the place"
    assert np.abs(line[line[:, 0] < 29, 1] + 20).max() < 0.02


def test_a_place_too_far_away_keeps_the_route(region, ways):
    drawn = move(region, yi=(15, 1.2, 60))
    reason = verdict(conflate(ways, drawn, "jia-ding"), drawn, "jia-ding")
    assert "yi" in reason
    before = (region / "tables" / "alignments.csv").read_bytes()
    report = ran(region, ways, routes=["jia-ding"])
    assert report.loc["jia-ding", "status"] == "kept"
    assert report.loc["jia-ding", "reason"] == reason
    assert (region / "tables" / "alignments.csv").read_bytes() == before


def test_two_places_on_one_point_keep_the_route(region, ways):
    """Both stand beyond the end of the track."""
    rows = [dict(row.cells) for row in TextTable.read(region / "tables" / "places.csv").rows]
    (ji,) = [row for row in rows if row["place_id"] == "ji"]
    end = {**ji, "place_id": "end", "lon": 30.3 / KM[0], "lat": -20 / KM[1]}
    toy.write(region, "places", [*rows, end])
    table = TextTable.read(region / "tables" / "alignments.csv")
    points = [dict(row.cells) for row in table.rows]
    points.append({"route_id": "wu-ji", "seq": 3, "place_id": "end"})
    toy.write(region, "alignments", points)
    table = TextTable.read(region / "tables" / "sections.csv")
    sections = [dict(row.cells) for row in table.rows]
    for row in sections:
        row["to_place"] = (
            row["to_place"].replace("ji", "end") if row["route_id"] == "wu-ji" else row["to_place"]
        )
    toy.write(region, "sections", sections)
    report = ran(region, ways, routes=["wu-ji"])
    assert "two places fall on one point" in report.loc["wu-ji", "reason"]


def test_another_road_alone_is_not_taken(region, ways):
    drawn = geo.build_layers(geo.load(region))
    renamed = ways.assign(
        ref=ways["ref"].where(~ways["ref"].isin(["G85"]), "G99"),
        name=ways["name"].where(ways["ref"].isna(), None),
    )
    assert "carries its number or name" in verdict(
        conflate(renamed, drawn, "jia-ding"), drawn, "jia-ding"
    )


def cross(folder):
    """Two roads that cross at (5, 5), with the junction 130 m off; and their ways."""
    toy.region(
        folder, {"a": (0, 5), "b": (10, 5), "c": (5, 0), "d": (5, 10)}, {"ab": 10, "cd": 10}
    )
    places = [dict(r.cells) for r in TextTable.read(folder / "tables" / "places.csv").rows]
    for row in places:
        row["accuracy_m"] = 150
    hub = {**places[0], "place_id": "hub", "name": "hub", "name_en": "hub",
           "lon": 5.05 / KM[0], "lat": 5.12 / KM[1]}  # fmt: skip
    toy.write(folder, "places", [*places, hub])
    toy.write(
        folder,
        "alignments",
        [
            {"route_id": route, "seq": seq, "place_id": place}
            for route, stops in (("ab", ["a", "hub", "b"]), ("cd", ["c", "hub", "d"]))
            for seq, place in enumerate(stops)
        ],
    )
    t = np.linspace(0, 10, 41)
    lines = [np.column_stack([t, np.full_like(t, 5)]), np.column_stack([np.full_like(t, 5), t])]
    rows = {"highway": "motorway", "name": ["ab", "cd"]}
    return gpd.GeoDataFrame(
        rows, geometry=[shapely.LineString(line / KM) for line in lines], crs="EPSG:4326"
    )


def test_a_shared_place_moves_to_where_the_roads_cross(tmp_path):
    ways = cross(tmp_path)
    report = ran(tmp_path, ways)
    assert list(report["status"]) == ["replaced", "replaced"]
    hub = geo.load(tmp_path).place["hub"]
    assert (hub.lon * KM[0], hub.lat * KM[1]) == pytest.approx((5, 5), abs=0.002)
    drawn = geo.build_layers(geo.load(tmp_path))
    point = drawn.places.geometry["hub"]
    assert max(line.distance(point) for line in drawn.routes.geometry) < 1e-9


def test_a_place_moves_for_all_routes_or_for_none(tmp_path):
    ways = cross(tmp_path)
    ran(tmp_path, ways.iloc[:1], routes=["ab"])
    new = geo.load(tmp_path)
    assert new.place["hub"].lat * KM[1] == pytest.approx(5, abs=0.002)
    assert new.place["hub"].lon * KM[0] == pytest.approx(5.05, abs=0.002)
    assert [p.place_id for p in new.points_of["cd"]] == ["c", "hub", "d"]


def test_a_route_that_brings_an_error_is_kept(region, ways, monkeypatch):
    """A check that the old line passes and the new one does not."""

    def checked(drawn):
        new = any(p.source == "osm-test" for p in drawn.catalogue.points_of["jia-ding"])
        return [Finding("error", "crosses-border", "a: b", "f", 2, "jia-ding", 0, 0)] * new

    monkeypatch.setattr(module, "layer_findings", checked)
    report = ran(region, ways)
    assert report["status"].to_dict() == {
        "jia-ding": "kept",
        "wu-ji": "replaced",
        "geng-xin": "kept",
    }
    assert "crosses-border" in report.loc["jia-ding", "reason"]
    assert {p.source for p in geo.load(region).points_of["jia-ding"] if not p.place_id} == {"toy"}


def test_nothing_is_half_written(region, ways, monkeypatch):
    before = {p: p.read_bytes() for p in region.rglob("*") if p.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(table_copy, "_update_datapackage", full)
    with pytest.raises(OutputError, match="No space left"):
        ran(region, ways)
    assert {p: p.read_bytes() for p in region.rglob("*") if p.is_file()} == before


def test_the_data_package_is_brought_up_to_date(region, ways):
    listed = {"resources": [{"path": "tables/alignments.csv", "bytes": 1, "hash": "sha256:0",
                             "licenses": ["ODbL"], "sources": ["OSM"]}]}  # fmt: skip
    (region / "datapackage.json").write_text(json.dumps(listed), encoding="utf-8")
    ran(region, ways)
    found = json.loads((region / "datapackage.json").read_text("utf-8"))["resources"]
    assert [entry["path"] for entry in found] == ["tables/alignments.csv", "osm/refreshed.csv"]
    for entry in found:
        raw = (region / entry["path"]).read_bytes()
        assert entry["bytes"] == len(raw)
        assert entry["hash"] == "sha256:" + hashlib.sha256(raw).hexdigest()
        assert entry["licenses"] == ["ODbL"]


def test_a_second_source_of_one_day_gets_its_own_key(region, ways):
    ran(region, ways, routes=["wu-ji"])
    other = SOURCE | {"title": "Another"}
    refresh_alignments(
        geo.load(region), ways, source=other, date=DAY, out=region, routes=["jia-ding"]
    )
    again = refresh_alignments(geo.load(region), ways, source=other, date=DAY, out=region)
    assert set(again["source"]) == {"osm-test-2"}
    keys = [row.key for row in geo.load(region).sources]
    assert keys == ["toy", "osm-test", "osm-test-2"]
    table = TextTable.read(region / "osm" / "refreshed.csv")
    assert [row.cells["source"] for row in table.rows] == ["osm-test-2"] * 3


def test_rows_of_several_parts_share_a_number(region, ways):
    """As in a layer file, whose ways are numbered by row."""
    numbered = ways.set_axis(np.arange(len(ways)) // 2, axis=0)
    assert ran(region, numbered).loc["jia-ding", "status"] == "replaced"
    table = TextTable.read(region / "osm" / "refreshed.csv")
    assert {len(row.cells["sha256"]) for row in table.rows} == {64}


@settings(max_examples=25, deadline=None)
@given(
    bends=st.lists(st.floats(-0.9, 0.9), min_size=2, max_size=12),
    steps=st.lists(st.sampled_from([0.1, 0.4, 3.0]), min_size=12, max_size=12),
)
def test_the_drawn_curve_keeps_to_the_surveyed_line(bends, steps):
    """Whatever its bends and steps, and though arcs may bulge by 150 m elsewhere."""
    frame = (-5.0, -5.0, 5.0, 5.0)
    heading = np.cumsum(bends)
    legs = np.column_stack([np.cos(heading), np.sin(heading)]) * 1000
    truth = np.vstack([[0, 0], np.cumsum(legs * np.array(steps)[: len(legs), None], axis=0)])
    (leg,) = points_along(frame, [truth], closed=False)
    ends = to_degrees(frame, truth[[0, -1]])
    line, _ = smooth(np.vstack([ends[:1], *np.array(leg).reshape(-1, 2), ends[1:]]))
    dense = shapely.get_coordinates(shapely.LineString(to_metres(frame, line)).segmentize(5))
    away = shapely.distance(shapely.points(dense), shapely.LineString(truth))
    assert away.max() < DRAWN_M + 6


#: Degrees per kilometre at 105°E 30°N, about.
LON, LAT = 1 / 96.486, 1 / 110.852


def truth(start=0.0, end=40.0, side=0.0):
    """The road in degrees: 40 km east with bends of 2 km; `side` is km to the north."""
    x = np.linspace(start, end, round((end - start) * 20) + 1)
    xy = np.column_stack([x, 2 * np.sin(x / 5) + side])
    return np.round([105, 30] + xy * [LON, LAT], 7)


@pytest.fixture
def sketched(tmp_path):
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
    drawn = geo.build_layers(geo.load(folder)).routes.to_crs(32648).geometry.iloc[0]
    true = gpd.GeoSeries([shapely.LineString(truth())], crs=4326).to_crs(32648).iloc[0]
    return shapely.hausdorff_distance(drawn.segmentize(50), true.segmentize(50))


def test_an_extract_replaces_the_sketch(sketched, tmp_path, capsys):
    pytest.importorskip("osmium")
    assert furthest_m(sketched) > 100
    tags = {"highway": "motorway", "ref": "G5", "name": "甲丙高速", "oneway": "yes"}
    ways = [
        (truth(a, a + 10, side)[::order].tolist(), tags)
        for side, order in ((0.0, 1), (0.03, -1))
        for a in (0, 10, 20, 30)
    ]
    noise = [(truth(0, 40, 0.4).tolist(), {"highway": "secondary", "name": "other"})]
    path = extract.write(tmp_path / "x.osm.pbf", [*ways, *noise])
    assert main(["refresh", "pbf", str(path), "--data", str(sketched), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["routes"]
    assert (row["status"], row["reason"], row["date"]) == ("replaced", "", "2026-03-01")
    assert row["source"] == "osm-2026-03-01"
    assert furthest_m(sketched) < 30
    assert "x.osm.pbf" in (sketched / "osm" / "refreshed.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("datum", "there"), [("gcj02", to_gcj02), ("bd09", to_bd09), ("wgs84", np.asarray)]
)
def test_a_layer_replaces_the_sketch_when_its_datum_is_known(
    sketched, tmp_path, capsys, datum, there
):
    line = shapely.LineString(there(truth()))
    path = tmp_path / "roads.shp"
    gpd.GeoDataFrame({"编号": ["G5"]}, geometry=[line], crs=4326).to_file(path, encoding="GBK")
    before = {p: p.read_bytes() for p in sketched.rglob("*") if p.is_file()}
    common = ["refresh", "layer", str(path), "--data", str(sketched), "--mode", "road",
              "--columns", "ref=编号", "--date", "2025-05-01", "--licence", "own", "--json"]  # fmt: skip
    if datum != "wgs84":
        assert main(common) == 2
        (error,) = capsys.readouterr().err.splitlines()
        assert f"give --datum {datum}" in error
        assert before == {p: p.read_bytes() for p in sketched.rglob("*") if p.is_file()}
        common += ["--datum", datum]
    assert main(common) == 0
    (row,) = json.loads(capsys.readouterr().out)["routes"]
    assert (row["status"], row["source"]) == ("replaced", "layer-2025-05-01")
    assert furthest_m(sketched) < 30
    source = next(s for s in geo.load(sketched).sources if s.key == "layer-2025-05-01")
    assert (source.licence, source.date) == ("own", "2025-05-01")


def test_text_output_names_the_licence_of_the_layer(sketched, tmp_path, capsys):
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame({"ref": ["G5"]}, geometry=[shapely.LineString(truth())], crs=4326).to_file(
        path
    )
    assert main(["refresh", "layer", str(path), "--data", str(sketched), "--mode", "road", "--dry-run",
                 "--publisher", "Survey office", "--licence", "own licence"]) == 0  # fmt: skip
    last = capsys.readouterr().out.splitlines()[-1]
    assert "1 of 1 routes would be replaced; Survey office, own licence" in last
    assert furthest_m(sketched) > 100


@pytest.mark.parametrize(
    "command",
    ["pbf none.osm.pbf", "layer none.shp", "layer x --columns ref", "layer x --date 2025"],
)
def test_what_is_wrong_is_one_line(sketched, capsys, command):
    try:
        assert main(["refresh", *command.split(), "--data", str(sketched)]) == 2
    except SystemExit as stop:
        assert stop.code == 2  # noqa: PT017 - argparse ends like this
    assert len(capsys.readouterr().err.splitlines()) == 1
