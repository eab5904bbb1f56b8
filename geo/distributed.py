"""
One piece of work on many machines, with Dask.

Work is a task, something large that every block needs (a graph, a sweep), and blocks. `here`
does them one after the other; `workers` gives a function that shares them among the workers
of a scheduler. Both return the same results to the last bit, in the order of the blocks.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geo.errors import BadInputError, GeoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    #: Done with what every block needs and a block; a function of a module.
    Task = Callable[[Any, Any], Any]
    #: Does a task for every block: results in the order of the blocks.
    Share = Callable[[Task, object, Sequence[Any]], Iterator[Any]]

#: Seconds to wait for a scheduler, and then for its first worker.
PATIENCE_S = 10.0
#: How often blocks are sent again whose large part was lost with its worker.
ATTEMPTS = 3


def here(task: Task, large: object, blocks: Sequence[Any]) -> Iterator[Any]:
    """
    Do a task for every block in this process.

    Parameters
    ----------
    task
        A function: `task(large, block)`.
    large
        What every block needs.
    blocks
        The blocks.

    Yields
    ------
    result
        One per block, in their order.
    """
    for block in blocks:
        yield task(large, block)


@contextmanager
def workers(address: str, progress: Callable[[int, int], None] | None = None) -> Iterator[Share]:
    """
    Connect to a Dask scheduler.

    What every block needs is sent to each worker once. Blocks of a worker that is lost are done
    again by the others.

    Parameters
    ----------
    address
        The scheduler, such as ``tcp://10.0.0.5:8786``; empty: this process.
    progress
        Called with the number of blocks done and that of all.

    Yields
    ------
    share
        Does a task for every block.

    Raises
    ------
    BadInputError
        When Dask is not installed, or no scheduler with a worker answers at the address.
    """
    if not address:
        yield here
        return
    try:
        from distributed import Client
    except ImportError:
        text = "--scheduler needs Dask: pip install 'chuanyu-geo[cluster]'"
        raise BadInputError(text) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError):
        text = f"--scheduler {address}: expected the address of a Dask scheduler; none answers"
        raise BadInputError(text) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            raise BadInputError(f"--scheduler {address}: expected a worker; it has none") from None

        def share(task: Task, large: object, blocks: Sequence[Any]) -> Iterator[Any]:
            return _shared(client, task, large, blocks, progress)

        yield share


def _shared(
    client: Any,  # noqa: ANN401 - a distributed.Client
    task: Task,
    large: object,
    blocks: Sequence[Any],
    progress: Callable[[int, int], None] | None,
) -> Iterator[Any]:
    """Yield results in the order of the blocks, those that come early when their turn comes."""
    early: dict[int, Any] = {}
    turn = 0
    results = _as_they_come(client, task, large, blocks)
    for done, (number, result) in enumerate(results, 1):
        early[number] = result
        if progress:
            progress(done, len(blocks))
        while turn in early:
            yield early.pop(turn)
            turn += 1


def _as_they_come(
    client: Any,  # noqa: ANN401
    task: Task,
    large: object,
    blocks: Sequence[Any],
) -> Iterator[tuple[int, Any]]:
    """Yield number and result of every block once, whatever becomes of the workers."""
    from distributed import KilledWorker, as_completed
    from distributed.client import FutureCancelledError

    left = set(range(len(blocks)))
    for _ in range(ATTEMPTS):
        held = client.scatter(large, broadcast=True, hash=False)
        number = {client.submit(task, held, blocks[i], pure=False): i for i in sorted(left)}
        try:
            done = as_completed(number, loop=client.loop, with_results=True)  # type: ignore[no-untyped-call]
            for future, result in done:
                left.remove(number[future])
                yield number[future], result
        except FutureCancelledError:  # the last copy of what all blocks need is gone
            continue
        except KilledWorker:
            break
        if not left:
            return
    text = f"the workers were lost: {len(blocks) - len(left)} of {len(blocks)} blocks are done"
    raise GeoError(text)


def blocks_of(count: int, size: int) -> list[range]:
    """
    Return numbers in blocks.

    Parameters
    ----------
    count
        How many numbers, from 0 on.
    size
        Numbers per block.

    Returns
    -------
    blocks
        Ranges that follow each other.
    """
    return [range(at, min(at + size, count)) for at in range(0, count, size)]
