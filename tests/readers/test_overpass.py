"""`geo refresh overpass` against a server on this machine: data, faults, manners."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import time

import geopandas as gpd
import numpy as np
import osmnx
import pandas as pd
import pytest
import shapely
from fake_overpass import Reply
from surveyed_world import KM, centre

import geo
from geo import __version__
from geo.catalogue.catalogue import data_folder
from geo.cli.main import main

TRUTH = shapely.LineString(centre(np.linspace(0, 40, 4001)))
AGENT = f"chuanyu-geo/{__version__}"


def digest(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def call(region, server, tmp_path, capsys, monkeypatch):
    """Run the command; returns its exit code, its output and its errors."""
    monkeypatch.delenv("GEO_OVERPASS_URL", raising=False)

    def run(*more, data=region, endpoint=True):
        arguments = ["refresh", "overpass", "--data", str(data), "--cache", str(tmp_path / "kept"),
                     "--pause", "0.05", "--timeout", "5", *more]  # fmt: skip
        arguments += ["--endpoint", server.url] if endpoint else []
        code = main(arguments)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def reported(out):
    found = json.loads(out)
    return found, {row["route_id"]: row for row in found["routes"]}


def test_routes_that_match_whole_are_replaced(call, region, server):
    old = geo.load(region)
    code, out, err = call("--json")
    assert (code, err) == (0, "")
    found, rows = reported(out)
    assert found["replaced"] == 2
    assert rows["jia-ding"]["status"] == rows["wu-ji"]["status"] == "replaced"
    assert rows["geng-xin"]["status"] == "kept"
    assert "knows no way" in rows["geng-xin"]["reason"]
    assert rows["jia-ding"]["date"] == "2026-10-05", "the day the server's data stand for"
    assert len(server.queries) == 3
    drawn = geo.build_layers(geo.load(region))
    lines = drawn.sections.geometry
    for key in ("jia-ding-1", "jia-ding-2"):
        points = shapely.get_coordinates(shapely.segmentize(lines[key], 1e-4)) * KM
        assert 1000 * shapely.distance(shapely.points(points), TRUTH).max() < 30
    points = shapely.get_coordinates(shapely.segmentize(lines["wu-ji-1"], 1e-4)) * KM
    assert np.abs(points[:, 1] + 20).max() < 0.03
    assert drawn.routes.loc["jia-ding", "accuracy_class"] in ("surveyed", "approximate")
    assert [p.place_id for p in drawn.catalogue.points_of["jia-ding"] if p.place_id] == [
        p.place_id for p in old.points_of["jia-ding"] if p.place_id
    ]


def test_what_is_not_replaced_keeps_its_bytes(call, region):
    before = {p.name: p.read_text("utf-8") for p in (region / "tables").glob("*.csv")}
    assert call("--route", "甲丁高速")[0] == 0
    after = {p.name: p.read_text("utf-8") for p in (region / "tables").glob("*.csv")}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"alignments.csv", "places.csv", "sources.csv"}
    for name in changed:
        others = [line for line in before[name].splitlines() if "jia-ding" not in line
                  and line.split(",")[0] not in ("jia", "yi", "bing", "ding")]  # fmt: skip
        assert set(others) <= set(after[name].splitlines())
    new = geo.load(region)
    chainage = {p.place_id: p.chainage_km for p in new.points_of["jia-ding"] if p.place_id}
    assert chainage == {"jia": 0, "yi": None, "bing": 31.5, "ding": None}
    assert {p.accuracy_m for p in new.points_of["jia-ding"] if not p.place_id} == {30}
    moved = geo.build_layers(new).places.loc["bing"]
    assert "osm-2026-10-05" in moved["source"]
    (source,) = [row for row in new.sources if row.key == "osm-2026-10-05"]
    assert "ODbL" in source.licence


def test_the_ways_are_written_down(call, region, server):
    call()
    table = pd.read_csv(region / "osm" / "refreshed.csv", dtype=str)
    assert list(table["section_id"]) == ["jia-ding-1", "jia-ding-2", "wu-ji-1"]
    row = table.iloc[0]
    assert row["origin"] == server.url
    assert "highway=motorway" in row["query"]
    assert int(row["elements"]) == len(row["osm_ids"].split(";"))
    assert len(row["sha256"]) == 64
    assert 150 < float(row["missing_m"]) < 250


def test_the_server_is_told_who_asks(call, server):
    call()
    assert server.headers
    for headers in server.headers:
        assert headers["User-Agent"] == AGENT
        assert headers["referer"] == AGENT
    assert server.status_calls == 1, "one knock before the first question"
    assert osmnx.settings.http_user_agent != AGENT, "settings are put back"
    assert osmnx.settings.requests_kwargs == {}
    assert socket.getaddrinfo.__module__ != "osmnx._http"


def test_a_second_run_asks_nothing(call, region, server, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert call("--out", str(first))[0] == 0
    asked = len(server.queries)
    assert call("--out", str(second), "--max-calls", "0")[0] == 0
    assert len(server.queries) == asked == 3
    assert server.status_calls == 1
    assert digest(first) == digest(second)


def test_a_copy_leaves_the_data_as_they_are(call, region, tmp_path):
    before = digest(region)
    code, out, _ = call("--out", str(tmp_path / "copy"), "--json")
    assert code == 0
    assert json.loads(out)["out"] == str(tmp_path / "copy")
    assert digest(region) == before
    assert set(before) < set(digest(tmp_path / "copy"))
    code, _, err = call("--out", str(tmp_path / "copy"))
    assert code == 2
    assert "expected a new or empty folder" in err


def test_a_dry_run_changes_nothing(call, region):
    before = digest(region)
    code, out, _ = call("--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["replaced"] == 2
    assert json.loads(out)["out"] is None
    assert digest(region) == before


def test_a_repeated_refresh_is_stable(call, region):
    call()
    first = geo.build_layers(geo.load(region)).routes.geometry
    code, out, _ = call("--json")
    assert code == 0
    again = geo.build_layers(geo.load(region)).routes.geometry
    for route in ("jia-ding", "wu-ji"):
        points = shapely.get_coordinates(again[route])
        apart = shapely.distance(shapely.points(points * KM), shapely.transform(
            first[route], lambda lonlat: lonlat * KM))  # fmt: skip
        assert 1000 * apart.max() < 30
    assert reported(out)[1]["jia-ding"]["median_shift_m"] < 10


def test_the_shipped_tables_stay_as_they_are(server, capsys):
    code = main(["refresh", "overpass", "--endpoint", server.url])
    assert code == 2
    assert "--out DIR" in capsys.readouterr().err
    assert not server.headers, "the server was not asked"


def test_the_shipped_tables_can_be_copied_and_refreshed(server, tmp_path, capsys):
    out = tmp_path / "copy"
    code = main(["refresh", "overpass", "--endpoint", server.url, "--out", str(out), "--json",
                 "--cache", str(tmp_path / "kept"), "--route", "达渝高速–渝邻高速"])  # fmt: skip
    assert code == 0
    _, rows = reported(capsys.readouterr().out)
    assert "knows no way" in rows["dayu-yulin"]["reason"], "the server knows the toy region only"
    assert digest(out) == digest(data_folder())


@pytest.mark.parametrize(
    ("more", "text"),
    [(["--timeout", "soon"], "'soon': expected seconds"), (["--max-calls", "-1"], "whole number"),
     (["--pause", "0"], "expected seconds"), ([], "SOURCE")],
)  # fmt: skip
def test_wrong_arguments_are_told(capsys, more, text):
    with pytest.raises(SystemExit) as stop:
        main(["refresh", *(["overpass", *more] if more else [])])
    assert stop.value.code == 2
    assert text in capsys.readouterr().err


def test_an_unknown_route_is_told(call, server):
    code, _, err = call("--route", "nothing")
    assert code == 2
    assert "no route 'nothing'" in err
    assert not server.headers


FAULTS = {
    "busy": ([Reply(429)] * 3, "is busy (HTTP 429), asked 3 times"),
    "overloaded": ([Reply(504)] * 3, "is busy (HTTP 504), asked 3 times"),
    "partial": (
        [Reply(body='{"elements": [], "remark": "runtime error: Query timed out"}')],
        "sent only a part of the data: runtime error: Query timed out",
    ),
    "html": ([Reply(body="<html>Log in</html>", kind="text/html")], "answered with a web page"),
    "cut off": ([Reply(body='{"elements": [{"type": "no')], "broken JSON"),
    "no elements": ([Reply(body="[]")], "JSON that holds no elements"),
    "bad query": ([Reply(400, "<html>Error</html>", "text/html")], "answered HTTP 400"),
    "refused": ([Reply(406, "", "text/plain")], "answered HTTP 406"),
    "moved": ([Reply(302, "", headers=(("Location", "/elsewhere"),))], "answered HTTP 302"),
}


@pytest.mark.parametrize(("script", "text"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_and_changes_nothing(call, region, server, script, text):
    server.script = [None, *script]  # the first route is answered
    before, since = digest(region), time.monotonic()
    code, out, err = call()
    assert code == 2
    assert time.monotonic() - since < 10
    assert text in err
    assert err.count("\n") == 1
    assert "GEO_OVERPASS_URL" in err
    assert "the shipped data stay in use" in err
    assert not out
    assert digest(region) == before


def test_a_busy_server_is_asked_again(call, server):
    server.script = [Reply(429), Reply(504)]
    code, out, _ = call("--json")
    assert code == 0
    assert json.loads(out)["replaced"] == 2
    assert len(server.queries) == 5


def test_a_server_that_asks_for_patience_gets_it(region, server, tmp_path):
    from geo.readers.overpass import DownloadError, Limits, download_ways
    from geo.sources.corridors import route_requests

    server.script = [Reply(429, headers=(("Retry-After", "3600"),))]
    drawn, limits = geo.build_layers(geo.load(region)), Limits(total_s=5, pause_s=0.05)
    with pytest.raises(DownloadError, match="asks for 3600 s"):
        download_ways(
            route_requests(drawn, ["wu-ji"]), endpoint=server.url, cache=tmp_path, limits=limits
        )


@pytest.mark.parametrize("slow", ["answer", "status"])
def test_a_slow_server_is_left(call, region, server, slow):
    before, since = digest(region), time.monotonic()
    if slow == "status":
        server.status_wait_s = 3.0
    else:
        server.script = [Reply(wait_s=3, body="{}")]
    code, _, err = call("--timeout", "0.3")
    assert code == 2
    assert "gave no answer in 0.3 s; try --timeout" in err
    assert time.monotonic() - since < 5
    assert digest(region) == before


def test_no_server_at_all(call, region):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before, since = digest(region), time.monotonic()
    code, _, err = call("--endpoint", f"http://127.0.0.1:{port}/api", endpoint=False)
    assert code == 2
    assert "cannot be reached" in err
    assert "refused" in err
    assert err.count("\n") == 1
    assert time.monotonic() - since < 5
    assert digest(region) == before


def test_an_empty_answer_is_a_route_not_found(call, server):
    server.script = [Reply(body='{"elements": []}')]
    code, out, _ = call("--json", "--route", "wu-ji")
    assert code == 0
    _, rows = reported(out)
    assert rows["wu-ji"]["status"] == "kept"
    assert "knows no way" in rows["wu-ji"]["reason"]


def test_calls_are_limited(call, server):
    code, out, _ = call("--json", "--max-calls", "1")
    assert code == 0
    assert len(server.queries) == 1
    _, rows = reported(out)
    assert rows["jia-ding"]["status"] == "replaced"
    assert "the limit of 1 calls is reached" in rows["wu-ji"]["reason"]


@pytest.mark.parametrize("text", ['{"elem', "[]", '{"elements": [{"type": "way", "id": 1}]}'])
def test_a_damaged_cache_is_asked_for_anew(call, tmp_path, server, text):
    call("--dry-run")
    kept = sorted((tmp_path / "kept").rglob("*.json"))
    whole = [path.read_bytes() for path in kept]
    for path in kept:
        path.write_text(text, encoding="utf-8")
    asked = len(server.queries)
    code, out, _ = call("--json")
    assert code == 0
    assert json.loads(out)["replaced"] == 2
    assert len(server.queries) == asked + len(kept)
    assert [path.read_bytes() for path in kept] == whole


def test_the_server_may_come_from_the_environment(call, server, monkeypatch):
    monkeypatch.setenv("GEO_OVERPASS_URL", server.url + "/interpreter")
    assert call("--dry-run", endpoint=False)[0] == 0
    assert len(server.queries) == 3
    monkeypatch.setenv("GEO_OVERPASS_URL", "overpass.example")
    code, _, err = call("--dry-run", endpoint=False)
    assert code == 2
    assert "expected the address of a server" in err


def test_without_osmnx_the_message_says_how_to_get_it(call, monkeypatch):
    monkeypatch.setitem(sys.modules, "osmnx", None)
    code, _, err = call()
    assert code == 2
    assert "pip install 'chuanyu-geo[osm]'" in err


def test_only_a_download_imports_osmnx():
    code = "import sys, geo.cli.main, geo.pipeline, geo.sources; print('osmnx' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_the_region_works_after_a_refresh(call, region, tmp_path, capsys):
    assert call()[0] == 0
    assert main(["check", "--data", str(region), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"]
    assert main(["build", "--data", str(region), "--out", str(tmp_path / "maps"),
                 "--year", "2026", "--json"]) == 0  # fmt: skip
    assert (tmp_path / "maps" / "index.html").exists()
    made = gpd.read_file(tmp_path / "maps" / "data" / "network.gpkg", layer="sections")
    assert len(made) == 4


def test_a_table_edited_elsewhere_keeps_its_line_ends(call, region):
    path = region / "tables" / "alignments.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n").rstrip(b"\n"))
    assert call("--route", "wu-ji")[0] == 0
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfroute_id")
    assert b"\r" not in raw
    assert len(geo.load(region).points_of["jia-ding"]) == 9
