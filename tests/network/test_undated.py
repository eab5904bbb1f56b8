"""What of a network is the same on every day, against a region drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import toy

from geo.network import DEFAULT_PARAMETERS
from geo.network.undated import lasting_facts


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """A railway east a-b-c, a line north b-d that opens late, a road a-e: a is a core."""
    folder = tmp_path_factory.mktemp("undated")
    nodes = {"a": (0, 0), "b": (40, 0), "c": (80, 0), "d": (40, 30), "e": (0, 30), "f": (3, 1)}
    people = {"a": 9e6, "b": 2e6, "d": 5e5}
    toy.region(folder, nodes, {"ab": 40, "bc": 40, "bd": 30, "ae": 30}, people, mode="rail")
    toy.change(folder, "routes", "ae", mode="road", **{"class": "expressway"})
    toy.change(folder, "places", "e", kind="interchange")
    toy.change(folder, "places", "f", kind="junction")
    toy.change(folder, "sections", "bd-1", status="planned", opened="", expected="2035")
    return toy.layers_of(folder)


def test_what_does_not_depend_on_the_day(layers):
    facts = lasting_facts(layers)
    ends = facts.edges.set_index("section_id")[["u", "v"]].agg("".join, axis=1)
    assert ends.to_dict() == {"ab-1": "ab", "bc-1": "bc", "bd-1": "bd", "ae-1": "ae"}
    edge = dict(zip(facts.edges["section_id"], facts.edges.index, strict=True))
    # 12 of the 40 km from a lie within 12 km of the centre of the core
    wanted = {"ab-1": 12 / 40, "bc-1": 0, "bd-1": 0}
    assert {s: facts.near_core[edge[s]] for s in wanted} == pytest.approx(wanted, abs=0.03)
    assert set(facts.near_core) == set(facts.lines) == {edge[s] for s in wanted}
    assert facts.lines == {edge[f"{r}-1"]: {(r, 1)} for r in ("ab", "bc", "bd")}
    turns = {("a", "ab-1"): 90, ("b", "ab-1"): -90, ("b", "bd-1"): 0, ("d", "bd-1"): 180}
    for (place, section), degrees in turns.items():
        assert abs(facts.headings[place, edge[section]]) == pytest.approx(abs(degrees), abs=1e-6)
    assert facts.headings["a", edge["ab-1"]] > 0 > facts.headings["b", edge["ab-1"]]
    assert len(facts.headings) == 6
    assert facts.levels == {"a": "core", "b": "city", "c": "other", "d": "town", "e": "other"}
    assert facts.ground is None


def test_they_rest_on_the_parameters(layers):
    other = replace(DEFAULT_PARAMETERS, core_people=1e6, city_people=1e5, approach_km=20)
    facts = lasting_facts(layers, other)
    assert facts.levels == {"a": "core", "b": "core", "c": "other", "d": "city", "e": "other"}
    # both ends of a-b, and the half of b-c and two thirds of b-d, are near a core now
    assert sorted(facts.near_core.values()) == pytest.approx([1 / 2, 2 / 3, 1], abs=0.03)


def test_a_degree_of_longitude_is_shorter_in_the_north(tmp_path):
    """At 60 degrees it is half as long: 4 of the 20 km of the line lie within 12 km of the core."""
    north = 60 * toy.KM_LAT
    nodes = {"a": (0, north), "b": (16, north), "c": (56, north)}
    toy.region(tmp_path, nodes, {"bc": 20}, {"a": 9e6}, mode="rail")
    text = (tmp_path / "region.toml").read_text("utf-8")
    text = text.replace("frame = [-5.0, -5.0, 5.0, 5.0]", "frame = [-5.0, 55.0, 5.0, 65.0]")
    (tmp_path / "region.toml").write_text(text, "utf-8")
    facts = lasting_facts(toy.layers_of(tmp_path))
    assert list(facts.near_core.values()) == pytest.approx([0.2], abs=0.03)
