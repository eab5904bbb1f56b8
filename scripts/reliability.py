"""
Damage a hundred thousand inputs and count what comes of them.

    python scripts/reliability.py                      # the run that docs/reliability.md records
    python scripts/reliability.py --parts tables --inputs 1000
    python scripts/reliability.py --parts tables --only 17     # one input again, by its number

Every input is one number of one part; the number decides the damage. An input must end in a
correct result or be refused in clear lines; everything else is broken and is reported by number.
Work is done by processes of their own, so that a crash or a hang of a library is counted too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = "2026"
#: Inputs by part: share of all, and seconds that one may take on average on a busy machine.
PARTS = {
    "tables": (0.90, 6),
    "shipped": (0.01, 15),
    "files": (0.07, 9),
    "answers": (0.02, 9),
    "borders": (0.02, 9),
}
CHUNK = 500


def worker(part: str, numbers: range) -> None:
    """Try some inputs and print one line of JSON for each."""
    os.environ["GEO_CACHE"] = (
        "off"  # every input is another region: nothing is ever asked for again
    )
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
    import damaged_answers
    import damaged_borders
    import damaged_files
    import trial

    trial.strict()
    ways = {
        "tables": (trial.small, trial.tried),
        "shipped": (trial.shipped, trial.tried_shipped),
        "files": (damaged_files.originals, damaged_files.tried),
        "answers": (damaged_answers.originals, damaged_answers.tried),
        "borders": (damaged_borders.originals, damaged_borders.tried),
    }
    make, attempt = ways[part]
    with tempfile.TemporaryDirectory(prefix="geo-reliability-") as folder:
        room = Path(folder)
        source = make(room / "source")
        for number in numbers:
            outcome = attempt(source, room, f"{SEED}-{number}")
            print(json.dumps([number, *outcome]), flush=True)


def chunk(part: str, numbers: range, until: float) -> list[list[str]]:
    """Try some inputs in a process of its own; what it did not get to has died with it."""
    if time.monotonic() > until:
        return []
    work = ["--work", str(numbers.start), str(numbers.stop)]
    command = [sys.executable, __file__, "--parts", part, *work]
    limit = 60 + PARTS[part][1] * len(numbers)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
        out, why = done.stdout, f"died with code {done.returncode}: {done.stderr[-800:]}"
    except subprocess.TimeoutExpired as stop:
        out, why = (stop.stdout or b"").decode(), f"hangs for {limit} s"
    rows = [json.loads(line) for line in out.splitlines()]
    if len(rows) < len(numbers):
        number = numbers.start + len(rows)
        rows.append([number, "unknown", "broken", f"{SEED}-{number} {why}"])
        rows += (
            chunk(part, range(number + 1, numbers.stop), until)
            if number + 1 < numbers.stop
            else []
        )
    return rows


def tally(part: str, rows: list[list[str]], seconds: float) -> None:
    """Print what came of the inputs of a part, by kind of damage, as a table."""
    kinds = Counter((kind, result) for _, kind, result, _ in rows)
    total = Counter(result for _, _, result, _ in rows)
    print(f"\n### {part}: {len(rows):,} inputs in {seconds:,.0f} s\n")
    print("| damage | inputs | correct | refused | broken |\n|---|--:|--:|--:|--:|")
    for kind in sorted({kind for kind, _ in kinds}):
        counts = [kinds[kind, result] for result in ("correct", "refused", "broken")]
        print(f"| {kind} | {sum(counts):,} | " + " | ".join(f"{n:,}" for n in counts) + " |")
    counts = [total[result] for result in ("correct", "refused", "broken")]
    print(
        f"| **all** | {sum(counts):,} | " + " | ".join(f"{n:,}" for n in counts) + " |", flush=True
    )


def versions() -> str:
    """Return the versions of what reads the inputs."""
    from importlib.metadata import version

    names = ("chuanyu-geo", "pandas", "pydantic", "shapely", "pyogrio", "osmium", "osmnx")
    return ", ".join([f"Python {sys.version.split()[0]}", *(f"{n} {version(n)}" for n in names)])


def main() -> int:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="over all parts")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--first", type=int, default=0, help="number of the first input of a part")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin nothing after these")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one input again")
    parser.add_argument("--work", type=int, nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        worker(arguments.parts[0], range(*arguments.work))
        return 0
    if arguments.only is not None:
        worker(arguments.parts[0], range(arguments.only, arguments.only + 1))
        return 0
    print(f"{dt.datetime.now(dt.UTC).date()}, {versions()}")
    until = time.monotonic() + arguments.seconds
    whole, broken = sum(PARTS[part][0] for part in arguments.parts), 0
    for part in arguments.parts:
        count, since = round(arguments.inputs * PARTS[part][0] / whole), time.monotonic()
        numbers = range(arguments.first, arguments.first + count)
        chunks = [numbers[i : i + CHUNK] for i in range(0, count, CHUNK)]
        rows: list[list[str]] = []
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for some in pool.map(chunk, [part] * len(chunks), chunks, [until] * len(chunks)):
                rows += some
                for _, kind, result, why in some:
                    if result == "broken":
                        print(f"\nbroken ({kind}): {why}", file=sys.stderr)
                print(
                    f"\r{part}: {len(rows):,} of {count:,} ", end="", file=sys.stderr, flush=True
                )
        tally(part, rows, time.monotonic() - since)
        broken += sum(row[2] == "broken" for row in rows)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
