"""A plan saved by the page, added to the tables: the numbers of the page and of the tables."""

from __future__ import annotations

import json
import random
import shutil

import numpy as np
import plan_engine
import pytest
from test_plan_geometry import random_line

import geo
from geo.catalogue import data_folder
from geo.cli.main import main
from geo.maps.bundling import page_script
from geo.network import build_network, build_travel_graph, times_between

SAVE = """plan => geo.planToFile(plan, { sections: new Map(),
  places: new Map(engine.places.map(place => [place.id, place])) })"""
#: Edits of the small region that tables hold, each with a line between two provinces.
EDITS = [
    {"do": "open", "sections": ["north-2"], "year": 2027},
    {"do": "remove", "sections": ["south-2"]},
    {"do": "speed", "sections": ["fast-1", "plan-1-1"], "kmh": 180},
    {"do": "trains", "sections": ["fast-2", "plan-1-2"], "trains": 64},
]
LINES = [
    {"do": "draw", "id": "plan-1", "name": "新线", "mode": "rail", "class": "intercity",
     "year": 2028, "design_speed_kmh": 160, "trains_per_day": 30,
     "stops": [{"place": "ws"}, {"lon": -0.3123456, "lat": 0.22}, {"lon": 0.33, "lat": 0.21}],
     "via": [[], [[0.1, 0.3]]]},
    {"do": "draw", "id": "plan-2", "name": "新路", "mode": "road", "class": "expressway",
     "year": 2027, "design_speed_kmh": 120,
     "stops": [{"place": "wa"}, {"lon": -0.1, "lat": -0.1}, {"place": "ea"}]},
]  # fmt: skip


def page_of(page, layers, folder):
    """Open a page with the engine, and what saves plans."""
    page.goto(plan_engine.write(folder / "page.html", layers).as_uri())
    page.evaluate(page_script("plan-file"))
    return page


def saved(page, plan, path):
    """Save a plan as the page does."""
    path.write_text(page.evaluate(SAVE, plan), encoding="utf-8")
    return path


def times_of(folder, year, mode):
    """Return the minutes in a data folder between centres and to settlements."""
    catalogue = geo.load(folder)
    net = build_network(catalogue, year=year, nodes="stops")
    ends = [*catalogue.centres, *catalogue.settlements]
    return times_between(build_travel_graph(net, mode=mode), catalogue.centres, ends)


def assert_same_times(page, plan, folder, years):
    for year in years:
        for mode in ("any", "road", "rail"):
            known = times_of(folder, year, mode)
            found = plan_engine.door_times(page, plan, year, mode, known.shape)
            both = np.isfinite(known)
            assert np.array_equal(np.isfinite(found), both)
            assert np.abs(found[both] - known[both]).max() < 1e-6


def test_a_saved_plan_gives_the_same_times_in_the_tables(page, two_provinces, tmp_path):
    folder = tmp_path / "provinces"
    shutil.copytree(two_provinces, folder)
    page_of(page, geo.build_layers(geo.load(folder)), tmp_path)
    plan = {"name": "试", "name_en": "Try", "edits": [*LINES, *EDITS]}
    before = times_of(folder, 2028, "any")
    path = saved(page, plan, tmp_path / "plan.geojson")
    assert main(["add", str(path), "--data", str(folder), "--json"]) == 0
    assert np.abs(times_of(folder, 2028, "any") - before).max() > 1
    assert_same_times(page, plan, folder, [2012, 2026, 2028])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_random_plans_give_the_same_times_in_the_shipped_tables(
    page, cat, drawn, tmp_path, capsys, seed
):
    rng = random.Random(seed)
    rails = [s.section_id for s in cat.sections if cat.route[s.route_id].mode == "rail"]
    edits = [
        *(random_line(rng, cat, number) for number in (1, 2, 3)),
        {"do": "open", "sections": rng.sample(list(cat.section), 5), "year": 2029},
        {"do": "remove", "sections": rng.sample(list(cat.section), 3)},
        {"do": "speed", "sections": [*rng.sample(list(cat.section), 5), "plan-1-1"], "kmh": 150},
        {"do": "trains", "sections": rng.sample(rails, 3), "trains": 25},
    ]
    plan = {"name": "试", "name_en": "Try", "edits": edits}
    page_of(page, drawn, tmp_path)
    path, folder = saved(page, plan, tmp_path / "plan.geojson"), tmp_path / "mine"
    command = ["add", str(path), "--data", str(data_folder()), "--out", str(folder), "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["edits"] == len(edits)
    assert_same_times(page, plan, folder, [2026, 2030])
