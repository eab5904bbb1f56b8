"""What all pages share: header, navigation, footer, tables, style sheets and scripts."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from geo.mapping.features import is_unknown
from geo.mapping.offline import asset
from geo.mapping.styles import Label, bi, bi_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from geo.catalogue import Catalogue

#: Pages of the navigation: file name and title.
NAVIGATION = (
    ("index.html", Label("概览", "Overview")),
    ("network.html", Label("路网", "Network")),
    ("crossings.html", Label("跨界通道", "Crossings")),
    ("accessibility.html", Label("可达性", "Accessibility")),
    ("criticality.html", Label("关键路段", "Critical links")),
    ("compare.html", Label("对比", "Compare")),
)
NO_SCRIPT = Label(
    "本页的地图需要 JavaScript；下方表格不需要。",
    "The map on this page needs JavaScript; the tables below do not.",
)


def header(title: Label, current: str, *, table: str = "") -> str:
    """
    Return the head of a page: title, navigation and the language switch.

    Parameters
    ----------
    title
        Title of the page.
    current
        File name of the page.
    table
        Id of the table that the first link of the page jumps to.

    Returns
    -------
    html
        The header.

    Examples
    --------
    >>> from geo.mapping.offline import Label
    >>> 'href="network.html" aria-current=page' in header(Label("网络", "Network"), "network.html")
    True
    """
    links = "".join(
        f'<a href="{file}"{" aria-current=page" if file == current else ""}>{bi(label)}</a>'
        for file, label in NAVIGATION
    )
    skip = bi(Label("跳到表格", "Skip to the table"))
    jump = f'<a class="skip" href="#{table}" data-jump>{skip}</a>' if table else ""
    label = bi_attribute("aria-label", Label("页面", "Pages"))
    return f"""{jump}<header class="top">
<h1>{bi(title)}</h1>
<nav {label}>{links}</nav>
<button type="button" class="lang" data-switch-language><span class="zh" lang="en">English</span>\
<span class="en" lang="zh-CN">中文</span></button>
</header>
<noscript><p class="noscript">{escape(NO_SCRIPT.zh)} {escape(NO_SCRIPT.en)}</p></noscript>"""


def footer(catalogue: Catalogue, day: date) -> str:
    """
    Return the foot of a page: dates, credits and licences.

    Parameters
    ----------
    catalogue
        The catalogue of the region.
    day
        The day of the page.

    Returns
    -------
    html
        The footer.
    """
    as_of = catalogue.region.as_of
    facts = Label(
        f"数据截至 {as_of}；状态日期 {day}。坐标系 WGS-84。",
        f"Data as of {as_of}; status on {day}. Coordinates in WGS-84.",
    )
    credit = catalogue.region.map.attribution
    notes = Label(
        "地图软件 Leaflet（BSD-2），许可全文见本页源代码。",
        "Map software Leaflet (BSD-2); its licence is in the source of this page.",
    )
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
    """
    Return a table that scrolls within its own frame and sorts by its headings.

    Parameters
    ----------
    columns
        Heading and CSS class of every column.
    rows
        HTML of the rows.
    name
        Id of the table.
    caption
        What it shows.
    sortable
        Whether its headings are buttons.

    Returns
    -------
    html
        The table.

    Examples
    --------
    >>> head, row = (Label("城市", "City"), ""), f"<tr>{cell('成都')}</tr>"
    >>> html = table([head], [row], name="cities", caption=Label("表", "Table"))
    >>> html[html.index("<tbody>") :]
    '<tbody><tr><td>成都</td></tr></tbody></table></div>'
    """
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


def cell(html: str, *, order: object = None, css: str = "") -> str:
    """
    Return a cell of a table.

    Parameters
    ----------
    html
        Its content, escaped.
    order
        What to sort by; default: the text.
    css
        CSS class.

    Returns
    -------
    html
        The cell.

    Examples
    --------
    >>> cell("1,234", order=1234, css="num")
    '<td class="num" data-order="1234">1,234</td>'
    """
    attributes = f' class="{css}"' if css else ""
    if order is not None:
        attributes += f' data-order="{escape(str(order))}"'
    return f"<td{attributes}>{html}</td>"


def number(value: object, digits: int = 0) -> str:
    """
    Return a number as the pages write it.

    Parameters
    ----------
    value
        The number; None, NaN or NA where unknown.
    digits
        Number of decimals.

    Returns
    -------
    text
        The number with thousands separated, or a dash.

    Examples
    --------
    >>> number(1234.5, 1), number(float("nan"))
    ('1,234.5', '–')
    """
    return "–" if is_unknown(value) else f"{value:,.{digits}f}"


def order(value: object) -> str:
    """
    Return what a number sorts by.

    Parameters
    ----------
    value
        The number; None, NaN or NA where unknown.

    Returns
    -------
    text
        The number, empty where unknown.

    Examples
    --------
    >>> order(12), order(None)
    ('12.000', '')
    """
    return "" if is_unknown(value) else f"{value:.3f}"


def style_sheet(*names: str) -> str:
    """
    Return style sheets of this package without their comments.

    Parameters
    ----------
    *names
        Names without ending.

    Returns
    -------
    css
        One text.

    Examples
    --------
    >>> "/*" in style_sheet()
    False
    """
    text = "".join(asset(f"{name}.css") for name in ("shell", *names))
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


def scripts(*names: str) -> str:
    """
    Return scripts of this package.

    Parameters
    ----------
    *names
        Names without ending.

    Returns
    -------
    js
        One text.
    """
    return "\n".join(asset(f"{name}.js") for name in ("shell", *names))
