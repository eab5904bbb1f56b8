"""Two dates and the projects between them, on hand-computed and published answers."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
import toy
from scipy.stats import norm

import geo
from geo.catalogue import Project
from geo.cli.main import main
from geo.connectivity import global_efficiency
from geo.core import BadInputError, run_locally
from geo.layers import stages_by_year
from geo.network import DoorTimes
from geo.scenarios import (
    city_changes,
    compare_cities,
    compare_dates,
    project_benefits,
    travel_times_on,
    with_projects,
)
from geo.scenarios.alternatives import with_sections
from geo.scenarios.comparison import (
    _benefit,
    compare_indices,
    indices_by_name,
    open_links,
    project_tables,
    projects_opening,
    weighted_efficiency,
)

NOW, SOON = date(2026, 11, 23), date(2027, 12, 31)
#: Minutes to enter and to leave at junctions; a kilometre at 60 km/h takes one.
DOORS = 0
START, END = date(2026, 1, 1), date(2027, 12, 31)


@pytest.fixture(scope="module")
def two(two_provinces):
    return geo.build_layers(geo.load(two_provinces))


@pytest.fixture(scope="module")
def rivals(tmp_path_factory):
    """
    A slow way a–b of 400 km; x of 260 and y of 280 km are to open beside it, z to close nothing.

    Of x and y only x is worth anything as the last one; z is a piece beyond b, to nobody.
    """
    nodes = {"a": (0, 0), "b": (200, 0), "c": (100, 60), "d": (100, -60), "e": (220, 0)}
    edges = {"ab": 400, "ac": 130, "cb": 130, "ad": 140, "db": 140, "be": 20}
    folder = toy.region(tmp_path_factory.mktemp("rivals"), nodes, edges, {"a": 1, "b": 1})
    building = {"status": "construction", "opened": "", "expected": 2027}
    toy.edit(folder, "sections", lambda row: building if row["route_id"] != "ab" else {})
    plan = {"name_en": "en", "year": 2027, "change": "add"}
    toy.write(folder, "projects", [
        {"project_id": key, "name": key * 2, "sections": sections, **plan}
        for key, sections in (("z", "be-1"), ("y", "ad-1;db-1"), ("x", "ac-1;cb-1"))
    ])  # fmt: skip
    return geo.build_layers(geo.load(folder))


def test_times_are_those_of_the_network_of_the_date(rivals):
    # 400, 260 km at 60 km/h
    assert travel_times_on(rivals, START, "road").cities[0, 1] == pytest.approx(400 + DOORS)
    assert travel_times_on(rivals, END).cities[0, 1] == pytest.approx(260 + DOORS)
    assert np.isinf(travel_times_on(rivals, END, "rail").cities[0, 1])
    assert travel_times_on(rivals, START).cities.diagonal().tolist() == [0, 0]


def test_weighted_efficiency_by_hand():
    minutes = np.array([[0, 30, np.inf], [30, 0, 60], [np.inf, 60, 0]])
    people = np.array([2.0, 1.0, 1.0])
    # pairs: 2*1/30, 2*1/inf, 1*1/60, both ways, over 2*(2 + 2 + 1)
    assert weighted_efficiency(minutes, people) == pytest.approx(60 * 2 * (2 / 30 + 1 / 60) / 10)
    assert np.isnan(weighted_efficiency(np.zeros((1, 1)), np.ones(1)))
    assert np.isnan(weighted_efficiency(minutes, np.zeros(3)))


def test_weighted_efficiency_of_equal_cities_is_that_of_latora_and_marchiori():
    rng = np.random.default_rng(1)
    minutes = rng.uniform(10, 200, (6, 6))
    np.fill_diagonal(minutes, 0)
    assert weighted_efficiency(minutes, np.full(6, 3.0)) == pytest.approx(
        60 * global_efficiency(minutes)
    )


def test_changes_of_every_city_by_hand(two):
    """Four cities of 50, 20, 40 and 10 thousand; the limits of 60 and 120 min count as within."""
    inf = np.inf
    before = np.array(
        [[0, 60, 130, inf], [60, 0, 121, inf], [130, 121, 0, 50], [inf, inf, 50, 0]], float
    )
    after = np.array(
        [[0, 60, 120, 61], [60, 0, 120, inf], [120, 120, 0, 40], [61, inf, 40, 0]], float
    )
    pair = [DoorTimes(times, times) for times in (before, after)]
    table = city_changes(two.catalogue, *pair)
    assert list(table) == [
        "city_id", "name", "name_en", "region", "mean_min_before", "people_60min_before",
        "people_120min_before", "mean_min_after", "people_60min_after", "people_120min_after",
        "mean_min_delta", "people_60min_delta", "people_120min_delta"]  # fmt: skip
    assert table.iloc[0].tolist()[:4] == ["aa", "城aa", "City aa", "West"]
    # aa meets bb (20) and cc (40) on both dates; dd only on the second, so it does not count
    assert table.loc[0, "mean_min_before"] == pytest.approx((20 * 60 + 40 * 130) / 60)
    assert table.loc[0, "mean_min_after"] == pytest.approx((20 * 60 + 40 * 120) / 60)
    assert table.loc[0, "mean_min_delta"] == pytest.approx(-40 * 10 / 60)
    people = np.array([city.population for city in two.catalogue.centres], float)
    for name, times in (("before", before), ("after", after)):
        for limit in (60, 120):
            known = np.where(np.isinf(times), 1e6, times)
            within = norm.cdf((limit - known) / np.hypot(0.1 * known, 5))
            np.fill_diagonal(within, 1)
            assert table[f"people_{limit}min_{name}"].to_numpy() == pytest.approx(
                within @ people, abs=0.51
            )
    assert (table["people_120min_delta"] > 0).all()
    alone = np.where(np.eye(4) > 0, 0.0, inf)
    lonely = city_changes(two.catalogue, DoorTimes(alone, alone), pair[1])
    assert lonely["mean_min_before"].isna().all()
    assert lonely["mean_min_delta"].isna().all()


def test_indices_by_name_and_mode(two):
    net = geo.build_network(two, year=2026)
    found = indices_by_name(net)
    assert found["length_km"] == pytest.approx(net.edges["length_km"].sum())
    rail = net.edges.loc[net.edges["mode"] == "rail", "length_km"].sum()
    assert found["rail.length_km"] == pytest.approx(rail)
    assert not [name for name in found if name.startswith("all.")]
    assert {name.partition(".")[0] for name in found if "." in name} == {"road", "rail", "water"}


def test_links_open_on_both_sides(two, rivals):
    dates = (date(2009, 12, 31), date(2010, 12, 31), date(2028, 12, 31))
    counts = open_links(two, stages_by_year(two, dates), dates)
    assert [list(count.values()) for count in counts] == [[0, 0, 0], [1, 1, 1], [2, 1, 1]]
    assert list(counts[0]) == ["road.links", "rail.links", "water.links"]
    assert open_links(rivals, {}, dates) == [{}, {}, {}]


def test_indices_on_two_dates(two):
    table = compare_indices((two, date(2009, 12, 31)), (two, date(2028, 12, 31)))
    assert list(table) == ["before", "after", "delta"]
    assert table.index.name == "name"
    after = indices_by_name(geo.build_network(two, year=2028))
    assert table.loc["e"].tolist() == [0, after["e"], after["e"]]
    assert table.loc["road.links"].tolist() == [0, 2, 2]
    assert np.isnan(table.loc["road.e", "before"])
    assert list(table.index) == [*dict.fromkeys([*indices_by_name(geo.build_network(two, year=2009)),
                                 "road.links", "rail.links", "water.links", *after])]  # fmt: skip
    back = compare_indices((two, date(2028, 12, 31)), (two, date(2009, 12, 31)))
    assert back.loc["road.links"].tolist() == [2, 0, -2]


def test_two_dates_side_by_side(two):
    asked = []

    def executor(task, large, blocks):
        asked.append((large[1:], [project.project_id for project in blocks]))
        return run_locally(task, large, blocks)

    found = compare_dates(two, 2026, "2028-06-30", executor=executor)
    assert list(found) == ["from", "to", "stats", "cities", "projects", "pairs"]
    dates = (date(2026, 12, 31), date(2028, 6, 30))
    assert (found["from"], found["to"]) == dates
    assert found["stats"].equals(compare_indices(*((two, day) for day in dates)))
    assert found["cities"].equals(compare_cities(two, *dates))
    assert found["projects"].empty  # expected in 2028, so not open by June
    assert asked == [((dates[0], "any", True), []), ((dates[1], "any", False), [])]
    asked.clear()
    later = compare_dates(two.catalogue, 2026, 2028, executor=executor)
    assert later["projects"]["project_id"].tolist() == ["plan"]
    assert asked == [
        ((date(2026, 12, 31), "any", True), ["plan"]),
        ((date(2028, 12, 31), "any", False), ["plan"]),
    ]


def test_projects_that_open_between_two_dates(rivals, tmp_path):
    found = projects_opening((rivals, START), (rivals, END))
    assert [project.project_id for project in found] == ["z", "y", "x"]
    assert projects_opening((rivals, END), (rivals, END)) == []
    assert projects_opening((rivals, START), (rivals, START)) == []
    half = with_projects(rivals, [project_of("p", "ac-1")], date=START)
    assert [p.project_id for p in projects_opening((half, START), (half, END))] == ["z", "y", "x"]
    never = with_projects(rivals, [project_of("p", "ac-1")], date=END, done=False)
    assert [p.project_id for p in projects_opening((never, START), (never, END))] == ["z", "y"]


def project_of(key, sections="x"):
    return Project(project_id=key, name="名", name_en="name", sections=sections, year=2027,
                   change="add")  # fmt: skip


def test_first_in_and_last_in_of_two_lines_that_replace_each_other(rivals):
    """Minutes a–b are those of 400 km at the start, 260 by x, 280 by y, and of both ends."""
    start, by_x, by_y = (km + DOORS for km in (400, 260, 280))
    table = project_benefits(rivals, START, END, mode="road")
    assert list(table) == ["project_id", "name", "name_en", "change", "year",
                           "first_in_percent", "last_in_percent", "relation", "crosses",
                           "note"]  # fmt: skip
    assert table["project_id"].tolist()[0] == "x"
    row = table.set_index("project_id")
    assert row.loc["x", ["name", "name_en", "change", "year"]].tolist() == [
        "xx",
        "en",
        "add",
        2027,
    ]
    value = row[["first_in_percent", "last_in_percent"]]
    assert value.loc["x"].tolist() == pytest.approx(
        [100 * (start / by_x - 1), 100 * (start / by_x - start / by_y)]
    )
    assert value.loc["y"].tolist() == pytest.approx([100 * (start / by_y - 1), 0])
    assert value.loc["z"].tolist() == pytest.approx([0, 0])
    assert row["relation"].to_dict() == {"x": "replaces", "y": "replaces", "z": "independent"}


def test_what_each_project_changes_alone(rivals):
    times = [travel_times_on(rivals, day, "road") for day in (START, END)]
    benefits, changes = project_tables(rivals, (START, END), times, "road")
    assert benefits.equals(project_benefits(rivals, START, END, "road"))
    assert changes["project_id"].tolist() == ["z", "z", "y", "y", "x", "x"]
    assert list(changes)[:4] == ["project_id", "project_zh", "project_en", "city_id"]
    assert changes.loc[4, ["project_zh", "project_en", "city_id"]].tolist() == ["xx", "en", "a"]
    assert changes["mean_min_before"].tolist() == pytest.approx([400 + DOORS] * 6)
    km = [400, 400, 280, 280, 260, 260]
    assert changes["mean_min_after"].tolist() == pytest.approx([d + DOORS for d in km])
    assert list(changes.index) == list(range(6))
    benefits, changes = project_tables(rivals, (END, END), [times[1]] * 2)
    assert benefits.empty
    assert changes.empty


def test_two_catalogues_on_one_day(rivals):
    """Without x the way from a to b takes 280 instead of 260 min; so does the way back."""
    without = with_sections(rivals, ["ac-1", "cb-1"], open_on=None)
    found = geo.compare_catalogues(without, rivals, END)
    assert (found["from"], found["to"]) == (END, END)
    assert found["stats"].loc["road.length_km", "delta"] == pytest.approx(260)
    cities = found["cities"].set_index("city_id")
    columns = ["mean_min_before", "mean_min_after", "mean_min_delta"]
    assert cities.loc["a", columns].tolist() == pytest.approx([280, 260, -20])
    (pair,) = found["pairs"].to_dict("records")
    assert [pair[key] for key in ("from_id", "to_id", "before_min", "after_min", "saved_min")] == [
        "a", "b", pytest.approx(280), pytest.approx(260), pytest.approx(20)
    ]  # fmt: skip
    assert found["worse"].empty
    (project,) = found["projects"].to_dict("records")
    gain = 100 * (280 / 260 - 1)
    assert project["project_id"] == "x"
    assert [project["first_in_percent"], project["last_in_percent"]] == pytest.approx([gain] * 2)
    back = geo.compare_catalogues(rivals, without, END)
    assert back["pairs"].empty
    assert back["projects"].empty
    (pair,) = back["worse"].to_dict("records")
    assert [pair[key] for key in ("before_min", "after_min", "saved_min")] == pytest.approx(
        [260, 280, -20]
    )


def test_catalogues_without_a_city_in_common(rivals, two):
    with pytest.raises(BadInputError, match="a city that both catalogues have; no id is in both"):
        geo.compare_catalogues(rivals, two, END)


@pytest.mark.parametrize(
    ("first", "last", "relation"),
    [
        (1.0, 2.0, "complements"),
        (2.0, 1.0, "replaces"),
        (1.0, 1.0, "independent"),
        (1.0, 1.04, "independent"),
        (1.04, 1.0, "independent"),
        (1.0, 1.06, "complements"),
        (1.06, 1.0, "replaces"),
        (95.0, 100.0, "complements"),  # just as far apart as counts
        (1e-5, 5e-4, "independent"),  # next to nothing of 100
        (1e-5, 2e-3, "complements"),
        (1e-3, 0.0, "independent"),  # the limit itself
        (-1.0, 0.0, "complements"),
        (0.0, -1.0, "replaces"),
    ],
)
def test_how_a_project_is_related_to_the_others(first, last, relation):
    row = _benefit(project_of("p"), first, last, 100.0)
    assert row["relation"] == relation
    assert (row["first_in_percent"], row["last_in_percent"]) == pytest.approx((first, last))


def test_benefits_in_percent_of_the_start():
    row = _benefit(project_of("p"), 1.0, 0.5, 4.0)
    assert (row["first_in_percent"], row["last_in_percent"]) == (25, 12.5)
    assert row["project_id"] == "p"
    unknown = _benefit(project_of("p"), 1.0, 0.5, 0.0)
    assert np.isnan([unknown["first_in_percent"], unknown["last_in_percent"]]).all()


def test_compare_command(capsys, two_provinces):
    command = ["compare", "2015", "2028", "--data", str(two_provinces)]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["from"], found["to"]) == (2015, 2028)
    assert set(found["stats"]["beta"]) == {"before", "after", "delta"}
    assert len(found["cities"]) == 4
    assert found["projects"][0]["project_id"] == "plan"
    assert main(command) == 0
    assert "statistic" in capsys.readouterr().out
