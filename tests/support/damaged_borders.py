"""Areas that are damaged, and what becomes of a region drafted with them."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import damaged_files
import geopandas as gpd
import shapely
from trial import Outcome, judge, run, settled


def originals(folder: Path) -> Path:
    """Write extracts, and two areas that meet where their road and railway cross."""
    damaged_files.originals(folder)
    frame = gpd.GeoDataFrame(
        {"adcode": ["510000", "XX-E"], "name": ["甲", "乙"], "name_en": ["West", "East"]},
        geometry=[shapely.box(-0.8, -0.8, 0.0, 0.8), shapely.box(0.0, -0.8, 0.8, 0.8)],
        crs=4326,
    )
    frame.to_file(folder / "a.geojson")
    return folder


def tried(source: Path, room: Path, key: str, kind: str | None = None) -> Outcome:
    """Damage the areas, draft a region with them, and ask it for crossings."""
    rng = random.Random(key)
    file, out = room / f"areas-{key}.geojson", room / f"made-{key}"
    raw, text = (source / "a.geojson").read_bytes(), rng.random() < 0.5
    kind, raw = damaged_files.damaged(rng, raw, kind, text=text)
    file.write_bytes(raw)
    extract = source / damaged_files.EXTRACTS[0]
    new = ["new", str(out), "--from-pbf", str(extract), "--borders", str(file), "--json"]

    def attempt() -> tuple[str, str]:
        result, why = judge(*run(new))
        if result == "refused" and (out.exists() or [*room.glob(".geo-*")]):
            return "broken", "files of a refused command"
        for command in ("check", "crossings", "stats") if result == "correct" else ():
            follows, why = judge(*run([command, "--data", str(out), "--json"]))
            if follows == "broken":
                return follows, why
        return result, why

    result, why = settled(attempt)
    file.unlink()
    shutil.rmtree(out, ignore_errors=True)
    return Outcome(kind, result, f"{key}: {why}" if result == "broken" else "")
