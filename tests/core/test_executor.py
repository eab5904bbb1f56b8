"""Work shared among processes: the same results, whatever becomes of a worker."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from geo.algorithms.blocks import _distances, od_blocks
from geo.algorithms.graphs import build_graph
from geo.cli.main import build_parser, main
from geo.connectivity.vulnerability import link_sweep
from geo.core.errors import BadInputError, GeoError
from geo.core.executor import dask_executor, number_blocks, run_locally
from geo.network.network import build_network

ROOT = Path(__file__).parents[2]


def start(*command):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, Path(__file__).parent)))},
    )


def worker(address):
    options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
    return start("distributed.cli.dask_worker", address, *options)


@contextmanager
def cluster(folder, count):
    """A scheduler and its workers, each a process of its own."""
    file = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    running = [start("distributed.cli.dask_scheduler", *options, "--scheduler-file", str(file))]
    try:
        for _ in range(300):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        found = json.loads(file.read_text("utf-8"))["address"]
        running += [worker(found) for _ in range(count)]
        yield found, running
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait(10)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("dask"), 2) as (found, _):
        yield found


@pytest.fixture(scope="module")
def grid():
    """A grid of streets of random lengths, 100 by 100."""
    side = 100
    at = np.arange(side * side).reshape(side, side)
    tails = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    heads = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    length = np.random.default_rng(7).uniform(1, 9, len(tails))
    return build_graph(side * side, tails, heads, length)


def matrix(grid, executor):
    nodes = np.arange(0, grid.size, 20)
    return np.vstack(
        [block.distances for block in od_blocks(grid, nodes, nodes, block=20, executor=executor)]
    )


def test_blocks_follow_each_other():
    assert number_blocks(7, 3) == [range(3), range(3, 6), range(6, 7)]
    assert number_blocks(0, 3) == []


def test_the_same_to_the_last_bit(address, grid):
    said = []
    with dask_executor(address, lambda done, total: said.append((done, total))) as executor:
        far = matrix(grid, executor)
    near = matrix(grid, run_locally)
    assert near.shape == (500, 500)
    assert np.isfinite(near).all()
    assert np.array_equal(near, far)
    assert said == [(k, 25) for k in range(1, 26)]


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

    with dask_executor(address, kill) as executor:
        far = matrix(grid, executor)
    with Client(address, timeout=10, set_as_default=False) as client:
        left = client.run(os.getpid)
    assert victim not in left.values()
    assert len(left) == 1
    assert np.array_equal(matrix(grid, run_locally), far)


def test_an_error_in_a_block_comes_back(address, grid):
    with (
        dask_executor(address) as executor,
        pytest.raises(BadInputError, match="node 99999 is not below"),
    ):
        list(executor(_distances, (grid, np.array([0]), 1), [np.array([99999])]))


def test_nobody_at_the_address(monkeypatch):
    monkeypatch.setattr("geo.core.executor.PATIENCE_S", 0.5)
    for wrong in ("tcp://127.0.0.1:9", "nonsense://x"):
        match = "expected the address of a Dask scheduler"
        with pytest.raises(BadInputError, match=match), dask_executor(wrong):
            pass


def slowly(large, block):
    time.sleep(block[0])
    return large, block


def test_order_and_little_ahead_of_its_turn(address):
    """The first block is the slowest; the others wait, and only some of them are sent."""
    said = []
    blocks = [(1.0,), *[(0.0,)] * 30]
    with dask_executor(address, lambda done, total: said.append(done)) as executor:
        found = executor(slowly, {"a": [1, 2]}, blocks)
        first = next(found)
        ahead = len(said)
        assert [first, *found] == [({"a": [1, 2]}, block) for block in blocks]
    assert ahead < 20
    assert said == list(range(1, 32))


def test_all_workers_lost_is_said_in_one_line(tmp_path, monkeypatch):
    with cluster(tmp_path, 1) as (found, running), dask_executor(found) as executor:
        results = executor(slowly, 7, [(0.0,)] * 3 + [(0.2,)] * 200)
        assert next(results) == (7, (0.0,))
        monkeypatch.setattr("geo.core.executor.PATIENCE_S", 1.0)
        running[1].kill()
        with pytest.raises(GeoError, match="all its workers were lost"):
            list(results)


def test_a_lost_scheduler_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.core.executor.PATIENCE_S", 4.0)
    with cluster(tmp_path, 1) as (found, running), dask_executor(found) as executor:
        results = executor(slowly, 7, [(0.0,)] * 3 + [(0.2,)] * 200)
        assert next(results) == (7, (0.0,))
        monkeypatch.setattr("geo.core.executor.PATIENCE_S", 1.0)
        running[0].kill()
        with pytest.raises(GeoError, match="the scheduler or"):
            list(results)


def test_no_worker_and_no_dask(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.core.executor.PATIENCE_S", 0.5)
    with (
        cluster(tmp_path, 0) as (found, _),
        pytest.raises(BadInputError, match="expected a worker"),
        dask_executor(found),
    ):
        pass
    monkeypatch.setattr("geo.core.extras.find_spec", lambda _: None)
    with (
        pytest.raises(BadInputError, match="chuanyu-geo\\[cluster\\]"),
        dask_executor("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_worker_that_lacks_a_module_says_so(address, tmp_path, monkeypatch):
    (tmp_path / "only_here.py").write_text("def task(large, block): return block")
    monkeypatch.syspath_prepend(tmp_path)
    task = importlib.import_module("only_here").task
    with (
        dask_executor(address) as executor,
        pytest.raises(GeoError, match=r"a worker lacks .*only_here"),
    ):
        list(executor(task, 1, [2]))


def fatal(large, block):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_block_that_kills_its_workers(tmp_path, monkeypatch):
    from distributed import Client

    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    with cluster(tmp_path, 2) as (found, _):
        with Client(found, timeout=10, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=30)
        with (
            dask_executor(found) as executor,
            pytest.raises(GeoError, match="lost at the same block"),
        ):
            list(executor(fatal, None, [1]))


def test_a_server_that_is_no_scheduler(monkeypatch):
    """It takes the connection and says nothing."""
    monkeypatch.setattr("geo.core.executor.PATIENCE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(BadInputError, match="none answers"), dask_executor(address):
            pass
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "command",
    [
        "critical --mode rail --top 9",
        "critical --mode road --routes",
        "matrix --mode rail",
        "access --indicator potential --mode road",
        "compare 2024 2027",
    ],
)
def test_commands_say_the_same_from_many_processes(address, capsys, command):
    said = []
    for more in ([], ["--scheduler", address]):
        assert main([*command.split(), "--json", *more]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_threads_of_one_worker_do_not_disturb_each_other(drawn):
    """Whoever starts a worker with many threads gets the same results."""
    swept = link_sweep(build_network(drawn, year=2025), mode="road")
    some = range(0, len(swept.links), 3)
    alone = [swept.without([i]) for i in some]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda i: swept.without([i]), some))
    assert all(map(np.array_equal, alone, together))


def test_a_wrong_address_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr("geo.core.executor.PATIENCE_S", 0.5)
    assert main(["matrix", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "expected the address of a Dask scheduler" in said


def test_what_the_document_says_works(tmp_path, monkeypatch, capsys):
    document = ROOT / "docs" / "many-machines.md"
    if not document.exists():
        pytest.skip("installed without the repository")
    text = document.read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code, {})  # noqa: S102 - our own document
    assert capsys.readouterr().out == "9\n"
    for command in re.findall(r"^geo ([^#\n]+)", text, re.MULTILINE):
        assert build_parser().parse_args(command.split()).scheduler
    programs = dict(re.findall(r"^dask (scheduler|worker)(.*)$", text, re.MULTILINE))
    assert set(programs) == {"scheduler", "worker"}
    for program, options in programs.items():
        known = subprocess.run(
            [sys.executable, "-m", f"distributed.cli.dask_{program}", "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert all(option in known for option in re.findall(r"--[a-z]+", options))
