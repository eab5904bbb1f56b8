"""What pages share: header, footer, tables, numbers, buttons, samples of lines and points."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geo.catalogue import Catalogue, Label
from geo.core import is_unknown
from geo.layers import CASING, CASING_WIDTH, CASINGS, DASHES, LINES, OTHER_LINE, POINTS, weight_of
from geo.maps.offline import asset
from geo.maps.texts import Texts

TEXT = Texts("elements")
_TEMPLATES = Environment(  # noqa: S701 - every text of a page goes through `bi` or `escape`
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined
)


def render(name: str, **values: Any) -> str:
    """Return the body of a page from its template."""
    helpers = {"bi": bi, "aria": partial(bi_attribute, "aria-label")}
    helpers |= {"choice": choice, "escape": escape, "number": number}
    return _TEMPLATES.get_template(f"{name}.html").render(helpers | values)


def header(title: Label, current: str, *, table: str = "") -> str:
    """Return the head of a page: title, navigation and the language switch."""
    links = "".join(
        f'<a href="{page}.html"{" aria-current=page" if f"{page}.html" == current else ""}>'
        f"{bi(label)}</a>"
        for page, label in TEXT.group("navigation").items()
    )
    skip = bi(TEXT["skip"])
    jump = f'<a class="skip" href="#{table}" data-jump>{skip}</a>' if table else ""
    label = bi_attribute("aria-label", TEXT["pages"])
    return f"""{jump}<header class="top">
<h1>{bi(title)}</h1>
<nav {label}>{links}</nav>
<button type="button" class="lang" data-switch-language><span class="zh" lang="en">English</span>\
<span class="en" lang="zh-CN">中文</span></button>
</header>
<noscript><p class="noscript">{escape(" ".join(TEXT["no_script"]))}</p></noscript>"""


def footer(catalogue: Catalogue, date: dt.date) -> str:
    """Return the foot of a page: dates, credits and licences."""
    as_of = catalogue.region.as_of
    facts = TEXT.fill("footer_facts", as_of=as_of, date=date)
    credit = catalogue.region.map.attribution
    notes = TEXT["footer_notes"]
    text = f"<p>{escape(credit)}</p>" if credit else ""
    return f'<footer class="foot"><p>{bi(facts)}</p>{text}<p>{bi(notes)}</p></footer>'


def table(
    columns: Sequence[tuple[Label, str]],
    rows: Iterable[str],
    *,
    name: str,
    caption: Label,
    sortable: bool = True,
) -> str:
    """Return a table that scrolls within its own frame and sorts by its headings."""
    heads = "".join(
        f'<th scope="col" class="{css}">'
        + (f'<button type="button" data-sort>{bi(label)}</button>' if sortable else bi(label))
        + "</th>"
        for label, css in columns
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" {bi_attribute("aria-label", caption)}>'
        f'<table id="{name}"><caption>{bi(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def table_row(cells: Iterable[str], attributes: str = "") -> str:
    """Return a row of cells."""
    return f"<tr{attributes}>{''.join(cells)}</tr>"


def cell(html: str, *, order: object = None, css: str = "") -> str:
    """Return a cell of a table; `order` is what it sorts by instead of its text."""
    attributes = f' class="{css}"' if css else ""
    if order is not None:
        attributes += f' data-order="{escape(str(order))}"'
    return f"<td{attributes}>{html}</td>"


def number_cell(value: object, digits: int = 0, *, text: str = "", css: str = "num") -> str:
    """Return a cell of a number; `text` is shown instead where there is one."""
    return cell(text or number(value, digits), order=order(value), css=css)


def number(value: object, digits: int = 0) -> str:
    """Return a number with its thousands separated, or a dash where it is unknown."""
    return "–" if is_unknown(value) else f"{value:,.{digits}f}"


def signed(value: Any, digits: int) -> str:
    """Return a difference with its sign, without one where it rounds to nothing."""
    if is_unknown(value):
        return "–"
    text = number(abs(value), digits)
    if not float(text.replace(",", "")):
        return text
    return ("+" if value > 0 else "−") + text


def order(value: object) -> str:
    """Return what a number sorts by, empty where it is unknown."""
    return "" if is_unknown(value) else f"{value:.3f}"


def opening(row: Any) -> str:
    """Return the date of opening of a section, or the expected year in brackets."""
    if row.opened:
        return str(row.opened)
    return "" if is_unknown(row.expected) else f"({int(row.expected)})"


def ends(row: Mapping[Any, Any] | Any) -> Label:
    """Return between which places a section runs."""
    return Label(*(f"{row['from_' + lang]} – {row['to_' + lang]}" for lang in ("zh", "en")))


def status_mark(css: str, label: Label) -> str:
    """Return a status as a dot and its name."""
    return f'<span class="stage {css}">{bi(label)}</span>'


def legend_panel(content: str) -> str:
    """Return the legend of a map, which can be folded."""
    title = bi(TEXT["legend"])
    return f'<details class="panel key-list" open><summary>{title}</summary>{content}</details>'


def method_panel(notes: Iterable[Label], more: str = "") -> str:
    """Return how a page computes, folded."""
    text = "".join(f"<p>{bi(note)}</p>" for note in notes)
    title = bi(TEXT["method"])
    return f'<details class="how"><summary>{title}</summary>\n{text}{more}</details>'


def choice(kind: str, key: str, label: Label, *, on: bool = False) -> str:
    """Return a button of a row of which one is pressed."""
    pressed = "true" if on else "false"
    return (
        f'<button type="button" data-{kind}="{key}" aria-pressed="{pressed}">{bi(label)}</button>'
    )


def style_sheet(*names: str) -> str:
    """Return style sheets of this package without their comments."""
    text = "".join(asset(f"{name}.css") for name in ("shell", *names))
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


#: The casings of lines by class of accuracy, for the scripts of the pages.
LOOKS = {"casing": CASINGS, "casingWidth": CASING_WIDTH}


def line_sample(
    class_: str, stage: str = "open", group: str = "named", accuracy: str = "surveyed"
) -> str:
    """Return a small SVG drawing of a line as it looks on the map."""
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
    """Return a small SVG drawing of a kind of places."""
    style = POINTS[layer]
    return (
        '<svg width="38" height="14" aria-hidden="true"><circle cx="19" cy="7" '
        f'r="{min(style.radius, 5.5)}" fill="{style.fill}" stroke="{style.color}" '
        'stroke-width="2"/></svg>'
    )


def bi(label: Label | tuple[str, str]) -> str:
    """Return a text in both languages, escaped, of which the page shows one."""
    zh, en = (escape(text) for text in label)
    if zh == en and zh.isascii():
        return zh
    return f'<span class="zh">{zh}</span><span class="en">{en}</span>'


def bi_attribute(name: str, label: Label | tuple[str, str]) -> str:
    """Return an attribute that the page translates."""
    zh, en = (escape(text) for text in label)
    return f'{name}="{zh}" data-l10n="{name}" data-zh="{zh}" data-en="{en}"'


def used_sources(catalogue: Catalogue, keys: Iterable[str]) -> dict[str, list[str]]:
    """Return the sources that a page refers to."""
    wanted = set(keys)
    return {
        row.key: [row.title, row.publisher, row.date, web_address(row.url)]
        for row in catalogue.sources
        if row.key in wanted
    }


def web_address(url: str) -> str:
    """Return an address that is safe to link to."""
    return url if url.startswith(("http://", "https://")) else ""
