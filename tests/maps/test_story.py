"""The story of the front page: its numbers are those of the commands, its map that of the dates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import toy

import geo
from geo.layers import sections_on
from geo.maps.index import index_page
from geo.maps.story import build_story, first_scenes, scene_dates

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def scenes(drawn):
    return build_story(drawn, DAY)


def test_the_dates_are_those_of_the_region(drawn, scenes):
    assert [scene.date for scene in scenes] == [
        date(1995, 12, 31), date(2009, 12, 31), date(2020, 12, 31), DAY, date(2030, 12, 31)
    ]  # fmt: skip
    assert all(scene.title.zh and scene.title.en for scene in scenes)
    bare = drawn.catalogue.region.model_copy(update={"scenes": ()})
    layers = replace(drawn, catalogue=replace(drawn.catalogue, region=bare))
    found = [when for when, _ in scene_dates(layers, DAY)]
    assert found == [date(1995, 12, 31), DAY, date(2030, 12, 31)]


def test_the_numbers_of_a_scene(drawn, scenes):
    for scene in scenes[::3]:
        crossings = geo.border_crossings(drawn, year=scene.date)
        through = crossings[crossings["status"] == "open"].groupby("mode").size().to_dict()
        assert scene.crossings == through
        rows = sections_on(drawn, scene.date)
        own = rows[(rows["stage"] == "open") & (rows["shares"] == "")]
        assert scene.km == pytest.approx(own.groupby("mode")["running_km"].sum().to_dict())
        net = geo.build_network(drawn, year=scene.date, nodes="stops")
        minutes = geo.travel_time_matrix(net, "chengdu", "chongqing").iloc[0, 0]
        assert scene.cores_min[0] == pytest.approx(minutes)
        assert scene.cores_min[1] < minutes < scene.cores_min[2]


def test_a_line_appears_in_the_first_scene_on_which_it_is_open(drawn, scenes):
    first = first_scenes(drawn, scenes)
    for i, scene in enumerate(scenes):
        rows = sections_on(drawn, scene.date)
        now = set(rows.index[rows["stage"] == "open"])
        assert now == {key for key, number in first.items() if number <= i}


def test_the_page_holds_every_scene(pages, scenes):
    html = pages["index"]
    told = re.findall(r'<li class="scene" data-scene="(\d)"( data-now="1")?>', html)
    assert told == [("0", ""), ("1", ""), ("2", ""), ("3", ' data-now="1"'), ("4", "")]
    assert html.count(f"{scenes[3].cores_min[0]:.0f} 分钟") >= 1
    groups = {int(n) for n in re.findall(r'<g data-first="(\d)">', html)}
    assert groups <= set(range(len(scenes) + 1))
    assert {0, 1, 2, 3, 4} <= groups


def test_a_region_alone_has_a_page_without_cores(tmp_path):
    folder = toy.region(tmp_path, {"a": (0, 0), "b": (9, 0)}, {"ab": 9}, {"a": 1})
    layers = geo.build_layers(geo.load(folder))
    scenes = build_story(layers, DAY)
    assert all(np.isnan(scene.cores_min).all() for scene in scenes)
    html = index_page(layers, date=DAY)
    assert 'class="numbers"' not in html or "<dd>" not in html.split('class="numbers"')[1][:40]
    assert "nan" not in html
