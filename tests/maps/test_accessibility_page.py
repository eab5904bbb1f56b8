"""The page of accessibility without a browser: its figures, its outlines, and small regions."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pytest
import shapely
import toy
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import geo
from geo.connectivity.accessibility import IDEAL_KMH, city_table
from geo.connectivity.isochrones import isochrone_areas
from geo.geometry import metric_crs
from geo.layers.layers import build_layers
from geo.maps import accessibility, line_encoding
from geo.network import door_times
from geo.scenarios import compare_cities, horizon_of

DAY = date(2026, 11, 23)


def decode(text, size):
    """Read the text of :func:`polyline_text` by the rules of its format."""
    values, value, shift = [], 0, 0
    for character in text:
        digit = ord(character) - 63
        value += (digit % 32) << shift
        shift += 5
        if digit < 32:
            values.append(-(value + 1) // 2 if value % 2 else value // 2)
            value = shift = 0
    return np.cumsum(np.array(values).reshape(-1, 2), axis=0) * size


def embedded(page):
    found = re.search(r'<script type="application/json" id="data-access">(.*?)</script>', page)
    return json.loads(found[1])


def rows(page, mode):
    """Return the sort values of the table of a mode, row by row."""
    block = page.split(f'id="cities-{mode}"')[1].split("</table>")[0]
    return [
        re.findall(r'data-order="([^"]*)"', row)
        for row in block.split("<tbody>")[1].split("</tr>")
    ][:-1]


@pytest.fixture(scope="module")
def html(pages):
    return pages["accessibility"]


@pytest.fixture(scope="module")
def data(html):
    return embedded(html)


@pytest.fixture(scope="module")
def nets(drawn):
    return [
        geo.build_network(drawn, year=day, nodes="stops") for day in (DAY, horizon_of(drawn, DAY))
    ]


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], float)


def test_the_horizon_is_the_last_expected_year(drawn):
    assert horizon_of(drawn, DAY) == date(2030, 12, 31)
    assert horizon_of(drawn, date(2050, 3, 1)) == date(2050, 12, 31)


@pytest.mark.parametrize("mode", ["any", "road", "rail"])
@pytest.mark.parametrize("key", list(accessibility.INDICATORS))
def test_the_figures_are_those_of_the_city_table(mode, key, data, nets, cat, html):
    shown = accessibility.INDICATORS[key]
    indicator, less = shown.indicator, shown.less_is_better
    assert data["indicators"][key]["less"] is less
    position = 1 + 3 * list(accessibility.INDICATORS).index(key)
    for k, net in enumerate(nets):
        table = city_table(net, mode=mode, indicator=indicator)
        column = table["value_reached" if "value_reached" in table else "value"].to_numpy(float)
        found = numbers(data["modes"][mode]["values"][key][k])
        np.testing.assert_allclose(found, column, rtol=1e-6)
        shown = [float(row[position + k] or "nan") for row in rows(html, mode)]
        np.testing.assert_allclose(shown, column, atol=5.1e-4)
    assert [row[0] for row in data["cities"]] == table["city_id"].tolist()


def test_the_ideal_speed_is_that_of_the_command(drawn, nets):
    assert accessibility.city_reach(drawn, nets, "rail").ideal_kmh == IDEAL_KMH["rail"]


@pytest.mark.parametrize("mode", ["any", "road"])
@pytest.mark.parametrize("key", list(accessibility.INDICATORS))
def test_a_change_is_the_difference_where_the_same_cities_are_reached(mode, key, data):
    before, after, change = map(numbers, data["modes"][mode]["values"][key])
    np.testing.assert_allclose(change, after - before, rtol=1e-6, atol=1.1e-6 * np.nanmax(after))
    assert np.all(
        change[~np.isnan(change)] * (-1 if key in ("mean", "efficiency") else 1) >= -1e-6
    )


def test_changes_by_rail_compare_the_destinations_reached_on_both_dates(data, drawn, html):
    table = compare_cities(drawn, DAY, date(2030, 12, 31), mode="rail")
    own = data["modes"]["rail"]
    change = numbers(own["values"]["mean"][2])
    np.testing.assert_allclose(change, table["mean_min_delta"], rtol=1e-5)
    before, after = (numbers(row) for row in own["values"]["mean"][:2])
    np.testing.assert_allclose(change, after - before, atol=2e-4)  # all are reached on both
    captions = {
        mode: html.split(f'id="cities-{mode}"')[1].split("</caption>")[0] for mode in data["modes"]
    }
    said = {mode: "只比较两个日期都可达的目的地" in text for mode, text in captions.items()}
    assert said == {"any": False, "road": False, "rail": False}


def test_cities_that_are_not_reached_are_named(html, data, cat):
    names = [c.name for c in cat.centres]
    for mode in ("any", "road", "rail"):
        caption = html.split(f'id="cities-{mode}"')[1].split("</caption>")[0]
        for reached in data["modes"][mode]["reached"]:
            for name, ok in zip(names, reached, strict=True):
                assert ok or name in caption
        every = all(all(reached) for reached in data["modes"][mode]["reached"])
        assert ("未到达" in caption) is not every


@pytest.mark.parametrize("mode", ["any", "rail"])
def test_people_within_a_limit_are_those_of_the_indicator(mode, data, nets, cat):
    """The times of the page, rounded up, keep every city on its side of every limit."""
    cities = cat.centres
    living = np.array([zone.population for zone in cat.settlements])
    low = np.tril_indices(len(cities), -1)
    for k, net in enumerate(nets):
        minutes, to_people, _ = door_times(net, mode=mode)
        times = np.zeros(minutes.shape)
        times[low] = [np.inf if t is None else t for t in data["modes"][mode]["times"][k]]
        times += times.T
        reached = np.isfinite(minutes)
        assert (np.isfinite(times) == reached).all()
        gap = times[reached] - minutes[reached]
        assert gap.min() > -1e-6
        assert gap.max() < 0.1 + 1e-6
        for limit in accessibility.LIMITS:
            assert ((times <= limit) == (minutes <= limit + 1e-9)).all()
        to_people[np.isinf(to_people)] = 1e6  # never within
        spread = np.hypot({"rail": 0.09, "any": 0.10}[mode] * to_people, 5)
        spread[to_people == 0] = 1e-9  # at home
        within = norm.cdf((120 - to_people) / spread)
        assert data["modes"][mode]["values"]["people"][k] == pytest.approx(
            within @ living, rel=1e-5
        )


@pytest.mark.parametrize("mode", ["any", "road", "rail"])
def test_areas_and_outlines_are_those_of_the_isochrones(mode, data, nets, cat, drawn):
    cities = cat.centres
    crs = metric_crs(cat.region.frame)
    own = data["modes"][mode]
    for i in (0, 17, 32):
        for k, net in enumerate(nets):
            true = isochrone_areas(net, [cities[i]], accessibility.LIMITS, mode=mode)
            assert own["areas"][i][k] == np.rint(true["area_km2"]).astype(int).tolist()
            for j, shape in enumerate(true.to_crs(crs).geometry):
                text = own["shapes"][i][k][j] or own["shapes"][i][0][j]
                rings = [
                    shapely.Polygon(decode(ring, accessibility.STEP)) for ring in text.split()
                ]
                plane = type(true.geometry)(rings, crs=4326).to_crs(crs).make_valid()
                area = plane.iloc[0]
                for ring in plane.iloc[1:]:  # filled by the even-odd rule
                    area = area.symmetric_difference(ring)
                # the tolerance holds for corners of the shape; a sliver may lie further out
                slack = accessibility.OUTLINE_M + 75
                assert area.difference(shape.buffer(slack)).area < 1e-5 * shape.area
                assert area.symmetric_difference(shape).area < 0.08 * shape.area


def test_shapes_are_told_once_where_nothing_changes(data):
    later = [shape for city in data["modes"]["road"]["shapes"] for shape in city[1]]
    assert 0 < later.count(0) < len(later)
    now = [shape for city in data["modes"]["road"]["shapes"] for shape in city[0]]
    assert not any(a == b for a, b in zip(now, later, strict=True))


def test_lines_are_those_open_and_those_to_come(data, nets, drawn):
    first, last = (set(net.edges["section_id"]) for net in nets)
    modes = drawn.sections["mode"]
    for mode, (now, later) in data["lines"].items():
        assert len(now) == sum(modes[key] == mode for key in first)
        assert len(later) == sum(modes[key] == mode for key in last - first)
        for text in now[:20]:
            west, south, east, north = drawn.catalogue.region.frame
            points = decode(text, accessibility.LINE_STEP)
            assert len(points) > 1
            assert (points > [west - 2, south - 2]).all()
            assert (points < [east + 2, north + 2]).all()


def test_sections_that_are_assumed_open_are_named(html, nets):
    method = html.split('class="how"')[1].split("</details>")[0]
    assert f"{len(nets[1].assumed)} 段按预计年份视为通车" in method
    assert method.count("<li>") == sum(len(net.assumed) for net in nets)
    assert nets[1].assumed


coordinates = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=30
)


@given(coordinates)
def test_steps_are_read_as_written(points):
    text = line_encoding.polyline_text(np.array(points), 1e-3)
    assert set(text) <= {chr(code) for code in range(63, 127)}
    whole = np.rint(np.array(points) / 1e-3)
    keep = np.any(np.diff(whole, axis=0, prepend=0) != 0, axis=1)
    np.testing.assert_allclose(decode(text, 1e-3), whole[keep] * 1e-3, atol=1e-9)


def test_the_format_is_the_known_one():
    # the worked example of the format: (38.5, -120.2), (40.7, -120.95), (43.252, -126.453)
    points = np.array([[38.5, -120.2], [40.7, -120.95], [43.252, -126.453]])
    assert line_encoding.polyline_text(points, 1e-5) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


def test_breaks_are_round_and_between_the_values():
    assert accessibility._class_limits(np.array([10.0, 21, 32, 43, 54, 65, 76, 87, 98, 99])) == [
        30,
        50,
        70,
        90,
    ]
    assert accessibility._class_limits(np.array([2.01, 2.02, 2.03, 2.04, 2.05]), 3) == [2.02, 2.04]
    assert accessibility._class_limits(np.array([np.nan, 0.0, np.inf])) == []
    assert accessibility._class_limits(np.array([5.0, 5.0, 5.0])) == []


@pytest.fixture
def small(tmp_path):
    def made(population, **options):
        folder = toy.region(tmp_path / "toy", toy.K_NODES, toy.K_EDGES, population, **options)
        return build_layers(geo.load(folder))

    return made


def test_what_is_measured_already_gives_the_same_page(two_provinces):
    drawn = build_layers(geo.load(two_provinces))
    nets = accessibility.compared_networks(drawn, DAY)
    modes = accessibility.modes_shown(drawn, nets[1])
    assert len(modes) > 1
    results = [accessibility.city_reach(drawn, nets, mode) for mode in modes]
    page = accessibility.accessibility_page(drawn, date=DAY)
    assert accessibility.accessibility_page(drawn, date=DAY, results=results) == page


def test_one_mode_needs_no_choice_and_nothing_changes(small):
    page = accessibility.accessibility_page(small(toy.K_POPULATION), date=date(2020, 1, 1))
    found = embedded(page)
    assert list(found["modes"]) == ["any"]
    own = found["modes"]["any"]
    assert all(value == 0 for row in own["values"].values() for value in row[2])
    assert all(shape == 0 for city in own["shapes"] for shape in city[1])
    assert own["steps"] == {key: [] for key in accessibility.INDICATORS}


def test_a_region_with_one_city(small):
    page = accessibility.accessibility_page(small({"a": 4}), date=date(2020, 1, 1))
    own = embedded(page)["modes"]["any"]
    assert own["reached"] == [[0], [0]]
    assert own["values"]["mean"] == [[None], [None], [None]]
    assert own["values"]["people"][:2] == [[4], [4]]
    assert own["areas"][0][0] == sorted(own["areas"][0][0])
    assert own["times"] == [[], []]


def test_a_region_without_cities_or_without_a_network(small):
    page = accessibility.accessibility_page(small({}), date=date(2020, 1, 1))
    assert embedded(page)["modes"] == {}
    assert "城市表中没有城市" in page
    before = accessibility.accessibility_page(small(toy.K_POPULATION), date=date(1950, 1, 1))
    assert "1950-01-01 未到达：a、b、c、d、e。" in before


def test_trains_alone(small):
    page = accessibility.accessibility_page(
        small(toy.K_POPULATION, mode="rail"), date=date(2020, 1, 1)
    )
    areas = embedded(page)["modes"]["any"]["areas"]
    assert all(limit > 0 for city in areas for day in city for limit in day)


def test_counties_are_as_far_from_the_cities_as_the_matrix_says(data, nets, drawn):
    cities = drawn.catalogue.centres
    people = np.array([city.population for city in cities], float)
    own = data["modes"]["any"]["counties"]
    for k in (0, 90, len(data["counties"]) - 1):
        for date_, net in enumerate(nets):
            table = geo.travel_time_matrix(
                net, origins=[data["counties"][k][0]], destinations=[c.city_id for c in cities]
            )
            mean = float((table.to_numpy(float).ravel() * people).sum() / people.sum())
            value, low, high = (own[3 * date_ + end][k] for end in range(3))
            assert value == pytest.approx(mean, abs=0.06)
            assert low < value < high
        assert own[6][k] == pytest.approx(own[3][k] - own[0][k], abs=0.11)
    assert {row[0] for row in data["counties"]} & set(data["rings"])
