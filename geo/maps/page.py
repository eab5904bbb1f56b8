"""What all pages share: one HTML file that needs no network, header, footer, tables, scripts."""

from __future__ import annotations

import base64
import datetime as dt
import html
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

import folium
from branca.element import Element, Link

from geo.catalogue import Catalogue, Label
from geo.core import GeoError, is_unknown
from geo.layers import (
    CASING,
    CASING_WIDTH,
    CASINGS,
    DASHES,
    LINES,
    OPACITY,
    OTHER_LINE,
    POINTS,
    weight_of,
)

#: What folium links to by default and nothing here uses (no popups of folium, no icon fonts).
UNUSED_LINKS = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "glyphicons_css",
        "awesome_markers",
        "awesome_markers_css",
        "awesome_markers_font_css",
        "awesome_rotate_css",
    }
)
#: Kinds of elements that load images from elsewhere.
ONLINE_KINDS = ("TileLayer", "WmsTileLayer", "VideoOverlay")
CONTENT_POLICY = (
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; font-src data:"
)
#: Stands in the body of a page where the map goes.
MAP_SLOT = "<!-- map -->"
DISTRIBUTION, FOLDER = "XStatic-Leaflet", "xstatic/pkg/leaflet/data"
_REFERENCE = re.compile(
    r"<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//[^\"']+", re.IGNORECASE
)


class MissingAssetError(GeoError):
    """A page would load something from the network, or a file it needs is not installed."""


class Leaflet(NamedTuple):
    """The map library, ready to be put into a page."""

    css: str
    js: str


def asset(name: str) -> str:
    """
    Return the text of one of the style sheets, scripts or notices of this package.

    Parameters
    ----------
    name
        File name in the folder ``assets``.

    Returns
    -------
    text
        What the file holds.

    """
    return (Path(__file__).parent / "assets" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def leaflet() -> Leaflet:
    """
    Read Leaflet from its installed distribution, with its images inside.

    Returns
    -------
    leaflet
        Style sheet and script.

    Raises
    ------
    MissingAssetError
        When the distribution or one of its files is not there.

    Examples
    --------
    >>> "url(images/" in leaflet().css
    False

    """
    try:
        folder = Path(str(distribution(DISTRIBUTION).locate_file(FOLDER)))
        css = (folder / "leaflet.css").read_text(encoding="utf-8")
        js = (folder / "leaflet.js").read_text(encoding="utf-8")
        css = re.sub(r"url\(images/([\w.-]+)\)", lambda m: f"url({_png(folder, m[1])})", css)
        icons = {
            key: _png(folder, name)
            for key, name in (
                ("iconUrl", "marker-icon.png"),
                ("iconRetinaUrl", "marker-icon-2x.png"),
                ("shadowUrl", "marker-shadow.png"),
            )
        }
    except (PackageNotFoundError, OSError) as error:
        text = f"Leaflet is not installed: pip install {DISTRIBUTION} ({error})"
        raise MissingAssetError(text) from error
    js = re.sub(r"//# sourceMappingURL=\S*", "", js)
    js += f"\nL.Icon.Default.imagePath='';L.Icon.Default.mergeOptions({json.dumps(icons)});\n"
    return Leaflet(css, _in_script(js))


def _png(folder: Path, name: str) -> str:
    raw = (folder / "images" / name).read_bytes()
    return "data:image/png;base64," + base64.b64encode(raw).decode()


def _in_script(text: str) -> str:
    """Keep the end tag of a script out of a script."""
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE)


def json_text(value: object) -> str:
    r"""
    Return compact JSON that cannot end a script or start a tag.

    Parameters
    ----------
    value
        Anything JSON knows; NaN is refused.

    Returns
    -------
    text
        JSON in which `<`, `>`, `&` and the two line separators of Unicode are escaped.

    Examples
    --------
    >>> json_text({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'

    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def json_block(name: str, value: object) -> str:
    """
    Return a data block that scripts of the page read.

    Parameters
    ----------
    name
        Id of the block.
    value
        Its content.

    Returns
    -------
    block
        A script element of type ``application/json``.

    Examples
    --------
    >>> json_block("years", [1995, 2030])
    '<script type="application/json" id="years">[1995,2030]</script>'

    """
    return f'<script type="application/json" id="{name}">{json_text(value)}</script>'


def _inert_json(value: object, **_: object) -> str:
    """
    Return JSON for the templates of folium.

    What a template of folium writes is read as a template once more, so braces that would
    start a tag are escaped: they stand only inside strings.
    """
    return re.sub(r"\{(?=[{%#])", r"\\u007b", json_text(value))


@contextmanager
def _safe_templates() -> Iterator[None]:
    """Let the templates of folium write compact JSON in which no text can become code."""
    policies = folium.GeoJson._template.environment.policies
    before = policies["json.dumps_function"]
    policies["json.dumps_function"] = _inert_json
    try:
        yield
    finally:
        policies["json.dumps_function"] = before


@contextmanager
def stable_ids() -> Iterator[None]:
    """
    Let folium number its elements instead of naming them at random.

    Build **and** render a map inside this block, and its bytes are the same every time.

    Yields
    ------
    None
        Nothing.

    Examples
    --------
    >>> import folium
    >>> with stable_ids():
    ...     folium.Map().get_name()
    'map_0001'

    """
    before = Element.__dict__["_generate_id"]
    count = itertools.count(1)
    patched: Any = Element
    patched._generate_id = classmethod(lambda _: f"{next(count):04d}")
    try:
        yield
    finally:
        patched._generate_id = before


def document(
    body: str,
    *,
    title: Label,
    css: str = "",
    head: str = "",
    script: str = "",
    data: Mapping[str, object] | None = None,
    lang: str = "zh-CN",
) -> str:
    """
    Return a complete HTML page that may load nothing.

    Parameters
    ----------
    body
        HTML of the body.
    title
        Title in both languages; the page switches between them.
    css, head
        Style sheet of our own, and further HTML of the head.
    script
        JavaScript that runs at the end.
    data
        Data blocks by id.
    lang
        Language the page starts with.

    Returns
    -------
    page
        The HTML.

    Raises
    ------
    MissingAssetError
        When something in it points to the network.

    """
    blocks = "\n".join(json_block(name, value) for name, value in (data or {}).items())
    zh, en = (html.escape(text) for text in title)
    page = f"""<!DOCTYPE html>
<html lang="{lang}" data-title-zh="{zh}" data-title-en="{en}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{zh} | {en}</title>
{head}
<style>
{css}</style>
</head>
<body>
{body}
{blocks}
<script>
{_in_script(script)}
</script>
</body>
</html>
"""
    if found := _REFERENCE.findall(page):
        raise MissingAssetError(f"the page would load {found[0][-120:]!r}")
    return page


def offline_html(
    map_: folium.Map,
    *,
    title: Label | str,
    body: str = "",
    css: str = "",
    script: str = "",
    data: Mapping[str, object] | None = None,
    lang: str = "zh-CN",
) -> str:
    """
    Return a folium map as one HTML file that needs no network.

    Parameters
    ----------
    map_
        The map, made with ``tiles=None``.
    title
        Title of the page.
    body
        HTML of the body with :data:`MAP_SLOT` where the map goes; default: the map alone.
    css, script
        Style sheet and JavaScript of our own; the script runs after that of the map.
    data
        Data blocks by id.
    lang
        Language the page starts with.

    Returns
    -------
    page
        The HTML.

    Raises
    ------
    MissingAssetError
        When the map holds tiles or links to something that is not in the page.

    """
    label = Label(title, title) if isinstance(title, str) else title
    _refuse_online(map_)
    figure: Any = map_.get_root()
    with _safe_templates():
        figure.render()
        script = figure.script.render() + "\n" + script
    head = _head(figure)
    slot = body or f"<main><h1>{html.escape(label.zh)}</h1>{MAP_SLOT}</main>"
    css = css or "html,body,main{height:100%;margin:0}h1{position:absolute;left:-999em}"
    notice = "<!--\n" + asset("leaflet-licence.txt") + "-->"
    return document(
        slot.replace(MAP_SLOT, figure.html.render().strip(), 1),
        title=label,
        css=css,
        head=f"{notice}\n{head}",
        script=script,
        data=data,
        lang=lang,
    )


def _refuse_online(element: Any) -> None:
    """Refuse elements whose scripts load images: no scan of tags would find those."""
    for child in element._children.values():
        kinds = {kind.__name__ for kind in type(child).__mro__}
        url = str(getattr(child, "url", "") or getattr(child, "embed_link", "") or "")
        if kinds.intersection(ONLINE_KINDS):
            raise MissingAssetError(f"tiles from the network: {getattr(child, 'tiles', url)}")
        if re.match(r"(?:https?:)?//", url) and not kinds & {"Link", "JavascriptLink", "CssLink"}:
            raise MissingAssetError(f"{type(child).__name__} would load {url}")
        _refuse_online(child)


def _head(figure: Any) -> str:
    """Return what folium wants in the head, its links to Leaflet inlined."""
    library = leaflet()
    inlined = {
        "leaflet": f"<script>{library.js}</script>",
        "leaflet_css": f"<style>{library.css}</style>",
    }
    parts = []
    for name, child in figure.header._children.items():
        if not isinstance(child, Link):
            text = child.render()
            parts.append("" if re.search(r"<meta\b", text) else text)
        elif name in inlined:
            parts.append(inlined[name])
        elif name not in UNUSED_LINKS:
            raise MissingAssetError(f"folium links {name} to {child.url}: not in the page")
    return "\n".join(part.strip() for part in parts if part.strip())


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
    >>> from geo.maps.page import Label
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


def footer(catalogue: Catalogue, date: dt.date) -> str:
    """
    Return the foot of a page: dates, credits and licences.

    Parameters
    ----------
    catalogue
        The catalogue of the region.
    date
        The day of the page.

    Returns
    -------
    html
        The footer.

    """
    as_of = catalogue.region.as_of
    facts = Label(
        f"数据截至 {as_of}；状态日期 {date}。坐标系 WGS-84。",
        f"Data as of {as_of}; status on {date}. Coordinates in WGS-84.",
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


#: What the scripts of the pages need to draw lines.
LOOKS = {"dashes": DASHES, "opacity": OPACITY, "casing": CASINGS, "casingWidth": CASING_WIDTH}


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


def used_sources(catalogue: Catalogue, keys: Iterable[str]) -> dict[str, list[str]]:
    """
    Return the sources that a page refers to.

    Parameters
    ----------
    catalogue
        The catalogue.
    keys
        Keys of the sources; unknown ones are left out.

    Returns
    -------
    sources
        Title, publisher, date and address by key; an address that is no web page is empty.

    Examples
    --------
    >>> key = cat.sources[0].key
    >>> list(used_sources(cat, [key, "nobody"])) == [key]
    True

    """
    wanted = set(keys)
    return {
        row.key: [row.title, row.publisher, row.date, web_address(row.url)]
        for row in catalogue.sources
        if row.key in wanted
    }


def web_address(url: str) -> str:
    """
    Return an address that is safe to link to.

    Parameters
    ----------
    url
        Any text.

    Returns
    -------
    url
        The address if it is http or https, else nothing.

    Examples
    --------
    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', '')

    """
    return url if url.startswith(("http://", "https://")) else ""
