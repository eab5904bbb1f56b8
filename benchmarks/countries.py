"""
Made-up catalogues of the size of a country, and what commands take on them.

    python -m benchmarks.countries OUT --sections 10000     # a folder of data to look at
    python -m benchmarks countries                          # what commands take on three sizes

Expressways are the rows and columns of a shaken grid of towns, railways every second of them with
stations of their own; a border between two regions runs down the middle, and every line crosses it
at a place of its own. It stands in for a catalogue of that size where none is at hand.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from geo.catalogue.schema import TABLES, columns

#: Degrees between two towns, and how far a town is shaken; shape points of a section, and theirs.
STEP, SHAKEN = 0.07, 0.012
BENDS, BENT = 9, 0.0012
#: South-west corner of the country.
WEST, SOUTH = 4.0, 44.0
CITY_EVERY, COUNTY_EVERY = 4, 2
REGION = """
name = "Grid"
name_en = "Grid"
languages = ["en"]
as_of = 2026-01-01
frame = [{west}, {south}, {east}, {north}]
[[regions]]
id = "west"
name = "West"
name_en = "West"
adcode = "110000"
[[regions]]
id = "east"
name = "East"
name_en = "East"
adcode = "120000"
[base]
counties = "base/counties.geojson"
provinces = "base/provinces.geojson"
[map]
centre = [{lon}, {lat}]
"""
SIZES = (1_000, 3_000, 10_000)
COMMANDS = ("check", "stats", "matrix")


def write_country(folder: Path, sections: int, seed: int = 0) -> int:
    """Write the data of a country of about that many sections; return how many it has."""
    rng = np.random.default_rng(seed)
    side = 2 * round((sections / 2.5) ** 0.5 / 2)
    towns = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1) * STEP
    towns = towns + np.array([WEST, SOUTH]) + rng.uniform(-SHAKEN, SHAKEN, towns.shape)
    border = WEST + (side - 1) / 2 * STEP
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    tables["sources"].append({"key": "made", "title": "Made up", "date": "2026"})
    _lines(tables, "road", "expressway", "interchange", towns, border, rng)
    stations = towns[::2, ::2] + STEP / 5
    _lines(tables, "rail", "intercity", "station", stations, border, rng)
    _people(tables, towns, border)
    _base(folder / "base", towns, border)
    corner, (lon, lat) = towns[-1, -1], towns[side // 2, side // 2]
    (folder / "region.toml").write_text(
        REGION.format(west=WEST - 1, south=SOUTH - 1, east=corner[0] + 1, north=corner[1] + 1,
                      lon=lon, lat=lat), encoding="utf-8"
    )  # fmt: skip
    (folder / "tables").mkdir()
    for name, rows in tables.items():
        path = folder / "tables" / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns(TABLES[name]), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return len(tables["sections"])


def _lines(
    tables: dict[str, list[dict[str, Any]]], mode: str, kind: str, stop: str, spots: Any,
    border: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Add the lines of a mode along the rows and the columns of a grid of places."""
    side = len(spots)
    for i, j in np.ndindex(side, side):
        _place(tables, f"{mode}-{i}-{j}", spots[i, j], stop)
    for number in range(side):
        _line(tables, f"{mode}-we-{number}", mode, kind, border, rng,
              [(f"{mode}-{i}-{number}", spots[i, number]) for i in range(side)])  # fmt: skip
        _line(tables, f"{mode}-sn-{number}", mode, kind, border, rng,
              [(f"{mode}-{number}-{j}", spots[number, j]) for j in range(side)])  # fmt: skip


def _place(tables: dict[str, list[dict[str, Any]]], key: str, spot: Any, kind: str) -> None:
    tables["places"].append(
        {"place_id": key, "name": f"Place {key}", "name_en": f"Place {key}",
         "lon": round(spot[0], 5), "lat": round(spot[1], 5), "kind": kind, "accuracy_m": 50,
         "source": "made", "confidence": "high"}
    )  # fmt: skip


def _line(
    tables: dict[str, list[dict[str, Any]]], key: str, mode: str, kind: str, border: float,
    rng: np.random.Generator, stops: list[tuple[str, Any]],
) -> None:  # fmt: skip
    """Add a route with a section between any two of its stops, and a place at the border."""
    tables["routes"].append(
        {"route_id": key, "mode": mode, "class": kind, "group": "named", "name": f"Line {key}",
         "name_en": f"Line {key}", "source": "made"}
    )  # fmt: skip
    row = {"route_id": key, "accuracy_m": 50, "source": "made"}
    points: list[dict[str, Any]] = [{"route_id": key, "place_id": stops[0][0]}]
    ends = [stops[0][0]]
    for (_, a), (name, b) in itertools.pairwise(stops):
        shape = np.linspace(a, b, BENDS + 2)[1:-1] + rng.uniform(-BENT, BENT, (BENDS, 2))
        if (a[0] < border) != (b[0] < border):
            share = (border - a[0]) / (b[0] - a[0])
            middle = f"{key}-border"
            _place(tables, middle, a + share * (b - a), "border")
            near = np.abs(shape[:, 0] - border) < STEP / BENDS
            first = shape[(shape[:, 0] < border) & ~near]
            points += [{**row, "lon": round(x, 5), "lat": round(y, 5)} for x, y in first]
            points.append({"route_id": key, "place_id": middle})
            ends.append(middle)
            shape = shape[(shape[:, 0] > border) & ~near]
        points += [{**row, "lon": round(x, 5), "lat": round(y, 5)} for x, y in shape]
        points.append({"route_id": key, "place_id": name})
        ends.append(name)
    tables["alignments"] += [{**point, "seq": n} for n, point in enumerate(points, 1)]
    for n, (a, b) in enumerate(itertools.pairwise(ends), 1):
        year = int(rng.integers(1995, 2032))
        dates = {"status": "planned", "expected": year}
        if year < 2026:
            dates = {"status": "open", "opened": year, "started": year - 3}
        tables["sections"].append(
            {"section_id": f"{key}-{n}", "route_id": key, "seq": n, "name": f"Section {key} {n}",
             "from_place": a, "to_place": b, "design_speed_kmh": 120 if mode == "road" else 250,
             "source": "made", "confidence": "high", **dates}
        )  # fmt: skip


def _people(tables: dict[str, list[dict[str, Any]]], towns: Any, border: float) -> None:
    """Add cities and counties at towns."""
    for i, j in np.ndindex(*towns.shape[:2]):
        lon, lat = (round(value, 5) for value in towns[i, j])
        row = {"name": f"Town {i} {j}", "name_en": f"Town {i} {j}", "lon": lon, "lat": lat,
               "region": "west" if lon < border else "east", "source": "made",
               "population": 50_000 + 1000 * ((i * 7 + j * 13) % 100)}  # fmt: skip
        if i % CITY_EVERY == j % CITY_EVERY == 0:
            tables["cities"].append({**row, "city_id": f"city-{i}-{j}", "level": "city"})
        if i % COUNTY_EVERY == j % COUNTY_EVERY == 0:
            tables["zones"].append({**row, "zone_id": f"zone-{i}-{j}"})


def _base(folder: Path, towns: Any, border: float) -> None:
    """Write the two regions, and counties: strips from south to north in each of them."""
    folder.mkdir(parents=True)
    (west, south), (east, north) = towns[0, 0] - 2 * STEP, towns[-1, -1] + 2 * STEP
    halves = (("110000", "West", west, border), ("120000", "East", border, east))
    cuts = np.linspace(south, north, len(towns) // 2 + 1)
    provinces = [
        _box(a, south, b, north, adcode=code, name=name, name_en=name)
        for code, name, a, b in halves
    ]
    counties = [
        _box(a, low, b, high, adcode=f"{code[:2]}{n:04}", name=f"{name} {n}",
             name_en=f"{name} {n}", city=code, province=code)
        for code, name, a, b in halves
        for n, (low, high) in enumerate(itertools.pairwise(cuts), 1)
    ]  # fmt: skip
    for name, features in (("provinces", provinces), ("counties", counties)):
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")


def _box(west: float, south: float, east: float, north: float, **about: str) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": about, "geometry": shape}


def report(*, quick: bool) -> None:
    """Print processor time and the peak of memory of commands on made-up countries."""
    print("| sections | command | nothing kept, s | kept, s | peak, MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for wanted in SIZES[: 1 if quick else None]:
            data = Path(name) / str(wanted)
            count = write_country(data, wanted)
            for command in COMMANDS:
                anew, peak = _took([command, "--data", str(data), "--no-cache"], Path(name))
                for _ in range(2):
                    kept, _peak = _took([command, "--data", str(data)], Path(name))
                print(
                    f"| {count:,} | {command} | {anew:.1f} | {kept:.1f} | {peak:,.0f} |",
                    flush=True,
                )


def _took(arguments: list[str], folder: Path) -> tuple[float, float]:
    """Return the processor seconds of a command, and its peak of memory in MB."""
    out = folder / "out"
    with out.open("wb") as file:
        command = subprocess.Popen(
            [sys.executable, "-m", "geo", *arguments], stdout=file, stderr=file,
            env={**os.environ, "GEO_CACHE": str(folder / "kept")},
        )  # fmt: skip
        _, status, usage = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
    if command.returncode:
        raise SystemExit(out.read_text(encoding="utf-8")[-500:])
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Write a country."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--sections", type=int, default=10_000)
    chosen = parser.parse_args()
    print(f"{write_country(chosen.out, chosen.sections):,} sections: {chosen.out}")


if __name__ == "__main__":
    main()
