"""How the number of crossings grew, year by year, on each side and through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.mapping import facts
from geo.mapping.charts import Series, growth_chart
from geo.mapping.shell import cell, table
from geo.mapping.styles import Label, bi

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.layers import Layers
    from geo.mapping.crossings import Numbered
    from geo.region import AdminRegion

#: The chart of growth ends in this year, or where the years of the map end.
CHART_END = 2030


COLOR = {"road": "#0072B2", "rail": "#B34E00", "water": "#00734F"}


GROUPS = {
    "road": Label("高速公路跨界通道", "Expressway crossings"),
    "rail": Label("铁路跨界通道", "Railway crossings"),
    "water": Label("水运跨界通道", "Waterway crossings"),
}


SIDE_COLORS = ("#9C4F86", "#8A6A00")


def chart(
    layers: Layers, day: date, pair: Sequence[AdminRegion], mode: str, found: Sequence[Numbered]
) -> str:
    """
    Return the growth of the number of crossings of a mode, with the numbers as a table.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day of the page.
    pair
        The two regions.
    mode
        Mode of the crossings.
    found
        Crossings of all modes with their numbers.

    Returns
    -------
    html
        Chart and table.
    """
    rows = [item.row for item in found if item.mode == mode]
    years, series = growth_series(layers, day, pair, mode, rows)
    title = Label(f"{GROUPS[mode].zh}数量", f"Number of {GROUPS[mode].en.lower()}")
    heads = [(Label("年份", "Year"), "num"), *((line.label, "num") for line in series)]
    body = [
        "<tr>" + "".join(cell(str(v), css="num") for v in (year, *values)) + "</tr>"
        for year, *values in zip(years, *(line.values for line in series), strict=True)
    ]
    data = table(heads, body, name=f"growth-{mode}", caption=title, sortable=False)
    more = bi(Label("数据表", "Data table"))
    drawn = growth_chart(years, series, title=title, known_to=day.year)
    return f"<div>{drawn}<details><summary>{more}</summary>{data}</details></div>"


def growth_series(
    layers: Layers,
    day: date,
    pair: Sequence[AdminRegion],
    mode: str,
    rows: Sequence[Any],
    end: int = CHART_END,
) -> tuple[list[int], list[Series]]:
    """
    Return how the number of crossings grew, on each side and on both.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day of the page.
    pair
        The two regions.
    mode
        Mode of the crossings.
    rows
        Crossings with their sides.
    end
        Last year.

    Returns
    -------
    years, series
        The years and one series per side, then that of both sides.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.borders import pair_of
    >>> found = geo.crossings(lay, year=2025, mode="rail")
    >>> rows = list(found.itertuples())
    >>> years, series = growth_series(lay, date(2025, 12, 31), pair_of(cat.region), "rail", rows)
    >>> [line.label.en for line in series], max(series[-1].values) <= len(found)
    (['Sichuan side open', 'Chongqing side open', 'Open on both sides'], True)
    """
    days = {y: d for y, d in facts.years_of(layers, day).items() if y <= end}
    stages = facts.stages_by_year(layers, days.values())
    sides = [[[row.sides[region.name_zh].section_id] for row in rows] for region in pair]
    both = [[side.section_id for side in row.sides.values()] for row in rows]
    series = [
        Series(
            Label(f"{region.name_zh}侧通车", f"{region.name_en} side open"),
            growth(groups, stages, len(days)),
            color,
        )
        for region, groups, color in zip(pair, sides, SIDE_COLORS, strict=False)
    ]
    through = growth(both, stages, len(days))
    label = Label("两侧贯通", "Open on both sides")
    return list(days), [*series, Series(label, through, COLOR[mode], filled=True)]


def growth(groups: list[list[str]], stages: dict[str, str], count: int) -> list[int]:
    """
    Return how many groups of sections are open in every year.

    Parameters
    ----------
    groups
        Sections that must all be open.
    stages
        Letters of the stages by section, one per year.
    count
        Number of years.

    Returns
    -------
    counts
        Number of groups by year.

    Examples
    --------
    >>> growth([["a", "b"], ["b"]], {"a": "pco", "b": "ooo"}, 3)
    [1, 1, 2]
    """
    return [
        sum(all(stages[key][i] in "oa" for key in group) for group in groups) for i in range(count)
    ]
