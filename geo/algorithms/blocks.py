"""A matrix of distances too large to hold, block by block."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from geo.algorithms.distances import HELD, checked_nodes, shortest_distances
from geo.algorithms.graphs import Floats, Graph, Ints
from geo.algorithms.hierarchy import Prepared
from geo.core import BadInputError, Executor, optional, replaced_file, run_locally


class Block(NamedTuple):
    """Distances from some sources to all targets, shape (s, t); both are nodes."""

    sources: Ints
    targets: Ints
    distances: Floats


def od_blocks(
    network: Graph | Prepared,
    sources: ArrayLike,
    targets: ArrayLike,
    *,
    block: int | None = None,
    threads: int = 1,
    executor: Executor = run_locally,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Block]:
    """
    Yield the distances between nodes, some sources at a time.

    Only one block is held: 8 x block x targets bytes. A large graph should be prepared before.

    Parameters
    ----------
    network, sources, targets
        As for `shortest_distances`.
    block, threads
        Sources per block (default: at most 512, and 64 MB), and threads to share it among.
    executor, progress
        Where blocks are done (`dask_executor`), by default in this process; called with the
        number of blocks done and that of all.

    Yields
    ------
    block
        Blocks in the order of the sources.
    """
    if block is not None and block < 1:
        raise BadInputError(f"block: {block} is not above 0")
    size = network.graph.size if isinstance(network, Prepared) else network.size
    start, end = checked_nodes(sources, size), checked_nodes(targets, size)
    step = block or min(512, max(1, HELD // max(len(end), 1)))
    parts = [start[i : i + step] for i in range(0, len(start), step)]
    found = executor(_distances, (network, end, threads), parts)
    for done, (own, far) in enumerate(zip(parts, found, strict=True), 1):
        yield Block(own, end, far)
        if progress:
            progress(done, len(parts))


def _distances(large: tuple[Graph | Prepared, Ints, int], sources: Ints) -> Floats:
    network, targets, threads = large
    return shortest_distances(network, sources, targets, threads=threads)


def write_parquet(blocks: Iterable[Block], path: str | os.PathLike[str]) -> int:
    """
    Write distances to a Parquet file as they come: columns `from`, `to`, `distance`.

    Unconnected pairs are left out. The file appears when it is complete; an error or Ctrl-C
    leaves what was there before.

    Parameters
    ----------
    blocks, path
        Blocks of distances (`od_blocks`), and the file.

    Returns
    -------
    rows
        Number of rows written.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    pyarrow = optional("pyarrow", "parquet", "Parquet needs pyarrow")
    parquet = optional("pyarrow.parquet", "parquet", "Parquet needs pyarrow")
    types = {"from": pyarrow.int32(), "to": pyarrow.int32(), "distance": pyarrow.float64()}
    schema, rows = pyarrow.schema(types), 0
    with replaced_file(Path(path)) as temporary, parquet.ParquetWriter(temporary, schema) as file:
        for block in blocks:
            i, j = np.nonzero(np.isfinite(block.distances))
            columns = block.sources[i], block.targets[j], block.distances[i, j]
            file.write_table(pyarrow.table(list(columns), schema=schema))
            rows += len(i)
    return rows
