"""The peak of memory of every analysis on a national network, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.algorithms import Graph

#: Directed edges per million nodes.
EDGES = 2_500_000
#: No analysis may need more.
LIMIT_MB = 4_000


def network(size: int, *, directed: bool = True) -> Graph:
    """Return made-up roads of that many nodes: one-way edges, or links of both directions."""
    from benchmarks.networks import planar
    from geo.algorithms import build_graph

    roads, rng = planar(size), np.random.default_rng(1)
    if not directed:
        return build_graph(roads.size, *roads[1:])
    tails, heads = np.append(roads.tails, roads.heads), np.append(roads.heads, roads.tails)
    weights = np.tile(roads.weights, 2) * rng.uniform(1, 1.2, len(tails))
    kept = np.sort(rng.permutation(len(tails))[: EDGES * size // 10**6])
    return build_graph(roads.size, tails[kept], heads[kept], weights[kept], directed=True)


def some(size: int, count: int) -> np.ndarray:
    """Return nodes at random."""
    return np.sort(np.random.default_rng(7).choice(size, count, replace=False))


def only_the_graph(size: int) -> float:
    """Make the network."""
    return float(len(network(size).indices))


def distances_200(size: int) -> float:
    """Prepare the network, and 200 x 200 distances."""
    from geo.algorithms import shortest_distances

    return _total(shortest_distances(network(size), some(size, 200), some(size, 200)))


def distances_to_all(size: int) -> float:
    """Prepare the network, and distances from 40 nodes to all."""
    from geo.algorithms import prepare, shortest_distances

    return _total(shortest_distances(prepare(network(size)), some(size, 40)))


def trees_40(size: int) -> float:
    """Trees of 40 nodes."""
    from geo.algorithms import shortest_path_trees

    return _total(shortest_path_trees(network(size), some(size, 40))[0])


def removal_40(size: int) -> float:
    """Take every link of an undirected network away: 40 nodes."""
    from geo.algorithms import removal_losses

    return _total(removal_losses(network(size, directed=False), some(size, 40)).efficiency)


def removal_directed_10(size: int) -> float:
    """Take 1,000 sets of 100 one-way edges away: 10 nodes."""
    from geo.algorithms import removal_losses

    roads = network(size)
    sets = np.full(roads.link_count, -1)
    chosen = some(roads.link_count, min(100_000, roads.link_count))
    sets[chosen] = np.arange(len(chosen)) % 1000
    return _total(removal_losses(roads, some(size, 10), groups=sets).efficiency)


def betweenness_64(size: int) -> float:
    """Betweenness, 64 sources."""
    from geo.algorithms import edge_node_betweenness

    return _total(edge_node_betweenness(network(size), some(size, 64)).nodes)


def parquet_1000(size: int) -> float:
    """Write 1,000 x 100,000 distances to Parquet, block by block."""
    from geo.algorithms import od_blocks, prepare, write_parquet

    with tempfile.TemporaryDirectory() as folder:
        blocks = od_blocks(prepare(network(size)), some(size, 1000), some(size, size // 10))
        return float(write_parquet(blocks, Path(folder) / "od.parquet"))


ANALYSES: tuple[Callable[[int], float], ...] = (
    only_the_graph, distances_200, distances_to_all, trees_40, removal_40, removal_directed_10,
    betweenness_64, parquet_1000,
)  # fmt: skip


def _total(values: np.ndarray) -> float:
    return float(values[np.isfinite(values)].sum())


def _measure(name: str, size: int) -> None:
    """Run one analysis twice in this process, the first time small, and print what it took."""
    import resource

    run = globals()[name]
    run(min(size, 2_500))  # compiles
    began = process_time()
    answer = run(size)
    seconds = process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds} {peak} {answer}")


def report(*, quick: bool) -> None:
    """Print a table in Markdown; stop where an analysis needs more than the limit."""
    size = 10_000 if quick else 1_000_000
    print(f"\n## memory\n\n{size:,} nodes, {EDGES * size // 10**6:,} one-way edges\n")
    print("| analysis | processor seconds, with the network | peak, MB |")
    print("|---|---|---|")
    for analysis in ANALYSES:
        command = [sys.executable, "-m", "benchmarks.memory", analysis.__name__, str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{analysis.__name__}: {done.stderr[-500:]}")
        seconds, peak, answer = map(float, done.stdout.split())
        print(f"| {analysis.__doc__.strip('.')} | {seconds:.3g} | {peak:,.0f} |", flush=True)
        if peak > LIMIT_MB or not answer > 0:
            raise SystemExit(f"{analysis.__name__}: {peak:,.0f} MB, answer {answer}")


if __name__ == "__main__":
    _measure(sys.argv[1], int(sys.argv[2]))
