"""A made-up region as an OpenStreetMap extract has it: ways, points, and areas with borders."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
from shapely import box

#: Degrees per kilometre.
KM = 1 / 111.195


def line(*corners, step=1.0):
    """Points a kilometre apart along corners in km east and north of 10°E 0°N."""
    points = []
    for (x, y), (u, v) in itertools.pairwise(corners):
        n = max(int(np.hypot(u - x, v - y) / step), 1)
        points += [(x + (u - x) * k / n, y + (v - y) * k / n) for k in range(n)]
    return [(round(10 + x * KM, 7), round(y * KM, 7)) for x, y in [*points, corners[-1]]]


def road(ref, *corners, **tags):
    """Two carriageways 40 m apart, cut into ways of five kilometres."""
    base = {"highway": "motorway", "ref": ref, "oneway": "yes", "lanes": "2", "maxspeed": "100"}
    ways = []
    for side, order in ((0.0, 1), (0.04, -1)):
        points = line(*[(x, y + side) for x, y in corners][::order])
        ways += [(points[k : k + 6], base | tags) for k in range(0, len(points) - 1, 5)]
    return ways


#: A motorway A1 west to east, A2 north to south over it with slip roads between, A3 over both
#: without; a railway with three stations beside; A2 is being built south of the crossing.
WAYS = [
    *road("A1", (0, 0), (60, 0), name="East Road", start_date="2010-05"),
    *road("A2;E7", (30.5, 40), (30.5, 5), **{"name:zh": "南北高速", "name:en": "North Road"}),
    *road("A2", (30.5, 5), (30.5, -20), highway="construction", construction="motorway",
          opening_date="2028", maxspeed="120"),
    *road("A3", (10.5, 20), (10.5, -20)),
    (line((30, 0), (30.5, 1)), {"highway": "motorway_link", "oneway": "yes"}),
    (line((50, 0), (50.5, 1)), {"highway": "motorway_link"}),
    (line((0, 3), (60, 3)), {"railway": "rail", "name": "Main Line", "usage": "main", "electrified": "yes"}),
    (line((0, 3.01), (60, 3.01)), {"railway": "rail", "name": "Main Line"}),
    (line((30, 3), (30, 16)), {"railway": "rail", "name": "支线上行线", "name:en": "Branch"}),
    (line((30, 16), (30, 30)), {"railway": "rail", "name": "支线下行线", "name:en": "Branch"}),
    (line((40, 3), (42, 4)), {"railway": "rail"}),
    (line((5, 10), (6, 10)), {"highway": "trunk", "ref": "9"}),
]  # fmt: skip
POINTS = [
    (*line((2, 3.1), (2, 4))[0], {"railway": "station", "name": "Weston"}),
    (*line((30, 3.1), (30, 4))[0], {"railway": "station", "name": "Middle", "name:zh": "中站"}),
    (*line((58, 3.1), (58, 4))[0], {"railway": "halt", "name": "Easton Halt"}),
    (*line((30, 15), (30, 16))[0], {"railway": "station", "name": "Metro", "station": "subway"}),
    (*line((30, 0), (31, 0))[0], {"highway": "motorway_junction", "ref": "12", "name": "Crossing"}),
    (*line((1, 1), (2, 1))[0], {"place": "city", "name": "Weston", "population": "250,000"}),
    (*line((59, 1), (60, 1))[0], {"place": "town", "name": "Easton", "name:zh": "东镇", "population": "40000"}),
    (*line((31, 38), (32, 38))[0], {"place": "town", "name": "Norton", "population": "9000"}),
    (*line((11, 19), (12, 19))[0], {"place": "town", "name": "Unknown"}),
]  # fmt: skip


def areas(path, *rows, **columns):
    """Write areas: code, name, and west and east in kilometres."""
    shapes = [box(10 + w * KM, -30 * KM, 10 + e * KM, 50 * KM) for _, _, w, e in rows]
    names = columns.get("names", ("adcode", "name", "name_en"))
    data = {
        names[0]: [r[0] for r in rows],
        names[1]: [r[1] for r in rows],
        names[2]: [f"{r[1]} Land" for r in rows],
    }
    gpd.GeoDataFrame(data, geometry=shapes, crs=4326).to_file(path, driver="GeoJSON")
    return path


#: A small area in the west, a large one in the middle 300 m further, nothing east of 55 km.
THREE = [("XX-W", "甲", -5, 20), ("XX-E", "乙", 20.3, 55), ("XX-N", "丙", 90, 99)]
