"""Work shared among processes: the same results, whatever becomes of a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from geo.cli import main
from geo.distributed import blocks_of, here, workers
from geo.engines.blocks import _distances, od_blocks
from geo.engines.graphs import graph
from geo.errors import BadInputError


def start(*command):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *command],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def worker(address):
    options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
    return start("distributed.cli.dask_worker", address, *options)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A scheduler with two workers, each a process of its own."""
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    running = [start("distributed.cli.dask_scheduler", *options, "--scheduler-file", str(file))]
    try:
        for _ in range(300):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        found = json.loads(file.read_text("utf-8"))["address"]
        running += [worker(found), worker(found)]
        yield found
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait(10)


@pytest.fixture(scope="module")
def grid():
    """A grid of streets of random lengths, 150 by 150."""
    side = 150
    at = np.arange(side * side).reshape(side, side)
    tails = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    heads = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    length = np.random.default_rng(7).uniform(1, 9, len(tails))
    return graph(side * side, tails, heads, length)


def matrix(grid, share):
    nodes = np.arange(0, grid.size, 30)
    return np.vstack(
        [block.distances for block in od_blocks(grid, nodes, nodes, block=25, share=share)]
    )


def test_blocks_follow_each_other():
    assert blocks_of(7, 3) == [range(3), range(3, 6), range(6, 7)]
    assert blocks_of(0, 3) == []


def test_the_same_to_the_last_bit(address, grid):
    said = []
    with workers(address, lambda done, total: said.append((done, total))) as share:
        far = matrix(grid, share)
    near = matrix(grid, here)
    assert near.shape == (750, 750)
    assert np.isfinite(near).all()
    assert np.array_equal(near, far)
    assert said == [(k, 30) for k in range(1, 31)]


def test_a_worker_that_is_killed_costs_only_its_blocks(address, grid):
    from distributed import Client

    with Client(address, timeout=10, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)
        pids = client.run(os.getpid)
    assert len(pids) == 2
    victim = next(iter(pids.values()))

    def kill(done, total):
        if done == 3:
            os.kill(victim, signal.SIGKILL)

    with workers(address, kill) as share:
        far = matrix(grid, share)
    with Client(address, timeout=10, set_as_default=False) as client:
        left = client.run(os.getpid)
    assert victim not in left.values()
    assert len(left) == 1
    assert np.array_equal(matrix(grid, here), far)


def test_an_error_in_a_block_comes_back(address, grid):
    with workers(address) as share, pytest.raises(BadInputError, match="node 99999 is not below"):
        list(share(_distances, (grid, np.array([0]), 1), [np.array([99999])]))


def test_nobody_at_the_address(monkeypatch):
    monkeypatch.setattr("geo.distributed.PATIENCE_S", 0.5)
    for wrong in ("tcp://127.0.0.1:9", "nonsense://x"):
        match = "expected the address of a Dask scheduler"
        with pytest.raises(BadInputError, match=match), workers(wrong):
            pass


@pytest.mark.parametrize(
    "command",
    ["critical --mode rail --top 9", "critical --mode road --routes", "matrix --mode rail",
     "access --indicator potential --mode road", "compare 2024 2027"],
)  # fmt: skip
def test_commands_say_the_same_from_many_processes(address, capsys, command):
    said = []
    for more in ([], ["--scheduler", address]):
        assert main([*command.split(), "--json", *more]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_a_wrong_address_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr("geo.distributed.PATIENCE_S", 0.5)
    assert main(["matrix", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "expected the address of a Dask scheduler" in said
