"""Matrices block by block."""

from __future__ import annotations

import signal
import tracemalloc

import numpy as np
import pytest
from test_distances import roads

from geo.algorithms.blocks import od_blocks, write_parquet
from geo.algorithms.distances import shortest_distances
from geo.algorithms.graphs import build_graph
from geo.algorithms.hierarchy import prepare
from geo.core.errors import BadInputError, OutputError


@pytest.fixture(scope="module")
def network():
    return build_graph(*roads(900)[:4])


@pytest.mark.parametrize("block", [1, 7, 100])
def test_blocks_are_the_matrix(network, block):
    sources, targets = np.arange(3, 50), np.arange(10, 400, 3)
    whole = shortest_distances(network, sources, targets)
    for made in (network, prepare(network)):
        parts = list(od_blocks(made, sources, targets, block=block))
        np.testing.assert_allclose(np.concatenate([p.distances for p in parts]), whole, rtol=1e-12)
        assert np.concatenate([p.sources for p in parts]).tolist() == sources.tolist()
        assert {len(p.distances) for p in parts} <= {block, 47 % block, 47}


def test_only_a_block_is_held(network):
    nodes = np.arange(network.size)
    next(od_blocks(network, nodes, nodes, block=20))
    tracemalloc.start()
    total = sum(
        float(b.distances[np.isfinite(b.distances)].sum())
        for b in od_blocks(network, nodes, nodes, block=20)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    whole = shortest_distances(network, nodes)
    assert total == pytest.approx(whole[np.isfinite(whole)].sum())
    assert peak < whole.nbytes / 2


def test_bad_blocks_are_refused(network):
    with pytest.raises(BadInputError, match="block: 0"):
        next(od_blocks(network, [0], [1], block=0))
    with pytest.raises(BadInputError, match="node 900"):
        next(od_blocks(network, [900], [1]))


def test_without_pyarrow_one_line_says_what_to_install(network, tmp_path, monkeypatch):
    monkeypatch.setattr("geo.core.extras.has", lambda _: False)
    with pytest.raises(BadInputError, match="pyarrow"):
        write_parquet(od_blocks(network, [0], [1]), tmp_path / "od.parquet")


def test_parquet_holds_every_pair_that_is_connected(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    g = build_graph(4, [0, 1], [1, 2], [1.5, 2.0])
    path = tmp_path / "od.parquet"
    assert write_parquet(od_blocks(g, [0, 3], [2, 3, 1], block=1), path) == 3
    table = parquet.read_table(path).to_pydict()
    assert table == {"from": [0, 0, 3], "to": [2, 1, 3], "distance": [3.5, 1.5, 0.0]}
    assert [p.name for p in tmp_path.iterdir()] == ["od.parquet"]
    with pytest.raises(OutputError, match=r"od\.parquet"):
        write_parquet(od_blocks(g, [0], [1]), path / "no-folder")

    def broken():
        yield from od_blocks(g, [0], [1])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_parquet(broken(), path)
    assert parquet.read_table(path).num_rows == 3


def test_progress_and_ctrl_c(network, tmp_path):
    """The signal arrives amid the work: no file is left, and what was there stays."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path, said = tmp_path / "od.parquet", []
    nodes = np.arange(100)
    write_parquet(od_blocks(network, nodes[:2], nodes), path)
    before = path.read_bytes()

    def stop(done, total):
        said.append((done, total))
        if done == 3:
            signal.raise_signal(signal.SIGINT)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            write_parquet(od_blocks(network, nodes, nodes, block=10, progress=stop), path)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert said == [(1, 10), (2, 10), (3, 10)]
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["od.parquet"]
    assert (
        write_parquet(od_blocks(network, nodes, nodes), path) == parquet.read_table(path).num_rows
    )


def test_blocks_of_many_targets_are_small(network, monkeypatch):
    monkeypatch.setattr("geo.algorithms.blocks.HELD", 4000)
    nodes = np.arange(network.size)
    assert {len(b.sources) for b in od_blocks(network, nodes[:20], nodes)} == {4}
    assert [len(b.sources) for b in od_blocks(network, nodes[:20], nodes[:2])] == [20]
