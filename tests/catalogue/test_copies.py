"""Copies of a catalogue with a city, a section or a route more."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

import geo
from geo.catalogue import TABLES

#: A line from 成都东 across the map, and where it ends.
LINE = [(104.14, 30.63), (104.9, 30.4), (105.3, 30.5), (105.6, 30.9)]
FROM = "chengdu-east-station"


@pytest.fixture
def rows(cat):
    """The rows of the tables as they are, to see that copies leave them alone."""
    before = {name: getattr(cat, name) for name in TABLES}
    lines = {name: dict(numbers) for name, numbers in cat.lines.items()}
    yield before
    assert {name: getattr(cat, name) for name in TABLES} == before
    assert cat.lines == lines


def with_line(cat, line=LINE, **cells):
    given = {"mode": "rail", "class_": "hsr", "design_speed_kmh": 350, "expected": 2032} | cells
    return cat.with_route(line, "new-line", "新线", name_en="New line", **given)


def test_a_route_becomes_rows_of_every_table(cat, rows):
    copy = with_line(cat)
    more = {name: len(getattr(copy, name)) - len(rows[name]) for name in TABLES}
    assert {name: n for name, n in more.items() if n} == {
        "routes": 1, "sections": 1, "places": 2, "alignments": 4, "sources": 1}  # fmt: skip
    section = copy.sections_of["new-line"][0]
    assert (section.status, section.expected, section.design_speed_kmh) == ("planned", 2032, 350)
    assert copy.find_route("New line").source == section.source == copy.sources[-1].key
    places = [copy.place[p.place_id] for p in copy.points_of["new-line"] if p.place_id]
    assert [(p.lon, p.lat) for p in places] == [LINE[0], LINE[-1]]


def test_a_route_can_be_drawn_and_travelled(cat, rows):
    copy = with_line(cat, from_place=FROM, to_place="suining-station", expected=2030)
    assert len(copy.places) == len(rows["places"])
    layers = geo.build_layers(copy)
    line = layers.routes.geometry["new-line"]
    ends = layers.places.geometry[[FROM, "suining-station"]]
    assert shapely.points(line.coords[0]) == ends.iloc[0]
    assert shapely.points(line.coords[-1]) == ends.iloc[1]
    for point in LINE[1:-1]:
        assert line.distance(shapely.Point(point)) < 1e-9
    early, late = (geo.build_network(layers, year=year) for year in (2029, 2030))
    assert "new-line-1" not in set(early.edges["section_id"])
    assert "new-line-1" in set(late.edges["section_id"])
    assert geo.build_network(cat, year=2030).graph.has_node(FROM)


@pytest.mark.parametrize("kind", [shapely.LineString, np.array, list, tuple])
def test_a_line_may_be_a_shape_an_array_or_pairs(cat, kind):
    assert with_line(cat, kind(LINE)).points_of["new-line"] == with_line(cat).points_of["new-line"]


def test_a_point_twice_in_a_row_is_one_and_a_ring_has_one_end(cat):
    assert len(with_line(cat, [LINE[0], *LINE]).points_of["new-line"]) == len(LINE)
    ring = with_line(cat, [*LINE[1:], LINE[1]])
    assert len(ring.places) == len(cat.places) + 1
    assert geo.build_layers(ring).routes.geometry["new-line"].is_ring


def test_what_is_opened_is_open(cat):
    assert with_line(cat, opened="2020-05", expected=None).section["new-line-1"].status == "open"


def test_a_city_is_added_or_changed(cat, rows):
    cells = {"name": "新城", "lon": 104.9, "lat": 30.4, "population": 800_000, "region": "四川"}
    copy = cat.with_city("xincheng", **cells)
    assert copy.find_city("新城").name_en == "新城"
    assert copy.centres == [*cat.centres, copy.cities[-1]]
    table = geo.build_layers(copy).cities
    assert table.crs.to_epsg() == 4326
    assert table.index.name == "city_id"
    assert table.loc["xincheng", "population"] == 800_000
    assert tuple(table.geometry["xincheng"].coords[0]) == (104.9, 30.4)
    changed = copy.with_city("chengdu", population=1)
    assert [c.city_id for c in changed.cities] == [c.city_id for c in copy.cities]
    assert changed.find_city("成都") == cat.find_city("成都").model_copy(update={"population": 1})


def test_cells_of_a_section_are_changed(cat, rows):
    copy = cat.with_section("chengyu-middle-hsr-1", expected=2031, design_speed_kmh=None)
    old, new = (c.section["chengyu-middle-hsr-1"] for c in (cat, copy))
    assert new == old.model_copy(update={"expected": 2031, "design_speed_kmh": None})
    assert [s for s in copy.sections if s is not new] == [s for s in cat.sections if s is not old]
    net = geo.build_network(copy, year=2030)
    assert "chengyu-middle-hsr-1" not in set(net.edges["section_id"])


@pytest.mark.parametrize("ends", [("chengdu-east-station", "neijiang-north-station"),
                                  ("neijiang-north-station", "chengyu-hsr-border-1")])  # fmt: skip
def test_a_section_is_divided(cat, rows, ends):
    start, end = ends
    copy = cat.with_section("part", route_id="chengyu-hsr", from_place=start, to_place=end,
                            status="construction", expected=2028)  # fmt: skip
    own = copy.sections_of["chengyu-hsr"]
    assert [s.seq for s in own] == [1, 2, 3]
    assert [s.from_place for s in own[1:]] == [s.to_place for s in own[:-1]]
    part = copy.section["part"]
    assert (part.opened, part.status, part.length_km) == ("", "construction", None)
    assert part.design_speed_kmh == cat.section["chengyu-hsr-1"].design_speed_kmh
    whole, divided = (geo.build_layers(c).sections["geometry_km"] for c in (cat, copy))
    assert divided["part"] + divided["chengyu-hsr-1"] == pytest.approx(whole["chengyu-hsr-1"])


def test_a_piece_counts_wherever_its_whole_does(cat, rows):
    """A widening shares both pieces of the road it runs on, and a project builds both."""
    road = cat.section["chengyu-1"]
    ends = {"from_place": "chengyu-interchange", "to_place": road.to_place}
    copy = cat.with_section("part", route_id="chengyu", **ends)
    assert cat.section["chengyu-widening-1"].shares == "chengyu-1"
    assert copy.section["chengyu-widening-1"].shares == "chengyu-1;part"
    (project,) = (p for p in cat.projects if "chengyu-middle-hsr-1" in p.sections)
    start = cat.section["chengyu-middle-hsr-1"]
    middle = next(p.place_id for p in cat.points_of["chengyu-middle-hsr"][1:] if p.place_id)
    copy = cat.with_section("half", route_id="chengyu-middle-hsr", from_place=start.from_place,
                            to_place=middle)  # fmt: skip
    (changed,) = (p for p in copy.projects if p.project_id == project.project_id)
    assert changed.sections == f"{project.sections};half"


def test_a_route_is_continued_at_both_ends(cat, rows):
    last = cat.sections_of["chengyu-hsr"][-1].to_place
    copy = cat.with_section("on", route_id="chengyu-hsr", from_place=last,
                            to_place="ckg-airport")  # fmt: skip
    copy = copy.with_section("before", route_id="chengyu-hsr", from_place="tianfu-airport-station",
                             to_place="chengdu-east-station")  # fmt: skip
    ids = [section.section_id for section in copy.sections_of["chengyu-hsr"]]
    assert ids == ["before", "chengyu-hsr-1", "chengyu-hsr-2", "on"]
    places = geo.build_layers(copy).tracks["chengyu-hsr"].places
    assert (places[0], places[-1]) == ("tianfu-airport-station", "ckg-airport")
    assert copy.section["on"].opened == cat.section["chengyu-hsr-2"].opened


CITY = {"name": "新城", "lon": 104.9, "lat": 30.4, "population": 8, "region": "四川"}
HSR = {"route_id": "chengyu-hsr"}
FAULTS = {
    "id": (lambda c: c.with_city("Xin cheng", **CITY), "cities.csv", "city_id", "lower-case"),
    "swapped": (lambda c: c.with_city("x", **CITY | {"lon": 30.4}), "cities.csv", "lon", "within"),
    "region": (lambda c: c.with_city("x", **CITY | {"region": "湖南"}), "cities.csv", "region", "id"),
    "column": (lambda c: c.with_city("x", **CITY, people=1), "cities.csv", "people", "one of the"),
    "no day": (lambda c: c.with_section("chengyu-1", opened="1995-02-30"), "sections.csv", "opened",
               "calendar"),
    "no works": (lambda c: c.with_section("chengyu-1", status="planned"), "sections.csv", "opened",
                 "the status is planned"),
    "no route": (lambda c: c.with_section("x", route_id="x"), "sections.csv", "route_id", "known"),
    "middle": (lambda c: c.with_section("x", **HSR, from_place="ziyang-north-station",
               to_place="neijiang-north-station"), "sections.csv", "from_place", "the end of"),
    "mode": (lambda c: with_line(c, class_="trunk"), "routes.csv", "class", "mode rail"),
    "lanes": (lambda c: with_line(c, lanes=4), "sections.csv", "lanes", "mode rail"),
    "place": (lambda c: with_line(c, to_place="no"), "alignments.csv", "place_id", "known id"),
    "frame": (lambda c: with_line(c, [LINE[0], (4, 5), LINE[2]]), "alignments.csv", "lon", "within"),
    "cell": (lambda c: with_line(c, speed=3), "routes.csv", "speed", "one of the columns"),
    "source": (lambda c: with_line(c, source="hearsay"), "routes.csv", "source", "known id"),
    "late": (lambda c: with_line(c, opened="2090"), "sections.csv", "opened", "up to"),
    "twice": (lambda c: with_line(with_line(c)), "routes.csv", "route_id", "once"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_fit_is_named_with_its_column(cat, rows, name):
    change, file, column, words = FAULTS[name]
    with pytest.raises(geo.BadInputError) as error:
        change(cat)
    hits = [p for p in error.value.problems if (p.file, p.column) == (f"tables/{file}", column)]
    assert any(words in problem.expected for problem in hits), error.value


@pytest.mark.parametrize("line", [[], [(104, 30)], [(104, 30)] * 2, "ab", None, 3,
                                  shapely.MultiLineString([LINE, LINE[:2]])])  # fmt: skip
def test_what_is_no_line_is_refused(cat, line):
    with pytest.raises(geo.BadInputError, match="expected a LineString"):
        with_line(cat, line)


def test_a_copy_is_checked_as_tables_are(cat):
    """A row that no method makes is found too: copies go through the checks of `load`."""
    lame = dataclasses.replace(cat, sections=cat.sections[1:])
    with pytest.raises(geo.BadInputError, match="expected longquanyiqu: a section is missing"):
        with_line(lame)
