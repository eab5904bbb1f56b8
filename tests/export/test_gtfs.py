"""The trains of any date as a GTFS feed: valid, of the tables, and as fast as `geo od`."""

from __future__ import annotations

import itertools
import subprocess
import sys
import zipfile

import feed as gtfs
import numpy as np
import pytest
import shapely
import toy

import geo
from geo.cli.main import main
from geo.core import BadInputError
from geo.export import export_network
from geo.network import stations_to_stations

#: Stations of cities between which most journeys are.
STATIONS = ["chengdu-east-station", "chongqing-north-station", "chongqing-west-station", "shapingba-station",
            "mianyang-station", "dazhou-station", "wanzhou-north-station", "nanchong-north-station",
            "suining-station", "yaan-station", "luzhou-station"]  # fmt: skip


@pytest.fixture(scope="module")
def files(drawn, tmp_path_factory):
    """The feeds of a year that is known and of one that is assumed."""
    folder = tmp_path_factory.mktemp("gtfs")
    return {
        year: export_network(geo.build_network(drawn, year=year), "gtfs", folder / str(year))[0]
        for year in (2025, 2030)
    }


@pytest.fixture(scope="module")
def feeds(files):
    return {year: gtfs.read(path) for year, path in files.items()}


VALIDATE = """
import sys
import gtfs_guru
for path in sys.argv[1:]:
    result = gtfs_guru.validate(path)
    for notice in result.errors():
        print(notice.code, notice.file, notice.row, notice.message)
    print(len(result.errors()))
"""


def validated(*paths):
    pytest.importorskip("gtfs_guru")
    done = subprocess.run([sys.executable, "-c", VALIDATE, *map(str, paths)], check=True, capture_output=True,
                          text=True)  # fmt: skip
    return done.stdout.splitlines()


def test_the_validator_finds_no_error(files):
    assert validated(*files.values()) == ["0", "0"]


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [("frequencies", "06:00:00,22:00:00", "06:00:00,xx", "invalid_time"),
     ("stop_times", ",chengdu-east-station,", ",nowhere,", "foreign_key_violation"),
     ("calendar", "20251231", "20251331", "invalid_date")],
)  # fmt: skip
def test_the_validator_finds_what_is_damaged(files, tmp_path, table, old, new, told):
    path = tmp_path / "gtfs.zip"
    with zipfile.ZipFile(files[2025]) as whole, zipfile.ZipFile(path, "w") as damaged:
        for name in whole.namelist():
            text = whole.read(name).decode("utf-8")
            damaged.writestr(name, text.replace(old, new, 1) if name == f"{table}.txt" else text)
    *errors, count = validated(path)
    assert int(count) > 0
    assert any(told in error for error in errors)


def test_ships_sail_as_often_as_is_said_and_as_fast_as_the_model(feeds, drawn):
    feed = feeds[2025]
    (route,) = feed["routes"].query("route_type == '4'").to_dict("records")
    assert route["route_desc"] == "how often ships sail is not known: every 60 min assumed"
    trips = feed["trips"].query("route_id == @route['route_id']")["trip_id"]
    often = feed["frequencies"].set_index("trip_id").loc[trips]
    assert set(often["headway_secs"]) == {"3600"}
    assert set(zip(often["start_time"], often["end_time"], strict=True)) == {
        ("06:00:00", "22:00:00")
    }
    there, back = (feed["stop_times"].query("trip_id == @trip") for trip in trips)
    assert there["stop_id"].tolist() == back["stop_id"].tolist()[::-1]
    assert not [stop for stop in there["stop_id"] if "border" in stop]
    edges = geo.build_network(drawn, year=2025, mode="water").edges
    for calls in (there, back):
        clock = [gtfs.seconds(at) for at in calls["departure_time"]]
        assert clock[0] == 6 * 3600
        assert 0 < clock[-1] - clock[0] <= 60 * edges["time_min"].sum() + 1


def test_a_network_of_ships_alone_is_a_feed(drawn, tmp_path):
    net = geo.build_network(drawn, year=2025, mode="water")
    (path,) = export_network(net, "gtfs", tmp_path)
    assert set(gtfs.read(path)["routes"]["route_type"]) == {"4"}
    assert validated(path) == ["0"]


def test_other_readers_open_it(files):
    kit = pytest.importorskip("gtfs_kit")
    read = kit.read_feed(files[2030], dist_units="km")
    assert read.get_dates()[0] == "20300101"
    assert len(read.trips) == len(gtfs.read(files[2030])["trips"])


@pytest.fixture(scope="module")
def compared(feeds, drawn):
    """Minutes between two stations: of the model, whether direct there, and the best of the day in the feed."""
    feed = feeds[2025]
    net = geo.build_network(drawn, year=2025, nodes="stops")
    pairs = list(itertools.permutations(STATIONS, 2))
    model = dict(zip(pairs, stations_to_stations(net, pairs), strict=True))
    trains, change = gtfs.connections(feed), gtfs.changes(feed)
    best = {}
    for start in STATIONS:
        for hour in range(7, 20):
            for end, minutes in gtfs.arrivals(trains, change, start, 3600 * hour).items():
                best[start, end] = min(minutes, best.get((start, end), minutes))
    return {
        pair: (journey[0].time_min, journey[0].changes, best[pair])
        for pair, journey in model.items()
    }


def test_the_earliest_arrival_is_that_of_the_travel_model(compared):
    model, changed, best = np.array(list(compared.values())).T
    more = best - model
    assert abs(np.median(more)) < 1
    assert np.mean(np.abs(more) <= 0.1 * model) > 0.75
    # a ride is at most the start of a train shorter; waits at changes are those of the day
    assert more[changed == 0].min() > -5.6


@pytest.mark.parametrize("end", ["chongqing-north-station", "chongqing-west-station", "dazhou-station",
                                 "nanchong-north-station", "luzhou-station", "yaan-station"])  # fmt: skip
def test_direct_trains_between_large_stations_take_nearly_the_same(compared, end):
    """But for half a stop at either end, where trains run through."""
    for pair in (("chengdu-east-station", end), (end, "chengdu-east-station")):
        model, _, best = compared[pair]
        assert best == pytest.approx(model, abs=5.5)


def test_trains_a_day_are_those_of_the_tables(feeds, cat):
    """Between 成都东 and the next stop of 成渝高铁 the services of its first section."""
    feed = feeds[2025]
    often = feed["frequencies"].set_index("trip_id")
    window = often["end_time"].map(gtfs.seconds) - often["start_time"].map(gtfs.seconds)
    count = window / often["headway_secs"].astype(float)
    (known,) = {row.trains_per_day for row in cat.train_services
                if row.section_id == "chengyu-hsr-1" and row.class_ == "emu"}  # fmt: skip
    routes = set(feed["routes"]["route_id"])
    assert {"chengyu-hsr:emu"} <= routes
    # trains of other routes use the section too: those whose shape passes its middle
    middle = (
        geo.build_layers(cat).sections.geometry["chengyu-hsr-1"].interpolate(0.1, normalized=True)
    )
    shapes = feed["shapes"].astype({"shape_pt_lon": float, "shape_pt_lat": float})
    passing = {
        key for key, rows in shapes.groupby("shape_id")
        if shapely.LineString(rows[["shape_pt_lon", "shape_pt_lat"]].to_numpy()).distance(middle) < 0.001
    }  # fmt: skip
    trips = feed["trips"].loc[feed["trips"]["shape_id"].isin(passing), "trip_id"]
    assert count[trips].sum() / 2 == pytest.approx(known, rel=0.03)


def test_the_calendar_holds_on_every_day_of_the_year(feeds):
    for year, feed in feeds.items():
        (row,) = feed["calendar"].to_dict("records")
        assert (row["start_date"], row["end_date"]) == (f"{year}0101", f"{year}1231")
        assert {row[day] for day in ("monday", "wednesday", "sunday")} == {"1"}
        assert set(feed["trips"]["service_id"]) == {row["service_id"]}


def test_planned_lines_run_in_their_year_and_are_named(feeds, cat):
    new = {section.section_id for section in cat.sections
           if section.expected and 2026 <= section.expected <= 2030}  # fmt: skip
    trains = {year: feed["routes"].query("route_type == '2'") for year, feed in feeds.items()}
    named = {key.strip() for text in trains[2030]["route_desc"] if text
             for key in text.partition(":")[2].split(",")}  # fmt: skip
    assert named
    assert named <= new
    assert all(key in feeds[2030]["feed_info"]["feed_version"][0] for key in named)
    assert set(trains[2025]["route_desc"]) == {""}
    assert {"chengyu-middle-hsr-1", "chengyu-middle-hsr-2"} <= named
    assert "chengyu-middle-hsr:emu" in set(feeds[2030]["routes"]["route_id"])
    assert "chengyu-middle-hsr:emu" not in set(feeds[2025]["routes"]["route_id"])
    assert len(feeds[2030]["stops"]) > len(feeds[2025]["stops"])


def test_names_in_both_languages_zone_and_credit(feeds, cat):
    feed = feeds[2025]
    assert feed["agency"]["agency_timezone"].tolist() == ["Asia/Shanghai"]
    stop = feed["stops"].set_index("stop_id")["stop_name"]
    assert stop["chengdu-east-station"] == cat.place["chengdu-east-station"].name
    english = feed["translations"].set_index(["table_name", "record_id"])["translation"]
    assert english["stops", "chengdu-east-station"] == cat.place["chengdu-east-station"].name_en
    assert "动车组" in set(feed["routes"]["route_long_name"].str.split().str[-1])
    credit = " ".join(feed["attributions"]["organization_name"])
    assert "ODbL-1.0" in credit
    assert "timetable of January and February 2024" in credit


def test_shapes_follow_the_lines_from_station_to_station(feeds):
    feed = feeds[2025]
    stop = feed["stops"].set_index("stop_id").astype({"stop_lon": float, "stop_lat": float})
    calls = feed["stop_times"].groupby("trip_id")["stop_id"]
    shape = (
        feed["shapes"].astype({"shape_pt_lon": float, "shape_pt_lat": float}).groupby("shape_id")
    )
    lines = {key: rows[["shape_pt_lon", "shape_pt_lat"]].to_numpy() for key, rows in shape}
    ways, last = feed["trips"].set_index("trip_id")["shape_id"], calls.last()
    for trip, first in list(calls.first().items())[::9]:
        ends = stop.loc[[first, last[trip]], ["stop_lon", "stop_lat"]].to_numpy()
        assert np.abs(lines[ways[trip]][[0, -1]] - ends).max() < 1e-4, trip


def test_the_same_network_gives_the_same_bytes(files, drawn, tmp_path):
    (again,) = export_network(geo.build_network(drawn, year=2025), "gtfs", tmp_path)
    assert again.read_bytes() == files[2025].read_bytes()


def test_a_day_without_trains_is_refused(tmp_path, capsys):
    folder = toy.region(tmp_path / "data", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    with pytest.raises(BadInputError, match="no trains or ships run on 2020-12-31"):
        export_network(geo.build_network(geo.load(folder), year=2020), "gtfs", tmp_path / "out")
    assert (
        main(
            [
                "export",
                "gtfs",
                "--data",
                str(folder),
                "--year",
                "2020",
                "--out",
                str(tmp_path / "out"),
            ]
        )
        == 2
    )
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out" / "gtfs.zip").exists()


def test_a_railway_of_a_made_up_region(tmp_path):
    """Two stations, 90 km, 60 km/h by design: running times, headway and calls by hand."""
    folder = toy.region(tmp_path / "data", {"a": (0, 0), "b": (90, 0)}, {"ab": 90}, {"a": 1, "b": 1},
                        mode="rail", design_speed_kmh=250)  # fmt: skip
    toy.write(folder, "train_services", [{"section_id": "ab-1", "class": "emu", "trains_per_day": 32,
                                          "running_kmh": 225, "source": "toy", "confidence": "high"}])  # fmt: skip
    (path,) = export_network(
        geo.build_network(geo.load(folder), year=2020), "gtfs", tmp_path / "out"
    )
    feed = gtfs.read(path)
    assert feed["frequencies"]["headway_secs"].tolist() == ["1800", "1800"]
    assert (
        feed["stop_times"]["arrival_time"].tolist() == ["06:00:00", "06:28:15"] * 2
    )  # 24 min, 2 to start and stop, 2.25 to speed up
    assert feed["stop_times"]["stop_id"].tolist() in (["a", "b", "b", "a"], ["b", "a", "a", "b"])
    assert feed["agency"]["agency_timezone"].tolist() == ["UTC"]
