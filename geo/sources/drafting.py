"""A first catalogue of a region out of an OpenStreetMap extract."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pandas import DataFrame, Series
from pyproj import Transformer
from shapely import LineString
from shapely.ops import substring

from geo.catalogue import last_day
from geo.layers import county_index
from geo.network import noded
from geo.readers import class_of, posted_speed
from geo.sources.chains import Chain, route_chains
from geo.sources.frontiers import border_spots
from geo.sources.junctions import Line, Spot, names, spots

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
    closed: bool,
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


def common(values: Iterable[Any], length: Any) -> tuple[str, float]:
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


_TRACK = re.compile(r"[(（]?(?:上行|下行)线?[)）]?$")
_PEOPLE = re.compile(r"^\d{1,3}(?:[ ,.'\u00a0\u202f]?\d{3})*$|^\d+$")


class Draft(NamedTuple):
    """
    A first catalogue.

    Parameters
    ----------
    tables
        Rows of every table, without the sources.
    report
        What was used and what was left out: `routes`, `km`, `sections`, `places`, `cities`,
        `unnamed_ways`, `unnamed_km` (no number, no name), `short_groups`, `short_km` (too
        short for a line), `unchained_km` (neither in a line nor beside one),
        `cities_without_population`, `cities_outside` (of all areas); and `borders`, the places
        where lines cross one.

    """

    tables: dict[str, Rows]
    report: dict[str, float]


def draft_catalogue(
    ways: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    *,
    crs: str,
    as_of: str,
    region: str,
    areas: gpd.GeoDataFrame | None = None,
    min_km: float = 5.0,
) -> Draft:
    """
    Return a first catalogue.

    Parameters
    ----------
    ways
        Roads of the classes wanted with their slip roads, and railways, in degrees, cut at
        the frame.
    points
        Stations, motorway junctions, cities and towns.
    crs
        A projection in metres.
    as_of
        ISO date of the extract.
    region
        Id of the region, for the cities.
    areas
        Instead of one region several, with `adcode`, `name_zh` and `name_en`, in WGS-84: lines are
        cut where they cross a border, and cities outside all areas are left out.
    min_km
        Shortest line of a route.

    Returns
    -------
    draft
        The tables and what was left out.

    """
    _, edges = noded(ways)
    own = _without_tracks(ways.loc[edges["osm_id"]].reset_index(drop=True))
    edges = edges.to_crs(crs)
    scale = min(1.0, min_km / 5)
    keys = _keys(own, edges["length_km"])
    group, members, report = _groups(keys, edges, min_km)
    made: list[Chain] = []
    lines: list[Line] = []
    for number, at in enumerate(members):
        found, left = route_chains(edges.iloc[at].reset_index(drop=True), min_km=min_km)
        report["unchained_km"] += left
        for chain in found:
            edge = np.where(chain.edge >= 0, at[chain.edge], -1)
            made.append(Chain(chain.points, edge))
            lines.append(_line(number, own.iloc[at], edges["length_km"].iloc[at], chain))
    places = spots(lines, edges, group, points.to_crs(crs), scale)
    if areas is not None:
        places += border_spots(lines, areas.to_crs(crs), scale)
    tables = _tables(made, lines, places, own, edges, members, crs=crs, as_of=as_of, scale=scale)
    towns = points[points["place"].isin(["city", "town"])]
    within = _within(towns, areas) if areas is not None else np.full(len(towns), region, object)
    tables["cities"], lost = _cities(towns, within)
    report |= {
        "routes": len(lines),
        "km": sum(chain.metres[-1] for chain in made) / 1000,
        "sections": len(tables["sections"]),
        "places": len(tables["places"]),
        "cities": len(tables["cities"]),
        "cities_without_population": lost,
        "cities_outside": int((within == "").sum()),
        "borders": sum(spot.kind == "border" for spot in places),
    }
    return Draft(tables, {key: round(float(value), 1) for key, value in report.items()})


def _without_tracks(own: DataFrame) -> DataFrame:
    """Return tags in which the two tracks of a railway have one name."""
    rail = own["railway"].notna()
    plain = {key: own[key].str.replace(_TRACK, "", regex=True) for key in ("name", "name:zh")}
    return own.assign(**{key: own[key].where(~rail, text) for key, text in plain.items()})


def _keys(own: DataFrame, km: Series[float]) -> list[str]:
    """Return the route of every edge: of its numbers that of the longest road, or its name."""
    kind = class_of(own)
    rail = own["railway"].notna() & own["highway"].isna()
    refs = own["ref"].fillna("").str.split(r"\s*;\s*", regex=True)
    total: dict[str, float] = {}
    for items, length, is_rail in zip(refs, km, rail, strict=True):
        for ref in () if is_rail else filter(None, items):
            total[ref] = total.get(ref, 0.0) + length
    keys = []
    for items, name, is_rail, class_ in zip(refs, own["name"], rail, kind, strict=True):
        if class_.endswith("_link"):
            keys.append("")
        elif is_rail:
            keys.append(f"rail {name or items[0]}" if name or items[0] else "")
        elif any(items):
            keys.append("road " + max(filter(None, items), key=lambda ref: (total[ref], ref)))
        else:
            keys.append(f"road {name}" if name else "")
    return keys


def _groups(
    keys: list[str], edges: gpd.GeoDataFrame, min_km: float
) -> tuple[NDArray[np.intp], list[NDArray[np.intp]], dict[str, float]]:
    """Return the group of every edge, the edges of every group, and what has none."""
    km = edges["length_km"].to_numpy()
    label, index = np.unique(np.array(keys, dtype=object).astype(str), return_inverse=True)
    total = np.bincount(index, km, len(label))
    link = edges["class"].str.endswith("_link").to_numpy(bool)
    plain = (label[index] == "") & ~link if len(label) else link
    short = (total < min_km) & (label != "")
    wanted = [k for k in np.argsort(-total, kind="stable") if label[k] and not short[k]]
    group = np.full(len(edges), -1)
    for number, k in enumerate(wanted):
        group[index == k] = number
    members = [np.flatnonzero(group == number) for number in range(len(wanted))]
    report = {
        "unnamed_ways": float(edges["osm_id"][plain].nunique()),
        "unnamed_km": float(km[plain].sum()),
        "short_groups": float(short.sum()),
        "short_km": float(total[short].sum()),
        "unchained_km": 0.0,
    }
    return group, members, report


def _line(number: int, own: DataFrame, km: Series[float], chain: Chain) -> Line:
    kind = common(class_of(own), km)[0]
    if own["highway"].notna().any():
        mode, class_ = "road", "expressway" if kind == "motorway" else "trunk"
    else:
        fast = common(own["highspeed"], km)
        mode, class_ = "rail", "hsr" if fast[0] == "yes" and fast[1] >= MOSTLY else "conventional"
    return Line(number, mode, class_, shapely.LineString(chain.points))


class _Ids:
    """Gives out ids made of names, each once."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def __call__(self, *candidates: str) -> str:
        for text in candidates:
            plain = unicodedata.normalize("NFKD", text)
            plain = "".join(c for c in plain if not unicodedata.combining(c))
            if slug := "-".join(re.findall(r"[a-z0-9]+", plain.lower())):
                break
        key, n = slug, 1
        while key in self.used:
            n += 1
            key = f"{slug}-{n}"
        self.used.add(key)
        return key


def _names(own: DataFrame, km: Series[float], mode: str) -> tuple[str, str, str]:
    """Return the number and the names of a route; a number stands for a missing name."""
    carried: dict[str, float] = {}
    for text, length in zip(own["ref"].fillna(""), km, strict=True):
        for item in set(filter(None, re.split(r"\s*;\s*", text))):
            carried[item] = carried.get(item, 0.0) + length
    refs = [item for item, length in carried.items() if length >= MOSTLY * km.sum()]
    ref = "/".join(sorted(refs, key=lambda item: (-carried[item], item)))
    rows = own[["name", "name:zh", "name:en"]].to_dict("records")
    both = [names({str(key): value for key, value in row.items()}) for row in rows]
    found = []
    for k in (0, 1):
        name, share = common([pair[k] for pair in both], km)
        found.append(name if share >= MOSTLY or mode == "rail" else "")
    return ref, found[0] or ref or found[1], found[1] or ref or found[0]


def _tables(
    made: list[Chain],
    lines: list[Line],
    places: list[Spot],
    own: DataFrame,
    edges: gpd.GeoDataFrame,
    members: list[NDArray[np.intp]],
    *,
    crs: str,
    as_of: str,
    scale: float,
) -> dict[str, Rows]:
    """Return the rows of routes, places, alignments and sections."""
    back = Transformer.from_crs(crs, 4326, always_xy=True)

    def lonlat(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(back.transform(*xy.T))

    route_id, place_id, parts = _Ids(), _Ids(), dict[int, int]()
    titles = []
    for line in lines:
        at = members[line.group]
        ref, zh, en = _names(own.iloc[at], edges["length_km"].iloc[at], line.mode)
        parts[line.group] = parts.get(line.group, 0) + 1
        suffix = f" ({parts[line.group]})" if parts[line.group] > 1 else ""
        key = route_id(ref.split("/")[0] if line.mode == "road" else "", en, zh, line.mode)
        titles.append(Title(key, line.mode, ref, zh + suffix, en + suffix))
    known = {}
    for spot in (_called(spot, titles) for spot in places):
        kind = "" if spot.en.rstrip(")").endswith(spot.kind) else f" {spot.kind}"
        known[place_id(f"{spot.en}{kind}", spot.kind)] = spot
    tables: dict[str, Rows] = {"routes": [], "places": [], "alignments": [], "sections": []}
    for k, (chain, line, title) in enumerate(zip(made, lines, titles, strict=True)):
        here = {key: spot for key, spot in known.items() if k in spot.lines}
        rows = route_rows(title, chain, here, own, as_of=as_of, scale=scale, lonlat=lonlat,
                          new_id=place_id)  # fmt: skip
        tables["routes"].append(_route(title, line, chain))
        for name, found in rows.items():
            tables[name] += found
    used = {row.get("place_id") for row in tables["alignments"]}
    for key, spot in known.items():
        if key in used:
            off = max(lines[k].shape.distance(_point(spot)) for k in spot.lines)
            lon, lat = lonlat(np.array([[spot.x, spot.y]]))[0]
            row = place_row(key, spot.zh, spot.en, (lon, lat), spot.kind, ACCURACY_M + off)
            tables["places"].append(row)
    return tables


def _point(spot: Spot) -> Any:
    return shapely.Point(spot.x, spot.y)


def _called(spot: Spot, titles: list[Title]) -> Spot:
    """Call a place without a name, and a border, after the routes that meet there."""
    if spot.zh and spot.kind != "border":
        return spot
    own = [titles[k] for k in sorted(spot.lines)]
    if spot.kind == "border":
        zh, en = f"{own[0].zh}({spot.zh}界)", f"{own[0].en} ({spot.en} border)"
        return spot._replace(zh=zh, en=en)
    word = ("互通", "interchange") if spot.kind == "interchange" else ("枢纽", "junction")
    zh = " × ".join(dict.fromkeys(title.zh for title in own))
    en = " × ".join(dict.fromkeys(title.en for title in own))
    return spot._replace(zh=f"{zh} {word[0]}", en=f"{en} {word[1]}")


def _route(title: Title, line: Line, chain: Chain) -> dict[str, Any]:
    main = line.class_ in {"expressway", "hsr"}
    gaps = int((chain.edge < 0).sum())
    return {
        "route_id": title.route_id,
        "mode": title.mode,
        "class": line.class_,
        "group": "named" if main else "background",
        "name_zh": title.zh[:200],
        "name_en": title.en[:200],
        "ref": title.ref,
        "source": "osm",
        "notes": f"{gaps} gaps bridged by straight lines" if gaps else "",
    }


def _within(towns: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the code of the area of every town, empty where there is none."""
    ids = np.array([*areas["adcode"], ""], object)
    return ids[county_index(areas, towns.geometry.to_numpy())]


def _cities(towns: gpd.GeoDataFrame, within: NDArray[np.object_]) -> tuple[Rows, int]:
    """Return the cities with a known population, and how many have none."""
    ids, rows, lost = _Ids(), list[dict[str, Any]](), 0
    inside = towns[within != ""].assign(within=within[within != ""])
    for row, point in zip(inside.to_dict("records"), inside.geometry, strict=True):
        zh, en = names(row)
        text = (row["population"] or "").strip()
        if not zh or not _PEOPLE.match(text):
            lost += 1
            continue
        rows.append(
            {
                "city_id": ids(en, zh, row["place"]),
                "name_zh": zh,
                "name_en": en,
                "lon": round(point.x, 5),
                "lat": round(point.y, 5),
                "population": int(re.sub(r"\D", "", text)),
                "level": row["place"],
                "region": row["within"],
                "source": "osm",
            }
        )
    rows.sort(key=lambda row: (-row["population"], row["city_id"]))
    return rows, lost
