"""The whole analysis is made of the tables of the lower packages, each for its date and network."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import toy
from pandas.testing import assert_frame_equal
from scipy.stats import norm

import geo
from geo.connectivity import link_losses, mode_indices, outbound_links, route_losses
from geo.scenarios import analyse, compare_cities, project_benefits, travel_times_on

DAY, HORIZON = date(2026, 11, 23), date(2028, 12, 31)


@pytest.fixture(scope="module")
def layers(two_provinces):
    return geo.build_layers(geo.load(two_provinces))


@pytest.fixture(scope="module")
def stages():
    return []


class Seen:
    """What an analysis shows of every lost link."""

    def __init__(self):
        self.links = []

    def __call__(self, sweep, link, minutes):
        self.links.append((sweep.links["edge_id"][link], (minutes != sweep.base).sum() // 2))


@pytest.fixture(scope="module")
def analysis(layers, stages):
    return analyse(layers, DAY, stages.append, Seen())


def test_every_link_that_matters_is_shown(analysis):
    moved = analysis.links[analysis.links["pairs"] > 0].set_index("edge_id")["pairs"].to_dict()
    assert dict(analysis.inspected.links) == moved
    assert len(moved) == len(analysis.inspected.links) > 1


def test_dates_and_networks(analysis, layers, stages):
    assert stages == ["network", "losses", "accessibility", "projects", "borders"]
    assert (analysis.date, analysis.horizon) == (DAY, HORIZON)
    assert analysis.layers is layers
    assert (analysis.net.date, analysis.stops.date) == (DAY, DAY)
    for net, nodes in ((analysis.net, "junctions"), (analysis.stops, "stops")):
        wanted = geo.build_network(layers, year=DAY, nodes=nodes)
        assert list(net.edges.index) == list(wanted.edges.index)
    assert len(analysis.net.nodes) < len(analysis.stops.nodes)


def test_tables_of_the_day_and_of_the_horizon(analysis, layers):
    for date_, links in ((DAY, analysis.links), (HORIZON, analysis.links_later)):
        net = geo.build_network(layers, year=date_)
        assert_frame_equal(links, link_losses(net))
        if date_ == DAY:
            assert_frame_equal(analysis.routes, route_losses(net))
            assert_frame_equal(analysis.statistics, mode_indices(net))
    assert len(analysis.links_later) > len(analysis.links)
    assert_frame_equal(analysis.changes, compare_cities(layers, DAY, HORIZON))
    assert_frame_equal(analysis.projects, project_benefits(layers, DAY, HORIZON))
    assert_frame_equal(analysis.leaving, outbound_links(layers, DAY))
    assert_frame_equal(analysis.crossings, geo.border_crossings(layers, year=DAY))


def test_accessibility_by_hand(analysis, layers):
    minutes = travel_times_on(layers, DAY).cities
    people = np.array([50_000, 20_000, 40_000, 10_000], float)
    access = analysis.access
    assert access["city_id"].tolist() == ["aa", "bb", "cc", "dd"]
    assert access["population"].tolist() == people.tolist()
    assert list(access) == ["city_id", "name", "name_en", "region", "population", "mean_min",
                            "people_reached_share", "people_within_120min",
                            "potential_people_per_min15", "network_efficiency"]  # fmt: skip
    others = ~np.eye(4, dtype=bool)
    for i, row in access.iterrows():
        mean = (minutes[i] * people)[others[i]].sum() / people[others[i]].sum()
        assert row["mean_min"] == pytest.approx(mean)
        within = norm.cdf((120 - minutes[i]) / np.hypot(0.1 * minutes[i], 5))
        within[i] = 1
        assert row["people_within_120min"] == pytest.approx(within @ people)
    assert (access["people_reached_share"] == 1).all()
    assert (access["network_efficiency"] > 1).all()
    with np.errstate(divide="ignore"):
        share = np.where(others, people / minutes**1.5, 0)
    assert access["potential_people_per_min15"].tolist() == pytest.approx(share.sum(axis=1))


def test_cuts_by_hand(analysis):
    """One expressway until 2028, then two; one railway always."""
    found = analysis.cuts.set_index(["date", "mode"])
    dates = [date(2015, 12, 31), DAY, HORIZON]
    assert list(found.index) == [(day, mode) for day in dates for mode in ("road", "rail")]
    assert found["value"].tolist() == [1, 1, 1, 1, 2, 1]
    for day in dates[:2]:
        assert found.loc[(day, "road"), "names_zh"] == "线south"
        assert found.loc[(day, "road"), "section_ids"] in ("south-1", "south-2")
    assert found.loc[(HORIZON, "road"), "names_zh"].split("、") == ["线north", "线south"]
    assert found.loc[(HORIZON, "road"), "names_en"].split(", ") == ["Line north", "Line south"]
    assert len(found.loc[(HORIZON, "road"), "section_ids"].split(";")) == 2
    assert found["unique"].all()


def test_circles_on_both_dates(analysis, layers):
    circles = analysis.circles
    assert list(circles)[:2] == ["date", "preset"]
    assert circles["date"].tolist() == [DAY] * (len(circles) // 2) + [HORIZON] * (
        len(circles) // 2
    )
    ids = [city.city_id for city in layers.catalogue.centres]
    for day in (DAY, HORIZON):
        table = pd.DataFrame(travel_times_on(layers, day).cities, index=ids, columns=ids)
        for row in circles[circles["date"] == day].itertuples():
            assert row.minutes == table.loc[row.from_id, row.to_id]


def test_each_project_alone(analysis, layers):
    """The one project opens the second half of the northern road."""
    assert analysis.projects["project_id"].tolist() == ["plan"]
    effects = analysis.effects
    assert list(effects)[:4] == ["project_id", "project_zh", "project_en", "city_id"]
    assert effects["city_id"].tolist() == ["aa", "bb", "cc", "dd"]
    assert effects["mean_min_delta"].max() <= 0
    assert effects["mean_min_before"].tolist() == analysis.changes["mean_min_before"].tolist()


def test_a_region_alone_has_no_borders_and_no_circles(tmp_path):
    folder = toy.region(tmp_path, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    found = analyse(geo.build_layers(geo.load(folder)), DAY)
    for table in (found.crossings, found.cuts, found.circles, found.leaving, found.effects):
        assert table.empty
    assert found.horizon == date(2026, 12, 31)
    assert len(found.links) == 6
    assert len(found.access) == 5
    assert found.projects.empty
