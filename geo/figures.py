"""
Figures for print: maps and charts as PNG (300 dpi), SVG and PDF on a landscape A4 page.

The same catalogue gives the same bytes. Letters in SVG are drawn as paths, so a figure looks the
same where its fonts are missing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from geo import _drawing as drawing
from geo._drawing import say
from geo._sheet import chinese_font, page, plain, settings, style
from geo.errors import BadInputError, GeoError
from geo.mapping.styles import Label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geo.layers import Layers

FORMATS = ("png", "svg", "pdf")
DPI = 300
LANGUAGES = ("both", "zh", "en")
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222")
LATER = Label("到 {} 年底", "end of {}")
NUMBERS = Label(
    "编号同网页：R 铁路，W 水运；实底为两侧贯通，空心为未贯通。",
    "Numbers as on the page: R rail, W water; filled: open on both sides.",
)
EXPECTED = Label("虚线为预计通车年份。", "Dashed: by expected years of opening.")
COMPUTED = Label(
    "按模型计算，非时刻表；预计通车的项目均按期通车。",
    "Computed, not from timetables; all that is expected opens in its year.",
)


class MissingFiguresError(GeoError):
    """The library that draws figures is not installed."""


def network_map(drawn: Layers, day: date, lang: str = "both") -> Figure:
    """
    Draw the network on a day: class by colour, status by dash.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day
        The day whose status is shown.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page.
    """
    region = drawn.catalogue.region
    title = Label(f"{region.name_zh}交通走廊", f"Transport corridors: {region.name_en}")
    figure, ax = page(drawn, day, title, lang)
    taken = _base(ax, drawn)
    drawing.draw_lines(ax, drawn, day)
    drawing.draw_legend(ax, drawn, day, lang)
    drawing.draw_names(ax, drawn, lang, taken)
    return figure


def crossings_map(drawn: Layers, day: date, lang: str = "both") -> Figure:
    """
    Draw where corridors cross the border, numbered as on the page of the crossings.

    Parameters
    ----------
    drawn
        The drawn catalogue of a region with two regions and counties.
    day
        The day whose status is shown.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page.
    """
    from geo.mapping.growth import COLOR

    pair, found = _crossings(drawn, day)
    names = Label("—".join(r.name_zh for r in pair), "–".join(r.name_en for r in pair))
    title = Label(f"{names.zh}跨界通道", f"Crossings: {names.en}")
    figure, ax = page(drawn, day, title, lang)
    taken = _base(ax, drawn)
    own = {side.section_id for item in found for side in item.row.sides.values()}
    drawing.draw_lines(ax, drawn, day, faint=set(map(str, drawn.sections.index)) - own)
    drawing.draw_legend(ax, drawn, day, lang)
    drawing.draw_numbers(ax, found, COLOR, taken)
    drawing.draw_names(ax, drawn, lang, taken, smallest=7)
    figure.text(0.975, 0.09, say(NUMBERS, lang, "\n"), fontsize=7.5, ha="right", va="center",
                linespacing=1.5)  # fmt: skip
    return figure


def growth_figure(drawn: Layers, day: date, lang: str = "both") -> Figure:
    """
    Draw how the number of crossings grew and is expected to grow.

    Parameters
    ----------
    drawn
        The drawn catalogue of a region with two regions and counties.
    day
        The day up to which the numbers are known.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page with one chart per mode.

    Examples
    --------
    >>> from datetime import date
    >>> figure = growth_figure(lay, date(2025, 12, 31), "en")
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Number of expressway crossings', 'Number of railway crossings']
    """
    from geo.mapping.growth import GROUPS, growth_series

    pair, found = _crossings(drawn, day)
    end = drawn.catalogue.region.map.years[1]
    modes = [mode for mode in ("road", "rail") if any(item.mode == mode for item in found)]
    title = Label("跨界通道的增长", "Growth of the crossings")
    figure, axes = page(drawn, day, title, lang, charts=max(len(modes), 1))
    for ax, mode in zip(np.atleast_1d(axes), modes, strict=False):
        rows = [item.row for item in found if item.mode == mode]
        years, series = growth_series(drawn, day, pair, mode, rows, end)
        known = np.array(years) <= day.year
        for line in series:
            width = 2.2 if line.filled else 1.3
            values, color, order = np.array(line.values), line.color, 4 if line.filled else 3
            ax.step(np.array(years)[known], values[known], where="post", color=color,
                    linewidth=width, zorder=order, label=say(line.label, lang))  # fmt: skip
            later = np.array(years) >= day.year
            ax.step(np.array(years)[later], values[later], where="post", color=color,
                    linewidth=width, linestyle=(0, (3, 2)), zorder=order)  # fmt: skip
            if line.filled:
                ax.fill_between(years, values, step="post", color=color, alpha=0.13, linewidth=0)
        ax.axvline(day.year, color=drawing.GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        name = Label(f"{GROUPS[mode].zh}数量", f"Number of {GROUPS[mode].en.lower()}")
        ax.set_title(say(name, lang), fontsize=11, loc="left", pad=10)
        ax.set(ylim=(0, None), xlim=(years[0], years[-1]))
        ax.yaxis.get_major_locator().set_params(integer=True)
        ax.legend(loc="upper left", fontsize=8.5, frameon=False)
        plain(ax, "y")
    figure.text(0.045, 0.075, say(EXPECTED, lang), fontsize=8.5)
    return figure


def accessibility_figure(drawn: Layers, day: date, lang: str = "both") -> Figure:
    """
    Draw the mean journey time of every city, today and when all that is expected is open.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day
        The day of the first of the two times.
    lang
        ``both``, ``zh`` or ``en``.

    Returns
    -------
    figure
        A page with two points per city: minutes, people-weighted mean over the cities reached
        on both dates (:func:`geo.scenario.compare_cities`).
    """
    from datetime import date as calendar

    from geo.scenario import compare_cities

    years = drawn.sections["expected"].dropna()
    horizon = calendar(max([day.year, *map(int, years)]), 12, 31)
    table = compare_cities(drawn, day, horizon).dropna(subset=["mean_min_before"])
    table = table.sort_values(["mean_min_before", "city_id"], ascending=False)
    title = Label("各城市的平均旅行时间", "Mean journey time of every city")
    figure, ax = page(drawn, day, title, lang, charts=1)
    rows = np.arange(len(table))
    ax.hlines(rows, table["mean_min_after"], table["mean_min_before"], color="#B9C3CC", lw=2)
    later = Label(LATER.zh.format(horizon.year), LATER.en.format(horizon.year))
    ax.plot(table["mean_min_before"], rows, "o", color="#0072B2", markersize=5.5, label=str(day))
    ax.plot(table["mean_min_after"], rows, "D", color="#D55E00", markersize=4.6,
            label=say(later, lang))  # fmt: skip
    labels = map(Label, table["name_zh"], table["name_en"])
    size = float(np.clip(300 / max(len(table), 1), 4.5, 9.5))
    ax.set_yticks(rows, [say(label, lang, "  ") for label in labels], fontsize=size)
    ax.set_ylim(-0.8, len(table) - 0.2)
    unit = Label("分钟（人口加权平均，任何方式，门到门）",
                 "minutes (people-weighted mean, any mode, door to door)")  # fmt: skip
    ax.set_xlabel(say(unit, lang, "  "), fontsize=9)
    ax.legend(loc="upper right", fontsize=9, frameon=False)
    ax.tick_params(axis="y", length=0)
    figure.text(0.025, 0.075, say(COMPUTED, lang), fontsize=8.5)
    plain(ax, "x")
    return figure


#: The figures of every page: what is added to the name of the file, and how to draw it.
FIGURES: dict[str, dict[str, Any]] = {
    "network": {"": network_map},
    "crossings": {"": crossings_map, "-growth": growth_figure},
    "accessibility": {"": accessibility_figure},
}


def write_figures(
    drawn: Layers,
    folder: Path,
    *,
    day: date,
    pages: Sequence[str],
    formats: Sequence[str],
    lang: str = "both",
) -> list[str]:
    """
    Write the figures of some pages.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    folder
        An existing folder for the files.
    day
        The day whose status is shown.
    pages
        Names in :data:`FIGURES`; others are left out.
    formats
        Some of :data:`FORMATS`.
    lang
        ``both``, ``zh`` or ``en``; English where no Chinese font is installed.

    Returns
    -------
    names
        Names of the files.

    Raises
    ------
    MissingFiguresError
        When matplotlib is not installed.
    BadInputError
        When a format or language is unknown.
    """
    for kind, value, known in (*(("format", name, FORMATS) for name in formats),
                               ("language", lang, LANGUAGES)):  # fmt: skip
        if value not in known:
            raise BadInputError(f"{kind} {value!r}: expected {', '.join(known)}")
    require()
    font, names = chinese_font(), []
    lang = lang if font else "en"
    with style():
        for base in pages:
            for ending, draw in FIGURES.get(base, {}).items():
                figure = draw(drawn, day, lang)
                if not font:
                    _drop_chinese(figure)
                for name in formats:
                    names.append(f"{base}{ending}.{name}")
                    _save(figure, folder / names[-1], name)
    return names


def use_style() -> None:
    """
    Give the charts drawn from now on the fonts and colours of the figures, as in a notebook.

    The colours are those of Okabe and Ito, which everybody can tell apart.

    Raises
    ------
    MissingFiguresError
        When matplotlib is not installed.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> with mpl.rc_context():
    ...     use_style()
    ...     mpl.rcParams["image.cmap"]
    'cividis'
    """
    require()
    import matplotlib as mpl
    from matplotlib.rcsetup import cycler

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
    mpl.rcParams.update(settings() | looks)


def require() -> None:
    """
    Make sure that figures can be drawn.

    Raises
    ------
    MissingFiguresError
        When matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401, ICN001
    except ImportError:
        text = "figures need matplotlib: pip install 'chuanyu-geo[figures]'"
        raise MissingFiguresError(text) from None


def _drop_chinese(figure: Figure) -> None:
    """Take letters that no font can draw out of what is left in Chinese, such as credits."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_text(re.sub(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+ ?", "", text.get_text()))


def _save(figure: Figure, file: Path, name: str) -> None:
    dates = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure.savefig(file, format=name, dpi=DPI, metadata=dates[name])


def _base(ax: Axes, drawn: Layers) -> drawing.Taken:
    """Draw what lies below the lines, and the scale."""
    drawing.show_region(ax, drawn)
    drawing.draw_background(ax, drawn)
    taken = drawing.Taken(ax)
    drawing.draw_scale(ax, taken)
    return taken


def _crossings(drawn: Layers, day: date) -> Any:  # noqa: ANN401
    """Return the two regions and their numbered crossings."""
    from geo.mapping.crossings import numbered
    from geo.mapping.facts import crossings_or_none

    return drawn.catalogue.region.regions[:2], numbered(crossings_or_none(drawn, day))
