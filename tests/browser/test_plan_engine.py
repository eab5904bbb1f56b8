"""The engine of plans in a browser against Python: the same times on any day, by any mode."""

from __future__ import annotations

import random

import numpy as np
import plan_engine
import pytest
from test_plan_geometry import random_line

import geo
from geo.network import build_travel_graph, times_between
from geo.scenarios import plan_of, planned_layers

#: Minutes; both round differently in the tenth digit or so.
CLOSE = 1e-6


@pytest.fixture(scope="module")
def engine(browser, drawn, tmp_path_factory):
    """A page with the engine of the region that comes with the package."""
    page = browser.new_page(offline=True)
    page.goto(plan_engine.write(tmp_path_factory.mktemp("engine") / "page.html", drawn).as_uri())
    yield page
    page.close()


def known_times(layers, year, mode):
    """Return the minutes that Python finds between centres and to settlements."""
    net = geo.build_network(layers, year=year, nodes="stops")
    catalogue = layers.catalogue
    ends = [*catalogue.centres, *catalogue.settlements]
    return times_between(build_travel_graph(net, mode=mode), catalogue.centres, ends)


def assert_same(found, known):
    """Both reach the same ends, in the same time."""
    reached = np.isfinite(known)
    assert np.array_equal(np.isfinite(found), reached)
    assert np.abs(found[reached] - known[reached]).max() < CLOSE


@pytest.mark.parametrize("year", [1995, 2010, 2020, 2025, 2030, 2035])
@pytest.mark.parametrize("mode", ["any", "road", "rail"])
def test_times_are_those_of_python(engine, drawn, year, mode):
    known = known_times(drawn, year, mode)
    assert_same(plan_engine.door_times(engine, None, year, mode, known.shape), known)


def random_edit(rng, cat, number):
    """Return an edit of any kind."""
    modes = {key: cat.route[row.route_id].mode for key, row in cat.section.items()}

    def some(*wanted):
        own = [key for key, mode in modes.items() if not wanted or mode in wanted]
        return rng.sample(own, rng.randint(1, 4))

    kinds = {
        "remove": lambda: {"sections": some()},
        "open": lambda: {"sections": some(), "year": rng.randint(2005, 2034)},
        "speed": lambda: {"sections": some(), "kmh": rng.choice([60, 120, 200, 300, 350])},
        "lanes": lambda: {"sections": some("road"), "lanes": 8},
        "trains": lambda: {"sections": some("rail"), "trains": rng.choice([1, 12, 40, 150])},
        "close": lambda: {"sections": some()},
        "close_area": lambda: {"lon": rng.uniform(103, 108), "lat": rng.uniform(28.5, 32),
                               "km": rng.uniform(5, 40)},
        "draw": lambda: random_line(rng, cat, number),
    }  # fmt: skip
    kind = rng.choice([*kinds, "draw"])
    return {"do": kind, **kinds[kind]()}


def assert_same_plan(engine, cat, seed, years, modes):
    """A random plan gives the same times on some days by some modes."""
    rng = random.Random(seed)
    edits = [random_edit(rng, cat, number) for number in range(1, rng.randint(2, 6))]
    plan = {"name": f"plan {seed}", "edits": edits}
    layers = planned_layers(cat, plan_of(plan))
    for year in years:
        for mode in modes:
            known = known_times(layers, year, mode)
            assert_same(plan_engine.door_times(engine, plan, year, mode, known.shape), known)


@pytest.mark.parametrize("seed", [4, 5])
def test_plans_give_the_times_of_python(engine, cat, seed):
    assert_same_plan(engine, cat, seed, [2030], ["any", "rail"])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_ten_plans_on_four_dates_by_all_modes(engine, cat, seed):
    assert_same_plan(engine, cat, seed, [2015, 2026, 2030, 2035], ["any", "road", "rail"])
