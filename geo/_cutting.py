"""Rows of one route of a draft: its places in order, its shape points, its sections."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.background import posted_speed
from geo.chains import Chain
from geo.dates import last_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from pandas import DataFrame
    from shapely import LineString

    from geo.meetings import Spot

Rows = list[dict[str, Any]]
#: A value holds for a section where it holds for this share of its length.
MOSTLY = 0.5
#: Ways are accurate to about this; a drawn line stays this near to its way.
ACCURACY_M, SIMPLIFY_M = 20, 6.0
#: Points of a straight line are at most this far apart.
LONGEST_M = 5000.0
#: A change of status over a shorter stretch is none; a place as near takes the change.
STAGE_M = 1000.0
#: A place this near to the end of a line is its end.
END_M = 400.0
#: Points of a line this near to a place give way to it.
ROOM_M = 30.0
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


class Title(NamedTuple):
    """What a route is called."""

    route_id: str
    mode: str
    ref: str
    zh: str
    en: str


class Stop(NamedTuple):
    """A place on a line: how far along it in metres, its id, and whether the line is cut here."""

    at: float
    place: str
    cut: bool


def route_rows(
    title: Title,
    chain: Chain,
    known: dict[str, Spot],
    own: DataFrame,
    *,
    as_of: str,
    scale: float,
    lonlat: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    new_id: Callable[[str], str],
) -> dict[str, Rows]:
    """Return rows of alignments, sections and new places; `own` holds the tags by edge."""
    import shapely

    closed = bool(np.allclose(chain.points[0], chain.points[-1]))
    if closed and known:
        chain = _turned_to(chain, next(iter(known.values())))
    line = shapely.LineString(chain.points)
    places: Rows = []

    def place_at(metres: float, zh: str, en: str) -> Stop:
        spot = line.interpolate(metres)
        key = new_id(f"{title.route_id}-{en.removeprefix(title.en)}")
        lon, lat = lonlat(np.array([[spot.x, spot.y]]))[0]
        places.append(place_row(key, zh, en, (lon, lat), "end", ACCURACY_M))
        return Stop(metres, key, cut=True)

    stops = _stops(line, known, ROOM_M * max(scale, 0.2))
    stops = _with_ends(stops, line.length, END_M * scale, closed, title, place_at)
    stages = _stages(chain, own)
    for metres in _changes(stages, chain.metres, STAGE_M * scale):
        near = min(stops, key=lambda stop: abs(stop.at - metres))
        if abs(near.at - metres) > STAGE_M * scale:
            km = f"{(metres - stops[0].at) / 1000:.1f} km"
            stops.append(place_at(metres, f"{title.zh} {km}", f"{title.en}, {km}"))
        elif not near.cut:
            stops[stops.index(near)] = near._replace(cut=True)
    stops.sort()
    names = {key: (spot.zh, spot.en) for key, spot in known.items()}
    names |= {row["place_id"]: (row["name_zh"], row["name_en"]) for row in places}
    return {
        "places": places,
        "alignments": _alignment(title, line, stops, known, lonlat),
        "sections": _sections(
            title, chain, [s for s in stops if s.cut], stages, own, names, as_of
        ),
    }


def place_row(
    key: str, zh: str, en: str, at: tuple[float, float], kind: str, accuracy_m: float
) -> dict[str, Any]:
    """Return a row of the table of places."""
    lon, lat = at
    return {"place_id": key, "name_zh": zh[:200], "name_en": en[:200], "lon": round(lon, 6),
            "lat": round(lat, 6), "kind": kind, "accuracy_m": round(accuracy_m),
            "source": "osm", "confidence": "medium"}  # fmt: skip


def _turned_to(chain: Chain, spot: Spot) -> Chain:
    """Let a ring begin at a place."""
    k = int(np.argmin(np.hypot(*(chain.points[:-1] - [spot.x, spot.y]).T)))
    points = np.vstack([chain.points[k:-1], chain.points[: k + 1]])
    return Chain(points, np.concatenate([chain.edge[k:], chain.edge[:k]]))


def _stops(line: LineString, known: dict[str, Spot], room: float) -> list[Stop]:
    """Return the places in order; of two that are too close that of fewer lines goes."""
    import shapely

    found = [
        Stop(line.project(shapely.Point(s.x, s.y)), key, len(s.lines) > 1 or s.kind == "border")
        for key, s in known.items()
    ]
    stops: list[Stop] = []
    for stop in sorted(found):
        if stops and stop.at - stops[-1].at < 2 * room:
            stays = max(stops[-1], stop, key=lambda s: len(known[s.place].lines))
            stops[-1] = stays._replace(cut=stops[-1].cut or stop.cut)
        else:
            stops.append(stop)
    return stops


def _with_ends(
    stops: list[Stop],
    length: float,
    reach: float,
    closed: bool,  # noqa: FBT001
    title: Title,
    place_at: Callable[[float, str, str], Stop],
) -> list[Stop]:
    """Let the line begin and end at a place, a new one where none is near."""
    if closed:
        first = stops[0] if stops else place_at(0.0, f"{title.zh} 起点", f"{title.en}, start")
        middle = [s for s in stops[1:] if reach < s.at < length - reach]
        return [Stop(0.0, first.place, True), *middle, Stop(length, first.place, True)]
    if not stops or stops[0].at > reach:
        stops = [place_at(0.0, f"{title.zh} 起点", f"{title.en}, start"), *stops]
    if stops[-1].at < length - reach or len(stops) < 2:
        stops = [*stops, place_at(length, f"{title.zh} 终点", f"{title.en}, end")]
    return [stops[0]._replace(cut=True), *stops[1:-1], stops[-1]._replace(cut=True)]


def _stages(chain: Chain, own: DataFrame) -> NDArray[np.str_]:
    """Return the status of every leg; a gap has that of the leg before it."""
    edge = chain.edge.copy()
    for k in np.flatnonzero(edge < 0):
        edge[k] = edge[k - 1] if k else edge[1]
    kind = own["highway"].where(own["highway"].notna(), own["railway"]).to_numpy()[edge]
    names = {"construction": "construction", "proposed": "planned"}
    return np.array([names.get(value, "open") for value in kind])


def _changes(stages: NDArray[np.str_], metres: NDArray[np.float64], least: float) -> list[float]:
    """Return where the status changes for longer than a least length."""
    begins = np.flatnonzero(np.append(True, stages[1:] != stages[:-1]))
    runs = [(metres[b], str(stages[b])) for b in begins]
    ends = [*(r[0] for r in runs[1:]), metres[-1]]
    long = [run for run, end in zip(runs, ends, strict=True) if end - run[0] >= least]
    return [run[0] for before, run in itertools.pairwise(long) if run[1] != before[1]]


def _alignment(
    title: Title,
    line: LineString,
    stops: list[Stop],
    known: dict[str, Spot],
    lonlat: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> Rows:
    import shapely
    from shapely.ops import substring

    def room(stop: Stop) -> float:
        spot = known.get(stop.place)
        off = line.distance(shapely.Point(spot.x, spot.y)) if spot else 0.0
        return max(off, ROOM_M)

    rows: Rows = [{"place_id": stops[0].place}]
    for a, b in itertools.pairwise(stops):
        start, end = a.at + room(a), b.at - room(b)
        if end > start:
            part = shapely.simplify(substring(line, start, end), SIMPLIFY_M)
            part = shapely.segmentize(part, LONGEST_M)
            shape = [
                {"lon": round(lon, 6), "lat": round(lat, 6), "accuracy_m": ACCURACY_M,
                 "source": "osm"}
                for lon, lat in lonlat(shapely.get_coordinates(part))
            ]  # fmt: skip
            rows += [p for p, q in zip(shape, [None, *shape], strict=False) if p != q]
        rows.append({"place_id": b.place})
    return [{"route_id": title.route_id, "seq": k} | row for k, row in enumerate(rows, 1)]


def _sections(
    title: Title,
    chain: Chain,
    cuts: list[Stop],
    stages: NDArray[np.str_],
    own: DataFrame,
    names: dict[str, tuple[str, str]],
    as_of: str,
) -> Rows:
    metres = chain.metres
    middle, length = (metres[1:] + metres[:-1]) / 2, np.diff(metres)
    rows = []
    for k, (a, b) in enumerate(itertools.pairwise(cuts), 1):
        inside = np.flatnonzero((middle >= a.at) & (middle <= b.at))
        inside = inside if len(inside) else np.array([np.abs(middle - a.at).argmin()])
        used = inside[chain.edge[inside] >= 0]
        stage = common(stages[inside], length[inside])[0]
        row = {
            "section_id": f"{title.route_id}-{k}",
            "route_id": title.route_id,
            "seq": k,
            "name_zh": f"{title.zh}({names[a.place][0]}–{names[b.place][0]})"[:200],
            "from_place": a.place,
            "to_place": b.place,
            "status": stage,
            "source": "osm",
            "confidence": "medium",
        }
        tags = own.iloc[chain.edge[used]]
        rows.append(row | _standard(tags, length[used], title.mode, stage, as_of))
    return rows


def _standard(
    tags: DataFrame, length: NDArray[np.float64], mode: str, stage: str, as_of: str
) -> dict[str, Any]:
    """Return lanes, speed and dates of a section, where most of its length says them."""
    found: dict[str, Any] = {}
    speed = np.asarray(posted_speed(tags), float)
    if length[~np.isnan(speed)].sum() >= MOSTLY * length.sum() > 0:
        found |= {"operating_speed_kmh": round(_median(speed, length)), "notes": "posted limit"}
    if mode == "road":
        lanes, share = common(tags["lanes"], length)
        oneway, one_share = common(tags["oneway"], length)
        sides = 2 if oneway == "yes" and one_share >= MOSTLY else 1
        if share >= MOSTLY and lanes.isdigit() and 1 <= int(lanes) * sides <= 16:
            found["lanes"] = int(lanes) * sides
    start, start_share = common(tags["start_date"], length)
    opening, opening_share = common(tags["opening_date"], length)
    if stage == "open":
        for text, share in ((start, start_share), (opening, opening_share)):
            if share >= MOSTLY and _is_day(text) and last_day(text).isoformat() <= as_of:
                return found | {"opened": text}
    elif opening_share >= MOSTLY and _is_day(opening) and as_of[:4] <= opening[:4] <= "2100":
        found["expected"] = int(opening[:4])
    return found


def common(values: Iterable[Any], length: Any) -> tuple[str, float]:  # noqa: ANN401
    """Return the text that holds for most of the length, and its share; empty where none."""
    sums: dict[str, float] = {}
    for value, metres in zip(values, length, strict=True):
        if isinstance(value, str) and value:
            sums[str(value)] = sums.get(str(value), 0.0) + float(metres)
    total = float(np.sum(length))
    if not sums or not total:
        return "", 0.0
    best = max(sums, key=lambda value: (sums[value], value))
    return best, sums[best] / total


def _median(values: NDArray[np.float64], length: NDArray[np.float64]) -> float:
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    total = np.cumsum(length[known][order])
    return float(values[known][order][np.searchsorted(total, total[-1] / 2)])


def _is_day(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        last_day(text)
    except ValueError:
        return False
    return True
