"""A drawn line becomes a planned route: what it joins, what it says, what it never touches."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
import small_region
import toy

import geo
from geo.cli.main import main
from geo.geometry import to_gcj02
from geo.network import station_to_station
from geo.readers import read_drawing
from geo.scenarios.alternatives import with_sections
from geo.sources import add_lines

SOURCE = {"key": "plan", "title": "A plan", "date": "2026-11-01", "origin": "plan.kml"}
#: A road of 60 km from a to b, by way of m; c and d lie south and north of m.
NODES = {"a": (-30, 0), "m": (0, 0), "b": (30, 0), "c": (0, -20), "d": (0, 20)}


def degrees(*points):
    """Return points in km as degrees."""
    return [(x / toy.KM_LON, y / toy.KM_LAT) for x, y in points]


def drawn(*lines, **columns):
    shapes = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


@pytest.fixture
def folder(tmp_path):
    """Two provinces, to change."""
    return small_region.write(tmp_path / "provinces")


@pytest.fixture
def crossing(tmp_path):
    """A road from a to b, with people at a, b, c and d."""
    return toy.region(tmp_path / "toy", NODES, {"ab": 60}, dict.fromkeys("abcd", 10))


def added(folder, lines, route_id="new", **options):
    given = options.pop("given", {"class": "expressway", "year": 2030, "design_speed_kmh": 60})
    return add_lines(geo.load(folder), lines, route_id, source=SOURCE, given=given,
                     out=options.pop("out", folder), **options)  # fmt: skip


def write_kml(path, folders):
    """Write lines by folder and name."""
    parts = []
    for name, lines in folders.items():
        parts.append(f"<Folder><name>{name}</name>")
        for label, points in lines.items():
            text = " ".join(f"{lon},{lat},0" for lon, lat in points)
            parts.append(
                f"<Placemark><name>{label}</name><LineString><coordinates>{text}"
                "</coordinates></LineString></Placemark>"
            )
        parts.append("</Folder>")
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{''.join(parts)}</Document></kml>",
        encoding="utf-8",
    )
    return path


def test_a_road_drawn_again_is_as_fast_as_in_the_tables(folder):
    layers = toy.layers_of(folder)
    line = layers.routes.geometry["north"]
    found = added(folder, drawn(line.coords), given={"class": "expressway", "year": 2030,
                                                      "design_speed_kmh": 100})  # fmt: skip
    assert set(found.joined) == {"wa", "wb", "eb", "ea"}
    edges = geo.build_network(geo.load(folder), year=2030, nodes="stops").edges
    minutes = edges.groupby("route_id")["time_min"].sum()
    assert minutes["new"] == pytest.approx(minutes["north"], rel=1e-3)
    # between neighbouring places too
    pairs = edges[edges["route_id"].isin(["new", "north"])].groupby(["u", "v"])["time_min"]
    assert (pairs.max() - pairs.min()).dropna().max() < 0.1


def test_a_railway_drawn_again_is_as_fast_as_in_the_tables(folder):
    before = geo.build_network(geo.load(folder), year=2030, nodes="stops")
    line = before.layers.routes.geometry["fast"]
    added(folder, drawn(line.coords), given={"class": "hsr", "year": 2030,
                                             "design_speed_kmh": 100})  # fmt: skip
    layers = with_sections(toy.layers_of(folder), ["fast-1", "fast-2"], open_on=None)
    after = geo.build_network(layers, year=2030, nodes="stops")
    trips = [station_to_station(net, "ws", "es") for net in (before, after)]
    assert {leg["route_id"] for leg in trips[1].legs} == {"new"}
    assert trips[1].time_min == pytest.approx(trips[0].time_min, rel=1e-3)


def test_sections_end_at_the_border_and_nobody_is_told_of_an_error(folder):
    found = added(folder, drawn([(-0.4, 0.3), (0.4, 0.31)]))
    catalogue = geo.load(folder)
    first, second = catalogue.sections_of["new"]
    assert first.to_place == second.from_place
    border = catalogue.place[first.to_place]
    assert (border.kind, border.lon) == ("border", pytest.approx(0, abs=1e-5))
    assert border.lat == pytest.approx(0.305, abs=1e-4)
    assert {row.expected for row in (first, second)} == {2030}
    assert all(finding.severity != "error" for finding in found.findings)
    crossings = geo.border_crossings(catalogue, year=2030, mode="road")
    assert "new" in set(crossings["route_id"])


def test_ends_are_named_after_the_county_they_lie_in(folder):
    added(folder, drawn([(-0.4, 0.3), (0.4, 0.31)]))
    places = geo.load(folder).place
    assert [places[f"new-{key}"].name for key in ("start", "end")] == ["西县2(new)", "东县2(new)"]


def test_without_counties_ends_are_numbered(crossing):
    added(crossing, drawn(degrees((0, 40), (30, 40))), given={"class": "trunk", "name": "新路"})
    places = geo.load(crossing).place
    assert [places[f"new-{key}"].name for key in ("start", "end")] == ["新路 1", "新路 2"]
    assert places["new-start"].accuracy_m == 2000  # a sketch, where nothing is said


def test_a_crossing_without_a_junction_is_reported(crossing):
    found = added(crossing, drawn(degrees((0, -20), (0, 20))))
    assert found.joined == []
    (row,) = found.crossings.to_dict("records")
    assert {row["route_id"], row["other_route"]} == {"ab", "new"}
    assert (row["lon"], row["lat"]) == (pytest.approx(0, abs=1e-4), pytest.approx(0, abs=1e-4))
    assert "crosses-without-junction" in {finding.code for finding in found.findings}


def test_a_junction_on_demand_gives_what_tables_written_by_hand_give(crossing, tmp_path):
    found = added(crossing, drawn(degrees((0, -20), (0, 20))), junctions=["ab"])
    assert found.routes["split"].tolist() == ["ab"]
    assert found.crossings.empty
    assert found.rows["alignments"] == 4 + sum(
        not point.place_id for point in geo.load(crossing).points_of["new"]
    )
    by_hand = toy.region(tmp_path / "hand", NODES, {"am": 30, "mb": 30, "cm": 20, "md": 20},
                         dict.fromkeys("abcd", 10))  # fmt: skip
    toy.edit(by_hand, "places",
             lambda row: {"kind": "end"} if row["place_id"] in "cd"
             else {"kind": "junction"} if row["place_id"] == "m" else {})  # fmt: skip
    matrices = [
        geo.travel_time_matrix(geo.build_network(geo.load(f), year=2030), mode="road")
        for f in (crossing, by_hand)
    ]
    assert matrices[0].to_numpy() == pytest.approx(matrices[1].to_numpy(), rel=2e-3)


def test_a_crossing_near_a_place_joins_it(tmp_path):
    region = toy.region(tmp_path / "toy", NODES, {"am": 30, "mb": 30})
    line = degrees((1, -20), (1, 20))
    assert added(region, drawn(line), out=None).joined == ["m"]
    assert added(region, drawn(line), out=None, snap_km=0.9).joined == []


def test_an_end_on_a_line_gets_a_junction_there(crossing):
    found = added(crossing, drawn(degrees((10, 1), (10, 30))))
    assert (found.joined, found.routes["split"].tolist()) == ([], ["ab"])
    catalogue = geo.load(crossing)
    shared = [point.place_id for point in catalogue.points_of["ab"]]
    assert shared == ["a", "new-ab", "b"]
    place = catalogue.place["new-ab"]
    assert (place.kind, place.lat) == ("junction", pytest.approx(0, abs=1e-5))
    assert catalogue.points_of["new"][0].place_id == "new-ab"
    assert [point.seq for point in catalogue.points_of["ab"]] == [1, 2, 3]


def test_two_junctions_on_one_line_stand_in_order(crossing):
    line = degrees((10, -10), (10, 10), (-10, 10), (-10, -10))
    added(crossing, drawn(line), junctions=["ab"])
    catalogue = geo.load(crossing)
    shared = [catalogue.place[point.place_id].lon for point in catalogue.points_of["ab"]]
    assert shared == sorted(shared)
    assert len(shared) == 4


def test_other_rows_keep_their_bytes(folder):
    before = {p.name: p.read_bytes() for p in (folder / "tables").iterdir()}
    added(folder, drawn([(-0.4, 0.3), (0.4, 0.31)]))
    for path in (folder / "tables").iterdir():
        old = before.get(path.name, b"")
        assert path.read_bytes().startswith(old)
    changed = {p.name for p in (folder / "tables").iterdir() if p.read_bytes() != before[p.name]}
    assert changed == {"alignments.csv", "places.csv", "projects.csv", "routes.csv",
                       "sections.csv", "sources.csv"}  # fmt: skip


def test_several_lines_of_a_plan_with_their_own_properties(folder):
    """The format that a plan is saved in: several lines at once."""
    features = [
        {"type": "Feature",
         "properties": {"name": "南线", "name_en": "South line", "mode": "rail", "class": "hsr",
                        "design_speed_kmh": 350, "trains_per_day": 40, "year": 2031},
         "geometry": {"type": "LineString", "coordinates": [[-0.48, 0.02], [-0.1, -0.3]]}},
        {"type": "Feature",
         "properties": {"name": "北路", "mode": "road", "class": "trunk", "year": 2033},
         "geometry": {"type": "LineString", "coordinates": [[0.1, 0.3], [0.3, 0.4]]}},
    ]  # fmt: skip
    path = folder.parent / "plan.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    found = added(folder, read_drawing(path), given={})
    assert found.routes["route_id"].tolist() == ["new", "new-2"]
    catalogue = geo.load(folder)
    assert [catalogue.route[key].name for key in ("new", "new-2")] == ["南线", "北路"]
    assert catalogue.route["new"].name_en == "South line"
    (train,) = catalogue.train_services
    assert (train.section_id, train.class_, train.trains_per_day) == ("new-1", "emu", 40)
    assert catalogue.section["new-1"].design_speed_kmh == 350
    assert {p.project_id: p.year for p in catalogue.projects if p.project_id != "plan"} == {
        "new": 2031, "new-2": 2033
    }  # fmt: skip


def test_pieces_in_folders_that_follow_each_other_are_one_line(crossing, tmp_path):
    file = write_kml(tmp_path / "line.kml", {
        "west": {"one": degrees((-30, 30), (-10, 30))},
        "east": {"three": degrees((30, 30), (10, 30)), "two": degrees((-10, 30), (10, 30))},
    })  # fmt: skip
    lines = read_drawing(file)
    assert lines["name"].tolist() == ["one", "three", "two"]
    given = {"class": "expressway", "year": 2030}
    several = added(crossing, lines, given=given, out=None)
    assert several.routes["name"].tolist() == ["one", "three", "two"]
    whole = added(crossing, lines, given=given | {"name": "line"})
    assert whole.routes["length_km"].tolist() == [pytest.approx(60, rel=1e-3)]


def test_a_later_line_joins_an_earlier_one(crossing):
    lines = drawn(degrees((-20, 30), (20, 30)), degrees((0, 30.5), (0, 60)), name=["one", "two"])
    found = added(crossing, lines)
    assert found.routes["split"].tolist() == ["", "new"]


def test_a_line_in_gcj02_lands_where_it_is(cat, tmp_path):
    line = [(104.9, 30.4), (105.1, 30.45)]
    path = write_kml(tmp_path / "map.kml", {"map": {"线": to_gcj02(line)}})
    where = shapely.get_coordinates(read_drawing(path, datum="gcj02").geometry)
    assert where == pytest.approx(shapely.get_coordinates(shapely.LineString(line)), abs=1e-6)
    plain = shapely.get_coordinates(read_drawing(path).geometry)
    assert abs(plain - where).max() > 1e-3


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"class": "motorway"}, "plan.kml:1 class: 'motorway': expected"),
        ({}, "plan.kml:1 class: expected"),
        ({"class": "hsr", "year": 1990}, "plan.kml:1 year: '1990': expected a year from 2026 on"),
        ({"class": "hsr", "year": "soon"}, "plan.kml:1 year: 'soon': expected"),
        ({"class": "hsr", "design_speed_kmh": 900}, "design_speed_kmh: '900': expected less"),
        ({"class": "hsr", "trains_per_day": "many"}, "trains_per_day: 'many': expected"),
        ({"class": "trunk", "trains_per_day": 3}, "expected nothing, for the line is no railway"),
        ({"class": "trunk", "accuracy_m": -3}, "accuracy_m: '-3': expected greater"),
        ({"class": "trunk", "name": "=1+1"}, "name: '=1+1': expected text that no spreadsheet"),
    ],
)
def test_what_no_table_takes_is_refused_before_anything_is_written(crossing, cells, words):
    before = {p: p.read_bytes() for p in crossing.rglob("*") if p.is_file()}
    with pytest.raises(geo.BadInputError, match="expected") as caught:
        added(crossing, drawn(degrees((0, 30), (9, 30))), given=cells)
    assert words in str(caught.value)
    assert {p: p.read_bytes() for p in crossing.rglob("*") if p.is_file()} == before


def test_an_id_is_used_once(crossing):
    with pytest.raises(geo.BadInputError, match="route_id: 'ab': expected an id of no other"):
        added(crossing, drawn(degrees((0, 30), (9, 30))), "ab")
    with pytest.raises(geo.BadInputError, match="expected an id of lower-case letters"):
        added(crossing, drawn(degrees((0, 30), (9, 30))), "New Line")


def test_a_line_outside_the_frame_or_at_one_place_is_refused(crossing):
    with pytest.raises(geo.BadInputError, match=r"expected points within -5.*, -5"):
        added(crossing, drawn([(0, 0), (40, 0)]))
    with pytest.raises(geo.BadInputError, match=r"both ends are within 1\.5 km of a: give a"):
        added(crossing, drawn(degrees((-30, 0.5), (-29.5, 0.5))))


def test_a_project_of_the_same_id_stays(crossing):
    toy.write(crossing, "projects", [{"project_id": "x", "name": "x", "name_en": "x",
                                      "sections": "ab-1", "change": "add"}])  # fmt: skip
    assert "projects" not in added(crossing, drawn(degrees((0, 30), (9, 30))), "x").rows
    assert [project.sections for project in geo.load(crossing).projects] == ["ab-1"]


def test_an_error_of_the_whole_is_refused(crossing, monkeypatch):
    """What `geo check` calls an error keeps the line out."""
    monkeypatch.setattr("geo.layers.plausibility.JUMP_KM", 3.0)
    before = {p: p.read_bytes() for p in crossing.rglob("*") if p.is_file()}
    with pytest.raises(geo.BadInputError, match=r"routes\.csv:3: new \(new\): 5 km between two"):
        added(crossing, drawn(degrees((0, 30), (9, 30))))
    assert {p: p.read_bytes() for p in crossing.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("seed", range(6))
def test_no_pair_is_slower_with_any_line(folder, seed):
    """Lines at random, near places or not, with and without junctions."""
    rng = np.random.default_rng(seed)
    catalogue = geo.load(folder)
    spots = np.array([(place.lon, place.lat) for place in catalogue.places])
    course = rng.uniform((-0.7, -0.45), (0.7, 0.45), (int(rng.integers(2, 7)), 2))
    course[0] = rng.choice(spots) + rng.normal(0, 0.004, 2)
    kind = ("expressway", "hsr", "trunk")[seed % 3]
    found = added(folder, drawn(course), given={"class": kind, "year": 2030}, out=None,
                  snap_km=(0, 1.5, 8)[seed // 2],
                  junctions=list(catalogue.route) if seed % 2 else [])  # fmt: skip
    after = replace(found.catalogue, folder=folder)
    before, now = (
        geo.travel_time_matrix(geo.build_network(cat, year=2030)).to_numpy()
        for cat in (catalogue, after)
    )
    assert (now <= before + 0.05).all()


@pytest.mark.parametrize("points", [[(0, 30), (0, 30.05)], [(0, 30), (0, 30)]])
def test_a_line_of_no_length_is_refused(crossing, points):
    with pytest.raises(geo.BadInputError, match=r"plan.kml:1.* m': expected a line of 100 m or"):
        added(crossing, drawn(degrees(*points)))


def test_the_command_says_what_it_joined_and_changed(crossing, tmp_path, capsys):
    file = write_kml(tmp_path / "plan.kml", {"plan": {"支线": degrees((0, -20), (0, 20))}})
    asked = ["add", str(file), "--id", "branch", "--class", "expressway", "--year", "2030",
             "--speed", "100", "--join", "ab", "--data", str(crossing)]  # fmt: skip
    assert main([*asked, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"route_id", "joined", "rows"} <= set(told)
    assert (told["route_id"], told["joined"], told["out"]) == ("branch", [], None)
    assert told["rows"]["routes"] == told["rows"]["sections"] == 1
    assert told["changes"]["stats"]["road.length_km"]["delta"] == pytest.approx(40, rel=0.01)
    assert {"c", "d"} in [{pair["from"], pair["to"]} for pair in told["changes"]["pairs"]]
    assert "branch" not in geo.load(crossing).route
    assert main([*asked, "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    assert "支线 (branch)" in text
    assert "branch" in geo.load(crossing).route
    assert main(["check", "--data", str(crossing)]) == 0
    capsys.readouterr()
    assert main(["od", "c", "d", "--year", "2030", "--data", str(crossing), "--json"]) == 0
    (way,) = json.loads(capsys.readouterr().out)["routes"]
    assert "branch" in {leg["route_id"] for leg in way["legs"]}
    assert main(["compare", "2029", "2030", "--data", str(crossing), "--json"]) == 0
    (project,) = json.loads(capsys.readouterr().out)["projects"]
    assert (project["project_id"], project["last_in_percent"] > 0) == ("branch", True)


def test_without_a_junction_the_command_says_so(crossing, tmp_path, capsys):
    file = write_kml(tmp_path / "plan.kml", {"plan": {"x": degrees((0, -15), (0, 15))}})
    asked = ["add", str(file), "--id", "x", "--class", "expressway", "--data", str(crossing)]
    assert main([*asked, "--dry-run", "--lang", "en"]) == 0
    told = capsys.readouterr()
    assert "crosses without a junction: ab (ab)" in told.out
    assert "without a year (--year) the lines count as open on no day" in told.out
    assert "joined to nothing within 1.5 km" in told.err


def test_the_shipped_tables_are_never_changed(tmp_path, capsys):
    file = write_kml(tmp_path / "plan.kml", {"plan": {"x": [(104.1, 30.5), (104.4, 30.6)]}})
    assert main(["add", str(file), "--id", "x", "--class", "hsr"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("the shipped tables stay as they are")


def test_tables_of_before_0_2_are_added_to(crossing):
    path = crossing / "tables" / "places.csv"
    path.write_text(path.read_text("utf-8").replace("name,", "name_zh,", 1), "utf-8")
    added(crossing, drawn(degrees((0, 30), (9, 30))), given={"class": "trunk", "name": "新路"})
    assert path.read_text("utf-8").startswith("place_id,name_zh,")
    assert geo.load(crossing).place["new-start"].name == "新路 1"


def test_two_folders_on_one_date_are_two_dates_of_the_one_with_the_plan(crossing, tmp_path):
    old = shutil.copytree(crossing, tmp_path / "old")
    fast = {"class": "expressway", "year": 2030, "design_speed_kmh": 120}
    added(crossing, drawn(degrees((-30, 0), (0, -5), (30, 0))), given=fast)
    mine, other = geo.load(crossing), geo.load(old)
    found, dates = geo.compare_catalogues(other, mine, 2030), geo.compare_dates(mine, 2029, 2030)
    assert (found["from"], found["to"]) == (date(2030, 12, 31),) * 2
    keys = ["city_id", "mean_min_before", "mean_min_after"]
    assert found["cities"][keys].to_numpy()[:, 1:].astype(float) == pytest.approx(
        dates["cities"][keys].to_numpy()[:, 1:].astype(float), rel=1e-6, nan_ok=True
    )
    assert found["stats"]["delta"].to_dict() == pytest.approx(
        dates["stats"]["delta"].to_dict(), nan_ok=True, abs=1e-3
    )
    gains = ["project_id", "first_in_percent", "last_in_percent"]
    assert found["projects"][gains].to_dict("records")[0] == pytest.approx(
        dates["projects"][gains].to_dict("records")[0]
    )
    assert found["pairs"]["from_id"].tolist()[:1] == dates["pairs"]["from_id"].tolist()[:1]
