"""Files of surveyed lines that are damaged, and what the readers make of them."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import extract
import geopandas as gpd
import numpy as np
import shapely
import small_region
from trial import Outcome, judge, run, settled

import geo

#: The names of the originals, and the parts of each that are damaged.
LAYERS = {
    "j.geojson": [".geojson"],
    "g.gpkg": [".gpkg"],
    "k.kml": [".kml"],
    "s.shp": [".shp", ".shp", ".dbf", ".dbf", ".shx", ".prj", ".cpg"],
}
_KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>lines</name>{}</Document></kml>
"""
_MARK = """<Placemark><name>线south</name><ExtendedData><Data name="highway"><value>motorway</value>
</Data></ExtendedData><LineString><coordinates>{}</coordinates></LineString></Placemark>"""
EXTRACTS = ("plain.osm.pbf", "zipped.osm.pbf")
WORD = "a word changed"
KINDS = ("cut off", "bits flipped", "a piece missing", "a piece of zeros", "a piece of noise",
         "a piece twice", "wrong magic", "a monstrous size", "another head", "nothing",
         "bytes swapped", WORD)  # fmt: skip


def originals(folder: Path) -> Path:
    """Write a region and every kind of file with lines that match its road to the south."""
    folder.mkdir()
    region = small_region.write(folder / "region")
    lines = geo.build_layers(geo.load(region)).sections.geometry
    parts = [shapely.get_coordinates(lines[key]) for key in ("south-1", "south-2")]
    frame = gpd.GeoDataFrame(
        {"highway": "motorway", "ref": "S1", "name": ["线south", None], "lanes": [4, 6]},
        geometry=[shapely.LineString(part) for part in parts],
        crs=4326,
    )
    marks = [_MARK.format(" ".join(f"{x},{y}" for x, y in part)) for part in parts]
    (folder / "k.kml").write_text(_KML.format("".join(marks)), encoding="utf-8")
    for name in set(LAYERS) - {"k.kml"}:
        frame.to_file(folder / name, encoding="UTF-8" if name.endswith("shp") else None)
    tags = {"highway": "motorway", "ref": "S1", "name": "线south"}
    ways = [([tuple(np.round(p, 7)) for p in part], tags) for part in parts]
    ways.append(([(-0.3, 0.2), (0.0, 0.2), (0.3, 0.2)], {"railway": "rail", "name": "铁"}))
    towns = [
        (-0.5, 0.01, {"place": "city", "name": "甲", "population": "5000"}),
        (0.48, 0.2, {"railway": "station", "name": "乙"}),
    ]
    for name, how in zip(EXTRACTS, ("none", "zlib"), strict=True):
        extract.write(
            folder / name,
            ways,
            towns,
            box=(-0.9, -0.9, 0.9, 0.9),
            form=f"pbf,pbf_compression={how}",
        )
    return folder


def damaged(rng: random.Random, raw: bytes, kind: str | None, *, text: bool) -> tuple[str, bytes]:
    """Return how bytes were damaged, by chance where no kind is given, and the bytes."""
    if kind == WORD or (kind is None and text):
        return WORD, _word_changed(rng, raw)
    at, end = sorted(rng.randrange(len(raw) + 1) for _ in range(2))
    if rng.random() < 0.5:
        at, end = at % 200, at % 200 + rng.choice([1, 4, 16])
    flipped = bytearray(raw)
    for _ in range(rng.choice([1, 1, 2, 8, 64])):
        if flipped:
            flipped[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    size = rng.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0",
                       b"\xff" * 9 + b"\x01", b"\x80" * 12])  # fmt: skip
    ways = {
        "cut off": raw[:at],
        "bits flipped": bytes(flipped),
        "a piece missing": raw[:at] + raw[end:],
        "a piece of zeros": raw[:at] + bytes(end - at) + raw[end:],
        "a piece of noise": raw[:at] + rng.randbytes(end - at) + raw[end:],
        "a piece twice": raw[:end] + raw[at:],
        "wrong magic": rng.randbytes(8) + raw[8:],
        "a monstrous size": raw[:at] + size + raw[at + len(size) :],
        "another head": rng.choice([b"\x89PNG\r\n", b"PK\x03\x04", b"SQLite format 3\0", b"{", b"<",
                                    b"\xef\xbb\xbf", b"\x1f\x8b\x08"]) + raw,
        "nothing": b"",
        "bytes swapped": raw[:at] + raw[at:end][::-1] + raw[end:],
    }  # fmt: skip
    kind = kind or rng.choice(list(ways))
    return kind, ways[kind]


def _word_changed(rng: random.Random, raw: bytes) -> bytes:
    """Change a word of a text file, so that it stays well-formed more often."""
    old = rng.choice([b"LineString", b"coordinates", b"Feature", b"motorway", b"-0.5", b"0.0", b"[",
                      b",", b"properties", b"null", b"EPSG", b"CRS84", b"name", b"Placemark"])  # fmt: skip
    new = rng.choice([b"", b"x", b"Point", b"Polygon", b"null", b"NaN", b"1e999", b"-1e308", b"[[",
                      b"999", b'"', b"MultiLineString", b"GeometryCollection", b"EPSG:99999",
                      b"<!ENTITY a 'b'>", b"{}"])  # fmt: skip
    return raw.replace(old, new, rng.choice([1, 1, 99]))


def tried(source: Path, room: Path, key: str, kind: str | None = None) -> Outcome:
    """Damage one file, and read it with the command that takes it."""
    rng = random.Random(key)
    here, out = room / f"files-{key}", room / f"made-{key}"
    here.mkdir()
    name = rng.choice([*LAYERS, *EXTRACTS, *EXTRACTS])
    stem = name.split(".")[0]
    for path in source.glob(f"{stem}.*"):
        shutil.copyfile(path, here / path.name)
    part = here / f"{stem}{rng.choice(LAYERS.get(name, ['.osm.pbf']))}"
    text = part.suffix in (".geojson", ".kml", ".prj") and rng.random() < 0.4
    kind, raw = damaged(rng, part.read_bytes(), kind, text=text)
    part.write_bytes(raw)
    command = ["refresh", "layer", str(here / name)]
    if name in EXTRACTS:
        command = rng.choice(
            [
                ["refresh", "pbf", str(here / name)],
                ["new", str(out), "--from-pbf", str(here / name)],
            ]
        )
    if command[0] == "refresh":
        command += ["--data", str(source / "region"), "--out", str(out)]
    label = f"{part.suffix.removeprefix('.')}: {kind}"

    def attempt() -> tuple[str, str]:
        code, text, err = run([*command, "--json"])
        result, why = judge(code, text, err)
        left = [path.name for path in (*room.glob(".geo-*"), *here.glob(".*"))]
        if result == "refused" and (out.exists() or left):
            return "broken", "files of a refused command"
        if result == "correct" and json.loads(text).get("replaced") != 0:
            code, _, why = run(["routes", "--data", str(out), "--json"])
            return "broken" if code else "correct", why
        return result, why

    result, why = settled(attempt)
    for path in (here, out):
        shutil.rmtree(path, ignore_errors=True)
    return Outcome(
        label, result, f"{key} {' '.join(command)}: {why}" if result == "broken" else ""
    )
