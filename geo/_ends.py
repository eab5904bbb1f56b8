"""Why a line ends: what a place without a second link has around it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geo._outside import AT_BORDER_KM, metric_crs, neighbours, outer_area
from geo.admin import county_index, read_base
from geo.curves import leg_lengths_km
from geo.dates import STAGES, last_day
from geo.layers import CRS, status_frame

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely import Point
    from shapely.geometry.base import BaseGeometry

    from geo.layers import Layers
    from geo.region import Region
    from geo.tables import Place

#: A line this near to an end, beyond the accuracy of the end, may be meant to meet it.
GAP_M = 1500.0
#: A city within this distance explains why a line ends.
CITY_KM = 15.0
#: A line not yet open that keeps this near to an open one runs beside it and is no continuation.
BESIDE_M, AHEAD_M = 1000.0, (5000.0, 15000.0)
#: Stations and ports within a city (市) or a district (区) are good reasons for an end.
STOPS, URBAN = frozenset({"station", "port", "airport"}), ("市", "区")
STAGE_ZH = {"open": "已通车", "construction": "在建", "planned": "规划"}


@dataclass(frozen=True)
class Ground:
    """What the search for reasons needs: metric lines and points, stages, area, cities."""

    layers: Layers
    day: date

    @cached_property
    def sections(self) -> gpd.GeoDataFrame:
        """Sections with their stage on the day, in metres."""
        frame = self.layers.sections.to_crs(self.crs)
        staged: gpd.GeoDataFrame = status_frame(frame, self.day, self.region.as_of)
        return staged

    @cached_property
    def points(self) -> dict[str, Point]:
        """Places in metres."""
        series = self.layers.places.geometry.to_crs(self.crs)
        return dict(zip(series.index, series.to_numpy(), strict=True))

    @cached_property
    def routes_at(self) -> dict[str, set[str]]:
        """Routes of every place."""
        listed = self.layers.places["routes"]
        return {place: set(filter(None, text.split(";"))) for place, text in listed.items()}

    @cached_property
    def waiting(self) -> dict[str, list[str]]:
        """Sections that are not open, by the places they touch."""
        found = defaultdict(list)
        for key in self.sections.index[self.sections["stage"] != "open"]:
            i, j = self.layers.span[key]
            track = self.layers.tracks[self.sections["route_id"][key]]
            for place in dict.fromkeys(filter(None, track.places[i : j + 1])):
                found[place].append(key)
        return found

    @cached_property
    def area(self) -> BaseGeometry | None:
        """The regions together."""
        return outer_area(self.layers.catalogue)

    @cached_property
    def around(self) -> gpd.GeoDataFrame | None:
        """The provinces around."""
        return neighbours(self.layers.catalogue)

    @cached_property
    def cities(self) -> NDArray[np.object_]:
        """Centres of the cities in metres."""
        import geopandas as gpd
        import shapely

        lonlat = [(c.lon, c.lat) for c in self.layers.catalogue.cities]
        points = shapely.points(np.array(lonlat, float).reshape(-1, 2))
        return np.asarray(gpd.GeoSeries(points, crs=CRS).to_crs(self.crs).to_numpy())

    @property
    def region(self) -> Region:
        """Settings of the region."""
        return self.layers.catalogue.region

    @cached_property
    def crs(self) -> str:
        """The projection in metres."""
        return metric_crs(self.region)

    def accuracy(self, place: str) -> float:
        """Return the accuracy of a place in metres, 0 where it is unknown."""
        value = self.layers.catalogue.place[place].accuracy_m
        return float(value or 0)

    def near_shared(self, place: str, one: str, other: str, metres: float) -> bool:
        """Tell whether two routes share a place within a distance of a place."""
        here = self.points[place]
        return any(
            {one, other} <= self.routes_at[p] and self.points[p].distance(here) <= metres
            for p in filter(None, self.layers.tracks[one].places)
        )


def dead_end(ground: Ground, place: str, section: str) -> dict[str, Any]:
    point = ground.layers.catalogue.place[place]
    row = ground.sections.loc[section]
    base = {
        "place_id": place,
        "name_zh": point.name_zh,
        "name_en": point.name_en,
        "mode": row["mode"],
        "route_id": row["route_id"],
        "section_id": section,
        "lon": point.lon,
        "lat": point.lat,
        "continuation": "",
        "expected": None,
        "other_route": "",
        "distance_m": np.nan,
        "class": "unknown",
        "reason_en": "nothing in the catalogue tells why it ends here",
        "reason_zh": "目录未说明为何止于此",
    }
    for reason in (_continues, _study_border, _gap, _terminus):
        if found := reason(ground, place, section):
            return base | found
    return base | _nearest(ground, place, section)


def _continues(ground: Ground, place: str, section: str) -> dict[str, Any]:
    row, frame = ground.sections.loc[section], ground.sections
    ahead = [
        key
        for key in ground.waiting.get(place, [])
        if frame["mode"][key] == row["mode"] and _leads_on(ground, key, place, section)
    ]
    if not ahead:
        return {}
    ahead.sort(key=lambda key: STAGES.index(frame["stage"][key]))
    first = frame.loc[ahead[0]]
    year = min(filter(None, map(_year, ahead, itertools.repeat(frame))), default=None)
    ends = "from_en", "to_en", "from_zh", "to_zh"
    from_en, to_en, from_zh, to_zh = (first[key] for key in ends)
    return {
        "class": "continues",
        "reason_en": f"goes on with {first['route_en']} ({from_en}–{to_en}): {first['stage']}"
        + (f", opening {year}" if year else ", opening not known"),
        "reason_zh": f"由{first['name_zh']}({from_zh}–{to_zh},{STAGE_ZH[first['stage']]})接续"
        + (f",{year}年通车" if year else ",通车时间不详"),
        "continuation": ";".join(ahead),
        "expected": year,
    }


def _year(section: str, frame: gpd.GeoDataFrame) -> int | None:
    from pandas import notna

    row = frame.loc[section]
    if row["opened"]:
        return last_day(row["opened"]).year
    return int(row["expected"]) if notna(row["expected"]) else None


def _leads_on(ground: Ground, ahead: str, place: str, section: str) -> bool:
    """Tell whether a section leads away from an open one rather than along it."""
    frame = ground.sections
    if section in frame["shares"][ahead].split(";"):
        return False
    line = frame.geometry[ahead]
    at = line.project(ground.points[place])
    reach = [x for m in AHEAD_M for x in (max(at - m, 0.0), min(at + m, line.length))]
    tips = [line.interpolate(x) for x in reach if abs(x - at) > BESIDE_M]
    beside = frame.geometry[section]
    return any(beside.distance(tip) > BESIDE_M for tip in tips)


def _study_border(ground: Ground, place: str, section: str) -> dict[str, Any]:
    del section
    here = ground.points[place]
    around = ground.around
    name_en, name_zh = "the neighbour", "邻省"
    if around is not None:
        nearest = around.iloc[int(around.distance(here).to_numpy().argmin())]
        name_en, name_zh = nearest["name_en"], nearest["name_zh"]
    if ground.area is not None:
        km = ground.area.boundary.distance(here) / 1000
        if km <= AT_BORDER_KM:
            return {
                "class": "study-border",
                "reason_en": f"{km:.1f} km from the outer border: what lies beyond, in "
                f"{name_en}, is not in the catalogue",
                "reason_zh": f"距省外界{km:.1f}公里,{name_zh}境内不在目录中",
            }
        if not ground.area.intersects(here):
            return {
                "class": "study-border",
                "reason_en": f"lies outside the regions, in {name_en}: not followed further",
                "reason_zh": f"位于研究区外({name_zh}),不再延伸",
            }
    return _at_frame(ground, place)


def _at_frame(ground: Ground, place: str) -> dict[str, Any]:
    west, south, east, north = ground.region.frame
    point = ground.layers.catalogue.place[place]
    lon, lat = point.lon, point.lat
    edges = ((west, lat), (east, lat), (lon, south), (lon, north))
    km = min(float(leg_lengths_km(np.array([(lon, lat), edge]))[0]) for edge in edges)
    if km > AT_BORDER_KM:
        return {}
    return {
        "class": "study-border",
        "reason_en": f"{km:.1f} km from the edge of the frame",
        "reason_zh": f"距研究范围边缘{km:.1f}公里",
    }


def _gap(ground: Ground, place: str, section: str) -> dict[str, Any]:
    frame = ground.sections
    row = frame.loc[section]
    near = nearby(ground, place, row["route_id"], frame[frame["stage"] == "open"])
    if near is None:
        return {}
    key, metres = near
    other = frame.loc[key]
    return {
        "class": "gap",
        "reason_en": f"{other['route_en']} passes {metres:.0f} m away without a shared place: "
        "likely a missing junction",
        "reason_zh": f"{other['route_zh']}在{metres:.0f}米外经过而无共用节点,可能缺少连接",
        "other_route": other["route_id"],
        "distance_m": round(metres, 1),
    }


def nearby(
    ground: Ground, place: str, route: str, frame: gpd.GeoDataFrame
) -> tuple[str, float] | None:
    """Return the nearest section of another route that has no place in common near a place."""
    here, limit = ground.points[place], GAP_M + ground.accuracy(place)
    mode = ground.layers.catalogue.route[route].mode
    others = frame[(frame["mode"] == mode) & ~frame["route_id"].isin(ground.routes_at[place])]
    metres = others.distance(here)
    for key, far in metres[metres <= limit].sort_values(kind="stable").items():
        other = others["route_id"][key]
        joined = any(
            ground.near_shared(place, known, other, 2 * limit) for known in ground.routes_at[place]
        )
        if not joined:
            return str(key), float(far)
    return None


def _nearest(ground: Ground, place: str, section: str) -> dict[str, Any]:
    """Return the nearest open line of another route, for an end without a reason."""
    frame = ground.sections
    row = frame.loc[section]
    others = frame[
        (frame["stage"] == "open")
        & (frame["mode"] == row["mode"])
        & ~frame["route_id"].isin(ground.routes_at[place])
    ]
    if others.empty:
        return {}
    metres = others.distance(ground.points[place])
    other, far = others.loc[metres.idxmin()], float(metres.min())
    return {
        "reason_en": "nothing in the catalogue tells why it ends here; the nearest other line, "
        f"{other['route_en']}, is {far / 1000:.1f} km away",
        "reason_zh": f"目录未说明为何止于此;最近的他线{other['route_zh']}在{far / 1000:.1f}公里外",
        "other_route": other["route_id"],
        "distance_m": round(far, 1),
    }


def _terminus(ground: Ground, place: str, section: str) -> dict[str, Any]:
    del section
    import shapely

    here, catalogue = ground.points[place], ground.layers.catalogue
    if len(ground.cities):
        km = shapely.distance(ground.cities, here) / 1000
        if km.min() <= CITY_KM:
            city = catalogue.cities[int(km.argmin())]
            return {
                "class": "terminus",
                "reason_en": f"{km.min():.0f} km from the centre of {city.name_en}; the "
                "catalogue has nothing beyond",
                "reason_zh": f"距{city.name_zh}中心{km.min():.0f}公里,目录中无后续线路",
            }
    county, point = _county(ground, place), catalogue.place[place]
    if county and _named_after(point, county):
        why = f"in {county}, whose name it has", f"位于同名的{county}"
    elif county.endswith(URBAN) and point.kind in STOPS:
        why = f"a {point.kind} in {county}", f"位于{county}"
    else:
        return {}
    return {
        "class": "terminus",
        "reason_en": f"{why[0]}; the catalogue has nothing beyond",
        "reason_zh": f"{why[1]},目录中无后续线路",
    }


def _named_after(place: Place, county: str) -> bool:
    """Tell whether a place has the name of a county, perhaps with a direction at its end."""
    name = base_name(place.name_zh)
    known = {county, county[:-1]} if len(county) > 2 else {county}
    return name in known or name.rstrip("东南西北") in known


def base_name(name: str) -> str:
    """Return a name without what stands in brackets."""
    return name.replace("（", "(").partition("(")[0]


def _county(ground: Ground, place: str) -> str:
    import shapely

    if not ground.region.base.counties:
        return ""
    counties = read_base(ground.layers.catalogue, "counties")
    point = ground.layers.catalogue.place[place]
    index = county_index(counties, np.array([shapely.Point(point.lon, point.lat)]))[0]
    return str(counties["name_zh"].iloc[index]) if index >= 0 else ""
