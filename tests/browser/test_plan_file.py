"""A plan saved by the page is read by the library and comes back; what is none is refused."""

from __future__ import annotations

import contextlib
import json
import random

import pytest

import geo
from geo.core import BadInputError
from geo.maps.bundling import page_script
from geo.scenarios import apply_plan, is_plan, plan_of, read_plan

PLAN = {
    "name": "推迟两年 & “更快”",
    "name_en": "Two years late",
    "edits": [
        {"do": "remove", "sections": ["north-2"]},
        {"do": "open", "sections": ["north-2", "fast-1"], "year": 2029},
        {"do": "speed", "sections": ["fast-1"], "kmh": 310.5},
        {"do": "lanes", "sections": ["south-1"], "lanes": 8},
        {"do": "trains", "sections": ["fast-1", "plan-1-1"], "trains": 40},
        {"do": "close", "edges": ["south-1:wa"]},
        {"do": "close", "sections": ["south-2"]},
        {"do": "close_area", "lon": 0.1, "lat": 0.2, "km": 5},
        {"do": "draw", "id": "plan-1", "name": "新线", "name_en": "New line", "mode": "rail",
         "class": "hsr", "design_speed_kmh": 250, "trains_per_day": 30, "year": 2031,
         "stops": [{"place": "ws"}, {"lon": -0.1, "lat": 0.123456, "name": "新站"},
                   {"lon": 0.2, "lat": 0.25}],
         "via": [[[-0.3, 0.1], [-0.2, 0.11]], []]},
        {"do": "draw", "id": "plan-2", "mode": "road", "class": "trunk", "year": 2030,
         "stops": [{"lon": 0.0, "lat": -0.3}, {"place": "ea"}]},
    ],
}  # fmt: skip
PLACES = [["ws", {"lon": -0.48, "lat": 0.02}], ["ea", {"lon": 0.5, "lat": 0.0}]]
SECTIONS = [["north-2", [[0, 0.2], [0.3, 0.2], [0.5, 0]]]]
SAVE = """([plan, places, sections]) =>
  geo.planToFile(plan, { places: new Map(places), sections: new Map(sections) })"""


@pytest.fixture
def scripts(page):
    # blobs and streams need an origin that may use them
    page.goto("about:blank")
    page.evaluate(page_script("plan-file"))
    return page


@pytest.fixture
def text(scripts):
    return scripts.evaluate(SAVE, [PLAN, PLACES, SECTIONS])


def test_a_saved_plan_is_the_same_plan_in_the_library(text, tmp_path):
    path = tmp_path / "plan.geojson"
    path.write_text(text, encoding="utf-8")
    assert is_plan(path)
    saved, straight = read_plan(path), plan_of(PLAN)
    assert (saved.name, saved.name_en) == (straight.name, straight.name_en)
    for one, other in zip(saved.edits, straight.edits, strict=True):
        same = one.model_dump()
        if "via" in same and not any(same["via"]):
            same["via"] = ()  # no shape points
        assert same == other.model_dump()


def test_a_saved_plan_is_read_by_a_gis(text, tmp_path):
    import geopandas as gpd

    path = tmp_path / "plan.geojson"
    path.write_text(text, encoding="utf-8")
    frame = gpd.read_file(path)
    assert frame["do"].tolist() == [edit["do"] for edit in PLAN["edits"]]
    again = tmp_path / "again.geojson"
    frame.to_file(again)
    made = json.loads(again.read_text("utf-8"))
    again.write_text(json.dumps({**made, "plan": {"name": PLAN["name"]}}), encoding="utf-8")
    assert [edit.model_dump(exclude={"via"}) for edit in read_plan(again).edits] == [
        edit.model_dump(exclude={"via"}) for edit in plan_of(PLAN).edits
    ]


def test_a_plan_comes_back_from_its_file_and_its_link(scripts, text):
    back = scripts.evaluate("text => geo.planFromFile(text)", text)
    assert back["plan"]["edits"][:8] == PLAN["edits"][:8]
    first, second = back["plan"]["edits"][8:]
    assert first == PLAN["edits"][8]
    assert second.pop("via") == [[]]
    assert second == PLAN["edits"][9]
    link = scripts.evaluate("plan => geo.planToLink(plan)", PLAN)
    assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(link) < 900
    assert scripts.evaluate("link => geo.planFromLink(link)", link) == {"plan": PLAN}


WRONG = {
    "no such edit": ({"do": "widen", "sections": ["a"]}, "there is no such edit"),
    "no sections": ({"do": "remove", "sections": []}, "sections: expected ids of sections"),
    "a year": ({"do": "open", "sections": ["a"], "year": "soon"}, "year: expected a year"),
    "a speed": ({"do": "speed", "sections": ["a"], "kmh": 1000}, "kmh: expected 5 to 500 km/h"),
    "trains": ({"do": "trains", "sections": ["a"], "trains": 0}, "trains: expected 1 train"),
    "nothing closed": ({"do": "close"}, "expected sections or edges"),
    "a class": ({**PLAN["edits"][9], "class": "hsr"}, "class: expected expressway, trunk"),
    "one stop": ({**PLAN["edits"][9], "stops": [{"place": "ea"}]}, "stops: expected two stops"),
    "trains on a road": ({**PLAN["edits"][9], "trains_per_day": 5}, "only a railway has trains"),
    "an id": ({**PLAN["edits"][9], "id": "Plan 1"}, "id: expected an id"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_edit_is_refused_in_one_sentence_on_both_sides(scripts, case):
    edit, said = WRONG[case]
    plan = {"name": "", "edits": [PLAN["edits"][0], edit]}
    error = scripts.evaluate("plan => geo.checkPlan(plan)", plan)
    assert error["en"].startswith(f"Edit 2: {said}")
    assert error["zh"].startswith("第 2 项修改：")
    assert "\n" not in error["zh"] + error["en"]
    if case not in ("a class", "trains on a road", "an id", "nothing closed"):
        with pytest.raises(BadInputError) as caught:
            plan_of(plan)
        assert {problem.row for problem in caught.value.problems} == {2}


def test_what_the_region_does_not_have_is_named(scripts):
    check = """plan => geo.checkPlan(plan,
      { sections: new Map([["north-2", 1], ["fast-1", 1]]), places: new Map([["ws", 1]]) })"""
    error = scripts.evaluate(check, PLAN)
    assert error["en"] == "Edit 4: this region has no south-1."
    draw = {"edits": [PLAN["edits"][8], {"do": "trains", "sections": ["plan-1-1"], "trains": 9}]}
    assert scripts.evaluate(check, draw) is None
    twice = {"edits": [PLAN["edits"][8]] * 2}
    assert scripts.evaluate(check, twice)["en"] == "Edit 2: plan-1 is used twice."


@pytest.mark.parametrize(
    ("stops", "said"),
    [
        ([{"place": "ea"}, {"lon": 0, "lat": 0}], "no line of mode rail joins ea"),
        (
            [{"place": "ws"}, {"lon": 0, "lat": 0}, {"place": "ws"}, {"place": "es"}],
            "a stop twice",
        ),
        ([{"place": "ws"}, {"place": "ws"}], "0.1 km or more apart"),
        ([{"lon": 0, "lat": 0}, {"lon": 0.0005, "lat": 0}], "0.1 km or more apart"),
        ([{"place": "ws"}, {"place": "plan-9-2"}], "no line of mode rail joins plan-9-2"),
    ],
)
def test_stops_that_no_line_can_have_are_named_on_both_sides(scripts, two_provinces, stops, said):
    cat = geo.load(two_provinces)
    road = {**PLAN["edits"][9], "id": "plan-9", "stops": [{"place": "ea"}, {"lon": 0, "lat": 0.3}]}
    plan = {"edits": [road, {**PLAN["edits"][8], "stops": stops, "via": []}]}
    modes = {p.place_id: cat.route[p.route_id].mode for p in cat.alignments if p.place_id}
    places = [[p.place_id, {"id": p.place_id, "lon": p.lon, "lat": p.lat, "kind": p.kind,
                            "modes": [modes[p.place_id]]}] for p in cat.places]  # fmt: skip
    check = "([plan, places]) => geo.checkPlan(plan, { places: new Map(places) })"
    error = scripts.evaluate(check, [plan, places])
    assert error["en"].startswith("Edit 2: ")
    assert said in error["en"]
    with pytest.raises(BadInputError) as caught:
        apply_plan(cat, plan_of(plan))
    assert {problem.row for problem in caught.value.problems} == {2}
    fine = [{"place": "ws"}, {"lon": 0, "lat": 0}, {"place": "es"}, {"place": "ws"}]
    ring = {"edits": [{**PLAN["edits"][8], "stops": fine, "via": []}]}
    assert scripts.evaluate(check, [ring, places]) is None
    assert apply_plan(cat, plan_of(ring)).route["plan-1"]


def test_damaged_files_and_links_are_refused_in_words(scripts, text, tmp_path):
    rng, refused, path = random.Random(1), 0, tmp_path / "damaged.geojson"
    texts = ["", "null", "[]", "{}", '{"plan": {}}', '{"plan": {}, "features": [1]}', "[" * 5000]
    for _ in range(60):
        at = rng.randrange(len(text))
        texts.append(rng.choice([text[:at], text[:at] + rng.choice('{}[]",:0') + text[at + 1 :]]))
    for damaged in texts:
        found = scripts.evaluate("text => geo.planFromFile(text)", damaged)
        assert set(found) == {"plan"} or set(found["error"]) == {"zh", "en"}
        refused += "error" in found
        path.write_text(damaged, encoding="utf-8")
        with contextlib.suppress(BadInputError):  # and no other error
            read_plan(path)
    assert refused > 30
    link = scripts.evaluate("plan => geo.planToLink(plan)", PLAN)
    for damaged in ("", "x", "%%%", link[:50], link[::-1], "A" * 500):
        found = scripts.evaluate("text => geo.planFromLink(text)", damaged)
        assert found["error"]["en"] == "The plan in this link cannot be read."
