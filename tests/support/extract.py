"""Small made-up OpenStreetMap extracts, written as PBF."""

from __future__ import annotations

from pathlib import Path

DATE = "2026-03-01T00:00:00Z"


def write(
    path: Path,
    ways,
    points=(),
    *,
    box=None,
    date=DATE,
    missing=(),
    nodes_last=False,
    relations=(),
    form="",
):
    """
    Write ways ((lon, lat) points, tags) and points (lon, lat, tags).

    Equal coordinates are one node; nodes at the coordinates `missing` are left out. `relations`
    are (numbers of ways counted from 1, tags), `box` the bounds in the header, `form` the format
    of libosmium.
    """
    import osmium
    from osmium.osm.mutable import Node, Relation, Way

    head = osmium.io.Header()
    if date:
        head.set("osmosis_replication_timestamp", date)
    if box:
        head.add_box(osmium.osm.Box(*box))
    spots: dict[tuple[float, float], int] = {}
    tagged = {}
    for lon, lat, tags in points:
        tagged[spots.setdefault((lon, lat), len(spots) + 1)] = tags
    refs = [[spots.setdefault(tuple(p), len(spots) + 1) for p in line] for line, _ in ways]
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(osmium.io.File(str(path), form), header=head) as writer:

        def nodes():
            for spot, key in spots.items():
                if spot not in missing:
                    writer.add_node(Node(id=key, location=spot, tags=tagged.get(key, {})))

        if not nodes_last:
            nodes()
        for key, (way, (_, tags)) in enumerate(zip(refs, ways, strict=True), 1):
            writer.add_way(Way(id=key, nodes=way, tags=tags))
        if nodes_last:
            nodes()
        for key, (members, tags) in enumerate(relations, 1):
            parts = [("w", way, "") for way in members]
            writer.add_relation(Relation(id=key, members=parts, tags=tags))
    return path
