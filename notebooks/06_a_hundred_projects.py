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
# **Question.** If one slow section of expressway could be raised to the highest design speed, which
# one would save most time, and which one most per kilometre?
#
# > **摘要** 本篇把一百个较慢的高速公路区段逐一假设为最高设计速度，每次重新生成
# > 经过检验的数据副本、路网和城市间时间矩阵，再按人口加权的节省时间排序。
# > 这是测算方法的示范，不是工程建议。
#
# Every project is a copy of the catalogue with one cell changed. The copy is checked like the tables
# themselves, and everything that follows is the same three calls.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown

import geo
from geo.layers import LINES
from geo.maps import use_style

# %matplotlib inline
use_style()
cat = geo.load()
layers = geo.build_layers(cat)
day = cat.region.as_of
net = geo.build_network(layers, year=day, mode="road")
before = geo.travel_time_matrix(net, mode="road")

# %% [markdown]
# ## The projects 项目
#
# Open sections of expressways with the lowest design speeds, the longer ones first.

# %%
slow = layers.sections.loc[net.edges["section_id"].unique()]
slow = slow[(slow["class"] == "expressway") & (slow["design_speed_kmh"] <= 100)]
projects = slow.sort_values(["design_speed_kmh", "running_km"], ascending=[True, False])[:100]
projects[["name", "design_speed_kmh", "running_km"]].head()

# %% [markdown]
# ## A hundred networks 一百个路网

# %%
people = pd.Series({city.city_id: city.population for city in cat.centres}, dtype=float)
weight = np.outer(people[before.index], people[before.columns])
np.fill_diagonal(weight, 0.0)
weight /= weight.sum()


def minutes_saved(section_id):
    """Return by how much the mean journey gets shorter, weighted by the people at both ends."""
    changed = cat.with_section(section_id, design_speed_kmh=120, operating_speed_kmh=None)
    faster = geo.build_network(changed, year=day, mode="road")
    return float((weight * (before - geo.travel_time_matrix(faster, mode="road"))).sum(axis=None))


start = time.perf_counter()
saved = pd.Series({key: minutes_saved(key) for key in projects.index}, name="minutes")
seconds = time.perf_counter() - start
assert (saved > -1e-9).all(), "nobody is slower for a faster road"
Markdown(
    f"**{len(saved)} projects in {seconds:.0f} s**, {1000 * seconds / len(saved):.0f} ms each: a checked "
    "copy of the tables, a network, and the times between all cities."
)

# %% [markdown]
# ## Ranked 排序

# %%
ranked = projects.assign(
    seconds_saved=60 * saved, per_100_km=6000 * saved / projects["running_km"]
).sort_values("seconds_saved", ascending=False)
ranked[["name", "design_speed_kmh", "running_km", "seconds_saved", "per_100_km"]].head(10).round(1)

# %%
top = ranked[:12][::-1]
rows = np.arange(len(top))
fig, left = plt.subplots(figsize=(9, 4.6))
left.barh(rows, top["seconds_saved"], color=LINES["expressway"].color)
for row, (value, km) in enumerate(zip(top["seconds_saved"], top["running_km"], strict=True)):
    left.text(value, row, f" {value:.0f} s · {km:.0f} km", va="center", fontsize=8)
left.set_yticks(rows, top["name"], fontsize=8)
left.set(
    xlim=(0, 1.35 * top["seconds_saved"].max()),
    xlabel="seconds saved on the mean journey 平均每程节省秒数",
)
left.grid(axis="y", visible=False)
left.set_title("One section raised to 120 km/h 单个区段提速至 120 km/h")
plt.show()

# %%
fig, right = plt.subplots(figsize=(9, 5.2))
net.edges.plot(ax=right, color="#C9D1D8", linewidth=0.6)
ranked[::-1].plot(
    ax=right,
    column="seconds_saved",
    cmap="cividis_r",
    linewidth=0.8 + 5 * ranked[::-1]["seconds_saved"] / ranked["seconds_saved"].max(),
    legend=True,
    legend_kwds={"label": "seconds saved 节省秒数", "shrink": 0.7},
)
layers.cities.loc[["chengdu", "chongqing"]].plot(ax=right, color="black", markersize=14, zorder=3)
for key in ("chengdu", "chongqing"):
    city = layers.cities.loc[key]
    name = f"{city['name']} {city['name_en']}"
    right.annotate(name, (city["lon"], city["lat"]), xytext=(4, 4), textcoords="offset points")
right.set(xlim=(102.5, 110.3), ylim=(28, 32.7), xlabel="°E", ylabel="°N")
right.grid(visible=False)
right.set_title("What each section is worth 各区段的作用")
plt.show()

# %%
best, dense = ranked.iloc[0], ranked.loc[ranked["per_100_km"].idxmax()]
half = int((ranked["seconds_saved"].cumsum() < ranked["seconds_saved"].sum() / 2).sum()) + 1
Markdown(
    f"**{best['name']}** saves most: {best['seconds_saved']:.0f} seconds on the mean journey, with "
    f"{best['running_km']:.0f} km. For its length **{dense['name']}** does most, "
    f"{dense['per_100_km']:.0f} s per 100 km. {half} of the {len(ranked)} projects bring half of what "
    "all of them would bring one by one."
)

# %% [markdown]
# ## Only the edges 只改路网
#
# What needs no check of tables can be tried on the network alone: it keeps its edits, and every
# function works on what it is given.

# %%
from dataclasses import replace

edges = net.edges.copy()
chosen = edges["section_id"] == ranked.index[0]
ratio = edges.loc[chosen, "speed_kmh"] / (120 * net.parameters.road_factor)
edges.loc[chosen, "time_min"] *= ratio
edited = geo.travel_time_matrix(replace(net, edges=edges), mode="road")
again = float((weight * (before - edited)).sum(axis=None))
assert abs(again - saved[ranked.index[0]]) < 1e-6
Markdown(f"The first project by its edges alone: {60 * again:.0f} seconds, the same.")

# %% [markdown]
# ## Limits 局限
#
# Design speeds of many sections are recalled (`confidence`), mountains are why some are low, and nothing here
# knows what a project costs or whether it can be built. Cars keep a share of the design speed, without
# congestion; people stay where they are. Lines: © OpenStreetMap contributors (ODbL).
