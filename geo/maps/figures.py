"""Figures for print: maps and charts as PNG (300 dpi), SVG and PDF on a landscape A4 page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.rcsetup import cycler
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from PIL import Image

from geo.catalogue import CLASS, STAGE, Label, named
from geo.core import BadInputError
from geo.layers import (
    CASING,
    DASHES,
    LINES,
    OPACITY,
    OTHER_LINE,
    UNCASED,
    Layers,
    crossings_or_none,
    read_base,
    relief_file,
    sections_on,
)
from geo.maps.basemap import PROVINCE, RIVER, dissolved, simplified_counties
from geo.maps.crossings import count_title, growth_series, numbered
from geo.maps.features import class_order
from geo.maps.fonts import EAST_ASIAN, figure_fonts
from geo.maps.lettering import area_labels, city_labels
from geo.maps.map_page import mode_color, region_title
from geo.maps.pages import FIGURES, FORMATS
from geo.maps.sketches import Stroke, main_box, mercator, section_strokes
from geo.maps.texts import Texts
from geo.scenarios import compare_cities, horizon_of

TEXT = Texts("figures")

#: Fonts with Chinese letters, the first installed one is taken.
FONTS = EAST_ASIAN["zh"]
#: Landscape A4 in inches.
PAGE = (11.69, 8.27)
#: Points of a printed line per pixel of a line on the screen.
POINTS = 0.5
#: White ticks on a line, in points.
TICKS = (0.0, (3.0, 3.0))
#: Free space around the main corridors as a share of their extent.
MARGIN = 0.04
INK, GREY, WATER = "#1B2733", "#6B7680", "#2F6690"
#: Sizes of names in points: the first line and the second.
SIZES = {
    "metropolis": (12.5, 8.0),
    "city": (9.5, 6.8),
    "town": (7.2, 5.6),
    "river": (7.0, 5.8),
    "province": (10.0, 7.2),
}
#: Where a name may stand around its place: steps across and up, tried in this order.
AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
DPI = 300
LANGUAGES = ("both", "zh", "en")
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222")


def _free(ax: Axes, box: Bbox, taken: list[Bbox]) -> bool:
    """Return whether a box stays inside and covers nothing else of the figure; all in pixels."""
    frame = ax.bbox
    inside = frame.x0 < box.x0 and box.x1 < frame.x1 and frame.y0 < box.y0 and box.y1 < frame.y1
    return inside and not any(box.overlaps(other) for other in taken)


def network_map(layers: Layers, date: dt.date, lang: str = "both") -> Figure:
    """
    Draw the network on a day: class by colour, status by dash.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day whose status is shown.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page.
    """
    figure, ax = _sheet(layers, date, region_title(layers), lang)
    taken = _base(ax, layers)
    _draw_lines(ax, layers, date)
    _draw_legend(ax, layers, date, lang)
    _draw_names(ax, layers, lang, taken)
    return figure


def _sheet(
    layers: Layers, date: dt.date, title: Label, lang: str, charts: int = 0
) -> tuple[Figure, Any]:
    """Return a page with title, date and sources, and its axes: one of a map, or of charts."""
    # the pages have a layout of their own, whatever a notebook has set
    figure = Figure(figsize=PAGE, dpi=100, layout="none")  # type: ignore[arg-type]
    region = layers.catalogue.region
    first, second = (title.en, "") if lang == "en" else (title.zh, title.en * (lang == "both"))
    figure.text(0.025, 0.945, first, fontsize=18, fontweight="bold", va="baseline")
    figure.text(0.025, 0.918, second, fontsize=10.5, va="baseline", color="#4A5763")
    status = TEXT.fill("status_date", date=date)
    figure.text(0.975, 0.945, _words(status, lang, "  "), fontsize=10.5, ha="right", va="baseline")
    facts = TEXT.fill("facts", as_of=region.as_of)
    notes = [_words(facts, lang, "  ")]
    if not charts:
        notes.append(_words(TEXT["accuracy"], lang))
    if sections_on(layers, date)["assumed"].any():
        notes.append(_words(TEXT["assumed"], lang))
    figure.text(
        0.025,
        0.018,
        f"{'  ·  '.join(notes)}\n{region.map.attribution}",
        fontsize=7,
        color="#4A5763",
        linespacing=1.5,
    )
    if charts:
        left = 0.045 if charts > 1 else 0.16
        return figure, figure.subplots(
            1, charts, gridspec_kw={"left": left, "right": 0.975, "bottom": 0.155, "top": 0.87,
                                    "wspace": 0.12})  # fmt: skip
    return figure, figure.add_axes((0.025, 0.115, 0.95, 0.788))


def _words(label: Label, lang: str, between: str = " ") -> str:
    """Return a text in the language of the figure."""
    zh, en = label
    return {"zh": zh, "en": en}.get(lang) or (zh if zh == en else f"{zh}{between}{en}")


def _base(ax: Axes, layers: Layers) -> list[Bbox]:
    """Draw what lies below the lines, and the scale; return what nothing else may cover."""
    _show_region(ax, layers)
    _draw_background(ax, layers)
    return [_draw_scale(ax)]


def _show_region(ax: Axes, layers: Layers) -> None:
    """Set the view around the main corridors, as wide as the axes are, within the frame."""
    frame = mercator(np.reshape(layers.catalogue.region.frame, (2, 2)))
    box = main_box(layers)
    size = (box[1] - box[0]) * (1 + 2 * MARGIN)
    aspect = ax.bbox.width / ax.bbox.height
    size = np.array([max(size[0], size[1] * aspect), max(size[1], size[0] / aspect)])
    size *= min(1.0, *((frame[1] - frame[0]) / size))
    low = np.clip(box.mean(axis=0) - size / 2, frame[0], frame[1] - size)
    ax.set(xlim=(low[0], low[0] + size[0]), ylim=(low[1], low[1] + size[1]), xticks=[], yticks=[])
    ax.set_aspect("equal")


def _draw_background(ax: Axes, layers: Layers) -> None:
    """Draw relief, rivers, a veil over the neighbours and the borders of the provinces."""
    cat, base = layers.catalogue, layers.catalogue.region.base
    (west, south), (east, north) = frame = mercator(np.reshape(cat.region.frame, (2, 2)))
    if base.relief:
        with Image.open(relief_file(cat)) as image:
            pixels = np.asarray(image.convert("RGB"))
        view = ax.axis()
        ax.imshow(pixels, extent=(west, east, south, north), alpha=0.72, zorder=0,
                  interpolation="bilinear", aspect="equal")  # fmt: skip
        ax.axis(view)
    if base.rivers:
        rivers = shapely.get_parts(read_base(cat, "rivers").geometry.to_numpy())
        lines = [mercator(shapely.get_coordinates(line)) for line in rivers]
        _add_lines(ax, lines, colors=RIVER["color"], linewidths=0.8, zorder=1)
    if base.counties:
        own = np.array(dissolved(simplified_counties(cat), "province"), dtype=object)
        moved = shapely.transform(own, mercator)
        around = shapely.difference(shapely.box(*frame.ravel()), shapely.union_all(moved))
        veil = _path(shapely.orient_polygons(around))
        ax.add_patch(PathPatch(veil, facecolor="white", alpha=0.55, linewidth=0, zorder=2))
        rings = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(moved))]
        dash = (0, (6, 2, 1.4, 2))
        _add_lines(
            ax,
            rings,
            colors=PROVINCE["color"],
            linewidths=0.9,
            linestyles=dash,
            alpha=0.8,
            zorder=3,
            label="provinces",
        )


def _path(area: Any) -> Any:
    """Return an area as an outline, holes included."""
    rings = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(area))]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))


def _draw_scale(ax: Axes) -> Bbox:
    """Draw a scale bar that is true at the middle latitude of the view; return its place."""
    (low, high), (left, right) = ax.get_ylim(), ax.get_xlim()
    latitude = np.arctan(np.sinh((low + high) / 2))
    km = 6378.137 * np.cos(latitude)
    steps = np.outer(10.0 ** np.arange(-2, 4), (1, 2, 5)).ravel()
    length = float(steps[steps / km < (right - left) / 5].max())
    x, y = left + (right - left) * 0.02, low + (high - low) * 0.035
    tick = (high - low) * 0.006
    ax.plot([x, x, x + length / km, x + length / km], [y + tick, y, y, y + tick], color=INK,
            linewidth=1.1, zorder=41, solid_capstyle="butt", label="scale")  # fmt: skip
    label = f"{length:g} km ({np.degrees(latitude):.0f}° N)"
    text = ax.text(x + length / km / 2, y + tick, label, fontsize=7, ha="center", va="bottom",
                   color=INK, zorder=41, path_effects=_halo())  # fmt: skip
    return text.get_window_extent().padded(6)


def _halo() -> list[Any]:
    """Return the white rim of letters."""
    return [withStroke(linewidth=2.0, foreground="white", alpha=0.9)]


def _draw_lines(
    ax: Axes, layers: Layers, date: dt.date, faint: Collection[str] | None = None
) -> None:
    """Draw every section once by class and status; those in `faint` as thin grey lines."""
    grey: list[np.ndarray] = []
    for stroke, rows in section_strokes(layers, date).items():
        low = rows.index.isin(list(faint or ()))
        lines, others = (
            [mercator(shapely.get_coordinates(line)) for line in part.geometry]
            for part in (rows[~low], rows[low])
        )
        grey += others
        if lines:
            _draw_stroke(ax, stroke, lines)
    if grey:
        _add_lines(
            ax, grey, colors=GREY, linewidths=0.5, alpha=0.55, zorder=4, label="sections faint"
        )


def _add_lines(ax: Axes, lines: Sequence[np.ndarray], **look: Any) -> None:
    ax.add_collection(LineCollection(lines, **look))


def _draw_stroke(ax: Axes, stroke: Stroke, lines: list[np.ndarray]) -> None:
    """Draw lines with their casing and ticks."""
    width, stage = stroke.weight * POINTS, stroke.stage
    level = 5 + width
    if stage not in UNCASED:
        casing = width + 1.2
        _add_lines(ax, lines, colors=CASING, linewidths=casing, alpha=0.92, zorder=level - 0.1)
    look = {"colors": stroke.style.color, "linewidths": width, "linestyles": [_dash(stroke)]}
    ends = {"capstyle": _cap(stroke), "joinstyle": "round", "alpha": OPACITY[stage]}
    label = f"sections {stroke.class_} {stage}"
    _add_lines(ax, lines, zorder=level, label=label, **look, **ends)
    if stroke.style.ticks and stage == "open":
        ticks = {"linewidths": width / 2, "linestyles": [TICKS]}
        _add_lines(ax, lines, colors=CASING, zorder=level + 0.05, **ticks)


def _dash(stroke: Stroke) -> Any:
    """Return the dashes as matplotlib takes them, in points."""
    if stroke.stage == "planned":
        return (0, (0.05, stroke.weight * POINTS * 2.2))
    steps = [float(step) * POINTS for step in DASHES[stroke.stage].split()]
    return (0, tuple(steps)) if steps else "solid"


def _cap(stroke: Stroke) -> Literal["butt", "round"]:
    """Return the ends of dashes."""
    return "butt" if stroke.stage in ("construction", "unknown") else "round"


def _draw_legend(ax: Axes, layers: Layers, date: dt.date, lang: str) -> None:
    """Draw the legend below the map: classes and status that are on it."""
    status = sections_on(layers, date)
    looks = [
        (Stroke(LINES.get(key, OTHER_LINE).weight, key, "open"), named(CLASS, key))
        for key in class_order(status["class"])
    ]
    looks += [
        (Stroke(1.6 / POINTS, "", stage), STAGE[stage])
        for stage in DASHES
        if stage in set(status["stage"])
    ]
    handles = []
    for stroke, _ in looks:
        width = stroke.weight * POINTS
        line = Line2D([], [], color=stroke.style.color, linewidth=width, linestyle=_dash(stroke))
        line.set_dash_capstyle(_cap(stroke))
        ticks = Line2D([], [], color=CASING, linewidth=width / 2, linestyle=TICKS)
        handles.append((line, ticks) if stroke.style.ticks else (line,))
    legend = ax.legend(handles, [_words(label, lang) for _, label in looks], ncols=4, fontsize=7.5,
                       loc="upper left", bbox_to_anchor=(-0.004, 0.0), frameon=False,
                       handlelength=3.6, columnspacing=2.4, labelspacing=0.5, borderaxespad=0.3,
                       handler_map={tuple: HandlerTuple(ndivide=1)})  # fmt: skip
    legend.set_zorder(40)


def _draw_names(
    ax: Axes, layers: Layers, lang: str, taken: list[Bbox], *, smallest: int = 8
) -> None:
    """Write the names of cities, rivers and neighbours, the most important first."""
    box = ax.viewLim
    cities = [item for item in city_labels(layers.catalogue) if item["zoom"] <= smallest]
    at = {id(item): mercator(np.array([item["at"][::-1]]))[0] for item in cities}
    for item in cities:
        place = ax.transData.transform(at[id(item)])
        if box.contains(*at[id(item)]):
            size = {"metropolis": 6.0, "city": 4.0}.get(item["kind"], 2.6)
            ax.plot(*at[id(item)], "o", markersize=size, markerfacecolor="white", zorder=30,
                    markeredgecolor=INK, markeredgewidth=1.3 if size > 3 else 0.8)  # fmt: skip
            dot = size * ax.figure.dpi / 72 / 2
            taken.append(_box(place, dot, dot))
    for item in cities:
        _write(ax, item, at[id(item)], lang, taken)
    for item in area_labels(layers.catalogue):
        _write(ax, item, mercator(np.array([item["at"][::-1]]))[0], lang, taken)


def _box(middle: np.ndarray, half_width: float, half_height: float) -> Bbox:
    """Return a box around a point, in pixels."""
    half = np.array([half_width, half_height])
    return Bbox([middle - half, middle + half])


def _write(ax: Axes, item: dict[str, Any], at: np.ndarray, lang: str, taken: list[Bbox]) -> None:
    """Write a name in two lines at the first position around its place that is free."""
    if not ax.viewLim.contains(*at):
        return
    area = item["kind"] in ("river", "province")
    color = {"river": WATER, "province": GREY}.get(item["kind"], INK)
    main, second = SIZES[item["kind"]]
    texts = [item["en"] if lang == "en" else item["zh"]]
    if lang == "both" and item["kind"] != "river" and item["en"] != item["zh"]:
        texts.append(item["en"])
    parts = [
        ax.annotate(text, tuple(at), xytext=(0, 0), textcoords="offset points",
                    ha="center", va="center", fontsize=size, color=color, zorder=35,
                    path_effects=_halo(),
                    rotation=-item.get("angle", 0), annotation_clip=True,
                    fontweight="bold" if size == main and not area else "normal")
        for text, size in zip(texts, (main, second), strict=False)
    ]  # fmt: skip
    extents = [part.get_window_extent() for part in parts]
    scale = 72 / ax.figure.dpi
    width = max(box.width for box in extents) * scale
    height = sum(box.height for box in extents) * scale - (1.5 if len(parts) > 1 else 0)
    place = ax.transData.transform(at)
    away = 3.4 + (0 if item["kind"] == "town" else 1.6)
    for right, up in ((0, 0),) if area else AROUND:
        middle = np.array([right * (width / 2 + away), up * (height / 2 + away)])
        box = _box(place + middle / scale, width / scale / 2, height / scale / 2)
        if _free(ax, box, taken):
            taken.append(box)
            _stack(parts, extents, middle, height, scale)
            return
    for part in parts:
        part.remove()


def _stack(
    parts: list[Annotation], extents: list[Bbox], middle: np.ndarray, height: float, scale: float
) -> None:
    """Put the lines of a name below one another around its middle."""
    top = middle[1] + height / 2
    for part, extent in zip(parts, extents, strict=True):
        part.set_position((middle[0], top - extent.height * scale / 2))
        top -= extent.height * scale - 1.5


def crossings_map(layers: Layers, date: dt.date, lang: str = "both") -> Figure:
    """
    Draw where corridors cross the border, numbered as on the page of the crossings.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day whose status is shown.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page, with the map of the region.

    Examples
    --------
    >>> len(crossings_map(lay, cat.region.as_of, "en").axes)
    1
    """
    pair, found = _crossings(layers, date)
    names = Label("—".join(r.name for r in pair), "–".join(r.name_en for r in pair))
    title = TEXT.fill("crossings_title", names=names)
    figure, ax = _sheet(layers, date, title, lang)
    taken = _base(ax, layers)
    own = {side.section_id for item in found for side in item.row.sides.values()}
    _draw_lines(ax, layers, date, faint=set(map(str, layers.sections.index)) - own)
    _draw_legend(ax, layers, date, lang)
    _draw_numbers(ax, found, taken)
    _draw_names(ax, layers, lang, taken, smallest=7)
    note = _words(TEXT["numbers"], lang, "\n")
    figure.text(0.975, 0.09, note, fontsize=7.5, ha="right", va="center", linespacing=1.5)
    return figure


def _crossings(layers: Layers, date: dt.date) -> Any:
    """Return the two regions and their numbered crossings."""
    return layers.catalogue.region.regions[:2], numbered(crossings_or_none(layers, date))


def _draw_numbers(ax: Axes, found: list[Any], taken: list[Bbox]) -> None:
    """Write the numbers of crossings, moved apart with a line to where they belong."""
    shapes = {"road": "circle,pad=0.22", "rail": "round,pad=0.28", "water": "round4,pad=0.3"}
    scale = 72 / ax.figure.dpi
    for item in found:
        at = mercator(np.array([[item.row.geometry.x, item.row.geometry.y]]))[0]
        place, color = ax.transData.transform(at), mode_color(item.mode)
        half = np.array([3.1 + 1.9 * len(item.number), 6.2])
        for reach, turn in product((0, 10, 16, 23, 31, 40), np.arange(16) * np.pi / 8):
            shift = reach * np.array([np.cos(turn), np.sin(turn)])
            box = _box(place + shift / scale, *(half / scale))
            if _free(ax, box, taken):
                break
        taken.append(box)
        full = item.row.status == "open"
        ax.plot(*at, "o", markersize=2.6, color=color, markeredgecolor="white",
                markeredgewidth=0.5, zorder=32)  # fmt: skip
        line = {"arrowstyle": "-", "color": color, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
        frame = {
            "boxstyle": shapes.get(item.mode, "round"),
            "linewidth": 1,
            "facecolor": color if full else "white",
            "edgecolor": color,
        }
        for text, order in (("", 33), (item.number, 34)):
            ax.annotate(text, tuple(at), xytext=tuple(shift), textcoords="offset points",
                        ha="center", va="center", fontsize=7.5, fontweight="bold", zorder=order,
                        color="white" if full else color, bbox=frame if text else None,
                        arrowprops=line if reach and not text else None)  # fmt: skip


def growth_figure(layers: Layers, date: dt.date, lang: str = "both") -> Figure:
    """
    Draw how the number of crossings grew and is expected to grow.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day whose status is shown.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page, with one chart of roads and one of railways.

    Examples
    --------
    >>> len(growth_figure(lay, cat.region.as_of, "en").axes)
    2
    """
    pair, found = _crossings(layers, date)
    end = layers.catalogue.region.map.years[1]
    modes = [mode for mode in ("road", "rail") if any(item.mode == mode for item in found)]
    title = TEXT["growth_title"]
    figure, axes = _sheet(layers, date, title, lang, charts=max(len(modes), 1))
    for ax, mode in zip(np.atleast_1d(axes), modes, strict=False):
        rows = [item.row for item in found if item.mode == mode]
        years, series = growth_series(layers, date, pair, mode, rows, end)
        known = np.array(years) <= date.year
        for line in series:
            width = 2.2 if line.filled else 1.3
            values, color, order = np.array(line.values), line.color, 4 if line.filled else 3
            ax.step(np.array(years)[known], values[known], where="post", color=color,
                    linewidth=width, zorder=order, label=_words(line.label, lang))  # fmt: skip
            later = np.array(years) >= date.year
            ax.step(np.array(years)[later], values[later], where="post", color=color,
                    linewidth=width, linestyle=(0, (3, 2)), zorder=order)  # fmt: skip
            if line.filled:
                ax.fill_between(years, values, step="post", color=color, alpha=0.13, linewidth=0)
        ax.axvline(date.year, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        count = count_title(layers, mode, rows)
        ax.set_title(_words(count, lang), fontsize=11, loc="left", pad=10)
        ax.set(ylim=(0, None), xlim=(years[0], years[-1]))
        ax.yaxis.get_major_locator().set_params(integer=True)
        ax.legend(loc="upper left", fontsize=8.5, frameon=False)
        _plain_axes(ax, "y")
    figure.text(0.045, 0.075, _words(TEXT["expected"], lang), fontsize=8.5)
    return figure


def _plain_axes(ax: Axes, axis: Literal["x", "y"]) -> None:
    """Leave only what is read off a chart."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=axis, color="#E3E8EC", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(axis="both" if axis == "y" else "x", labelsize=9)


def accessibility_figure(layers: Layers, date: dt.date, lang: str = "both") -> Figure:
    """
    Draw the mean journey time of every city, today and when all that is expected is open.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day whose status is shown.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page, with one row a city.

    Examples
    --------
    >>> axes = accessibility_figure(lay, cat.region.as_of, "en").axes[0]
    >>> len(axes.get_yticks()) == len(cat.centres)
    True
    """
    horizon = horizon_of(layers, date)
    table = compare_cities(layers, date, horizon).dropna(subset=["mean_min_before"])
    table = table.sort_values(["mean_min_before", "city_id"], ascending=False)
    title = TEXT["accessibility_title"]
    figure, ax = _sheet(layers, date, title, lang, charts=1)
    rows = np.arange(len(table))
    ax.hlines(rows, table["mean_min_after"], table["mean_min_before"], color="#B9C3CC", lw=2)
    later = TEXT.fill("later", year=horizon.year)
    ax.plot(table["mean_min_before"], rows, "o", color="#0072B2", markersize=5.5, label=str(date))
    ax.plot(table["mean_min_after"], rows, "D", color="#D55E00", markersize=4.6,
            label=_words(later, lang))  # fmt: skip
    labels = map(Label, table["name"], table["name_en"])
    size = float(np.clip(300 / max(len(table), 1), 4.5, 9.5))
    ax.set_yticks(rows, [_words(label, lang, "  ") for label in labels], fontsize=size)
    ax.set_ylim(-0.8, len(table) - 0.2)
    unit = TEXT["accessibility_unit"]
    ax.set_xlabel(_words(unit, lang, "  "), fontsize=9)
    ax.legend(loc="upper right", fontsize=9, frameon=False)
    ax.tick_params(axis="y", length=0)
    figure.text(0.025, 0.075, _words(TEXT["computed"], lang), fontsize=8.5)
    _plain_axes(ax, "x")
    return figure


def write_figures(
    layers: Layers,
    folder: Path,
    *,
    date: dt.date,
    pages: Sequence[str],
    formats: Sequence[str],
    lang: str = "both",
) -> list[str]:
    """
    Write the figures of some pages.

    Parameters
    ----------
    layers, folder
        The layers of the catalogue, and an existing folder for the files.
    date
        The day whose status is shown.
    pages, formats
        Names in :data:`FIGURES`, of which others are left out, and some of :data:`FORMATS`.
    lang
        ``both``, ``zh`` or ``en``; English where no Chinese font is installed, and instead of
        both where the names of the region are not Chinese.

    Returns
    -------
    names
        Names of the files.

    Raises
    ------
    BadInputError
        When a format or language is unknown.
    """
    for kind, value, known in (
        *(("format", name, FORMATS) for name in formats),
        ("language", lang, LANGUAGES),
    ):
        if value not in known:
            raise BadInputError(
                "{kind} {value!r}: expected {known}",
                kind=kind,
                value=value,
                known=", ".join(known),
            )
    font, names = chinese_font(), []
    languages = layers.catalogue.region.languages
    chinese = layers.catalogue.region.page_language == "zh-CN"
    lang = "en" if not font or (lang == "both" and not chinese) else lang
    with mpl.rc_context(_settings(languages)):
        for name in (name for base in pages for name in FIGURES.get(base, ())):
            figure = DRAW[name](layers, date, lang)
            if not font:
                _drop_chinese(figure)
            for ending in formats:
                names.append(f"{name}.{ending}")
                _save(figure, folder / names[-1], ending)
    return names


def chinese_font() -> str | None:
    """
    Return the font that figures take for Chinese.

    Returns
    -------
    name
        The first of :data:`FONTS` that is installed; None where none is.

    Examples
    --------
    >>> chinese_font() in (None, *FONTS)
    True
    """
    installed = set(fontManager.get_font_names())
    return next((name for name in FONTS if name in installed), None)


def _settings(languages: Sequence[str] = ("zh",)) -> dict[Any, Any]:
    """Return the fonts, and what makes the bytes of a figure the same every time."""
    return {
        "font.family": figure_fonts(languages, fontManager.get_font_names()),
        "axes.unicode_minus": False,
        "lines.scale_dashes": False,
        "svg.hashsalt": "geo",
        "svg.fonttype": "path",
        "pdf.fonttype": 3,  # outlines: fonts such as Noto Sans CJK cannot be embedded as TrueType
        "text.color": INK,
        "axes.edgecolor": "#9AA5AF",
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }


def _drop_chinese(figure: Figure) -> None:
    """Take letters that no font can draw out of what is left in Chinese, such as credits."""
    for text in figure.findobj(Text):
        text.set_text(re.sub(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+ ?", "", text.get_text()))


def _save(figure: Figure, file: Path, name: str) -> None:
    dates = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure.savefig(file, format=name, dpi=DPI, metadata=dates[name])


def use_style() -> None:
    """
    Give the charts drawn from now on the fonts and colours of the figures, as in a notebook.

    The colours are those of Okabe and Ito, which everybody can tell apart.
    """
    looks: dict[Any, Any] = {
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler("color", OKABE_ITO),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlepad": 10,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "figure.constrained_layout.use": True,
        "figure.dpi": 100,
        "figure.figsize": (9, 4.6),
        "font.size": 9.5,
        "grid.color": "#E3E8EC",
        "image.cmap": "cividis",
        "legend.frameon": False,
    }
    mpl.rcParams.update(_settings() | looks)


#: How to draw the figures that :data:`geo.maps.pages.FIGURES` names.
DRAW = {
    "network": network_map,
    "crossings": crossings_map,
    "crossings-growth": growth_figure,
    "accessibility": accessibility_figure,
}
