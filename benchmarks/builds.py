"""What a user waits for: a build from nothing, after an edit, of nothing new, and commands."""

from __future__ import annotations

import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from geo.catalogue.catalogue import data_folder

#: Sections whose expected year is moved by one, one at a time; of the shipped region.
MOVED = ("chengyu-middle-hsr-1", "chengdawan-hsr-2", "wankaida-1")
COMMANDS = (["--help"], ["stats"], ["od", "成都", "重庆"], ["matrix"], ["crossings"])
DAY = "2026-11-28"


def seconds(arguments: list[str], folder: Path) -> float:
    """Return the processor time of a command, with the processes that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "geo", *arguments], check=True, capture_output=True,
        env={**os.environ, "GEO_CACHE": str(folder / "kept")},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def move(tables: Path, section: str) -> None:
    """Let a section open a year later."""
    path = tables / "sections.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(row for row in rows if row["section_id"] == section)
    row["expected"] = str(int(row["expected"]) + 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def report(*, quick: bool) -> None:
    """Print the processor time of builds and commands; results are compared byte by byte."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = shutil.copytree(data_folder(), folder / "data")
        build = ["build", "--data", str(data), "--year", DAY, "--out"]
        print("| build | seconds |\n|---|---|")
        whole = seconds([*build, str(folder / "anew"), "--no-cache"], folder)
        print(f"| from nothing, nothing kept | {whole:.1f} |")
        print(f"| from nothing | {seconds([*build, str(folder / 'out')], folder):.1f} |")
        for section in MOVED[: 1 if quick else None]:
            move(data / "tables", section)
            took = seconds([*build, str(folder / "out")], folder)
            print(f"| {section} opens a year later | {took:.1f} |", flush=True)
        print(f"| nothing new | {seconds([*build, str(folder / 'out')], folder):.1f} |")
        seconds([*build, str(folder / "anew"), "--no-cache"], folder)
        for path in (folder / "anew").rglob("*"):
            if (
                path.is_file()
                and path.read_bytes()
                != (folder / "out" / path.relative_to(folder / "anew")).read_bytes()
            ):
                raise SystemExit(f"{path.name} differs")
        print("\n| command | nothing kept | kept |\n|---|---|---|")
        for command in COMMANDS:
            for _ in range(1 if quick else 2):
                kept = seconds(command, folder)
            more = [] if command == ["--help"] else ["--no-cache"]
            print(
                f"| geo {' '.join(command)} | {seconds([*command, *more], folder):.2f} | {kept:.2f} |"
            )
