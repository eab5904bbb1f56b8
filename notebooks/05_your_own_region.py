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
# **Question.** How does one get from an OpenStreetMap extract to travel times, a figure and a map of a
# region this package has never heard of, and what would a road that one draws change there?
#
# > **摘要** 手头只有一个 OpenStreetMap 数据文件（.osm.pbf），怎样得到一个区域的路网、旅行时间和地图？
# > 再画一条规划道路，会改变什么？本篇自动生成可编辑的表格，检查、计算、成图，并演示表格写错时的提示。
# > 示例区域是虚构的，位于几内亚湾海面上；把文件换成你自己的即可。
#
# The region below is made up and lies in the open sea, so that nobody takes it for a real one. Put the
# path of your own extract in its place. Reading extracts needs `pip install 'chuanyu-geo[pbf]'`.

# %%
import shutil
import tempfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import osmium
import pandas as pd
from IPython.display import Markdown
from osmium.osm.mutable import Node, Way
from shapely import LineString, box

import geo
from geo.layers import LINES, layer_findings
from geo.maps import use_style
from geo.network import matrix_by_name
from geo.readers import read_areas
from geo.sources import add_lines, draft_region

# %matplotlib inline
use_style()
pd.set_option("display.max_colwidth", 120)
folder = Path(tempfile.mkdtemp(prefix="geo-notebook-"))


def told(en, zh):
    """Return a finding in both languages."""
    return Markdown(f"{en}\n\n{zh}")


# %% [markdown]
# ## An extract 一份数据
#
# A real extract comes from a download. This one is written here: two motorways, a railway with
# stations, and four towns, in kilometres east and north of a point on the equator.
#
# 真实的数据文件需要下载；这里现写一个：两条高速、一条带车站的铁路和四座城镇，坐标以公里计。

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
# `draft_region` (on the command line `geo new FOLDER --from-pbf FILE`) writes a folder of CSV tables and
# says what it used and what it left out. The tables are yours to edit.
#
# `draft_region`（命令行 `geo new FOLDER --from-pbf FILE`）写出一套 CSV 表格，并说明用了什么、略去什么；
# 表格可以随意修改。

# %%
own = folder / "sea"
report = draft_region(own, extract)
pd.Series({k: v for k, v in report.items() if isinstance(v, int | float)}, name="value").to_frame()

# %%
cat = geo.load(own)
cat

# %% [markdown]
# What is missing or suspicious (`geo check`): 缺失或可疑之处（`geo check`）：

# %%
layers = geo.build_layers(cat)
pd.DataFrame(layer_findings(layers))[["severity", "code", "message"]]

# %% [markdown]
# ## Network, times, map 路网、时间、地图

# %%
net = geo.build_network(layers, year=2026)
net

# %%
times = {
    mode: matrix_by_name(geo.travel_time_matrix(net, mode=mode), cat)
    for mode in ("road", "rail", "any")
}
times["any"].round(0)

# %%
value = geo.connectivity_indices(net.select("road"))
road, rail = (times[mode].loc["甲市", "乙市"] for mode in ("road", "rail"))
assert value["mu"] == 0, "the text below would be wrong"
assert road < rail, "the text below would be wrong"
told(
    f"The motorways have {value['e']} edges between {value['v']} nodes and no cycle: a tree, so every "
    f"link is critical. From Alpha to Beta it takes **{road:.0f} minutes by road** and {rail:.0f} by rail, "
    "door to door: the road is faster.",
    f"高速公路有 {value['v']} 个节点、{value['e']} 条边，没有环路，是一棵树，每条边都不可缺。"
    f"从甲市到乙市，门到门**公路 {road:.0f} 分钟**，铁路 {rail:.0f} 分钟，公路更快。",
)

# %%
geo.show_map(layers, "network", year=2026)

# %% [markdown]
# ## Add a planned line 添加一条规划线路
#
# A drawn line becomes a planned route in all tables, joined to what it meets (on the command line
# `geo add FILE --id a3 --class expressway --year 2029`; the file may come from any GIS or from Google
# Earth). Here a motorway from Alpha to Delta is drawn with three points.
#
# 画一条线，即可成为各表中的规划线路，并与相遇的线路衔接（命令行 `geo add`，文件可来自任何 GIS 或 KML）。
# 这里用三个点画出甲市到丁县的高速公路。

# %%
drawn = LineString([(0.2 * KM, 0.3 * KM), (20 * KM, 26 * KM), (46 * KM, 51.5 * KM)])
added = add_lines(
    cat,
    gpd.GeoDataFrame(geometry=[drawn], crs=4326),
    "a3",
    source={"key": "sketch", "title": "A sketch", "date": "2026-03", "origin": "sketch"},
    given={
        "name": "甲丁高速",
        "name_en": "Alpha–Delta Motorway",
        "class": "expressway",
        "year": 2029,
        "design_speed_kmh": 120,
    },
)
planned = geo.build_layers(added.catalogue)
planned.routes[["name", "name_en", "ref", "geometry_km", "accuracy_class"]].round(1)

# %%
assert len(added.joined) == 2, "the text below would be wrong"
told(
    f"The line joins the network at **{len(added.joined)} places** "
    f"({', '.join(added.catalogue.place[key].name for key in added.joined)}) and gets "
    f"{sum(added.rows.values())} new rows in {len(added.rows)} tables.",
    f"新线与路网在 **{len(added.joined)} 处**衔接，{len(added.rows)} 张表共增加 {sum(added.rows.values())} 行。",
)

# %%
change = geo.compare_dates(planned, 2026, 2030)
cities = change["cities"].set_index("name")
after = geo.build_network(planned, year=2030)

fig, (ax, dumbbell) = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=(1.1, 1))
for kind, dashes in (("expressway", "-"), ("conventional", ":")):
    part = after.edges[after.edges["class"] == kind]
    part.plot(ax=ax, color=LINES[kind].color, linestyle=dashes, linewidth=2.2)
after.edges.query("route_id == 'a3'").plot(ax=ax, color="#D55E00", linewidth=3)
look = {"color": "w", "markeredgecolor": "#1B2733", "markersize": 8, "zorder": 3}
for city in cat.cities:
    ax.plot(city.lon, city.lat, "o", **look)
    at = {"xytext": (8, -12), "textcoords": "offset points", "fontsize": 9}
    ax.annotate(f"{city.name} {city.name_en}", (city.lon, city.lat), **at)
ax.set(xlabel="经度 °E", ylabel="纬度 °N", title="Expected by 2030 预计 2030 年")
ax.margins(0.14)
ax.grid(visible=False)
rows = np.arange(len(cities))
before, then = cities["mean_min_before"], cities["mean_min_after"]
dumbbell.hlines(rows, then, before, color="#B9C3CC", linewidth=3)
dumbbell.plot(before, rows, "o", color="#0072B2", markersize=7, label="2026")
dumbbell.plot(then, rows, "D", color="#D55E00", markersize=6, label="2030")
for row, minutes in enumerate(before):
    change_min = round(then.iloc[row] - minutes)
    dumbbell.text(minutes + 1.5, row, f"{change_min:+d}" if change_min else "0", va="center")
names = [f"{zh} {en}" for zh, en in zip(cities.index, cities["name_en"], strict=True)]
dumbbell.set_yticks(rows, names)
dumbbell.margins(x=0.15, y=0.15)
dumbbell.grid(axis="y", visible=False)
dumbbell.set(
    xlabel="mean minutes to everybody 人口加权平均分钟", title="Mean journey 平均旅行时间"
)
dumbbell.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)
plt.show()

# %%
most = cities.loc[cities["mean_min_delta"].idxmin()]
assert change["stats"].loc["road.mu", "delta"] == 1, "the text below would be wrong"
told(
    f"The new road closes a loop, so a closure on it no longer cuts the region apart. **{most['name_en']}** "
    f"gains most: {most['mean_min_before']:.0f} → {most['mean_min_after']:.0f} minutes.",
    f"新路使路网成环，环上一处中断不再使区域断开。受益最多的是**{most.name}**："
    f"{most['mean_min_before']:.0f} → {most['mean_min_after']:.0f} 分钟。",
)

# %% [markdown]
# ## When a table is wrong 表格写错时
#
# Nothing is guessed and nothing is skipped: every mistake is reported with file, line, column, value and
# what was expected.
#
# 不猜测，不跳过：每个错误都指出文件、行、列、取值和应有的内容。

# %%
file = own / "tables" / "sections.csv"
good = file.read_text("utf-8")
_ = file.write_text(good.replace(",open,", ",soon,", 1).replace(",100,", ",1oo,", 1), "utf-8")
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
#
# 给出行政区（命令行 `--borders FILE`），线路在边界处分段，即可统计跨界通道。这里第 30 公里以东是另一个省。

# %%
west, east = box(-9 * KM, -9 * KM, 30 * KM, 60 * KM), box(30 * KM, -9 * KM, 90 * KM, 60 * KM)
names = {"adcode": ["XX-W", "XX-E"], "name": ["西省", "东省"], "name_en": ["West", "East"]}
gpd.GeoDataFrame(names, geometry=[west, east], crs=4326).to_file(folder / "provinces.geojson")
areas = read_areas(folder / "provinces.geojson")
report = draft_region(folder / "two", extract, areas=areas, credit="made up")
links = geo.border_crossings(geo.load(folder / "two"))
links[["name", "mode", "status", "place_zh"]]

# %%
assert "海北高速" not in set(links["name"]), "the text below would be wrong"
told(
    f"**{len(links)} lines** cross the border: {' and '.join(links['name'])}. 海北高速 lies in the east and "
    "crosses nothing.",
    f"有 **{len(links)} 条线**跨越边界：{'、'.join(links['name'])}。海北高速在东省之内，不跨界。",
)

# %% [markdown]
# ## Keep it 保存
#
# A page is one file that opens anywhere; `geo build --data FOLDER` makes all pages and tables,
# `geo export gpkg --data FOLDER` a GeoPackage for QGIS.
#
# 网页是单个文件；`geo build --data FOLDER` 生成全部网页和表格，`geo export gpkg --data FOLDER` 导出
# QGIS 可用的 GeoPackage。

# %%
page = geo.show_map(planned, "network", year=date(2030, 12, 31)).save(folder / "sea.html")
size = page.stat().st_size / 1e6
told(
    f"`{page.name}`: {size:.1f} MB, no network needed.",
    f"`{page.name}`：{size:.1f} MB，无需联网。",
)

# %% [markdown]
# ## Limits 局限
#
# A drafted region is a first catalogue: names, numbers of roads and dates are what the extract says,
# sections are open unless it says otherwise, and speeds that are not tagged are taken from the class of
# road. Check it against local knowledge before a figure is published. What is made from OpenStreetMap
# stays under the ODbL (© OpenStreetMap contributors).
#
# 自动生成的只是初稿：名称、编号和日期照数据所写，没有注明的按已通车处理，没有速度的按道路等级取值。
# 发表之前请用当地资料核对。由 OpenStreetMap 得到的数据仍适用 ODbL。

# %%
shutil.rmtree(folder)
