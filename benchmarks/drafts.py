"""
Drafts against the centre line of OpenStreetMap: ``python benchmarks/drafts.py EXTRACT ...``.

For every extract a region is drafted (``geo new --from-pbf EXTRACT --roads primary``) and compared
with the ways of the extract that carry a number: how much of their centre line is drawn under that
number, how much is drawn where no road is or none of that number, how many routes a number became,
and at how many of the places where two numbers meet the draft has a place on both.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path

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
STEP_M, DRAWN_M, THERE_M = 50.0, 100.0, 40.0
#: Slip roads of a junction join roads this near; places this near to a junction are that junction.
RAMP_M, CLUSTER_M, PLACE_M = 1500.0, 1000.0, 1500.0


def samples(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points along lines, and the line of each; every one stands for an equal length."""
    count = np.maximum(np.ceil(shapely.length(shapes) / STEP_M), 1).astype(int)
    line = np.repeat(np.arange(len(shapes)), count)
    step = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    at = (step + 0.5) / count[line]
    return shapely.get_coordinates(
        shapely.line_interpolate_point(shapes[line], at, normalized=True)
    ), line


def near(spots: np.ndarray, others: np.ndarray, reach: float) -> np.ndarray:
    """Return which points have another one within reach."""
    if not len(others):
        return np.zeros(len(spots), bool)
    return np.isfinite(KDTree(others).query(spots, distance_upper_bound=reach)[0])


def meetings(ways: gpd.GeoDataFrame, numbers: list[frozenset[str]]) -> dict[tuple[str, str], list]:
    """Return where each two numbers meet: at a node, or over slip roads."""
    nodes, edges = node_ways(ways)
    xy = shapely.get_coordinates(
        gpd.GeoSeries(gpd.points_from_xy(nodes["lon"], nodes["lat"]), crs=4326).to_crs(ways.attrs["crs"])
    )
    link = edges["class"].str.endswith("_link").to_numpy(bool)
    own = [frozenset() if is_link else numbers[k] for k, is_link in zip(edges["osm_id"], link)]
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    matrix = coo_array((np.ones(link.sum()), (u[link], v[link])), shape=(len(xy),) * 2)
    part = connected_components(matrix, directed=False)[1]
    carried = defaultdict(set)
    for a, b, refs in zip(u, v, own):
        carried[a] |= {refs} if refs else set()
        carried[b] |= {refs} if refs else set()
    found = defaultdict(list)
    for node, sets in carried.items():
        for a, b in itertools.combinations(sorted(frozenset().union(*sets)), 2):
            if any((a in refs) != (b in refs) for refs in sets):
                found[a, b].append(xy[node])
    tied = defaultdict(list)
    for node in carried:
        if link[(u == node) | (v == node)].any() if len(u) < 5000 else True:
            tied[part[node]].append(node)
    for group in (group for group in tied.values() if len(group) > 1):
        at = defaultdict(list)
        for node in group:
            for ref in frozenset().union(*carried[node]):
                at[ref].append(node)
        for a, b in itertools.combinations(sorted(at), 2):
            one, two = [n for n in at[a] if n not in at[b]], [n for n in at[b] if n not in at[a]]
            for left, right in ((one, at[b]), (at[a], two)):
                if left and right:
                    distance, index = KDTree(xy[right]).query(xy[left])
                    k = int(distance.argmin())
                    if distance[k] < RAMP_M:
                        found[a, b].append((xy[left[k]] + xy[right[index[k]]]) / 2)
                        break
    return {pair: clustered(np.array(points)) for pair, points in found.items()}


def clustered(points: np.ndarray) -> list[np.ndarray]:
    """Return one point for those that lie close together."""
    if len(points) < 2:
        return list(points)
    label = fcluster(linkage(points, "complete"), CLUSTER_M, "distance")
    return [points[label == k].mean(axis=0) for k in np.unique(label)]


def compare(file: Path, folder: Path, roads: str) -> None:
    """Draft a region, and print how it compares."""
    start = time.perf_counter()
    report = draft_region(folder / "region", file, roads=roads)
    seconds = time.perf_counter() - start
    layers = geo.build_layers(geo.load(folder / "region"))
    crs = metric_crs(report["frame"])
    ways = read_pbf(file)
    ways = ways[ways["highway"].notna()].reset_index(drop=True)
    frame = shapely.box(*report["frame"])
    ways = ways.set_geometry(shapely.intersection(ways.geometry.to_numpy(), frame), crs=4326)
    ways = ways[shapely.length(ways.geometry.to_numpy()) > 0].explode().reset_index(drop=True)
    ways.attrs["crs"] = crs
    kind = class_of(ways)
    numbers = [split_refs(ref) if k in CLASSES else frozenset() for ref, k in zip(ways["ref"], kind)]
    metric = ways.to_crs(crs).geometry.to_numpy()
    spots, line = samples(metric)
    half = ways["oneway"].isin(["yes", "1", "-1"]) | (kind == "motorway")
    weight = shapely.length(metric) / np.bincount(line, minlength=len(metric)) * np.where(half, 0.5, 1)
    routes = layers.routes[layers.routes["mode"] == "road"].to_crs(crs)
    refs = [split_refs(ref) for ref in routes["ref"]]
    drawn_spots, drawn_line = samples(routes.geometry.to_numpy())
    drawn = np.zeros(len(spots), bool)
    wrong = np.zeros(len(drawn_spots), bool)
    for number in sorted(frozenset().union(*numbers)):
        of = np.array([number in own for own in numbers])[line]
        mine = np.array([number in own for own in refs], bool)[drawn_line]
        # a way of several numbers is drawn when all of them are
        here = near(spots[of], drawn_spots[mine], DRAWN_M)
        drawn[np.flatnonzero(of)[here]] = True
        missing = np.flatnonzero(of)[~here]
        weight_of_missing = weight[line[missing]].sum() / 1000
        if weight_of_missing > 0.5:
            print(f"    {number}: {weight_of_missing:.1f} km not drawn")
        wrong[np.flatnonzero(mine)[~near(drawn_spots[mine], spots[of], DRAWN_M)]] = True
    nowhere = ~near(drawn_spots, spots, THERE_M + STEP_M / 2)
    numbered = np.array([bool(own) for own in numbers])
    print(f"{file.name}: {seconds:.1f} s, "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB, "
          f"coverage {report['coverage']}")
    for name in CLASSES:
        of = ((kind == name).to_numpy() & numbered)[line]
        total = weight[line[of]].sum()
        if total:
            share = (weight[line] * drawn)[of].sum() / total
            print(f"  {name:9} {total / 1000:8.1f} km with a number, {share:6.1%} drawn")
    n_drawn = max(len(drawn_spots), 1)
    with_number = np.array([bool(own) for own in refs], bool)
    numbers_drawn = len(frozenset().union(*refs))
    print(f"  of what is drawn {nowhere.sum() / n_drawn:.1%} is nowhere, {wrong.sum() / n_drawn:.1%} not "
          f"of its number; {with_number.sum()} routes of {numbers_drawn} numbers, "
          f"{with_number.sum() / max(numbers_drawn, 1):.2f} per number")
    keys = {ref for own in refs for ref in own}
    real = {pair: at for pair, at in meetings(ways, numbers).items() if set(pair) <= keys}
    places = layers.places.to_crs(crs)
    at = shapely.get_coordinates(places.geometry.to_numpy())
    by_route = dict(zip(routes.index, refs))
    on = [frozenset().union(*(by_route.get(r, frozenset()) for r in text.split(";"))) for text in places["routes"]]
    hit = missed = 0
    for pair, spots_of in real.items():
        own = at[[set(pair) <= refs_of for refs_of in on]]
        for spot in spots_of:
            if len(own) and np.hypot(*(own - spot).T).min() < PLACE_M:
                hit += 1
            else:
                missed += 1
                print("    no place:", pair, spot.round())
    print(f"  junctions of two numbers: {hit} of {hit + missed}")


def main() -> None:
    """Compare some extracts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--roads", default="primary")
    chosen = parser.parse_args()
    for file in chosen.files:
        with tempfile.TemporaryDirectory() as folder:
            compare(file, Path(folder), chosen.roads)


if __name__ == "__main__":
    main()
