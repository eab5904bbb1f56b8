"""The page of two dates without a browser: its figures are those of `geo compare`."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import toy

import geo
from geo.catalogue.dates import status_on
from geo.cli.main import main
from geo.layers.layers import build_layers
from geo.maps import compare
from geo.maps.elements import number, signed
from geo.network.network import build_network
from geo.scenarios import horizon_of, timeline
from geo.scenarios.comparison import compare_cities, compare_indices

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def html(pages):
    return pages["compare"]


def embedded(page):
    found = re.search(r'<script type="application/json" id="data-compare">(.*?)</script>', page)
    return json.loads(found[1])


@pytest.fixture(scope="module")
def data(html):
    return embedded(html)


@pytest.fixture(scope="module")
def when(drawn):
    return timeline.build_timeline(drawn, DAY)


def state(data, key):
    return data["state"][data["moments"].index(key)]


def matrix(data, key, size):
    """Unpack the times of a moment: minutes, infinite where there is no way."""
    half = np.array(data["minutes"][0])
    for step in data["minutes"][1 : state(data, key) + 1]:
        half[step[::2]] = step[1::2]
    full = np.zeros((size, size))
    full[np.triu_indices(size, 1)] = np.where(half < 0, np.inf, half / 100)
    return full + full.T


def same(values, expected):
    """Compare numbers of a page with those of the package, unknown ones with unknown ones."""
    return values == pytest.approx(expected, rel=1e-6, abs=1e-9, nan_ok=True)


def stats_of(data, a, b):
    nan = float("nan")
    pairs = {}
    for name, values in data["stats"].items():
        pair = [values[state(data, key)] for key in (a, b)]
        pairs[name] = [nan if value is None else value for value in pair]
    return pairs


@pytest.mark.parametrize(("a", "b"), [("2020", "2030"), ("2011", "2020")])
def test_the_figures_are_those_of_the_command(a, b, data, drawn, capsys):
    assert main(["compare", a, b, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    ours = stats_of(data, a, b)
    for name, row in found["stats"].items():
        expected = [np.nan if row[key] is None else row[key] for key in ("before", "after")]
        assert same(ours[name], expected), name
    cities = drawn.catalogue.centres
    people = np.array([city.population for city in cities], float)
    assert data["people"] == people.tolist()
    pair = [matrix(data, key, len(cities)) for key in (a, b)]
    both = np.isfinite(pair[0]) & np.isfinite(pair[1]) & ~np.eye(len(cities), dtype=bool)
    weight = np.where(both, people, 0.0)
    for name, minutes in zip(("before", "after"), pair, strict=True):
        spent = (weight * np.where(both, minutes, 0.0)).sum(axis=1)
        for i, city in enumerate(found["cities"]):
            known = city[f"mean_min_{name}"]
            assert (known is None) == (weight[i].sum() == 0)
            assert not known or spent[i] / weight[i].sum() == pytest.approx(known, abs=0.011)
        reached = [c[f"people_120min_{name}"] for c in found["cities"]]
        shown = data["within"][state(data, {"before": a, "after": b}[name])]
        assert shown == pytest.approx(reached, abs=0.51)


@pytest.mark.parametrize(
    ("a", "b"),
    [("1995", "2005"), ("2015", "2026-11-23"), ("2026-11-23", "2026"), ("2026", "2035")],
)
def test_the_statistics_of_further_pairs(a, b, data, drawn):
    days = [date.fromisoformat(data["dates"][data["moments"].index(key)]) for key in (a, b)]
    table = compare_indices(*((drawn, day) for day in days))
    ours = stats_of(data, a, b)
    for name, row in table.iterrows():
        assert same(ours[name], [row["before"], row["after"]]), name
    missing = set(ours) - set(table.index)
    assert all(np.isnan(ours[name]).all() for name in missing)


def test_every_moment_is_a_year_or_the_day(data):
    assert data["moments"][:2] == ["1995", "1996"]
    assert len(data["moments"]) == 42
    i = data["moments"].index("2026-11-23")
    assert data["moments"][i + 1] == "2026"
    assert data["dates"][i + 1] == "2026-12-31"
    assert data["dates"] == sorted(data["dates"])


def test_the_stages_are_those_of_the_dates(when, drawn):
    as_of = drawn.catalogue.region.as_of
    for section in drawn.catalogue.sections[::5]:
        for i, day in enumerate(when.days.values()):
            status = status_on(
                day, today=section.status, started=section.started, opened=section.opened,
                expected=section.expected, as_of=as_of,
            )  # fmt: skip
            letter = when.stages[section.section_id][i]
            first = "n" if status.stage == "planned" and day < as_of else status.stage[0]
            assert letter == ("a" if status.assumed else first)


def test_the_length_by_class_adds_up(data, drawn):
    for key in data["moments"][::6]:
        now = state(data, key)
        total = sum(values[now] or 0 for values in data["km"].values())
        assert total == pytest.approx(data["stats"]["length_km"][now], rel=1e-6)
    net = build_network(drawn, year=2020)
    hsr = net.edges[net.edges["class"] == "hsr"]["length_km"].sum()
    assert data["km"]["hsr"][state(data, "2020")] == pytest.approx(hsr)


def rows(html, name):
    """Return the cells of a table as text, without their markup."""
    table = html.split(f'<table id="{name}">')[1].split("</table>")[0].split("<tbody>")[1]
    return [
        [re.sub(r'<span class="en">.*?</span>|<[^>]+>', "", cell) for cell in
         re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table)
    ]  # fmt: skip


def test_the_first_tables_show_the_first_pair(html, data, when, drawn):
    assert data["start"] == ["2020", "2026-11-23"]
    a, b = (when.at(key) for key in data["start"])
    shown = set(re.findall(r'<tr data-row="([^"]+)">', html))
    same = str.maketrans("n", "p")  # not begun is planned, on a date that is past
    stages = {key: letters.translate(same) for key, letters in when.stages.items()}
    assert shown == {key for key, letters in stages.items() if letters[a] != letters[b]}
    table = compare_indices((drawn, date(2020, 12, 31)), (drawn, DAY))
    first = next(row for row in rows(html, "statistics") if row[0].startswith("通车里程 L"))
    values = [f"{table.loc['length_km', key]:,.0f}" for key in ("before", "after")]
    assert first[1:3] == values
    cities = compare_cities(drawn, date(2020, 12, 31), DAY)
    for cells, row in zip(rows(html, "cities"), cities.to_dict("records"), strict=True):
        assert cells[0] == row["name"]
        assert cells[1] == number(row["mean_min_before"], 1)
        assert cells[3] == signed(row["mean_min_delta"], 1)
        assert cells[6] == signed(row["people_120min_delta"] / 1e6, 2)


@pytest.mark.long
def test_the_projects_are_those_of_the_command(html, capsys):
    assert main(["compare", "2026-11-23", "2030", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["projects"]
    shown = rows(html, "projects")
    assert [row[0] for row in shown] == [project["name"] for project in found]
    for cells, project in zip(shown, found, strict=True):
        assert cells[3] == signed(project["first_in_percent"], 2)
        assert cells[4] == signed(project["last_in_percent"], 2)


def test_the_same_page_comes_without_an_analysis(html, drawn, when):
    assert compare.compare_page(drawn, date=DAY, timeline=when) == html


def test_the_ready_pairs(drawn, when, cat):
    horizon = horizon_of(drawn, DAY)
    assert horizon == date(2030, 12, 31)
    assert compare.presets(drawn, when, DAY, horizon) == [
        ("2010", "2020"), ("2020", "2026-11-23"), ("2026-11-23", "2030"), ("2020", "2030")
    ]  # fmt: skip
    plain = replace(
        drawn, catalogue=replace(cat, region=cat.region.model_copy(update={"milestones": ()}))
    )
    assert compare.presets(plain, when, DAY, horizon) == [
        ("2016", "2026-11-23"), ("2026-11-23", "2030")
    ]  # fmt: skip


def test_differences_have_a_sign_unless_they_round_to_nothing():
    assert signed(1234.56, 1) == "+1,234.6"
    assert signed(-0.5, 2) == "−0.50"
    assert signed(-1e-13, 0) == "0"
    assert signed(None, 0) == signed(float("nan"), 3) == "–"


def test_a_date_as_a_year_and_its_fraction():
    assert compare.decimal_year(date(2025, 12, 31)) == 2025
    assert compare.decimal_year(date(2026, 7, 2)) == pytest.approx(2025 + 183 / 365)


def opened(folder, years):
    """Give the sections of a made-up region their years of opening."""
    path = folder / "tables" / "sections.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, table = reader.fieldnames, list(reader)
    for row in table:
        row["opened"] = years.get(row["route_id"], row["opened"])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(table)
    return folder


def test_a_textbook_network_that_grows(tmp_path):
    """Without its sixth edge the network of the textbook has four nodes and five edges."""
    folder = toy.region(tmp_path / "k", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    page = compare.compare_page(
        build_layers(geo.load(opened(folder, {"ce": "2010"}))), date=date(2020, 6, 1)
    )
    data = embedded(page)
    ours = stats_of(data, "2009", "2010")
    assert ours["v"] == [4, 5]
    assert ours["e"] == [5, 6]
    assert ours["mu"] == [2, 2]
    assert ours["beta"] == pytest.approx([1.25, 1.2])
    assert ours["length_km"] == pytest.approx([67, 76])
    assert "links" not in "".join(data["stats"])
    before, after = (matrix(data, key, 5) for key in ("2009", "2010"))
    assert after[2, 4] < before[2, 4]
    assert after[0, 1] == before[0, 1]
    assert data["start"] == ["2010", "2020-06-01"]
    assert 'id="projects"' not in page


def test_a_region_without_cities_or_anything_begun(tmp_path):
    nodes, edges = {"a": (0, 0), "b": (40, 0)}, {"ab": 40}
    folder = toy.region(tmp_path / "none", nodes, edges, mode="water", opened="", status="planned")
    page = compare.compare_page(build_layers(geo.load(folder)), date=date(2020, 1, 1))
    data = embedded(page)
    assert data["people"] == []
    assert set(data["stats"]["e"]) == {0}
    assert 'id="cities"' not in page
    assert re.findall(r'<tr data-row="([^"]+)">', page) == []


def test_the_end_of_a_year_is_no_moment_of_its_own(tmp_path):
    folder = toy.region(tmp_path / "k", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    data = embedded(compare.compare_page(build_layers(geo.load(folder)), date=date(2025, 12, 31)))
    assert len(data["moments"]) == 41
    assert data["start"] == ["2015", "2025"]


@pytest.mark.parametrize("day", [date(1980, 1, 1), date(2060, 12, 31)])
def test_a_day_beyond_the_years_is_a_moment(day, tmp_path):
    folder = toy.region(tmp_path / "k", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    data = embedded(compare.compare_page(build_layers(geo.load(folder)), date=day))
    assert day.isoformat() in data["moments"]
    assert data["start"][0] < data["start"][1]


def test_the_page_keeps_its_size(html):
    assert len(html.encode()) < 2_000_000
