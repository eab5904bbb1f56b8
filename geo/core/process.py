"""A second process, for work that need not wait for the rest."""

from __future__ import annotations

import gc
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from typing import Any

import pandas as pd

from geo.core.cache import share_results

#: Takes a function and what it is called with; gives a function that returns its result.
Submit = Callable[..., Callable[[], Any]]
#: New objects between two searches for unreachable ones: tables make many that live on, and a
#: search at every 700, as Python has it, takes a twelfth of a build.
SEARCH_AFTER = 100_000


@contextmanager
def python_strings() -> Iterator[None]:
    """
    Let tables made meanwhile hold text as Python objects.

    Work that looks at many short columns takes a third less time so than over Arrow, which pandas
    uses where pyarrow is installed. The values are the same.

    Examples
    --------
    >>> with python_strings():
    ...     print(pd.Series(["a"]).dtype.storage)
    python
    """
    with pd.option_context("mode.string_storage", "python"):
        yield


@contextmanager
def second_process(*, process: bool) -> Iterator[Submit]:
    """
    Do work in a second process while this one goes on.

    Parameters
    ----------
    process
        Whether to start one. Work that no second process has begun when its result is asked
        for is done here.

    Yields
    ------
    submit
        Takes a function of a module and its arguments, returns a function that gives the result.
    """
    if not process:
        yield partial
        return
    context = get_context("spawn")
    try:
        pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin)
    except OSError:  # no room for what two processes share
        yield partial
        return

    def submit(function: Callable[..., Any], *args: Any, **options: Any) -> Callable[[], Any]:
        here = partial(function, *args, **options)
        try:
            # now, not by a thread of the pool while tables here are already worked on
            return partial(_result, pool.submit(_run, pickle.dumps(here)), here)
        except (OSError, BrokenProcessPool):
            return here

    before = gc.get_threshold()
    gc.set_threshold(SEARCH_AFTER, *before[1:])
    try:
        yield submit
    finally:
        gc.set_threshold(*before)
        pool.shutdown(wait=True, cancel_futures=True)


def _run(pickled: bytes) -> Any:
    """Do in the second process what was sent."""
    return pickle.loads(pickled)()  # noqa: S301 - written by this program


def _result(future: Future[Any], here: Callable[[], Any]) -> Any:
    """Return a result; work that is not begun is done here, so that nobody waits for nothing."""
    if future.cancel():
        return here()
    try:
        return future.result()
    except BrokenProcessPool:
        return here()


def _begin() -> None:
    """End this process when the one that started it is gone, however it went."""
    gc.set_threshold(SEARCH_AFTER, *gc.get_threshold()[1:])
    pd.set_option("mode.string_storage", "python")  # as `python_strings`
    share_results()  # one build is all that it works for

    parent = parent_process()

    def wait() -> None:
        if parent:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
