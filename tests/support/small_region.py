"""A region of two provinces that has a little of everything, quick to read, draw and build."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import toy

_REGION = """
name = "两省"
name_en = "Two provinces"
as_of = 2026-01-01
milestones = [2015]
frame = [-1.0, -1.0, 1.0, 1.0]
metric_crs = "EPSG:3857"
[[regions]]
id = "west"
name = "西省"
name_en = "West"
adcode = "110000"
[[regions]]
id = "east"
name = "东省"
name_en = "East"
adcode = "120000"
[base]
relief = "base/relief.png"
counties = "base/counties.geojson"
provinces = "base/provinces.geojson"
rivers = "base/rivers.geojson"
[context]
railways = "base/rivers.geojson"
[map]
centre = [0.0, 0.0]
zoom = 9
attribution = "toy"
[[groups]]
id = "ring"
name = "环"
name_en = "Ring"
kind = "ring"
routes = ["north"]
source = "toy"
"""
#: Places by id: degrees east and north, and what they are.
PLACES = {
    "wa": (-0.5, 0.0, "interchange"), "wb": (-0.3, 0.2, "interchange"), "mid": (0.0, 0.0, "border"),
    "top": (0.0, 0.2, "border"), "ea": (0.5, 0.0, "interchange"), "eb": (0.3, 0.2, "junction"),
    "ws": (-0.48, 0.02, "station"), "ms": (0.0, 0.05, "border"), "es": (0.48, 0.02, "station"),
    "wp": (-0.5, -0.2, "port"), "mp": (0.0, -0.2, "border"), "ep": (0.5, -0.2, "port"),
}  # fmt: skip
#: Routes: mode, class, group, and their places in order, a border between two sections.
ROUTES = {
    "south": ("road", "expressway", "named", ["wa", "mid", "ea"]),
    "north": ("road", "expressway", "named", ["wa", "wb", "top", "eb", "ea"]),
    "wider": ("road", "expressway", "expansion", ["wa", "mid"]),
    "fast": ("rail", "hsr", "named", ["ws", "ms", "es"]),
    "river": ("water", "waterway", "named", ["wp", "mp", "ep"]),
}
CITIES = {
    "aa": (-0.51, 0.01, 50, "West", ""),
    "bb": (-0.31, 0.22, 20, "West", ""),
    "cc": (0.51, 0.01, 40, "East", ""),
    "dd": (0.31, 0.21, 10, "East", ""),
    "ab": (-0.52, 0.0, 5, "West", "aa"),
}


def write(folder: Path) -> Path:
    """Write the region into a folder."""
    (folder / "base").mkdir(parents=True)
    (folder / "region.toml").write_text(_REGION, encoding="utf-8")
    _base(folder / "base")
    known = {"source": "toy", "confidence": "high"}
    toy.write(
        folder, "sources", [{"key": "toy", "title": "玩具 toy", "url": "https://example.org"}]
    )
    toy.write(folder, "places", [
        {"place_id": key, "name": f"地{key}", "name_en": f"Place {key}", "lon": lon, "lat": lat,
         "kind": kind, "accuracy_m": 100, **known} for key, (lon, lat, kind) in PLACES.items()
    ])  # fmt: skip
    toy.write(folder, "routes", [
        {"route_id": key, "mode": mode, "class": kind, "group": group, "name": f"线{key}",
         "name_en": f"Line {key}", "ref": key[0].upper() + "1", "source": "toy", "notes": "a note"}
        for key, (mode, kind, group, _) in ROUTES.items()
    ])  # fmt: skip
    toy.write(folder, "alignments", list(_points()))
    toy.write(folder, "sections", list(_sections()))
    toy.write(folder, "cities", [
        {"city_id": key, "adcode": "", "name": f"城{key}", "name_en": f"City {key}", "lon": lon,
         "lat": lat, "population": people * 1000, "level": "city", "region": region,
         "part_of": whole, "source": "toy"}
        for key, (lon, lat, people, region, whole) in CITIES.items()
    ])  # fmt: skip
    toy.write(folder, "published_times", [
        {"from": "城aa", "to": "城cc", "mode": "road", "minutes": 80, "km": 112, "date": "2024",
         "notes": "by bus", "kind": "press", **known},
        {"from": "ws", "to": "es", "mode": "rail", "minutes": 40, "date": "2024-05", "kind": "timetable", **known},
    ])  # fmt: skip
    toy.write(folder, "projects", [
        {"project_id": "plan", "name": "北线", "name_en": "Northern line", "year": 2028,
         "sections": "north-2", "change": "add"}
    ])  # fmt: skip
    return folder


#: Text that runs in a page that takes it for markup, a template or an address.
HOSTILE = (
    "</script><script>window.hit=1</script>\"'><img src=x onerror=window.hit=2><svg onload=hit=3>"
    "{{7*7}}${7*7}`%s{0}</title></style><!--&lt;\u202e\u200f\\u003cb"
)


def hostile(folder: Path) -> Path:
    """Write the region with such text in every cell, setting and layer that takes any text."""
    write(folder)
    free = {"name", "name_en", "ref", "notes", "title", "publisher", "licence", "level", "reason",
            "group", "date", "url"}  # fmt: skip
    for path in sorted((folder / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for column in free & set(row) - (
                {"date"} if path.stem == "published_times" else set()
            ):
                if row[column] != "expansion":
                    row[column] += HOSTILE * (
                        20 if column in ("notes", "publisher", "licence") else 1
                    )
            for column in {"from", "to"} & set(row):  # cities by name
                row[column] += HOSTILE if row[column].startswith("城") else ""
            if "url" in row:
                row["url"] = "javascript:window.hit=4"
        toy.write(folder, path.stem, rows)
    text = (folder / "region.toml").read_text("utf-8")
    lines = [
        f"{line.partition(' = ')[0]} = {json.dumps(json.loads(line.partition(' = ')[2]) + HOSTILE)}"
        if line.startswith(("name_", "attribution"))
        else line
        for line in text.splitlines()
    ]
    settings = "\n".join(lines)
    for region in ("West", "East"):
        settings = settings.replace(json.dumps(region + HOSTILE), json.dumps(region))
    (folder / "region.toml").write_text(settings, encoding="utf-8")
    for path in (folder / "base").glob("*.geojson"):
        found = json.loads(path.read_text("utf-8"))
        for feature in found["features"]:
            for key in {"name", "name_en"} & set(feature["properties"]):
                feature["properties"][key] += HOSTILE
        path.write_text(json.dumps(found), encoding="utf-8")
    return folder


def _points():
    """Rows of the alignments."""
    for key, (_, _, _, places) in ROUTES.items():
        rows = [{"place_id": place} for place in places]
        if key == "south":
            rows.insert(1, {"lon": -0.25, "lat": -0.02, "accuracy_m": 200, "source": "toy"})
            rows[0]["chainage_km"], rows[-1]["chainage_km"] = 0, 112.5
        yield from ({"route_id": key, "seq": i, **row} for i, row in enumerate(rows, 1))


def _sections():
    """Rows of the sections: all open but the eastern half of the northern road."""
    for key, (mode, _, group, places) in ROUTES.items():
        border = next(p for p in places[1:] if PLACES[p][2] == "border")
        pairs = [(places[0], border), (border, places[-1])][: 1 if group == "expansion" else 2]
        for number, (a, b) in enumerate(pairs, 1):
            row = {"section_id": f"{key}-{number}", "route_id": key, "seq": number,
                   "name": f"段{key}{number}", "from_place": a, "to_place": b,
                   "started": "2005", "opened": "2010-06", "status": "open",
                   "design_speed_kmh": 30 if mode == "water" else 100, "source": "toy",
                   "confidence": "high", "notes": "built", "length_km": "",
                   "lanes": 4 if mode == "road" else "",
                   "tracks": 2 if mode == "rail" else ""}  # fmt: skip
            if group == "expansion":
                row |= {"shares": "south-1", "lanes": 8, "opened": "2020-01-02", "started": "2018"}
            if row["section_id"] == "north-2":
                row |= {"status": "construction", "opened": "", "expected": 2028}
            if row["section_id"] == "south-2":
                row |= {"length_km": 56.5}
            yield row


def _base(folder: Path) -> None:
    """Write relief, counties, provinces and a river."""
    from PIL import Image

    Image.new("RGB", (4, 4), "#ccddcc").save(folder / "relief.png")

    def square(west, south, east, north, **properties):
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": properties, "geometry": shape}

    def collection(name, features):
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        (folder / name).write_text(text, encoding="utf-8")

    halves = ((-0.8, 0.0, "110000", "西", "West"), (0.0, 0.8, "120000", "东", "East"))
    collection("counties.geojson", [
        square(w, s, e, n, adcode=f"{code[:2]}01{i:02}", name=f"{zh}县{i}", name_en=f"{en} {i}",
               city=f"{code[:2]}0100", province=code)
        for w, e, code, zh, en in halves for i, (s, n) in enumerate(((-0.5, 0.1), (0.1, 0.5)), 1)
    ])  # fmt: skip
    far = square(-0.8, 0.5, 0.8, 0.9, adcode="130000", name="北省", name_en="North", context=1)
    collection("provinces.geojson", [
        *(square(w, -0.5, e, 0.5, adcode=code, name=f"{zh}省", name_en=en, context=0)
          for w, e, code, zh, en in halves), far])  # fmt: skip
    line = {"type": "LineString", "coordinates": [[-0.7, -0.2], [0.0, -0.21], [0.7, -0.2]]}
    river = {
        "type": "Feature",
        "properties": {"name": "江", "name_en": "River"},
        "geometry": line,
    }
    collection("rivers.geojson", [river])
