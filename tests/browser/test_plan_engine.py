"""The engine of plans in a browser against Python: the same times on any day, by any mode."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import plan_engine
import pytest
from depth import first_by_default
from test_plan_geometry import random_line

import geo
from geo.connectivity import city_table, mean_extra_minutes, minimum_cut, removal_loss
from geo.maps.plan_data import packed, whole_numbers
from geo.network import build_travel_graph, door_times, time_interval, times_between
from geo.scenarios import plan_of, planned_layers

#: Minutes; both round differently in the tenth digit or so.
CLOSE = 1e-6
MODES = ("any", "road", "rail")
#: Of all days and modes those that are tried every time.
FEW = {(1995, "rail"), (2010, "any"), (2025, "rail"), (2035, "road")}


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


DAYS = [(year, mode) for year in (1995, 2010, 2020, 2025, 2030, 2035) for mode in MODES]


@pytest.mark.parametrize(
    ("year", "mode"),
    [pytest.param(*day, marks=[] if day in FEW else pytest.mark.long) for day in DAYS],
)
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


@pytest.mark.parametrize("seed", first_by_default(4, 5))
def test_plans_give_the_times_of_python(engine, cat, seed):
    assert_same_plan(engine, cat, seed, [2030], ["any", "rail"])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_ten_plans_on_four_dates_by_all_modes(engine, cat, seed):
    assert_same_plan(engine, cat, seed, [2015, 2026, 2030, 2035], ["any", "road", "rail"])


def test_packed_numbers_keep_every_digit(engine):
    rng = np.random.default_rng(5)
    for numbers in (
        np.round(rng.uniform(-180, 180, 300), 7), np.round(rng.uniform(0, 9e4, 300), 3),
        rng.normal(size=300), np.zeros(3), np.array([1e-300, 1e300]), np.array([]),
    ):  # fmt: skip
        for step in (1, 2):
            found = engine.evaluate("p => Array.from(geo.unpackNumbers(p))", packed(numbers, step))
            assert found == numbers.tolist()
    whole = rng.integers(0, 2**40, 300)
    found = engine.evaluate("text => Array.from(geo.wholeNumbers(text))", whole_numbers(whole))
    assert found == whole.tolist()


@pytest.fixture(scope="module")
def stops(drawn):
    """The network of 2025."""
    return geo.build_network(drawn, year=2025, nodes="stops")


def test_nobody_travels_to_the_settlement_of_the_own_centre(engine, stops):
    known = door_times(stops, mode="rail")
    found = engine.evaluate("Array.from(engine.doorTimes(null, 2025, 'rail'))")
    assert_same(np.reshape(found, (len(known.cities), -1)), np.hstack(known[:2]))


@pytest.mark.parametrize("mode", ["any", "rail"])
def test_people_within_two_hours_and_their_bounds(engine, stops, mode):
    times = door_times(stops, mode=mode)
    known = city_table(stops, mode=mode, indicator="daily", times=times)
    rows = known[["value", "low", "high"]].head(5).to_numpy()
    minutes = [[None if np.isinf(t) else t for t in row] for row in times.settlements[:5]]
    found = engine.evaluate(
        "([rows, mode]) => rows.map(row => engine.people(row.map(t => t ?? Infinity), mode))",
        [minutes, mode],
    )
    assert [list(row.values()) for row in found] == pytest.approx(rows, rel=1e-12)


@pytest.mark.parametrize("mode", ["all", "road", "rail"])
def test_independent_links_and_the_nearest_smallest_set(engine, stops, mode):
    part = stops if mode == "all" else stops.select(mode)
    known = minimum_cut(part, "四川", "重庆")[0]
    found = engine.evaluate("mode => engine.independentLinks(null, 2025, mode)", mode)
    assert found["count"] == known.value
    assert sorted(link["id"] for link in found["links"]) == sorted(known.cut)


@pytest.mark.parametrize("year", [2010, 2030])
def test_crossings_and_which_of_them_are_open(engine, drawn, year):
    known = {
        (row.place_id, row.route_id, row.status == "open", row.assumed)
        for row in geo.border_crossings(drawn, year=year).itertuples()
    }
    found = engine.evaluate("year => engine.crossings(null, year)", year)
    assert {(c["place"], c["route"], c["open"], c["assumed"]) for c in found} == known


@pytest.mark.parametrize("mode", MODES)
def test_ends_of_every_kind(engine, stops, cat, mode):
    keys = [
        "bishan-station",
        "chengyu-interchange",
        next(p.place_id for p in cat.places if p.kind == "airport"),
    ]
    known_ends = [cat.centres[0], cat.zones[3], *(cat.place[key] for key in keys),
                  (104.4, 31.12), (104.41, 31.13), (107.9, 29.1)]  # fmt: skip
    ends = [{"city": cat.centres[0].city_id}, {"zone": cat.zones[3].zone_id},
            *({"place": key} for key in keys),
            *({"lon": lon, "lat": lat} for lon, lat in known_ends[5:])]  # fmt: skip
    known = times_between(build_travel_graph(stops, known_ends, mode=mode), known_ends)
    found = engine.evaluate(
        """([mode, told]) => {
          const ends = told.map(end => engine.end(end));
          return Array.from(engine.times(null, 2025, mode, ends, ends));
        }""",
        [mode, ends],
    )
    assert_same(np.reshape(found, known.shape), known)


#: Ends of journeys as Python names them, and as the engine is told.
ENDS = {
    "成都": {"city": "chengdu"}, "万州": {"city": "wanzhou"}, "宜宾": {"city": "yibin"},
    "104.0712,30.6633": {"lon": 104.0712, "lat": 30.6633},
    "106.5,29.6": {"lon": 106.5, "lat": 29.6},
    "chengdu-east-station": {"place": "chengdu-east-station"},
    "chongqing-north-station": {"place": "chongqing-north-station"},
}  # fmt: skip


@pytest.mark.parametrize("mode", ["any", "road", "rail"])
@pytest.mark.parametrize(
    ("a", "b"),
    [("成都", "万州"), ("104.0712,30.6633", "106.5,29.6"), ("宜宾", "106.5,29.6"),
     ("chengdu-east-station", "chongqing-north-station")],
)  # fmt: skip
def test_journeys_leg_by_leg(engine, stops, mode, a, b):
    known = geo.fastest_routes(stops, a, b, 2, mode=mode)
    found = engine.evaluate(
        "([mode, a, b]) => engine.journeys(null, 2025, mode, engine.end(a), engine.end(b), {k: 2})",
        [mode, ENDS[a], ENDS[b]],
    )
    assert len(found) == len(known)
    for own, journey in zip(found, known, strict=True):
        for key in ("wait_min", "access_min", "in_vehicle_min", "changes"):
            assert own[key] == pytest.approx(getattr(journey, key), abs=CLOSE)
        assert (own["min"], own["km"]) == pytest.approx(journey[:2], abs=CLOSE)
        assert own["sections"] == journey.section_ids
        legs = [(leg["mode"], leg["route"] or "") for leg in own["legs"]]
        assert legs == [(leg["mode"], leg["route_id"]) for leg in journey.legs]
        low, high = time_interval(journey.time_min, mode, doors=not journey.between_stations)
        if not (journey.between_stations and mode == "any"):
            assert (own["low"], own["high"]) == pytest.approx((low, high), abs=CLOSE)


def test_the_course_of_a_journey_hangs_together(engine):
    (found,) = engine.evaluate(
        "ends => engine.journeys(null, 2025, 'any', ...ends.map(end => engine.end(end)))",
        [{"lon": 104.2, "lat": 31.9}, {"city": "wanzhou"}],
    )
    points = np.array([point for leg in found["legs"] for point in leg["path"]])
    assert np.hypot(*np.diff(points, axis=0).T).max() < 0.3  # a chord of an expressway
    assert points[0].tolist() == [104.2, 31.9]


def test_losses_by_closed_edges(engine, drawn, stops):
    rng, edges = random.Random(3), list(stops.edges.index)
    people = np.array([city.population for city in drawn.catalogue.centres], float)
    for mode in ("road", "rail"):
        before = door_times(stops, mode=mode).cities
        closed = rng.sample(edges, 40)
        layers = replace(drawn, closed=frozenset(closed))
        net = geo.build_network(layers, year=2025, nodes="stops")
        after = door_times(net, mode=mode).cities
        known = removal_loss(before, after, people)
        found = engine.evaluate(
            "([mode, edges]) => engine.losses(null, 2025, mode, edges)", [mode, closed]
        )
        assert found["pairs"] == known.pairs > 0
        assert found["cut_off_people"] == known.cut_off_population
        for key in ("extra_min", "extra_min_near", "efficiency_loss"):
            assert found[key] == pytest.approx(getattr(known, key), abs=CLOSE)
        extra = mean_extra_minutes(before, after, people)
        assert [city["extra"] for city in found["cities"]] == pytest.approx(extra, abs=CLOSE)


def test_the_network_of_a_day(engine, drawn):
    plan = {"edits": [{"do": "close", "sections": ["chengyu-hsr-1"]}]}
    net = geo.build_network(
        planned_layers(drawn.catalogue, plan_of(plan)), year=2028, nodes="stops"
    )
    found = engine.evaluate("plan => engine.network(plan, 2028)", plan)
    assert [edge["id"] for edge in found["edges"]] == net.edges.index.tolist()
    for ours, theirs in (("km", "length_km"), ("min", "time_min")):
        own = [edge[ours] for edge in found["edges"]]
        assert own == pytest.approx(net.edges[theirs].to_numpy(), abs=1e-9)
    assert found["assumed"] == list(net.assumed)
    assert {edge.split(":")[0] for edge in found["closed"]} == {"chengyu-hsr-1"}


@pytest.fixture(scope="module")
def other(browser, two_provinces, tmp_path_factory):
    """A region without zones, ordinary roads and tables of trains: its layers, and a page."""
    layers = geo.build_layers(geo.load(two_provinces))
    page = browser.new_page(offline=True)
    page.goto(plan_engine.write(tmp_path_factory.mktemp("other") / "page.html", layers).as_uri())
    yield layers, page
    page.close()


@pytest.mark.parametrize("year", [2015, 2030])
@pytest.mark.parametrize("mode", ["any", "road", "rail", "water"])
def test_a_region_without_ordinary_roads(other, year, mode):
    layers, page = other
    cities = layers.catalogue.centres
    net = geo.build_network(layers, year=year, nodes="stops")
    known = times_between(build_travel_graph(net, mode=mode), cities)
    found = page.evaluate(
        "([year, mode]) => Array.from(engine.times(null, year, mode, engine.cities, engine.cities))",
        [year, mode],
    )
    assert_same(np.reshape(found, known.shape), known)


def test_a_drawn_line_and_a_free_point_without_ordinary_roads(other):
    layers, page = other
    stops = [{"place": "ws"}, {"lon": 0.2, "lat": 0.3}, {"place": "es"}]
    line = {"do": "draw", "id": "plan-1", "name": "新线", "name_en": "New line", "mode": "rail",
            "class": "hsr", "design_speed_kmh": 250, "year": 2028, "stops": stops}  # fmt: skip
    plan = {"name": "A line", "edits": [line]}
    drawn = planned_layers(layers.catalogue, plan_of(plan))
    ends = [*drawn.catalogue.centres, (0.25, 0.25)]
    for mode in ("any", "rail"):
        net = geo.build_network(drawn, year=2030, nodes="stops")
        known = times_between(build_travel_graph(net, ends, mode=mode), ends)
        found = page.evaluate(
            """([plan, mode]) => {
              const ends = [...engine.cities, engine.end({ lon: 0.25, lat: 0.25 })];
              return Array.from(engine.times(plan, 2030, mode, ends, ends));
            }""",
            [plan, mode],
        )
        assert_same(np.reshape(found, known.shape), known)
    assert page.evaluate("plan => engine.drawnLines(plan)[0].joined", plan) == ["ws", "es"]
