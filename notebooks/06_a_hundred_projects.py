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
# # 6 · A hundred projects 一百个假想项目
#
# **Question.** If one slow section of expressway could be raised to the highest design speed, which one
# would save most time, and which one most per kilometre?
#
# > **摘要** 如果只能把一段较慢的高速公路提到最高设计速度，提哪一段最省时间？按每公里算又是哪一段？
# > 本篇在路网上逐一试算一百个区段，按人口加权的节省时间排序，再用经过检验的数据副本核对。
# > 这是测算方法的示范，不是工程建议。
#
# A network keeps its edits, and every function works on the network that it is given. So a project is a
# copy of the network with other times on some edges, and a hundred of them take seconds.

# %%
import time
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown

import geo
from geo.layers import LINES
from geo.maps import use_style

# %matplotlib inline
use_style()
cat = geo.load()
layers = geo.build_layers(cat)
day = cat.region.as_of
net = geo.build_network(layers, year=day, nodes="stops", mode="road")
before = geo.travel_time_matrix(net, mode="road")
BEST = 120  # km/h


def told(en, zh):
    """Return a finding in both languages."""
    return Markdown(f"{en}\n\n{zh}")


# %% [markdown]
# ## The projects 项目
#
# Open sections of expressways with the lowest design speeds, the longer ones first.
#
# 设计速度最低的已通车高速公路区段，长的在前。

# %%
slow = layers.sections.loc[net.edges["section_id"].unique()]
slow = slow[(slow["class"] == "expressway") & (slow["design_speed_kmh"] <= 100)]
projects = slow.sort_values(["design_speed_kmh", "running_km"], ascending=[True, False])[:100]
projects[["name", "design_speed_kmh", "running_km"]].head()

# %% [markdown]
# ## A hundred networks 一百个路网

# %%
people = layers.cities["population"].loc[before.index].to_numpy(float)
weight = np.outer(people, people) * ~np.eye(len(people), dtype=bool)


def saving(after):
    """Return by how many seconds the mean journey gets shorter, weighted by both ends' people."""
    return 60 * np.average((before - after).to_numpy(), weights=weight)


def edited(section_id):
    """Return the network with the best speed on one section."""
    chosen = net.edges["section_id"] == section_id
    time_min = net.edges["time_min"].where(
        ~chosen,
        net.edges["time_min"] * net.edges["speed_kmh"] / (BEST * net.parameters.road_factor),
    )
    return replace(net, edges=net.edges.assign(time_min=time_min))


start = time.perf_counter()
saved = [saving(geo.travel_time_matrix(edited(key), mode="road")) for key in projects.index]
seconds = time.perf_counter() - start
assert min(saved) > -1e-6, "nobody is slower for a faster road"
ranked = projects.assign(seconds=saved).sort_values("seconds", ascending=False)
ranked["per_100_km"] = 100 * ranked["seconds"] / ranked["running_km"]
told(
    f"**{len(ranked)} projects in {seconds:.0f} s**, {1000 * seconds / len(ranked):.0f} ms each, with the "
    f"times between all {len(before)} cities.",
    f"**{len(ranked)} 个项目用时 {seconds:.0f} 秒**，每个 {1000 * seconds / len(ranked):.0f} 毫秒，"
    f"每次都算出 {len(before)} 座城市之间的时间。",
)

# %% [markdown]
# ## Ranked 排序

# %%
ranked[["name", "design_speed_kmh", "running_km", "seconds", "per_100_km"]].head(10).round(1)

# %%
top = ranked[:12][::-1]
route = layers.routes["name_en"]
fig, ax = plt.subplots(figsize=(9.5, 5.2))
bars = ax.barh(top.index, top["seconds"], color=LINES["expressway"].color)
texts = [
    f"{s:.0f} s · {km:.0f} km" for s, km in zip(top["seconds"], top["running_km"], strict=True)
]
ax.bar_label(bars, texts, padding=4, fontsize=8)
labels = [f"{row['name']}\n{route[row['route_id']]}" for _, row in top.iterrows()]
ax.set_yticks(range(len(top)), labels, fontsize=7.5)
ax.set(xlabel="seconds saved on the mean journey 平均每程节省秒数")
ax.margins(x=0.16)
ax.grid(axis="y", visible=False)
ax.set_title(f"One section raised to {BEST} km/h 单个区段提速至 {BEST} km/h")
plt.show()

# %%
fig, ax = plt.subplots(figsize=(9.5, 5.4))
net.edges.plot(ax=ax, color="#C9D1D8", linewidth=0.6)
ranked[::-1].plot(
    ax=ax,
    column="seconds",
    cmap="cividis_r",
    linewidth=0.8 + 5 * ranked[::-1]["seconds"] / ranked["seconds"].max(),
    legend=True,
    legend_kwds={"label": "seconds saved 节省秒数", "shrink": 0.7},
)
for key in ("chengdu", "chongqing"):
    city = layers.cities.loc[key]
    ax.plot(city["lon"], city["lat"], "o", color="#1B2733", markersize=5, zorder=3)
    at = {"xytext": (6, 5), "textcoords": "offset points", "fontweight": "bold"}
    ax.annotate(f"{city['name']} {city['name_en']}", (city["lon"], city["lat"]), **at)
ax.set(xlim=(102.5, 110.3), ylim=(28, 32.7), xlabel="经度 °E", ylabel="纬度 °N")
ax.set_aspect(1 / np.cos(np.radians(30.3)))
ax.grid(visible=False)
ax.set_title("What each section would save 各区段提速的作用")
plt.show()

# %%
best, dense = ranked.iloc[0], ranked.loc[ranked["per_100_km"].idxmax()]
half = int((ranked["seconds"].cumsum() < ranked["seconds"].sum() / 2).sum()) + 1
told(
    f"**{best['name']}** ({route[best['route_id']]}) saves most: {best['seconds']:.0f} seconds on the mean "
    f"journey, with {best['running_km']:.0f} km. For its length **{dense['name']}** "
    f"({route[dense['route_id']]}) does most, {dense['per_100_km']:.0f} s per 100 km. {half} of the "
    f"{len(ranked)} projects bring half of what all of them would bring one by one.",
    f"节省最多的是**{best['name']}**：{best['running_km']:.0f} km，平均每程 {best['seconds']:.0f} 秒。"
    f"按长度算最有效的是**{dense['name']}**，每 100 km {dense['per_100_km']:.0f} 秒。"
    f"{len(ranked)} 个项目中，前 {half} 个的作用合计占逐一相加总和的一半。",
)

# %% [markdown]
# ## The same from the tables 用数据表核对
#
# A copy of the catalogue with one cell changed is checked like the tables themselves, and everything
# that follows is the same. It takes longer, and gives the same seconds.
#
# 修改一个单元格的数据副本会像原表一样受检，后续步骤相同；较慢，结果一致。

# %%
for key, seconds in ranked["seconds"][:3].items():
    changed = cat.with_section(key, design_speed_kmh=BEST, operating_speed_kmh=None)
    faster = geo.build_network(changed, year=day, mode="road")
    again = saving(geo.travel_time_matrix(faster, mode="road"))
    assert abs(again - seconds) < 1e-4
told(
    f"The first 3 projects from the tables: the same to the second, the last of them {again:.0f} s.",
    f"前 3 个项目由数据表重算，结果一致，其中第三个为 {again:.0f} 秒。",
)

# %% [markdown]
# ## Limits 局限
#
# Design speeds of many sections are recalled (`confidence`), mountains are why some are low, and nothing
# here knows what a project costs or whether it can be built. Cars keep a share of the design speed,
# without congestion; people stay where they are. Lines: © OpenStreetMap contributors (ODbL).
#
# 不少区段的设计速度凭记忆写入（见 `confidence`）；有些低速是山区地形所致；这里不含造价和可行性。
# 车辆按设计速度的一定比例行驶，不计拥堵；人口分布不变。线形 © OpenStreetMap contributors (ODbL)。
