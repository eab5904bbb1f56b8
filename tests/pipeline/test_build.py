"""The main job: true results, whole or not at all, the same bytes every time, no network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import toy

import geo
from geo.cli.main import main
from geo.core.writing import staged_folder
from geo.maps import PAGES
from geo.pipeline import build

DAY = date(2026, 11, 23)


def contents(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".geo-files"
    }


@pytest.fixture
def small(two_provinces, tmp_path):
    """A small region that was built, and its folder."""
    catalogue, out = geo.load(two_provinces), tmp_path / "maps"
    build(catalogue, out, date=DAY)
    return catalogue, out


def test_the_summary_names_what_was_written(built):
    out, summary = built
    assert set(summary) >= {"out", "pages", "seconds", "stages"}
    assert {"index.html", "network.html", "crossings.html"} <= set(summary["pages"])
    written = set(contents(out))
    assert written == {*summary["pages"], *summary["files"]}
    assert all((out / page).stat().st_size < 3_000_000 for page in summary["pages"])
    keys = {"zh", "en", "method_zh", "method_en"}
    assert all(set(finding) == keys and all(finding.values()) for finding in summary["findings"])
    assert not list(out.glob(".geo-build-*"))


@pytest.mark.long
def test_a_second_build_gives_the_same_bytes_and_its_summary_alone_on_stdout(built, tmp_path):
    """By the command, in other processes, into a folder with spaces and hanzi."""
    out = tmp_path / "中文 maps"
    command = [sys.executable, "-m", "geo", "build", "--json", "--year", str(DAY), "--out", out]
    told = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    assert contents(out) == contents(built[0])
    said, clock = json.loads(told.stdout), {"out": str(out), "seconds": 0, "stages": 0}
    assert {**said, **clock} == {**built[1], **clock}


def test_sections_that_count_as_open_are_told(two_provinces, tmp_path, capsys):
    command = ["build", "--data", str(two_provinces), "--out", str(tmp_path), "--year", "2030"]
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["assumed"] == ["north-2"]


def test_the_tables_say_what_the_package_computes(built, drawn):
    out, _ = built
    crossings = pd.read_csv(out / "data" / "crossings.csv")
    roads = crossings[crossings["mode"] == "road"]
    assert (roads["四川_status"] == "open").sum() == 18
    stats = pd.read_csv(out / "data" / "statistics.csv", index_col="mode")
    assert stats.loc["all", "e"] == stats.loc[["road", "rail", "water"], "e"].sum()
    layers = gpd.list_layers(out / "data" / "network.gpkg")["name"]
    assert set(layers) == {"places", "sections", "routes", "cities", "zones", "crossings", "nodes", "edges",
                           "layer_styles"}  # fmt: skip
    sections = gpd.read_file(out / "data" / "network.gpkg", layer="sections")
    assert len(sections) == len(drawn.sections)
    assert sections.crs.to_epsg() == 4326


def test_the_tables_carry_the_analysis(built, cat):
    folder = built[0] / "data"
    cuts = pd.read_csv(folder / "cuts.csv")
    rail = cuts[cuts["mode"] == "rail"].set_index("date")["value"]
    assert rail["2020-12-31"] == 6
    assert rail["2026-11-23"] == 7
    links = pd.read_csv(folder / "links.csv")
    assert set(links["section_id"]) <= set(cat.section)
    assert links["cut_off_population"].is_monotonic_decreasing
    changes = pd.read_csv(folder / "city_changes.csv").set_index("city_id")
    assert changes["mean_min_delta"].min() < 0
    assert len(pd.read_csv(folder / "accessibility.csv")) == len(changes)
    projects = pd.read_csv(folder / "projects.csv").set_index("project_id")
    assert {"chengyu-middle", "chengdawan"} <= set(projects.index)


def test_a_region_of_one_part_without_borders_is_built(tmp_path):
    folder = toy.region(tmp_path / "toy", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    summary = build(geo.load(folder), tmp_path / "maps", date=date(2025, 1, 1))
    assert "network.html" in summary["pages"]
    assert any("76 km" in finding["en"] for finding in summary["findings"])
    assert any("losses that cut nobody off" in finding["en"] for finding in summary["findings"])


def test_headlines_carry_the_published_numbers(built):
    text = " ".join(finding["en"] for finding in built[1]["findings"])
    assert "18 open on the Sichuan side" in text
    assert "Middle Line HSR: 291.3 km, under construction, expected 2027" in text
    assert "486.4 km, partly open" in text


def test_a_failing_build_leaves_earlier_results_whole(small, monkeypatch):
    catalogue, out = small
    before = contents(out)

    def fail(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setitem(PAGES, "crossings", fail)
    with pytest.raises(RuntimeError, match="boom"):
        build(catalogue, out, date=date(2010, 12, 31))
    assert contents(out) == before


@pytest.mark.long
def test_a_build_stopped_at_any_moment_leaves_whole_files(small, two_provinces):
    out = small[1]
    first = contents(out)
    started = time.monotonic()
    command = [sys.executable, "-m", "geo", "build", "--data", str(two_provinces),
               "--out", str(out), "--year", "2010"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    whole = time.monotonic() - started
    second = contents(out)
    for part in (0.2, 0.5, 0.8):
        for name, raw in first.items():
            (out / name).write_bytes(raw)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * part)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        now = {k: v for k, v in contents(out).items() if not k.startswith(".geo-build-")}
        assert set(now) == set(first)
        assert all(raw in (first[name], second[name]) for name, raw in now.items())


def test_a_folder_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["build", "--out", str(tmp_path / "file")]) == 2
    err = capsys.readouterr().err
    assert "cannot write" in err
    assert len(err.strip().splitlines()) == 1


def test_only_some_pages(two_provinces, tmp_path, capsys):
    command = ["map", "crossings", "--data", str(two_provinces), "--out", str(tmp_path)]
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pages"] == ["crossings.html"]
    assert set(contents(tmp_path)) == {"crossings.html"}


def test_what_a_killed_build_left_is_swept_away(tmp_path):
    old, young = tmp_path / ".geo-build-old", tmp_path / ".geo-build-young"
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (0, 0))
    with staged_folder(tmp_path):
        pass
    assert not old.exists()
    assert young.exists()


def test_a_stage_that_fails_moves_nothing(tmp_path):
    def fail():
        with staged_folder(tmp_path) as stage:
            (stage / "a").write_text("a")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []
