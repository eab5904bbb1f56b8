"""The map of how well cities are reached, on a day and when all that is expected is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.catalogue import TRAVEL, City, Label, populations
from geo.connectivity import (
    IDEAL_KMH,
    Indicator,
    expected_opportunities,
    indicator_table,
    isochrone_areas,
    mean_travel_time,
    network_efficiency,
)
from geo.core import Submit, remembered
from geo.geometry import metric_crs, straight_km
from geo.layers import Layers, travel_facts
from geo.maps.basemap import add_basemap, county_rings, new_map
from geo.maps.lettering import city_labels
from geo.maps.line_encoding import polyline_text
from geo.maps.map_page import mode_color, page_with_map
from geo.maps.offline import stable_ids
from geo.maps.texts import Texts
from geo.network import Network, build_network, time_interval
from geo.scenarios import horizon_of, travel_times_on

TEXT = Texts("accessibility")

Array = NDArray[np.float64]
LIMITS = (30, 60, 90, 120)
#: Modes that can be chosen alone.
SINGLE = ("road", "rail")
#: Outlines on the page leave out details smaller than this, and parts and holes smaller than
#: its square, in metres; their points are rounded to so many degrees.
OUTLINE_M, STEP = 400.0, 1e-3
#: The same for the lines.
LINE_M, LINE_STEP = 150.0, 1e-4
#: In a region of less detail, in tens of degrees, all is finer.
SMALL = 0.3
SHORT = TRAVEL | {"any": TEXT["all_modes"]}


class Shown(NamedTuple):
    """An indicator of the page: that of `city_table`, name, unit, decimals, what is better."""

    indicator: Indicator
    name: Label
    unit: Label
    digits: int
    less_is_better: bool


class Reach(NamedTuple):
    """How well cities are reached by a mode on two dates."""

    mode: str
    #: Ideal speed of the network efficiency, the same on both dates.
    ideal_kmh: float
    #: By indicator the values before, after, and their difference, shape (3, n); NaN where there
    #: is none. The difference of a mean is that over the destinations reached on both dates.
    figures: dict[str, Array]
    #: By indicator the bounds of its 90 % interval, shape (2 dates, 2, n).
    bounds: dict[str, Array]
    #: From door to door before and after, shape (2, n, n).
    minutes: Array
    #: People within every limit, by date, limit and city, shape (2, limits, n).
    within: NDArray[np.int_]
    #: Areas within reach in WGS-84, by city, date and limit.
    areas: gpd.GeoDataFrame
    #: Mean minutes from every county to the cities, weighted by their people: on both dates the
    #: value and the bounds of its 90 % interval, then the difference over the cities reached on
    #: both dates, shape (7, m).
    counties: Array

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether any other city is reached before and after, shape (2, n)."""
        return np.asarray(np.isfinite(self.minutes).sum(axis=2) > 1)


#: The indicators of the page by name.
INDICATORS = {
    "mean": Shown("location", TEXT["mean_time"], TEXT["minutes"], 1, less_is_better=True),
    "people": Shown("daily", TEXT["within_2_h"], TEXT["people"], 0, less_is_better=False),
    "potential": Shown(
        "potential", TEXT["potential"], TEXT["potential_unit"], 2, less_is_better=False
    ),
    "efficiency": Shown("efficiency", TEXT["efficiency"], TEXT["ratio"], 2, less_is_better=True),
}


def begin_accessibility(submit: Submit, layers: Layers, date: dt.date) -> Callable[[], str]:
    """
    Begin the page of accessibility, each mode as a task of its own.

    Parameters
    ----------
    submit
        Hands a function and its arguments to another process, and returns what waits for the
        result (:func:`geo.core.second_process`).
    layers, date
        The layers of the catalogue, and the date of the page.

    Returns
    -------
    wait
        A function that waits for the tasks and returns the HTML of the page.
    """
    nets = compared_networks(layers, date)
    parts = [submit(city_reach, layers, nets, mode) for mode in modes_shown(layers, nets[1])]

    def wait() -> str:
        results = [part() for part in reversed(parts)]  # the last is done here meanwhile
        return accessibility_page(layers, date=date, results=results[::-1])

    return wait


def compared_networks(layers: Layers, date: dt.date) -> tuple[Network, Network]:
    """Return the networks that are compared: on the date and at the horizon."""
    both = date, horizon_of(layers, date)
    now, later = (build_network(layers, year=one, nodes="stops") for one in both)
    return now, later


def city_reach(layers: Layers, nets: Sequence[Network], mode: str) -> Reach:
    """Measure how well all cities are reached by a mode in the networks before and after."""
    facts = [travel_facts(layers, net.date, labels=True) for net in nets]
    return remembered(lambda: _city_reach(layers, nets, mode), "reach of cities", facts, mode)


def _city_reach(layers: Layers, nets: Sequence[Network], mode: str) -> Reach:
    cities = layers.catalogue.centres
    edges = pd.concat([net.edges[["mode", "speed_kmh"]] for net in nets])
    fastest = edges["speed_kmh"][(edges["mode"] == mode) | (mode == "any")].max()
    ideal = float(np.nanmax([IDEAL_KMH[mode], fastest]))
    times = [travel_times_on(layers, net.date, mode) for net in nets]
    minutes = np.stack([found.cities for found in times])
    people, living = populations(cities), populations(layers.catalogue.settlements)
    values, bounds = {}, {}
    for key, shown in INDICATORS.items():
        dates, ends = [], []
        daily = shown.indicator == "daily"
        for found in times:
            table = indicator_table(
                cities,
                found.settlements if daily else found.cities,
                shown.indicator,
                living if daily else people,
                ideal_kmh=ideal,
                mode=mode,
                parameters=nets[0].parameters,
            )
            dates.append(table["value_reached" if "value_reached" in table else "value"])
            ends.append(table[["low", "high"]].to_numpy(float).T)
        bounds[key] = np.stack(ends)
        before, after = (column.to_numpy(float) for column in dates)
        values[key] = np.stack([before, after, after - before])
    for key, change in _changes(minutes, cities, people, ideal).items():
        values[key][2] = change
    areas = pd.concat(
        [
            isochrone_areas(net, cities, LIMITS, mode=mode).assign(date=k)
            for k, net in enumerate(nets)
        ],
        ignore_index=True,
    )
    within = [
        [expected_opportunities(found.settlements, living, limit, mode) for limit in LIMITS]
        for found in times
    ]
    counties = _county_means([found.settlements for found in times], people, mode, nets[0])
    return Reach(
        mode, ideal, values, bounds, minutes, np.rint(within).astype(int), areas, counties
    )


def _county_means(minutes: Sequence[Array], people: Array, mode: str, net: Network) -> Array:
    """Return `Reach.counties` from times of shape (cities, counties)."""
    rows = [
        _mean_over(one, people)
        for times in minutes
        for one in (times, *time_interval(times, mode, net.parameters))
    ]
    both = np.isfinite(np.stack(minutes)).all(axis=0)
    first, second = (_mean_over(np.where(both, times, np.inf), people) for times in minutes)
    return np.stack([*rows, second - first])


def _mean_over(minutes: Array, people: Array) -> Array:
    """Return the mean time to the cities that are reached, NaN where there is none."""
    weight = np.where(np.isfinite(minutes), people[:, None], 0.0)
    total = weight.sum(axis=0)
    spent = (weight * np.where(np.isfinite(minutes), minutes, 0.0)).sum(axis=0)
    mean: Array = np.divide(spent, total, out=np.full(len(total), np.nan), where=total > 0)
    return mean


def _changes(
    minutes: Array, cities: Sequence[City], people: Array, ideal: float
) -> dict[str, Array]:
    """Return the differences of means over the destinations reached on both dates."""
    apart = straight_km([c.lon for c in cities], [c.lat for c in cities])
    both = np.where(np.isfinite(minutes).all(axis=0), minutes, np.inf)
    means = [mean_travel_time(times, people)[2] for times in both]
    ratios = [network_efficiency(times, apart, people, ideal_kmh=ideal)[2] for times in both]
    return {"mean": means[1] - means[0], "efficiency": ratios[1] - ratios[0]}


def modes_shown(layers: Layers, later: Network) -> list[str]:
    """Return the modes that can be chosen, all together first; none without cities."""
    single = [mode for mode in SINGLE if mode in later.modes and len(later.modes) > 1]
    return ["any", *single] if layers.catalogue.centres else []


def accessibility_page(
    layers: Layers, *, date: dt.date, results: Sequence[Reach] | None = None
) -> str:
    """Return the page of accessibility; `results` are those of every mode shown, where known."""
    nets = compared_networks(layers, date)
    assumed = [layers.sections.loc[list(net.assumed)] for net in nets]  # with what is said of them
    facts = [travel_facts(layers, net.date, labels=True) for net in nets]
    return remembered(
        partial(_page, layers, date, nets, facts, results), "page of accessibility", facts, assumed
    )


def _page(
    layers: Layers,
    date: dt.date,
    nets: tuple[Network, Network],
    facts: Sequence[str],
    results: Sequence[Reach] | None,
) -> str:
    cities = layers.catalogue.centres
    horizon = nets[1].date
    if results is None:
        results = [city_reach(layers, nets, mode) for mode in modes_shown(layers, nets[1])]
    dates = (
        Label(date.isoformat(), date.isoformat()),
        TEXT.fill("end_of_year", year=horizon.year),
    )
    circled = {city.city_id for city in cities}
    with stable_ids():
        map_ = new_map(layers.catalogue)
        add_basemap(map_, layers.catalogue)
        return page_with_map(
            TEXT,
            layers,
            date,
            map_,
            title=TEXT["title"],
            styles=["crossings"],
            data={
                "data-cities": [
                    label for label in city_labels(layers.catalogue) if label["id"] in circled
                ],
                "data-access": _data(layers, dates, nets, facts, cities, results),
            },
            jump="cities-any" if results else "",
            dates=dates,
            results=results,
            nets=list(zip(dates, nets, strict=True)),
            cities=cities,
            indicators={key: shown.name for key, shown in INDICATORS.items()},
            modes={found.mode: SHORT[found.mode] for found in results},
            digits={key: _digits(key, results) for key in INDICATORS},
            columns=_columns(dates),
            captions=[_caption(layers, found, dates) for found in results],
            notes=_notes(nets[-1], results),
        )


def _columns(dates: Sequence[Label]) -> list[tuple[Label, str]]:
    """Return the headings of a table: every indicator on both dates, and how it changes."""
    return TEXT.columns("columns") + [
        (TEXT.fill("heading", name=shown.name, when=when), f"num i i-{key}")
        for key, shown in INDICATORS.items()
        for when in (*dates, TEXT["change"])
    ]


def _notes(network: Network, results: Sequence[Reach]) -> list[Label]:
    """Return formulas, constants and what was simplified."""
    ideal = Label(
        "、".join(f"{TRAVEL[found.mode].zh} {found.ideal_kmh:g}" for found in results),
        ", ".join(f"{TRAVEL[found.mode].en} {found.ideal_kmh:g}" for found in results).lower(),
    )
    constants = {name: f"{value:g}" for name, value in asdict(network.parameters).items()}
    outline, step, line = _tolerances(network.layers)
    return [
        TEXT["formulas"],
        TEXT.fill("constants", **constants, ideal=ideal),
        TEXT.fill("simplified", outline=outline, step=step, line=line),
    ]


def _digits(key: str, results: Sequence[Reach]) -> int:
    """Return the decimals an indicator is written with."""
    if key == "potential":
        top = max((value for found in results for value in found.figures[key][1]), default=0.0)
        return 0 if top >= 1000 else 2
    return INDICATORS[key].digits


def _caption(layers: Layers, found: Reach, dates: Sequence[Label]) -> Label:
    """Return the caption of the table of a mode, which tells the cities that are not reached."""
    cities, mode = layers.catalogue.centres, TRAVEL[found.mode]
    zh = [f"{mode.zh}：{len(cities)} 个城市，点一行选中。"]
    en = [f"{mode.en}: {len(cities)} cities; a row chooses one."]
    for when, reached in zip(dates, found.reached, strict=True):
        if gone := [city for city, ok in zip(cities, reached, strict=True) if not ok]:
            zh.append(f"{when.zh} 未到达：{'、'.join(c.name for c in gone)}。")
            en.append(f"Not reached, {when.en}: {', '.join(c.name_en for c in gone)}.")
    before, after, change = found.figures["mean"]
    if (abs(after - before - change) > 0.05).any():
        zh.append(TEXT["same_destinations"].zh)
        en.append(TEXT["same_destinations"].en)
    return Label(" ".join(zh), " ".join(en))


def _data(
    layers: Layers,
    dates: Sequence[Label],
    nets: Sequence[Network],
    facts: Sequence[str],
    cities: Sequence[City],
    results: Sequence[Reach],
) -> dict[str, Any]:
    """Return everything the script of the page needs."""
    return {
        "cities": [
            [c.city_id, c.name, c.name_en, round(c.lat, 4), round(c.lon, 4), c.population]
            for c in cities
        ],
        "dates": dates,
        "limits": LIMITS,
        "indicators": {
            key: {
                "name": shown.name,
                "unit": shown.unit,
                "less": shown.less_is_better,
                "digits": _digits(key, results),
            }
            for key, shown in INDICATORS.items()
        },
        "modes": {
            found.mode: remembered(
                partial(_embedded, layers, found), "reach in a page", facts, found.mode
            )
            for found in results
        },
        "lines": _mode_lines(layers, nets),
        "counties": [
            [getattr(row, "zone_id", "") or row.city_id, row.name, row.name_en]
            for row in layers.catalogue.settlements
        ],
        "rings": county_rings(layers.catalogue, _tolerances(layers)[1]),
        "colors": {mode: mode_color(mode) for mode in nets[1].modes},
        "steps": [_tolerances(layers)[1], LINE_STEP],
    }


def _embedded(layers: Layers, found: Reach) -> dict[str, Any]:
    """
    Return what the page embeds of a mode.

    `times` are per date the minutes of every pair below the diagonal, row by row; `shapes` by
    city, date and limit the rings of an outline as text with a space between them, 0 where it
    is that of the date before.
    """
    cities = layers.catalogue.centres
    low = np.tril_indices(len(cities), -1)
    times = [[_tenths(value) for value in matrix[low]] for matrix in found.minutes]
    size = (2, len(cities), len(LIMITS))
    km2 = np.rint(found.areas["area_km2"].to_numpy(float).reshape(size)).astype(int)
    shapes = _outlines(layers, found.areas)
    by_city = [
        [early.tolist(), [0 if a == b else b for a, b in zip(early, later, strict=True)]]
        for early, later in np.array(shapes, dtype=object).reshape(size).transpose(1, 0, 2)
    ]
    return {
        "values": {key: [_short(row) for row in rows] for key, rows in found.figures.items()},
        "bounds": {
            key: [[_digits_of(row) for row in pair] for pair in pairs]
            for key, pairs in found.bounds.items()
        },
        "reached": found.reached.astype(int).tolist(),
        "breaks": {key: _class_limits(rows[:2]) for key, rows in found.figures.items()},
        "steps": {key: _class_limits(np.abs(rows[2]), 3) for key, rows in found.figures.items()},
        "times": times,
        "within": found.within.transpose(2, 0, 1).tolist(),
        "areas": km2.transpose(1, 0, 2).tolist(),
        "shapes": by_city,
        "counties": [
            [None if np.isnan(value) else round(value, 1) for value in row.tolist()]
            for row in found.counties
        ],
    }


def _tenths(minutes: float) -> float | None:
    """Return minutes rounded up, so that a whole limit is kept or missed as before."""
    return float(np.ceil(minutes * 10 - 1e-6) / 10) if np.isfinite(minutes) else None


def _tolerances(layers: Layers) -> tuple[float, float, float]:
    """Return how far outlines may be off in metres, their step, and how far lines may be off."""
    detail = layers.catalogue.region.detail
    step = STEP if detail > SMALL else STEP / 10
    return max(OUTLINE_M * detail, 20.0), step, max(LINE_M * detail, 10.0)


def _outlines(layers: Layers, areas: gpd.GeoDataFrame) -> list[str]:
    """Return the rings of areas, simplified in metres."""
    plane = areas.geometry.to_crs(metric_crs(layers.catalogue.region.frame))
    outline, step, _ = _tolerances(layers)
    smooth = shapely.simplify(plane.to_numpy(), outline)
    parts, owner = shapely.get_parts(smooth, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    large = shapely.area(shapely.polygons(rings)) > outline**2
    kept = gpd.GeoSeries(rings[large], crs=plane.crs).to_crs(areas.crs)
    found: list[list[str]] = [[] for _ in range(len(areas))]
    for index, ring in zip(owner[part[large]], kept, strict=True):
        found[index].append(polyline_text(shapely.get_coordinates(ring)[:-1], step))
    return [" ".join(texts) for texts in found]


def _short(values: Array) -> list[float | None]:
    """Return numbers of seven digits at most (people stay whole), None for unknown ones."""
    return [
        None if not np.isfinite(v) else int(v) if v == int(v) else float(f"{v:.7g}")
        for v in values.tolist()
    ]


def _digits_of(values: Array) -> list[float | None]:
    """Return bounds to three digits, None for unknown ones."""
    return [None if not np.isfinite(v) else float(f"{v:.3g}") for v in values.tolist()]


def _class_limits(values: Array, classes: int = 5) -> list[float]:
    """Return round limits that split values into at most so many classes of about one size."""
    known = values[np.isfinite(values) & (values != 0)]
    if not known.size:
        return []
    at = np.quantile(known, np.arange(1, classes) / classes)
    for digits in (1, 2, 3):
        limits = sorted({float(f"{value:.{digits}g}") for value in at})
        if len(limits) == classes - 1:
            break
    return [value for value in limits if known.min() < value <= known.max()]


def _mode_lines(layers: Layers, nets: Sequence[Network]) -> dict[str, list[list[str]]]:
    """Return the lines by mode as text: those open before, and those opened until after."""
    first, last = (set(net.edges["section_id"]) for net in nets)
    found: dict[str, list[list[str]]] = {}
    for mode in nets[1].modes:
        rows = layers.sections[layers.sections["mode"] == mode]
        found[mode] = []
        for ids in (first, last - first):
            shapes = rows.geometry[rows.index.isin(list(ids))].to_crs(
                metric_crs(layers.catalogue.region.frame)
            )
            shapes = shapes.simplify(_tolerances(layers)[2]).to_crs(rows.crs)
            found[mode].append(
                [polyline_text(shapely.get_coordinates(s), LINE_STEP) for s in shapes]
            )
    return found
