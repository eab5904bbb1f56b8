"""The vocabulary of the tables: modes, classes, kinds of places."""

from __future__ import annotations

from typing import Literal, get_args

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
