"""
A first catalogue of a region out of an OpenStreetMap extract.

Roads by number, railways by name; one line each, cut where they meet. What the extract does
not say stays empty, and what could not be used is counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo._cutting import ACCURACY_M, MOSTLY, Rows, Title, common, place_row, route_rows
from geo.background import class_of, noded
from geo.chains import Chain, chains
from geo.frontiers import border_spots
from geo.meetings import Line, Spot, names, spots

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

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


def draft(
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
        found, left = chains(edges.iloc[at].reset_index(drop=True), min_km=min_km)
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
    import shapely

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
        import unicodedata

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


def _tables(  # noqa: PLR0913
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
    from pyproj import Transformer

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


def _point(spot: Spot) -> Any:  # noqa: ANN401
    import shapely

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
    from geo.admin import county_index

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
