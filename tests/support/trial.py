"""One trial: damage a copy of a region, run commands on it, and judge what they said."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import small_region
from damaged_tables import damage

from geo.catalogue.catalogue import data_folder
from geo.cli.main import main

#: A command that computes longer than this hangs, and one that waits six times as long.
LIMIT_S = 20
#: A line of a message is not longer than this.
LONGEST_LINE = 700
#: What is run on every folder that can be read, and what of these one is taken by chance.
FIRST = ["stats", "--year", "2026"]
THEN = (
    ["check"], ["routes"], ["crossings"], ["od", "城aa", "城cc", "--k", "2"], ["matrix"], ["access"],
    ["cut", "西省", "东省"], ["critical"], ["compare", "2009", "2030"], ["openness"], ["calibrate"],
    ["corridor", "城aa", "城cc"], ["corridor", "south"], ["export", "geojson"], ["export", "csv"],
    ["export", "graphml"], ["export", "gpkg"], ["access", "--indicator", "potential", "--year", "2030"],
    ["export", "xlsx"], ["export", "gtfs"], ["export", "gmns"], ["export", "osmnx"],
    ["od", "城aa", "0.1,0.05"], ["access", "--mode", "road"], ["disrupt", "--at", "0,0", "--km", "20"],
    ["disrupt", "--grid", "40"],
)  # fmt: skip
SLOW = (["map", "crossings"], ["map", "network"], ["map", "index"], ["map", "accessibility"],
        ["map", "criticality"], ["map", "compare"], ["map", "plan"], ["map", "corridors"])  # fmt: skip


class Outcome(NamedTuple):
    """What came of a trial: correct, refused, or broken with the reason."""

    kind: str
    result: str
    why: str = ""


class Hang(BaseException):
    """The time is over; no handler of the package may take it for its own."""


@contextlib.contextmanager
def limited(seconds: float):
    """Stop what takes longer."""

    def over(*_):
        raise Hang

    # by the processor's time, so that other work on the machine makes no hang
    watched = {
        (signal.SIGPROF, signal.ITIMER_PROF): seconds,
        (signal.SIGALRM, signal.ITIMER_REAL): 6 * seconds,
    }
    before = {name: signal.signal(name, over) for name, _ in watched}
    for (_, timer), limit in watched.items():
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for name, timer in watched:
            signal.setitimer(timer, 0)
            signal.signal(name, before[name])


def run(arguments: list[str]) -> tuple[int, str, str]:
    """Run a command in this process; return its code, its output and its errors."""
    out, err = io.StringIO(), io.StringIO()
    kept = os.dup(1)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), limited(LIMIT_S):
            code = main(arguments)
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        os.dup2(kept, 1)  # the command line gives its output up when it cannot write
        os.close(kept)
    return code, out.getvalue(), err.getvalue()


def judge(code: int, out: str, err: str) -> tuple[str, str]:
    """Return correct, refused or broken, and what is wrong with the latter."""
    lines = err.splitlines()
    if "Traceback" in err:
        return "broken", f"a traceback: {err[-1500:]}"
    if code == 2:
        shown = json.loads(out) if out else {}
        faults = {
            "no message": not lines,
            "an empty line in the message": any(not line.strip() for line in lines),
            "a line too long": any(len(line) > LONGEST_LINE for line in lines),
            "control characters in the message": any(not _plain(line) for line in err.split("\n")),
            "output beside the message": bool(out) and shown.get("ok") is not False,
        }
        wrong = [text for text, true in faults.items() if true]
        return ("broken", wrong[0]) if wrong else ("refused", "")
    if code not in (0, 1):
        return "broken", f"exit code {code}"
    json.loads(out, parse_constant=_refuse)
    return "correct", ""


def settled(attempt: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """Return what an attempt makes of an input; one that hangs or raises has broken it."""
    try:
        return attempt()
    except Hang:
        return "broken", f"hangs: {traceback.format_exc()[-1500:]}"
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        return "broken", traceback.format_exc()


def _plain(line: str) -> bool:
    return not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in line)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} in JSON")


def commands(rng: random.Random, *, slow: float) -> list[list[str]]:
    """Return the commands of a trial."""
    return [FIRST, rng.choice(SLOW if rng.random() < slow else THEN)]


def tried(
    source: Path,
    room: Path,
    key: str,
    kind: str | None = None,
    *,
    chosen: list[list[str]] | None = None,
    slow: float = 0.03,
) -> Outcome:
    """Damage a copy of a folder and run commands on it; the key decides everything."""
    rng = random.Random(key)
    folder, out = room / f"data-{key}", room / f"out-{key}"
    shutil.copytree(source, folder, symlinks=True)
    kind = damage(rng, folder, kind)
    results = []
    try:
        for command in chosen or commands(rng, slow=slow):
            more = ["--out", str(out)] if command[0] in ("export", "map") else []
            asked = [*command, "--data", str(folder), "--json", *more]
            result, why = settled(lambda asked=asked: judge(*run(asked)))
            if result == "refused" and out.exists() and any(out.iterdir()):
                result, why = "broken", "files of a refused command"
            if result == "broken":
                return Outcome(kind, result, f"{key} {' '.join(command)}: {why}")
            results.append(result)
            if results == ["refused"]:
                break
    finally:
        for path in (folder, out):
            shutil.rmtree(path, ignore_errors=True)
    return Outcome(kind, "correct" if set(results) == {"correct"} else "refused")


def strict() -> None:
    """Take every warning for an error, as the tests do."""
    warnings.simplefilter("error")


def small(folder: Path) -> Path:
    """Write the small region that is damaged."""
    return small_region.write(folder)


def shipped(folder: Path) -> Path:
    """Copy the tables that come with the package, without base layers."""
    shutil.copytree(data_folder() / "tables", folder / "tables")
    shutil.copy(data_folder() / "region.toml", folder)
    return folder


def tried_shipped(source: Path, room: Path, key: str, kind: str | None = None) -> Outcome:
    """Damage the shipped tables and draw them."""
    return tried(source, room, key, kind, chosen=[["routes"]])
