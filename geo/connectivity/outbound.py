"""How open a region is: the links that leave it, by direction, and its named rings and radials.

A link leaves where a route of the catalogue reaches the outer border of the regions: it runs on
beyond, has a place of kind border there, or ends there. What the catalogue does not hold is not
counted: the figures are lower bounds of what exists.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from geo.catalogue import MODES, STAGES, Catalogue, Region, RouteGroup, last_day
from geo.core import BadInputError, Message, Problem
from geo.geometry import geod, metric_crs
from geo.layers import (
    AT_BORDER_KM,
    CRS,
    Finding,
    Layers,
    each_track_once,
    neighbours,
    outer_area,
    route_stage,
    section_regions,
    sections_on,
)

#: The eight sectors clockwise from north, in Chinese and English.
SECTORS = (("N", "北"), ("NE", "东北"), ("E", "东"), ("SE", "东南"), ("S", "南"),
           ("SW", "西南"), ("W", "西"), ("NW", "西北"))  # fmt: skip
_COLUMNS = ["route_id", "section_id", "beyond", "name", "name_en", "mode", "place_id", "lon",
            "lat", "bearing_deg", "sector", "sector_zh", "neighbour_zh", "neighbour_en", "stage",
            "assumed", "opened", "expected"]  # fmt: skip


def outbound_links(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return the links of the catalogue that leave the regions.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day asked for.

    Returns
    -------
    links
        One row and point per link, ordered by bearing: `route_id`, `section_id` (inside) and
        `beyond` (the section outside, empty where the catalogue ends), names, `mode`,
        `place_id`, `lon`, `lat` (the place that marks the border, else the point of the
        alignment nearest to it, with an empty `place_id` where it has no name),
        `bearing_deg` from the population-weighted centre of the cities (without cities, the
        centre of the map), `sector` and `sector_zh`, the neighbour, `stage` (the less
        advanced of the sections on both sides), `assumed`, `opened` (the later one, empty
        unless both are known) and `expected`. A track that several routes share counts once.

    Raises
    ------
    BadInputError
        When the region has no base layer that tells its area.
    """
    catalogue = layers.catalogue
    area = outer_area(catalogue)
    if area is None:
        text = Message("expected provinces or counties: they tell where the region ends")
        raise BadInputError([Problem("region.toml", 0, "base", "", text)])
    sections = sections_on(layers, date)
    kinds = dict(zip(layers.places.index.tolist(), layers.places["kind"].tolist(), strict=True))
    rows = [
        _link(layers, sections, route_id, inside, edge)
        for route_id, km in _distances_inside(layers, area).items()
        for inside, edge in _exits(layers, route_id, km, kinds)
    ]
    links = gpd.GeoDataFrame(rows, columns=[*_COLUMNS, "geometry"], geometry="geometry", crs=CRS)
    links = _bearings(_once(links, sections), catalogue)
    return links.astype({"expected": "Int64"}).sort_values(
        ["bearing_deg", "route_id"], ignore_index=True
    )


def _distances_inside(layers: Layers, area: BaseGeometry) -> dict[str, Any]:
    """Return how far inside the area every point of an alignment lies, in km."""
    border = area.boundary
    shapely.prepare(border)
    shapely.prepare(area)
    counts = [len(track.knots) for track in layers.tracks.values()]
    lonlat = np.concatenate([track.line[track.knots] for track in layers.tracks.values()])
    crs = metric_crs(layers.catalogue.region.frame)
    points = gpd.GeoSeries(shapely.points(lonlat), crs=CRS).to_crs(crs).to_numpy()
    km = shapely.distance(border, points) / 1000
    signed = np.where(shapely.intersects(area, points), km, -km)
    return dict(zip(layers.tracks, np.split(signed, np.cumsum(counts)[:-1]), strict=True))


def _exits(
    layers: Layers, route_id: str, km: Any, kinds: Mapping[str, str]
) -> list[tuple[int, int]]:
    """
    Return where a route leaves, as pairs of the last point inside and the point of leaving.

    A run of points that are at the border or outside is an exit where one of them is really
    outside or a place on the border, or where the route ends in it at a place of kind end.
    """
    track = layers.tracks[route_id]
    inside = np.flatnonzero(km > AT_BORDER_KM)
    if not len(inside):
        return []
    last = len(km) - 1
    runs = [(int(a), int(b)) for a, b in itertools.pairwise(inside) if b > a + 1]
    found = []
    for a, b in [(-1, int(inside[0])), *runs, (int(inside[-1]), last + 1)]:
        run = range(a + 1, b)
        marks = [k for k in run if kinds.get(track.places[k]) == "border"]
        ends = [k for k in run if k in (0, last) and kinds.get(track.places[k]) == "end"]
        out = [k for k in run if km[k] < -AT_BORDER_KM]
        if not (marks or ends or out):
            continue
        through = a >= 0 and b <= last
        if a >= 0:
            found.append((a, _edge(run, marks or ends, km)))
        if b <= last and (not through or (out and len(marks) != 1)):
            found.append((b, _edge(run[::-1], marks[::-1] or ends, km)))
    return found


def _edge(run: range, marks: list[int], km: Any) -> int:
    """Return the first marked point of a run, else the point nearest to the border."""
    return marks[0] if marks else min(run, key=lambda k: abs(km[k]))


def _link(
    layers: Layers, sections: DataFrame, route_id: str, inside: int, edge: int
) -> dict[str, Any]:
    track = layers.tracks[route_id]
    step = 1 if edge > inside else -1
    owner = _section_at(layers, route_id, edge - step, edge)
    past = edge + step
    known = 0 <= past < len(track.places)
    after = _section_at(layers, route_id, edge, past) if known else ""
    rows = sections.loc[list(dict.fromkeys([owner, *filter(None, [after])]))]
    lon, lat = track.line[track.knots[edge]]
    dates = [text for text in rows["opened"] if text]
    years = rows["expected"].dropna()
    route = layers.catalogue.route[route_id]
    return {
        "route_id": route_id, "section_id": owner, "beyond": after if after != owner else "",
        "name": route.name, "name_en": route.name_en, "mode": route.mode,
        "place_id": track.places[edge], "lon": float(lon), "lat": float(lat),
        "stage": max(rows["stage"], key=STAGES.index),
        "assumed": bool(rows["assumed"].any()),
        "opened": max(dates, key=last_day) if len(dates) == len(rows) else "",
        "expected": int(years.max()) if len(years) else None,
        "geometry": shapely.Point(lon, lat),
    }  # fmt: skip


def _section_at(layers: Layers, route_id: str, one: int, other: int) -> str:
    """Return the section of a leg between two neighbouring points of an alignment."""
    leg = min(one, other)
    for section in layers.catalogue.sections_of[route_id]:
        i, j = layers.span[section.section_id]
        if i <= leg < j:
            return section.section_id
    return ""


def _once(links: gpd.GeoDataFrame, sections: DataFrame) -> gpd.GeoDataFrame:
    """Leave out links on the track of another, and owners that are not open where a sharer is."""
    stage, shares = sections["stage"], sections["shares"]
    drop: set[str] = set()
    for section in links["section_id"]:
        owners = set(filter(None, str(shares[section]).split(";")))
        if owners and (stage[section] != "open" or (stage[list(owners)] == "open").all()):
            drop.add(section)
        else:
            drop |= owners
    return links[~links["section_id"].isin(drop)].reset_index(drop=True)


def _centre(catalogue: Catalogue) -> tuple[float, float]:
    """Return the mean of the cities weighted by population; without cities, that of the map."""
    cities = [city for city in catalogue.centres if city.population]
    if not cities:
        return catalogue.region.map.centre
    people = [city.population for city in cities]
    lon, lat = np.average([(city.lon, city.lat) for city in cities], axis=0, weights=people)
    return float(lon), float(lat)


def _bearings(links: gpd.GeoDataFrame, catalogue: Catalogue) -> gpd.GeoDataFrame:
    lon, lat = _centre(catalogue)
    start = np.full(len(links), lon), np.full(len(links), lat)
    turn = geod().inv(*start, links["lon"].to_numpy(float), links["lat"].to_numpy(float))[0]
    links["bearing_deg"] = np.round(np.asarray(turn, float), 1) % 360
    at = np.round(links["bearing_deg"].to_numpy(float) / 45).astype(int) % 8
    links["sector"], links["sector_zh"] = ([SECTORS[i][k] for i in at] for k in (0, 1))
    around = neighbours(catalogue)
    if around is None or links.empty:
        return links.assign(neighbour_zh="", neighbour_en="")
    tree = shapely.STRtree(around.geometry.to_numpy())
    points = links.geometry.to_crs(metric_crs(catalogue.region.frame)).to_numpy()
    near = around.iloc[tree.nearest(points)]
    return links.assign(
        neighbour_zh=near["name"].to_numpy(), neighbour_en=near["name_en"].to_numpy()
    )


def links_by_sector(frame: DataFrame) -> DataFrame:
    """
    Return how many links are open in every direction.

    Parameters
    ----------
    frame
        Links as :func:`outbound_links` returns them.

    Returns
    -------
    sectors
        One row per sector in the order of :data:`SECTORS`, indexed by sector, with
        `sector_zh`, the number of open links by mode and their sum `all`.

    Examples
    --------
    >>> from datetime import date
    >>> len(links_by_sector(outbound_links(lay, date(2025, 12, 31))))
    8
    """
    is_open = frame[frame["stage"] == "open"]
    counts = pd.crosstab(is_open["sector"], is_open["mode"])
    counts = counts.reindex(index=[s for s, _ in SECTORS], columns=list(MODES), fill_value=0)
    counts = counts.astype(int).rename_axis(columns=None).rename_axis("sector")
    counts.insert(0, "sector_zh", [zh for _, zh in SECTORS])
    return counts.assign(all=counts[list(MODES)].sum(axis=1))


def count_open_sectors(frame: DataFrame) -> int:
    """
    Return in how many of the eight sectors at least one link is open.

    Parameters
    ----------
    frame
        Links as :func:`outbound_links` returns them.

    Returns
    -------
    number
        From 0 to 8.
    """
    return int((links_by_sector(frame)["all"] > 0).sum())


def direction_findings(layers: Layers, date: dt.date) -> list[Finding]:
    """
    Return the directions in which no open link leaves the region.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the date asked for.

    Returns
    -------
    findings
        One per sector without an open link, with the code no-exit; none where the region has no
        base layer that tells its area.
    """
    if outer_area(layers.catalogue) is None:
        return []
    links = outbound_links(layers, date)
    sectors = links_by_sector(links)
    found = []
    for sector in sectors.index[sectors["all"] == 0]:
        later = links[links["sector"] == sector]["name"].tolist()
        text = Message("no open link leaves the region in the direction {sector}", sector=sector)
        if later:
            text = Message("{text}; not open: {names}", text=text, names=", ".join(later))
        nowhere = float("nan")
        found.append(Finding("info", "no-exit", text, "region.toml", 0, "", nowhere, nowhere))
    return found


def group_openness(layers: Layers, date: dt.date) -> DataFrame:
    """
    Return how much of every named group of routes is open.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day asked for.

    Returns
    -------
    groups
        Indexed by group id: `plan`, names, `kind`, `length_km` (running length of what the
        catalogue holds of it in its region, shared track once), `open_km`, `share_open`,
        `stage`, `partial`, `confidence`; a group that is not in the catalogue has length 0, no
        share and an empty stage.

    Examples
    --------
    >>> from datetime import date
    >>> km = [group_openness(lay, date(year, 12, 31))["open_km"].sum() for year in (2015, 2025)]
    >>> bool(km[0] < km[1])
    True
    """
    catalogue = layers.catalogue
    sections = sections_on(layers, date)
    chosen = catalogue.region.groups
    if any(group.region for group in chosen):
        where = section_regions(layers)
        sections = sections.assign(region=[where[str(s)][0] for s in sections.index])
    rows = []
    for g in chosen:
        share = _share(each_track_once(_of_group(sections, g, catalogue.region)))
        partial = g.partial or not g.routes
        rows.append((g.id, g.plan, g.name, g.name_en, g.kind, partial, g.confidence, *share))
    heads = ["group_id", "plan", "name", "name_en", "kind", "partial", "confidence",
             "length_km", "open_km", "share_open", "stage"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads).set_index("group_id")


def _of_group(sections: DataFrame, group: RouteGroup, region: Region) -> DataFrame:
    own = sections[sections["route_id"].isin(group.routes)]
    code = next((r.adcode for r in region.regions if r.id == group.region), "")
    return own[own["region"] == code] if code else own


def _share(sections: DataFrame) -> tuple[float, float, float, str]:
    """Return the length of sections, the open part of it in km and as a share, and the stage."""
    length = float(sections["running_km"].sum())
    is_open = float(sections.loc[sections["stage"] == "open", "running_km"].sum())
    stage = route_stage(sections) if len(sections) else ""
    return length, is_open, is_open / length if length else np.nan, stage
