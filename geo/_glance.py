"""What a catalogue, layers and a network show of themselves in a notebook: HTML, no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from geo.layers import as_layers
from geo.mapping.styles import CLASS, DASHES, LINES, MODE, OTHER_LINE, Label, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from geo.catalogue import Catalogue
    from geo.layers import Layers
    from geo.network import Network

#: Pixels of the sketch: the longer side, and the detail that is left out.
SIDE, DETAIL = 340.0, 0.6
#: Indices of a network in the order of the table.
INDICES = ("v", "e", "p", "mu", "alpha", "beta", "gamma", "eta_km", "diameter_km", "length_km")
ROUTES, SECTIONS, LENGTH = (
    Label("线路", "Routes"),
    Label("路段", "Sections"),
    Label("里程 (km)", "Length (km)"),
)
TABLES = {
    "places": Label("地点", "Places"),
    "sections": SECTIONS,
    "routes": ROUTES,
    "cities": Label("城市", "Cities"),
    "services": Label("公布的旅行时间", "Published times"),
    "projects": Label("项目", "Projects"),
    "sources": Label("来源", "Sources"),
}
_BOX = (
    "display:flex;flex-wrap:wrap;gap:12px 28px;align-items:flex-start;"
    "font:13px/1.45 system-ui,'Noto Sans CJK SC',sans-serif;max-width:76em"
)
_CELL = "padding:2px 10px 2px 0;border-bottom:1px solid #8884"


def catalogue(cat: Catalogue) -> str:
    """Return a catalogue as the number of its rows, its routes by name, and a sketch."""
    region = cat.region
    counts = [[_both(name), f"{len(getattr(cat, key)):,}"] for key, name in TABLES.items()]
    by_class: dict[str, list[str]] = {}
    for route in cat.routes:
        name = route.name_en if route.name_en != route.name_zh else ""
        words = " ".join(filter(None, (route.name_zh, name, route.ref)))
        by_class.setdefault(route.class_, []).append(f"<li>{escape(words)}</li>")
    lists = "".join(
        f"<details><summary>{_both(named(CLASS, key))}: {len(by_class[key])}</summary>"
        f'<ul style="margin:2px 0 6px;padding-left:1.4em">{"".join(by_class[key])}</ul></details>'
        for key in [*LINES, *sorted(by_class.keys() - LINES.keys())]
        if key in by_class
    )
    drawn = as_layers(cat)
    title = Label(region.name_zh, region.name_en)
    known = Label(f"数据截至 {region.as_of}", f"Data as of {region.as_of}")
    return _card(title, known, _table(counts) + lists, _sketch(drawn.sections, title))


def layers(drawn: Layers) -> str:
    """Return layers as routes, sections and lengths by class, and a sketch."""
    region, rows = drawn.catalogue.region, []
    head = ["", *(_both(label, "<br>") for label in (ROUTES, SECTIONS, LENGTH))]
    groups = dict(list(drawn.sections.groupby("class")))
    for key in [*LINES, *sorted(groups.keys() - LINES.keys())]:
        if key in groups:
            own = groups[key]
            rows.append([_both(named(CLASS, key)), f"{own['route_id'].nunique():,}",
                         f"{len(own):,}", f"{own['running_km'].sum():,.0f}"])  # fmt: skip
    title = Label(region.name_zh, region.name_en)
    about = Label(f"{len(drawn.places):,} 个地点，WGS-84", f"{len(drawn.places):,} places, WGS-84")
    return _card(title, about, _table(rows, head), _sketch(drawn.sections, title))


def network(net: Network) -> str:
    """Return a network as its indices, whole and by mode, and a sketch."""
    from geo.mapping.differences import ALL, STATISTICS
    from geo.report import statistics

    found = statistics(net)
    modes = [ALL if key == "all" else named(MODE, key) for key in found.index]
    head = ["", *(_both(mode, "<br>") for mode in modes)]
    rows = []
    for key in INDICES:
        label, digits = STATISTICS[key]
        values = (float(value) for value in found[key])
        cells = ["–" if np.isnan(value) else f"{value:,.{digits}f}" for value in values]
        rows.append([_both(label), *cells])
    region = net.drawn.catalogue.region
    title = Label(f"{region.name_zh}路网", f"Network: {region.name_en}")
    about = Label(f"{net.day} 通车", f"open on {net.day}")
    if net.assumed:
        n = len(net.assumed)
        about = Label(
            f"{about.zh}，含 {n} 个预计通车路段", f"{about.en}, {n} sections as expected"
        )
    edges = net.edges.assign(status="open")
    return _card(title, about, _table(rows, head), _sketch(edges, title))


def _both(label: Label, between: str = " ") -> str:
    """Return a text in both languages, escaped."""
    zh, en = map(escape, label)
    return zh if zh == en else f'{zh}{between}<span style="opacity:.75">{en}</span>'


def _card(title: Label, about: Label, left: str, right: str) -> str:
    return (
        f'<div style="{_BOX}"><div><p style="margin:0 0 6px"><strong>{_both(title)}</strong><br>'
        f"{_both(about)}</p>{left}</div>{right}</div>"
    )


def _table(rows: Iterable[Sequence[str]], head: Sequence[str] = ()) -> str:
    """Return a table of escaped cells; all but the first column hold numbers."""

    def line(cells: Sequence[str], scope: str) -> str:
        first, *rest = cells
        tag = "th" if scope == "col" else "td"
        left = (
            f'<th scope="{scope}" style="{_CELL};text-align:left;font-weight:normal">{first}</th>'
        )
        right = f'<{tag} style="{_CELL};text-align:right">'
        return f"<tr>{left}{''.join(f'{right}{cell}</{tag}>' for cell in rest)}</tr>"

    top = f"<thead>{line(head, 'col')}</thead>" if head else ""
    body = "".join(line(cells, "row") for cells in rows)
    return f'<table style="border-collapse:collapse">{top}<tbody>{body}</tbody></table>'


def _sketch(lines: gpd.GeoDataFrame, title: Label) -> str:
    """Draw lines by class and status in equal degrees of the middle latitude."""
    import shapely

    if lines.empty:
        return ""
    west, south, east, north = lines.total_bounds
    narrow = np.cos(np.radians((south + north) / 2))
    scale = SIDE / max((east - west) * narrow, north - south, 1e-9)
    width, height = (east - west) * narrow * scale + 12, (north - south) * scale + 12
    origin, unit = np.array([west, north]), np.array([narrow * scale, -scale])
    moved = shapely.transform(lines.geometry.to_numpy(), lambda xy: (xy - origin) * unit + 6)
    paths = []
    order = {key: i for i, key in enumerate(LINES)}
    frame = lines[["class", "status"]].reset_index(drop=True)
    for (kind, stage), own in sorted(frame.groupby(["class", "status"]),
                                     key=lambda item: -order.get(item[0][0], 99)):  # fmt: skip
        shapes = shapely.simplify(moved[own.index], DETAIL)
        steps = "".join(
            "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in shapely.get_coordinates(shape))
            for shape in shapes
        )
        look = LINES.get(kind, OTHER_LINE)
        dash = f' stroke-dasharray="{"4 3" if stage == "construction" else "1 3"}"'
        paths.append(f'<path d="{steps}" stroke="{look.color}" stroke-width="1.6"'
                     f"{dash if DASHES.get(stage) else ''}/>")  # fmt: skip
    shown = [key for key in LINES if key in set(frame["class"])]
    marks = [(LINES[key].color, "━", CLASS[key]) for key in shown]
    if set(frame["status"]) != {"open"}:
        marks.append(("inherit", "┄", Label("未通车", "Not open")))
    legend = " ".join(
        f'<span style="white-space:nowrap;margin-right:8px"><span style="color:{color}">{mark}'
        f"</span> {_both(label)}</span>"
        for color, mark, label in marks
    )
    return (
        f'<figure style="margin:0;width:{width:.0f}px;max-width:100%"><svg role="img" '
        f'aria-label="{escape(" ".join(title))}" viewBox="0 0 {width:.0f} {height:.0f}" '
        'style="display:block;width:100%;background:#fff;border:1px solid #8884;'
        f'border-radius:6px" fill="none" stroke-linejoin="round">{"".join(paths)}</svg>'
        f'<figcaption style="font-size:11px;margin-top:4px">{legend}</figcaption></figure>'
    )
