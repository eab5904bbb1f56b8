"""
Drafting: the tables of a first catalogue out of the ways of an OpenStreetMap extract.

Ways are grouped into routes by number or name, each group becomes lines (:mod:`.chains`), the
lines get places (:mod:`.junctions`) and are cut into sections where routes meet, where they
cross a border and where the status changes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pandas import DataFrame, Series
from shapely.ops import substring

from geo.catalogue import last_day
from geo.geometry import Bounds, metric_crs, to_degrees
from geo.layers import county_index
from geo.network import node_ways
from geo.readers import class_of, posted_speed
from geo.sources.chains import Chain, Floats, Ints, route_chains
from geo.sources.junctions import Line, Spot, border_spots, element_names, find_spots

Rows = list[dict[str, Any]]
Stages = NDArray[np.str_]

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
#: Distances are for routes from this length on; with a shorter shortest route they shrink.
USUAL_KM = 5.0
_TRACK = re.compile(r"[(（]?(?:上行|下行)线?[)）]?$")
_PEOPLE = re.compile(r"^\d{1,3}(?:[ ,.'\u00a0\u202f]?\d{3})*$|^\d+$")


class Draft(NamedTuple):
    """Rows of every table without the sources, and what was used and left out."""

    tables: dict[str, Rows]
    report: dict[str, float]


class _Title(NamedTuple):
    """What a route is called."""

    route_id: str
    mode: str
    ref: str
    zh: str
    en: str


class _Stop(NamedTuple):
    """A place on a line: how far along it in metres, its id, and whether the line is cut here."""

    at: float
    place: str
    cut: bool


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


class _Extract(NamedTuple):
    """What all rows are made from: tags by edge, edges in metres, frame, day, scale, new ids."""

    tags: DataFrame
    edges: gpd.GeoDataFrame
    frame: Bounds
    as_of: dt.date
    scale: float
    place_id: _Ids

    def lonlat(self, xy: Any) -> list[tuple[float, float]]:
        """Return points in degrees, to 0.1 m."""
        degrees = to_degrees(self.frame, np.asarray(xy, float).reshape(-1, 2))
        return [(round(lon, 6), round(lat, 6)) for lon, lat in degrees]

    def place_row(self, key: str, spot: Spot, accuracy_m: float) -> dict[str, Any]:
        """Return a row of the table of places."""
        ((lon, lat),) = self.lonlat((spot.x, spot.y))
        return {
            "place_id": key,
            "name": spot.zh[:200],
            "name_en": spot.en[:200],
            "lon": lon,
            "lat": lat,
            "kind": spot.kind,
            "accuracy_m": round(accuracy_m),
            "source": "osm",
            "confidence": "medium",
        }


def draft_catalogue(
    ways: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    *,
    frame: Bounds,
    as_of: dt.date,
    region: str,
    areas: gpd.GeoDataFrame | None = None,
    min_km: float = USUAL_KM,
) -> Draft:
    """
    Return a first catalogue; ways, points and areas in degrees.

    `ways` are roads of the classes wanted with their slip roads, and railways, cut at the frame;
    `points` are stations, motorway junctions, cities and towns. With `areas` (`adcode`,
    `name`, `name_en`) instead of one region, lines are cut where they cross a border, and
    cities outside all areas are left out.
    """
    crs, scale = metric_crs(frame), min(1.0, min_km / USUAL_KM)
    _, edges = node_ways(ways)
    tags = _without_tracks(ways.loc[edges["osm_id"]].reset_index(drop=True))
    extract = _Extract(tags, edges.to_crs(crs), frame, as_of, scale, _Ids())
    group, members, report = _groups(_route_keys(tags, edges["length_km"]), edges, min_km)
    chains: list[Chain] = []
    lines: list[Line] = []
    for number, at in enumerate(members):
        part = extract.edges.iloc[at].reset_index(drop=True)
        found, left = route_chains(part, min_km=min_km)
        report["unchained_km"] += left
        for chain in found:
            lines.append(_line(number, tags.iloc[at], part["length_km"], chain))
            chains.append(Chain(chain.points, np.where(chain.edge >= 0, at[chain.edge], -1)))
    spots = find_spots(lines, extract.edges, group, points.to_crs(crs), scale)
    if areas is not None:
        spots += border_spots(lines, areas.to_crs(crs), scale)
    tables = _tables(extract, chains, lines, spots, members)
    towns = points[points["place"].isin(["city", "town"])]
    within = np.full(len(towns), region, object)
    if areas is not None:
        within = np.array([*areas["adcode"], ""], object)[
            county_index(areas, towns.geometry.to_numpy())
        ]
    tables["cities"], unknown = _cities(towns, within)
    report |= {
        "routes": len(lines),
        "km": sum(chain.metres[-1] for chain in chains) / 1000,
        "sections": len(tables["sections"]),
        "places": len(tables["places"]),
        "cities": len(tables["cities"]),
        "cities_without_population": unknown,
        "cities_outside": int((within == "").sum()),
        "borders": sum(spot.kind == "border" for spot in spots),
    }
    return Draft(tables, {key: round(float(value), 1) for key, value in report.items()})


# Ways become routes.


def _without_tracks(tags: DataFrame) -> DataFrame:
    """Return tags in which the two tracks of a railway have one name."""
    rail = tags["railway"].notna()
    plain = {key: tags[key].str.replace(_TRACK, "", regex=True) for key in ("name", "name:zh")}
    return tags.assign(**{key: tags[key].where(~rail, text) for key, text in plain.items()})


def _numbers(tags: DataFrame) -> Series[Any]:
    return tags["ref"].fillna("").str.split(r"\s*;\s*", regex=True)


def _route_keys(tags: DataFrame, km: Series[float]) -> list[str]:
    """Return the route of every edge: of its numbers that of the longest road, or its name."""
    rail = tags["railway"].notna() & tags["highway"].isna()
    refs = _numbers(tags)
    total: dict[str, float] = {}
    for items, length, is_rail in zip(refs, km, rail, strict=True):
        for ref in () if is_rail else filter(None, items):
            total[ref] = total.get(ref, 0.0) + length
    keys = []
    for items, name, is_rail, kind in zip(refs, tags["name"], rail, class_of(tags), strict=True):
        if kind.endswith("_link"):
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
) -> tuple[Ints, list[Ints], dict[str, float]]:
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


def _line(number: int, tags: DataFrame, km: Series[float], chain: Chain) -> Line:
    kind = _prevailing(class_of(tags), km)[0]
    if tags["highway"].notna().any():
        mode, class_ = "road", "expressway" if kind == "motorway" else "trunk"
    else:
        fast, share = _prevailing(tags["highspeed"], km)
        mode, class_ = "rail", "hsr" if fast == "yes" and share >= MOSTLY else "conventional"
    return Line(number, mode, class_, chain.line)


def _titles(extract: _Extract, lines: list[Line], members: list[Ints]) -> list[_Title]:
    """Return what every line is called; several lines of one group are numbered."""
    route_id, parts, titles = _Ids(), dict[int, int](), []
    for line in lines:
        at = members[line.group]
        km = extract.edges["length_km"].iloc[at]
        ref, zh, en = _route_names(extract.tags.iloc[at], km, line.mode)
        parts[line.group] = parts.get(line.group, 0) + 1
        suffix = f" ({parts[line.group]})" if parts[line.group] > 1 else ""
        key = route_id(ref.split("/")[0] if line.mode == "road" else "", en, zh, line.mode)
        titles.append(_Title(key, line.mode, ref, zh + suffix, en + suffix))
    return titles


def _route_names(tags: DataFrame, km: Series[float], mode: str) -> tuple[str, str, str]:
    """Return the number and the names of a route; a number stands for a missing name."""
    carried: dict[str, float] = {}
    for items, length in zip(_numbers(tags), km, strict=True):
        for item in set(filter(None, items)):
            carried[item] = carried.get(item, 0.0) + length
    refs = [item for item, length in carried.items() if length >= MOSTLY * km.sum()]
    ref = "/".join(sorted(refs, key=lambda item: (-carried[item], item)))
    rows = tags[["name", "name:zh", "name:en"]].to_dict("records")
    both = [element_names({str(key): value for key, value in row.items()}) for row in rows]
    found = []
    for texts in zip(*both, strict=True):
        name, share = _prevailing(texts, km)
        found.append(name if share >= MOSTLY or mode == "rail" else "")
    zh, en = found
    return ref, zh or ref or en, en or ref or zh


def _tables(
    extract: _Extract,
    chains: list[Chain],
    lines: list[Line],
    spots: list[Spot],
    members: list[Ints],
) -> dict[str, Rows]:
    """Return the rows of routes, places, alignments and sections."""
    titles = _titles(extract, lines, members)
    known = {}
    for spot in (_called(spot, titles) for spot in spots):
        kind = "" if spot.en.rstrip(")").endswith(spot.kind) else f" {spot.kind}"
        known[extract.place_id(f"{spot.en}{kind}", spot.kind)] = spot
    tables: dict[str, Rows] = {"routes": [], "places": [], "alignments": [], "sections": []}
    for k, (chain, line, title) in enumerate(zip(chains, lines, titles, strict=True)):
        here = {key: spot for key, spot in known.items() if k in spot.lines}
        tables["routes"].append(_route(title, line, chain))
        for name, rows in _RouteDraft(extract, title, chain, here).rows().items():
            tables[name] += rows
    used = {row.get("place_id") for row in tables["alignments"]}
    for key, spot in known.items():
        if key in used:
            off = max(lines[k].shape.distance(_point(spot)) for k in spot.lines)
            tables["places"].append(extract.place_row(key, spot, ACCURACY_M + off))
    return tables


def _called(spot: Spot, titles: list[_Title]) -> Spot:
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


def _route(title: _Title, line: Line, chain: Chain) -> dict[str, Any]:
    gaps = int((chain.edge < 0).sum())
    return {
        "route_id": title.route_id,
        "mode": title.mode,
        "class": line.class_,
        "group": "named" if line.class_ in {"expressway", "hsr"} else "background",
        "name": title.zh[:200],
        "name_en": title.en[:200],
        "ref": title.ref,
        "source": "osm",
        "notes": f"{gaps} gaps bridged by straight lines" if gaps else "",
    }


def _cities(towns: gpd.GeoDataFrame, within: NDArray[np.object_]) -> tuple[Rows, int]:
    """Return the cities with a known population, and how many have none."""
    ids, rows, unknown = _Ids(), list[dict[str, Any]](), 0
    inside = towns[within != ""].assign(within=within[within != ""])
    for row, point in zip(inside.to_dict("records"), inside.geometry, strict=True):
        zh, en = element_names(row)
        text = (row["population"] or "").strip()
        if not zh or not _PEOPLE.match(text):
            unknown += 1
            continue
        rows.append(
            {
                "city_id": ids(en, zh, row["place"]),
                "name": zh,
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
    return rows, unknown


# A route becomes places, an alignment and sections.


class _RouteDraft:
    """The rows of alignments, sections and new places of a route with its known places."""

    def __init__(
        self, extract: _Extract, title: _Title, chain: Chain, known: dict[str, Spot]
    ) -> None:
        self.extract, self.title, self.known = extract, title, known
        self.places: Rows = []
        self.chain = chain
        if chain.closed and known:
            self.chain = _turned_to(chain, next(iter(known.values())))
        self.line, self.stages = self.chain.line, _stages(self.chain, extract.tags)

    def rows(self) -> dict[str, Rows]:
        """Return the rows by table."""
        stops = self._with_ends(self._known_stops())
        limit = STAGE_M * self.extract.scale
        for metres in _changes(self.stages, self.chain.metres, limit):
            near = min(stops, key=lambda stop: abs(stop.at - metres))
            if abs(near.at - metres) > limit:
                km = f"{(metres - stops[0].at) / 1000:.1f} km"
                stops.append(self._new_stop(metres, f" {km}", f", {km}"))
            elif not near.cut:
                stops[stops.index(near)] = near._replace(cut=True)
        stops.sort()
        sections = self._sections([stop for stop in stops if stop.cut])
        return {"places": self.places, "alignments": self._alignment(stops), "sections": sections}

    def _known_stops(self) -> list[_Stop]:
        """Return the places in order; of two that are too close that of fewer lines goes."""
        found = [
            _Stop(self.line.project(_point(s)), key, len(s.lines) > 1 or s.kind == "border")
            for key, s in self.known.items()
        ]
        stops: list[_Stop] = []
        for stop in sorted(found):
            if stops and stop.at - stops[-1].at < 2 * ROOM_M * max(self.extract.scale, 0.2):
                stays = max(stops[-1], stop, key=lambda s: len(self.known[s.place].lines))
                stops[-1] = stays._replace(cut=stops[-1].cut or stop.cut)
            else:
                stops.append(stop)
        return stops

    def _new_stop(self, metres: float, zh: str, en: str) -> _Stop:
        """Add a place at a distance along the line, named after the route."""
        key = self.extract.place_id(f"{self.title.route_id}-{en}")
        point = self.line.interpolate(metres)
        names = self.title.zh + zh, self.title.en + en
        spot = Spot(point.x, point.y, "end", frozenset(), *names)
        self.places.append(self.extract.place_row(key, spot, ACCURACY_M))
        return _Stop(metres, key, cut=True)

    def _with_ends(self, stops: list[_Stop]) -> list[_Stop]:
        """Let the line begin and end at a place, a new one where none is near; a ring at one."""
        length, reach = self.line.length, END_M * self.extract.scale
        if not stops or (not self.chain.closed and stops[0].at > reach):
            stops = [self._new_stop(0.0, " 起点", ", start"), *stops]
        if self.chain.closed:
            middle = [stop for stop in stops[1:] if reach < stop.at < length - reach]
            ends = _Stop(0.0, stops[0].place, True), _Stop(length, stops[0].place, True)
            return [ends[0], *middle, ends[1]]
        if stops[-1].at < length - reach or len(stops) < 2:
            stops = [*stops, self._new_stop(length, " 终点", ", end")]
        return [stops[0]._replace(cut=True), *stops[1:-1], stops[-1]._replace(cut=True)]

    def _room(self, stop: _Stop) -> float:
        spot = self.known.get(stop.place)
        return max(self.line.distance(_point(spot)), ROOM_M) if spot else ROOM_M

    def _alignment(self, stops: list[_Stop]) -> Rows:
        """Return the places in order with the shape points between them."""
        rows: Rows = [{"place_id": stops[0].place}]
        for a, b in itertools.pairwise(stops):
            start, end = a.at + self._room(a), b.at - self._room(b)
            if end > start:
                part = shapely.simplify(substring(self.line, start, end), SIMPLIFY_M)
                xy = shapely.get_coordinates(shapely.segmentize(part, LONGEST_M))
                # rounded, neighbours may be equal: each stands once
                for (lon, lat), _ in itertools.groupby(self.extract.lonlat(xy)):
                    rows.append(
                        {"lon": lon, "lat": lat, "accuracy_m": ACCURACY_M, "source": "osm"}
                    )
            rows.append({"place_id": b.place})
        route = {"route_id": self.title.route_id}
        return [route | {"seq": k} | row for k, row in enumerate(rows, 1)]

    def _sections(self, cuts: list[_Stop]) -> Rows:
        """Return the pieces between two cuts with what most of their length says."""
        names = {key: spot.zh for key, spot in self.known.items()}
        names |= {row["place_id"]: row["name"] for row in self.places}
        title, edge, metres = self.title, self.chain.edge, self.chain.metres
        middle, length = (metres[1:] + metres[:-1]) / 2, np.diff(metres)
        rows = []
        for k, (a, b) in enumerate(itertools.pairwise(cuts), 1):
            inside = np.flatnonzero((middle >= a.at) & (middle <= b.at))
            inside = inside if len(inside) else np.array([np.abs(middle - a.at).argmin()])
            used = inside[edge[inside] >= 0]
            stage = _prevailing(self.stages[inside], length[inside])[0]
            row = {
                "section_id": f"{title.route_id}-{k}",
                "route_id": title.route_id,
                "seq": k,
                "name": f"{title.zh}({names[a.place]}–{names[b.place]})"[:200],
                "from_place": a.place,
                "to_place": b.place,
                "status": stage,
                "source": "osm",
                "confidence": "medium",
            }
            tags, as_of = self.extract.tags.iloc[edge[used]], self.extract.as_of
            rows.append(row | _standard(tags, length[used], title.mode, stage, as_of))
        return rows


def _point(spot: Spot) -> shapely.Point:
    return shapely.Point(spot.x, spot.y)


def _turned_to(chain: Chain, spot: Spot) -> Chain:
    """Let a ring begin at a place."""
    k = int(np.argmin(np.hypot(*(chain.points[:-1] - [spot.x, spot.y]).T)))
    points = np.vstack([chain.points[k:-1], chain.points[: k + 1]])
    return Chain(points, np.concatenate([chain.edge[k:], chain.edge[:k]]))


def _stages(chain: Chain, tags: DataFrame) -> Stages:
    """Return the status of every leg; a gap has that of the leg before it."""
    edge = chain.edge.copy()
    for k in np.flatnonzero(edge < 0):
        edge[k] = edge[k - 1] if k else edge[1]
    kind = tags["highway"].where(tags["highway"].notna(), tags["railway"]).to_numpy()[edge]
    names = {"construction": "construction", "proposed": "planned"}
    return np.array([names.get(value, "open") for value in kind])


def _changes(stages: Stages, metres: Floats, least: float) -> list[float]:
    """Return where the status changes for longer than a least length."""
    begins = np.flatnonzero(np.append(True, stages[1:] != stages[:-1]))
    runs = [(metres[b], str(stages[b])) for b in begins]
    ends = [*(start for start, _ in runs[1:]), metres[-1]]
    long = [run for run, end in zip(runs, ends, strict=True) if end - run[0] >= least]
    return [start for before, (start, stage) in itertools.pairwise(long) if stage != before[1]]


def _standard(
    tags: DataFrame, length: Floats, mode: str, stage: str, as_of: dt.date
) -> dict[str, Any]:
    """Return speed, lanes and dates of a section, where most of its length says them."""
    found: dict[str, Any] = {}
    speed = np.asarray(posted_speed(tags), float)
    if length[~np.isnan(speed)].sum() >= MOSTLY * length.sum() > 0:
        found |= {"operating_speed_kmh": round(_median(speed, length)), "notes": "posted limit"}
    if mode == "road":
        lanes, share = _prevailing(tags["lanes"], length)
        oneway, one_share = _prevailing(tags["oneway"], length)
        sides = 2 if oneway == "yes" and one_share >= MOSTLY else 1
        if share >= MOSTLY and lanes.isdecimal() and 1 <= int(lanes) * sides <= 16:
            found["lanes"] = int(lanes) * sides
    start, opening = (_date(tags[key], length) for key in ("start_date", "opening_date"))
    if stage == "open":
        opened = [text for text in (start, opening) if text and last_day(text) <= as_of]
        found |= {"opened": opened[0]} if opened else {}
    elif opening and as_of.year <= int(opening[:4]) <= 2100:
        found["expected"] = int(opening[:4])
    return found


def _date(values: Iterable[Any], length: Floats) -> str:
    """Return the date that most of the length says; empty where none does."""
    text, share = _prevailing(values, length)
    try:
        last_day(text)
    except ValueError:
        return ""
    return text if share >= MOSTLY else ""


def _prevailing(values: Iterable[Any], length: Any) -> tuple[str, float]:
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


def _median(values: Floats, length: Floats) -> float:
    """Return the value that half of the length does not exceed."""
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    total = np.cumsum(length[known][order])
    return float(values[known][order][np.searchsorted(total, total[-1] / 2)])
