"""
Make a large OpenStreetMap extract and time its reading, in a process of its own.

    python benchmarks/read_extract.py --megabytes 100

The extract has what a real one has: many small streets around few main lines, nodes first. A node
takes about 5 bytes, half of what it takes in real ones with their dates and users, so there are
twice as many. Prints the size, the seconds and the peak of memory of `read_pbf` and of
`geo new --from-pbf`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

BOX = (103.0, 28.0, 111.0, 33.0)
BYTES_PER_NODE = 4.6
MOTORWAYS, STREET_NODES, WAY_NODES, MAIN_STEP = 60, 10, 30, 0.001

#: What is timed: read the path in the first argument, write to the folder in the second.
WORK = {
    "read_pbf": """
from geo.readers import read_pbf
result = f"{len(read_pbf(sys.argv[1])):,} ways"
""",
    "geo new": """
from pathlib import Path
from geo.sources import draft_region
report = draft_region(Path(sys.argv[2]), Path(sys.argv[1]))
result = f"{report['routes']:.0f} lines, {report['km']:.0f} km"
""",
}
BEFORE = "import resource, sys, time; began = time.perf_counter()"
AFTER = """
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{seconds:.1f} s, {peak:.0f} MB; {result}")
"""


def main_lines(rng: np.random.Generator) -> list[tuple[np.ndarray, dict[str, str]]]:
    """Return motorways of two carriageways that wind through the box."""
    west, south, east, north = BOX
    lines = []
    for k in range(MOTORWAYS):
        x = np.arange(west, east, MAIN_STEP) if k % 2 else np.arange(south, north, MAIN_STEP)
        middle = rng.uniform(south + 0.5, north - 0.5) if k % 2 else rng.uniform(west, east)
        y = middle + 0.2 * np.sin(x * rng.uniform(2, 4)) + rng.normal(0, 2e-5, len(x))
        points = np.column_stack([x, y] if k % 2 else [y, x])
        tags = {"highway": "motorway", "ref": f"G{k + 1}", "oneway": "yes", "maxspeed": "120"}
        lines += [(points, tags), (points[::-1] + 2e-4, tags)]
    return lines


def make(path: Path, megabytes: float) -> None:
    """Write an extract of about a size."""
    import osmium
    from osmium.osm.mutable import Node, Way

    rng = np.random.default_rng(1)
    west, south, east, north = BOX
    mains = main_lines(rng)
    count = int(megabytes * 1e6 / BYTES_PER_NODE) - sum(len(points) for points, _ in mains)
    streets = max(count // STREET_NODES, 0)
    with osmium.SimpleWriter(str(path)) as writer:
        number = 0
        for points, _ in mains:
            for spot in points.tolist():
                number += 1
                writer.add_node(Node(id=number, location=spot))
        first = number
        for _ in range(0, streets, 10_000):
            start = rng.uniform((west, south), (east, north), (10_000, 1, 2))
            walk = start + rng.normal(0, 3e-4, (10_000, STREET_NODES, 2)).cumsum(axis=1)
            for spot in walk.reshape(-1, 2).tolist():
                number += 1
                writer.add_node(Node(id=number, location=spot))
        way, node = 0, 1
        for points, tags in mains:
            refs = list(range(node, node + len(points)))
            node += len(points)
            for k in range(0, len(refs) - 1, WAY_NODES - 1):
                way += 1
                writer.add_way(Way(id=way, nodes=refs[k : k + WAY_NODES], tags=tags))
        for node in range(first + 1, number + 1, STREET_NODES):
            way += 1
            refs = list(range(node, node + STREET_NODES))
            writer.add_way(Way(id=way, nodes=refs, tags={"highway": "residential"}))


def run(megabytes: float) -> None:
    """Make the extract and time what reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.osm.pbf"
        make(path, megabytes)
        print(f"{path.stat().st_size / 1e6:.0f} MB", flush=True)
        for what, work in WORK.items():
            print(what, end=": ", flush=True)
            command = [sys.executable, "-c", BEFORE + work + AFTER, str(path), f"{folder}/region"]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=100.0)
    run(parser.parse_args().megabytes)
