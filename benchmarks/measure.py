"""Time engines in turn, and compare their answers."""

from __future__ import annotations

import statistics
from importlib.util import find_spec
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    #: Takes nothing and returns what all engines of a case must agree on.
    Run = Callable[[], NDArray[np.float64]]


class Engine(NamedTuple):
    """One way to the answer; `share` of the work that it does, its time is divided by it."""

    run: Run
    share: float = 1.0
    #: The part of the answer of others that this one computes.
    part: slice | NDArray[np.intp] = slice(None)
    #: Largest difference allowed, as a share of the answer.
    within: float = 1e-9


class Case(NamedTuple):
    """One problem for several engines; the first is the reference of ratios and answers."""

    title: str
    size: int
    engines: dict[str, Engine]
    missing: tuple[str, ...] = ()
    #: Too large for more than one round.
    once: bool = False


def installed(package: str) -> bool:
    """Tell whether a package can be compared."""
    return find_spec(package) is not None


def timed(run: Run) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds of processor time and the answer."""
    start = process_time()
    answer = run()
    return process_time() - start, np.asarray(answer, float)


def apart(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Return the largest difference as a share of the value; infinities must agree."""
    if one.shape != two.shape or (np.isfinite(one) != np.isfinite(two)).any():
        return float("inf")
    real = np.isfinite(one)
    gap, scale = np.abs(one[real] - two[real]), np.abs(one[real])
    return float((gap / np.maximum(scale, scale.max(initial=1e-300) * 1e-9)).max(initial=0.0))


def race(case: Case, rounds: int) -> dict[str, tuple[float, float, float]]:
    """Return seconds, ratio to the reference and error of every engine: medians of rounds."""
    times: dict[str, list[float]] = {name: [] for name in case.engines}
    answers = {}
    for this in range(rounds + 1):  # the first round warms up and compiles
        for name, engine in case.engines.items():
            seconds, answers[name] = timed(engine.run)
            if this:
                times[name].append(seconds / engine.share)
    best = max(case.engines, key=lambda e: (case.engines[e].share, -case.engines[e].within))
    reference = next(iter(times))
    found = {}
    for name, engine in case.engines.items():
        whole = answers[best][engine.part] if engine.share < 1 else answers[best]
        error = apart(whole, answers[name])
        if not whole.any():
            raise SystemExit(f"{case.title}: {name} is compared over zeros alone")
        if error > engine.within:
            raise SystemExit(f"{case.title}: {name} is off by {error:.1e}")
        pairs = zip(times[reference], times[name], strict=True)
        ratio = statistics.median(a / max(b, 1e-9) for a, b in pairs)
        found[name] = statistics.median(times[name]), ratio, error
    return found


def report(name: str, cases: Iterable[Case], rounds: int) -> None:
    """Print a table in Markdown, and how times grow with the size."""
    print(f"\n## {name}\n\n| case | engine | seconds | times as fast | largest difference |")
    print("|---|---|---|---|---|")
    growth: dict[str, list[tuple[int, float]]] = {}
    for case in cases:
        for engine, (seconds, ratio, error) in race(case, 1 if case.once else rounds).items():
            print(f"| {case.title} | {engine} | {seconds:.3g} | {ratio:.3g} | {error:.0e} |")
            growth.setdefault(engine, []).append((case.size, seconds))
        if case.missing:
            print(f"| {case.title} | left out: {', '.join(case.missing)} | | | |", flush=True)
    for engine, points in growth.items():
        grown = [(size, max(seconds, 1e-6)) for size, seconds in points if size]
        if len({size for size, _ in grown}) >= 3:
            size, seconds = np.log(np.array(grown)).T
            print(f"\n{engine}: grows with the power {np.polyfit(size, seconds, 1)[0]:.2f}")
