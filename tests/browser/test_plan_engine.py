"""The engine of plans in a browser against Python: the same times on any day, by any mode."""

from __future__ import annotations

import numpy as np
import plan_engine
import pytest

import geo
from geo.network import build_travel_graph, times_between

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
