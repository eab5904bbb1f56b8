"""Which surveyed ways may carry a route: by class, number and name."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.tables import Route

#: Tags that are read off a way; a column that is missing is a tag that is absent.
TAGS = (
    "highway",
    "railway",
    "waterway",
    "construction",
    "proposed",
    "ref",
    "name",
    "name:zh",
    "name:en",
    "oneway",
    "layer",
    "bridge",
    "tunnel",
    "maxspeed",
    "lanes",
    "usage",
    "service",
    "highspeed",
    "opening_date",
    "start_date",
)
#: Classes of main roads, the highest first; slip roads have the suffix ``_link``.
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
#: The tag that makes a way one of a mode.
KEY_OF_MODE = {"road": "highway", "rail": "railway", "water": "waterway"}
#: What a metre on a way of each class costs; other classes carry no route of the catalogue.
CLASSES = {
    "road": {"motorway": 1.0, "trunk": 1.3, "motorway_link": 3.0, "trunk_link": 3.0},
    "rail": {"rail": 1.0},
    "water": {"river": 1.0, "canal": 1.2, "fairway": 1.0},
}
#: Tracks beside the line, and those that join two tracks.
_ASIDE, _JOINING = {"siding", "yard", "spur"}, 3.0
#: What a metre on a way costs that belongs to the route, that says nothing, and to another one.
BELONGS, SILENT, FOREIGN = 1.0, 1.3, 2.5

_FAST = ("高速铁路", "高铁", "客运专线", "客专", "城际铁路", "城际")
_PLAIN = ("铁路", "线")
_ROAD = ("高速公路", "高速", "快速路", "公路")
_WATER = ("干线航道", "航道", "水道")
_TRACK = re.compile(r"(上行|下行|左|右|[一二ⅠⅡ])线$|双线$")
_ENGLISH = re.compile(
    r"\b(expressway|motorway|freeway|highway|railway|railroad|line|waterway|river"
    r"|intercity|inter-city|high-?speed|high speed|passenger|dedicated|hsr|rail)\b"
)
_FAST_ENGLISH = re.compile(r"\b(intercity|inter-city|high-?speed|high speed|passenger|hsr)\b")
_PARTS = re.compile(r"[()（）/、,，;；·+\s]|[–—~～-]")
#: A name at the start of a longer text: 渝厦高铁 of 渝厦高铁重庆东.
_LEADING = re.compile(r".+?(?:高速铁路|高铁|客运专线|城际铁路|铁路|高速公路|高速)")


def split_refs(text: object) -> frozenset[str]:
    """Return the numbers in a `ref`: whole items, without spaces and hyphens, in capitals."""
    if not isinstance(text, str):
        return frozenset()
    plain = unicodedata.normalize("NFKC", text).upper()
    items = (re.sub(r"[\s\-]", "", item) for item in re.split(r"[;,/、]", plain))
    return frozenset(item for item in items if item)


def core_name(text: str) -> tuple[str, str]:
    """Return a name without the word for its kind, and that kind: fast, plain or unknown."""
    name = unicodedata.normalize("NFKC", text).casefold().strip()
    if name.isascii() or not re.search(r"[\u4e00-\u9fff]", name):
        kind = "fast" if _FAST_ENGLISH.search(name) else ""
        return re.sub(r"[\W_]", "", _ENGLISH.sub("", name)), kind
    name = re.sub(r"^[gs]\d+|[\s]", "", name)
    name = _TRACK.sub("", name)
    for suffixes, kind in ((_FAST, "fast"), (_PLAIN, "plain"), (_ROAD, ""), (_WATER, "")):
        for suffix in suffixes:
            if name.endswith(suffix) and len(name) > len(suffix) + 1:
                return name.removesuffix(suffix), kind
    return name, ""


def _spoken(text: str) -> list[str]:
    """Return the names in a text, and those that begin one: 渝厦高铁 of 渝厦高铁重庆段."""
    parts = re.split("[;/]", text)
    return parts + [found[0] for part in parts if (found := _LEADING.match(part))]


def names_of(route: Route) -> dict[str, set[str]]:
    """Return the names a route may go by, each with the kinds of line it may mean."""
    parts = [text for part in _PARTS.split(route.name_zh) for text in _spoken(part)]
    texts = [*parts, route.name_en, re.split(r"[(（]", route.name_en)[0]]
    known: dict[str, set[str]] = {}
    for text in texts:
        core, kind = core_name(text)
        if len(core) < 2:
            continue
        if route.mode != "rail":
            kinds = {"", "plain", "fast"}
        elif kind == "fast":
            kinds = {"fast", ""}
        else:
            slow = route.class_ == "conventional"
            kinds = {"plain", ""} if slow else {"plain", "fast", ""}
        known.setdefault(core, set()).update(kinds)
    return known


def _column(ways: gpd.GeoDataFrame, tag: str) -> pd.Series[str]:
    """Return a tag of every way, empty where it is absent."""
    if tag not in ways.columns:
        return pd.Series("", index=ways.index, dtype=object)
    column = ways[tag].astype(object)
    text: pd.Series[str] = column.where(column.notna(), "").astype(str)
    return text


def _belongs(ways: gpd.GeoDataFrame, route: Route) -> pd.Series[str]:
    """Return how every way belongs: ref, name, silent (it says nothing) or foreign."""
    wanted, names = split_refs(route.ref), names_of(route)
    ref = _column(ways, "ref")
    numbers = {text: split_refs(text) for text in ref.unique()}
    by_ref = ref.map(lambda text: bool(numbers[text] & wanted)).astype(bool)
    by_name = pd.Series(data=False, index=ways.index)
    silent = ref == ""
    for tag in ("name", "name:zh", "name:en"):
        column = _column(ways, tag)
        fits = {
            text: any(kind in names.get(core, ()) for core, kind in map(core_name, _spoken(text)))
            for text in column.unique()
        }
        by_name |= column.map(fits).astype(bool)
        silent &= column == ""
    kinds = np.select([by_ref, by_name, silent], ["ref", "name", "silent"], "foreign")
    return pd.Series(kinds, index=ways.index, dtype=object)


def usable(ways: gpd.GeoDataFrame, route: Route) -> gpd.GeoDataFrame:
    """
    Return the ways of the class of a route.

    The columns added: `belongs` (ref, name, silent, foreign), `built`, `factor` (what a metre
    costs) and `direction` (1 forward only, -1 backward only, 0 both).
    """
    key, classes = KEY_OF_MODE[route.mode], CLASSES[route.mode]
    tag = _column(ways, key)
    unbuilt = tag.isin(["construction", "proposed"])
    real = tag.where(tag != "construction", _column(ways, "construction"))
    real = real.where(tag != "proposed", _column(ways, "proposed"))
    service = _column(ways, "service")
    keep = real.isin(classes) & ~service.isin(_ASIDE)
    keep = keep & (ways.geometry.geom_type == "LineString") & ~ways.geometry.is_empty
    belongs = _belongs(ways, route)
    factor = real.map(classes).astype(float)
    factor *= belongs.map({"ref": BELONGS, "name": BELONGS, "silent": SILENT}).fillna(FOREIGN)
    factor = factor.where(service != "crossover", factor * _JOINING)
    oneway = _column(ways, "oneway").str.lower()
    forward = oneway.isin(["yes", "true", "1"])
    if (oneway != "").any():  # a layer that never tells may hold middle lines
        forward |= real.isin(["motorway", "motorway_link"]) & (oneway == "") & ~unbuilt
    direction = np.select([oneway.isin(["-1", "reverse"]), forward], [-1, 1], 0)
    if route.mode == "rail":
        direction = np.zeros_like(direction)
    made = ways.assign(belongs=belongs, built=~unbuilt, factor=factor, direction=direction)
    return made[keep]
