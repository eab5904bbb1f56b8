"""Rows of a line that a plan draws, computed by hand in a region of two provinces."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import toy

import geo
from geo.geometry import geodesic_km
from geo.scenarios.drawn_lines import Stop, border_cuts, drawn_rows, leg_lengths, rounded

FACTS = {"id": "p", "name": "新路", "name_en": "New", "mode": "rail", "class": "hsr",
         "year": 2030, "design_speed_kmh": 250, "trains_per_day": 40}  # fmt: skip
SHAPE = {"accuracy_m": 2000, "source": "me"}


@pytest.fixture(scope="module")
def cat(two_provinces):
    """The border of the two provinces lies on the meridian of 0."""
    return geo.load(two_provinces)


def stop(place, lon, lat, kind="station"):
    return Stop(place, kind, lon, lat)


def test_halves_of_a_coordinate_go_up():
    """As Math.round does, on either side of nothing."""
    assert [rounded(x) for x in (0.0000005, 0.00000049, -0.0000005, -0.00000051)] == [
        1e-6, 0.0, 0.0, -1e-6
    ]  # fmt: skip


def test_rows_of_a_line_across_a_border(cat):
    """A leg of more than 5 km gets points between, the border one of its own."""
    end = 12 / toy.KM_LON
    rows = drawn_rows(cat, FACTS, [stop("w", -end / 2, -0.3), stop("e", end / 2, -0.3)],
                      [[(0.02, -0.3)]], "me")  # fmt: skip
    shape = [row for row in rows["alignments"] if "lon" in row]
    # 8.2 km to the corner in two steps, 3.8 km from it in one
    assert [(row["lon"], row["lat"]) for row in shape] == [
        (rounded((-end / 2 + 0.02) / 2), -0.3), (0.02, -0.3)
    ]  # fmt: skip
    assert all(row.items() >= SHAPE.items() for row in shape)
    assert [row.get("place_id") for row in rows["alignments"]] == [
        "w", None, "p-border-1", None, "e"
    ]  # fmt: skip
    assert [row["seq"] for row in rows["alignments"]] == [1, 2, 3, 4, 5]
    assert {row["route_id"] for row in rows["alignments"]} == {"p"}
    assert rows["places"] == [
        {"place_id": "p-border-1", "name": "新路(西省–东省界)", "name_en": "New (West–East border)",
         "lon": 0.0, "lat": -0.3, "kind": "border", "confidence": "low", **SHAPE}
    ]  # fmt: skip
    own = {"source": "me", "confidence": "low"}
    assert rows["sections"] == [
        {"section_id": f"p-{i}", "route_id": "p", "seq": i, "name": "新路", "from_place": a,
         "to_place": b, "status": "planned", "expected": 2030, "design_speed_kmh": 250, **own}
        for i, a, b in ((1, "w", "p-border-1"), (2, "p-border-1", "e"))
    ]  # fmt: skip
    assert rows["train_services"] == [
        {"section_id": f"p-{i}", "class": "emu", "trains_per_day": 40, **own} for i in (1, 2)
    ]
    assert rows["projects"] == [
        {"project_id": "p", "name": "新路", "name_en": "New", "sections": "p-1;p-2",
         "year": 2030, "change": "add"}
    ]  # fmt: skip
    assert rows["routes"] == [
        {"route_id": "p", "mode": "rail", "class": "hsr", "name": "新路", "name_en": "New",
         "group": "background", "source": "me"}
    ]  # fmt: skip


def test_sections_end_where_travellers_change(cat):
    """A stop at which nobody changes cuts no section; without trains none are listed."""
    stops = [stop("a", -0.4, -0.3), stop("b", -0.38, -0.3, "junction"),
             stop("c", -0.36, -0.3), stop("d", -0.34, -0.3, "junction")]  # fmt: skip
    kinds = {s.kind for s in stops if s.kind in geo.catalogue.TRANSFER_KINDS}
    facts = FACTS | {"trains_per_day": None, "class": "conventional"}
    rows = drawn_rows(cat, facts, stops, [[], [], []], "me")
    found = [(row["from_place"], row["to_place"]) for row in rows["sections"]]
    wanted = [s.place for s in stops if s in (stops[0], stops[-1]) or s.kind not in kinds]
    assert found == list(itertools.pairwise(wanted))
    assert rows["train_services"] == rows["places"] == []
    slow = drawn_rows(cat, facts | {"trains_per_day": 7}, stops, [[], [], []], "me")
    assert {row["class"] for row in slow["train_services"]} == {"conventional"}


def test_a_straight_line_has_a_point_every_five_kilometres(cat):
    km = float(geodesic_km([-0.4, -0.3], [-0.1, -0.3]))  # 33.4: seven steps
    rows = drawn_rows(cat, FACTS, [stop("w", -0.4, -0.3), stop("e", -0.1, -0.3)], [[]], "me")
    lons = [row["lon"] for row in rows["alignments"] if "lon" in row]
    count = math.ceil(km / 5)
    assert lons == pytest.approx([-0.4 + 0.3 * i / count for i in range(1, count)], abs=1e-6)
    # a shape point at a stop, or twice in a row, is none
    twice = [[(-0.4, -0.3), (-0.39, -0.3), (-0.39, -0.3), (-0.38, -0.3)]]
    rows = drawn_rows(cat, FACTS, [stop("w", -0.4, -0.3), stop("e", -0.38, -0.3)], twice, "me")
    assert [row["lon"] for row in rows["alignments"] if "lon" in row] == [-0.39]


def square(x, y, size=1.0):
    return np.array([(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)], float)


def test_where_a_line_passes_from_an_area_into_another():
    """Out of nothing into a at 1, into b at 2, out of it at 3; a hole of a is not a."""
    line = np.array([(0, 0.5), (4, 0.5)])
    areas = {"a": [square(1, 0)], "b": [square(2, 0)]}
    assert border_cuts(line, areas) == [
        (1, 1, 0.5, ("", "a")), (2, 2, 0.5, ("a", "b")), (3, 3, 0.5, ("b", "")),
    ]  # fmt: skip
    assert border_cuts(line, {}) == []
    hole = {"a": [square(1, 0), square(1.25, 0.25, 0.5)]}
    assert [cut[0] for cut in border_cuts(line, hole)] == [1, 1.25, 1.75, 2]
    # a bent line: the cut after the corner counts from the start
    bent = np.array([(0, 0.5), (1.5, 0.5), (1.5, 3)])
    assert border_cuts(bent, areas) == [
        (1, 1, 0.5, ("", "a")), (2, 1.5, 1, ("a", "")),
    ]  # fmt: skip
    # a stay of 0.004 degrees is none: the cut lies in its middle
    thin = {"a": [square(1, 0)], "b": [square(2, 0, 0.004)], "c": [square(2.004, 0, 0.996)]}
    low = np.array([(0.5, 0.002), (2.5, 0.002)])
    *found, sides = border_cuts(low, thin)[1]
    assert found == pytest.approx([1.502, 2.002, 0.002], abs=1e-9)
    assert sides == ("a", "c")


def test_legs_are_as_long_as_the_earth_says():
    stops = [stop("a", 0, 0), stop("b", 0, 0.1), stop("c", 0.2, 0.1)]
    wanted = [0.1 * toy.KM_LAT, float(geodesic_km([0, 0.1], [0.2, 0.1]))]
    assert leg_lengths(stops) == pytest.approx(wanted, rel=1e-5)
