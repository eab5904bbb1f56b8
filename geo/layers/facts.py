"""What results of a day follow from, as a checksum under which they can be kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import partial
from typing import Any

from geo.catalogue import Catalogue
from geo.core import checksum, file_checksum, made_once
from geo.layers.layers import Layers
from geo.layers.status import open_sections

#: Where a value comes from, and how sure it is: nothing is computed from it.
_ORIGIN = frozenset({"source", "confidence", "notes"})
#: How things are called.
_LABELS = frozenset(
    {"name", "name_en", "ref", "route_zh", "route_en", "from_zh", "to_zh", "from_en", "to_en"}
)
#: How it comes that a section is open.
_DATES = frozenset({"started", "opened", "expected", "status", "stage", "assumed"})
#: What travel follows from in part only; whatever else layers hold counts whole.
_IN_PART = frozenset(
    {"catalogue", "places", "sections", "routes", "cities", "zones", "tracks", "span"}
)
#: The tables that travel follows from, beside those that layers are made of.
_TABLES = ("places", "cities", "zones", "train_services", "through_running", "station_calls",
           "speeds_by_period")  # fmt: skip


def travel_facts(layers: Layers, date: dt.date, *, labels: bool = False) -> str:
    """
    Return a checksum of everything that travel on a day follows from.

    That is what is open on the day, with its lines, standard and trains; places and people;
    the files of the region and what it says of itself. When or why a section that is open on the
    day opened, what others are planned for, and where all this is known from, do not count.

    Parameters
    ----------
    layers, date, labels
        The layers of the catalogue, the day, and whether names count too.

    Returns
    -------
    checksum
        As of `geo.core.checksum`.

    Examples
    --------
    >>> from datetime import date
    >>> day = date(2025, 12, 31)
    >>> late = geo.build_layers(cat.with_section("chengyu-middle-hsr-1", expected=2030))
    >>> travel_facts(late, day) == travel_facts(lay, day)
    True
    >>> fast = geo.build_layers(cat.with_section("chengyu-hsr-1", design_speed_kmh=250))
    >>> travel_facts(fast, day) == travel_facts(lay, day)
    False
    """
    make = partial(_day_facts, layers, date, labels=labels)
    day = made_once(layers, make, "facts", date, labels)
    return checksum(catalogue_facts(layers.catalogue, labels=labels), labels, day)


def _day_facts(layers: Layers, date: dt.date, *, labels: bool) -> str:
    """Return a checksum of what is open on a day, with its lines, and of places."""
    unused = _ORIGIN | _DATES if labels else _ORIGIN | _DATES | _LABELS
    sections = open_sections(layers, date)
    frames = sections, layers.places
    kept = [frame[[name for name in frame if name not in unused]] for frame in frames]
    routes = set(sections["route_id"].tolist())
    tracks = [
        (key, track.places, track.checksum if key in routes else "")
        for key, track in layers.tracks.items()
    ]
    spans = [(key, layers.span[key]) for key in sections.index.tolist()]
    users = layers.sections[["route_id", "shares"]]
    more = [getattr(layers, own.name) for own in fields(layers) if own.name not in _IN_PART]
    return checksum(date, spans, tracks, users, more, *kept)


def catalogue_facts(catalogue: Catalogue, *, labels: bool = False) -> str:
    """Return a checksum of the tables and files that travel follows from on any day."""
    known: dict[bool, str] = catalogue.__dict__.setdefault("_facts", {})
    if labels not in known:
        unused = _ORIGIN if labels else _ORIGIN | _LABELS
        names = (*_TABLES, "routes") if labels else _TABLES
        tables = [
            [name, *(_cells(row, unused) for row in getattr(catalogue, name))] for name in names
        ]
        known[labels] = checksum(catalogue.region, tables)
    return checksum(known[labels], base_files(catalogue))


def _cells(row: Any, unused: frozenset[str]) -> list[Any]:
    return [value for key, value in row.__dict__.items() if key not in unused]


def base_files(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return the files of a region beside its tables, with checksums, empty where none is."""
    region = catalogue.region
    names = [*region.base.model_dump().values(), *region.context.model_dump().values()]
    return [(name, file_checksum(catalogue.folder / name)) for name in names if name]
