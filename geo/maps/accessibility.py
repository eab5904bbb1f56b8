"""The map of how well cities are reached, on a day and when all that is expected is open."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.catalogue import City, Label, cities_of
from geo.connectivity import (
    IDEAL_KMH,
    Indicator,
    indicator_table,
    isochrone_areas,
    location,
    network_efficiency,
)
from geo.geometry import straight_km
from geo.layers import OTHER_LINE, Layers
from geo.maps.basemap import add_basemap, new_map
from geo.maps.crossings import COLOR
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
from geo.network import CONSTANTS, Network, build_network, city_travel_times, travel_graph
from geo.scenarios import horizon_of

Array = NDArray[np.float64]


LIMITS = (30, 60, 90, 120)
#: Modes that can be chosen alone.
SINGLE = ("road", "rail")
#: Outlines on the page leave out details smaller than this, and parts and holes smaller than
#: its square, in metres; their points are rounded to so many degrees.
OUTLINE_M, STEP = 400.0, 1e-3
#: The same for the lines.
LINE_M, LINE_STEP = 150.0, 1e-4
#: Indicators of the page by name: that of `city_table`, and whether less is better.
INDICATORS: dict[str, tuple[Indicator, bool]] = {
    "mean": ("location", True),
    "people": ("daily", False),
    "potential": ("potential", False),
    "efficiency": ("efficiency", True),
}


class Reach(NamedTuple):
    """
    How well cities are reached by a mode on two dates.

    Parameters
    ----------
    mode
        Road, rail or any.
    ideal_kmh
        The ideal speed of the network efficiency on both dates.
    figures
        By indicator the values before, after, and their difference, shape (3, n); NaN where
        there is none. The difference of a mean is that over the destinations reached on both
        dates.
    minutes
        Times from door to door before and after, shape (2, n, n).
    areas
        Areas within reach in WGS-84, by city, date and limit.

    """

    mode: str
    ideal_kmh: float
    figures: dict[str, Array]
    minutes: Array
    areas: gpd.GeoDataFrame

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether any other city is reached before and after, shape (2, n)."""
        return np.asarray(np.isfinite(self.minutes).sum(axis=2) > 1)


def two_networks(layers: Layers, date: dt.date) -> tuple[Network, Network]:
    """
    Return the networks that are compared: on the day and at the horizon.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day.

    Returns
    -------
    networks
        With a node at every stop.

    Examples
    --------
    >>> from datetime import date
    >>> now, later = two_networks(lay, date(2025, 12, 31))
    >>> bool(now.edges["length_km"].sum() < later.edges["length_km"].sum())
    True

    """
    both = date, horizon_of(layers, date)
    now, later = (build_network(layers, year=one, nodes="stops") for one in both)
    return now, later


def modes_shown(layers: Layers, later: Network) -> list[str]:
    """
    Return the modes that can be chosen.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    later
        The network at the horizon.

    Returns
    -------
    modes
        All together first; none where there are no cities.

    Examples
    --------
    >>> modes_shown(lay, stops)
    ['any', 'road', 'rail']

    """
    single = [mode for mode in SINGLE if mode in later.modes and len(later.modes) > 1]
    return ["any", *single] if cities_of(layers.catalogue) else []


def reach(layers: Layers, nets: Sequence[Network], mode: str) -> Reach:
    """
    Measure how well all cities are reached on two dates.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    nets
        Its networks before and after, with a node at every stop.
    mode
        Road, rail or any.

    Returns
    -------
    reach
        Indicators, times and isochrones.

    """
    catalogue, cities = layers.catalogue, cities_of(layers.catalogue)
    edges = pd.concat([net.edges[["mode", "speed_kmh"]] for net in nets])
    fastest = edges["speed_kmh"][(edges["mode"] == mode) | (mode == "any")].max()
    ideal = float(np.nanmax([IDEAL_KMH[mode], fastest]))
    minutes = np.stack(
        [city_travel_times(travel_graph(n, cities, mode=mode), cities) for n in nets]
    )
    people = np.array([city.population for city in cities], float)
    values = {}
    for key, (indicator, _) in INDICATORS.items():
        dates = []
        for times in minutes:
            table = indicator_table(cities, times, indicator, people, ideal_kmh=ideal)
            dates.append(table["value_reached" if "value_reached" in table else "value"])
        before, after = (column.to_numpy(float) for column in dates)
        values[key] = np.stack([before, after, after - before])
    for key, change in _changes(minutes, cities, people, ideal).items():
        values[key][2] = change
    areas = pd.concat(
        [
            isochrone_areas(net, catalogue, cities, LIMITS, mode=mode).assign(date=k)
            for k, net in enumerate(nets)
        ],
        ignore_index=True,
    )
    return Reach(mode, ideal, values, minutes, areas)


def _changes(
    minutes: Array, cities: Sequence[City], people: Array, ideal: float
) -> dict[str, Array]:
    """Return the differences of means over the destinations reached on both dates."""
    apart = straight_km([c.lon for c in cities], [c.lat for c in cities])
    both = np.where(np.isfinite(minutes).all(axis=0), minutes, np.inf)
    means = [location(times, people)[2] for times in both]
    ratios = [network_efficiency(times, apart, people, ideal_kmh=ideal)[2] for times in both]
    return {"mean": means[1] - means[0], "efficiency": ratios[1] - ratios[0]}


def packed(layers: Layers, found: Reach) -> dict[str, Any]:
    """
    Return what the page embeds of a mode.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    found
        How well its cities are reached.

    Returns
    -------
    data
        `values`, `breaks` and `steps` (limits of their classes and of those of differences) by
        indicator, `reached`, `times` (per date the minutes of every pair below
        the diagonal, row by row, rounded up to 0.1), `areas` in km² by city, date and limit,
        and `shapes`: by city, date and limit the rings of an outline as text (`steps`), with
        a space between them; 0 where it is that of the day before.

    """
    cities = cities_of(layers.catalogue)
    low = np.tril_indices(len(cities), -1)
    times = [[_tenths(value) for value in matrix[low]] for matrix in found.minutes]
    size = (2, len(cities), len(LIMITS))
    km2 = np.rint(found.areas["area_km2"].to_numpy(float).reshape(size)).astype(int)
    shapes = _outlines(layers, found.areas)
    by_city: list[list[Any]] = []
    for i in range(len(cities)):
        early, later = ([shapes[(k * size[1] + i) * size[2] + j] for j in range(size[2])]
                      for k in range(2))  # fmt: skip
        by_city.append([early, [0 if a == b else b for a, b in zip(early, later, strict=True)]])
    return {
        "values": {key: [_short(row) for row in rows] for key, rows in found.figures.items()},
        "reached": found.reached.astype(int).tolist(),
        "breaks": {key: breaks(rows[:2]) for key, rows in found.figures.items()},
        "steps": {key: breaks(np.abs(rows[2]), 3) for key, rows in found.figures.items()},
        "times": times,
        "areas": km2.transpose(1, 0, 2).tolist(),
        "shapes": by_city,
    }


def _tenths(minutes: float) -> float | None:
    """Return minutes rounded up, so that a whole limit is kept or missed as before."""
    return float(np.ceil(minutes * 10 - 1e-6) / 10) if np.isfinite(minutes) else None


def _short(values: Array) -> list[float | None]:
    """Return numbers of seven digits at most (people stay whole), None for unknown ones."""
    return [
        None if not np.isfinite(v) else int(v) if v == int(v) else float(f"{v:.7g}")
        for v in values.tolist()
    ]


def breaks(values: Array, classes: int = 5) -> list[float]:
    """
    Return round limits that split values into classes of about the same size.

    Parameters
    ----------
    values
        Numbers; those that are not finite and zeros are left out.
    classes
        Classes wanted; there are fewer where values hardly differ.

    Returns
    -------
    limits
        At most one less than the classes, ascending.

    Examples
    --------
    >>> breaks(np.arange(100.0), 4)
    [30.0, 50.0, 70.0]

    """
    known = values[np.isfinite(values) & (values != 0)]
    if not known.size:
        return []
    at = np.quantile(known, np.arange(1, classes) / classes)
    for digits in (1, 2, 3):
        limits = sorted({float(f"{value:.{digits}g}") for value in at})
        if len(limits) == classes - 1:
            break
    return [value for value in limits if known.min() < value <= known.max()]


def _outlines(layers: Layers, areas: gpd.GeoDataFrame) -> list[str]:
    """Return the rings of areas, simplified in metres."""
    plane = areas.geometry.to_crs(layers.catalogue.region.metric_crs)
    smooth = shapely.simplify(plane.to_numpy(), OUTLINE_M)
    parts, owner = shapely.get_parts(smooth, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    large = shapely.area(shapely.polygons(rings)) > OUTLINE_M**2
    kept = gpd.GeoSeries(rings[large], crs=plane.crs).to_crs(areas.crs)
    found: list[list[str]] = [[] for _ in range(len(areas))]
    for index, ring in zip(owner[part[large]], kept, strict=True):
        found[index].append(steps(shapely.get_coordinates(ring)[:-1], STEP))
    return [" ".join(texts) for texts in found]


def steps(points: Array, size: float) -> str:
    """
    Return points as text: the steps from one to the next in five-bit digits.

    The encoded polyline format: a whole number n is 2n, or -2n - 1 below zero; its digits are
    the characters from "?" on, the lowest first, all but the last plus 32.

    Parameters
    ----------
    points
        Coordinates, shape (n, 2); those that round to the one before are left out.
    size
        Size of a step of 1.

    Returns
    -------
    text
        ASCII.

    Examples
    --------
    >>> steps(np.array([[38.5, -120.2], [40.7, -120.95]]), 1e-5)
    '_p~iF~ps|U_ulLnnqC'

    """
    whole = np.rint(points / size).astype(int)
    moved = np.diff(whole, axis=0, prepend=0)
    text = []
    for value in moved[(moved != 0).any(axis=1)].ravel().tolist():
        rest = 2 * value if value >= 0 else -2 * value - 1
        while rest >= 32:
            text.append(chr(63 + 32 + rest % 32))
            rest //= 32
        text.append(chr(63 + rest))
    return "".join(text)


def lines(layers: Layers, nets: Sequence[Network]) -> dict[str, list[list[str]]]:
    """
    Return the lines by mode: those open before, and those opened until after.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    nets
        Its networks before and after.

    Returns
    -------
    lines
        Simplified, as text (`steps`).

    Examples
    --------
    >>> early = geo.build_network(lay, year=2010, nodes="stops")
    >>> before, new = lines(lay, [early, stops])["rail"]
    >>> len(before) > 0, len(new) > 0
    (True, True)

    """
    first, last = (set(net.edges["section_id"]) for net in nets)
    found: dict[str, list[list[str]]] = {}
    for mode in nets[1].modes:
        rows = layers.sections[layers.sections["mode"] == mode]
        found[mode] = []
        for ids in (first, last - first):
            shapes = rows.geometry[rows.index.isin(list(ids))].to_crs(
                layers.catalogue.region.metric_crs
            )
            shapes = shapes.simplify(LINE_M).to_crs(rows.crs)
            found[mode].append([steps(shapely.get_coordinates(s), LINE_STEP) for s in shapes])
    return found


NAME = "accessibility.html"
MODES = {
    "any": Label("综合", "All modes"),
    "road": Label("公路", "Road"),
    "rail": Label("铁路", "Rail"),
}
SHORT = MODES | {"any": Label("综合", "All")}
#: Name and unit of every indicator.
NAMES = {
    "mean": (Label("平均时间", "Mean time"), Label("分钟", "min")),
    "people": (Label("两小时人口", "Within 2 h"), Label("人", "people")),
    "potential": (Label("潜力", "Potential"), Label("人/分钟^1.5", "people/min^1.5")),
    "efficiency": (Label("路网效率", "Efficiency"), Label("倍", "ratio")),
}


def page(layers: Layers, *, date: dt.date, results: Sequence[Reach] | None = None) -> str:
    """
    Return the page on which cities are compared and their isochrones drawn.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day of the network.
    results
        What is measured of every mode shown (:mod:`geo.maps.accessibility`), where it is known already.

    Returns
    -------
    html
        The page.

    """
    nets, cities = two_networks(layers, date), cities_of(layers.catalogue)
    horizon = nets[1].date
    if results is None:
        results = [reach(layers, nets, mode) for mode in modes_shown(layers, nets[1])]
    dates = (
        Label(date.isoformat(), date.isoformat()),
        Label(f"{horizon.year} 年底", f"end of {horizon.year}"),
    )
    title = Label("可达性：现在与将来", "Accessibility, now and later")
    with stable_ids():
        map_ = new_map(layers.catalogue)
        add_basemap(map_, layers.catalogue)
        call = f"geo.accessibility({map_.get_name()},{settings(layers)});"
        return offline_html(
            map_,
            title=title,
            body=_body(layers, date, title, dates, nets, results),
            css=style_sheet("map", "crossings", "accessibility"),
            script=scripts("map", "reach", "accessibility") + call,
            data={
                "data-cities": _labels(layers, cities),
                "data-areas": area_labels(layers.catalogue),
                "data-access": _data(layers, dates, nets, cities, results),
            },
        )


def _labels(layers: Layers, cities: Sequence[City]) -> list[dict[str, Any]]:
    """Return the labels of the cities that have a circle."""
    ids = {city.city_id for city in cities}
    return [label for label in city_labels(layers.catalogue) if label["id"] in ids]


def _data(
    layers: Layers,
    dates: Sequence[Label],
    nets: Sequence[Network],
    cities: Sequence[City],
    results: Sequence[Reach],
) -> dict[str, Any]:
    """Return everything the script of the page needs."""
    return {
        "cities": [
            [c.city_id, c.name_zh, c.name_en, round(c.lat, 4), round(c.lon, 4), c.population]
            for c in cities
        ],
        "dates": dates,
        "limits": LIMITS,
        "indicators": {
            key: {"name": NAMES[key][0], "unit": NAMES[key][1], "less": less,
                  "digits": _digits(key, results)}
            for key, (_, less) in INDICATORS.items()
        },
        "modes": {found.mode: packed(layers, found) for found in results},
        "lines": lines(layers, nets),
        "colors": {mode: COLOR.get(mode, OTHER_LINE.color) for mode in nets[1].modes},
        "steps": [STEP, LINE_STEP],
    }  # fmt: skip


def _digits(key: str, results: Sequence[Reach]) -> int:
    """Return the decimals an indicator is written with."""
    if key == "potential":
        top = max((value for found in results for value in found.figures[key][1]), default=0.0)
        return 0 if top >= 1000 else 2
    return {"mean": 1, "efficiency": 2}.get(key, 0)


def _body(
    layers: Layers,
    date: dt.date,
    title: Label,
    dates: Sequence[Label],
    nets: Sequence[Network],
    results: Sequence[Reach],
) -> str:
    area = bi_attribute("aria-label", Label("地图", "Map"))
    views = dict(zip(("before", "after", "change"), (*dates, CHANGE), strict=True))
    bar = "".join(
        [
            _switch("indicator", Label("指标", "Indicator"), {k: v[0] for k, v in NAMES.items()}),
            _switch("view", Label("日期", "Date"), views),
            _switch("mode", Label("出行方式", "Mode"), {r.mode: SHORT[r.mode] for r in results}),
        ]
    )
    tables = "".join(
        _table(layers, found, dates, _digits("potential", results)) for found in results
    )
    hint = bi_attribute("placeholder", Label("汉字、拼音、英文", "Name or pinyin"))
    city, find = bi(Label("城市", "City")), bi(Label("搜索", "Search"))
    card = bi_attribute("aria-label", Label("所选城市", "The chosen city"))
    return f"""{header(title, NAME, table="cities-any" if results else "")}
<main class="split access" data-indicator="mean">
<section class="stage-area" {area}><div class="map-frame">{MAP_SLOT}</div>
<div class="over">{bar}
<details class="panel key-list" open><summary>{bi(Label("图例", "Legend"))}</summary>\
<div></div></details></div></section>
<section class="page">
<div class="choose"><label>{city}<select id="city"></select></label>\
<label>{find}<input type="search" id="find" autocomplete="off" spellcheck="false" {hint}></label>\
<output id="hits" for="find"></output></div>
<div class="panel card" id="card" role="region" tabindex="0" aria-live="polite" {card}>\
<p>{bi(INVITE if results else NO_CITIES)}</p></div>
{tables}
<details class="how"><summary>{bi(Label("怎样计算", "How it is computed"))}</summary>
{_method(layers, dates, nets, results)}</details></section>
</main>
{footer(layers.catalogue, date)}"""


CHANGE = Label("差异", "change")
SAME_DESTINATIONS = Label(
    "平均时间与路网效率的差异只比较两个日期都可达的目的地。",
    "Changes of mean time and efficiency compare the destinations reached on both dates.",
)
INVITE = Label(
    "点地图上的圆、表中的名称，或在上面选择城市：看 30–120 分钟能到哪里，两个日期有何不同。",
    "Click a circle on the map or a name in the table, or choose a city above: how far one gets "
    "in 30–120 minutes, on both dates.",
)
NO_CITIES = Label("数据中没有城市。", "There are no cities in the data.")


def _switch(name: str, label: Label, options: dict[str, Label]) -> str:
    """Return a row of buttons of which one is pressed."""
    buttons = "".join(
        f'<button type="button" data-{name}="{key}" aria-pressed="false">'
        f"{bi((text.zh, text.en[:1].upper() + text.en[1:]))}</button>"
        for key, text in options.items()
    )
    which = bi_attribute("aria-label", label)
    return f'<div class="panel switch" role="group" {which}>{buttons}</div>' if options else ""


def _table(layers: Layers, found: Reach, dates: Sequence[Label], digits: int) -> str:
    """Return the table of a mode: all indicators, of which the page shows one at a time."""
    columns = [(Label("城市", "City"), ""), (Label("人口", "Population"), "num")]
    for key, (name, _) in NAMES.items():
        columns += [
            (Label(f"{name.zh}\n{when.zh}", f"{name.en}\n{when.en}"), f"num i i-{key}")
            for when in (*dates, CHANGE)
        ]
    cities = cities_of(layers.catalogue)
    rows = [_row(i, city, found, digits) for i, city in enumerate(cities)]
    missed = [[c for c, ok in zip(cities, reached, strict=True) if not ok]
              for reached in found.reached]  # fmt: skip
    mode = MODES[found.mode]
    notes = [
        Label(
            f"{when.zh} 未到达：{'、'.join(c.name_zh for c in gone)}。",
            f"Not reached, {when.en}: {', '.join(c.name_en for c in gone)}.",
        )
        for when, gone in zip(dates, missed, strict=True)
        if gone
    ]
    before, after, change = found.figures["mean"]
    if (abs(after - before - change) > 0.05).any():
        notes.append(SAME_DESTINATIONS)
    caption = Label(
        " ".join([f"{mode.zh}：{len(cities)} 个城市，点一行选中。", *(note.zh for note in notes)]),
        " ".join([f"{mode.en}: {len(cities)} cities; a row chooses one.", *(n.en for n in notes)]),
    )
    html = table(columns, rows, name=f"cities-{found.mode}", caption=caption)
    return f'<div class="cities" data-cities="{found.mode}">{html}</div>'


def _row(i: int, city: City, found: Reach, digits: int) -> str:
    """Return a row of a table; its button chooses the city."""
    name = bi((city.name_zh, city.name_en))
    cells = [
        cell(f'<button type="button" class="link">{name}</button>'),
        cell(number(city.population), order=city.population, css="num"),
    ]
    decimals = {"mean": 1, "people": 0, "potential": digits, "efficiency": 2}
    fresh = not found.reached[0][i] and found.reached[1][i]
    for key, rows in found.figures.items():
        css = f"num i i-{key}"
        cells += [
            cell(number(value, decimals[key]), order=order(value), css=css)
            for value in rows[:2, i]
        ]
        change = rows[2, i]
        new = math.isnan(change) and fresh
        text = bi(NEW) if new else _signed(change, decimals[key])
        cells.append(cell(text, order=order(change), css=css))
    return f'<tr data-city="{i}">{"".join(cells)}</tr>'


NEW = Label("新通达", "newly reached")


def _signed(value: float, digits: int) -> str:
    """Return a difference with its sign."""
    if math.isnan(value) or round(abs(value), digits) == 0:
        return number(abs(value), digits)
    return ("+" if value > 0 else "−") + number(abs(value), digits)


def _method(
    layers: Layers, dates: Sequence[Label], nets: Sequence[Network], results: Sequence[Reach]
) -> str:
    """Return formulas, constants, what was simplified and which sections are assumed."""
    ideal = Label(
        "、".join(f"{MODES[found.mode].zh} {found.ideal_kmh:g}" for found in results),
        ", ".join(f"{MODES[found.mode].en} {found.ideal_kmh:g}" for found in results).lower(),
    )
    notes = [_formulas(), _constants(ideal), _simplified()]
    text = "".join(f"<p>{bi(note)}</p>" for note in notes)
    for when, net in zip(dates, nets, strict=True):
        if net.assumed:
            label = Label(
                f"{when.zh}：{len(net.assumed)} 段按预计年份视为通车",
                f"{len(net.assumed)} sections count as open by their expected year, {when.en}",
            )
            items = "".join(_assumed(layers, section_id) for section_id in net.assumed)
            text += f"<h3>{bi(label)}</h3><ul>{items}</ul>"
    return text


def _assumed(layers: Layers, section_id: str) -> str:
    row = layers.sections.loc[section_id]
    route = layers.routes.loc[row["route_id"]]
    label = (
        f"{route['name_zh']}：{row['from_zh']} – {row['to_zh']}",
        f"{route['name_en']}: {row['from_en']} – {row['to_en']}",
    )
    return f"<li>{bi(label)} ({escape(str(row['expected']))})</li>"


def _formulas() -> Label:
    return Label(
        "时间从市中心到市中心，门到门，不含时刻表与拥堵。"
        "平均时间 A = Σ t·P / ΣP，对所有可达的其他城市，P 为人口，越小越好。"
        "两小时人口：120 分钟内可到的城市人口之和，含本市。"
        "潜力 = Σ P / t^1.5（Hansen 1959），不含本市，只宜作比值。"
        "路网效率 = Σ (t / t*)·P / ΣP，t* 为以理想速度走直线的时间（Gutiérrez 等 1998），"
        "1 为最好，越小越好。平均时间与路网效率的差异只比较两个日期都可达的目的地，"
        "所以可能不等于两列之差。等时圈：沿路网到达后再按市内道路速度走到周围地面；"
        "公路可在任何一处离开，列车只能在车站。人口：中心在该时间内可到的城市人口之和。",
        "Times are from centre to centre, door to door, without timetable or congestion. "
        "Mean time A = Σ t·P / ΣP over all other cities that are reached, P their population; "
        "lower is better. Within 2 h: people of the cities within 120 min, its own included. "
        "Potential = Σ P / t^1.5 (Hansen 1959) without its own people; only ratios say "
        "something. Efficiency = Σ (t / t*)·P / ΣP with t* the time of a straight way at an "
        "ideal speed (Gutiérrez et al. 1998); 1 is best, lower is better. Changes of mean time "
        "and efficiency compare the destinations reached on both dates, so they may not be the "
        "difference of the two columns. Isochrones: over the network and then over the ground at "
        "the speed of streets; roads are left anywhere, trains at stations. People: those of "
        "the cities whose centre is within the time.",
    )


def _constants(ideal: Label) -> Label:
    value = {key: f"{constant.value:g}" for key, constant in CONSTANTS.items()}
    return Label(
        f"常数：公路为设计速度的 {value['road_factor']} 倍，铁路为 {value['rail_factor']} 倍，"
        f"起停 {value['rail_start_min']} 分钟，途中每站 {value['stop_min']} 分钟；"
        f"进站候车 {value['board_min']} 分钟，出站 {value['alight_min']} 分钟；"
        f"市内道路 {value['access_speed']} km/h，绕行 {value['access_detour']} 倍，"
        f"直线不超过 {value['access_limit']} km。理想速度 km/h：{ideal.zh}。",
        f"Constants: roads at {value['road_factor']} of the design speed, rail at "
        f"{value['rail_factor']}, {value['rail_start_min']} min for starting and stopping, "
        f"{value['stop_min']} min per stop on the way, {value['board_min']} min boarding, "
        f"{value['alight_min']} min leaving the station; streets at {value['access_speed']} km/h "
        f"with a detour of {value['access_detour']}, at most {value['access_limit']} km straight. "
        f"Ideal speeds in km/h: {ideal.en}.",
    )


def _simplified() -> Label:
    return Label(
        f"图形简化：等时圈轮廓略去小于 {OUTLINE_M:g} m 的细节与更小的碎块，坐标取 {STEP:g}° "
        f"（约 0.1 km）；线路略去小于 {LINE_M:g} m 的细节。面积在简化之前计算。"
        "图上线路为所选方式已通车的线，虚线为到后一日期新通车的线。",
        f"Drawn simpler: outlines of isochrones leave out details below {OUTLINE_M:g} m and "
        f"smaller islands, coordinates are rounded to {STEP:g}° (about 0.1 km); lines leave out "
        f"details below {LINE_M:g} m. Areas are measured before. The lines on the map are those "
        "open for the chosen mode, dashed where they open until the later date.",
    )
