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
# # 2 · How well is the region knit together? 连通与可达
#
# **Question.** How dense has the network become, how long does it take from city to city, and
# which cities are near to people and which far?
#
# > **摘要** 本篇计算路网的连通指标（环路数、β 指数等）历年变化，各城市之间的门到门时间矩阵，
# > 公路与铁路谁更快，各城市的可达性，以及成都、重庆两小时等时圈。时间由设计速度与停站推算，
# > 不依据时刻表，适于比较，不可当作时刻。
#
# All times are door to door: the way to the station or the interchange, waiting and changing are
# in them.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown

import geo
from geo.catalogue import MODE
from geo.layers import LINES
from geo.maps import use_style

# %matplotlib inline
use_style()
cat = geo.load()
lay = geo.build_layers(cat)
day = cat.region.as_of
COLOR = {"road": LINES["expressway"].color, "rail": LINES["hsr"].color}
both = {city.name: f"{city.name} {city.name_en}" for city in cat.cities}

# %% [markdown]
# ## The network today 今天的路网
#
# Nodes are the places where sections end or routes meet, edges the open lines between them. The
# number of independent cycles, μ, says how many edges could be taken away, well chosen, with every
# place still connected; β is the number of edges per node.

# %%
net = geo.build_network(lay, year=day)
net

# %% [markdown]
# ## Thirty years of growth 三十年的生长
#
# Any past day can be asked for. Dates of the future count what is expected by then.

# %%
years = [*range(1995, day.year + 1), 2028, 2030]
rows = []
for year in years:
    then = geo.build_network(lay, year=year if year != day.year else day)
    parts = {mode: geo.connectivity_indices(then.select(mode)) for mode in ("road", "rail")}
    rows += [{"year": year, "mode": mode, **part} for mode, part in parts.items()]
growth = pd.DataFrame(rows).pivot(index="year", columns="mode", values=["mu", "length_km"])

fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.8))
names = {"length_km": "open length 通车里程 (km)", "mu": "independent cycles 独立环路 μ"}
for ax, (key, name) in zip(axes, names.items(), strict=True):
    for mode, marker in (("road", "o"), ("rail", "s")):
        line = growth[key, mode]
        ax.plot(
            line.loc[: day.year],
            color=COLOR[mode],
            marker=marker,
            markevery=5,
            markersize=5,
            linewidth=2,
            label=" ".join(MODE[mode]),
        )
        ax.plot(
            line.loc[day.year :],
            color=COLOR[mode],
            marker=marker,
            markersize=5,
            markerfacecolor="w",
            linestyle="--",
        )
    ax.set_title(name)
    ax.set(xlabel="end of year 年末", ylim=(0, None))
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
axes[0].legend(loc="upper left")
fig.suptitle("Solid: known. Dashed: expected 实线已知，虚线预计", fontsize=9, x=0.99, ha="right")
plt.show()

# %%
road, rail = (growth["mu", mode] for mode in ("road", "rail"))
assert road[day.year] > rail[day.year] > 0, "the text below would be wrong"
Markdown(
    f"The roads of this catalogue had **{road[2005]:.0f}** independent cycles at the end of 2005 and have "
    f"**{road[day.year]:.0f}** today; the railways went from {rail[2005]:.0f} to "
    f"{rail[day.year]:.0f}, and are expected to reach {rail[2030]:.0f} by 2030. Roads became a "
    "mesh; railways are still closer to a tree. Notebook 4 shows what that means when a line is "
    "closed."
)

# %% [markdown]
# ## From city to city 城市之间
#
# `geo.travel_time_matrix` gives the fastest minutes between all cities. Here are the twelve with the most
# people, by any mode.

# %%
from geo.network import matrix_by_name

stops = geo.build_network(lay, year=day, nodes="stops")
times = {
    mode: matrix_by_name(geo.travel_time_matrix(stops, mode=mode), cat)
    for mode in ("road", "rail", "any")
}
people = {city.name: city.population for city in cat.cities}
large = sorted(times["any"].index, key=people.get, reverse=True)[:12]
table = times["any"].loc[large, large]

fig, ax = plt.subplots(figsize=(8.6, 6.6))
shown = ax.imshow(table.where(table > 0), cmap="cividis_r", vmin=30)
for i, j in np.ndindex(table.shape):
    if i != j:
        value = table.iloc[i, j]
        ink = "w" if value > table.to_numpy().max() * 0.55 else "#1B2733"
        ax.text(j, i, f"{value:.0f}", ha="center", va="center", fontsize=9, color=ink)
ax.set_xticks(range(12), large)
ax.set_yticks(range(12), [both[n] for n in large])
ax.grid(visible=False)
ax.spines[:].set_visible(False)
ax.tick_params(length=0)
fig.colorbar(shown, label="minutes, door to door 分钟（门到门）", shrink=0.8)
ax.set_title(f"The fastest way between the largest cities, {day} 最快旅行时间")
plt.show()

# %%
flat = table.where(np.triu(np.ones(table.shape), 1).astype(bool)).stack()
near, far = flat.idxmin(), flat.idxmax()
core = times["any"].loc["成都", "重庆"]
Markdown(
    f"Chengdu and Chongqing lie **{core:.0f} minutes** apart from door to door. Of these twelve "
    f"cities {both[near[0]]} and {both[near[1]]} are the nearest ({flat.min():.0f} min), "
    f"{both[far[0]]} and {both[far[1]]} the farthest ({flat.max():.0f} min)."
)

# %% [markdown]
# ## Road or rail? 公路还是铁路
#
# Every pair of cities is a point. Below the line the train is faster.

# %%
upper = np.triu(np.ones(times["road"].shape), 1).astype(bool)
pairs = pd.DataFrame({mode: times[mode].where(upper).stack() for mode in ("road", "rail")})
pairs = pairs[np.isfinite(pairs).all(axis=1)]
rail_wins = pairs["rail"] < pairs["road"]

fig, ax = plt.subplots(figsize=(6.6, 5.4))
for wins, color, marker, name in (
    (True, COLOR["rail"], "s", "rail faster 铁路更快"),
    (False, COLOR["road"], "o", "road faster 公路更快"),
):
    own = pairs[rail_wins == wins]
    ax.plot(
        own["road"],
        own["rail"],
        marker,
        color=color,
        markersize=4,
        alpha=0.6,
        markeredgewidth=0,
        label=f"{name}: {len(own):,}",
    )
most = pairs.to_numpy().max() * 1.03
ax.plot([0, most], [0, most], color="#6B7680", linewidth=1)
ax.set(xlim=(0, most), ylim=(0, most), xlabel="by road 公路 (min)", ylabel="by rail 铁路 (min)")
ax.set_aspect("equal")
ax.legend(loc="upper left")
ax.set_title("Door to door, every pair of cities 每对城市")
plt.show()

# %%
long = pairs["road"] > 180
Markdown(
    f"Of {len(pairs):,} pairs that both modes connect, rail is faster for "
    f"**{rail_wins.mean():.0%}**; of those more than three hours apart by road, for "
    f"{rail_wins[long].mean():.0%}. On short ways the time to the station and the wait decide."
)

# %%
assert rail_wins[long].mean() > rail_wins[~long].mean()

# %% [markdown]
# ## Who is near, who is far? 可达性
#
# The *location* indicator is the mean time to everybody else, weighted by people: low is good.

# %%
from geo.connectivity import city_table

access = city_table(stops).set_index("name")
mean = access["value_reached"]
place = (
    pd.DataFrame([(c.name, c.lon, c.lat) for c in cat.cities], columns=["name", "lon", "lat"])
    .set_index("name")
    .loc[mean.index]
)

fig, ax = plt.subplots(figsize=(9.5, 6.2))
net.edges.plot(ax=ax, color="#B9C3CC", linewidth=0.7, zorder=1)
dots = ax.scatter(
    place["lon"],
    place["lat"],
    c=mean,
    cmap="cividis_r",
    zorder=3,
    edgecolor="#1B2733",
    linewidth=0.6,
    s=access["population"] / 45_000 + 25,
)
written = [mean.idxmin(), *mean.nlargest(5).index, "成都", "重庆", "达州", "万州", "宜宾", "广元"]
for name in dict.fromkeys(written):
    ax.annotate(
        f"{both[name]}\n{mean[name]:.0f} min",
        place.loc[name],
        xytext=(9, -3),
        textcoords="offset points",
        fontsize=8,
        zorder=4,
        va="center",
    )
ax.set(
    xlim=(102.6, 110.4), ylim=(28, 32.7), xlabel="longitude 经度 (°E)", ylabel="latitude 纬度 (°N)"
)
ax.grid(visible=False)
fig.colorbar(dots, label="mean minutes to people 人口加权平均分钟", shrink=0.7)
ax.set_title("Mean time to everybody in the region 到全区域人口的平均时间")
plt.show()

# %%
best, worst = mean.idxmin(), mean.idxmax()
Markdown(
    f"The best place is neither of the two centres but **{both[best]}** ({mean.min():.0f} min), "
    f"for it lies between them; Chengdu needs {mean['成都']:.0f} and Chongqing "
    f"{mean['重庆']:.0f} min. The farthest is {both[worst]} with {mean.max():.0f} min."
)

# %%
assert best not in ("成都", "重庆")
assert place.loc["成都", "lon"] < place.loc[best, "lon"] < place.loc["重庆", "lon"]

# %% [markdown]
# ## Two hours from the two centres 两小时等时圈

# %%
from geo.connectivity import isochrone_areas

centres = [cat.find_city(name) for name in ("成都", "重庆")]
areas = isochrone_areas(stops, centres, (60, 120))

fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
for ax, city in zip(axes, centres, strict=True):
    own = areas[areas["city_id"] == city.city_id]
    own[own["minutes"] == 120].plot(ax=ax, color="#BFD7EA", edgecolor="#0072B2", linewidth=0.6)
    own[own["minutes"] == 60].plot(ax=ax, color="#0072B2", alpha=0.75)
    net.edges.plot(ax=ax, color="#1B2733", linewidth=0.3, alpha=0.6)
    ax.plot(city.lon, city.lat, "o", color="w", markeredgecolor="#1B2733", markersize=7)
    ax.set(xlim=(102.5, 110.3), ylim=(28, 32.9), xlabel="longitude 经度 (°E)")
    ax.set_title(f"{both[city.name]}: 60, 120 min")
    ax.grid(visible=False)
axes[0].set_ylabel("latitude 纬度 (°N)")
axes[1].set_ylabel("")
plt.show()

# %%
area = areas.set_index(["name", "minutes"])["area_km2"]
daily = city_table(stops, indicator="daily").set_index("name")["value"]
reach = [
    f"**{area[name, 120]:,.0f} km²** and cities with {daily[name] / 1e6:.0f} million people lie "
    f"within two hours of {both[name]}"
    for name in ("成都", "重庆")
]
Markdown("; ".join(reach) + ". Both figures end sharply at 120 minutes: read them as an order.")

# %% [markdown]
# ## Limits 局限
#
# Times come from speeds, stops, frequencies and ordinary roads, without departures or congestion.
# How well that works is measured against published times:

# %%
from geo.connectivity import calibrate_times, calibration_summary

fit = calibration_summary(calibrate_times(lay))
Markdown(
    f"Against {fit['n']} published rail times the median error is "
    f"**{fit['median_error']:.1%}**, the worst {fit['worst_error']:.0%}; "
    f"{fit['within_20']:.0%} lie within 20 %. Lines: © OpenStreetMap contributors (ODbL); "
    "populations and facts: see notebook 1 and `sources.csv`."
)
