"""Answers of an Overpass server that are damaged, and what a refresh makes of them."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import small_region
from fake_overpass import Elements, FakeOverpass, Reply
from toy import KM_LAT, KM_LON
from trial import Outcome, judge, run, settled

VALUES = (None, "", "x", -1, 0, 1e308, "1e308", [], {}, [[]], True, 10**30, "<script>", "\u202e",
          "x" * 5000, [1, 2, 3], {"a": 1}, 181, -91, "NaN")  # fmt: skip


#: Kinds of damage as often as they are taken.
OFTEN = ("cut off", "a value changed", "a value changed", "a value changed", "a key missing",
         "an element twice", "an element missing", "a byte changed", "no object",
         "other elements", "a way of one node", "a remark")  # fmt: skip
KINDS = tuple(dict.fromkeys(OFTEN))


def originals(folder: Path) -> Path:
    """Write the region that is refreshed."""
    return small_region.write(folder)


def elements() -> Elements:
    """Return a motorway along the road to the south."""
    made = Elements(KM_LON, KM_LAT)
    for a, b in ((-0.5, -0.25), (-0.25, 0.0), (0.0, 0.5)):
        points = [(x * KM_LON, (-0.02 if x == -0.25 else 0.0) * KM_LAT) for x in (a, b)]
        made.way(points, highway="motorway", ref="S1", name="线south")
    return made


def damaged(rng: random.Random, answer: dict, kind: str | None) -> tuple[str, str]:
    """Return how an answer was damaged, by chance where no kind is given, and the answer."""
    text = json.dumps(answer)
    at = rng.randrange(len(text))
    found = answer["elements"]
    kind = kind or rng.choice(OFTEN)
    if kind == "cut off":
        return kind, text[:at]
    if kind == "a byte changed":
        return kind, text[:at] + rng.choice('{}[]",:0x\0') + text[at + 1 :]
    if kind == "no object":
        return kind, rng.choice(
            ["[]", "null", "1", '""', "<html>", "", "{}", "[" * 5000, '{"elements": {}}']
        )
    if kind == "a remark":
        return kind, json.dumps({**answer, "remark": rng.choice(["timeout", 1, ["x"]])})
    item = rng.choice(found)
    if kind == "a value changed":
        item[rng.choice(list(item))] = rng.choice(VALUES)
    elif kind == "a key missing":
        item.pop(rng.choice(list(item)))
    elif kind == "an element twice":
        found.append({**item, "id": rng.choice([item["id"], 7])})
    elif kind == "an element missing":
        found.remove(item)
    elif kind == "other elements":
        found[rng.randrange(len(found))] = rng.choice(
            [None, 1, "x", [], {}, {"type": "relation", "id": 1, "members": [], "tags": {"type": "multipolygon"}},
             {"type": "way", "id": 5, "nodes": [], "tags": {"highway": "motorway"}}, {"type": "count"}]
        )  # fmt: skip
    else:
        next(e for e in found if e["type"] == "way")["nodes"] = [1]
    return kind, json.dumps(answer)


def tried(source: Path, room: Path, key: str, kind: str | None = None) -> Outcome:
    """Let a server give one damaged answer to a refresh of one route."""
    rng, made = random.Random(key), elements()
    out, cache = room / f"made-{key}", room / f"cache-{key}"
    lonlat = {number: spot for spot, number in made.nodes.items()}
    points = [{"type": "node", "id": n, "lon": p[0], "lat": p[1]} for n, p in lonlat.items()]
    whole = {
        "osm3s": {"timestamp_osm_base": "2026-10-05T00:00:00Z"},
        "elements": points + made.ways,
    }
    kind, body = damaged(rng, whole, kind)
    with FakeOverpass(made).serve() as server:
        server.script.append(Reply(body=body))
        command = ["refresh", "overpass", "--data", str(source), "--out", str(out), "--route", "south",
                   "--endpoint", server.url, "--cache", str(cache), "--pause", "0.05", "--timeout", "5",
                   "--json"]  # fmt: skip
        result, why = settled(lambda: judge(*run(command)))
        if result == "refused" and out.exists():
            result, why = "broken", "files of a refused command"
    for path in (out, cache):
        shutil.rmtree(path, ignore_errors=True)
    return Outcome(kind, result, f"{key}: {why}" if result == "broken" else "")
