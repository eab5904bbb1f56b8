"""Online tiles below the maps, only where they are asked for.

A page with tiles stands beside the offline page of the same map, never in its place. Tiles in
GCJ-02 are moved to where they belong, so that everything drawn on them stays in WGS-84.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from geo.catalogue import Label
from geo.core import BadInputError, Message
from geo.maps.bundling import page_script
from geo.maps.offline import CONTENT_POLICY, MissingAssetError, json_block
from geo.maps.texts import asset

#: The variable of the environment that holds the token of Tianditu.
TIANDITU_VARIABLE = "GEO_TIANDITU_TOKEN"
_GAODE = (
    "https://webrd01.is.autonavi.com/appmaptile"
    "?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
)
_TIANDITU = (
    "https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={token}"
)
_OWN_SERVER = re.compile(r"https://|http://(?:127\.0\.0\.1|localhost)[:/]")
_FOREIGN = re.compile(r"[^\w.~:/?&=%+{},-]", re.ASCII)


class Tiles(NamedTuple):
    """
    A provider of tiles.

    The key becomes part of the file name; `urls` are templates with ``{z}``, ``{x}`` and
    ``{y}``, one per layer from the bottom; the credit is a text and where it links to.
    `notice` is what the user has to know when such a page is written.
    """

    key: str
    label: Label
    urls: tuple[str, ...]
    datum: str
    credit: tuple[str, str]
    notice: str = ""


OSM = Tiles(
    "osm",
    Label("OpenStreetMap", "OpenStreetMap"),
    ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
    "wgs84",
    ("© OpenStreetMap contributors", "https://www.openstreetmap.org/copyright"),
    "tiles of OpenStreetMap load only in pages that come from a web server: "
    "python -m http.server shows the folder",
)
GAODE = Tiles(
    "gaode",
    Label("高德地图", "Gaode (AutoNavi)"),
    (_GAODE,),
    "gcj02",
    ("© 高德地图 AutoNavi", "https://www.amap.com/"),
)
#: What can be asked for by name.
PROVIDERS = ("osm", "gaode", "tianditu", "none")


def tile_provider(name: str, *, url: str = "", datum: str = "wgs84") -> Tiles | None:
    """
    Return the tiles that are asked for.

    Parameters
    ----------
    name
        ``osm``, ``gaode``, ``tianditu`` or ``none``.
    url, datum
        Template of a server of one's own, with ``{z}``, ``{x}`` and ``{y}``, instead of a name;
        and its datum, ``wgs84`` or ``gcj02``.

    Returns
    -------
    tiles
        The provider, or None for no tiles.

    Raises
    ------
    BadInputError
        When the name is unknown, the token of Tianditu is missing, or the template cannot be
        used.

    Examples
    --------
    >>> tile_provider("none") is None
    True
    >>> tile_provider("osm").datum, tile_provider("gaode").datum
    ('wgs84', 'gcj02')
    """
    if url:
        if name != "none":
            raise BadInputError("--tile-url: expected no --tiles beside it, not {name}", name=name)
        return _own_server(url, datum)
    found = {"osm": lambda: OSM, "gaode": lambda: GAODE, "tianditu": _tianditu}
    if name == "none":
        return None
    if name not in found:
        raise BadInputError(
            "--tiles {name!r}: expected {known}", name=name, known=", ".join(PROVIDERS)
        )
    return found[name]()


def _tianditu() -> Tiles:
    token = os.environ.get(TIANDITU_VARIABLE, "").strip()
    if not re.fullmatch(r"[A-Za-z0-9]+", token):
        state = "is not set" if not token else "holds other characters than letters and digits"
        raise BadInputError(
            "--tiles tianditu: {variable} {state}; it takes the token of your key",
            variable=TIANDITU_VARIABLE,
            state=Message(state),
        )
    return Tiles(
        "tianditu",
        Label("天地图", "Tianditu"),
        tuple(_TIANDITU.format(layer=layer, token=token) for layer in ("vec", "cva")),
        "wgs84",
        ("© 国家地理信息公共服务平台 天地图 Tianditu", "https://www.tianditu.gov.cn/"),
        f"the pages hold the token of {TIANDITU_VARIABLE} in readable form: "
        "whoever gets such a file can use the token",
    )


def _own_server(url: str, datum: str) -> Tiles:
    wrong = [part for part in ("{z}", "{x}", "{y}") if part not in url]
    if wrong or _FOREIGN.search(url) or not _OWN_SERVER.match(url) or not urlsplit(url).hostname:
        raise BadInputError(
            "--tile-url {url!r}: expected https://HOST/… with {{z}}, {{x}} and {{y}} (http only "
            "on this machine)",
            url=url,
        )
    if "{" in re.sub(r"\{[xyz]\}", "", url) or "{" in urlsplit(url).netloc:
        raise BadInputError(
            "--tile-url {url!r}: expected no other braces than z, x and y", url=url
        )
    if datum not in ("wgs84", "gcj02"):
        raise BadInputError("--tile-datum {datum!r}: expected wgs84 or gcj02", datum=datum)
    host = str(urlsplit(url).hostname)
    return Tiles("own", Label(host, host), (url,), datum, (f"© {host}", ""))


def page_files(pages: Mapping[str, str], tiles: Tiles | None) -> dict[str, str]:
    """
    Return pages by the names of their files, on tiles where some are asked for.

    Parameters
    ----------
    pages, tiles
        HTML of offline pages by name, and the provider, whose host is the only one the pages may
        load images from. Of the pages only those with a map get tiles, in files of their own.

    Returns
    -------
    files
        HTML by name of file; links lead to the other pages with tiles.

    Raises
    ------
    MissingAssetError
        When tiles are to go into what is no page of this package.

    Examples
    --------
    >>> list(page_files({"network": "<p>A page</p>"}, None))
    ['network.html']
    """
    if tiles is None:
        return {f"{name}.html": page for name, page in pages.items()}
    mapped = {name: page for name, page in pages.items() if "L.map(" in page}
    return {_file(name, tiles): with_tiles(page, tiles, mapped) for name, page in mapped.items()}


def _file(page: str, tiles: Tiles) -> str:
    """Return the file of a page with tiles, which never replaces the one without."""
    return f"{page}-{tiles.key}.html"


def with_tiles(page: str, tiles: Tiles, pages: Collection[str] = ()) -> str:
    """Return a page whose maps lie on tiles; links lead to those of other pages with tiles."""
    if page.count(CONTENT_POLICY) != 1 or page.count("</head>") != 1:
        raise MissingAssetError("tiles need a page of this package")
    hosts = sorted({"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in tiles.urls})
    policy = CONTENT_POLICY.replace("img-src ", f"img-src {' '.join(hosts)} ")
    spec = {"urls": tiles.urls, "datum": tiles.datum, "label": tiles.label, "credit": tiles.credit}
    parts = [
        f"<style>\n{asset('tiles.css')}</style>",
        json_block("data-tiles", spec),
        f"<script>\n{page_script('tiles')}geo.tiles();\n</script>",
    ]
    page = page.replace(CONTENT_POLICY, policy)
    page = page.replace("</head>", "\n".join(parts) + "\n</head>")
    for name in pages:
        page = page.replace(f'href="{name}.html', f'href="{_file(name, tiles)}')
    return page
