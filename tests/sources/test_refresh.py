"""What a refresh replaces, what it keeps, and how true the new lines are drawn."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from road_world import KM

import geo
from geo.catalogue import editing
from geo.catalogue.catalogue import data_folder
from geo.core.errors import OutputError
from geo.geometry.curves import smooth
from geo.geometry.projection import to_degrees, to_metres
from geo.sources.conflation import conflate
from geo.sources.refresh import DRAWN_M, _drawn_true, refresh_alignments, verdict

SOURCE = {"key": "osm-test", "title": "Test", "publisher": "OpenStreetMap contributors",
          "url": "", "licence": "ODbL 1.0", "origin": "test.osm", "query": "all"}  # fmt: skip
DAY = date(2026, 10, 5)


def move(folder, **places):
    """Put places elsewhere (km), with another accuracy."""
    rows = [dict(row.cells) for row in editing.read(folder / "tables" / "places.csv").records]
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
    table = editing.read(path)
    editing.write(tmp_path / "copy.csv", table, table.records)
    assert (tmp_path / "copy.csv").read_bytes() == path.read_bytes()
    again = [editing.record(table, dict(row.cells)).text for row in table.records]
    assert again == [row.text for row in table.records], "a row that is written anew reads so too"


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
    rows = [dict(row.cells) for row in editing.read(region / "tables" / "places.csv").records]
    (ji,) = [row for row in rows if row["place_id"] == "ji"]
    end = {**ji, "place_id": "end", "lon": 30.3 / KM[0], "lat": -20 / KM[1]}
    toy.write(region, "places", [*rows, end])
    table = editing.read(region / "tables" / "alignments.csv")
    points = [dict(row.cells) for row in table.records]
    points.append({"route_id": "wu-ji", "seq": 3, "place_id": "end"})
    toy.write(region, "alignments", points)
    table = editing.read(region / "tables" / "sections.csv")
    sections = [dict(row.cells) for row in table.records]
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
    toy.region(folder, {"a": (0, 5), "b": (10, 5), "c": (5, 0), "d": (5, 10)},
               {"ab": 10, "cd": 10})  # fmt: skip
    places = [dict(r.cells) for r in editing.read(folder / "tables" / "places.csv").records]
    for row in places:
        row["accuracy_m"] = 150
    hub = {**places[0], "place_id": "hub", "name_zh": "hub", "name_en": "hub",
           "lon": 5.05 / KM[0], "lat": 5.12 / KM[1]}  # fmt: skip
    toy.write(folder, "places", [*places, hub])
    toy.write(folder, "alignments", [
        {"route_id": route, "seq": seq, "place_id": place}
        for route, stops in (("ab", ["a", "hub", "b"]), ("cd", ["c", "hub", "d"]))
        for seq, place in enumerate(stops)
    ])  # fmt: skip
    t = np.linspace(0, 10, 41)
    lines = [np.column_stack([t, np.full_like(t, 5)]), np.column_stack([np.full_like(t, 5), t])]
    rows = {"highway": "motorway", "name": ["ab", "cd"]}
    return gpd.GeoDataFrame(rows, geometry=[shapely.LineString(line / KM) for line in lines],
                            crs="EPSG:4326")  # fmt: skip


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
    from geo.layers.plausibility import Finding
    from geo.sources import refresh as module

    def checked(drawn):
        new = any(p.source == "osm-test" for p in drawn.catalogue.points_of["jia-ding"])
        return [Finding("error", "crosses-border", "a: b", "f", 2, "jia-ding", 0, 0)] * new

    monkeypatch.setattr(module, "layer_findings", checked)
    report = ran(region, ways)
    assert report["status"].to_dict() == {
        "jia-ding": "kept", "wu-ji": "replaced", "geng-xin": "kept"}  # fmt: skip
    assert "crosses-border" in report.loc["jia-ding", "reason"]
    assert {p.source for p in geo.load(region).points_of["jia-ding"] if not p.place_id} == {"toy"}


def test_nothing_is_half_written(region, ways, monkeypatch):
    from geo.sources import refresh as module

    before = {p: p.read_bytes() for p in region.rglob("*") if p.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_relist", full)
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
    table = editing.read(region / "osm" / "refreshed.csv")
    assert [row.cells["source"] for row in table.records] == ["osm-test-2"] * 3


def test_rows_of_several_parts_share_a_number(region, ways):
    """As in a layer file, whose ways are numbered by row."""
    numbered = ways.set_axis(np.arange(len(ways)) // 2, axis=0)
    assert ran(region, numbered).loc["jia-ding", "status"] == "replaced"
    table = editing.read(region / "osm" / "refreshed.csv")
    assert {len(row.cells["sha256"]) for row in table.records} == {64}


@settings(max_examples=25, deadline=None)
@given(
    bends=st.lists(st.floats(-0.9, 0.9), min_size=2, max_size=12),
    steps=st.lists(st.sampled_from([0.1, 0.4, 3.0]), min_size=12, max_size=12),
)
def test_the_drawn_curve_keeps_to_the_surveyed_line(tmp_path_factory, bends, steps):
    """Whatever its bends and steps, and though arcs may bulge by 150 m elsewhere."""
    folder = toy.region(tmp_path_factory.mktemp("r"), {"a": (0, 0), "b": (9, 0)}, {"ab": 9})
    drawn = geo.build_layers(geo.load(folder))
    heading = np.cumsum(bends)
    legs = np.column_stack([np.cos(heading), np.sin(heading)]) * 1000
    truth = np.vstack([[0, 0], np.cumsum(legs * np.array(steps)[: len(legs), None], axis=0)])
    (leg,) = _drawn_true(drawn, [truth], closed=False)
    ends = to_degrees(drawn, truth[[0, -1]])
    line, _ = smooth(np.vstack([ends[:1], *np.array(leg).reshape(-1, 2), ends[1:]]))
    dense = shapely.get_coordinates(shapely.LineString(to_metres(drawn, line)).segmentize(5))
    away = shapely.distance(shapely.points(dense), shapely.LineString(truth))
    assert away.max() < DRAWN_M + 6
