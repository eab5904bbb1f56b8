"""The Python interface as it is documented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from depth import first_by_default

import geo
from geo.maps import as_html
from geo.network import Parameters


def test_the_way_from_tables_to_answers(cat):
    drawn = geo.build_layers(cat)
    tables = {"place_id": drawn.places, "section_id": drawn.sections, "route_id": drawn.routes,
              "city_id": drawn.cities}  # fmt: skip
    for name, frame in tables.items():
        assert (frame.index.name, frame.crs.to_epsg()) == (name, 4326)
    net = geo.build_network(cat, year=2027)
    assert geo.connectivity_indices(net)["mu"] > 0
    matrix = geo.travel_time_matrix(net, mode="rail")
    assert list(matrix.index) == list(matrix.columns)
    assert (np.diag(matrix) == 0).all()
    assert matrix.loc["chengdu", "chongqing"] == matrix.loc["chongqing", "chengdu"] < 130
    assert len(geo.border_crossings(cat, year=2020)) == len(
        geo.border_crossings(drawn, year="2020-12-31")
    )


def test_every_promise_of_the_interface(drawn, cat):
    """What the design says of names and results, word by word."""
    assert geo.load().region == geo.load(folder=None).region
    frames = {"place_id": drawn.places, "section_id": drawn.sections, "route_id": drawn.routes,
              "city_id": drawn.cities, "zone_id": drawn.zones}  # fmt: skip
    for name, frame in frames.items():
        assert isinstance(frame, gpd.GeoDataFrame)
        assert (frame.index.name, frame.index.is_unique) == (name, True)
        assert frame.crs.to_epsg() == 4326
    for nodes in ("junctions", "stops"):
        net = geo.build_network(drawn, year=2026, nodes=nodes, mode="rail")
        assert isinstance(net.nodes, gpd.GeoDataFrame)
        assert isinstance(net.graph, nx.MultiGraph)
        assert net.csr("time_min").shape == (len(net.nodes), len(net.nodes))
        assert net.to_osmnx().graph["crs"] == "EPSG:4326"
        assert (net.mode, net.modes) == ("rail", ["rail"])
    with pytest.raises(geo.BadInputError, match="made for rail alone"):
        geo.travel_time_matrix(net, mode="road")
    wide = geo.travel_time_matrix(net, ["chengdu", "成都"], ["chongqing", "mianyang"], mode="rail")
    rows = geo.travel_time_matrix(
        net, ["chengdu"], ["chongqing", "mianyang"], mode="rail", long=True
    )
    assert list(rows) == ["from", "to", "minutes"]
    assert rows["to"].tolist() == list(wide.columns) == ["chongqing", "mianyang"]
    assert rows["minutes"].tolist() == wide.loc["chengdu"].iloc[0].tolist()
    (journey,) = geo.fastest_routes(net, "chengdu", "chongqing", k=1)
    assert journey.time_min == pytest.approx(rows["minutes"][0])
    assert len(geo.fastest_routes(net, "成都", "重庆", 2)) == 2
    assert set(geo.connectivity_indices(net)) >= {"v", "e", "p", "mu", "alpha", "beta", "gamma"}
    assert len(geo.border_crossings(cat, year=2020))


@pytest.mark.parametrize("mode", first_by_default("any", "road", "rail"))
def test_other_parameters_give_the_times_of_a_network_built_with_them(drawn, mode):
    other = replace(Parameters(), road_factor=0.8, emu_share_hsr=0.7, board_min=40, hsr_trains=5)
    ends = ["chengdu", "chongqing", "mianyang", "yibin"]
    net = geo.build_network(drawn, year=2026)
    built = geo.build_network(drawn, year=2026, parameters=other)
    given = geo.travel_time_matrix(net, ends, ends, mode, parameters=other)
    assert np.allclose(given, geo.travel_time_matrix(built, ends, ends, mode))
    assert (given > geo.travel_time_matrix(net, ends, ends, mode)).any(axis=None)
    slow = replace(net, edges=net.edges.assign(time_min=2 * net.edges["time_min"]))
    slower = replace(built, edges=built.edges.assign(time_min=2 * built.edges["time_min"]))
    assert np.allclose(geo.travel_time_matrix(slow, ends, ends, mode, parameters=other),
                       geo.travel_time_matrix(slower, ends, ends, mode)), "edits stay"  # fmt: skip


def test_changed_copies_are_checked_and_change_the_network(cat):
    city = cat.with_city(
        "xincheng", name="新城", lon=104.9, lat=30.4, population=800_000, region="四川"
    )
    assert geo.build_layers(city).cities.loc["xincheng", "population"] == 800_000
    fast = cat.with_section(
        "chengyu-middle-hsr-1", status="open", opened="2025-12-31", expected=None
    )
    assert "chengyu-middle-hsr-1" in set(geo.build_network(fast, year=2026).edges["section_id"])
    assert "chengyu-middle-hsr-1" not in set(geo.build_network(cat, year=2026).edges["section_id"])
    line = [(104.9, 30.4), (105.3, 30.5), (105.6, 30.9)]
    more = cat.with_route(line, "new-line", "新线", mode="rail", class_="hsr", opened="2025")
    assert "new-line" in set(geo.build_network(more, year=2026).edges["route_id"])
    for wrong in (
        lambda: cat.with_city("x", name="x", lon=204.9, lat=30.4, population=1, region="四川"),
        lambda: cat.with_city("x", name="x", lon=104.9, lat=30.4, population=-1, region="四川"),
        lambda: cat.with_section("chengyu-middle-hsr-1", lanes=4),
        lambda: cat.with_section("chengyu-middle-hsr-1", opened="2025", status="planned"),
        lambda: cat.with_section("new", route_id="nowhere"),
        lambda: cat.with_route(line[:1], "new-line", "新线", mode="rail", class_="hsr"),
        lambda: cat.with_route(line, "new-line", "新线", mode="rail", class_="expressway"),
    ):
        with pytest.raises(geo.BadInputError):
            wrong()


def test_compare_takes_a_catalogue(cat):
    found = geo.compare_dates(cat, 2019, 2020)
    assert found["stats"].loc["road.links", "delta"] == 1
    assert {"stats", "cities", "projects"} <= set(found)


def test_things_show_themselves_offline(cat, tmp_path):
    page = geo.show_map(cat, "crossings", year=2025)
    assert page.save(tmp_path / "a.html").read_text("utf-8") == page.html
    shown = page._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<script" not in shown, "the page is escaped"
    net = geo.build_network(cat, year=2025)
    assert repr(net).startswith("<Network 2025-12-31")
    assert "<table" in as_html(net)
    assert "成达万高铁" in as_html(cat)
    with pytest.raises(geo.NotFoundError, match="closest"):
        geo.show_map(cat, "atlas")


def test_a_network_as_matrix_and_as_graph(cat):
    net = geo.build_network(cat, year=2025, mode="rail")
    matrix = net.csr("length_km")
    assert matrix.shape == (len(net.nodes), len(net.nodes))
    assert abs(matrix - matrix.T).max() == 0
    assert net.graph.number_of_edges() == len(net.edges)
    assert net.graph.edges[next(iter(net.graph.edges(keys=True)))]["route_id"]


def test_types_are_told_to_checkers():
    assert (Path(geo.__file__).parent / "py.typed").is_file()
    assert all(callable(getattr(geo, name)) for name in geo.__all__)


def test_public_names_are_those_of_the_design():
    promised = {
        "load", "build_layers", "build_network", "connectivity_indices", "travel_time_matrix",
        "fastest_routes", "border_crossings", "compare_dates", "show_map", "build",
    }  # fmt: skip
    assert promised <= set(geo.__all__)
    assert dir(geo) == sorted(geo.__all__)
    assert geo.__version__
    with pytest.raises(AttributeError):
        geo.nothing  # noqa: B018 - the look-up is what is tested
