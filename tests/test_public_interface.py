"""The Python interface as it is documented."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import geo
from geo.maps import as_html


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
    assert matrix.loc["chengdu", "chongqing"] == matrix.loc["chongqing", "chengdu"] < 120
    assert len(geo.border_crossings(cat, year=2020)) == len(
        geo.border_crossings(drawn, year="2020-12-31")
    )


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
