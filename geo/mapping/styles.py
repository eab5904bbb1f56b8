"""How things look and what they are called, in Chinese and English."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

CASING = "#FFFFFF"
#: Colour of what lies beside a line by its class of accuracy: a haze where it is a sketch.
CASINGS = {"surveyed": CASING, "approximate": CASING, "sketch": "#F3E2B3"}


#: How much wider than its line the casing is, in pixels.
CASING_WIDTH = {"surveyed": 3.0, "approximate": 3.0, "sketch": 7.0}


class Label(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


class LineStyle(NamedTuple):
    """Colour, width in pixels of a named route at zoom 8, and whether white ticks lie on it."""

    color: str
    weight: float
    ticks: bool = False


class PointStyle(NamedTuple):
    """The look of a kind of places: outline, fill, radius in pixels, first zoom they show at."""

    color: str
    fill: str
    radius: float
    zoom: int


#: Lines by class, from the top of the drawing to the bottom (Okabe–Ito colours).
LINES = {
    "hsr": LineStyle("#D55E00", 4.0),
    "intercity": LineStyle("#E07B39", 3.0),
    "conventional": LineStyle("#222222", 3.6, ticks=True),
    "expressway": LineStyle("#0072B2", 3.6),
    "trunk": LineStyle("#7D6608", 2.6),
    "waterway": LineStyle("#009E73", 5.0),
}
OTHER_LINE = LineStyle("#555555", 3.0)
#: Dashes by status, in pixels; empty is a solid line.
DASHES = {"open": "", "construction": "9 6", "planned": "1 6"}
OPACITY = {"open": 1.0, "construction": 0.95, "planned": 0.75}
#: What the scripts of the pages need to draw lines.
LOOKS = {"dashes": DASHES, "opacity": OPACITY, "casing": CASINGS, "casingWidth": CASING_WIDTH}
#: Share of the full width by group; what is not listed is background.
EMPHASIS = {"named": 1.0, "inter17": 1.0, "expansion": 0.9, "ring": 0.72}
BACKGROUND = 0.55
#: The layers of points in the legend, with the kinds of places each holds.
POINTS = {
    "station": PointStyle("#9A4300", "#FFFFFF", 3.5, 10),
    "interchange": PointStyle("#00507E", "#FFFFFF", 3.2, 10),
    "border": PointStyle("#555555", "#FFFFFF", 3.2, 9),
    "port": PointStyle("#00664A", "#FFFFFF", 5.0, 7),
    "airport": PointStyle("#93447A", "#F3D9E8", 6.5, 6),
}
POINT_OF_KIND = {kind: kind for kind in POINTS} | {"junction": "interchange"}

STAGE = {
    "open": Label("已通车", "Open"),
    "partly open": Label("部分通车", "Partly open"),
    "construction": Label("在建", "Under construction"),
    "planned": Label("规划", "Planned"),
}
ASSUMED = Label("预计通车", "Expected open")
CLASS = {
    "hsr": Label("高速铁路", "High-speed rail"),
    "intercity": Label("城际铁路", "Intercity rail"),
    "conventional": Label("普速铁路", "Conventional rail"),
    "expressway": Label("高速公路", "Expressway"),
    "trunk": Label("干线公路", "Main road"),
    "waterway": Label("内河航道", "Waterway"),
}
MODE = {
    "rail": Label("铁路", "Rail"),
    "road": Label("公路", "Road"),
    "water": Label("水运", "Water"),
    "air": Label("航空", "Air"),
}
GROUP = {
    "named": Label("骨干通道", "Named corridor"),
    "inter17": Label("省际高速通道", "Inter-provincial corridor"),
    "expansion": Label("扩容工程", "Capacity expansion"),
    "ring": Label("环线", "Ring"),
    "background": Label("其他线路", "Other route"),
}
KIND = {
    "station": Label("车站", "Stations"),
    "interchange": Label("互通与枢纽", "Interchanges"),
    "border": Label("跨界点", "Border crossings"),
    "port": Label("港口", "Ports"),
    "airport": Label("机场", "Airports"),
    "city": Label("城市", "City"),
}
ACCURACY = {
    "surveyed": Label("按测绘数据", "Surveyed"),
    "approximate": Label("近似", "Approximate"),
    "sketch": Label("示意", "Sketch"),
}
CONFIDENCE = {
    "high": Label("高", "High"),
    "medium": Label("中", "Medium"),
    "low": Label("低", "Low"),
}


def named(labels: dict[str, Label], key: str) -> Label:
    """
    Return the label of a value, or the value itself where it has none.

    Parameters
    ----------
    labels
        Labels by value.
    key
        The value.

    Returns
    -------
    label
        The text in both languages.

    Examples
    --------
    >>> named(MODE, "rail"), named(MODE, "tram").en
    (Label(zh='铁路', en='Rail'), 'tram')
    """
    return labels.get(key) or Label(key, key)


def weight_of(class_: str, group: str) -> float:
    """
    Return the width of a route in pixels at the first zoom.

    Parameters
    ----------
    class_, group
        Class and group of the route.

    Returns
    -------
    weight
        Width in pixels.

    Examples
    --------
    >>> weight_of("hsr", "named"), weight_of("hsr", "background")
    (4.0, 2.2)
    """
    style = LINES.get(class_, OTHER_LINE)
    return round(style.weight * EMPHASIS.get(group, BACKGROUND), 2)


def line_sample(
    class_: str, stage: str = "open", group: str = "named", accuracy: str = "surveyed"
) -> str:
    """
    Return a small SVG drawing of a line as it looks on the map.

    Parameters
    ----------
    class_, stage, group, accuracy
        Class of route, status, group, and class of accuracy.

    Returns
    -------
    svg
        A drawing of 38 by 12 pixels.

    Examples
    --------
    >>> line_sample("hsr")[:35]
    '<svg width="38" height="12" aria-hi'
    """
    style, weight = LINES.get(class_, OTHER_LINE), weight_of(class_, group)
    cap = "round" if stage == "planned" else "butt"
    dash = f' stroke-dasharray="{DASHES[stage]}"' if DASHES[stage] else ""
    line = '<path d="M2 6H36" fill="none" stroke="{}" stroke-width="{}" {}/>'
    parts = [
        line.format(CASINGS[accuracy], weight + CASING_WIDTH[accuracy], 'stroke-opacity=".95"'),
        line.format(style.color, weight, f'stroke-linecap="{cap}"{dash}'),
    ]
    if style.ticks and stage == "open":
        parts.append(line.format(CASING, round(weight * 0.5, 2), 'stroke-dasharray="6 6"'))
    return f'<svg width="38" height="12" aria-hidden="true">{"".join(parts)}</svg>'


def point_sample(layer: str) -> str:
    """
    Return a small SVG drawing of a kind of places.

    Parameters
    ----------
    layer
        Name of the layer of points.

    Returns
    -------
    svg
        A drawing of 38 by 14 pixels.

    Examples
    --------
    >>> point_sample("airport")[:35]
    '<svg width="38" height="14" aria-hi'
    """
    style = POINTS[layer]
    return (
        '<svg width="38" height="14" aria-hidden="true"><circle cx="19" cy="7" '
        f'r="{min(style.radius, 5.5)}" fill="{style.fill}" stroke="{style.color}" '
        'stroke-width="2"/></svg>'
    )


def bi(label: Label | tuple[str, str]) -> str:
    """
    Return a text in both languages, of which the page shows one.

    Parameters
    ----------
    label
        The text; it is escaped here.

    Returns
    -------
    html
        Two spans, or the bare text where both are the same and no Chinese. They need no
        language of their own: the page has that of the one it shows.

    Examples
    --------
    >>> bi(MODE["rail"])
    '<span class="zh">铁路</span><span class="en">Rail</span>'
    >>> bi(("<G5>", "<G5>"))
    '&lt;G5&gt;'
    """
    zh, en = (escape(text) for text in label)
    if zh == en and zh.isascii():
        return zh
    return f'<span class="zh">{zh}</span><span class="en">{en}</span>'


def bi_attribute(name: str, label: Label | tuple[str, str]) -> str:
    """
    Return an attribute that the page translates.

    Parameters
    ----------
    name
        Name of the attribute, such as ``aria-label``.
    label
        Its value in both languages; it is escaped here.

    Returns
    -------
    html
        The attribute in Chinese with both values beside it.

    Examples
    --------
    >>> bi_attribute("title", MODE["rail"])
    'title="铁路" data-l10n="title" data-zh="铁路" data-en="Rail"'
    """
    zh, en = (escape(text) for text in label)
    return f'{name}="{zh}" data-l10n="{name}" data-zh="{zh}" data-en="{en}"'
