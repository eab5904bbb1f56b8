"""The headline findings in Chinese and English, computed from the results."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from geo.catalogue import CLASS_PLURAL, STAGE, way_labels
from geo.connectivity import core_cities, count_open_sectors
from geo.core import remembered
from geo.layers import route_table, travel_facts
from geo.network import fastest_routes
from geo.scenarios.analysis import Analysis

Headline = dict[str, str]
#: How each kind of figure is made, and where to find all of them.
METHODS: dict[str, tuple[str, str]] = {
    "count": (
        "两侧分别计数，旅客取较落后一侧；来源见 sections.csv",
        "counted per side, the traveller meets the less advanced; sources: sections.csv",
    ),
    "length": ("运营长度，共线只计一次", "running lengths, shared track once"),
    "time": (
        "按设计速度与停站推算，门到门，含接驳候车",
        "from design speeds and stops, door to door, with access and waiting",
    ),
    "cut": (
        "城市间最小边割，等于无公共路段的路径数（门格尔定理）；割集见 cuts.csv",
        "minimum cut between cities: as many ways share no link (Menger's theorem); cuts.csv",
    ),
    "loss": (
        "逐一移除，按两端人口之积加权；全表见 links.csv",
        "every link removed in turn, weighted by the product of people; all in links.csv",
    ),
    "change": (
        "两个日期的最短时间，人口见城市表；见 city_changes.csv",
        "fastest times on two dates, people as in the table of cities; city_changes.csv",
    ),
    "project": (
        "人口加权邻近度（1/t），首入与末入；见 projects.csv",
        "people-weighted nearness (1/t), first in and last in; projects.csv",
    ),
    "open": (
        "按目录所绘线路，为下限；见 leaving.csv",
        "of the routes drawn here, a lower bound; leaving.csv",
    ),
}
MODES = ("road", "rail")
_RELATION = {
    "complements": ("与其他项目互补", "it complements the others"),
    "replaces": ("部分可由其他项目替代", "others replace part of it"),
    "independent": ("独立于其他项目", "independent of the others"),
}


def headline_sentences(analysis: Analysis) -> list[Headline]:
    """
    Return the findings a reader wants first.

    Parameters
    ----------
    analysis
        The whole analysis.

    Returns
    -------
    sentences
        Each with `zh`, `en`, `method_zh` and `method_en`; those whose tables are empty are
        left out.
    """
    return [
        *_crossings(analysis),
        *_cuts(analysis),
        *_cores(analysis),
        *_named(analysis),
        *_changes(analysis),
        *_projects(analysis),
        *_losses(analysis),
        *_lengths(analysis),
        *_sectors(analysis),
    ]


def _sentence(zh: str, en: str, method: str) -> Headline:
    method_zh, method_en = METHODS[method]
    return {"zh": zh, "en": en, "method_zh": method_zh, "method_en": method_en}


def _crossings(analysis: Analysis) -> Iterator[Headline]:
    if analysis.crossings.empty:
        return
    a, b = analysis.layers.catalogue.region.pair()
    for mode in MODES:
        part = analysis.crossings[analysis.crossings["mode"] == mode]
        (zh, en), (_, several) = way_labels(mode, part["class"])
        own = [
            sum(sides[region.name].status == "open" for sides in part["sides"])
            for region in (a, b)
        ]
        counts = part["status"].value_counts()
        through, building = int(counts.get("open", 0)), int(counts.get("construction", 0))
        yield _sentence(
            f"截至 {analysis.date}，{a.name}与{b.name}之间可通行的{zh}跨界通道 "
            f"{through} 处（{a.name}侧 {own[0]} 处、{b.name}侧 {own[1]} 处已通），"
            f"在建 {building} 处。",
            f"On {analysis.date}, {through} {en if through == 1 else several} between "
            f"{a.name_en} and {b.name_en} {'is' if through == 1 else 'are'} open to traffic "
            f"({own[0]} open on the {a.name_en} side, {own[1]} on the {b.name_en} side); "
            f"{building} under construction.",
            "count",
        )


def _cuts(analysis: Analysis) -> Iterator[Headline]:
    layers = analysis.layers
    if not layers.catalogue.centres:
        yield _sentence(
            "城市表中没有城市，无法计算时间与独立通道。",
            "No city in the tables, so no times and no independent links between cities.",
            "cut",
        )
        return
    if analysis.cuts.empty:
        return
    a, b = analysis.layers.catalogue.region.pair()
    for mode in MODES:
        rows = analysis.cuts[analysis.cuts["mode"] == mode].to_dict("records")
        if not rows:
            continue
        classes = layers.sections["class"][layers.sections["mode"] == mode]
        zh, en = way_labels(mode, classes)[0]
        said_zh = "、".join(f"{row['date'].year} 年 {row['value']} 条" for row in rows)
        said_en = ", ".join(f"{row['value']} in {row['date'].year}" for row in rows)
        yield _sentence(
            f"把{a.name}与{b.name}的城市连在一起的独立{zh}：{said_zh}。",
            f"Independent {en} links that hold the cities of {a.name_en} and {b.name_en} "
            f"together: {said_en}.",
            "cut",
        )


def _cores(analysis: Analysis) -> Iterator[Headline]:
    pair = core_cities(analysis.layers.catalogue)
    if len(pair) < 2:
        return
    for mode, (zh, en) in (("road", ("公路", "road")), ("rail", ("铁路", "rail"))):
        ways = partial(fastest_routes, analysis.stops, pair[0], pair[1], mode=mode)
        facts = travel_facts(analysis.layers, analysis.date)
        ends = [city.city_id for city in pair[:2]]
        for journey in remembered(ways, "fastest way", facts, ends, mode):
            minutes, km = journey.time_min, journey.length_km
            yield _sentence(
                f"{analysis.date} {pair[0].name}–{pair[1].name}{zh}门到门估算 "
                f"{minutes:.0f} 分钟（{km:.0f} km）。",
                f"{pair[0].name_en}–{pair[1].name_en} by {en} on {analysis.date}: an "
                f"estimated {minutes:.0f} min door to door ({km:.0f} km).",
                "time",
            )


def _named(analysis: Analysis) -> Iterator[Headline]:
    routes = route_table(analysis.layers, analysis.date)
    expected = analysis.layers.sections.groupby("route_id")["expected"].max()
    for key, row in routes[routes["group"] == "named"].iterrows():
        year, stage = expected[str(key)], row["stage"]
        known = stage != "open" and pd.notna(year)
        km = f"{row['running_km']:.1f} km"
        stage_en = STAGE[stage].en.lower()
        yield _sentence(
            f"{row['name']}：{km}，{STAGE[stage].zh}" + (f"，预计 {year} 年。" if known else "。"),
            f"{row['name_en']}: {km}, {stage_en}" + (f", expected {year}." if known else "."),
            "length",
        )


def _changes(analysis: Analysis) -> Iterator[Headline]:
    """Say what changes most, and for how many people, up to the horizon."""
    table, year = analysis.changes.dropna(subset="mean_min_delta"), analysis.horizon.year
    if table.empty or not table["mean_min_delta"].min() < 0:
        return
    best: Any = table.sort_values("mean_min_delta").iloc[0]
    wider: Any = table.sort_values("people_120min_delta").iloc[-1]
    gained, before = wider["people_120min_delta"] / 1e6, wider["people_120min_before"] / 1e6
    zh = (
        f"到 {year} 年底，平均旅行时间缩短最多的是{best['name']}："
        f"{best['mean_min_before']:.0f} → {best['mean_min_after']:.0f} 分钟"
    )
    en = (
        f"By the end of {year} mean travel time falls most for {best['name_en']}, from "
        f"{best['mean_min_before']:.0f} to {best['mean_min_after']:.0f} min"
    )
    if gained > 0:
        zh += (
            f"；2 小时可达人口增加最多的是{wider['name']}：增加 {gained * 100:,.0f} 万"
            f"（原 {before * 100:,.0f} 万）"
        )
        en += (
            f"; people within 2 h grow most for {wider['name_en']}, by {gained:.1f} million "
            f"(from {before:.1f} million)"
        )
    yield _sentence(f"{zh}。", f"{en}.", "change")


def _projects(analysis: Analysis) -> Iterator[Headline]:
    known = analysis.projects.dropna(subset=["last_in_percent"])
    for row in known.head(2).to_dict("records"):
        zh, en = _RELATION[row["relation"]]
        first, last = (f"{row[key]:.1f} %" for key in ("first_in_percent", "last_in_percent"))
        year = analysis.horizon.year
        yield _sentence(
            f"{row['name']}使全区人口加权邻近度提高 {first}（现状下单独建成）"
            f"或 {last}（{year} 年最后建成），{zh}。",
            f"{row['name_en']} raises people-weighted nearness by {first} alone today and "
            f"by {last} as the last one of {year}: {en}.",
            "project",
        )


def _losses(analysis: Analysis) -> Iterator[Headline]:
    for losses, when in (
        (analysis.links, analysis.date),
        (analysis.links_later, analysis.horizon),
    ):
        table = losses[losses["cut_off_population"] == 0]
        if table.empty or table["extra_min"].max() <= 0:
            continue
        worst: Any = table.sort_values("extra_min").iloc[-1]
        yield _sentence(
            f"{when} 不致断联的单段中断中，损失最大的是{worst['name']}"
            f"（{worst['from']}–{worst['to']}）："
            f"城市间平均多花 {worst['extra_min']:.1f} 分钟，影响 {worst['pairs']} 对城市。",
            f"On {when}, of the losses that cut nobody off, the one that costs most is "
            f"{worst['name_en']} "
            f"({worst['from_en']}–{worst['to_en']}): "
            f"{worst['extra_min']:.1f} more minutes on average between cities, "
            f"{worst['pairs']} {'pair' if worst['pairs'] == 1 else 'pairs'} affected.",
            "loss",
        )


def _lengths(analysis: Analysis) -> Iterator[Headline]:
    if analysis.net.edges.empty:
        return
    total = analysis.net.edges.groupby("class")["length_km"].sum()
    known = [name for name in CLASS_PLURAL if total.get(name, 0) > 0]
    zh = "、".join(f"{CLASS_PLURAL[n][0]} {total[n]:,.0f} km" for n in known)
    en = ", ".join(f"{CLASS_PLURAL[n][1]} {total[n]:,.0f} km" for n in known)
    said = (
        f"{analysis.date} 目录内已通车：{zh}。",
        f"Open in the catalogue on {analysis.date}: {en}.",
    )
    yield _sentence(*said, "length")


def _sectors(analysis: Analysis) -> Iterator[Headline]:
    if analysis.leaving.empty:
        return
    count = count_open_sectors(analysis.leaving)
    links = int((analysis.leaving["stage"] == "open").sum())
    zh = f"{analysis.date} 离开本区域的已通线路 {links} 条，朝向八个方向中的 {count} 个。"
    en = f"On {analysis.date} {links} open links leave the region, in {count} of eight directions."
    yield _sentence(zh, en, "open")
