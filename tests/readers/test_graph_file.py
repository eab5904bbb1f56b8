"""Graphs that OSMnx saved are read as lines, wherever a file of lines is."""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
import pytest
import shapely
import toy

import geo
from geo.cli.main import main
from geo.core import BadInputError
from geo.export import export_network
from geo.network import read_background
from geo.readers import read_layer

ox = pytest.importorskip("osmnx")

BEND = shapely.LineString([(0.1, 0.0), (0.15, 0.05), (0.2, 0.0)])


def street(graph, u, v, line=None, **tags):
    """Add a street as OSMnx does: both ways unless it is one-way; straight ones have no geometry."""
    known = {"osmid": len(graph.edges) + 1, "length": 1.0} | tags
    shapes = [{}, {}] if line is None else [{"geometry": line}, {"geometry": line.reverse()}]
    graph.add_edge(u, v, **known, reversed=False, **shapes[0])
    if not tags["oneway"]:
        graph.add_edge(v, u, **known, reversed=True, **shapes[1])


@pytest.fixture
def graph():
    made = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    for number, (x, y) in {1: (0.0, 0.0), 2: (0.1, 0.0), 3: (0.2, 0.0), 4: (0.2, 0.3)}.items():
        made.add_node(number, x=x, y=y, street_count=2)
    street(made, 1, 2, highway="motorway", ref="G85", oneway=True, lanes="2")
    street(made, 2, 3, BEND, highway=["primary", "secondary"], ref=["S1", "S2"],
           name=["甲路", "乙路"], oneway=False, maxspeed=["60", "80"])  # fmt: skip
    street(made, 3, 4, highway="secondary", oneway=False)
    return made


def saved(graph, folder, form):
    path = folder / f"streets.{form}"
    if form == "graphml":
        ox.save_graphml(graph, path)
    else:
        ox.save_graph_geopackage(graph, path, directed=form == "both.gpkg")
    return path


@pytest.mark.parametrize("form", ["graphml", "gpkg", "both.gpkg"])
def test_every_street_is_read_once_with_its_tags(graph, tmp_path, form):
    ways = read_layer(saved(graph, tmp_path, form))
    assert len(ways) == 3
    by = ways.set_index("highway")
    assert by["oneway"].to_dict() == {"motorway": "yes", "primary": "no", "secondary": "no"}
    assert by.loc["primary", ["ref", "name", "maxspeed"]].tolist() == ["S1;S2", "甲路;乙路", "60"]
    assert by.loc["motorway", ["ref", "lanes"]].tolist() == ["G85", "2"]
    assert shapely.hausdorff_distance(by.geometry["primary"], BEND) < 1e-9
    ends = shapely.get_coordinates(by.geometry["motorway"])
    assert np.allclose(ends, [(0, 0), (0.1, 0)])


def test_a_projected_graph_comes_back_in_degrees(graph, tmp_path):
    ways = read_layer(saved(ox.project_graph(graph), tmp_path, "graphml"))
    assert shapely.hausdorff_distance(ways.set_index("highway").geometry["primary"], BEND) < 1e-7


@pytest.mark.parametrize("form", ["graphml", "gpkg"])
def test_it_is_a_background_of_ordinary_roads(graph, tmp_path, form, capsys):
    nodes = {"a": (0, 0), "b": (11.13195, 0), "c": (22.2639, 33.17)}
    folder = toy.region(tmp_path / "data", nodes, {"ab": 11.1}, {"a": 4, "b": 2, "c": 1})
    path = saved(graph, tmp_path, form)
    net = geo.build_network(geo.load(folder), year=2020)
    assert np.isinf(geo.travel_time_matrix(net).loc["b", "c"])
    roads = read_background(path, net.layers.catalogue)
    assert len(roads.edges) == 3
    assert roads.edges["length_km"].sum() == pytest.approx(11.1 + 2 * 7.85 + 33.2, rel=0.01)
    assert np.isfinite(geo.travel_time_matrix(net, background=roads).loc["b", "c"])
    asked = ["od", "b", "c", "--data", str(folder), "--year", "2020", "--background", str(path)]
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["background"]["file"] == path.name
    assert main(asked) == 0
    assert f"other roads of {path.name}" in capsys.readouterr().out


def test_an_export_for_osmnx_is_read_back(tmp_path):
    folder = toy.region(tmp_path / "data", toy.K_NODES, toy.K_EDGES)
    net = geo.build_network(geo.load(folder), year=2020)
    (path,) = export_network(net, "osmnx", tmp_path / "out")
    loaded, made = ox.load_graphml(path), net.to_osmnx()
    assert dict(loaded.nodes(data=True)) == dict(made.nodes(data=True))
    assert loaded.graph["crs"] == "EPSG:4326"
    edges = {(u, v): data for u, v, data in loaded.edges(data=True)}
    for u, v, data in made.edges(data=True):
        read = edges[u, v]
        assert read == {**data, "geometry": read["geometry"]}
        assert read["geometry"].equals_exact(data["geometry"], 1e-12)
    assert len(read_layer(path)) == len(net.edges)


@pytest.mark.parametrize(
    "text", ["", "<graphml>", '<?xml version="1.0"?><a/>', "\0" * 50, "no xml at all"]
)
def test_what_is_no_graph_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "bad.graphml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match="expected") as error:
        read_layer(path, mode="road")
    assert "\n" not in str(error.value)
    with pytest.raises(BadInputError, match="there is none"):
        read_layer(tmp_path / "missing.graphml")


def test_a_graph_without_positions_is_refused(tmp_path):
    nx.write_graphml(nx.path_graph(3), tmp_path / "plain.graphml")
    with pytest.raises(BadInputError, match="with x and y of its nodes"):
        read_layer(tmp_path / "plain.graphml", mode="road")
