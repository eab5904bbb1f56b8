"""One HTML file that needs no network, from a folium map or from text alone."""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Link

from geo.catalogue import Label
from geo.core import GeoError
from geo.maps.elements import render
from geo.maps.texts import asset

#: What folium links to by default and nothing here uses (no popups of folium, no icon fonts).
UNUSED_LINKS = frozenset(
    {"jquery", "bootstrap", "bootstrap_css", "glyphicons_css", "awesome_markers",
     "awesome_markers_css", "awesome_markers_font_css", "awesome_rotate_css"}
)  # fmt: skip
#: Kinds of elements that load images from elsewhere.
ONLINE_KINDS = ("TileLayer", "WmsTileLayer", "VideoOverlay")
CONTENT_POLICY = (
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; font-src data:; worker-src blob:"
)
#: Stands in the body of a page where the map goes.
MAP_SLOT = "<!-- map -->"
DISTRIBUTION, FOLDER = "XStatic-Leaflet", "xstatic/pkg/leaflet/data"
_REFERENCE = re.compile(
    r"<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//[^\"']+", re.IGNORECASE
)


class MissingAssetError(GeoError):
    """A page would load something from the network, or a file it needs is not installed."""


@lru_cache(maxsize=1)
def leaflet() -> tuple[str, str]:
    """Read the style and the script of Leaflet as installed, with its images inside."""
    try:
        folder = Path(str(distribution(DISTRIBUTION).locate_file(FOLDER)))
        css = (folder / "leaflet.css").read_text(encoding="utf-8")
        js = (folder / "leaflet.js").read_text(encoding="utf-8")
        css = re.sub(r"url\(images/([\w.-]+)\)", lambda m: f"url({_png(folder, m[1])})", css)
        icons = {
            "iconUrl": _png(folder, "marker-icon.png"),
            "iconRetinaUrl": _png(folder, "marker-icon-2x.png"),
            "shadowUrl": _png(folder, "marker-shadow.png"),
        }
    except (PackageNotFoundError, OSError) as error:
        text = f"Leaflet is not installed: pip install {DISTRIBUTION} ({error})"
        raise MissingAssetError(text) from error
    js = re.sub(r"//# sourceMappingURL=\S*", "", js)
    js += f"\nL.Icon.Default.imagePath='';L.Icon.Default.mergeOptions({json.dumps(icons)});\n"
    return css, _in_script(js)


def _png(folder: Path, name: str) -> str:
    raw = (folder / "images" / name).read_bytes()
    return "data:image/png;base64," + base64.b64encode(raw).decode()


def _in_script(text: str) -> str:
    """Keep the end tag of a script out of a script."""
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE)


def json_text(value: object) -> str:
    """Return compact JSON that cannot end a script or start a tag."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def json_block(name: str, value: object) -> str:
    """Return a data block that scripts of the page read."""
    return f'<script type="application/json" id="{name}">{json_text(value)}</script>'


def _inert_json(value: object, **_: object) -> str:
    # what a template of folium writes is read as a template once more: braces that would start
    # a tag are escaped; they stand only inside strings
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
    """Let folium number its elements: a map made and rendered inside has the same bytes again."""
    before = Element.__dict__["_generate_id"]
    count = itertools.count(1)
    patched: Any = Element
    patched._generate_id = classmethod(lambda _: f"{next(count):04d}")
    try:
        yield
    finally:
        patched._generate_id = before


def html_document(
    body: str,
    *,
    title: Label,
    description: Label | None = None,
    css: str = "",
    head: str = "",
    script: str = "",
    data: Mapping[str, object] | None = None,
    lang: str = "zh-CN",
) -> str:
    """Return a complete HTML page that may load nothing; `data` are blocks by id."""
    blocks = "\n".join(json_block(name, value) for name, value in (data or {}).items())
    page = render(
        "document",
        title=title,
        description=description,
        policy=CONTENT_POLICY,
        lang=lang,
        head=head,
        css=css,
        body=body,
        blocks=blocks,
        script=_in_script(script),
    )
    if found := _REFERENCE.findall(page):
        raise MissingAssetError(f"the page would load {found[0][-120:]!r}")
    return page


def offline_html(
    map_: folium.Map,
    *,
    title: Label | str,
    description: Label | None = None,
    body: str = "",
    css: str = "",
    script: str = "",
    data: Mapping[str, object] | None = None,
    lang: str = "zh-CN",
) -> str:
    """Return a folium map as one HTML file; `body` has :data:`MAP_SLOT` where the map goes."""
    label = Label(title, title) if isinstance(title, str) else title
    _refuse_online(map_)
    figure: Any = map_.get_root()
    with _safe_templates():
        figure.render()
        # in a function, so that the variables of folium stay out of the global scope
        script = f"(() => {{\n{figure.script.render()}\n{script}\n}})();"
    head = _head(figure)
    slot = body or f"<main><h1>{html.escape(label.zh)}</h1>{MAP_SLOT}</main>"
    css = css or "html,body,main{height:100%;margin:0}h1{position:absolute;left:-999em}"
    notice = "<!--\n" + asset("leaflet-licence.txt") + "-->"
    return html_document(
        slot.replace(MAP_SLOT, figure.html.render().strip(), 1),
        title=label,
        description=description,
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
    css, js = leaflet()
    inlined = {"leaflet": f"<script>{js}</script>", "leaflet_css": f"<style>{css}</style>"}
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
