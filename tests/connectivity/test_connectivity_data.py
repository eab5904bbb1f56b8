"""Connectivity of the region that comes with the package."""

from __future__ import annotations

import itertools
import json
import time
from datetime import date

import networkx as nx
import numpy as np
import pytest
import shapely
from depth import first_by_default

import geo
from geo.catalogue.region import unknown_ids
from geo.cli.main import main
from geo.connectivity import (
    bridges,
    calibrate_times,
    calibration_summary,
    city_table,
    core_cities,
    count_open_sectors,
    group_openness,
    isochrone_areas,
    link_losses,
    link_use,
    minimum_cut,
    network_densities,
    node_table,
    outbound_links,
    pair_losses,
    route_losses,
    travel_circle_table,
)
from geo.connectivity.accessibility import INDICATORS
from geo.connectivity.indices import straight_edges_km
from geo.connectivity.travel_circles import PRESETS
from geo.connectivity.vulnerability import link_sweep
from geo.core import BadInputError, NotFoundError
from geo.layers import read_base
from geo.network import stops_near

NOW = "2026-11-23"


@pytest.fixture(scope="module")
def nets(drawn):
    return {
        year: geo.build_network(drawn, year=year, nodes="stops") for year in (2020, 2026, 2028)
    }


@pytest.fixture(scope="module")
def net(drawn):
    return geo.build_network(drawn, year=NOW, nodes="stops")


@pytest.mark.parametrize("indicator", ["location", "daily", "potential", "efficiency"])
def test_a_table_of_cities(cat, nets, indicator):
    table = city_table(nets[2026], mode="any", indicator=indicator)
    assert table["city_id"].tolist() == [c.city_id for c in cat.centres]
    assert set(table["unit"]) == {INDICATORS[indicator].replace("^a", "^1.5")}
    assert table["value"].gt(0).all()
    reached = table.get("share_reached", np.ones(len(table))) == 1
    assert np.isfinite(table["value"][reached]).all()
    assert reached.sum() > 40
    if indicator == "efficiency":
        assert table["value"].min() > 1
    if indicator == "daily":
        assert (table["low"] <= table["value"]).all()
        assert (table["value"] <= table["high"]).all()
        assert (table["value"] >= table["population"]).all()


def test_by_rail_more_people_come_within_two_hours(cat, nets):
    found = [
        city_table(nets[year], mode="rail", indicator="daily")["value"].sum()
        for year in (2020, 2026, 2028)
    ]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_circles_compare_with_the_aims(cat, nets):
    cities = cat.centres
    minutes = geo.travel_time_matrix(nets[2026]).to_numpy()
    table = travel_circle_table(minutes, cat)
    assert set(table["preset"]) == set(PRESETS)
    assert (table["preset"] == "cores").sum() == 1
    assert (table["preset"] == "circle").sum() == len(cities) * (len(cities) - 1) / 2
    assert set(table["basis"]) == {"door to door"}
    assert ((table["minutes"] <= table["target"] + 1e-9) == table["met"]).all()
    near = table[table["preset"] == "neighbours"]
    assert near["straight_km"].max() <= 150
    assert not set(near["to_id"]) & {c.city_id for c in core_cities(cat)}


@pytest.mark.parametrize("mode", ["any", "road", "rail", "water"])
def test_isochrones_are_valid_and_nested(cat, nets, mode):
    for city in core_cities(cat):
        frame = isochrone_areas(nets[2026], [city], mode=mode)
        assert frame["minutes"].tolist() == [30, 60, 90, 120]
        assert frame.is_valid.all()
        assert set(frame.geom_type) <= {"Polygon", "MultiPolygon"}
        assert frame["area_km2"].is_monotonic_increasing
        for small, large in itertools.pairwise(frame.geometry):
            assert small.difference(large).area < 1e-9
        assert frame.geometry.iloc[0].contains(shapely.Point(city.lon, city.lat))


@pytest.mark.parametrize("mode", ["any", "road", "rail"])
def test_isochrones_agree_with_the_times(cat, nets, mode):
    cities, city = cat.centres, core_cities(cat)[0]
    minutes = geo.travel_time_matrix(nets[2026], mode=mode).to_numpy()
    frame = isochrone_areas(nets[2026], [city], mode=mode)
    times = minutes[cities.index(city)]
    for limit, shape in zip(frame["minutes"], frame.geometry, strict=True):
        # half a minute on the street is more than an outline is simplified by
        within = [c for c, t in zip(cities, times, strict=True) if t <= limit - 0.5]
        assert within
        missed = [c.name for c in within if not shape.contains(shapely.Point(c.lon, c.lat))]
        assert not missed


def test_an_isochrone_is_quick(cat, nets):
    city = core_cities(cat)[1]
    isochrone_areas(nets[2026], [city])
    start = time.process_time()
    isochrone_areas(nets[2026], [city])
    assert time.process_time() - start < 2  # about 0.4 s


def test_paths_of_the_catalogue(drawn):
    net = geo.build_network(drawn, year=2026)
    table = node_table(net)
    assert table["degree"].sum() == 2 * len(net.edges)
    assert table["straightness"].between(0, 1.05).all()
    assert table["closeness_km"].gt(0).all()
    assert (table["konig_reached"] < table["component_nodes"]).all()
    detour = net.edges["length_km"] / straight_edges_km(net)
    assert detour.between(0.9, 4).all()


def test_densities_of_the_catalogue(cat, drawn):
    net = geo.build_network(drawn, year=2026)
    whole, listed = network_densities(net), network_densities(net, listed=True)
    assert len(whole) == len(cat.region.regions) * (1 + len(net.modes))
    every = whole[whole["mode"] == "all"].set_index("region")
    assert every["length_km"].sum() <= net.edges["length_km"].sum()
    assert every["length_km"].sum() > 0.8 * net.edges["length_km"].sum()
    modes = whole[whole["mode"] != "all"].groupby("region")["length_km"].sum()
    assert modes.to_dict() == pytest.approx(every["length_km"].to_dict())
    # a head count of a part is never set against the length in the whole
    assert (whole["km_per_10k_people"].isna() == (whole["reason"] != "")).all()
    assert listed["km_per_10k_people"].notna().all()
    assert (listed["length_km"].to_numpy() <= whole["length_km"].to_numpy() + 1e-6).all()
    # official land areas: 486,000 and 82,400 km2
    areas = every["area_km2"].sort_values().to_numpy()
    assert areas == pytest.approx([82_400, 486_000], rel=0.01)
    rise = network_densities(geo.build_network(drawn, year=2010))
    assert (rise["length_km"].to_numpy() <= whole["length_km"].to_numpy() + 1e-6).all()


def _assert_crosses(part, cat, keys):
    """Every edge of a cut leads from the side of one region to that of the other."""
    rest = part.graph.copy()
    rest.remove_edges_from([(*part.edges.loc[key, ["u", "v"]], key) for key in keys])
    ends = []
    provinces = read_base(cat, "provinces").set_index("adcode").geometry
    entered = _entered(part, cat.centres)
    for region in cat.region.regions[:2]:
        inside = part.nodes.geometry.intersects(provinces[region.adcode])
        ends.append(entered & set(part.nodes.index[inside]))
    sides = [set().union(*(nx.node_connected_component(rest, n) for n in end)) for end in ends]
    assert not sides[0] & sides[1]
    for u, v in part.edges.loc[keys, ["u", "v"]].to_numpy():
        assert {u in sides[0], v in sides[0]} == {u in sides[1], v in sides[1]} == {True, False}


def _entered(part, cities):
    return set(stops_near(part, cities))


def test_links_hold_the_two_provinces_together(drawn, cat):
    values = {}
    for year in ("2020", NOW, "2030"):
        net = geo.build_network(drawn, year=year, nodes="stops")
        for mode in ("road", "rail"):
            part = net.select(mode)
            found, a, b = minimum_cut(part, "四川", "Chongqing")
            assert (a, b) == ("四川", "重庆")
            assert found.value == len(found.cut) == len(found.far_cut) == len(found.paths)
            for keys in (found.cut, found.far_cut):
                _assert_crosses(part, cat, keys)
            values[year, mode] = found.value
    assert values["2020", "road"] <= values[NOW, "road"] <= values["2030", "road"]
    assert values["2020", "rail"] == 6
    assert values[NOW, "rail"] == 7


@pytest.mark.parametrize("mode", first_by_default("rail", "road"))
def test_never_more_links_than_crossings(drawn, mode):
    """Every link between neighbours passes a crossing that is open on both sides (1995–2035)."""
    before = 0
    for year in range(1995, 2036):
        net = geo.build_network(drawn, year=year, nodes="stops", mode=mode)
        crossings = geo.border_crossings(drawn, year=year, mode=mode)
        links = minimum_cut(net, "四川", "重庆")[0].value
        assert before <= links <= (crossings["status"] == "open").sum(), year
        before = links


@pytest.mark.parametrize(
    ("one", "other"),
    [("成都", "四川"), ("四川", "成都"), ("重庆", "渝中"), ("四川", "四川"), ("成都", "成都")],
)
def test_nothing_is_parted_from_what_holds_it(net, cat, one, other):
    with pytest.raises(BadInputError, match="the same, or one holds the other"):
        minimum_cut(net, one, other)


def test_a_name_of_a_region_and_a_city_means_the_region_only_beside_a_region(net, cat):
    rail = net.select("rail")
    found, _, name = minimum_cut(rail, "成都", "重庆")
    last = rail.edges.loc[[path[-1] for path in found.paths], ["u", "v"]]
    ends = _entered(rail, [cat.find_city("重庆")])
    assert name == "重庆"
    assert all(ends & {u, v} for u, v in last.to_numpy())
    assert minimum_cut(rail, "四川", "重庆")[0].value == 7


@pytest.mark.long
def test_losses_on_the_real_network(net, cat):
    start = time.perf_counter()
    table = link_losses(net)
    assert time.perf_counter() - start < 20
    assert len(table) == len(geo.build_network(net.layers, year=NOW).edges)
    assert (table[["extra_min", "cut_off_population", "efficiency_loss"]] >= -1e-9).all().all()
    # ordinary roads reach everybody: who loses an expressway loses time
    assert (table["cut_off_population"] == 0).all()
    assert table.set_index("section_id")["extra_min"]["chengkai-1"].max() > 0
    assert (link_losses(net, mode="rail")["cut_off_population"] > 0).any()
    routes = route_losses(net).set_index("route_id")
    worst = table.groupby("route_id")["extra_min"].max()
    assert routes.loc["chengyu-hsr", "extra_min"] >= worst["chengyu-hsr"]


def test_the_base_of_a_sweep_is_the_time_matrix(net):
    sweep = link_sweep(net, mode="road")
    assert np.allclose(sweep.base, geo.travel_time_matrix(net, mode="road"))
    road = net.select("road")
    assert sweep.links["length_km"].sum() == pytest.approx(road.edges["length_km"].sum())
    junctions = geo.build_network(net.layers, year=NOW, mode="road")
    assert set(sweep.links["edge_id"]) == set(junctions.edges.index)


def test_losses_carry_the_way_round(net, cat):
    table = link_losses(net, mode="rail").set_index("edge_id")
    assert table["detour"].notna().all()
    bridge = set(bridges(geo.build_network(net.layers, year=NOW, mode="rail"))["edge_id"])
    assert set(table.index[np.isinf(table["detour"])]) == bridge


def test_two_losses_cost_at_least_what_one_does(net, cat):
    single = link_losses(net, mode="rail")
    double = pair_losses(net, mode="rail", among=6)
    assert len(double) == 15
    assert double["cut_off_population"].iloc[0] >= single["cut_off_population"].iloc[0]


def test_use_of_links_is_a_share(net, cat):
    table = link_use(net, mode="rail")
    assert table["betweenness"].between(0, 1).all()
    assert table["betweenness"].is_monotonic_decreasing
    assert "成渝高铁" in set(table["name"].head(5))


def test_cut_command(capsys):
    assert main(["cut", "四川", "重庆", "--mode", "rail", "--year", NOW, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["value"] == len(found["cut"]) == len(found["paths"]) == 7
    assert {"route_id", "name", "section_id"} <= set(found["cut"][0])
    assert all(isinstance(key, str) for path in found["paths"] for key in path)
    assert main(["cut", "成都", "重庆"]) == 0
    assert "independent" in capsys.readouterr().out
    assert main(["cut", "四川", "四川"]) == 2


def test_critical_command(capsys):
    assert main(["critical", "--mode", "rail", "--top", "5", "--year", NOW, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["links"]) == 5
    keys = {
        "section_id",
        "route_id",
        "name",
        "extra_min",
        "cut_off_population",
        "efficiency_loss",
    }
    assert all(keys <= set(link) for link in found["links"])


def test_an_unknown_region_is_told(net, cat):
    with pytest.raises(NotFoundError, match="closest"):
        minimum_cut(net, "四川", "湖南省")


@pytest.fixture(scope="module")
def fit(drawn):
    return calibrate_times(drawn)


def test_computed_times_fit_the_published_ones(fit):
    found = calibration_summary(fit)
    count = (fit["mode"] == "rail") & fit["kind"].isin(["", "timetable", "press"])
    count &= fit["computed_min"].notna() & fit["published_min"].notna() & (fit["reason"] == "")
    assert found["n"] == count.sum() > 250
    assert found["median_error"] <= 0.08
    assert found["within_20"] >= 0.88


def test_the_cores_from_station_to_station(fit):
    rows = fit.set_index(["from_zh", "to_zh", "date"])["computed_min"]
    assert rows["成都东", "沙坪坝", "2020-12-24"] == pytest.approx(62, abs=6)
    # the plan says 50 min for the second line; it is faster than the first in any case
    assert 50 <= rows["成都", "重庆北", "2027"] < rows["成都东", "沙坪坝", "2020-12-24"]


def test_calibrate_command(capsys, cat):
    assert main(["calibrate", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["pairs"]) == len(cat.published_times)
    assert found["summary"] == found["by_mode"]["rail"]
    assert {line["mode"] for line in found["lines"]} == {"rail", "road"}
    assert main(["calibrate"]) == 0
    assert "median error" in capsys.readouterr().out


def test_openness_of_the_data(drawn):
    by_year = [outbound_links(drawn, date(year, 12, 31)) for year in (2000, 2010, 2026)]
    counts = [count_open_sectors(links) for links in by_year]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    now = by_year[-1]
    west, south, east, north = drawn.catalogue.region.frame
    assert now["lon"].between(west, east).all()
    assert now["lat"].between(south, north).all()
    assert not now.duplicated(["route_id", "place_id"]).any()
    regions = {region.name for region in drawn.catalogue.region.regions}
    assert not set(now["neighbour_zh"]) & regions
    assert (now["neighbour_zh"] != "").all()
    links = now.set_index("route_id")
    assert links["sector"]["xicheng-hsr"] == "N"
    assert links["neighbour_zh"]["xicheng-hsr"] == "陕西"
    assert links["neighbour_zh"]["zhengyu-hsr"] == "湖北"
    assert links["neighbour_zh"]["yugui-railway"] == "贵州"
    assert links["neighbour_zh"]["neiliu-railway"] == "云南"
    assert not {"chengyu", "kailiang", "chengdu-ring-3"} & set(links.index)


def test_rings_and_radials_of_the_data(drawn):
    region = drawn.catalogue.region
    assert not list(unknown_ids(region, drawn.catalogue.route, drawn.catalogue.section))
    plan = [group for group in region.groups if group.plan == "三环十八射"]
    kinds = [group.kind for group in plan]
    assert (kinds.count("ring"), kinds.count("radial")) == (3, 18)
    keys = {source.key for source in drawn.catalogue.sources}
    assert {key for group in region.groups for key in group.source.split(";")} <= keys
    groups = group_openness(drawn, region.as_of)
    assert set(groups.index) == {group.id for group in region.groups}
    assert groups.loc["cq-ring-3", "stage"] == "open"
    # only what lies in Chongqing of the road to Chengdu
    assert groups.loc["cq-radial-5", "length_km"] == pytest.approx(114, abs=3)
    assert groups["open_km"].le(groups["length_km"] + 1e-9).all()
    early = group_openness(drawn, date(2005, 1, 1))
    assert early["open_km"].sum() < groups["open_km"].sum()


@pytest.mark.parametrize("mode", first_by_default("road", "any"))
def test_links_are_taken_away_all_at_once_as_one_by_one(monkeypatch, net, mode):
    few = link_losses(net, mode=mode).set_index("edge_id")
    monkeypatch.setattr("geo.connectivity.vulnerability.MANY", 1)
    many = link_losses(net, mode=mode).set_index("edge_id").loc[few.index]
    numbers = few.select_dtypes("number").columns
    assert many[numbers].to_numpy() == pytest.approx(few[numbers].to_numpy(), abs=1e-9)
    assert many["pairs"].equals(few["pairs"])
    assert len(many) > 200
