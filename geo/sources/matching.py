"""Which surveyed ways may carry a route: those of its class, by number, by name, or by neither."""

from __future__ import annotations

import re
import unicodedata

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.catalogue import Route
from geo.readers import CLASSES, KEY_OF_MODE, MINOR_ROADS, split_refs

#: What a metre costs on a way of the route, on a way without number and name, on another's.
BELONGS, SILENT, FOREIGN = 1.0, 1.3, 2.5
#: Tracks beside the line are no part of it; what a metre costs on those that join two tracks.
_SIDE_TRACKS, _CROSSOVER = {"siding", "yard", "spur"}, 3.0

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


def _names_in(text: str) -> list[str]:
    """Return the names in a text, and those that begin one: 渝厦高铁 of 渝厦高铁重庆段."""
    parts = re.split("[;/]", text)
    return parts + [found[0] for part in parts if (found := _LEADING.match(part))]


def _names_of(route: Route) -> dict[str, set[str]]:
    """Return the core names a route may go by, each with the kinds of line it may mean."""
    parts = [text for part in _PARTS.split(route.name) for text in _names_in(part)]
    names: dict[str, set[str]] = {}
    for text in [*parts, route.name_en, re.split(r"[(（]", route.name_en)[0]]:
        core, kind = core_name(text)
        if len(core) < 2:
            continue
        # 成渝铁路 and 成渝高铁 are two railways: the kind of the line must fit as well
        if route.mode != "rail" or (kind != "fast" and route.class_ != "conventional"):
            kinds = {"", "plain", "fast"}
        else:
            kinds = {"", kind or "plain"}
        names.setdefault(core, set()).update(kinds)
    return names


def _fits(text: str, names: dict[str, set[str]]) -> bool:
    return any(kind in names.get(core, ()) for core, kind in map(core_name, _names_in(text)))


def _tag(ways: gpd.GeoDataFrame, tag: str) -> pd.Series[str]:
    """Return a tag of every way, empty where it or its column is absent."""
    if tag not in ways.columns:
        return pd.Series("", index=ways.index, dtype=object)
    column = ways[tag].astype(object)
    text: pd.Series[str] = column.where(column.notna(), "").astype(str)
    return text


def _belongs(ways: gpd.GeoDataFrame, route: Route) -> pd.Series[str]:
    """Return what every way has: the number (ref) or a name of a route, none, or another's."""
    wanted, names = split_refs(route.ref), _names_of(route)
    ref = _tag(ways, "ref")
    # numbers are compared whole, not as text: G85;G93 holds G85 and not G8
    by_ref = ref.map({text: bool(split_refs(text) & wanted) for text in ref.unique()})
    by_name = pd.Series(data=False, index=ways.index)
    silent = ref == ""
    for tag in ("name", "name:zh", "name:en"):
        column = _tag(ways, tag)
        by_name |= column.map({text: _fits(text, names) for text in column.unique()}).astype(bool)
        silent &= column == ""
    kinds = np.select([by_ref.astype(bool), by_name, silent], ["ref", "name", "silent"], "foreign")
    return pd.Series(kinds, index=ways.index, dtype=object)


def usable_ways(ways: gpd.GeoDataFrame, route: Route) -> gpd.GeoDataFrame:
    """
    Return the ways of the class of a route with what they mean for it.

    Columns added: `belongs` (ref, name, silent, foreign), `built`, `factor` (what a metre
    costs) and `direction` (1 forward only, -1 backward only, 0 both).
    """
    classes = CLASSES[route.mode] | (MINOR_ROADS if route.class_ == "trunk" else {})
    kind = _tag(ways, KEY_OF_MODE[route.mode])
    unbuilt = kind.isin(["construction", "proposed"])
    for stage in ("construction", "proposed"):
        kind = kind.where(kind != stage, _tag(ways, stage))
    service = _tag(ways, "service")
    keep = kind.isin(classes) & ~service.isin(_SIDE_TRACKS)
    keep &= (ways.geometry.geom_type == "LineString") & ~ways.geometry.is_empty
    belongs = _belongs(ways, route)
    factor = kind.map(classes).astype(float)
    factor *= belongs.map({"ref": BELONGS, "name": BELONGS, "silent": SILENT, "foreign": FOREIGN})
    factor = factor.where(service != "crossover", factor * _CROSSOVER)
    direction = 0 if route.mode == "rail" else _direction(ways, kind, unbuilt)
    made = ways.assign(belongs=belongs, built=~unbuilt, factor=factor, direction=direction)
    return made[keep]


def _direction(
    ways: gpd.GeoDataFrame, kind: pd.Series[str], unbuilt: pd.Series[bool]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return 1 for ways of forward traffic only, -1 for backward only, 0 for both."""
    oneway = _tag(ways, "oneway").str.lower()
    forward = oneway.isin(["yes", "true", "1"])
    if (oneway != "").any():  # a layer that never says so may hold middle lines
        forward |= kind.isin(["motorway", "motorway_link"]) & (oneway == "") & ~unbuilt
    return np.select([oneway.isin(["-1", "reverse"]), forward], [-1, 1], 0)
