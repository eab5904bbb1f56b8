"""One pair, one date, one mode: the same minutes in every command, file and page."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pandas as pd
import pytest

import geo
from geo.cli.main import main

DATE = "2026-11-23"
PAIRS = [("chengdu", "chongqing"), ("dazhou", "wanzhou"), ("zigong", "yibin")]
MODES = ["any", "road", "rail"]


@pytest.fixture(scope="module")
def run():
    """Runs a command once and returns its JSON."""
    kept = {}

    def once(capsys, *words):
        if words not in kept:
            assert main([*words, "--json"]) in (0, None)
            kept[words] = json.loads(capsys.readouterr().out)
        return kept[words]

    return once


@pytest.fixture(scope="module")
def stops(drawn):
    return geo.build_network(drawn, year=DATE, nodes="stops")


@pytest.fixture(scope="module")
def minutes(stops):
    """Times by mode, computed here from the network, unrounded."""
    return {mode: geo.travel_time_matrix(stops, mode=mode) for mode in MODES}


def embedded(page, name):
    return json.loads(re.search(rf'id="data-{name}">(.*?)</script>', page, re.DOTALL)[1])


def triangle(values, n, a, b):
    """The value of a pair of a list of pairs i < j, row by row."""
    i, j = sorted((a, b))
    return values[i * n - i * (i + 1) // 2 + j - i - 1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pair", PAIRS, ids="–".join)
def test_commands(pair, mode, run, minutes, capsys, stops, cat):
    wanted = minutes[mode].loc[pair[0], pair[1]]
    found = run(capsys, "od", *pair, "--mode", mode, "--year", DATE)
    assert found["routes"][0]["time_min"] == round(wanted, 1)
    table = run(capsys, "matrix", "--mode", mode, "--year", DATE)
    at = [table["city_ids"].index(key) for key in pair]
    assert table["time_min"][at[0]][at[1]] == table["time_min"][at[1]][at[0]] == round(wanted, 1)
    sheet = run(capsys, "corridor", *pair, "--year", DATE)
    if mode != "any":
        assert sheet["times"][mode]["now_min"] == pytest.approx(wanted)
    (journey,) = geo.fastest_routes(stops, *(cat.find_city(key) for key in pair), mode=mode)
    assert journey.time_min == pytest.approx(wanted)


@pytest.mark.parametrize("mode", MODES)
def test_means_of_cities(mode, run, minutes, capsys, cat, built):
    """The mean times of `access`, `compare` and the tables are those of the matrix."""
    people = np.array([city.population for city in cat.centres], float)
    times = minutes[mode].to_numpy()
    weights = np.tile(people, (len(people), 1)) * ~np.eye(len(people), dtype=bool)
    mean = (times * weights).sum(axis=1) / weights.sum(axis=1)
    rows = run(capsys, "access", "--mode", mode, "--year", DATE)["cities"]
    assert [row["value"] for row in rows] == pytest.approx(mean)
    if mode == "any":
        compared = run(capsys, "compare", "2020", DATE)["cities"]
        assert [row["mean_min_after"] for row in compared] == pytest.approx(mean)
        for name, column in (("accessibility", "mean_min"), ("city_changes", "mean_min_before")):
            table = pd.read_csv(built[0] / "data" / f"{name}.csv")
            assert table[column].tolist() == pytest.approx(mean, rel=1e-6)


@pytest.mark.parametrize("pair", PAIRS, ids="–".join)
def test_files_and_pages(pair, minutes, built, pages, cat):
    ids = [city.city_id for city in cat.centres]
    a, b = (ids.index(key) for key in pair)
    n = len(ids)
    exact = {mode: minutes[mode].loc[pair[0], pair[1]] for mode in MODES}
    for mode in ("road", "rail"):
        table = pd.read_csv(built[0] / "data" / f"times_{mode}_min.csv", index_col="city_id")
        assert table.loc[pair[0], pair[1]] == pytest.approx(exact[mode], rel=1e-6)
    circles = pd.read_csv(built[0] / "data" / "circles.csv")
    own = circles[(circles["date"] == DATE) & circles["from_id"].isin(pair)]
    for row in own[own["to_id"].isin(pair)].itertuples():
        assert row.minutes == pytest.approx(exact["any"], rel=1e-6)

    reach = embedded(pages["accessibility"], "access")
    assert [city[0] for city in reach["cities"]] == ids
    for mode in MODES:
        i, j = max(a, b), min(a, b)  # below the diagonal, row by row; tenths, up
        shown = reach["modes"][mode]["times"][0][i * (i - 1) // 2 + j]
        assert shown == pytest.approx(math.ceil(exact[mode] * 10 - 1e-6) / 10)

    compared = embedded(pages["compare"], "compare")
    first, *steps = compared["minutes"]
    state = compared["state"][compared["moments"].index(DATE)]
    for step in steps[:state]:
        for position, value in zip(step[::2], step[1::2], strict=True):
            first[position] = value
    assert triangle(first, n, a, b) / 100 == pytest.approx(exact["any"], abs=0.0101)

    losses = embedded(pages["criticality"], "losses")
    shown = [detail["p"] for mode in ("any",) for detail in losses["modes"][mode]["d"].values()
             if "p" in detail]  # fmt: skip
    for i, j, before, _ in shown:
        assert before == round(minutes["any"].iloc[i, j], 1)
    assert shown


def test_people_within_two_hours(run, capsys, built, pages, cat):
    """The people of `access`, the tables and both pages are the same."""
    rows = run(capsys, "access", "--indicator", "daily", "--year", DATE)["cities"]
    counted = [row["value"] for row in rows]
    table = pd.read_csv(built[0] / "data" / "accessibility.csv")
    assert table["people_within_120min"].tolist() == pytest.approx(counted)
    changes = pd.read_csv(built[0] / "data" / "city_changes.csv")
    assert changes["people_120min_before"].tolist() == pytest.approx(counted, abs=0.51)
    reach = embedded(pages["accessibility"], "access")
    column = reach["limits"].index(120)
    within = [by_city[0][column] for by_city in reach["modes"]["any"]["within"]]
    assert within == pytest.approx(counted, abs=0.51)
    compared = embedded(pages["compare"], "compare")
    state = compared["state"][compared["moments"].index(DATE)]
    assert compared["within"][state] == pytest.approx(counted, abs=0.51)
