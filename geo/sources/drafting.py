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
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.spatial import KDTree
from shapely.ops import substring

from geo.catalogue import OwnCity, last_day
from geo.core import BadInputError, Message
from geo.geometry import METRES_PER_DEGREE, Bounds, metric_crs, smooth, to_degrees
from geo.layers import county_index
from geo.network import node_ways
from geo.readers import class_of, posted_speed
from geo.sources.chains import (
    BRIDGE_M,
    Bools,
    Chain,
    Floats,
    Ints,
    PieceIndex,
    Pieces,
    cut_pieces,
    linked_parts,
    route_chains,
)
from geo.sources.continued import NAMED_M, continued_roads
from geo.sources.coverage import (
    OFF_LINE,
    TOO_SHORT,
    UNNAMED,
    LeftOut,
    centre_metres,
    coverage_by_class,
    share_drawn,
    ways_left_out,
)
from geo.sources.ferries import Ferries, Ferry
from geo.sources.junctions import Line, Spot, border_spots, element_names, find_spots
from geo.sources.route_names import (
    MOSTLY,
    NAMELESS,
    Title,
    names_of_route,
    prevailing,
    route_keys,
    route_title,
    without_tracks,
)
from geo.sources.thinning import Stop

Rows = list[dict[str, Any]]
Stages = NDArray[np.str_]

#: A railway without a name is drawn from this length on: shorter ones are mostly tracks of yards.
NAMELESS_KM = 5.0
#: A numbered road is drawn from this share of the shortest length of a named one.
NUMBERED = 0.25
#: The centre line of a route that is long enough is at least this share of its line.
ENOUGH = 0.5
#: A section shares the road of others where this share of it does; those with more than this.
SHARED, MUCH = 0.6, 0.1
#: Ways are accurate to about this; a drawn line stays this near to its way.
ACCURACY_M, SIMPLIFY_M = 20, 6.0
#: Points of a straight line are at most this far apart, and where a curve needs them this near.
LONGEST_M, CURVE_M = 5000.0, 50.0
#: A change of status over a shorter stretch is none; a place as near takes the change.
STAGE_M = 1000.0
#: A place this near to the end of a line is its end.
END_M = 400.0
#: Points of a line this near to a place give way to it.
ROOM_M = 30.0
#: Distances are for routes from this length on; with a shorter shortest route they shrink.
USUAL_KM = 2.0
#: Stays in an area are as short as 1 km in a region this wide; in a smaller one they shrink.
USUAL_DEGREES = 1.0
#: The source of cities that a user brings.
OWN_CITIES = "cities"
#: The id of the region where there are no areas.
ONE_REGION = "region"
#: What places without a name are called beside the routes that meet there.
WORDS = {"interchange": ("互通", "interchange"), "port": ("码头", "port")}
_PEOPLE = re.compile(r"^\d{1,3}(?:[ ,.'\u00a0\u202f]?\d{3})*$|^\d+$")


class Draft(NamedTuple):
    """Rows of every table without the sources, and what was used and left out."""

    tables: dict[str, Rows]
    report: dict[str, float]
    coverage: dict[str, Any]
    left_out: list[LeftOut]


class Drawing(NamedTuple):
    """
    Lines with their chains, the key and the pieces of every group, and the pieces drawn.

    The last lines are those of ferries, which have no group.
    """

    keys: list[str]
    members: list[Ints]
    chains: list[Chain]
    lines: list[Line]
    shown: Bools
    ferries: list[Ferry]


class Under(NamedTuple):
    """The pieces under a section, and their metres."""

    piece: Ints
    metres: Floats


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
    """What all rows are made from: tags by edge, pieces, status, speed, day."""

    tags: DataFrame
    edges: gpd.GeoDataFrame
    pieces: Pieces
    stages: Stages
    speed: Floats
    frame: Bounds
    as_of: dt.date
    scale: float
    place_id: _Ids
    chinese: bool

    def lonlat(self, xy: Any) -> list[tuple[float, float]]:
        """Return points in degrees, to 0.1 m."""
        degrees = to_degrees(self.frame, np.asarray(xy, float).reshape(-1, 2))
        return [(round(lon, 6), round(lat, 6)) for lon, lat in degrees]

    def under(self, pieces: Ints) -> tuple[DataFrame, Floats]:
        """Return the tags of the edges that pieces belong to, and the metres of each."""
        metres = np.bincount(self.pieces.edge[pieces], self.pieces.metres[pieces]).astype(float)
        edges = np.flatnonzero(metres)
        return self.tags.iloc[edges], metres[edges]

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
    areas: gpd.GeoDataFrame | None = None,
    min_km: float = 5.0,
    chinese: bool = True,
    ferries: Ferries | None = None,
) -> Draft:
    """
    Return a first catalogue; ways, points and areas in degrees.

    `ways` are roads of the classes wanted with their slip roads, and railways, cut at the frame;
    `points` are stations, motorway junctions, cities and towns. With `areas` (`adcode`,
    `name`, `name_en`) lines are cut where they cross a border. In a Chinese region names are
    the Chinese ones where there are any, else those of the place; English ones stand beside them.
    """
    crs, scale = metric_crs(frame), min(1.0, min_km / USUAL_KM)
    if not chinese:
        ways, points = map(without_chinese_names, (ways, points))
    _, edges = node_ways(ways)
    edges = edges.to_crs(crs)
    tags = without_tracks(ways.loc[edges["osm_id"]].reset_index(drop=True))
    rail = (tags["railway"].notna() & tags["highway"].isna()).to_numpy(bool)
    pieces = cut_pieces(edges, rail)
    speed = np.asarray(posted_speed(tags), float)
    extract = _Extract(
        tags, edges, pieces, _stages_of(tags), speed, frame, as_of, scale, _Ids(), chinese
    )
    keys = _with_continued(extract, route_keys(tags, edges["length_km"]))
    made = _drawn(extract, _members(keys, extract), min_km)
    spots = find_spots(
        made.lines, pieces, made.members, points.to_crs(crs), scale, chinese=chinese
    )
    if ferries is not None:
        spots += ferries.spots(len(made.lines))
        made.lines.extend(ferries.lines())
        made.chains.extend(ferry.chain for ferry in ferries.ferries)
        made.ferries.extend(ferries.ferries)
    if areas is not None:
        west, south, east, north = frame
        stay = min(scale, np.hypot(east - west, north - south) / USUAL_DEGREES)
        spots += border_spots(made.lines, areas.to_crs(crs), stay, frame)
    tables = _tables(extract, made, spots)
    report, left = _left_out(extract, keys, made)
    left += [] if ferries is None else ferries.left_out
    report |= {
        "routes": len(made.lines),
        "km": sum(chain.metres[-1] for chain in made.chains) / 1000,
        "sections": len(tables["sections"]),
        "places": len(tables["places"]),
        "borders": sum(spot.kind == "border" for spot in spots),
    }
    report = {key: round(float(value), 1) for key, value in report.items()}
    classes = class_of(tags).to_numpy(str)[pieces.edge]
    coverage = coverage_by_class(classes, pieces, made.shown)
    if ferries is not None:
        whole = share_drawn(ferries.osm_km, ferries.drawn_km)
        coverage["water"] = whole | {"classes": {"ferry": whole}}
    return Draft(tables, report, coverage, left)


def without_chinese_names(elements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return elements of a region whose own names are not Chinese."""
    chinese = [key for key in elements if str(key).startswith("name:zh")]
    return elements.drop(columns=chinese).assign(**{"name:zh": None})


# Ways become routes.


def _with_continued(extract: _Extract, keys: list[list[str]]) -> list[list[str]]:
    """Give roads without a number that go on under other names one key."""
    tags, edges = extract.tags, extract.edges
    link = edges["class"].str.endswith("_link").to_numpy(bool)
    numbered = np.array(
        [any(key.startswith(("road ", "rail ")) for key in own) for own in keys], bool
    )
    around = tags["junction"].isin(["roundabout", "circular"]).to_numpy(bool)
    plain = tags["highway"].notna().to_numpy(bool) & ~link & ~numbered
    own = np.flatnonzero(plain & ~around)
    made = [[] if is_around else key for key, is_around in zip(keys, plain & around, strict=True)]
    if not len(own):
        return made
    names = tags["name"].fillna("").to_numpy(str)
    road, named = continued_roads(edges, names, own, np.flatnonzero(around))
    for edge, k in zip(own.tolist(), road.tolist(), strict=True):
        made[edge] = [f"name {k}"] if k in named else []
    return made


def _members(keys: list[list[str]], extract: _Extract) -> dict[str, Ints]:
    """Return the pieces of every route; first those whose number comes first on most km."""
    km = extract.edges["length_km"].to_numpy()
    first: dict[str, float] = {}
    edges: dict[str, list[int]] = {}
    for edge, items in enumerate(keys):
        for k, key in enumerate(items):
            edges.setdefault(key, []).append(edge)
            first[key] = first.get(key, 0.0) + km[edge] * (1.0 if k == 0 else 0.5)
    begins = np.searchsorted(extract.pieces.edge, np.arange(len(keys) + 1))
    return {
        key: np.concatenate([np.arange(begins[e], begins[e + 1]) for e in edges[key]])
        for key in sorted(edges, key=lambda key: (-first[key], key))
    }


def _drawn(extract: _Extract, members: dict[str, Ints], min_km: float) -> Drawing:
    """Draw the lines of all routes that are long enough."""
    pieces, index = extract.pieces, PieceIndex(extract.pieces)
    centre = centre_metres(extract.pieces)
    drawn, shown = (np.zeros(len(pieces.edge), bool) for _ in range(2))
    made = Drawing([], [], [], [], shown, [])
    for key, own in members.items():
        named = not key.startswith("road ")
        least = 1000 * min_km * (1.0 if named else NUMBERED)
        least_of_line = 1000 * min_km * NUMBERED
        if key == NAMELESS:
            least = least_of_line = 1000 * max(min_km, NAMELESS_KM)
        if centre[own].sum() < least * ENOUGH:
            continue
        chains, done = route_chains(
            index,
            own,
            drawn,
            least_m=least_of_line,
            bridge_m=NAMED_M if key.startswith("name ") else BRIDGE_M,
        )
        if not chains or (named and sum(chain.metres[-1] for chain in chains) < least):
            continue
        made.keys.append(key)
        made.members.append(own)
        made.chains.extend(chains)
        made.lines.extend(_lines(len(made.keys) - 1, *extract.under(own), chains))
        for chain in chains:
            drawn[chain.piece[chain.piece >= 0]] = True
        shown[own[done]] = True
    shown |= _around(extract, drawn)
    # bridges over roads that have no route of their own
    known = np.zeros(len(pieces.edge), bool)
    known[np.concatenate([*members.values(), np.zeros(0, np.intp)])] = True
    shown |= drawn & ~known
    return made


def _around(extract: _Extract, drawn: Bools) -> Bools:
    """Return the pieces of roundabouts of which a part is drawn: a line passes on one side."""
    pieces = extract.pieces
    around = extract.tags["junction"].isin(["roundabout", "circular"]).to_numpy(bool)[pieces.edge]
    part = linked_parts(pieces.u[around], pieces.v[around], len(pieces.nodes))
    passed = np.isin(part[pieces.u], part[pieces.u[around & drawn]])
    return np.asarray(around & passed, bool)


def _left_out(
    extract: _Extract, keys: list[list[str]], made: Drawing
) -> tuple[dict[str, float], list[LeftOut]]:
    """Return sums of what is not drawn, and the ways."""
    pieces, drawn = extract.pieces, set(made.keys)
    metres, reasons = centre_metres(pieces), list[Message | None]()
    for edge, link, shown in zip(pieces.edge.tolist(), pieces.link, made.shown, strict=True):
        known = keys[edge]
        if link or shown:
            reasons.append(None)
        elif not known or known == [NAMELESS]:
            reasons.append(UNNAMED)
        else:
            reasons.append(OFF_LINE if drawn & set(known) else TOO_SHORT)
    ids = extract.tags["osm_id"].to_numpy(np.int64)[pieces.edge]
    left = ways_left_out(ids, metres, reasons)

    def km(reason: Message) -> float:
        return float(metres[[of == reason for of in reasons]].sum()) / 1000

    short = {key for items in keys for key in items} - drawn - {NAMELESS}
    report = {
        "unnamed_ways": float(sum(row.expected == UNNAMED for row in left)),
        "unnamed_km": km(UNNAMED),
        "short_groups": float(len(short)),
        "short_km": km(TOO_SHORT),
        "unchained_km": km(OFF_LINE),
    }
    return report, left


def _lines(number: int, tags: DataFrame, metres: Floats, chains: list[Chain]) -> list[Line]:
    """Return the lines of a group with their mode and class."""
    kind = prevailing(class_of(tags), metres)[0]
    if tags["highway"].notna().any():
        mode, class_ = "road", "expressway" if kind == "motorway" else "trunk"
    else:
        fast, share = prevailing(tags["highspeed"], metres)
        mode, class_ = "rail", "hsr" if fast == "yes" and share >= MOSTLY else "conventional"
    return [Line(number, mode, class_, chain.line) for chain in chains]


def _titles(extract: _Extract, made: Drawing, spots: Sequence[Spot]) -> list[Title]:
    """Return what every line is called."""
    new_id, titles, part = _Ids(), list[Title](), 0
    for k, line in enumerate(made.lines[: len(made.lines) - len(made.ferries)]):
        first = k == 0 or made.lines[k - 1].group != line.group
        part = 1 if first else part + 1
        if first:
            key, own = made.keys[line.group], made.members[line.group]
            names = names_of_route(key, line.mode, *extract.under(own))
            if key == NAMELESS:
                names = ("", "铁路" if extract.chinese else "Railway", "Railway")
        titles.append(route_title(names, line.mode, new_id, part))
    return [*titles, *_ferry_titles(made, spots, new_id, chinese=extract.chinese)]


def _ferry_titles(
    made: Drawing, spots: Sequence[Spot], new_id: _Ids, *, chinese: bool
) -> Iterator[Title]:
    """Yield what ferries are called: by their name, else by those of their ports."""
    first, count = len(made.lines) - len(made.ferries), Counter[str]()
    for k, ferry in enumerate(made.ferries, first):
        ports = [spot for spot in spots if k in spot.lines and spot.zh and spot.kind == "port"]
        word = "轮渡" if chinese else "ferry"
        ref, zh, en = ferry.names
        zh = zh or "–".join([spot.zh for spot in ports]) + ("" if chinese else " ") + word
        en = en or "–".join([spot.en for spot in ports]) + " ferry"
        zh, en = zh.strip(), en.strip()
        count[zh] += 1
        yield route_title((ref, zh, en), "water", new_id, count[zh])


def _tables(extract: _Extract, made: Drawing, spots: list[Spot]) -> dict[str, Rows]:
    """Return the rows of routes, places, alignments and sections."""
    titles, lines = _titles(extract, made, spots), made.lines
    known = {}
    for spot in _told_apart(
        [_called(spot, titles, chinese=extract.chinese) for spot in spots], titles
    ):
        kind = "" if spot.en.rstrip(")").endswith(spot.kind) else f" {spot.kind}"
        known[extract.place_id(f"{spot.en}{kind}", spot.kind)] = spot
    tables: dict[str, Rows] = {"routes": [], "places": [], "alignments": [], "sections": []}
    under, first = list[Under](), len(lines) - len(made.ferries)
    for k, (chain, line, title) in enumerate(zip(made.chains, lines, titles, strict=True)):
        here = {key: spot for key, spot in known.items() if k in spot.lines}
        tables["routes"].append(_route(title, line, chain))
        draft = _RouteDraft(extract, title, chain, here, ferry=k >= first)
        for name, rows in draft.rows().items():
            tables[name] += rows
        under += draft.under
        if k >= first and (kmh := made.ferries[k - first].kmh) is not None:
            own = [row for row in tables["sections"] if row["route_id"] == title.route_id]
            for row in own:
                row |= {"operating_speed_kmh": round(kmh, 2), "notes": "by its duration"}
    _share(tables["sections"], under)
    used = {row.get("place_id") for row in tables["alignments"]}
    for key, spot in known.items():
        if key in used:
            off = max(lines[k].shape.distance(_point(spot)) for k in spot.lines)
            row = extract.place_row(key, spot, ACCURACY_M + max(off, spot.off_m))
            tables["places"].append(row)
    return tables


def _share(sections: Rows, under: list[Under]) -> None:
    """Say which sections run on the road of another one, which was drawn before."""
    owner: dict[int, int] = {}
    for k, (row, (piece, metres)) in enumerate(zip(sections, under, strict=True)):
        shared: dict[int, float] = {}
        for one, length in zip(piece.tolist(), metres.tolist(), strict=True):
            other = owner.setdefault(one, k)
            if other != k and not sections[other].get("shares"):
                shared[other] = shared.get(other, 0.0) + length
        if sum(shared.values()) >= SHARED * metres.sum() > 0:
            owners = [n for n in sorted(shared) if shared[n] >= MUCH * metres.sum()]
            row["shares"] = ";".join(sections[n]["section_id"] for n in owners)


def _told_apart(spots: list[Spot], titles: list[Title]) -> list[Spot]:
    """Give places of one name that of their route too, and numbers where that is not enough."""
    total = Counter(spot.en for spot in spots)
    named = []
    for spot in spots:
        own = titles[min(spot.lines)]
        if total[spot.en] > 1 and own.en not in spot.en:
            names = f"{spot.zh} ({own.zh})", f"{spot.en} ({own.en})"
            named.append(spot._replace(zh=names[0], en=names[1]))
        else:
            named.append(spot)
    count, told = Counter[str](), []
    for spot in named:
        count[spot.en] += 1
        n = f" {count[spot.en]}" if count[spot.en] > 1 else ""
        told.append(spot._replace(zh=spot.zh + n, en=spot.en + n))
    return told


def _called(spot: Spot, titles: list[Title], *, chinese: bool) -> Spot:
    """Call a place without a name, and a border, after the routes that meet there."""
    if spot.zh and spot.kind != "border":
        return spot
    own = [titles[k] for k in sorted(spot.lines)]
    if spot.kind == "border":
        zh = f"{own[0].zh}({spot.zh}界)" if chinese else f"{own[0].zh} ({spot.zh} border)"
        en = f"{own[0].en} ({spot.en} border)"
        return spot._replace(zh=zh, en=en)
    word = WORDS.get(spot.kind, ("枢纽", "junction"))
    word = word if chinese else (word[1], word[1])
    zh = " × ".join(dict.fromkeys(title.zh for title in own))
    en = " × ".join(dict.fromkeys(title.en for title in own))
    return spot._replace(zh=f"{zh} {word[0]}", en=f"{en} {word[1]}")


def _route(title: Title, line: Line, chain: Chain) -> dict[str, Any]:
    gaps = 0 if line.mode == "water" else int((chain.piece < 0).sum())
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


def draft_cities(
    points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None
) -> tuple[Rows, dict[str, int]]:
    """Return the rows of settlements with a population inside the areas, and how many are not."""
    towns = points[points["place"].isin(["city", "town", "village"])]
    region = regions_of(towns.geometry.to_numpy(), areas)
    ids, rows, unknown = _Ids(), list[dict[str, Any]](), 0
    inside = towns[region != ""].assign(region=region[region != ""])
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
                "region": row["region"],
                "source": "osm",
            }
        )
    rows.sort(key=lambda row: (-row["population"], row["city_id"]))
    return rows, {
        "cities": len(rows),
        "cities_without_population": unknown,
        "cities_outside": int((region == "").sum()),
    }


def own_cities(
    found: Sequence[OwnCity], file: Path, frame: Bounds, areas: gpd.GeoDataFrame | None
) -> tuple[Rows, dict[str, int]]:
    """Return the rows of a user's cities inside a frame and the areas, and how many are not."""
    points = np.array([shapely.Point(city.lon, city.lat) for city in found], object)
    region = regions_of(points, areas)
    region[~shapely.box(*frame).covers(points)] = ""
    if not (region != "").any():
        raise BadInputError(
            "{path}: expected a city inside the region, {frame}; of {count} none lies there",
            path=file,
            frame=", ".join(f"{x:g}" for x in frame),
            count=len(found),
        )
    ids, rows = _Ids(), list[dict[str, Any]]()
    ids.used |= {city.city_id for city in found}
    for city, code in zip(found, region, strict=True):
        if code:
            row = {
                "city_id": city.city_id or ids(city.name_en, city.name, "city"),
                "name_en": city.name_en or city.name,
                "region": code,
                "source": OWN_CITIES,
            }
            rows.append(city.model_dump() | row)
    outside = int((region == "").sum())
    return rows, {"cities": len(rows), "cities_without_population": 0, "cities_outside": outside}


def regions_of(points: NDArray[np.object_], areas: gpd.GeoDataFrame | None) -> NDArray[np.object_]:
    """Return the region of every point, in degrees: the code of its area, empty outside all."""
    if areas is None:
        return np.full(len(points), ONE_REGION, object)
    return np.array([*areas["adcode"], ""], object)[county_index(areas, points)]


# A route becomes places, an alignment and sections.


class _RouteDraft:
    """The rows of alignments, sections and new places of a route with its known places."""

    def __init__(
        self,
        extract: _Extract,
        title: Title,
        chain: Chain,
        known: dict[str, Spot],
        *,
        ferry: bool = False,
    ) -> None:
        self.extract, self.title, self.known = extract, title, known
        self.places: Rows = []
        self.chain = chain
        if chain.closed and known:
            self.chain = _turned_to(chain, next(iter(known.values())))
        legs = self.chain.piece
        edges = extract.pieces.edge if len(extract.pieces.edge) else legs
        self.edge = np.where(legs >= 0, edges[legs], -1)
        stages = np.full(len(legs), "open") if ferry else _stages(self.edge, extract.stages)
        self.line, self.stages = self.chain.line, stages
        self.under: list[Under] = []

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

    def _known_stops(self) -> list[Stop]:
        """Return the places in order; of two that are too close that of fewer lines goes."""
        found = [
            Stop(self.line.project(_point(s)), key, _is_cut(s)) for key, s in self.known.items()
        ]
        stops: list[Stop] = []
        for stop in sorted(found):
            if stops and stop.at - stops[-1].at < 2 * ROOM_M * max(self.extract.scale, 0.2):
                stays = max(stops[-1], stop, key=lambda s: len(self.known[s.place].lines))
                stops[-1] = stays._replace(cut=stops[-1].cut or stop.cut)
            else:
                stops.append(stop)
        return stops

    def _new_stop(self, metres: float, zh: str, en: str) -> Stop:
        """Add a place at a distance along the line, named after the route."""
        key = self.extract.place_id(f"{self.title.route_id}-{en}")
        point = self.line.interpolate(metres)
        names = self.title.zh + (zh if self.extract.chinese else en), self.title.en + en
        spot = Spot(point.x, point.y, "end", frozenset(), *names)
        self.places.append(self.extract.place_row(key, spot, ACCURACY_M))
        return Stop(metres, key, cut=True)

    def _with_ends(self, stops: list[Stop]) -> list[Stop]:
        """Let the line begin and end at a place, a new one where none is near; a ring at one."""
        length, reach = self.line.length, END_M * self.extract.scale
        if not stops or (not self.chain.closed and stops[0].at > reach):
            stops = [self._new_stop(0.0, " 起点", ", start"), *stops]
        if self.chain.closed:
            middle = [stop for stop in stops[1:] if reach < stop.at < length - reach]
            ends = Stop(0.0, stops[0].place, True), Stop(length, stops[0].place, True)
            return [ends[0], *middle, ends[1]]
        if stops[-1].at < length - reach or len(stops) < 2:
            stops = [*stops, self._new_stop(length, " 终点", ", end")]
        return [stops[0]._replace(cut=True), *stops[1:-1], stops[-1]._replace(cut=True)]

    def _room(self, stop: Stop) -> float:
        spot = self.known.get(stop.place)
        return max(self.line.distance(_point(spot)), ROOM_M) if spot else ROOM_M

    def _alignment(self, stops: list[Stop]) -> Rows:
        """Return the places in order with the shape points between them."""
        rows: Rows = [{"place_id": stops[0].place}]
        for a, b in itertools.pairwise(stops):
            start, end = a.at + self._room(a), b.at - self._room(b)
            if end > start:
                xy = _shape_points(substring(self.line, start, end))
                # rounded, neighbours may be equal: each stands once
                for (lon, lat), _ in itertools.groupby(self.extract.lonlat(xy)):
                    rows.append(
                        {"lon": lon, "lat": lat, "accuracy_m": ACCURACY_M, "source": "osm"}
                    )
            rows.append({"place_id": b.place})
        route = {"route_id": self.title.route_id}
        return [route | {"seq": k} | row for k, row in enumerate(rows, 1)]

    def _sections(self, cuts: list[Stop]) -> Rows:
        """Return the pieces between two cuts with what most of their length says."""
        names = {key: spot.zh for key, spot in self.known.items()}
        names |= {row["place_id"]: row["name"] for row in self.places}
        title, edge, metres = self.title, self.edge, self.chain.metres
        middle, length = (metres[1:] + metres[:-1]) / 2, np.diff(metres)
        rows = []
        for k, (a, b) in enumerate(itertools.pairwise(cuts), 1):
            inside = np.flatnonzero((middle >= a.at) & (middle <= b.at))
            inside = inside if len(inside) else np.array([np.abs(middle - a.at).argmin()])
            used = inside[edge[inside] >= 0]
            stage = prevailing(self.stages[inside], length[inside])[0]
            self.under.append(Under(self.chain.piece[used], length[used]))
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
            rows.append(
                row
                | _standard(
                    tags, self.extract.speed[edge[used]], length[used], title.mode, stage, as_of
                )
            )
        return rows


def _shape_points(line: shapely.Point | shapely.LineString) -> Floats:
    """Return points of a line between which the curve that is drawn through them stays near it."""
    dense = shapely.get_coordinates(shapely.segmentize(line, CURVE_M))
    few = shapely.segmentize(shapely.simplify(line, SIMPLIFY_M), LONGEST_M)
    near = KDTree(dense).query(shapely.get_coordinates(few))[1]
    kept = np.unique(np.append(near, [0, len(dense) - 1]))
    middle = dense.mean(axis=0)
    shapely.prepare(line)
    for _ in range(12):
        curve, knots = smooth((dense[kept] - middle) / METRES_PER_DEGREE)
        spots = shapely.points(curve * METRES_PER_DEGREE + middle)
        off = np.flatnonzero(shapely.distance(line, spots) > 1.5 * SIMPLIFY_M)
        leg = np.unique(np.searchsorted(knots, off, side="right") - 1)
        leg = leg[leg < len(kept) - 1]
        more = (kept[leg] + kept[leg + 1]) // 2
        if not len(np.setdiff1d(more, kept)):
            break
        kept = np.union1d(kept, more)
    return np.asarray(dense[kept], float)


def _is_cut(spot: Spot) -> bool:
    """Tell whether a place ends sections: where lines come together, and at borders."""
    return spot.kind == "border" or (len(spot.lines) > 1 and spot.kind in {"junction", "station"})


def _point(spot: Spot) -> shapely.Point:
    return shapely.Point(spot.x, spot.y)


def _turned_to(chain: Chain, spot: Spot) -> Chain:
    """Let a ring begin at a place."""
    k = int(np.argmin(np.hypot(*(chain.points[:-1] - [spot.x, spot.y]).T)))
    points = np.vstack([chain.points[k:-1], chain.points[: k + 1]])
    return Chain(points, np.concatenate([chain.piece[k:], chain.piece[:k]]))


def _stages(edges: Ints, stages: Stages) -> Stages:
    """Return the status of every leg; a gap has that of the leg before it."""
    edge = edges.copy()
    for k in np.flatnonzero(edge < 0):
        edge[k] = edge[k - 1] if k else edge[1]
    return stages[edge]


def _stages_of(tags: DataFrame) -> Stages:
    """Return the status of every edge."""
    kind = tags["highway"].where(tags["highway"].notna(), tags["railway"])
    names = {"construction": "construction", "proposed": "planned"}
    return kind.map(names).fillna("open").to_numpy(str)


def _changes(stages: Stages, metres: Floats, least: float) -> list[float]:
    """Return where the status changes for longer than a least length."""
    begins = np.flatnonzero(np.append(True, stages[1:] != stages[:-1]))
    runs = [(metres[b], str(stages[b])) for b in begins]
    ends = [*(start for start, _ in runs[1:]), metres[-1]]
    long = [run for run, end in zip(runs, ends, strict=True) if end - run[0] >= least]
    return [start for before, (start, stage) in itertools.pairwise(long) if stage != before[1]]


def _standard(
    tags: DataFrame, speed: Floats, length: Floats, mode: str, stage: str, as_of: dt.date
) -> dict[str, Any]:
    """Return speed, lanes and dates of a section, where most of its length says them."""
    found: dict[str, Any] = {}
    if length[~np.isnan(speed)].sum() >= MOSTLY * length.sum() > 0:
        found |= {"operating_speed_kmh": round(_median(speed, length)), "notes": "posted limit"}
    if mode == "road":
        lanes, share = prevailing(tags["lanes"], length)
        oneway, one_share = prevailing(tags["oneway"], length)
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
    text, share = prevailing(values, length)
    try:
        last_day(text)
    except ValueError:
        return ""
    return text if share >= MOSTLY else ""


def _median(values: Floats, length: Floats) -> float:
    """Return the value that half of the length does not exceed."""
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    total = np.cumsum(length[known][order])
    return float(values[known][order][np.searchsorted(total, total[-1] / 2)])
