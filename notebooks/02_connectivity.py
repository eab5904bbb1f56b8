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
# # 2 · Who is near, who is far? 谁近谁远
#
# **Question.** From which city does one reach the people of the region fastest, which cities are far
# from everybody, and where is the train faster than the road?
#
# > **摘要** 住在哪座城市，去全区域各地平均最快？哪些地方最远？什么时候坐火车比走公路快？
# > 本篇计算门到门的旅行时间矩阵、可达性、成都和重庆的两小时等时圈，以及路网环路的增长。
# > 时间按速度、停站和发车频率推算，不是时刻表，适于比较，不能当作时刻。
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
from geo.connectivity import calibrate_times, calibration_summary, city_table, isochrone_areas
from geo.layers import LINES
from geo.maps import use_style
from geo.network import matrix_by_name

# %matplotlib inline
use_style()
cat = geo.load()
layers = geo.build_layers(cat)
day = cat.region.as_of
COLOR = {"road": LINES["expressway"].color, "rail": LINES["hsr"].color}
named = {city.name: f"{city.name} {city.name_en}" for city in cat.centres}


def told(en, zh):
    """Return a finding in both languages."""
    return Markdown(f"{en}\n\n{zh}")


# %% [markdown]
# ## The network 路网
#
# The nodes are all stops and junctions, the edges the open lines between them.
#
# 节点是全部车站、互通和枢纽，边是其间已通车的线路。

# %%
net = geo.build_network(layers, year=day, nodes="stops")
net

# %% [markdown]
# ## Mean time to everybody 到全区域人口的平均时间
#
# The *location* indicator is the mean time to all other cities, weighted by their people: low is good.
#
# “区位”指标是到其他各城市的平均时间，按人口加权，越小越好。

# %%
access = city_table(net).set_index("name")
mean = access["value_reached"]
cities = layers.cities.set_index("name").loc[mean.index]

fig, ax = plt.subplots(figsize=(9.5, 6.2))
net.edges.plot(ax=ax, color="#B9C3CC", linewidth=0.7, zorder=1)
dots = ax.scatter(
    cities["lon"],
    cities["lat"],
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
        f"{named[name]}\n{mean[name]:.0f} min",
        cities.loc[name, ["lon", "lat"]],
        xytext=(13 if name in ("成都", "重庆") else 9, -3),
        textcoords="offset points",
        fontsize=8,
        zorder=4,
        va="center",
    )
ax.set(xlim=(102.6, 110.6), ylim=(28, 32.7), xlabel="经度 °E", ylabel="纬度 °N")
ax.set_aspect(1 / np.cos(np.radians(30.3)))
ax.grid(visible=False)
fig.colorbar(dots, label="mean minutes to people 人口加权平均分钟", shrink=0.7)
ax.set_title(f"Mean time to everybody in the region, {day} 到全区域人口的平均时间")
plt.show()

# %%
best, worst = mean.idxmin(), mean.idxmax()
assert best not in ("成都", "重庆"), "the text below would be wrong"
assert cities.loc["成都", "lon"] < cities.loc[best, "lon"] < cities.loc["重庆", "lon"]
low, high = access.loc[best, ["low", "high"]]
told(
    f"The best place is neither of the two centres but **{named[best]}** between them: "
    f"{mean[best]:.0f} min (90% interval {low:.0f}–{high:.0f}). Chengdu needs {mean['成都']:.0f} and "
    f"Chongqing {mean['重庆']:.0f} min; the farthest is {named[worst]} with {mean[worst]:.0f} min.",
    f"平均最近的不是成都（{mean['成都']:.0f} 分钟）或重庆（{mean['重庆']:.0f} 分钟），而是两城之间的"
    f"**{best}**：{mean[best]:.0f} 分钟（90% 区间 {low:.0f}–{high:.0f}）。最远的是{worst}，{mean[worst]:.0f} 分钟。",
)

# %% [markdown]
# ## From city to city 城市之间
#
# `geo.travel_time_matrix` gives the fastest minutes between all cities, by id; here are the twelve with
# the most people, by any mode.
#
# `geo.travel_time_matrix` 给出各城市之间的最快时间；下图是人口最多的十二座城市，任何方式。

# %%
times = {
    mode: matrix_by_name(geo.travel_time_matrix(net, mode=mode), cat)
    for mode in ("road", "rail", "any")
}
large = access["population"].nlargest(12).index
table = times["any"].loc[large, large]

fig, ax = plt.subplots(figsize=(8.6, 6.6))
shown = ax.imshow(table.where(table > 0), cmap="cividis_r", vmin=30)
for i, j in np.ndindex(table.shape):
    if i != j:
        ink = "w" if table.iloc[i, j] > table.to_numpy().max() * 0.55 else "#1B2733"
        ax.text(j, i, f"{table.iloc[i, j]:.0f}", ha="center", va="center", fontsize=9, color=ink)
ax.set_xticks(range(12), large)
ax.set_yticks(range(12), [named[name] for name in large])
ax.grid(visible=False)
ax.spines[:].set_visible(False)
ax.tick_params(length=0)
fig.colorbar(shown, label="minutes, door to door 分钟（门到门）", shrink=0.8)
ax.set_title(f"The fastest way between the largest cities, {day} 最快旅行时间")
plt.show()

# %%
upper = np.triu(np.ones(table.shape), 1).astype(bool)
pairs = table.where(upper).stack()
(a, b), (c, d) = pairs.idxmin(), pairs.idxmax()
core = times["any"].loc["成都", "重庆"]
told(
    f"Chengdu and Chongqing lie **{core:.0f} minutes** apart from door to door. Of these twelve cities "
    f"{named[a]} and {named[b]} are the nearest to each other ({pairs.min():.0f} min), {named[c]} and "
    f"{named[d]} the farthest ({pairs.max():.0f} min).",
    f"成都到重庆门到门 **{core:.0f} 分钟**。这十二座城市中，{a}与{b}最近（{pairs.min():.0f} 分钟），"
    f"{c}与{d}最远（{pairs.max():.0f} 分钟）。",
)

# %% [markdown]
# ## Road or rail? 公路还是铁路
#
# Every pair of cities is a point. Below the line the train is faster.
#
# 每对城市一个点；斜线以下铁路更快。

# %%
upper = np.triu(np.ones(times["road"].shape), 1).astype(bool)
pairs = pd.DataFrame({mode: times[mode].where(upper).stack() for mode in ("road", "rail")})
pairs = pairs[np.isfinite(pairs).all(axis=1)]
faster = pairs["rail"] < pairs["road"]

fig, ax = plt.subplots(figsize=(6.6, 5.4))
looks = ((True, "rail", "s", "rail faster 铁路更快"), (False, "road", "o", "road faster 公路更快"))
for wins, mode, marker, name in looks:
    own = pairs[faster == wins]
    look = {"color": COLOR[mode], "markersize": 4, "alpha": 0.6, "markeredgewidth": 0}
    ax.plot(own["road"], own["rail"], marker, label=f"{name}: {len(own):,}", **look)
most = pairs.to_numpy().max() * 1.03
ax.plot([0, most], [0, most], color="#6B7680", linewidth=1)
ax.set(xlim=(0, most), ylim=(0, most), xlabel="by road 公路 (min)", ylabel="by rail 铁路 (min)")
ax.set_aspect("equal")
ax.legend(loc="upper left")
ax.set_title("Door to door, every pair of cities 每对城市")
plt.show()

# %%
long = pairs["road"] > 180
assert faster[long].mean() > faster[~long].mean(), "the text below would be wrong"
told(
    f"Of {len(pairs):,} pairs that both modes connect, rail is faster for **{faster.mean():.0%}**; of those "
    f"more than three hours apart by road, for {faster[long].mean():.0%}. On short journeys the way to "
    "the station and the wait decide.",
    f"两种方式都能到达的 {len(pairs):,} 对城市中，**{faster.mean():.0%}** 坐火车更快；公路需三小时以上的，"
    f"占 {faster[long].mean():.0%}。路程短时，去车站和候车的时间起决定作用。",
)

# %% [markdown]
# ## Two hours from the two centres 两小时等时圈
#
# 深色为一小时以内，浅色为两小时以内。 Dark: within one hour, light: within two.

# %%
centres = [cat.find_city(name) for name in ("成都", "重庆")]
areas = isochrone_areas(net, centres, (60, 120))

fig, axes = plt.subplots(1, 2, figsize=(10, 4.4), sharey=True)
for ax, city in zip(axes, centres, strict=True):
    own = areas[areas["city_id"] == city.city_id].set_index("minutes")
    own.loc[[120.0]].plot(ax=ax, color="#BFD7EA", edgecolor="#0072B2", linewidth=0.6)
    own.loc[[60.0]].plot(ax=ax, color="#0072B2", alpha=0.75)
    net.edges.plot(ax=ax, color="#1B2733", linewidth=0.3, alpha=0.6)
    ax.plot(city.lon, city.lat, "o", color="w", markeredgecolor="#1B2733", markersize=7)
    ax.set(xlim=(102.5, 109.2), ylim=(28, 32.6), xlabel="经度 °E", ylabel="")
    ax.set_title(f"{named[city.name]}: 60, 120 min")
    ax.grid(visible=False)
axes[0].set_ylabel("纬度 °N")
plt.show()

# %%
size = areas.set_index(["name", "minutes"])["area_km2"]
daily = city_table(net, indicator="daily").set_index("name")[["value", "low", "high"]] / 1e6
en, zh = [], []
for name in ("成都", "重庆"):
    people, (low, high) = daily.loc[name, "value"], daily.loc[name, ["low", "high"]]
    en.append(
        f"**{people:.0f} million people** ({low:.0f}–{high:.0f}) live within two hours of {named[name]}, "
        f"an area of {size[name, 120]:,.0f} km²"
    )
    zh.append(
        f"{name}两小时内有 **{people:.0f} 百万人**（{low:.0f}–{high:.0f}），面积 {size[name, 120]:,.0f} km²"
    )
told(
    "; ".join(en) + ". People are counted by the probability that they are within two hours.",
    "；".join(zh) + "。人口按两小时内可达的概率计入。",
)

# %% [markdown]
# ## Thirty years of growth 三十年的生长
#
# Any day can be asked for; dates to come count what is expected by then. The number of independent
# cycles, μ, says how many edges could be taken away, well chosen, with every place still connected.
#
# 可以查询任何日期，将来按预计通车计算。独立环路数 μ 表示最多可以去掉多少条边而各地仍然连通。

# %%
years = [*range(1995, 2026, 5), day, 2030]
rows = []
for year in years:
    then = geo.build_network(layers, year=year)
    for mode in ("road", "rail"):
        value = geo.connectivity_indices(then.select(mode))
        rows.append({"year": str(year)[:4], "mode": mode, **value})
growth = pd.DataFrame(rows).pivot(index="year", columns="mode", values=["mu", "length_km"])
growth.index = growth.index.astype(int)

fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.6))
names = {"length_km": "open length 通车里程 (km)", "mu": "independent cycles 独立环路 μ"}
for ax, (key, name) in zip(axes, names.items(), strict=True):
    for mode, marker in (("road", "o"), ("rail", "s")):
        line, look = growth[key, mode], {"color": COLOR[mode], "marker": marker, "markersize": 5}
        ax.plot(line.loc[: day.year], linewidth=2, label=" ".join(MODE[mode]), **look)
        ax.plot(line.loc[day.year :], linestyle="--", markerfacecolor="w", **look)
    ax.set_title(name)
    ax.set(xlabel="year, dashed: expected 年份（虚线为预计）", ylim=(0, None))
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
axes[0].legend(loc="upper left")
plt.show()

# %%
road, rail = (growth["mu", mode] for mode in ("road", "rail"))
assert road[day.year] > rail[day.year] > 0, "the text below would be wrong"
told(
    f"The roads of this catalogue had **{road[2005]:.0f}** independent cycles at the end of 2005 and have "
    f"**{road[day.year]:.0f}** today; the railways went from {rail[2005]:.0f} to {rail[day.year]:.0f} and "
    f"are expected to reach {rail[2030]:.0f} by 2030. Notebook 4 shows what that means when a line is "
    "closed.",
    f"目录中的公路在 2005 年末有 **{road[2005]:.0f}** 个独立环路，今天有 **{road[day.year]:.0f}** 个；铁路由"
    f" {rail[2005]:.0f} 个增至 {rail[day.year]:.0f} 个，预计 2030 年达到 {rail[2030]:.0f} 个。线路中断时这意味着什么，"
    "见第 4 篇。",
)

# %% [markdown]
# ## Limits 局限
#
# Times come from speeds, stops, frequencies and ordinary roads, without departures or congestion. How
# well that works is measured against published times:
#
# 时间由速度、停站、班次和普通公路推算，不含具体发车时刻和拥堵。与公布时间相比：

# %%
fit = calibration_summary(calibrate_times(layers))
told(
    f"Against {fit['n']} published rail times the median error is **{fit['median_error']:.1%}**, the worst "
    f"{fit['worst_error']:.0%}; {fit['within_20']:.0%} lie within 20%. Lines: © OpenStreetMap contributors "
    "(ODbL); populations and facts: see notebook 1 and `sources.csv`.",
    f"与 {fit['n']} 个公布的铁路时间相比，误差中位数 **{fit['median_error']:.1%}**，最大 {fit['worst_error']:.0%}；"
    f"{fit['within_20']:.0%} 在 20% 以内。线形 © OpenStreetMap contributors (ODbL)；人口和事实的出处见第 1 篇。",
)
