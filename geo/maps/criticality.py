"""The map of what the closure of every link costs: who loses, and where the way round goes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse.csgraph import dijkstra

from geo.catalogue import MODE, Catalogue, Label, cities_of
from geo.connectivity import Loss, Sweep, cut_off, detours, link_sweep, removal_loss
from geo.core import is_unknown
from geo.layers import OTHER_LINE, Layers
from geo.maps.basemap import add_basemap, new_map
from geo.maps.crossings import COLOR
from geo.maps.features import coordinates
from geo.maps.lettering import area_labels, city_labels
from geo.maps.network import settings
from geo.maps.page import (
    MAP_SLOT,
    bi,
    bi_attribute,
    cell,
    footer,
    header,
    number,
    offline_html,
    order,
    scripts,
    stable_ids,
    style_sheet,
    table,
)
from geo.network import Network, build_network
from geo.scenarios import Analysis

Matrix = NDArray[np.float64]
Detail = dict[str, list[float]]


NAME = "criticality.html"
MODES = {
    "any": Label("综合", "All modes"),
    "road": Label("公路", "Road"),
    "rail": Label("铁路", "Rail"),
}
#: Lower bounds of the classes in minutes, and the width in pixels of the class above each.
WIDTHS = ((0.0, 1.3), (0.05, 2.6), (0.5, 4.2), (2.0, 6.2), (5.0, 8.6))
#: Links of a mode, the worst first, whose details are in the page; and cities for each.
DETAILED, TOP = 400, 10


class Losses(NamedTuple):
    """
    What the loss of every link of a mode costs.

    Parameters
    ----------
    mode
        Road, rail or any.
    table
        The result of :func:`geo.connectivity.link_losses.link_losses`.
    details
        By edge id, as the page embeds them: `c` cities and the minutes they lose, `o` cities
        cut off, `p` the pair that loses most (cities, minutes before and after), `b` and `w`
        its way before and after as runs of pieces.
    """

    mode: str
    table: DataFrame
    details: dict[str, Detail]


def page(layers: Layers, *, date: dt.date, analysis: Analysis | None = None) -> str:
    """
    Return the page on which links are closed.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day of the network.
    found
        The analysis of that day, where there is one already: its networks are taken.

    Returns
    -------
    html
        The page.
    """
    fits = analysis is not None and analysis.date == date
    net = analysis.net if analysis and fits else build_network(layers, year=date)
    stops = (
        analysis.stops if analysis and fits else build_network(layers, year=date, nodes="stops")
    )
    present = [mode for mode in MODES if mode in net.modes] if len(net.modes) > 1 else []
    results = [losses(net, stops, layers.catalogue, mode) for mode in ("any", *present)]
    title = Label("关键路段：断一段，影响谁", "Critical links: what a closure costs")
    with stable_ids():
        map_ = new_map(layers.catalogue)
        add_basemap(map_, layers.catalogue)
        call = f"geo.criticality({map_.get_name()},{settings(layers)});"
        return offline_html(
            map_,
            title=title,
            body=_body(layers, date, title, net, results),
            css=style_sheet("map", "crossings", "criticality"),
            script=scripts("map", "criticality") + call,
            data={
                "data-cities": city_labels(layers.catalogue),
                "data-areas": area_labels(layers.catalogue),
                "data-losses": _data(layers, net, stops, results),
            },
        )


def losses(net: Network, stops: Network, catalogue: Catalogue, mode: str) -> Losses:
    """
    Remove every link once and keep who loses and where the ways go then.

    Parameters
    ----------
    net, stops
        The network with nodes at junctions, and at every stop.
    catalogue
        The catalogue of the cities.
    mode
        Road, rail or any.

    Returns
    -------
    losses
        Table and details.
    """
    cities = cities_of(catalogue)
    people = np.array([city.population for city in cities], float)
    swept, links = link_sweep(stops, net, cities, mode=mode)
    if links.empty:
        return Losses(mode, pd.DataFrame(columns=["edge_id", *Loss._fields]), {})
    shown = stops.edges["mode"] == mode if mode != "any" else np.ones(len(stops.edges), bool)
    ways = _Ways(swept, np.flatnonzero(shown))
    measured, details = [], {}
    base, every = swept.each()
    for i, (edge, after) in enumerate(zip(links["edge_id"], every, strict=True)):
        measured.append(removal_loss(base, after, people))
        if measured[-1].pairs:
            details[edge] = _detail(base, after, people, ways, i)
    around = detours(net if mode == "any" else net.select(mode))
    links = links.assign(detour=links["edge_id"].map(around))
    frame = pd.concat([links, pd.DataFrame(measured, columns=Loss._fields)], axis=1)
    keys = ["cut_off_population", "extra_min", "efficiency_loss"]
    frame = frame.sort_values(keys, ascending=False, ignore_index=True)
    kept = [edge for edge in frame["edge_id"] if edge in details][:DETAILED]
    return Losses(mode, frame, {edge: details[edge] for edge in kept})


class _Ways:
    """The fastest ways of a sweep as runs of pieces, with or without one link."""

    def __init__(self, swept: Sweep, pieces: NDArray[np.intp]) -> None:
        self.swept, self.pieces = swept, pieces
        rows = np.repeat(np.arange(swept.size), np.diff(swept.graph.indptr))
        self.keys = rows * swept.size + swept.graph.indices
        self.of_entry: dict[int, list[int]] = {}
        for way in np.argsort(swept.minutes, kind="stable").tolist():
            self.of_entry.setdefault(int(swept.entry[way]), []).append(way)

    def between(self, a: int, b: int, gone: int | None = None) -> list[float]:
        """Return the way between two cities: first piece and length of runs, in turn."""
        swept, graph = self.swept, self.swept.graph.copy()
        lost = np.zeros(len(swept.link), bool) if gone is None else swept.link == gone
        entries = np.unique(swept.entry[lost])
        left = np.isin(swept.entry, entries) & ~lost
        graph.data[entries] = np.inf
        np.minimum.at(graph.data, swept.entry[left], swept.minutes[left])
        found = dijkstra(graph, indices=swept.starts[a], return_predecessors=True)
        before, node = found[1], int(swept.ends[b])
        steps: list[tuple[int, int]] = []
        while before[node] >= 0:
            entry = int(np.searchsorted(self.keys, int(before[node]) * swept.size + node))
            way = next(way for way in self.of_entry[entry] if not lost[way])
            if swept.link[way] >= 0:  # each edge stands there forwards, then backwards
                steps.append((int(self.pieces[way // 2]), -1 if way % 2 else 1))
            node = int(before[node])
        return _runs(steps[::-1])


def _runs(steps: Sequence[tuple[int, int]]) -> list[float]:
    """Join neighbouring pieces: the first piece, then how many (negative: backwards)."""
    runs: list[float] = []
    last = (-2, 0)
    for piece, way in steps:
        if (piece, way) == (last[0] + way, last[1]):
            runs[-1] += way
        else:
            runs += [piece, way]
        last = (piece, way)
    return runs


def _detail(before: Matrix, after: Matrix, people: Matrix, ways: _Ways, link: int) -> Detail:
    """Return who loses what, and the ways of the pair that loses most."""
    still = np.isfinite(before) & np.isfinite(after)
    np.fill_diagonal(still, val=False)
    change = np.where(still, np.where(still, after, 0.0) - np.where(still, before, 0.0), 0.0)
    weight = np.where(still, people, 0.0)
    total = weight.sum(axis=1)
    mean = (weight * change).sum(axis=1) / np.where(total > 0, total, 1.0)
    top = [i for i in np.argsort(-mean, kind="stable")[:TOP].tolist() if mean[i] > 1e-9]
    detail: Detail = {"c": [v for i in top for v in (i, round(float(mean[i]), 2))]}
    if gone := cut_off(before, after, people):
        detail["o"] = list(gone)
    worst = np.triu(np.outer(people, people) * (change + change.T))
    if worst.max(initial=0.0) > 0:
        a, b = map(int, np.unravel_index(int(worst.argmax()), worst.shape))
        if change[a, b] <= 0:
            a, b = b, a
        detail["p"] = [a, b, *(round(float(times[a, b]), 1) for times in (before, after))]
        detail["b"], detail["w"] = ways.between(a, b), ways.between(a, b, link)
    return detail


def _data(layers: Layers, net: Network, stops: Network, results: list[Losses]) -> dict[str, Any]:
    """Return everything the script of the page needs, every line once."""
    cities = [
        [city.name_zh, city.name_en, round(city.lat, 4), round(city.lon, 4)]
        for city in cities_of(layers.catalogue)
    ]
    pieces = []
    for line in stops.edges.geometry:
        points = np.rint(np.array(coordinates(line)) * 1e5).astype(int)
        pieces.append(np.diff(points, axis=0, prepend=0).reshape(-1).tolist())
    position = {str(edge): i for i, edge in enumerate(stops.edges.index)}
    starts = [position[str(edge)] for edge in net.edges.index]
    end = dict(pairwise(sorted([*starts, len(position)])))
    names, links = net.nodes[["name_zh", "name_en"]], []
    for edge, row in net.edges.iterrows():
        first = position[str(edge)]
        ends = [str(text) for node in (row["u"], row["v"]) for text in names.loc[node]]
        sizes = [round(float(row[key]), 1) for key in ("length_km", "time_min")]
        shape = [row["mode"], first, end[first] - first, *sizes]
        links.append([str(edge), row["route_zh"], row["route_en"], *ends, *shape])
    place = {link[0]: i for i, link in enumerate(links)}
    modes = {
        result.mode: {
            "n": {place[row.edge_id]: _numbers(row) for row in result.table.itertuples()},
            "d": {place[edge]: detail for edge, detail in result.details.items()},
        }
        for result in results
    }
    return {
        "cities": cities,
        "pieces": pieces,
        "links": links,
        "modes": modes,
        "colors": {mode: COLOR.get(mode, OTHER_LINE.color) for mode in net.modes},
        "labels": {mode: MODE[mode] for mode in net.modes},
        "widths": WIDTHS,
    }


def _numbers(row: Any) -> list[float | None]:  # noqa: ANN401
    """Return extra minutes, people cut off, efficiency lost (%), pairs, detour (-1: none)."""
    detour = None if is_unknown(row.detour) else round(row.detour, 2)
    return [
        round(float(row.extra_min), 3),
        round(row.cut_off_population),
        round(100 * float(row.efficiency_loss), 3),
        int(row.pairs),
        -1 if detour is not None and math.isinf(detour) else detour,
    ]


def _body(layers: Layers, date: dt.date, title: Label, net: Network, results: list[Losses]) -> str:
    area = bi_attribute("aria-label", Label("地图", "Map"))
    switch = "".join(
        f'<button type="button" data-mode="{result.mode}" aria-pressed="false">'
        f"{bi(MODES[result.mode])}</button>"
        for result in results
    )
    which = bi_attribute("aria-label", Label("出行方式", "Mode of travel"))
    place = {str(edge): i for i, edge in enumerate(net.edges.index)}
    tables = "".join(_ranking(result, place) for result in results)
    card = bi_attribute("aria-label", Label("所选路段", "The chosen link"))
    return f"""{header(title, NAME, table="losses-any")}
<main class="split closing">
<section class="stage-area" {area}><div class="map-frame">{MAP_SLOT}</div>
<div class="over"><div class="panel modes" role="group" {which}>{switch}</div>
<details class="panel key-list" open><summary>{bi(LEGEND)}</summary></details></div></section>
<section class="page">
<div class="panel card" id="card" role="region" tabindex="0" aria-live="polite" {card}>\
<p>{bi(INVITE)}</p></div>
{tables}<details class="how"><summary>{bi(Label("怎样计算", "How it is computed"))}</summary>
<p>{bi(METHOD)}</p></details></section>
</main>
{footer(layers.catalogue, date)}"""


LEGEND = Label("图例", "Legend")
INVITE = Label(
    "点地图上的线或表中的名称，即中断这一段：看平均多花多少时间、谁断了联系、绕行走哪里。",
    "Click a line on the map or a name in the table to close that link: what it costs on "
    "average, who is cut off, and where the way round goes.",
)
METHOD = Label(
    "一段为路网上两个节点之间的连接；逐段中断，重算所有城市对的最快时间"
    "（不含时刻表与拥堵，大城市之间的列车也照常停站）。"
    "平均多花：中断前后都可达的城市对时间差，按两端人口之积加权。断联：失去联系的城市人口，"
    "不含人口最多的剩余部分。效率损失：各城市对时间倒数之和的减少。绕行倍数：两端之间新的最短时间"
    "与原时间之比。绕行线为加权损失最大的城市对的新最快路线；点线为市内道路。",
    "A link joins two nodes of the network. Each is closed once and the fastest times between "
    "all cities are computed again (no timetable, no congestion; trains between large cities "
    "stop like others). Extra time: the mean over "
    "pairs connected before and after, weighted by the product of their populations. Cut off: "
    "people in cities that lose their connection, without the most populous remainder. "
    "Efficiency: the fall of the sum of 1/time over all pairs. Detour: the best way between "
    "the ends of the link against its own time. The line on the map is the new fastest way "
    "of the pair that loses most, times people; dotted parts are city streets.",
)
COLUMNS = (
    (Label("序", "No."), "num"),
    (Label("路段", "Link"), ""),
    (Label("平均多花分钟", "Extra min"), "num"),
    (Label("断联人口", "People cut off"), "num"),
    (Label("效率损失 %", "Efficiency lost %"), "num"),
    (Label("绕行倍数", "Detour factor"), "num"),
    (Label("影响对数", "Pairs hit"), "num"),
)


def _ranking(result: Losses, place: dict[str, int]) -> str:
    """Return the table of a mode: the links whose loss anyone notices."""
    found = result.table[result.table["pairs"] > 0]
    records = found.to_dict("records")
    rows = [_row(i, row, place[row["edge_id"]]) for i, row in enumerate(records, 1)]
    mode, rest = MODES[result.mode], len(result.table) - len(found)
    cut = int((found["cut_off_population"] > 0).sum())
    caption = Label(
        f"{mode.zh}：{len(found)} 段中断会改变最快时间（其中 {cut} 段使人断联），"
        f"其余 {rest} 段没有影响。",
        f"{mode.en}: the loss of {len(found)} links changes fastest times ({cut} cut people "
        f"off); {rest} links have no effect.",
    )
    html = table(COLUMNS, rows, name=f"losses-{result.mode}", caption=caption)
    more = bi(Label(f"显示全部 {len(rows)} 段", f"Show all {len(rows)} links"))
    button = f'<button type="button" class="more" data-more>{more}</button>'
    return f'<div class="ranking" data-ranking="{result.mode}">{html}{button}</div>'


def _row(rank: int, row: dict[Hashable, Any], place: int) -> str:
    """Return a row of a ranking; its button chooses the link."""
    name, color = bi((row["name_zh"], row["name_en"])), COLOR.get(row["mode"], OTHER_LINE.color)
    ends = bi((f"{row['from']} – {row['to']}", f"{row['from_en']} – {row['to_en']}"))
    mark = f'<i class="swatch" style="--mode:{color}"></i>'
    button = f'<button type="button" class="link">{mark}<span>{name}</span></button>'
    extra, cut, lost = row["extra_min"], row["cut_off_population"], 100 * row["efficiency_loss"]
    around, none = row["detour"], bi(Label("无绕行", "none"))
    bridge = not is_unknown(around) and math.isinf(around)
    cells = [
        cell(str(rank), css="num"),
        cell(f"{button}<br><small>{ends}</small>"),
        cell(number(extra, 2) if extra >= 0.005 else "&lt;0.01", order=order(extra), css="num"),
        cell(f"<b>{number(cut)}</b>" if cut else "0", order=order(cut), css="num"),
        cell(number(lost, 2) if lost >= 0.005 else "&lt;0.01", order=order(lost), css="num"),
        cell(none, order="99999", css="num")
        if bridge
        else cell(number(around, 1), order=order(around), css="num"),
        cell(number(row["pairs"]), order=order(row["pairs"]), css="num"),
    ]
    return f'<tr data-link="{place}">{"".join(cells)}</tr>'
