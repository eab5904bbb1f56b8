"""The headline sentences say what the tables hold, in Chinese and English."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import toy

import geo
from geo.scenarios import analyse, headline_sentences
from geo.scenarios.headlines import METHODS

DAY = date(2026, 11, 23)
CHANGES = ["name", "name_en", "mean_min_before", "mean_min_after", "mean_min_delta",
           "people_120min_before", "people_120min_delta"]  # fmt: skip
LOSSES = ["name", "name_en", "from", "to", "from_en", "to_en", "extra_min", "pairs",
          "cut_off_population"]  # fmt: skip


@pytest.fixture(scope="module")
def analysis(two_provinces):
    return analyse(geo.build_layers(geo.load(two_provinces)), DAY)


@pytest.fixture
def bare(analysis):
    """The analysis with no rows in any table that sentences are made of."""
    empty = pd.DataFrame()
    return replace(
        analysis, crossings=empty, cuts=empty, links=lost(), links_later=lost(), leaving=empty,
        changes=pd.DataFrame(columns=CHANGES), projects=pd.DataFrame(columns=["last_in_percent"]),
    )  # fmt: skip


def lost(*rows):
    return pd.DataFrame(list(rows), columns=LOSSES)


def said(analysis, method):
    """The pairs of sentences of a method."""
    return [(line["zh"], line["en"]) for line in headline_sentences(analysis)
            if (line["method_zh"], line["method_en"]) == METHODS[method]]  # fmt: skip


def test_every_sentence_has_both_languages_and_a_method(analysis):
    found = headline_sentences(analysis)
    assert all(list(line) == ["zh", "en", "method_zh", "method_en"] for line in found)
    assert all(line["zh"].endswith("。") and line["en"].endswith(".") for line in found)
    methods = [line["method_en"] for line in found]
    order = [METHODS[key][1] for key in ("count", "cut", "time", "length", "change", "project",
                                         "loss", "length")]  # fmt: skip
    assert list(dict.fromkeys(methods)) == list(dict.fromkeys(order))


def test_crossings_are_counted_by_mode_and_side(analysis):
    """South is open; north is open in the west and being built in the east; the rails are open."""
    road, rail = said(analysis, "count")
    assert road == (
        "截至 2026-11-23，西省与东省之间可通行的高速公路跨界通道 1 处（西省侧 2 处、东省侧 1 处已通），在建 1 处。",
        (
            "On 2026-11-23, 1 expressway between West and East is open to traffic (2 open on the "
            "West side, 1 on the East side); 1 under construction."
        ),
    )
    assert "铁路跨界通道 1 处（西省侧 1 处、东省侧 1 处已通），在建 0 处" in rail[0]
    assert "1 railway between" in rail[1]


def test_independent_links_by_year(analysis, bare):
    road, rail = said(analysis, "cut")
    assert road == (
        "把西省与东省的城市连在一起的独立高速公路：2015 年 1 条、2026 年 1 条、2028 年 2 条。",
        (
            "Independent expressway links that hold the cities of West and East together: 1 in 2015, "
            "1 in 2026, 2 in 2028."
        ),
    )
    assert "2015 年 1 条、2026 年 1 条、2028 年 1 条" in rail[0]
    only = analysis.cuts[analysis.cuts["mode"] == "rail"]
    assert len(said(replace(bare, cuts=only), "cut")) == 1


def test_times_between_the_cores(analysis):
    """Between aa and cc, the largest city of each province, as the matrix has them."""
    found = said(analysis, "time")
    assert len(found) == 2
    for (zh, en), mode, word in zip(found, ("road", "rail"), ("公路", "铁路"), strict=True):
        minutes = geo.travel_time_matrix(analysis.stops, "aa", "cc", mode).iloc[0, 0]
        assert zh.startswith(f"2026-11-23 城aa–城cc{word}门到门估算 {minutes:.0f} 分钟（")
        assert en.startswith(
            f"City aa–City cc by {mode} on 2026-11-23: an estimated {minutes:.0f} min"
        )
        (km,) = re.findall(r"（(\d+) km）", zh)
        assert f"({km} km)" in en
        assert 105 < int(km) < 130


def test_named_lines_with_their_length_and_status(analysis):
    found = dict(said(analysis, "length"))
    south = next(en for zh, en in found.items() if zh.startswith("线south"))
    assert re.fullmatch(r"Line south: \d+\.\d km, open\.", south)
    zh, en = next((zh, en) for zh, en in found.items() if zh.startswith("线north"))
    assert re.fullmatch(r"线north：\d+\.\d km，部分通车，预计 2028 年。", zh)
    assert re.fullmatch(r"Line north: \d+\.\d km, partly open, expected 2028\.", en)
    assert not [zh for zh in found if zh.startswith("线wider")]


def test_a_line_under_construction(analysis):
    sections = analysis.layers.sections.copy()
    sections.loc["north-1", ["status", "opened"]] = ["construction", ""]
    later = replace(analysis, layers=replace(analysis.layers, sections=sections))
    ((zh, en),) = [pair for pair in said(later, "length") if pair[0].startswith("线north")]
    assert zh.endswith("，在建，预计 2028 年。")
    assert en.endswith("km, under construction, expected 2028.")
    sections["expected"] = None
    ((zh, en),) = [pair for pair in said(later, "length") if pair[0].startswith("线north")]
    assert zh.endswith("，在建。")
    assert en.endswith("km, under construction.")


def test_an_open_line_is_not_expected(analysis):
    """Whatever year the table still has for it."""
    sections = analysis.layers.sections.assign(expected=2029)
    found = replace(analysis, layers=replace(analysis.layers, sections=sections))
    ((zh, en),) = [pair for pair in said(found, "length") if pair[0].startswith("线south")]
    assert zh.endswith(" km，已通车。")
    assert en.endswith(" km, open.")


def test_the_city_that_gains_most(bare):
    rows = [
        ("甲", "One", 100, 90, -10, 2e6, 5e6),
        ("乙", "Two", 200, 150.4, -49.6, 1e6, 3e6),
        ("丙", "Three", 300, 310, 10, 4e6, 0),
        ("丁", "Four", None, None, None, 4e6, 9e9),
    ]
    changed = replace(bare, changes=pd.DataFrame(rows, columns=CHANGES))
    assert said(changed, "change") == [(
        ("到 2028 年底，平均旅行时间缩短最多的是乙：200 → 150 分钟；"
        "2 小时可达人口增加最多的是甲：增加 500 万（原 200 万）。"),
        ("By the end of 2028 mean travel time falls most for Two, from 200 to 150 min; people "
        "within 2 h grow most for One, by 5.0 million (from 2.0 million)."),
    )]  # fmt: skip
    alone = replace(
        bare, changes=pd.DataFrame([("乙", "Two", 200, 150, -50, 1e6, 0)], columns=CHANGES)
    )
    ((zh, en),) = said(alone, "change")
    assert zh == "到 2028 年底，平均旅行时间缩短最多的是乙：200 → 150 分钟。"
    assert en.endswith("for Two, from 200 to 150 min.")
    for delta in (0, 5):
        table = pd.DataFrame([("乙", "Two", 200, 200, delta, 1e6, 1e6)], columns=CHANGES)
        assert said(replace(bare, changes=table), "change") == []


def test_the_two_projects_with_the_highest_benefit(bare):
    columns = ["name", "name_en", "first_in_percent", "last_in_percent", "relation"]
    rows = [("一", "A", 1.25, 3.04, "complements"), ("二", "B", 2, None, "replaces"),
            ("三", "C", 2.06, 1, "replaces"), ("四", "D", 0, 0, "independent")]  # fmt: skip
    found = said(replace(bare, projects=pd.DataFrame(rows, columns=columns)), "project")
    assert found == [
        ("一使全区人口加权邻近度提高 1.2 %（现状下单独建成）或 3.0 %（2028 年最后建成），与其他项目互补。",
         ("A raises people-weighted nearness by 1.2 % alone today and by 3.0 % as the last one of 2028: "
         "it complements the others.")),
        ("三使全区人口加权邻近度提高 2.1 %（现状下单独建成）或 1.0 %（2028 年最后建成），部分可由其他项目替代。",
         ("C raises people-weighted nearness by 2.1 % alone today and by 1.0 % as the last one of 2028: "
         "others replace part of it.")),
    ]  # fmt: skip


def test_the_worst_loss_that_cuts_nobody_off(bare):
    small = ("小", "Small", "一", "二", "one", "two", 1.0, 3, 0)
    large = ("大", "Large", "三", "四", "three", "four", 2.54, 7, 0)
    deadly = ("断", "Deadly", "五", "六", "five", "six", 99.0, 9, 1)
    none = ("零", "Zero", "五", "六", "five", "six", 0.0, 0, 0)
    found = said(replace(bare, links=lost(small, large, deadly), links_later=lost(small)), "loss")
    assert found == [
        ("2026-11-23 不致断联的单段中断中，损失最大的是大（三–四）：城市间平均多花 2.5 分钟，影响 7 对城市。",
         ("On 2026-11-23, of the losses that cut nobody off, the one that costs most is Large "
         "(three–four): 2.5 more minutes on average between cities, 7 pairs affected.")),
        ("2028-12-31 不致断联的单段中断中，损失最大的是小（一–二）：城市间平均多花 1.0 分钟，影响 3 对城市。",
         ("On 2028-12-31, of the losses that cut nobody off, the one that costs most is Small "
         "(one–two): 1.0 more minutes on average between cities, 3 pairs affected.")),
    ]  # fmt: skip
    later = said(replace(bare, links=lost(deadly), links_later=lost(large)), "loss")
    assert [zh[:10] for zh, _ in later] == ["2028-12-31"]
    assert said(replace(bare, links=lost(none), links_later=lost()), "loss") == []


def test_open_lengths_by_class(analysis, bare):
    *_, (zh, en) = said(bare, "length")
    km = analysis.net.edges.groupby("class")["length_km"].sum()
    assert zh.startswith("2026-11-23 目录内已通车：")
    assert f"{km['expressway']:,.0f} km" in zh
    assert zh.count(" km") == en.count(" km") == len(km)
    assert en.startswith("Open in the catalogue on 2026-11-23: ")
    net = replace(bare.net, edges=bare.net.edges.iloc[:0])
    assert not [zh for zh, _ in said(replace(bare, net=net), "length") if "目录内" in zh]


def test_links_that_leave_the_region(bare):
    leaving = pd.DataFrame({"stage": ["open", "open", "planned", "open"],
                            "mode": ["road", "rail", "road", "road"],
                            "sector": ["N", "N", "S", "E"], "sector_zh": ["北", "北", "南", "东"],
                            "sector_en": ["north", "north", "south", "east"]})  # fmt: skip
    ((zh, en),) = said(replace(bare, leaving=leaving), "open")
    assert zh == "2026-11-23 离开本区域的已通线路 3 条，朝向八个方向中的 2 个。"
    assert en == "On 2026-11-23 3 open links leave the region, in 2 of eight directions."


def test_tables_without_rows_say_nothing(bare):
    methods = {line["method_en"] for line in headline_sentences(bare)}
    assert methods == {METHODS["time"][1], METHODS["length"][1]}


def test_a_region_alone(tmp_path):
    folder = toy.region(tmp_path, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    found = headline_sentences(analyse(geo.build_layers(geo.load(folder)), DAY))
    assert "76 km" in next(line["en"] for line in found if line["en"].startswith("Open in the"))
    assert any("losses that cut nobody off" in line["en"] for line in found)
    assert not any("between" in line["en"] and "links" in line["en"] for line in found)


def test_a_region_without_cities_has_no_times(tmp_path):
    found = analyse(
        geo.build_layers(geo.load(toy.region(tmp_path, toy.K_NODES, toy.K_EDGES))), DAY
    )
    assert (
        "城市表中没有城市，无法计算时间与独立通道。",
        "No city in the tables, so no times and no independent links between cities.",
    ) in said(found, "cut")
