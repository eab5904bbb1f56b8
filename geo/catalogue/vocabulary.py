"""The vocabulary of the tables, with every label in Chinese and English."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Mode = Literal["road", "rail", "water"]
RouteClass = Literal["expressway", "trunk", "hsr", "intercity", "conventional", "waterway"]
PlaceKind = Literal[
    "station",
    "interchange",
    "junction",
    "border",
    "port",
    "airport",
    "tunnel",
    "bridge",
    "town",
    "end",
]
Confidence = Literal["high", "medium", "low"]
Change = Literal["add", "upgrade", "close", "delay"]
MODES: tuple[Mode, ...] = get_args(Mode)
CLASSES_OF_MODE: dict[str, set[str]] = {
    "road": {"expressway", "trunk"},
    "rail": {"hsr", "intercity", "conventional"},
    "water": {"waterway"},
}
#: Traffic changes from one route to another only at a shared place of these kinds.
TRANSFER_KINDS = frozenset({"station", "interchange", "junction", "port", "airport"})
#: Classes of routes in Chinese and English.
CLASS_NAMES: dict[str, tuple[str, str]] = {
    "expressway": ("高速公路", "expressways"),
    "trunk": ("干线公路", "main roads"),
    "hsr": ("高速铁路", "high-speed railways"),
    "intercity": ("城际与快速铁路", "intercity railways"),
    "conventional": ("普速铁路", "conventional railways"),
    "waterway": ("航道", "waterways"),
}


class Label(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


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
