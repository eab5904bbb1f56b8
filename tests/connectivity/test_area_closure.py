"""Closures of areas: the textbook by hand, sums by hand, and the network computed anew."""

from __future__ import annotations

import copy
import itertools
import json
import math
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
import shapely
import toy
from test_vulnerability import PEOPLE, K, swept

import geo
from geo.connectivity import (
    AreaSweep,
    circle_around,
    closure_cost,
    disruption_grid,
    link_losses,
)
from geo.connectivity.area_closure import grid_cells
from geo.geometry import geodesic_km

# west, south, east, north in km; edges closed; own, detoured, extra, cut off; total for 60, 10 min
TEXTBOOK = [
    ((-1, 3, 1, 5), "ac", 0, 16, 64, 0, 3712, 512),
    ((-5, 1, -1, 3), "ac bc", 0, 21, 265, 0, 13557.5, 1029.5),
    ((-1, -1, 1, 1), "ac bc cd ce", 21, 1, 5, 6, 48887.5, 1387.5),
    ((-9, 5, -7, 7), "ab bc", 9, 0, 0, 0, 16200, 450),
    ((-1, -6, 1, -4), "ce", 0, 0, 0, 9, 16200, 450),
]


@pytest.mark.parametrize("case", TEXTBOOK, ids=[case[1] for case in TEXTBOOK])
def test_closed_cells_of_the_textbook_network(case):
    box, edges, own, detoured, extra, cut_off, long, short = case
    if edges == "ac bc":  # the cell reaches the edge AC, which lies on the axis
        box = (-5, 1, 1, 3)
    cell = shapely.box(*box)
    lines = [shapely.LineString([toy.K_NODES[pair[0]], toy.K_NODES[pair[1]]]) for pair in K]
    closed = [i for i, line in enumerate(lines) if cell.intersects(line)]
    assert [list(K)[i] for i in closed] == edges.split()
    sweep = swept(list(K.items()))
    inside = np.array([cell.contains(shapely.Point(toy.K_NODES[city])) for city in "abcde"])
    minutes = sweep.without(closed)
    for hours, total in ((1, long), (1 / 6, short)):
        cost = closure_cost(sweep.base, minutes, PEOPLE[:5], inside, hours)
        found = (cost.demand, cost.own, cost.detoured, cost.extra, cost.cut_off, cost.total)
        assert found == pytest.approx((36, own, detoured, extra, cut_off, total))
        assert cost.mean_delay_min == pytest.approx(total / 36 / (60 * hours))


def test_cost_of_a_closure_trip_by_trip():
    """Trips begin every second; each takes its detour or waits, whichever is shorter."""
    before = np.array([[0.0, 50, 80], [50, 0, 60], [80, 60, 0]])
    after = np.array([[0.0, 75, 300], [75, 0, math.inf], [300, math.inf, 0]])
    people, hours = np.array([3.0, 2, 5]), 2.0
    begins = (np.arange(7200) + 0.5) / 60  # minutes after the closure
    wanted = 0.0
    for a, b in ((0, 1), (0, 2), (1, 2)):
        detour = after[a, b] - before[a, b]
        wanted += people[a] * people[b] * np.minimum(detour, 120 - begins).sum() / 60
    found = closure_cost(before, after, people, np.zeros(3, bool), hours)
    assert found.total == pytest.approx(wanted, rel=1e-4)
    assert (found.own, found.detoured, found.cut_off) == (0, 3 * 2 + 3 * 5, 2 * 5)


@pytest.fixture(scope="module")
def stops(drawn):
    return geo.build_network(drawn, year=2025, nodes="stops")


def test_a_circle_is_round(stops):
    ring = shapely.get_coordinates(circle_around(stops, 107.5, 29.0, 20))
    assert geodesic_km([107.5, 29.0], ring) == pytest.approx(20, rel=0.002)


@pytest.fixture(scope="module")
def textbook(tmp_path_factory):
    """The textbook network, ten times as large."""
    far = {n: (10 * x, 10 * y) for n, (x, y) in toy.K_NODES.items()}
    edges = {edge: 10 * km for edge, km in toy.K_EDGES.items()}
    return toy.network(tmp_path_factory.mktemp("k"), far, edges, toy.K_POPULATION, at="stops")


def test_a_city_is_cut_off_where_it_reaches_no_other(textbook):
    """Halfway between c and e the only road to e is closed."""
    circle = circle_around(textbook, 0, -45 / toy.KM_LAT, 5)
    closure = AreaSweep(textbook).close(circle)
    assert closure.closed["route_id"].tolist() == ["ce"]
    table = closure.cities.set_index("city_id")
    assert table["cut_off"].to_dict() == dict(zip("abcde", [False] * 4 + [True], strict=True))
    assert not table["inside"].any()
    assert table["extra_min"].tolist() == pytest.approx([0] * 5, abs=1e-6)


def test_squares_of_a_grid_by_hand(tmp_path):
    """A road 1 km north of the equator, from -23 to 23 km, in squares of 10 km."""
    net = toy.network(tmp_path, {"a": (-23, 1), "b": (23, 1)}, {"ab": 46}, {"a": 1})
    scale, souths = np.tile([toy.KM_LON, toy.KM_LAT], 2), []
    for shift, wests in (((0.0, 0.0), range(-30, 30, 10)), ((0.5, 0.5), range(-25, 25, 10))):
        bounds = np.array([cell.bounds for cell in grid_cells(net, 10, shift)]) * scale
        west, south, east, north = bounds.T
        assert west == pytest.approx(np.array(wests, float), abs=4e-3)
        assert east - west == pytest.approx(np.full(len(wests), 10.0), rel=2e-4)
        assert north - south == pytest.approx(np.full(len(wests), 10.0), rel=2e-4)
        assert (south < 1).all()
        assert (north > 1).all()
        souths.append(float(south[0]))
    assert abs(souths[0] - souths[1]) == pytest.approx(5, abs=4e-3)  # half a square


def test_squares_are_ranked_by_what_their_closure_costs(textbook):
    table = disruption_grid(textbook, 40)
    assert table.index.tolist() == list(range(len(table)))
    order = table[["mean_delay_min", "extra_min"]].to_numpy().tolist()
    assert order == sorted(order, reverse=True)
    assert order[0][0] > order[-1][0]


@pytest.mark.long
def test_closing_a_circle_is_a_network_without_what_touches_it(stops):
    """Times of NetworkX over the arcs that are left, found by the geometry of each arc."""
    sweep, circle = AreaSweep(stops), circle_around(stops, 105.85, 29.35, 12)
    closure = sweep.close(circle)
    graph, catalogue = sweep.sweep.arcs, stops.layers.catalogue
    touched = set(stops.edges.index[stops.edges.intersects(circle)])
    assert touched == set(closure.closed.index)
    assert len(touched) > 3
    roads = {
        (f"road:{u}", f"road:{v}")
        for u, v in graph.roads.edges.loc[graph.roads.edges.intersects(circle), ["u", "v"]].values
    }
    rest = nx.MultiDiGraph()
    for u, v, minutes, edge in graph.arcs[["u", "v", "time_min", "edge"]].itertuples(index=False):
        if edge not in touched and (u, v) not in roads and (v, u) not in roads:
            rest.add_edge(u, v, time_min=minutes)
    centres = catalogue.centres
    people = np.array([city.population for city in centres], float)
    outside = [
        i for i, c in enumerate(centres) if not circle.contains(shapely.Point(c.lon, c.lat))
    ]
    change = weight = 0.0
    for i in outside:
        found = nx.single_source_dijkstra_path_length(
            rest, f"city:{centres[i].city_id}", weight="time_min"
        )
        for j in outside:
            if i != j:
                after = found[f"city:{centres[j].city_id}"]
                change += people[i] * people[j] * (after - sweep.sweep.base[i, j])
                weight += people[i] * people[j]
    # ties of places to roads inside, which NetworkX keeps here, serve nobody outside
    assert closure.extra_min == pytest.approx(change / weight, rel=1e-6)
    assert closure.extra_min > 0


def test_a_circle_on_one_link_costs_what_its_loss_costs(tmp_path):
    """Six roads between five places that streets do not join: one of them closed in its middle."""
    nodes = {key: (40 * x, 40 * y) for key, (x, y) in toy.K_NODES.items()}
    pairs = {pair: 40 * km for pair, km in toy.K_EDGES.items()}
    net = toy.network(tmp_path, nodes, pairs, toy.K_POPULATION, at="stops")
    lost = link_losses(net, mode="road").set_index("section_id")
    sweep = AreaSweep(net, "road")
    for edge, row in net.edges.iterrows():
        middle = row.geometry.interpolate(0.5, normalized=True)
        closure = sweep.close(circle_around(net, middle.x, middle.y, 1))
        wanted = lost.loc[row["section_id"]]
        assert list(closure.closed.index) == [edge]
        assert closure.extra_min == pytest.approx(wanted["extra_min"])
        assert closure.cut_off_population == wanted["cut_off_population"]
        assert closure.loses_mode_population == wanted["loses_mode_population"]
    assert lost["loses_mode_population"].max() == toy.K_POPULATION["e"]


def test_cells_cover_the_network_without_overlap(stops):
    cells = grid_cells(stops, 80)
    assert cells.union_all().buffer(1e-6).contains(stops.edges.union_all())
    overlap = sum(a.intersection(b).area for a, b in itertools.pairwise(cells))
    assert overlap < 1e-6
    moved = grid_cells(stops, 80, (0.5, 0.5))
    assert not set(moved.to_wkt()) & set(cells.to_wkt())


def elsewhere(task, large, blocks):
    """Do the work as another process would: with a copy of everything."""
    return [task(copy.deepcopy(large), block) for block in blocks]


@pytest.mark.long
def test_a_grid_is_its_cells_one_by_one(stops):
    cells = disruption_grid(stops, 150, mode="rail")
    shared = disruption_grid(stops, 150, mode="rail", executor=elsewhere)
    assert cells.drop(columns="geometry").equals(shared.drop(columns="geometry"))
    worst = AreaSweep(stops, "rail").close(cells.geometry.iloc[0])
    assert cells["mean_delay_min"].iloc[0] == worst.cost.mean_delay_min
    assert cells["mean_delay_min"].is_monotonic_decreasing
    share = cells[["own_share", "detoured_share", "cut_off_share"]].sum(axis=1)
    assert share.between(0, 1 + 1e-9).all()


def run(*words, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "geo", "disrupt", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def test_the_command(tmp_path, stops):
    found = json.loads(
        run("--at", "105.85,29.35", "--km", "12", "--year", "2025", "--json").stdout
    )
    closure = AreaSweep(stops).close(circle_around(stops, 105.85, 29.35, 12))
    assert found["extra_min"] == pytest.approx(closure.extra_min)
    assert [row["section_id"] for row in found["closed"]] == closure.closed["section_id"].tolist()
    assert {"city_id", "name", "extra_min"} <= set(found["cities"][0])
    out = tmp_path / "cells.geojson"
    told = run("--grid", "200", "--mode", "rail", "--json", "--year", "2025", "--out", str(out))
    cells = json.loads(told.stdout)["cells"]
    assert {"lon", "lat", "extra_min"} <= set(cells[0])
    assert len(json.loads(out.read_text())["features"]) == len(cells)


@pytest.mark.parametrize("words", [
    [], ["--at", "106,30", "--grid", "50"], ["--at", "x"], ["--at", "1,2"], ["--grid", "0"],
    ["--at", "106,30", "--km", "-1"], ["--grid", "50", "--hours", "0"],
])  # fmt: skip
def test_bad_words_get_one_line(words):
    told = run(*words, code=2).stderr.strip().splitlines()
    assert "expected" in told[-1]
    assert "Traceback" not in "".join(told)
