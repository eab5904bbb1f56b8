"""Two workers of a Dask scheduler against one, on a sweep of a minute."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Sources per block: few enough that every block is searched, not prepared.
BLOCK = 25


@contextmanager
def cluster(count: int) -> Iterator[str]:
    """Start a scheduler and some workers of one thread on this machine; yield the address."""
    running = []

    def start(program: str, *options: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running.append(subprocess.Popen(command, **quiet))

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        try:
            start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show",
                  "--scheduler-file", str(file))  # fmt: skip
            while not (file.exists() and file.stat().st_size):
                time.sleep(0.1)
            address = json.loads(file.read_text("utf-8"))["address"]
            for _ in range(count):
                start(
                    "dask_worker", address, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"
                )
            yield address
        finally:
            for process in running:
                process.kill()
                process.wait(10)


def sweep(address: str, count: int, size: int, sources: int) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds of a sweep and its result; the first block, not timed, warms up."""
    from distributed import Client

    from benchmarks.networks import planar
    from geo.algorithms import build_graph, od_blocks
    from geo.core import dask_executor

    roads = planar(size)
    network = build_graph(roads.size, *roads[1:])
    start = np.random.default_rng(7).choice(roads.size, sources, replace=False)
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count)
    with dask_executor(address) as share:
        list(od_blocks(network, start[: 2 * BLOCK], start[:200], block=BLOCK, executor=share))
        began = time.perf_counter()
        found = [
            b.distances
            for b in od_blocks(network, start, start[:200], block=BLOCK, executor=share)
        ]
        return time.perf_counter() - began, np.concatenate(found)


def report(*, quick: bool) -> None:
    """Print seconds with one and two workers, in turn, and the load beside them."""
    size, sources, rounds = (10_000, 250, 1) if quick else (100_000, 5_000, 3)
    print(f"\n## workers\n\n{sources:,} sources, {size:,} nodes\n")
    print("| round | one worker, s | two workers, s | times as fast | load before |")
    print("|---|---|---|---|---|")
    ratios = []
    for this in range(rounds):
        load, found = os.getloadavg()[0], []
        for count in (1, 2):
            with cluster(count) as address:
                found.append(sweep(address, count, size, sources))
        if not np.array_equal(found[0][1], found[1][1]):
            raise SystemExit("two workers and one differ")
        ratios.append(found[0][0] / found[1][0])
        one, two = (seconds for seconds, _ in found)
        print(
            f"| {this + 1} | {one:.3g} | {two:.3g} | {ratios[-1]:.2f} | {load:.1f} |", flush=True
        )
    print(f"\nmedian {statistics.median(ratios):.2f}; results equal to the last bit")
