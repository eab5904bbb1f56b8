# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 5 · Your own region 做你自己的区域
#
# **Question.** How does one get from an OpenStreetMap extract to a network, to figures and to a
# map, for a region this package has never heard of?
#
# > **摘要** 本篇从一个 OpenStreetMap 数据文件（.osm.pbf）出发，自动生成一套可以编辑的表格，
# > 检查、计算并画成地图；再在表格里添加一条规划道路，看它改变什么；最后演示表格写错时的提示。
# > 示例区域是虚构的，位于几内亚湾海面上。把文件换成你自己的即可。
#
# The region below is made up and lies in the open sea, so that nobody takes it for a real one.
# Put the path of your own extract in its place. Reading extracts needs
# `pip install 'chuanyu-geo[pbf]'`.

# %%
import tempfile
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import osmium
import pandas as pd
from IPython.display import Markdown
from osmium.osm.mutable import Node, Way

import geo
from geo.layers import LINES
from geo.maps import use_style

# %matplotlib inline
use_style()
pd.set_option("display.max_colwidth", 120)
folder = Path(tempfile.mkdtemp(prefix="geo-notebook-"))

# %% [markdown]
# ## An extract 一份数据
#
# A real extract comes from a download. This one is written here: two motorways, a railway with
# stations, and four towns, in kilometres east and north of a point on the equator.

# %%
KM = 1 / 111.195
motorway = {"highway": "motorway", "maxspeed": "100", "lanes": "2"}
rail = {"railway": "rail", "usage": "main", "electrified": "yes", "maxspeed": "160"}
WAYS = [
    ([(0, 0), (18, 4), (40, 2), (60, 8), (80, 6)], motorway | {"ref": "A1", "name": "海东高速"}),
    ([(40, 2), (44, 18), (38, 34), (46, 52)], motorway | {"ref": "A2", "name": "海北高速"}),
    ([(1, 3), (22, 7), (39, 6), (58, 12), (79, 9)], rail | {"name": "海东铁路"}),
]
STATIONS = {"甲站": (1, 3), "丙站": (39, 6), "乙站": (79, 9)}
JUNCTIONS = {"A1-1": (0, 0), "A1-2": (40, 2), "A1-3": (80, 6), "A2-9": (46, 52)}
TOWNS = {
    "甲市": ("Alpha", 2_400_000, (2, 1)),
    "乙市": ("Beta", 1_100_000, (78, 8)),
    "丙县": ("Gamma", 300_000, (41, 4)),
    "丁县": ("Delta", 650_000, (45, 50)),
}


def along(corners):
    """Return points a kilometre apart."""
    corners = np.array(corners, float)
    km = np.r_[0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T))]
    at = np.unique(np.r_[np.arange(0, km[-1], 1.0), km])
    return [
        (round(x * KM, 7), round(y * KM, 7))
        for x, y in zip(*(np.interp(at, km, c) for c in corners.T), strict=True)
    ]


def write(path):
    """Write the extract; equal coordinates are one node."""
    tags = {along([at])[0]: {"railway": "station", "name": n} for n, at in STATIONS.items()}
    tags |= {
        along([at])[0]: {"highway": "motorway_junction", "name": n} for n, at in JUNCTIONS.items()
    }
    tags |= {
        along([at])[0]: {"place": "city", "name": n, "name:en": en, "population": str(people)}
        for n, (en, people, at) in TOWNS.items()
    }
    lines = [(along(corners), own) for corners, own in WAYS]
    number = {
        spot: k
        for k, spot in enumerate(
            dict.fromkeys([*tags, *(p for line, _ in lines for p in line)]), 1
        )
    }
    head = osmium.io.Header()
    head.set("osmosis_replication_timestamp", "2026-03-01T00:00:00Z")
    with osmium.SimpleWriter(osmium.io.File(str(path)), header=head) as out:
        for spot, key in number.items():
            out.add_node(Node(id=key, location=spot, tags=tags.get(spot, {})))
        for key, (line, own) in enumerate(lines, 1):
            out.add_way(Way(id=key, nodes=[number[p] for p in line], tags=own))
    return path


extract = write(folder / "sea.osm.pbf")
f"{extract.name}: {extract.stat().st_size / 1000:.1f} kB"

# %% [markdown]
# ## From the extract to tables 从数据到表格
#
# `draft_region` (on the command line `geo new FOLDER --from-pbf FILE`) writes a folder of CSV
# tables and says what it used and what it left out. The tables are yours to edit.

# %%
from geo.sources import draft_region

own = folder / "sea"
report = draft_region(own, extract)
pd.Series({k: v for k, v in report.items() if isinstance(v, int | float)}, name="value").to_frame()

# %%
cat = geo.load(own)
cat

# %% [markdown]
# `geo check` tells what is missing or suspicious; from Python:

# %%
from geo.layers import layer_findings

lay = geo.build_layers(cat)
pd.DataFrame(layer_findings(lay))[["severity", "code", "message"]]

# %% [markdown]
# ## Network, times, map 路网、时间、地图

# %%
net = geo.build_network(lay, year=2026)
net

# %%
from geo.network import matrix_by_name

times = {
    mode: matrix_by_name(geo.travel_time_matrix(net, mode=mode), cat)
    for mode in ("road", "rail", "any")
}
times["any"].round(0)

# %%
value = geo.connectivity_indices(net.select("road"))
alpha_beta = {mode: times[mode].loc["甲市", "乙市"] for mode in ("road", "rail")}
faster = min(alpha_beta, key=alpha_beta.get)
Markdown(
    f"The roads have {value['e']} edges between {value['v']} nodes and "
    f"{value['mu']} cycles{': a tree, so every link is critical' if value['mu'] == 0 else ''}. "
    f"From 甲市 Alpha to 乙市 Beta it takes **{alpha_beta['road']:.0f} minutes by road** and "
    f"{alpha_beta['rail']:.0f} by rail, door to door: {faster} is faster."
)

# %%
geo.show_map(lay, "network", year=2026)

# %% [markdown]
# ## Add a planned line 添加一条规划线路
#
# A new road is a handful of rows: the route, one section with its status and expected year,
# and its points in order. Here a direct motorway from Alpha to Delta is expected in 2029.

# %%
ends = lay.places[lay.places["kind"].isin(["interchange", "junction", "end"])]


def at(x, y):
    """Return the place nearest to a point in km."""
    return np.hypot(ends["lon"] / KM - x, ends["lat"] / KM - y).idxmin()


start, end = at(0, 0), at(46, 52)
source = cat.sources[0].key
NEW = {
    "routes": [
        {
            "route_id": "a3",
            "mode": "road",
            "class": "expressway",
            "group": "named",
            "name": "甲丁高速",
            "name_en": "Alpha–Delta Motorway",
            "ref": "A3",
            "source": source,
        }
    ],
    "sections": [
        {
            "section_id": "a3-1",
            "route_id": "a3",
            "seq": 1,
            "name": "甲丁高速",
            "from_place": start,
            "to_place": end,
            "expected": 2029,
            "status": "planned",
            "design_speed_kmh": 120,
            "lanes": 4,
            "source": source,
            "confidence": "low",
        }
    ],
    "alignments": [
        {"route_id": "a3", "seq": 1, "place_id": start},
        {
            "route_id": "a3",
            "seq": 2,
            "lon": 20 * KM,
            "lat": 26 * KM,
            "accuracy_m": 3000,
            "source": source,
        },
        {"route_id": "a3", "seq": 3, "place_id": end},
    ],
}
for table, rows in NEW.items():
    file = own / "tables" / f"{table}.csv"
    old = pd.read_csv(file, dtype=str, keep_default_na=False)
    new = pd.concat([old, pd.DataFrame(rows).astype(str)]).fillna("")
    new.replace("nan", "").to_csv(file, index=False)

lay = geo.build_layers(geo.load(own))
lay.routes[["name", "name_en", "ref", "geometry_km", "accuracy_class"]].round(1)

# %%
change = geo.compare_dates(lay, 2026, 2030)
cities = change["cities"].set_index("name")
after = geo.build_network(lay, year=2030)

fig, (ax, bars) = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=(1.15, 1))
looks = {
    "expressway": (LINES["expressway"].color, "-"),
    "conventional": (LINES["conventional"].color, ":"),
}
for kind, (color, dash) in looks.items():
    part = after.edges[after.edges["class"] == kind]
    part.plot(ax=ax, color=color, linestyle=dash, linewidth=2.2)
after.edges.query("route_id == 'a3'").plot(ax=ax, color="#D55E00", linewidth=3)
for city in cat.cities:
    ax.plot(city.lon, city.lat, "o", color="w", markeredgecolor="#1B2733", markersize=8, zorder=3)
    ax.annotate(
        f"{city.name} {city.name_en}",
        (city.lon, city.lat),
        xytext=(8, -11),
        textcoords="offset points",
        fontsize=9,
    )
ax.set(xlabel="longitude 经度 (°E)", ylabel="latitude 纬度 (°N)", title="In 2030 预计")
ax.margins(0.12)
ax.grid(visible=False)
rows = np.arange(len(cities))
for shift, when, color, hatch in (
    (0.2, "before", "#56B4E9", ""),
    (-0.2, "after", "#0072B2", "///"),
):
    shown = bars.barh(
        rows + shift,
        cities[f"mean_min_{when}"],
        0.38,
        color=color,
        hatch=hatch,
        edgecolor="w",
        label={"before": "2026", "after": "2030"}[when],
    )
    bars.bar_label(shown, fmt="%.0f", padding=3)
bars.set_yticks(
    rows, [f"{zh} {en}" for zh, en in zip(cities.index, cities["name_en"], strict=True)]
)
bars.grid(axis="y", visible=False)
bars.set(xlabel="mean minutes to everybody 人口加权平均分钟", title="Mean journey 平均旅行时间")
bars.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2)
plt.show()

# %%
stats = change["stats"]["delta"]
most = cities["mean_min_delta"].idxmin()
assert stats["road.mu"] == 1, "the new road closes one loop"
Markdown(
    f"The new road closes a loop (μ rises by {stats['road.mu']:.0f}), so a closure on it "
    f"no longer cuts the region apart. **{most} {cities.loc[most, 'name_en']}** gains most: "
    f"{cities.loc[most, 'mean_min_before']:.0f} → {cities.loc[most, 'mean_min_after']:.0f} minutes."
)

# %% [markdown]
# ## When a table is wrong 表格写错时
#
# Nothing is guessed and nothing is skipped: every mistake is told with file, line, column, value
# and what was expected.

# %%
file = own / "tables" / "sections.csv"
good = file.read_text("utf-8")
_ = file.write_text(good.replace("planned", "soon").replace(",2029,", ",2o29,"), "utf-8")
try:
    geo.load(own)
except geo.BadInputError as problem:
    print(problem)
_ = file.write_text(good, "utf-8")

# %% [markdown]
# ## Two provinces, and what links them 两个省，以及其间的通道
#
# With areas (on the command line `--borders FILE`) lines are cut where they cross a border, and
# crossings can be counted. Here everything east of kilometre 30 is another province.

# %%
import geopandas as gpd
from shapely import box

from geo.readers import read_areas

west, east = box(-9 * KM, -9 * KM, 30 * KM, 60 * KM), box(30 * KM, -9 * KM, 90 * KM, 60 * KM)
names = {"adcode": ["XX-W", "XX-E"], "name": ["西省", "东省"], "name_en": ["West", "East"]}
gpd.GeoDataFrame(names, geometry=[west, east], crs=4326).to_file(folder / "provinces.geojson")
report = draft_region(
    folder / "two", extract, areas=read_areas(folder / "provinces.geojson"), credit="made up"
)
links = geo.border_crossings(geo.load(folder / "two"))
links[["name", "name_en", "mode", "status", "place_zh"]]

# %%
Markdown(
    f"{report['borders']} lines cross from {report['regions'][1]} to {report['regions'][0]}: "
    f"{' and '.join(links['name'])}. 海北高速 lies in the east and crosses nothing."
)

# %% [markdown]
# ## Keep it 保存
#
# A page is one file that opens anywhere; `geo build --data FOLDER` makes all pages and tables,
# `geo export gpkg --data FOLDER` a GeoPackage for QGIS.

# %%
page = geo.show_map(lay, "network", year=date(2030, 12, 31)).save(folder / "sea.html")
Markdown(f"`{page.name}`: {page.stat().st_size / 1e6:.1f} MB, no network needed.")

# %% [markdown]
# ## Limits 局限
#
# A drafted region is a first catalogue: names, numbers of roads and dates are what the extract
# says, sections are open unless it says otherwise, and speeds that are not tagged are taken from
# the class of road. Check it against local knowledge before a figure is published. What is made
# from OpenStreetMap stays under the ODbL (© OpenStreetMap contributors).

# %%
import shutil

shutil.rmtree(folder)
