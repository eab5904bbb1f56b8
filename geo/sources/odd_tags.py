"""What is taken out of an extract before a draft, and listed: odd tags, roads nobody may use."""

from __future__ import annotations

import re
from collections.abc import Callable

import geopandas as gpd

from geo.catalogue import MOST_PEOPLE, cell_fault
from geo.core import Message, is_unknown, shown
from geo.readers import barred_by
from geo.sources.coverage import LeftOut

#: Tags that become names of routes, places and cities, or numbers of routes.
NAMES = ("name", "name:zh-Hans", "name:zh", "name:en", "ref")


def without_odd_tags(
    elements: gpd.GeoDataFrame, kind: str = ""
) -> tuple[gpd.GeoDataFrame, list[LeftOut]]:
    """
    Return ways or points of an extract without the tags that no table can hold, and these.

    Elements are indexed by OSM id; all are of one kind, node or way, or have `osm_type`.
    """
    odd: list[LeftOut] = []
    clean = elements.copy()
    kinds = [kind] * len(elements) if kind else elements["osm_type"].tolist()
    for tag in (*NAMES, "population"):
        if tag not in elements:
            continue
        fault_of: Callable[[str], Message | None] = _count_fault
        if tag in NAMES:
            fault_of = _name_fault
        faults = [None if is_unknown(value) else fault_of(value) for value in elements[tag]]
        clean[tag] = elements[tag].where([fault is None for fault in faults], None)
        found = zip(kinds, elements.index, elements[tag], faults, strict=True)
        odd += [
            LeftOut(of, int(osm_id), tag, repr(shown(value)), fault)
            for of, osm_id, value, fault in found
            if fault is not None
        ]
    return clean, sorted(odd)


def without_barred_roads(ways: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[LeftOut]]:
    """Return ways without the built roads that the public may not use, and why not."""
    reasons = barred_by(ways).where(ways["highway"].notna(), "")
    reasons = reasons.where(~ways["highway"].isin(["construction", "proposed"]), "")
    barred = reasons[reasons != ""]
    expected = Message("expected a road that the public may use")
    closed = []
    for osm_id, reason in zip(barred.index.tolist(), barred.tolist(), strict=True):
        tag, _, value = reason.partition("=")
        closed.append(LeftOut("way", osm_id, tag, value, expected))
    return ways[reasons == ""], sorted(closed)


def _name_fault(text: str) -> Message | None:
    """Return why a text cannot be a name, also where that of another follows in brackets."""
    return (
        cell_fault(f"{text}(|") if text.strip() else Message("expected a name that is not blank")
    )


def _count_fault(text: str) -> Message | None:
    """Return why a number of people is none; what is not even a number is no number for long."""
    digits = re.sub(r"\D", "", text)
    if len(digits) > len(str(MOST_PEOPLE)) or int(digits or 0) >= MOST_PEOPLE:
        return Message("expected fewer than {number:,} people", number=MOST_PEOPLE)
    return None
