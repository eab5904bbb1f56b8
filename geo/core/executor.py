"""One piece of work on many machines, with Dask.

Work is a task, something large that every block needs (a graph, a sweep), and blocks.
`run_locally` does them one after the other; `dask_executor` gives a function that shares them
among the workers of a scheduler. Results are the same to the last bit, in the order of the blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from geo.core.errors import BadInputError, GeoError, Message
from geo.core.extras import optional

#: Done with what every block needs and a block; a function of a module.
Task = Callable[[Any, Any], Any]
#: Does a task for every block: results in the order of the blocks.
Executor = Callable[[Task, object, Sequence[Any]], Iterator[Any]]

#: Seconds to wait for a scheduler, and then for its first worker.
PATIENCE_S = 10.0
#: How often blocks are sent whose large part was lost with its workers.
ATTEMPTS = 3
#: Blocks under way or waiting for their turn, per thread of a worker: memory stays bounded.
AHEAD = 3
NEEDS = Message("--scheduler needs Dask")
KILLED = Message("several workers were lost at the same block: expected more memory per worker")
LOST = Message("the scheduler or all its workers were lost; earlier results are untouched")


def run_locally(task: Task, large: object, blocks: Sequence[Any]) -> Iterator[Any]:
    """
    Do a task for every block in this process.

    Parameters
    ----------
    task, large, blocks
        A function, called as `task(large, block)`, what every block needs, and the blocks.

    Yields
    ------
    result
        One per block, in their order.
    """
    for block in blocks:
        yield task(large, block)


@contextmanager
def dask_executor(
    address: str, progress: Callable[[int, int], None] | None = None
) -> Iterator[Executor]:
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
    executor
        Does a task for every block.

    Raises
    ------
    BadInputError
        When Dask is not installed, or no scheduler with a worker answers at the address.

    Examples
    --------
    >>> with dask_executor("") as executor:
    ...     list(executor(pow, 2, [1, 2, 3]))
    [2, 4, 8]
    """
    if not address:
        yield run_locally
        return
    optional("distributed", "cluster", NEEDS)
    try:
        client = _connected(address)
    except (OSError, ValueError, TimeoutError):
        raise BadInputError(
            "--scheduler {address}: expected the address of a Dask scheduler; none answers",
            address=address,
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            raise BadInputError(
                "--scheduler {address}: expected a worker; it has none", address=address
            ) from None

        def executor(task: Task, large: object, blocks: Sequence[Any]) -> Iterator[Any]:
            return _shared(client, task, large, blocks, progress)

        yield executor


def _connected(address: str) -> Any:
    """Connect; give up in time even where somebody answers who is no scheduler."""
    distributed = optional("distributed", "cluster", NEEDS)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    answer: Future[Any] = Future()

    def connect() -> None:
        try:
            client = distributed.Client(address, timeout=PATIENCE_S, set_as_default=False)
            answer.set_result(client)
        except Exception as error:  # noqa: BLE001 - raised again by whoever waits
            answer.set_exception(error)

    Thread(target=connect, daemon=True).start()
    return answer.result(2 * PATIENCE_S)


def _shared(
    client: Any,
    task: Task,
    large: object,
    blocks: Sequence[Any],
    progress: Callable[[int, int], None] | None,
) -> Iterator[Any]:
    """Yield results in the order of the blocks, only some per thread ahead of their turn."""
    # Dask does the blocks of a lost worker again. Where `large` was lost with the last worker
    # that had it, it is sent again, and so are the blocks under way.
    distributed = optional("distributed", "cluster", NEEDS)
    closed = optional("distributed.comm", "cluster", NEEDS).CommClosedError
    ahead = AHEAD * max(1, sum(client.nthreads().values()))
    early: dict[int, Any] = {}
    under_way: dict[Any, int] = {}
    ready: SimpleQueue[Any] = SimpleQueue()
    held, lives, sent = None, ATTEMPTS, 0
    for turn in range(len(blocks)):
        while turn not in early:
            try:
                held = held or _scattered(client, large)
                while sent < min(turn + ahead, len(blocks)):
                    if sent not in early:
                        future = client.submit(task, held, blocks[sent], pure=False)
                        under_way[future] = sent
                        future.add_done_callback(ready.put)
                    sent += 1
                future = _patient(client, lambda wait: ready.get(timeout=wait))
                if future in under_way:
                    early[under_way[future]] = _patient(client, future.result)
                    del under_way[future]
                    if progress:
                        progress(turn + len(early), len(blocks))
            except distributed.KilledWorker:
                raise GeoError(KILLED) from None
            except RuntimeError as error:
                if isinstance(error.__cause__, ImportError):
                    raise GeoError(
                        "a worker lacks something: {reason}", reason=str(error.__cause__)
                    ) from None
                raise
            except (CancelledError, closed):
                lives, sent, held = lives - 1, turn, None
                under_way.clear()
                if not lives or not _alive(client):
                    raise GeoError(LOST) from None
        yield early.pop(turn)


def _scattered(client: Any, large: object) -> Any:
    """Send what every block needs to all workers."""
    try:
        return client.scatter([large], broadcast=True, hash=False)[0]
    except (OSError, TimeoutError):
        raise GeoError(LOST) from None


def _patient(client: Any, ask: Callable[[float], Any]) -> Any:
    """Ask until an answer comes or nobody is left to give one."""
    while True:
        try:
            return ask(PATIENCE_S)
        except (Empty, TimeoutError):
            if not _alive(client):
                raise GeoError(LOST) from None


def _alive(client: Any) -> bool:
    """Tell whether a scheduler answers and has a worker."""
    try:
        return bool(client.scheduler_info().get("workers"))
    except (OSError, TimeoutError):
        return False


def number_blocks(count: int, size: int) -> list[range]:
    """
    Return the numbers from 0 on in blocks.

    Parameters
    ----------
    count, size
        How many numbers, in all and per block.

    Returns
    -------
    blocks
        Ranges that follow each other.

    Examples
    --------
    >>> number_blocks(5, 2)
    [range(0, 2), range(2, 4), range(4, 5)]
    """
    return [range(at, min(at + size, count)) for at in range(0, count, size)]
