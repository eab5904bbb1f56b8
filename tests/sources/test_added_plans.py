"""A plan written into the tables: what it changes, what it leaves alone, what it refuses."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import small_region

import geo
from geo.catalogue import TABLES
from geo.cli.main import main
from geo.network import build_network, travel_time_matrix
from geo.scenarios import apply_plan, plan_of, planned_layers
from geo.sources import add_plan

EDITS = [
    {"do": "open", "sections": ["north-2"], "year": 2031},
    {"do": "speed", "sections": ["fast-1", "fast-2"], "kmh": 162.5},
    {"do": "lanes", "sections": ["south-1"], "lanes": 8},
    {"do": "trains", "sections": ["fast-1"], "trains": 70},
    {"do": "draw", "id": "plan-1", "name": "新线, “东”", "name_en": "New line", "mode": "rail",
     "class": "intercity", "design_speed_kmh": 160, "trains_per_day": 30, "year": 2030,
     "stops": [{"place": "ws"}, {"lon": -0.31, "lat": 0.22}, {"lon": 0.33, "lat": 0.21}],
     "via": [[], [[0.0, 0.3]]]},
]  # fmt: skip
CLOSURES = [{"do": "close", "edges": ["fast-1:ws"]}]
SOURCE = {"key": "plan", "title": "A plan", "date": "2026-11-01"}


@pytest.fixture
def folder(tmp_path, two_provinces):
    copy = tmp_path / "provinces"
    shutil.copytree(two_provinces, copy)
    return copy


def save(path, edits):
    """Write a plan as the page does."""
    features = []
    for edit in edits:
        properties, geometry = dict(edit), None
        if edit["do"] == "draw":
            points, stops = [], []
            for k, stop in enumerate(edit["stops"]):
                place = small_region.PLACES.get(stop.get("place"), (None, None))
                stops.append({"at": len(points), "place": stop["place"]}
                             if "place" in stop else {"at": len(points)})  # fmt: skip
                points.append([stop.get("lon", place[0]), stop.get("lat", place[1])])
                points += edit["via"][k] if k < len(edit["via"]) else []
            properties = {**edit, "stops": stops}
            del properties["via"]
            geometry = {"type": "LineString", "coordinates": points}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    plan = {"name": "试", "name_en": "Try"}
    path.write_text(json.dumps({"type": "FeatureCollection", "plan": plan, "features": features}),
                    encoding="utf-8")  # fmt: skip
    return path


def rows_of(folder):
    return {
        path.stem: path.read_bytes().splitlines() for path in (folder / "tables").glob("*.csv")
    }


def test_the_tables_hold_what_the_plan_made_of_the_catalogue(folder):
    before, files = geo.load(folder), rows_of(folder)
    plan = plan_of({"name": "试", "edits": EDITS})
    added = add_plan(before, plan, source=SOURCE, out=folder)
    expected, after = apply_plan(before, plan), geo.load(folder)
    for name in set(TABLES) - {"sources"}:
        assert getattr(after, name) == getattr(expected, name), name
    assert after.sources[-1].title == "A plan"
    assert added.changed == {"sections": 4}
    assert added.rows["sections"] == len(after.sections) - len(before.sections) == 2
    assert set(added.sections) == {
        "north-2",
        "fast-1",
        "fast-2",
        "south-1",
        "plan-1-1",
        "plan-1-2",
    }
    for name, lines in files.items():
        left = [line for line in rows_of(folder)[name] if line in set(lines)]
        assert len(left) == len(lines) - added.changed.get(name, 0)
        assert left == [line for line in lines if line in set(left)]
    for mode in ("road", "rail", "any"):
        one, other = (
            travel_time_matrix(build_network(c, year=2032), mode=mode) for c in (expected, after)
        )
        assert np.array_equal(one, other, equal_nan=True)


def test_a_plan_without_an_output_changes_nothing(folder):
    files = rows_of(folder)
    added = add_plan(geo.load(folder), plan_of({"edits": EDITS}), source=SOURCE)
    assert rows_of(folder) == files
    assert "plan-1" in added.catalogue.route


def test_geo_add_writes_a_plan_and_says_what_it_means(folder, tmp_path, capsys):
    path = save(tmp_path / "plan.geojson", EDITS)
    main(["add", str(path), "--data", str(folder), "--lang", "en"])
    said = capsys.readouterr().out
    for line in (
        "Try: 5 edits",
        "1. Line north (north-2): open at the end of 2031",
        "2. Line fast (fast-1), Line fast (fast-2): 162.5 km/h",
        "3. Line south (south-1): 8 lanes",
        "4. Line fast (fast-1): 70 trains a day in each direction",
        "5. New line (plan-1): a new line, intercity, 3 stops, 2030; it joins: Place ws",
        "sections +2 ~4",
    ):
        assert line in said
    known = apply_plan(geo.load(small_region.write(tmp_path / "fresh")), plan_of({"edits": EDITS}))
    assert geo.load(folder).alignments == tuple(
        row.model_copy(update={"source": row.source.replace("plan", f"plan-{_date(path)}")})
        if row.source == "plan" else row for row in known.alignments
    )  # fmt: skip


def test_a_delay_is_told_of_the_year_that_it_changes(folder, tmp_path, capsys):
    path = save(tmp_path / "late.geojson", [{"do": "open", "sections": ["north-2"], "year": 2033}])
    assert main(["add", str(path), "--data", str(folder), "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert changes["year"] == 2028  # it was expected then
    assert changes["pairs"] == []
    worst, *rest = changes["worse"]
    assert worst["after_min"] - worst["before_min"] == pytest.approx(-worst["saved_min"], abs=0.2)
    assert all(row["saved_min"] >= worst["saved_min"] for row in rest)
    shutil.rmtree(folder)
    small_region.write(folder)
    assert main(["add", str(path), "--data", str(folder), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "2028: no two cities come closer" in said
    assert "2028: the pairs of cities that lose most" in said
    before = geo.load(small_region.write(tmp_path / "before"))
    found = geo.compare_catalogues(before, geo.load(folder), 2028)["worse"].iloc[0]
    minutes = [travel_time_matrix(build_network(c, year=2028)) for c in (before, geo.load(folder))]
    assert found["after_min"] == pytest.approx(minutes[1].loc[found["from_id"], found["to_id"]])
    assert found["before_min"] == pytest.approx(minutes[0].loc[found["from_id"], found["to_id"]])
    assert (minutes[1] - minutes[0]).max().max() == pytest.approx(-found["saved_min"])


def _date(path):
    from geo.cli.refresh import modified

    return modified(path).isoformat()


def test_a_second_time_the_ids_are_taken(folder, tmp_path, capsys):
    path = save(tmp_path / "plan.geojson", EDITS)
    assert main(["add", str(path), "--data", str(folder), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["edits"] == 5
    assert report["out"] == str(folder)
    files = rows_of(folder)
    assert main(["add", str(path), "--data", str(folder), "--lang", "en"]) == 2
    assert (
        "plan.geojson:5 id: 'plan-1': expected an id of no other route" in capsys.readouterr().err
    )
    assert rows_of(folder) == files


@pytest.mark.parametrize(
    ("edits", "options", "said"),
    [
        (EDITS + CLOSURES, [], "plan.geojson:6 do: expected no closure, which tables cannot hold"),
        (EDITS, ["--class", "hsr"], "--class: expected nothing with a plan"),
        (EDITS, ["--snap", "2"], "--snap: expected nothing with a plan"),
        ([{"do": "remove", "sections": ["nothing"]}], [], "plan.geojson:1 sections: 'nothing'"),
    ],
)
def test_what_no_table_holds_is_refused_and_nothing_is_written(
    folder, tmp_path, capsys, edits, options, said
):
    path, files = save(tmp_path / "plan.geojson", edits), rows_of(folder)
    assert main(["add", str(path), "--data", str(folder), "--lang", "en", *options]) == 2
    assert said in capsys.readouterr().err
    assert rows_of(folder) == files


def test_a_drawing_still_needs_an_id(folder, tmp_path, capsys):
    path = tmp_path / "line.geojson"
    line = {"type": "LineString", "coordinates": [[0, 0.3], [0.3, 0.3]]}
    feature = {"type": "Feature", "properties": {}, "geometry": line}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert main(["add", str(path), "--data", str(folder), "--lang", "en"]) == 2
    assert "expected --id ID with a drawing" in capsys.readouterr().err


def test_geo_compare_counts_with_a_plan_and_its_closures(folder, tmp_path, capsys):
    path = save(tmp_path / "plan.geojson", EDITS + CLOSURES)
    command = ["compare", "--plan", str(path), "--data", str(folder), "--json"]
    assert main([*command, "--year", "2032"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["plan"], found["closed"]) == ("试", ["fast-1:ws"])
    plan = plan_of({"name": "试", "edits": EDITS + CLOSURES})
    cat = geo.load(folder)
    matrices = [
        travel_time_matrix(build_network(layers, year=2032, nodes="stops"))
        for layers in (cat, planned_layers(cat, plan))
    ]
    people = np.array([city.population for city in cat.centres], float)
    for side, matrix in zip(("before", "after"), matrices, strict=True):
        minutes = matrix.to_numpy()
        for i, city in enumerate(cat.centres):
            others = np.arange(len(people)) != i
            mean = (minutes[i] * people)[others].sum() / people[others].sum()
            (row,) = [row for row in found["cities"] if row["city_id"] == city.city_id]
            assert row[f"mean_min_{side}"] == pytest.approx(mean)
    assert main(["compare", "2025", "2032", *command[1:]]) == 0
    later = json.loads(capsys.readouterr().out)
    assert [row["mean_min_after"] for row in later["cities"]] == [
        row["mean_min_after"] for row in found["cities"]
    ]
    assert main([*command[:-1], "--lang", "en", "--year", "2032"]) == 0
    assert "with the plan Try" in capsys.readouterr().out
