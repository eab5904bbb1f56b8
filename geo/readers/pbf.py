"""Ways and points out of an OpenStreetMap extract: PBF, or XML as it is or packed."""

from __future__ import annotations

import re
import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.core import BadInputError, optional, shown
from geo.geometry import Bounds, line_lengths_km
from geo.readers.ways import MAIN_ROADS, TAGS, duration_minutes, ref_key, split_ref, split_refs

#: The largest sizes that the format allows, in bytes.
MAX_HEAD, MAX_BLOB = 64 * 1024, 32 * 1024 * 1024


def expect_sound(path: Path | str) -> None:
    """Raise a ValueError where a blob is cut off or too large, or a text holds a zero byte."""
    with Path(path).open("rb") as file:
        for blob in _blobs(file):
            for field, texts in _fields(blob):
                if field == 1:
                    _expect_no_zero(texts)
                    break


def _blobs(file: BinaryIO) -> Iterator[bytes]:
    """Yield the unpacked blobs of data; those packed in other ways than zlib are passed over."""
    while size := file.read(4):
        head = dict(_fields(_whole(file, int.from_bytes(size, "big"), MAX_HEAD)))
        parts = dict(_fields(_whole(file, int.from_bytes(head.get(3, b""), "big"), MAX_BLOB)))
        if head.get(1) != b"OSMData":
            continue
        if 1 in parts:
            yield parts[1]
        elif 3 in parts:
            unpacker = zlib.decompressobj()
            try:
                yield unpacker.decompress(parts[3], MAX_BLOB)
            except zlib.error as error:
                raise ValueError(f"a damaged blob ({error})") from None


def _whole(file: BinaryIO, size: int, largest: int) -> bytes:
    if size > largest:
        raise ValueError(f"a part of {size:,} bytes; no more than {largest:,} are allowed")
    raw = file.read(size)
    if len(raw) < size:
        raise ValueError("its end is missing")
    return raw


def _fields(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and value of the fields of a message; a number is given as bytes."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(raw, at)
            yield key >> 3, value.to_bytes(10, "big")
            continue
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind == 2:
            size, at = _varint(raw, at)
        elif not size:
            raise ValueError("a field of an unknown kind")
        if at + size > len(raw):
            raise ValueError("a field longer than its message")
        yield key >> 3, raw[at : at + size]
        at += size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(raw):
            break
        value |= (raw[at] & 127) << shift
        at += 1
        if raw[at - 1] < 128:
            return value, at
    raise ValueError("a number that does not end")


def _expect_no_zero(texts: bytes) -> None:
    """Only the length of the first text, which is empty, is a zero byte; else look at each."""
    if b"\0" in texts.removeprefix(b"\n\0") and any(b"\0" in text for _, text in _fields(texts)):
        raise ValueError("a text with a zero byte")


#: The railways that carry long-distance trains.
RAILWAYS = ("rail", "narrow_gauge")
WATERWAYS = ("river", "canal", "fairway")
LIFECYCLE = ("construction", "proposed")
#: Tags of a point that become columns.
POINT_TAGS = ("railway", "place", "highway", "amenity", "name", "name:zh-Hans", "name:zh",
              "name:en", "ref", "population", "station")  # fmt: skip
#: Settlements and larger areas whose names tell the language of an extract.
PLACES = ("city", "town", "village", "hamlet", "suburb", "island", "county", "state", "country")
#: Relations that say which route a way belongs to; not those of trains and buses.
ROUTES = (("route", "road"), ("route", "railway"), ("route", "waterway"))
FERRY = ("route", "ferry")
#: Values of highway that nobody can use, and degrees within which others are near a point.
NO_ROADS, CELL = ("construction", "proposed", "abandoned", "razed", "corridor", "elevator"), 0.05
#: Members of such a relation that ferries do not sail.
PIERS = ("platform", "stop", "approach")
#: Networks of numbers that roads carry beside their own: European and Asian routes.
INTERNATIONAL = ("e-road", "asianhighway", "ah")
#: Kinds of stations that no long-distance train serves.
LOCAL = ("subway", "light_rail", "monorail", "tram", "funicular", "miniature")
#: Above this size of the file the index of the nodes goes to disk.
IN_MEMORY_BYTES = 400_000_000
CRS = "EPSG:4326"


def read_pbf(
    path: Path | str,
    *,
    bounds: Bounds | None = None,
    waterways: bool = False,
    more: Sequence[tuple[str, str]] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> gpd.GeoDataFrame:
    """
    Read main roads and railways.

    Motorways down to secondary roads with their links, main railways without sidings, and
    both under construction or proposed, whose prefixed form ``construction:highway=motorway``
    is read as ``highway=construction`` with ``construction=motorway``. A way also gets the
    numbers of its route relations, and their name where it has none.

    Parameters
    ----------
    path
        An extract: ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.
    bounds
        West, south, east, north in degrees: only ways that touch it; they are not cut.
    waterways
        Also rivers, canals and fairways.
    more
        Keys with values of which one is enough to read a way too. With ``("route", "ferry")`` a
        member of the relation of a ferry is one, whatever its tags, and has its `duration`.
    progress
        Called with a line of text now and then.

    Returns
    -------
    ways
        LineStrings in the direction of the way, indexed by `osm_id`, with one column of text or
        None per tag (``geo.readers.ways.TAGS``). Of a way that lacks nodes the longest run of
        known ones.

    Raises
    ------
    BadInputError
        When the file cannot be read, or pyosmium is not installed.
    """
    progress(f"reading {Path(path).name}")
    found = _Ways()
    with _reading(path) as osm:
        tags = osm.filter.TagFilter(*_wanted(waterways=waterways), *more)
        found.read(osm, path, tags)
        routes = _routes(osm, path, [*ROUTES, FERRY] if FERRY in more else ROUTES)
        untagged = {way for route in routes if route.kind == "ferry" for way in route.ways}
        if untagged := untagged.difference(found.ids):
            found.read(osm, path, osm.filter.IdFilter(untagged), route="ferry")
    if found.broken and not found.ids:
        raise BadInputError(
            "{path}: expected the nodes of its ways, before the ways (osmium sort puts them in "
            "order)",
            path=path,
        )
    progress(f"{len(found.ids):,} ways, {found.broken:,} without known nodes")
    ways = found.table()
    _add_routes(ways, routes, pd.Series(line_lengths_km(ways.geometry.to_numpy()), ways.index))
    return ways[_touching(ways.geometry.to_numpy(), bounds)]


class _Ways:
    """Ways with their shapes and the values of :data:`TAGS`."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.shapes: list[str | bytes] = []
        self.rows: list[list[str | None]] = []
        self.broken = 0

    def read(
        self,
        osm: Any,
        path: Path | str,
        which: Any,
        wanted: Callable[[Any], bool] = lambda _: True,
        **more: str,
    ) -> None:
        """Read the wanted ways that a filter lets through, with the values of some more tags."""
        points_of = osm.geom.WKBFactory()
        for way in _elements(osm, path, osm.osm.WAY, which, places=True):
            tags = way.tags
            if (tags.get("service") and not tags.get("highway")) or not wanted(way):
                continue
            shape = _shape(osm, points_of, way)
            if not shape:
                self.broken += 1
                continue
            self.ids.append(way.id)
            self.shapes.append(shape)
            cells = {key: tags.get(key) for key in TAGS} | _lifecycle(tags) | more
            self.rows.append(list(cells.values()))

    def table(self) -> gpd.GeoDataFrame:
        """Return the ways with a column of text per tag."""
        rows = pd.DataFrame(self.rows, columns=list(TAGS), index=_index(self.ids), dtype=object)
        lines = shapely.from_wkb(np.array(self.shapes, dtype=object))
        return gpd.GeoDataFrame(rows, geometry=lines, crs=CRS)


def read_points(
    path: Path | str, tags: Sequence[tuple[str, str]], *, bounds: Bounds | None = None
) -> gpd.GeoDataFrame:
    """
    Read nodes, and the middle of closed ways, that carry one of some tags.

    Parameters
    ----------
    path, tags
        An extract, such as ``.osm.pbf``, and keys with values, of which one is enough.
    bounds
        West, south, east, north in degrees.

    Returns
    -------
    points
        Points indexed by `osm_id` with one column of text or None for each of
        :data:`POINT_TAGS`, and `osm_type`, node or way.

    Raises
    ------
    BadInputError
        When the file cannot be read, or pyosmium is not installed.
    """
    ids: list[int] = []
    shapes: list[BaseGeometry] = []
    rows: list[list[str | None]] = []
    names = [*POINT_TAGS, "osm_type"]
    with _reading(path) as osm:
        points_of, kinds = osm.geom.WKBFactory(), osm.osm.NODE | osm.osm.WAY
        for item in _elements(osm, path, kinds, osm.filter.TagFilter(*tags), places=True):
            if item.is_node():
                spot: BaseGeometry = shapely.Point(item.lon, item.lat)
            elif item.is_closed() and (shape := _shape(osm, points_of, item)):
                spot = shapely.from_wkb(shape).centroid
            else:
                continue
            ids.append(item.id)
            shapes.append(spot)
            kind = "node" if item.is_node() else "way"
            rows.append([*(item.tags.get(key) for key in POINT_TAGS), kind])
    table = pd.DataFrame(rows, columns=names, index=_index(ids), dtype=object)
    points = gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)
    return points[_touching(points.geometry.to_numpy(), bounds)]


def read_roads_around(path: Path | str, spots: Sequence[tuple[float, float]]) -> gpd.GeoDataFrame:
    """
    Read the roads and paths of every class that begin within some kilometres of points.

    Parameters
    ----------
    path
        An extract, such as ``.osm.pbf``.
    spots
        Longitude and latitude in degrees.

    Returns
    -------
    ways
        As :func:`read_pbf` returns them.

    Raises
    ------
    BadInputError
        When the file cannot be read, or pyosmium is not installed.
    """
    cells = {
        (int(lon / CELL) + i, int(lat / CELL) + j)
        for lon, lat in spots
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    }

    def is_near(way: Any) -> bool:
        start = way.nodes[0].location
        at = (int(start.lon / CELL), int(start.lat / CELL)) if start.valid() else None
        return at in cells and way.tags.get("highway") not in NO_ROADS

    found = _Ways()
    with _reading(path) as osm:
        found.read(osm, path, osm.filter.KeyFilter("highway"), is_near)
    return found.table()


def read_boundaries(path: Path | str, level: int) -> gpd.GeoDataFrame:
    """
    Read the administrative areas of one level.

    Parameters
    ----------
    path
        An extract, such as ``.osm.pbf``.
    level
        Their `admin_level`: 2 are states, 4 to 8 what they consist of.

    Returns
    -------
    areas
        One row per area that lies in the extract whole, with `adcode` (the code of ISO 3166, or
        the number of the relation), `name`, `name_en`, `exact` (true: they are as exact as the
        roads) and polygons in WGS-84.

    Raises
    ------
    BadInputError
        When the file cannot be read, or no area of the level is whole.
    """
    rows, shapes = [], []
    with _reading(path) as osm:
        wanted = osm.filter.TagFilter(("boundary", "administrative"))
        polygons_of = osm.geom.WKBFactory()
        for item in osm.FileProcessor(str(path)).with_areas(wanted):
            if not item.is_area() or item.tags.get("admin_level") != str(level):
                continue
            own = item.tags.get("name")
            if own and item.tags.get("boundary") == "administrative":
                code = item.tags.get("ISO3166-2") or item.tags.get("ISO3166-1")
                name_en = item.tags.get("name:en") or own
                rows.append((code or f"r{item.orig_id()}", own, name_en))
                shapes.append(polygons_of.create_multipolygon(item))
    if not rows:
        raise BadInputError(
            "{path}: expected boundaries of admin_level {level} that lie in the extract whole",
            path=path,
            level=level,
        )
    table = pd.DataFrame(rows, columns=["adcode", "name", "name_en"])
    areas = gpd.GeoDataFrame(table.assign(exact=True), geometry=shapely.from_wkb(shapes), crs=CRS)
    return areas.drop_duplicates("adcode").drop_duplicates("name").reset_index(drop=True)


def read_languages(path: Path | str) -> dict[str, int]:
    """
    Count the languages in which places and areas have their name.

    Parameters
    ----------
    path
        An extract: ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.

    Returns
    -------
    languages
        How many places and administrative areas have a `name` that is also that of a language
        (``name:de``), the most first.

    Raises
    ------
    BadInputError
        When the file cannot be read, or pyosmium is not installed.
    """
    count = Counter[str]()
    with _reading(path) as osm:
        kinds, tags = osm.osm.NODE | osm.osm.RELATION, [("boundary", "administrative")]
        tags += [("place", kind) for kind in PLACES]
        for item in _elements(osm, path, kinds, osm.filter.TagFilter(*tags), places=False):
            own = item.tags.get("name")
            count.update(
                found[1]
                for tag in item.tags
                if tag.v == own
                for found in [re.fullmatch("name:([a-z]{2,3})", tag.k)]
                if found
            )
    return dict(count.most_common())


def read_pbf_header(path: Path | str) -> tuple[str, Bounds | None]:
    """
    Return what the head of an extract says.

    Parameters
    ----------
    path
        An extract: ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.

    Returns
    -------
    date
        ISO date of the data; empty where it is not given.
    bounds
        West, south, east, north in degrees; None where they are not given.

    Raises
    ------
    BadInputError
        When the file cannot be read, or pyosmium is not installed.
    """
    with _reading(path) as osm:
        head = osm.FileProcessor(str(path)).header
        stamp = head.get("osmosis_replication_timestamp") or head.get("timestamp")
        box = head.box()
        low, high = box.bottom_left, box.top_right
        if not (box.valid() and low.lon < high.lon and low.lat < high.lat):
            return stamp[:10], None
        return stamp[:10], (low.lon, low.lat, high.lon, high.lat)


@contextmanager
def _reading(path: Path | str) -> Iterator[Any]:
    """Give pyosmium, and turn whatever goes wrong into one line."""
    for module in ("osmium.geom", "osmium.index", "osmium"):
        osm = optional(module, "pbf", "reading a PBF file needs pyosmium")
    if not Path(path).is_file():
        raise BadInputError(
            "{path}: expected an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz or .osm.bz2); no "
            "such file",
            path=path,
        )
    try:
        file = Path(path).stat()
        if Path(path).suffix.lower() == ".pbf":
            _look_through(Path(path), file.st_size, file.st_mtime_ns)
        yield osm
    except BadInputError:
        raise
    except (RuntimeError, OSError, ValueError, MemoryError) as error:
        raise BadInputError(
            "{path}: expected a whole OpenStreetMap extract: {reason}",
            path=path,
            reason=shown(" ".join(str(error).split()), 300),
        ) from None


@lru_cache(maxsize=4)
def _look_through(path: Path, size: int, changed_ns: int) -> None:
    """Make sure that libosmium can read a file; once, while it is of that size and time."""
    del size, changed_ns
    expect_sound(path)


def _elements(
    osm: Any, path: Path | str, kinds: Any, which: Any, *, places: bool
) -> Iterator[Any]:
    """Yield the elements of some kinds that a filter lets through; ways know where they lie."""
    with tempfile.TemporaryDirectory(prefix="geo-pbf-") as folder:
        large = Path(path).stat().st_size > IN_MEMORY_BYTES
        index = f"sparse_file_array,{folder}/nodes" if large else "flex_mem"
        entities = osm.osm.NODE | osm.osm.WAY if places else kinds
        files = osm.FileProcessor(str(path), entities)
        files = files.with_locations(index) if places else files
        files = files.with_filter(osm.filter.EntityFilter(kinds))
        yield from files.with_filter(which)


def _wanted(*, waterways: bool) -> list[tuple[str, str]]:
    """Return the tags of the ways that are read."""
    roads = [value for name in MAIN_ROADS for value in (name, f"{name}_link")]
    tags = [("highway", value) for value in roads] + [("railway", value) for value in RAILWAYS]
    for stage in LIFECYCLE:
        tags += [(stage, value) for value in (*roads, *RAILWAYS)]
        tags += [(f"{stage}:highway", value) for value in roads]
        tags += [(f"{stage}:railway", value) for value in RAILWAYS]
    return tags + ([("waterway", value) for value in WATERWAYS] if waterways else [])


def _lifecycle(tags: Any) -> dict[str, str]:
    """Return what the prefixed keys say of highway, railway, construction and proposed."""
    found: dict[str, str] = {}
    for stage in LIFECYCLE:
        for key in ("highway", "railway"):
            value = tags.get(f"{stage}:{key}")
            if value and not tags.get(key):
                found |= {key: stage, stage: value}
    return found


class _Route(NamedTuple):
    """A relation of a route: of what, its network, number, name and duration, its ways."""

    kind: str
    network: str
    ref: str
    name: str
    duration: str
    ways: frozenset[int]


def _routes(osm: Any, path: Path | str, tags: Sequence[tuple[str, str]]) -> list[_Route]:
    """Return the relations of routes; of those of ferries the ways without piers."""
    found = []
    which = osm.filter.TagFilter(*tags)
    for route in _elements(osm, path, osm.osm.RELATION, which, places=False):
        kind, network, ref, name, duration = (
            route.tags.get(key) or "" for key in ("route", "network", "ref", "name", "duration")
        )
        if route.tags.get("type") == "route" and network.lower() not in INTERNATIONAL:
            ways = frozenset(
                m.ref for m in route.members if m.type == "w" and not m.role.startswith(PIERS)
            )
            found.append(_Route(kind, network, ref, name, duration, ways))
    return found


def _add_routes(
    table: pd.DataFrame, routes: Sequence[_Route], lengths_km: pd.Series[float]
) -> None:
    """
    Give every way the numbers of the routes it belongs to, and a name where it has none.

    What the relation of a ferry says of its duration its ways share by their length.
    """
    known = set(table.index)
    carried: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        for number in map(ref_key, split_ref(route.ref)):
            carried[number] |= {route.network} if route.kind == "road" else set()
    clash = {
        number for number, networks in carried.items() if number.isdecimal() and len(networks) > 1
    }
    numbers: dict[Any, list[str]] = {}
    names: dict[Any, str] = {}
    times: dict[Any, str] = {}
    for kind, network, ref, name, duration, members in routes:
        ways = sorted(members & known)
        if kind == "ferry" and (minutes := duration_minutes(duration)):
            km = lengths_km[ways]
            shares = (f"{minutes * share:.6f}" for share in km / km.sum())
            times |= dict(zip(ways, shares, strict=True))
        for number in map(ref_key, split_ref(ref)):
            spelled = _spelled(number, network, table["ref"].loc[ways], clash=number in clash)
            for way in ways:
                numbers.setdefault(way, []).append(spelled)
        # a name that repeats the number says nothing; with neither it is a tourist route
        own = kind != "road" or network or ref
        if name and own and not (ref and ref_key(ref) in ref_key(name)):
            for way in ways:
                names.setdefault(way, name)
    refs = (_joined(own, numbers.get(way, []), clash) for way, own in table["ref"].items())
    called = (own or names.get(way) for way, own in table["name"].items())
    lasts = (own or times.get(way) for way, own in table["duration"].items())
    for key, values in (("ref", refs), ("name", called), ("duration", lasts)):
        table[key] = pd.Series(list(values), table.index, dtype=object)


def _spelled(number: str, network: str, refs: pd.Series[Any], *, clash: bool) -> str:
    """
    Return the number of a relation as its ways spell it, with the letters of its network.

    Relations of some countries carry the digits alone: 283 of the networks US:I and US:PA are
    two roads, which the ways call I 283 and PA 283. Where the ways carry the digits alone too and
    they `clash`, the network tells them apart.
    """
    if not number.isdecimal():
        return number
    said = Counter(item for text in refs for item in split_ref(text))
    alike = {
        item: n
        for item, n in said.items()
        if re.sub(r"\D", "", item) == number and not (clash and item == number)
    }
    if alike:
        return max(alike, key=lambda item: (alike[item], item))
    letters = network.rpartition(":")[2]
    return f"{letters} {number}" if clash or re.fullmatch(r"[A-Z]{1,3}", letters) else number


def _joined(own: str | None, more: list[str], clash: set[str]) -> str | None:
    """Return a number with those of further routes that it does not hold yet."""
    told = {re.sub(r"\D", "", ref) for ref in more if not ref.isdecimal()} & clash
    if told & set(split_ref(own)):  # the network says which of several it is
        own = ";".join(item for item in split_ref(own) if item not in told) or None
    for ref in more:
        if not split_refs(ref) <= split_refs(own):
            own = f"{own};{ref}" if own else ref
    return own


def _shape(osm: Any, points_of: Any, way: Any) -> str | bytes:
    """Return a way as WKB, its longest run of known nodes; empty where that is no line."""
    try:
        return str(points_of.create_linestring(way))
    except osm.InvalidLocationError:
        spots = [(n.lon, n.lat) if n.location.valid() else None for n in way.nodes]
    except RuntimeError:  # fewer than two different points
        return ""
    runs: list[list[tuple[float, float]]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        elif runs[-1][-1:] != [spot]:
            runs[-1].append(spot)
    best = max(runs, key=len)
    return bytes(shapely.to_wkb(shapely.LineString(best))) if len(best) > 1 else ""


def _index(ids: list[int]) -> pd.Index[Any]:
    return pd.Index(ids, name="osm_id", dtype="int64")


def _touching(shapes: Any, bounds: Bounds | None) -> Any:
    """Return which shapes touch the bounds."""
    if bounds is None:
        return np.ones(len(shapes), bool)
    return shapely.intersects(shapes, shapely.box(*bounds))
