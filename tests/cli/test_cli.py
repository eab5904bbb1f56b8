"""The command line keeps its contract: JSON keys, exit codes, one line per problem."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import geo
from geo.catalogue.catalogue import data_folder
from geo.cli.main import main

NOW = "2026-11-23"
pytestmark = pytest.mark.usefixtures("keeping_results")


def run(capsys, *arguments):
    code = main([*arguments, "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_routes(capsys):
    code, found, _ = run(capsys, "routes", "--year", "2026-11-23")
    assert code == 0
    keys = {"route_id", "name", "name_en", "ref", "mode", "group", "status", "length_km",
            "geometry_km", "accuracy_m"}  # fmt: skip
    assert all(keys <= set(row) for row in found["routes"])
    status = {row["route_id"]: row["status"] for row in found["routes"]}
    assert status["chengyu"] == "open"
    assert status["chengyu-middle-hsr"] == "construction"
    assert status["chengxuandalin"] == "planned"
    assert len(run(capsys, "routes", "--group", "inter17")[1]["routes"]) == 17


def test_crossings(capsys):
    _, found, _ = run(capsys, "crossings", "--year", "2020")
    assert (found["year"], found["regions"]) == (2020, ["四川", "重庆"])
    roads = [row for row in found["crossings"] if row["mode"] == "road"]
    sichuan = [row["sides"]["四川"] for row in roads]
    assert sum(side["status"] == "open" for side in sichuan) == 13
    assert sum(side["status"] != "planned" for side in sichuan) == 17
    assert {"county", "route_id", "section_id", "status", "opened"} <= set(sichuan[0])
    keys = {"route_id", "name", "mode", "status", "opened", "lon", "lat", "place_id", "sides"}
    assert all(keys <= set(row) for row in roads)


def test_stats(capsys):
    _, found, _ = run(capsys, "stats", "--year", "2025", "--mode", "rail")
    keys = {"year", "v", "e", "p", "mu", "alpha", "beta", "gamma", "eta_km", "pi", "theta_km",
            "diameter_km", "length_km"}  # fmt: skip
    assert keys <= set(found)
    assert found["mu"] == found["e"] - found["v"] + found["p"]


@pytest.mark.parametrize("mode", ["road", "rail", "any"])
def test_od(capsys, mode):
    _, found, _ = run(capsys, "od", "成都", "Chongqing", "--mode", mode, "--year", "2026-11-23")
    assert (found["from"], found["to"], found["mode"]) == ("成都", "重庆", mode)
    (route,) = found["routes"]
    assert route["time_min"] == pytest.approx(
        sum(leg["time_min"] for leg in route["legs"]), abs=0.1
    )
    keys = {"mode", "route_id", "name", "from", "to", "time_min", "length_km"}
    assert all(keys <= set(leg) for leg in route["legs"])
    assert [leg["from"] for leg in route["legs"]][1:] == [leg["to"] for leg in route["legs"]][:-1]


def test_no_way_is_an_empty_list(capsys):
    code, found, _ = run(capsys, "od", "成都", "酉阳", "--mode", "water", "--year", "2005")
    assert (code, found["routes"]) == (0, [])


def test_a_trip_is_the_sum_of_its_parts(capsys):
    parts = ("access_min", "station_min", "wait_min", "in_vehicle_min")
    found = [
        run(capsys, "od", "成都", "酉阳", "--mode", mode, "--year", "2005")[1]["routes"]
        for mode in ("road", "any")
    ]
    for (route,) in found:
        assert sum(route[key] for key in parts) == pytest.approx(route["time_min"], abs=0.3)
    (road,) = found[0]
    # no train, so nobody waits or boards; 477 km straight, faster than 50 and slower than 108 km/h
    assert (road["station_min"], road["wait_min"], road["changes"]) == (0, 0, 0)
    assert 477 / 108 * 60 < road["time_min"] < 2 * 477 / 50 * 60


def test_from_station_to_station_it_is_departure_to_arrival(capsys):
    """成都东–沙坪坝 has 62 min in the timetable of 2024; 20 min of boarding are no part of it."""
    _, found, _ = run(capsys, "od", "成都东", "沙坪坝", "--mode", "rail", "--year", "2024-02-15")
    (route,) = found["routes"]
    assert route["time_min"] == pytest.approx(62, rel=0.08)
    assert [route[key] for key in ("access_min", "station_min", "wait_min", "changes")] == [0] * 4
    assert [leg["route_id"] for leg in route["legs"]] == ["chengyu-hsr"]


@pytest.mark.parametrize(
    ("end", "name"), [("绵竹市", "绵竹市"), ("青木关枢纽(成安渝×重庆绕城)", None),
                      ("105.5,30.5", "105.5000,30.5000")])  # fmt: skip
def test_trips_end_at_counties_interchanges_and_points(capsys, end, name):
    code, found, _ = run(capsys, "od", "成都", end, "--mode", "road", "--year", "2025")
    assert (code, found["to"]) == (0, name or end)
    assert found["routes"][0]["time_min"] > 0


@pytest.mark.parametrize("point", ["95,30", "105.5,91", "112.1,30"])
def test_a_point_off_the_frame_is_told_in_one_line(capsys, point):
    assert main(["od", "成都", point]) == 2
    said = capsys.readouterr().err
    assert said == f"{point}: expected LON,LAT within 100–112, 27–33.8\n"


def test_the_new_line_brings_the_cores_nearer(capsys):
    before, after = (
        run(capsys, "od", "成都", "重庆", "--mode", "rail", "--year", year)[1]["routes"][0][
            "time_min"
        ]
        for year in ("2026-11-23", "2027")
    )
    assert after < before


def test_matrix(capsys, tmp_path):
    file = tmp_path / "m.csv"
    _, found, _ = run(capsys, "matrix", "--mode", "rail", "--year", "2025", "--out", str(file))
    size = len(found["cities"])
    assert [len(row) for row in found["time_min"]] == [size] * size
    # a station lies within two hours of every centre, a port does not
    assert all(value is not None for row in found["time_min"] for value in row)
    _, wet, _ = run(capsys, "matrix", "--mode", "water", "--year", "2025")
    assert any(value is None for row in wet["time_min"] for value in row)
    assert len(file.read_text("utf-8").splitlines()) == size + 1


@pytest.mark.parametrize("indicator", ["location", "daily", "potential", "efficiency"])
def test_access(capsys, indicator):
    """In 2015 the railways to 雅安 (2018), 奉节 and 巫山 (2022) were not open; 巫溪 has none near."""
    _, today, _ = run(capsys, "access", "--indicator", indicator, "--mode", "rail", "--year", NOW)
    assert today["not_connected"] == []
    _, found, _ = run(
        capsys, "access", "--indicator", indicator, "--mode", "rail", "--year", "2015"
    )
    assert found["indicator"] == indicator
    assert found["unit"]
    assert {"city_id", "name", "value"} <= set(found["cities"][0])
    empty = {city["name"] for city in found["cities"] if city["value"] is None}
    alone = {"雅安", "奉节", "巫山", "巫溪"}
    assert set(found["not_connected"]) == alone
    assert empty == (alone if indicator in ("location", "efficiency") else set())
    assert main(["access", "--indicator", indicator, "--mode", "rail", "--year", "2015"]) == 0
    assert "not connected with the others: 雅安" in capsys.readouterr().out


def test_people_within_reach_include_the_city_itself(capsys):
    _, found, _ = run(capsys, "access", "--indicator", "daily", "--mode", "rail", "--year", NOW)
    value = {city["name"]: city["value"] for city in found["cities"]}
    assert value["城口"] == pytest.approx(197_497, abs=100)  # and hardly anybody else
    assert value["成都"] > 30_000_000


def test_openness(capsys):
    _, found, _ = run(capsys, "openness", "--year", NOW)
    assert 1 <= found["open_sectors"] <= 8
    assert len(found["sectors"]) == 8
    assert {"route_id", "sector", "stage", "neighbour_zh"} <= set(found["links"][0])
    assert (
        len(
            [
                group
                for group in found["groups"]
                if group["plan"] == "三环十八射" and group["kind"] == "radial"
            ]
        )
        == 18
    )
    assert main(["openness", "--year", "2010"]) == 0
    assert "of 8 directions" in capsys.readouterr().out


def test_check(capsys):
    code, found, _ = run(capsys, "check")
    assert (code, found["ok"]) == (0, True)
    keys = {"severity", "code", "message", "file", "row", "route_id", "lon", "lat"}
    assert found["findings"]
    assert all(keys <= set(row) for row in found["findings"])
    lengths = found["lengths"]
    assert lengths["within_3_percent"] >= 0.4 * lengths["published"]
    off = [row for row in found["findings"] if row["code"] == "length-differs"]
    assert len(off) == lengths["published"] - lengths["within_8_percent"]
    assert all(row["message"].count(":") >= 2 for row in off), "every one has a reason"


def test_check_of_damaged_tables_is_json_too(capsys, data_copy):
    (data_copy / "tables" / "cities.csv").unlink()
    code, found, err = run(capsys, "check", "--data", str(data_copy))
    assert (code, found["ok"]) == (2, False)
    assert found["findings"][0]["file"] == "tables/cities.csv"
    assert "cities.csv" in err


def test_a_section_across_a_border_is_an_error(capsys, data_copy):
    shutil.copytree(data_folder() / "base", data_copy / "base")
    path = data_copy / "tables" / "sections.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[1] = lines[1].replace(",sangjiapo-border,", ",chenjiaping-hub,")
    path.write_text("".join(lines[:2] + lines[3:]).replace("chengyu-2", "chengyu-1"), "utf-8")
    code, found, _ = run(capsys, "check", "--data", str(data_copy))
    assert code == 1
    assert found["findings"][0]["code"] == "crosses-border"
    assert found["findings"][0]["row"] == 2


@pytest.mark.parametrize(
    ("table", "old", "new", "code"),
    [
        ("cities", "chengdu,510100,成都,Chengdu,104.0667,30.6667", "chengdu,510100,成都,Chengdu,106.5,29.5", "city-misplaced"),
        ("places", "jianyang-south-station,简阳南,Jianyang South,104.5157", "jianyang-south-station,简阳南,Jianyang South,103.5157", "jump"),
        ("sections", ",35.7,", ",357,", "length-differs"),
    ],
)  # fmt: skip
def test_what_tables_cannot_show_alone_the_check_finds(capsys, data_copy, table, old, new, code):
    shutil.copytree(data_folder() / "base", data_copy / "base")
    path = data_copy / "tables" / f"{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    status, found, _ = run(capsys, "check", "--data", str(data_copy))
    assert (status, found["ok"]) == (1, False)
    assert code in {row["code"] for row in found["findings"] if row["severity"] == "error"}


@pytest.mark.parametrize(
    "fmt", ["gpkg", "geojson", "csv", "graphml", "gmns", "gtfs", "osmnx", "parquet", "xlsx"]
)
def test_export(capsys, tmp_path, fmt):
    _, found, _ = run(capsys, "export", fmt, "--out", str(tmp_path), "--year", "2025")
    assert found["files"]
    first = {name: Path(name).read_bytes() for name in found["files"]}
    run(capsys, "export", fmt, "--out", str(tmp_path), "--year", "2025")
    assert first == {name: Path(name).read_bytes() for name in found["files"]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["od", "成都", "重慶市"], ["city", "closest"]),
        (["crossings", "四川", "湖南"], ["region", "湖南", "重庆"]),
        (["crossings", "四川"], ["two regions"]),
        (["routes", "--group", "inter18"], ["group", "inter17"]),
        (["export", "shp"], ["format", "closest"]),
        (["map", "netwrk"], ["page", "network"]),
        (["routes", "--data", "/nonexistent"], ["region.toml", "missing"]),
    ],
)
def test_bad_arguments_are_told_in_one_line(capsys, arguments, words):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert all(word in err for word in words)


@pytest.mark.parametrize("year", ["20", "2020-13", "2021-02-30", "soon"])
def test_a_year_is_a_year(capsys, year):
    with pytest.raises(SystemExit) as stop:
        main(["stats", "--year", year])
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert year in line


def test_help_loads_nothing_heavy():
    code = (
        "import sys, geo.cli.main\ntry: geo.cli.main.main(['--help'])\nexcept SystemExit: pass\n"
    )
    code += "print([m for m in ('pandas', 'geopandas', 'shapely', 'folium', 'pydantic', 'scipy', 'networkx', 'numpy', 'rich', 'shtab') if m in sys.modules])"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip().splitlines()[-1] == "[]"
    for command in ("build", "check", "crossings", "od"):
        assert command in shown.stdout


def test_chinese_in_a_plain_locale():
    shown = subprocess.run(
        [sys.executable, "-m", "geo", "routes", "--group", "named"],
        capture_output=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "成达万高铁" in shown.stdout.decode("utf-8")


def test_one_city_twice_is_no_pair(capsys):
    assert main(["od", "成都", "chengdu"]) == 2
    assert "two different ends" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([sys.executable, "-m", "geo", "routes"], stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "output: No space left on device\n"


def test_no_published_time_to_compare_with(capsys, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data_folder(), folder)
    times = folder / "tables" / "published_times.csv"
    times.write_text(times.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert main(["calibrate", "--data", str(folder)]) == 2
    assert "expected a published time" in capsys.readouterr().err


@pytest.fixture
def own_times(tmp_path):
    """Times of a traveller's own: two that were taken, one that nobody can keep."""
    file = tmp_path / "own.csv"
    file.write_text(
        "from,to,minutes,mode,date\n成都东,沙坪坝,62,rail,2024-02-15\n"
        "沙坪坝,成都东,60,rail,2024-02-15\n成都,重庆,150,road,2024-02-15\n",
        encoding="utf-8",
    )
    return file


def test_calibration_against_own_times(capsys, own_times):
    code, found, _ = run(capsys, "calibrate", "--times", str(own_times))
    assert (code, list(found)) == (0, ["pairs", "summary", "by_mode", "lines"])
    there, back, road = found["pairs"]
    assert (there["published_min"], back["published_min"]) == (62, 60)
    assert there["computed_min"] == pytest.approx(back["computed_min"])
    assert there["error"] == pytest.approx(there["computed_min"] / 62 - 1)
    # 270 km straight in 150 min are 108 km/h: nobody drives like that, and it does not count
    assert [row["counted"] for row in found["pairs"]] == [True, True, False]
    assert "a claim" in road["reason"]
    minutes, fit = there["computed_min"], found["summary"]
    errors = [abs(minutes / 62 - 1), abs(minutes / 60 - 1)]
    assert (fit["n"], fit["within_20"]) == (2, 1)
    assert fit["median_error"] == pytest.approx(sum(errors) / 2)
    assert fit["worst_error"] == pytest.approx(max(errors))
    assert fit["bias_min"] == pytest.approx(minutes - 61)
    # each is corrected by the other: 60 instead of 62, 62 instead of 60
    assert fit["leave_one_out"] == pytest.approx((2 / 62 + 2 / 60) / 2)
    assert (found["by_mode"]["rail"], found["by_mode"]["road"]["n"]) == (fit, 0)
    (line,) = found["lines"]
    assert (line["mode"], line["line"], line["n"]) == ("rail", "chengyu-hsr", 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from,to\n成都,重庆\n", "minutes"),
        ("from,to,minutes\n成都,无此地,60\n", "无此地"),
        ("from,to,minutes\n成都,重庆,soon\n", "soon"),
        ("from,to,minutes\n", "expected at least one row"),
    ],
)
def test_own_times_that_cannot_be_used(capsys, tmp_path, text, said):
    file = tmp_path / "own.csv"
    file.write_text(text, encoding="utf-8")
    assert main(["calibrate", "--times", str(file)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_shells_complete_commands(capsys, shell):
    with pytest.raises(SystemExit) as stop:
        main(["--print-completion", shell])
    assert stop.value.code == 0
    script = capsys.readouterr().out
    for word in ("crossings", "--year", "overpass"):
        assert word in script


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_takes_the_completion():
    code = """
        eval "$(python -m geo --print-completion bash)"
        COMP_WORDS=(geo cr); COMP_CWORD=1; _shtab_geo; echo "${COMPREPLY[@]}"
    """
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True,
                          env={"PATH": path})  # fmt: skip
    assert done.stdout.split() == ["crossings", "critical"]


def test_the_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"geo {geo.__version__}\n"
