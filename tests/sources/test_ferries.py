"""Ferries of an extract: links between ports with their time; nobody else crosses the sea."""

from __future__ import annotations

import json
import re
import shlex

import extract
import feed as gtfs
import pandas as pd
import pytest
from extract_region import line

from geo.catalogue import load
from geo.cli.main import main
from geo.export import export_network
from geo.layers import build_layers, layer_findings
from geo.network import build_network
from geo.readers import duration_minutes, read_pbf
from geo.sources import draft_region

pytest.importorskip("osmium")

#: Near the equator a minute of latitude is shorter than the kilometres of `line`.
SHORT = 110.57 / 111.195
FERRY = {"route": "ferry"}
COAST = {"natural": "coastline"}
#: A mainland south of the coast at 10 km north; an island from 18 to 30 km, 2 to 12 km east, with
#: a main road; a small one further east with a path only. Ports stand at the ends of piers.
WAYS = [
    (line((0, 0), (40, 0)), {"highway": "primary", "ref": "1"}),
    (line((0, 0), (0, 9)), {"highway": "secondary", "name": "Coast Road"}),
    (line((0, 9), (7, 9)), {"highway": "secondary", "name": "Coast Road"}),
    (line((7, 9), (7, 10.4), step=0.2), {"highway": "service"}),
    (line((40, 10), (-5, 10)), COAST),
    (line((2, 30), (2, 18), (12, 18), (12, 30), (2, 30)), COAST),
    (line((3, 20), (11, 20), (11, 28)), {"highway": "secondary", "name": "Island Road"}),
    (line((7, 20), (7, 17.6), step=0.2), {"highway": "unclassified"}),
    (line((7, 10.4), (7, 14)), FERRY | {"name": "Island Ferry", "duration": "00:20"}),
    (line((7, 14), (7, 17.6)), FERRY | {"name": "Island Ferry", "duration": "00:20"}),
    (line((25, 9.9), (25, 14)), {"ref": "F2"}),
    (line((25, 0), (25, 9.9)), {"highway": "residential"}),
    (line((25, 14), (25, 15)), {"highway": "path"}),
    (line((20, 14), (30, 14), (30, 16), (20, 16), (20, 14)), COAST),
    (line((30, 10), (30, 90)), FERRY | {"name": "To foreign parts"}),
    (line((35, 9.9), (35, 13)), FERRY | {"name": "To nowhere"}),
    (line((35, 9), (35, 9.9)), {"highway": "footway"}),
    (line((7, 10.4), (9, 10.4)), FERRY | {"name": "Yard", "access": "private"}),
]
POINTS = [
    (*line((7, 10.4), (8, 10.4))[0], {"amenity": "ferry_terminal", "name": "Southport"}),
    (*line((0, 8.5), (1, 8.5))[0], {"place": "town", "name": "Landing", "population": "9000"}),
    (*line((38, 0), (39, 0))[0], {"place": "city", "name": "Weston", "population": "250000"}),
    (*line((4, 20.3), (5, 20.3))[0], {"place": "town", "name": "Isle", "population": "5000"}),
    (*line((25, 15.2), (26, 15.2))[0], {"place": "town", "name": "Rock", "population": "90"}),
]
RELATIONS = [
    ([11], {"type": "route", "route": "ferry", "name": "Rock Boat", "duration": "PT15M"}),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of the draft, and what its command says."""
    folder = tmp_path_factory.mktemp("ferries")
    extract.write(folder / "sea.osm.pbf", WAYS, POINTS, relations=RELATIONS)
    box = (9.9, -0.1, 10.5, 0.4)
    report = draft_region(
        folder / "region", folder / "sea.osm.pbf", bounds=box, roads="primary", languages=["en"]
    )
    return folder / "region", report


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("25", 25), ("1:05", 65), ("00:25:30", 25.5), ("PT1H5M", 65), ("P1DT2H", 1560),
     ("often", None), ("0", None), (None, None)],
)  # fmt: skip
def test_durations(text, minutes):
    assert duration_minutes(text) == minutes


def test_ferries_are_links_between_ports_with_their_time(made):
    catalogue = load(made[0])
    ferries = [route for route in catalogue.routes if route.class_ == "ferry"]
    assert {(r.name, r.mode, r.ref) for r in ferries} == {
        ("Island Ferry", "water", ""), ("Rock Boat", "water", "F2")
    }  # fmt: skip
    km = build_layers(catalogue).routes["geometry_km"]
    assert km[["island-ferry", "rock-boat"]].tolist() == pytest.approx(
        [7.2 * SHORT, 4.1 * SHORT], abs=0.01
    )
    speed = {s.route_id: s.operating_speed_kmh for s in catalogue.sections}
    assert speed["island-ferry"] == pytest.approx(7.2 * SHORT * 60 / 20, abs=0.01)
    assert speed["rock-boat"] == pytest.approx(4.1 * SHORT * 60 / 15, abs=0.01)
    ports = {place.name for place in catalogue.places if place.kind == "port"}
    assert ports == {"Southport", "Island Ferry port", "Rock Boat port", "Rock"}


def test_what_is_no_link_is_listed_with_the_reason(made):
    left = pd.read_csv(made[0] / "left_out.csv").set_index("osm_id")["expected"]
    assert left[[15, 16]].tolist() == ["expected a ferry between two ports of the region"] * 2
    assert left[18] == "expected a ferry that the public may use"
    water = made[1]["coverage"]["water"]
    assert water["drawn_km"] == pytest.approx(11.3 * SHORT, abs=0.06)
    assert water["osm_km"] == pytest.approx((11.3 + 34.5 + 3.1) * SHORT + 2, abs=0.2)


def minutes(made, capsys, start, end, mode="any"):
    """The time of the fastest route, its legs, and the exit code."""
    command = f"od {start} {end} --data {made[0]} --mode {mode} --json"
    assert main(shlex.split(command)) == 0
    return json.loads(capsys.readouterr().out)["routes"]


def test_islands_are_reached_by_ferry_and_not_otherwise(made, capsys):
    (route,) = minutes(made, capsys, "Landing", "Isle")
    assert [leg["route_id"] for leg in route["legs"] if leg["mode"] == "water"] == ["island-ferry"]
    by_land = 60 * (1.5 + 7 + 2.4 + 1.4 + 3) / 50
    assert 20 + by_land < route["time_min"] < 20 + 2.2 * by_land
    assert minutes(made, capsys, "Landing", "Isle", "road") == []
    assert main(shlex.split(f"od Landing Isle --data {made[0]}")) == 0
    assert not re.search("[\u4e00-\u9fff]", capsys.readouterr().out)
    (route,) = minutes(made, capsys, "Landing", "Rock")
    assert route["time_min"] > 15
    assert any(leg["route_id"] == "rock-boat" for leg in route["legs"])


def test_the_matrix_and_the_checks_know_the_islands(made, capsys):
    assert main(shlex.split(f"matrix --data {made[0]} --json")) == 0
    times = json.loads(capsys.readouterr().out)
    assert "null" not in json.dumps(times["minutes"]) if "minutes" in times else True
    found = layer_findings(build_layers(load(made[0])))
    assert [f.message for f in found if f.severity == "error"] == []


def test_a_feed_of_timetables_holds_them_with_their_time(made, tmp_path):
    (path,) = export_network(build_network(load(made[0]), year=2026), "gtfs", tmp_path)
    feed = gtfs.read(path)
    assert set(feed["routes"]["route_type"]) == {"4"}
    ends = feed["stop_times"].groupby("trip_id").agg({"departure_time": list, "stop_id": list})
    assert sorted(ends["departure_time"]) == [["06:00:00", f"06:{m}:00"] for m in (15, 15, 20, 20)]
    assert ["southport", "island-ferry-port"] in ends["stop_id"].tolist()


def test_rivers_and_coasts_stand_beside_the_tables(made):
    import geopandas as gpd

    water = gpd.read_file(made[0] / "osm" / "water.geojson")
    assert water["kind"].tolist() == ["coast"]
    assert 'rivers = "osm/water.geojson"' in (made[0] / "region.toml").read_text("utf-8")


def test_a_member_of_a_ferry_is_one_whatever_its_tags(tmp_path):
    file = extract.write(tmp_path / "sea.osm.pbf", WAYS, POINTS, relations=RELATIONS)
    ways = read_pbf(file, more=[("route", "ferry")])
    assert ways.loc[11, ["route", "name", "ref"]].tolist() == ["ferry", "Rock Boat", "F2"]
    assert float(ways.loc[11, "duration"]) == pytest.approx(15)
    assert 11 not in read_pbf(file).index
