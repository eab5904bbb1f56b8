"""The page of critical links without a browser: its data, its ways, and hostile text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
import toy

import geo
from geo.connectivity import disruption_grid, link_losses
from geo.layers.layers import build_layers
from geo.maps import criticality
from geo.maps.offline import json_text
from geo.network import travel_time_matrix

DAY = date(2026, 11, 23)
BAD = (
    "<img src=x onerror=window.PWN=1></script><script>window.PWN=1</script>{{7*7}}'\"\\\u2028{%x%}"
)


@pytest.fixture(scope="module")
def nets(drawn):
    return [geo.build_network(drawn, year=DAY, nodes=nodes) for nodes in ("junctions", "stops")]


@pytest.fixture(scope="module")
def html(pages):
    return pages["criticality"]


def embedded(page):
    found = re.search(r'<script type="application/json" id="data-losses">(.*?)</script>', page)
    return json.loads(found[1])


@pytest.fixture(scope="module")
def data(html):
    return embedded(html)


@pytest.fixture(scope="module", params=["any", "road", "rail"])
def mode(request, data, nets, cat):
    """The numbers and details of a mode by edge id, and the table they come from."""
    table = link_losses(nets[1], mode=request.param).set_index("edge_id")
    own = data["modes"][request.param]
    numbers, details = (
        {data["links"][int(key)][0]: value for key, value in own[name].items()} for name in "nd"
    )
    return request.param, table, numbers, details


def test_the_numbers_are_those_of_the_table(mode):
    _, table, numbers, _ = mode
    assert set(numbers) == set(table.index)
    for edge, (extra, cut, lost, pairs, detour) in numbers.items():
        row = table.loc[edge]
        assert extra == pytest.approx(row["extra_min"], abs=6e-4)
        assert (cut, pairs) == (row["cut_off_population"], row["pairs"])
        assert lost == pytest.approx(100 * row["efficiency_loss"], abs=6e-4)
        if detour == -1:
            assert np.isinf(row["detour"])
        elif detour is None:
            assert np.isnan(row["detour"])
        else:
            assert detour == pytest.approx(row["detour"], abs=6e-3)


def test_the_squares_are_those_of_the_grid(data, nets, html, cat):
    cells = disruption_grid(nets[1], criticality.AREA_KM, hours=criticality.HOURS)
    shown = data["areas"]["cells"]
    assert len(shown) == len(cells)
    rows = re.findall(r'<tr data-area="(\d+)">.*?data-order="([-\d.e]+)"', html)
    assert [int(number) for number, _ in rows] == list(range(len(cells)))
    known = {row.name for row in (*cat.centres, *cat.settlements)}
    for row, cell, (_, delay) in zip(shown, cells.itertuples(), rows, strict=True):
        corners, name, _, *numbers = row
        assert shapely.Polygon([(lon, lat) for lat, lon in corners]).contains(
            shapely.Point(cell.lon, cell.lat)
        )
        assert name in known
        assert numbers == pytest.approx(
            [cell.mean_delay_min, cell.own_share, cell.detoured_share, cell.cut_off_share,
             cell.extra_min, cell.closed_km, cell.loses_mode_population], abs=0.51)  # fmt: skip
        assert float(delay) == pytest.approx(cell.mean_delay_min, abs=1e-3)
    assert shown[0][1] == "成都"


def test_every_link_that_matters_has_details(mode):
    _, table, _, details = mode
    assert set(details) == set(table.index[table["pairs"] > 0])


def test_the_cities_cut_off_are_the_people_counted(mode, cat):
    _, table, _, details = mode
    people = [city.population for city in cat.centres]
    for edge, detail in details.items():
        named = sum(people[i] for i in detail.get("o", []))
        assert named == table.loc[edge, "cut_off_population"]


def test_the_times_before_are_those_of_the_matrix(mode, nets):
    name, _, _, details = mode
    minutes = travel_time_matrix(nets[1], mode=name).to_numpy()
    worst = [detail["p"] for detail in details.values() if "p" in detail]
    assert len(worst) > 20
    close = [before == pytest.approx(minutes[a, b], abs=0.06) for a, b, before, _ in worst]
    assert np.mean(close) > 0.5  # trains between large cities do not stop there, and do here
    later = [after - before for *_, before, after in worst]
    assert min(later) >= 0  # minutes are rounded to a tenth
    assert np.mean(np.array(later) > 0) > 0.9


def pieces_of(runs):
    """Return the numbers of the pieces of a way."""
    return [
        first + (step if count > 0 else -step)
        for first, count in zip(runs[::2], runs[1::2], strict=True)
        for step in range(abs(count))
    ]


def test_the_way_round_avoids_the_closed_link(mode, data):
    _, _, _, details = mode
    links = {link[0]: link for link in data["links"]}
    for edge, detail in details.items():
        if "w" not in detail:
            continue
        first, count = links[edge][8:10]
        own = set(range(first, first + count))
        assert own & set(pieces_of(detail["b"])), edge
        assert not own & set(pieces_of(detail["w"])), edge


def test_the_longer_way_is_as_long_as_it_says(mode, data, nets):
    """The pieces of a way take no longer than the way: access, stops and waits come on top."""
    _, _, _, details = mode
    minutes = nets[1].edges["time_min"].to_numpy()
    for detail in details.values():
        for key, total in zip("bw", detail.get("p", [])[2:], strict=False):
            running = minutes[pieces_of(detail[key])].sum()
            assert running <= total + 0.1


def test_every_line_is_there_once_and_links_join_them(data, nets):
    net, stops = nets
    assert [link[0] for link in data["links"]] == list(net.edges.index)
    assert len(data["pieces"]) == len(stops.edges)
    taken = sorted(i for link in data["links"] for i in range(link[8], link[8] + link[9]))
    assert taken == list(range(len(stops.edges)))
    for steps, line in zip(data["pieces"], stops.edges.geometry, strict=True):
        points = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e5
        assert shapely.hausdorff_distance(shapely.LineString(points), line) < 3e-4


def test_rankings_list_what_has_an_effect(html, mode):
    name, table, _, _ = mode
    text = html.split(f'<table id="losses-{name}">')[1].split("</table>")[0]
    assert text.count("<tr data-link=") == (table["pairs"] > 0).sum()


@pytest.mark.long
def test_the_page_needs_no_analysis_and_keeps_within_its_size(html, drawn):
    assert criticality.criticality_page(drawn, date=DAY) == html
    assert len(html.encode()) < 2_200_000


def test_the_networks_of_an_analysis_are_taken(two_provinces):
    from types import SimpleNamespace

    drawn = build_layers(geo.load(two_provinces))
    page, now = criticality.criticality_page(drawn, date=DAY), date(2031, 1, 1)
    other = SimpleNamespace(net=None, stops=None, date=now)
    assert criticality.criticality_page(drawn, date=DAY, analysis=other) == page
    nets = [geo.build_network(drawn, year=now, nodes=nodes) for nodes in ("junctions", "stops")]
    taken = SimpleNamespace(net=nets[0], stops=nets[1], date=DAY, links=None)
    assert criticality.criticality_page(drawn, date=DAY, analysis=taken) != page, (
        "those of 2031 are shown"
    )


def test_a_square_by_hand(tmp_path):
    """Four cities on a ring: without one side its ends go round the other three."""
    nodes = {"a": (0, 0), "b": (60, 0), "c": (60, 60), "d": (0, 60)}
    edges = {"ab": 60, "bc": 60, "cd": 60, "da": 60}
    folder = toy.region(tmp_path / "ring", nodes, edges, dict.fromkeys("abcd", 1000))
    drawn = build_layers(geo.load(folder))
    data = embedded(criticality.criticality_page(drawn, date=DAY))
    assert list(data["modes"]) == ["any"]
    found = {data["links"][int(k)][0]: v for k, v in data["modes"]["any"]["d"].items()}
    detail = found["ab-1:a"]
    a, b, before, after = detail["p"]
    assert {a, b} == {0, 1}
    assert after - before == pytest.approx(120, abs=0.11)  # 60 km/h is kept
    assert sorted(pieces_of(detail["w"])) == [1, 2, 3]
    assert pieces_of(detail["b"]) == [0]
    assert "o" not in detail


def test_a_bridge_names_who_is_cut_off(tmp_path):
    nodes = {"a": (0, 0), "b": (40, 0), "c": (80, 0)}
    people = {"a": 5000, "b": 3000, "c": 100}
    folder = toy.region(tmp_path / "line", nodes, {"ab": 40, "bc": 40}, people)
    page = criticality.criticality_page(build_layers(geo.load(folder)), date=DAY)
    data = embedded(page)
    own = {data["links"][int(k)][0]: v for k, v in data["modes"]["any"]["d"].items()}
    assert own["bc-1:b"] == {"c": [], "o": [2]}
    assert "无绕行" in page


def test_a_region_without_links_or_cities_has_a_page(tmp_path):
    nodes, edges = {"a": (0, 0), "b": (40, 0)}, {"ab": 40}
    folder = toy.region(tmp_path / "none", nodes, edges, opened="", status="planned")
    assert (
        embedded(criticality.criticality_page(build_layers(geo.load(folder)), date=DAY))["links"]
        == []
    )


def test_hostile_names_stay_text(cat):
    spoil = lambda rows: tuple(  # noqa: E731
        row.model_copy(update={"name": BAD, "name_en": BAD}) for row in rows
    )
    damaged = replace(
        cat, routes=spoil(cat.routes), places=spoil(cat.places), cities=spoil(cat.cities)
    )
    page = criticality.criticality_page(geo.build_layers(damaged), date=DAY)
    assert "<img src=x" not in page
    assert "</script><script>window" not in page
    assert json_text(BAD)[1:-1] in page
