"""Which routes a way belongs to, by its numbers or its name, and what a route is called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from pandas import DataFrame, Series

from geo.readers import class_of, ref_key, split_ref
from geo.sources.junctions import element_names

#: A name holds for a route where it holds for this share of its length.
MOSTLY = 0.5
#: Two numbers are of one road where each has this share of the length of the other.
SAME_ROAD = 0.9
#: A numbered road with a longer name is called by its number.
LONGEST_NAME = 40
#: European and Asian numbers, which roads carry beside their own.
INTERNATIONAL = re.compile(r"(E|AH)\d+")
#: The key of all railways that have neither a name nor a number.
NAMELESS = "rail "
_TRACK = re.compile(r"[(（]?(?:上行|下行)线?[)）]?$")


class Title(NamedTuple):
    """What a route is called."""

    route_id: str
    mode: str
    ref: str
    zh: str
    en: str


def without_tracks(tags: DataFrame) -> DataFrame:
    """Return tags in which the two tracks of a railway have one name."""
    rail = tags["railway"].notna()
    plain = {key: tags[key].str.replace(_TRACK, "", regex=True) for key in ("name", "name:zh")}
    return tags.assign(**{key: tags[key].where(~rail, text) for key, text in plain.items()})


def route_keys(tags: DataFrame, km: Series[float]) -> list[list[str]]:
    """
    Return the routes of every edge: one for each of its numbers, or one by its name.

    International numbers count where a road has no other one. Numbers that always go together
    are one road. A railway is known by its name, or by that of most of its number; those with
    neither have one key together (:data:`NAMELESS`).
    """
    on_rail = tags["railway"].notna() & tags["highway"].isna()
    rail = on_rail.tolist()
    kinds, refs = class_of(tags).tolist(), [split_ref(text) for text in tags["ref"]]
    # a tunnel or a bridge of a railway with a number has a name of its own
    passing = (tags["tunnel"].notna() | tags["bridge"].notna()) & on_rail & tags["ref"].notna()
    names = tags["name"].where(~passing, None).tolist()
    line_of = _names_by_number(refs, names, km, on_rail & ~passing)
    keys: list[list[str]] = []
    for items, name, is_rail, kind in zip(refs, names, rail, kinds, strict=True):
        plain = name if isinstance(name, str) else ""
        if kind.endswith("_link"):
            keys.append([])
        elif is_rail:
            text = plain or (line_of.get(items[0], items[0]) if items else "")
            keys.append([f"rail {text}"] if text else [NAMELESS])
        elif items:
            numbers = list(dict.fromkeys(map(ref_key, items)))
            own = [number for number in numbers if not INTERNATIONAL.fullmatch(number)]
            keys.append([f"road {number}" for number in own or numbers])
        else:
            keys.append([f"name {plain}"] if plain else [])
    return _one_road(keys, km)


def _names_by_number(
    refs: list[list[str]], names: list[Any], km: Series[float], counts: Series[bool]
) -> dict[str, str]:
    """Return what most of the length of the number of a railway is called."""
    total: dict[str, float] = defaultdict(float)
    named: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for items, name, length, does in zip(refs, names, km, counts, strict=True):
        if does and items:
            total[items[0]] += length
            if isinstance(name, str):
                named[items[0]][name] += length
    found = {}
    for ref, lengths in named.items():
        best = max(lengths, key=lambda name: (lengths[name], name))
        if lengths[best] >= MOSTLY * total[ref]:
            found[ref] = best
    return found


def _one_road(keys: list[list[str]], km: Series[float]) -> list[list[str]]:
    """Let the second of two numbers that always go together go: it stays in the table."""
    alone: dict[str, float] = defaultdict(float)
    both: dict[tuple[str, str], float] = defaultdict(float)
    for items, length in zip(keys, km, strict=True):
        for k, item in enumerate(items):
            alone[item] += length
            for other in items[:k]:
                both[other, item] += length
    gone = {
        second
        for (first, second), length in both.items()
        if length >= SAME_ROAD * max(alone[first], alone[second])
    }
    return [[item for item in items if item not in gone] or items[:1] for items in keys]


def route_title(names: tuple[str, str, str], mode: str, new_id: Any, part: int) -> Title:
    """Return what a line of a route is called; further lines of one route are numbered."""
    ref, zh, en = names
    first = ref.split("/")[0] if mode == "road" else ""
    suffix = f" ({part})" if part > 1 else ""
    return Title(new_id(first, en, zh, mode), mode, ref, zh + suffix, en + suffix)


def names_of_route(key: str, mode: str, tags: DataFrame, km: Any) -> tuple[str, str, str]:
    """Return the number and the names of a route; a number stands for a missing name."""
    kind, _, own = key.partition(" ")
    own = own if kind == "road" else ""
    carried: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for text, length in zip(tags["ref"], km, strict=True):
        for item in dict.fromkeys(split_ref(text)):
            carried[ref_key(item)][item] += length
    total = float(km.sum())
    most = {key: sum(found.values()) for key, found in carried.items()}
    least = {
        key: SAME_ROAD if own and not INTERNATIONAL.fullmatch(key) else MOSTLY for key in most
    }
    numbers = [key for key in most if key == own or most[key] >= least[key] * total]
    numbers.sort(key=lambda key: (key != own, -most[key], key))
    spelled = [max(carried[key], key=lambda text: (carried[key][text], text)) for key in numbers]
    ref = "/".join(spelled)
    found = []
    for texts in names_of(tags):
        name, share = prevailing(texts, km)
        said = sum(length for text, length in zip(texts, km, strict=True) if text)
        # streets of towns along a numbered road are not its name
        is_name = MOSTLY <= share >= SAME_ROAD * said / total and len(name) <= LONGEST_NAME
        if not own and mode == "road" and share < MOSTLY:
            other = prevailing([text if text != name else "" for text in texts], km)[0]
            name = " – ".join(filter(None, (name, other)))
        found.append(name if is_name or mode == "rail" or not own else "")
    zh, en = found
    return ref, zh or ref or en, en or ref or zh


def names_of(tags: DataFrame) -> Iterable[tuple[str, ...]]:
    """Return the Chinese names of ways, and the English ones."""
    rows = tags[["name", "name:zh", "name:en"]].to_dict("records")
    return zip(*map(element_names, rows), strict=True)


def prevailing(values: Iterable[Any], length: Any) -> tuple[str, float]:
    """Return the text that holds for most of the length, and its share; empty where none."""
    sums: dict[str, float] = {}
    for value, metres in zip(values, length, strict=True):
        if isinstance(value, str) and value:
            sums[str(value)] = sums.get(str(value), 0.0) + float(metres)
    total = float(np.sum(length))
    if not sums or not total:
        return "", 0.0
    best = max(sums, key=lambda value: (sums[value], value))
    return best, sums[best] / total
