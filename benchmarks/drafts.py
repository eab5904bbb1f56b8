"""
Drafts against the centre line of OpenStreetMap.

    python benchmarks/drafts.py EXTRACT ... [--roads primary] [--missing]

Every extract is drafted as ``geo new --from-pbf EXTRACT --roads primary`` does, and the draft
compared with the ways of the extract that carry a number: how much of their centre line is drawn
under that number, class by class; how much is drawn where no road is, or none of that number; how
many routes a number became; and at how many places where two numbers meet the draft has a place on
both. Prints one table.

A way of a dual carriageway counts half. A way is drawn where a line of each of its numbers runs
within 100 m; a line is there where a way lies within 65 m. Two numbers meet at a node, or over
slip roads of 1.5 km; meetings of the same two within 1 km are one.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

import geo
from geo.geometry import metric_crs
from geo.network import node_ways
from geo.readers import class_of, read_pbf, split_refs
from geo.sources import draft_region

CLASSES = ("motorway", "trunk", "primary")
#: Ways are sampled at this distance; a line this near draws a way, a way this near carries a line.
STEP_M, DRAWN_M, THERE_M = 50.0, 100.0, 65.0
RAMP_M, CLUSTER_M, PLACE_M = 1500.0, 1000.0, 1500.0
HEAD = ("extract", "class", "km with a number", "drawn", "drawn where no road is",
        "under a wrong number", "routes per number", "junctions", "s", "GB")  # fmt: skip


class Numbered(NamedTuple):
    """Lines in metres with their numbers, in points that each stand for some metres."""

    numbers: list[frozenset[str]]
    spots: Any
    line: Any
    metres: Any

    def of(self, number: str) -> Any:
        """Return which points lie on lines with a number."""
        return np.array([number in own for own in self.numbers], bool)[self.line]


def numbered(shapes: Any, numbers: list[frozenset[str]], weight: Any = 1.0) -> Numbered:
    """Sample lines."""
    length = shapely.length(shapes)
    count = np.maximum(np.ceil(length / STEP_M), 1).astype(int)
    line = np.repeat(np.arange(len(shapes)), count)
    step = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    at = shapely.line_interpolate_point(shapes[line], (step + 0.5) / count[line], normalized=True)
    return Numbered(numbers, shapely.get_coordinates(at), line, (length * weight / count)[line])


def near(spots: Any, others: Any, reach: float) -> Any:
    """Return which points have another one within reach."""
    if not len(others):
        return np.zeros(len(spots), bool)
    return np.isfinite(KDTree(others).query(spots, distance_upper_bound=reach)[0])


def meetings(
    ways: gpd.GeoDataFrame, numbers: list[frozenset[str]], crs: Any
) -> dict[tuple[str, str], list[Any]]:
    """Return where each two numbers meet, in metres."""
    nodes, edges = node_ways(ways)
    points = gpd.GeoSeries(gpd.points_from_xy(nodes["lon"], nodes["lat"]), crs=4326).to_crs(crs)
    xy = shapely.get_coordinates(points.to_numpy())
    link = edges["class"].str.endswith("_link").to_numpy(bool)
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    carried: dict[int, set[frozenset[str]]] = defaultdict(set)
    for a, b, way, slip in zip(u, v, edges["osm_id"], link, strict=True):
        if numbers[way] and not slip:
            carried[a].add(numbers[way])
            carried[b].add(numbers[way])
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for node, sets in carried.items():
        for a, b in itertools.combinations(sorted(frozenset[str]().union(*sets)), 2):
            if any((a in refs) != (b in refs) for refs in sets):
                found[a, b].append(xy[node])
    matrix = coo_array((np.ones(link.sum()), (u[link], v[link])), shape=(len(xy),) * 2)
    part = connected_components(matrix, directed=False)[1]
    slips: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for node in {*u[link].tolist(), *v[link].tolist()} & set(carried):
        for ref in frozenset[str]().union(*carried[node]):
            slips[part[node]][ref].add(node)
    for at in slips.values():
        for a, b in itertools.combinations(sorted(at), 2):
            found[a, b] += over_slips(xy, at[a], at[b])
    return {pair: list(clustered(np.array(spots))) for pair, spots in found.items() if spots}


def over_slips(xy: Any, a: set[int], b: set[int]) -> Iterator[Any]:
    """Yield the middle of the shortest slip road between two numbers, unless both share it."""
    for left, right in ((sorted(a - b), sorted(b)), (sorted(a), sorted(b - a))):
        if left and right:
            distance, index = map(np.asarray, KDTree(xy[right]).query(xy[left]))
            k = int(distance.argmin())
            if distance[k] < RAMP_M:
                yield (xy[left[k]] + xy[right[index[k]]]) / 2
                return


def clustered(points: Any) -> Iterator[Any]:
    """Yield one point for those that lie close together."""
    if len(points) < 2:
        yield from points
        return
    label = fcluster(linkage(points, "complete"), CLUSTER_M, "distance")
    yield from (points[label == k].mean(axis=0) for k in np.unique(label))


def read(file: Path, frame: tuple[float, ...], crs: Any) -> tuple[gpd.GeoDataFrame, Numbered]:
    """Return the roads of an extract inside a frame, and those that carry a number."""
    ways = read_pbf(file)
    ways = ways[ways["highway"].notna()].reset_index(drop=True)
    inside = shapely.clip_by_rect(ways.geometry.to_numpy(), *frame)
    ways = ways.set_geometry(inside, crs=4326).explode()
    ways = ways[shapely.length(ways.geometry.to_numpy()) > 0].reset_index(drop=True)
    kind = class_of(ways)
    refs = [split_refs(ref) if of in CLASSES else frozenset()
            for ref, of in zip(ways["ref"], kind, strict=True)]  # fmt: skip
    half = ways["oneway"].isin(["yes", "1", "-1"]) | (kind == "motorway")
    return ways.assign(kind=kind), numbered(
        ways.to_crs(crs).geometry.to_numpy(), refs, np.where(half, 0.5, 1.0)
    )


def junctions_found(layers: Any, routes: Any, real: dict[tuple[str, str], list[Any]]) -> list[Any]:
    """Return, for each real junction of two numbers that are drawn, whether it has a place."""
    places = layers.places.to_crs(routes.crs)
    at = shapely.get_coordinates(places.geometry.to_numpy())
    refs = {key: split_refs(ref) for key, ref in routes["ref"].items()}
    on = [frozenset[str]().union(*(refs.get(key, frozenset()) for key in text.split(";")))
          for text in places["routes"]]  # fmt: skip
    drawn = frozenset[str]().union(*refs.values())
    found = []
    for pair, spots in real.items():
        if set(pair) <= drawn:
            own = at[np.array([set(pair) <= refs_of for refs_of in on], bool)]
            found += [(pair, spot, bool(near([spot], own, PLACE_M).all())) for spot in spots]
    return found


def compare(file: Path, roads: str, *, missing: bool) -> Iterator[tuple[str, ...]]:
    """Draft a region, and yield the rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        report = draft_region(Path(folder) / "region", file, roads=roads)
        seconds = time.perf_counter() - begun
        layers = geo.build_layers(geo.load(Path(folder) / "region"))
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    crs = metric_crs(report["frame"])
    ways, osm = read(file, report["frame"], crs)
    routes = layers.routes[layers.routes["mode"] == "road"].to_crs(crs)
    draft = numbered(routes.geometry.to_numpy(), [split_refs(ref) for ref in routes["ref"]])
    missed, wrong = np.zeros(len(osm.spots), bool), np.zeros(len(draft.spots), bool)
    for number in sorted(frozenset[str]().union(*osm.numbers)):
        of, own = osm.of(number), draft.of(number)
        gone = np.flatnonzero(of)[~near(osm.spots[of], draft.spots[own], DRAWN_M)]
        missed[gone] = True
        wrong[np.flatnonzero(own)[~near(draft.spots[own], osm.spots[of], DRAWN_M)]] = True
        if missing and osm.metres[gone].sum() > 500:
            print(f"{file.name}: {number}: {osm.metres[gone].sum() / 1000:.1f} km not drawn")
    nowhere = ~near(draft.spots, osm.spots, THERE_M)
    real = junctions_found(layers, routes, meetings(ways, osm.numbers, crs))
    if missing:
        print(*(f"no place: {pair} {spot.round()}" for pair, spot, ok in real if not ok), sep="\n")
    total = max(draft.metres.sum(), 1.0)
    drawn_numbers = [own for own in draft.numbers if own]
    count = len(frozenset[str]().union(*drawn_numbers))
    whole = (f"{draft.metres[nowhere].sum() / total:.1%}", f"{draft.metres[wrong].sum() / total:.1%}",
             f"{len(drawn_numbers) / max(count, 1):.2f}",
             f"{sum(ok for *_, ok in real)} of {len(real)}", f"{seconds:.1f}",
             f"{gigabytes:.2f}")  # fmt: skip
    for name in CLASSES:
        has = np.array([bool(own) for own in osm.numbers], bool)
        of = (has & (ways["kind"] == name).to_numpy(bool))[osm.line]
        km = osm.metres[of].sum() / 1000
        if km:
            share = 1 - osm.metres[of & missed].sum() / 1000 / km
            yield file.name.split(".")[0], name, f"{km:.1f}", f"{share:.1%}", *whole
    rail = report["coverage"]["rail"]
    if rail["osm_km"]:
        yield (file.name.split(".")[0], "rail", f"{rail['osm_km']:.1f} (all)",
               f"{rail['share']:.1%}", *whole)  # fmt: skip


def main() -> None:
    """Compare some extracts, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--roads", default="primary", help="lowest class drafted")
    parser.add_argument("--missing", action="store_true", help="list what is missing")
    chosen = parser.parse_args()
    rows = [row for file in chosen.files
            for row in compare(file, chosen.roads, missing=chosen.missing)]  # fmt: skip
    for row in (HEAD, ("---",) * len(HEAD), *rows):
        print("|", " | ".join(row), "|")


if __name__ == "__main__":
    main()
