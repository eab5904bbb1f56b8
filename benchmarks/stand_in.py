"""
A made-up country: copies of real extracts side by side, as large as wanted.

    python benchmarks/stand_in.py OUT.osm.pbf --megabytes 500 EXTRACT ...

Every copy is moved to its own place in a grid and has its own ids; numbers and names of its roads
and railways carry the number of the copy, for in a country too every road has a number of its own.
It stands in for an extract of that size where none is at hand: drafting it takes the time of as
many towns, but no route is longer than one of them. OUT is large: keep it out of the repository.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import osmium
from osmium.osm.mutable import Node, Relation, Way

#: Degrees between two copies, and between their ids.
APART, IDS = 0.3, 10**10
TOLD_APART = ("ref", "name")


class Extract(NamedTuple):
    """The elements of an extract, in degrees from its south-west corner."""

    nodes: list[tuple[int, float, float, dict[str, str]]]
    ways: list[tuple[int, list[int], dict[str, str]]]
    relations: list[tuple[int, list[tuple[str, int, str]], dict[str, str]]]
    bytes: int


def read(file: Path) -> Extract:
    """Read all elements of an extract."""
    found = Extract([], [], [], file.stat().st_size)
    for item in osmium.FileProcessor(str(file)):
        tags = {tag.k: tag.v for tag in item.tags}
        if item.is_node():
            found.nodes.append((item.id, item.location.lon, item.location.lat, tags))
        elif item.is_way():
            found.ways.append((item.id, [node.ref for node in item.nodes], tags))
        elif item.is_relation():
            members = [(part.type, part.ref, part.role) for part in item.members]
            found.relations.append((item.id, members, tags))
    west, south = (min(node[k] for node in found.nodes) for k in (1, 2))
    moved = [(key, lon - west, lat - south, tags) for key, lon, lat, tags in found.nodes]
    return found._replace(nodes=moved)


def numbered(tags: dict[str, str], copy: int) -> dict[str, str]:
    """Return the tags of a road, a railway or a route with the number of the copy."""
    if not tags.keys() & {"highway", "railway", "route"}:
        return tags
    return {key: f"{value} {copy}" if key in TOLD_APART else value for key, value in tags.items()}


def elements(extracts: list[Extract], copies: int) -> Iterator[Any]:
    """Yield the elements of all copies: nodes, then ways, then relations."""
    columns = math.isqrt(copies) + 1
    for k in range(copies):
        x, y = 8 + APART * (k % columns), 40 + APART * (k // columns)
        for key, lon, lat, tags in extracts[k % len(extracts)].nodes:
            yield Node(id=key + k * IDS, location=(x + lon, y + lat), tags=tags)
    for k in range(copies):
        for key, refs, tags in extracts[k % len(extracts)].ways:
            nodes = [ref + k * IDS for ref in refs]
            yield Way(id=key + k * IDS, nodes=nodes, tags=numbered(tags, k))
    for k in range(copies):
        for key, members, tags in extracts[k % len(extracts)].relations:
            parts = [(kind, ref + k * IDS, role) for kind, ref, role in members]
            yield Relation(id=key + k * IDS, members=parts, tags=numbered(tags, k))


def main() -> None:
    """Write copies until the file is as large as wanted, about."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--megabytes", type=float, default=93.0)
    chosen = parser.parse_args()
    extracts = [read(file) for file in chosen.files]
    mean = sum(extract.bytes for extract in extracts) / len(extracts)
    copies = round(chosen.megabytes * 1e6 / mean)
    with osmium.SimpleWriter(str(chosen.out), overwrite=True) as writer:
        add = {Node: writer.add_node, Way: writer.add_way, Relation: writer.add_relation}
        for item in elements(extracts, copies):
            add[type(item)](item)
    print(f"{copies} copies, {chosen.out.stat().st_size / 1e6:.0f} MB: {chosen.out}")


if __name__ == "__main__":
    main()
