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
# # 4 · What breaks? 断了会怎样
#
# **Question.** Which single link, lost to a landslide, a flood or a closed bridge, would be missed most,
# and by whom?
#
# > **摘要** 哪一段线路一旦因滑坡、洪水或桥梁封闭而中断，影响最大？谁受影响？本篇计算川渝之间互不重合的
# > 通道数（最小割），逐一移除每条路段，看平均旅行时间增加多少，并比较将来的韧性。
# > 普通公路在路网之下，仍可绕行。结果是网络分析，不含事故概率与通行能力。
#
# Every link is taken away once, and the fastest times between all cities are computed again. Ordinary
# main roads lie under the network: they carry people on, more slowly.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown

import geo
from geo.catalogue import MODE
from geo.connectivity import link_losses, link_use, minimum_cut
from geo.layers import LINES
from geo.maps import use_style
from geo.network import door_times
from geo.scenarios import city_changes, horizon_of

# %matplotlib inline
use_style()
cat = geo.load()
layers = geo.build_layers(cat)
day = cat.region.as_of
later = horizon_of(layers, day)
net = geo.build_network(layers, year=day)
COLOR = {"road": LINES["expressway"].color, "rail": LINES["hsr"].color}


def told(en, zh):
    """Return a finding in both languages."""
    return Markdown(f"{en}\n\n{zh}")


# %% [markdown]
# ## The loss of one link 失去一条路段
#
# `extra_min` is the rise of the mean time between people who still reach each other; `pairs` counts the
# pairs of cities that become slower.
#
# `extra_min` 是仍可互通的人口之间平均时间的增加，`pairs` 是变慢的城市对数。

# %%
losses = link_losses(net)
worst = losses.nlargest(10, "extra_min").reset_index(drop=True)
worst.index += 1
columns = ["name", "name_en", "mode", "from", "to", "length_km", "extra_min", "pairs"]
worst[columns].round(1)

# %%
fig, ax = plt.subplots(figsize=(9.5, 5.8))
net.edges.plot(ax=ax, color="#C9D1D8", linewidth=0.7)
links = net.edges.loc[losses["edge_id"]].assign(extra=losses["extra_min"].to_numpy())
for mode, dashes in (("road", (0, (4, 1.2))), ("rail", "-")):
    own = links[(links["mode"] == mode) & (links["extra"] > 0.2)]
    own.plot(ax=ax, color=COLOR[mode], linewidth=0.8 + own["extra"] * 0.75, linestyle=dashes)
    ax.plot([], [], color=COLOR[mode], linewidth=3, linestyle=dashes, label=" ".join(MODE[mode]))
for rank, edge in worst["edge_id"].items():
    middle = net.edges.geometry[edge].interpolate(0.5, normalized=True)
    circle = {"boxstyle": "circle,pad=0.25", "facecolor": "w", "edgecolor": "#1B2733"}
    ax.text(
        middle.x,
        middle.y,
        f"{rank}",
        ha="center",
        va="center",
        fontsize=8.5,
        bbox=circle,
        zorder=5,
    )
rim = {"boxstyle": "round,pad=0.1", "facecolor": "w", "alpha": 0.75, "linewidth": 0}
for city in cat.centres:
    if city.population > 3e6 or city.name == "万州":
        ax.plot(city.lon, city.lat, "o", color="#1B2733", markersize=4, zorder=4)
        west = city.lon < 104.9
        ax.annotate(
            f"{city.name} {city.name_en}",
            (city.lon, city.lat),
            xytext=(-9, -3) if west else (9, -12),
            textcoords="offset points",
            fontsize=8,
            ha="right" if west else "left",
            bbox=rim,
            zorder=4,
        )
ax.set(xlim=(102.6, 110.4), ylim=(28, 32.6), xlabel="经度 °E", ylabel="纬度 °N")
ax.set_aspect(1 / np.cos(np.radians(30.3)))
ax.grid(visible=False)
ax.legend(
    loc="lower left", title="width: extra minutes\n线宽：增加的分钟数", frameon=True, edgecolor="w"
)
ax.set_title("Where a closure costs most (numbers as in the table) 中断代价最大的路段")
plt.show()

# %%
first = worst.loc[1]
by_mode = losses.groupby("mode")["extra_min"].max()
gone = losses.query("cut_off_population > 0")
assert by_mode["rail"] > by_mode["road"], "the text below would be wrong"
told(
    f"The worst single loss is **{first['name']} {first['name_en']}** between {first['from_en']} and "
    f"{first['to_en']}: the mean journey takes {first['extra_min']:.1f} minutes longer, and "
    f"{first['pairs']:.0f} pairs of cities are hit. The worst loss of a road costs {by_mode['road']:.1f} "
    f"minutes: roads form a mesh. {len(gone)} of {len(losses)} losses leave people without any way, for "
    "ordinary roads lead on.",
    f"代价最大的是**{first['name']}**{first['from']}至{first['to']}之间：平均每程增加 "
    f"{first['extra_min']:.1f} 分钟，{first['pairs']:.0f} 对城市受影响。公路中断代价最大为 {by_mode['road']:.1f} 分钟，"
    f"因为公路已成网。{len(losses)} 条路段中，中断后有人完全不能到达的有 {len(gone)} 条：普通公路仍可通行。",
)

# %% [markdown]
# ## Who would feel it? 谁受影响
#
# The network is edited and everything else stays: a function works on the network that it is given.
#
# 只修改路网，其余不变：各函数按给定的路网计算。

# %%
without = replace(net, edges=net.edges.drop(first["edge_id"]))
before, after = door_times(net), door_times(without)
people = layers.cities["population"].loc[[city.city_id for city in cat.centres]].to_numpy(float)
weight = np.outer(people, people) * ~np.eye(len(people), dtype=bool)
mean_rise = np.average(after.cities - before.cities, weights=weight)
assert abs(mean_rise - first["extra_min"]) < 1e-6, "the table says the same"
change = city_changes(cat, before, after)
hit = change.nlargest(12, "mean_min_delta")[::-1]

fig, ax = plt.subplots(figsize=(9, 4.4))
rows = np.arange(len(hit))
ax.hlines(rows, hit["mean_min_before"], hit["mean_min_after"], color="#B9C3CC", linewidth=3)
ax.plot(hit["mean_min_before"], rows, "o", color="#0072B2", markersize=7, label=f"{day}")
ax.plot(hit["mean_min_after"], rows, "D", color="#D55E00", markersize=6, label="closed 中断后")
for row, (end, more) in enumerate(zip(hit["mean_min_after"], hit["mean_min_delta"], strict=True)):
    ax.text(end + 3, row, f"+{more:.0f}", va="center", fontsize=8.5)
ax.set_yticks(rows, [f"{zh} {en}" for zh, en in zip(hit["name"], hit["name_en"], strict=True)])
ax.grid(axis="y", visible=False)
ax.set(xlabel="mean minutes to everybody 到全区域人口的平均分钟")
ax.margins(x=0.1)
ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2)
ax.set_title(
    f"{first['name']} {first['name_en']} closed, {first['from_en']}–{first['to_en']}\n"
    f"{first['from']}–{first['to']}中断"
)
plt.show()

# %%
felt = change[change["mean_min_delta"] > 5]
most = hit.iloc[-1]
told(
    f"**{len(felt)} of {len(change)} cities** lose more than five minutes on the mean journey; "
    f"{most['name_en']} loses {most['mean_min_delta']:.0f}.",
    f"{len(change)} 座城市中有 **{len(felt)} 座**的平均旅行时间增加五分钟以上；"
    f"{most['name']}增加 {most['mean_min_delta']:.0f} 分钟。",
)

# %% [markdown]
# ## How many independent ways? 互不重合的通道
#
# A minimum cut is the smallest set of links whose loss parts the two provinces. By Menger's theorem it
# is also the number of ways that share no link.
#
# 最小割是使两地断开所需移除的最少路段；按门格尔定理，也就是互不重合的通道数。

# %%
a, b = cat.region.regions[:2]
ways = pd.DataFrame(columns=["road", "rail"], dtype=int)
for date in (2010, 2015, 2020, 2025, day, later.year):
    then = geo.build_network(layers, year=date, nodes="stops")
    cuts = [minimum_cut(then.select(mode), a.id, b.id)[0] for mode in ways]
    ways.loc[str(date)] = [cut.value for cut in cuts]

fig, ax = plt.subplots(figsize=(9, 3.4))
ways.set_axis([" ".join(MODE[mode]) for mode in ways], axis=1).plot.bar(
    ax=ax, color=list(COLOR.values()), rot=0, width=0.78, edgecolor="w"
)
for bars, hatch in zip(ax.containers, ("", "///"), strict=True):
    for bar in bars:
        bar.set_hatch(hatch)
    ax.bar_label(bars, padding=2)
ax.grid(axis="x", visible=False)
ax.set(ylabel="independent ways 独立通道数", ylim=(0, ways.to_numpy().max() + 3))
ax.set_title("Ways between Sichuan and Chongqing that share no link 川渝之间互不重合的通道")
ax.legend(ax.containers, [" ".join(MODE[mode]) for mode in ways], loc="upper left")
plt.show()

# %%
rail = geo.build_network(layers, year=day, nodes="stops").select("rail")
lines = rail.edges.loc[minimum_cut(rail, a.id, b.id)[0].cut].drop_duplicates("route_id")
today, then = ways.loc[str(day)], ways.loc[str(later.year)]
told(
    f"Today **{today['road']} roads or {today['rail']} railways** would have to be lost at the same time to "
    f"part the provinces by that mode; at the end of {later.year} {then['road']} and {then['rail']}. One "
    f"smallest set of railways: {'; '.join(lines['route_en'])}.",
    f"今天须同时中断**公路 {today['road']} 条或铁路 {today['rail']} 条**，才会使川渝之间该方式断开；"
    f"到 {later.year} 年底为 {then['road']} 条和 {then['rail']} 条。铁路的一组最小割：{'、'.join(lines['route_zh'])}。",
)

# %% [markdown]
# ## Busy is not the same as critical 繁忙不等于关键
#
# How much travel uses a link (betweenness weighted by people), and how much its loss costs, are two
# things: a busy link beside another is replaced easily.
#
# 路段承担多少出行（按人口加权的介数）与中断代价是两回事：旁边另有线路的繁忙路段容易被替代。

# %%
both = losses.set_index("edge_id").assign(use=link_use(net).set_index("edge_id")["betweenness"])
busiest = both["use"].idxmax()

fig, ax = plt.subplots(figsize=(9, 4.6))
for mode, marker in (("road", "o"), ("rail", "s")):
    own = both[both["mode"] == mode]
    look = {"color": COLOR[mode], "alpha": 0.75, "markersize": 6, "markeredgewidth": 0}
    ax.plot(own["use"], own["extra_min"], marker, label=" ".join(MODE[mode]), **look)
for edge in dict.fromkeys([*both["extra_min"].nlargest(2).index, busiest]):
    row = both.loc[edge]
    ax.annotate(
        f"{row['from']}–{row['to']} {row['from_en']}–{row['to_en']}",
        (row["use"], row["extra_min"]),
        xytext=(-8, 8),
        textcoords="offset points",
        fontsize=8,
        ha="right",
    )
ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
ax.set(
    xlabel="share of travel that uses the link 使用该路段的出行占比",
    ylabel="extra minutes when lost 中断后增加的分钟数",
    ylim=(-0.3, both["extra_min"].max() * 1.15),
)
ax.set_title("Use against loss 使用与中断代价")
ax.legend(loc="lower right")
plt.show()

# %%
row, top = both.loc[busiest], both.nlargest(10, "use")["extra_min"]
rank = int(both["extra_min"].rank(ascending=False)[busiest])
told(
    f"The busiest link, **{row['from_en']}–{row['to_en']}**, carries {row['use']:.0%} of travel, and its loss "
    f"costs {row['extra_min']:.1f} minutes, rank {rank} of {len(both)}. Among the ten busiest links a loss "
    f"costs from {top.min():.1f} to {top.max():.1f} minutes: use alone does not tell.",
    f"最繁忙的路段是**{row['from']}–{row['to']}**，承担 {row['use']:.0%} 的出行，中断代价 {row['extra_min']:.1f} 分钟，"
    f"在 {len(both)} 条中列第 {rank}。最繁忙的十条路段，中断代价从 {top.min():.1f} 到 {top.max():.1f} 分钟不等："
    "只看繁忙程度不够。",
)

# %% [markdown]
# ## Does it get better? 将来的韧性

# %%
then = link_losses(geo.build_network(layers, year=later))
before, after = (table["extra_min"].nlargest(15).mean() for table in (losses, then))
assert after < before, "the text below would be wrong"
told(
    f"The fifteen worst losses cost {before:.1f} minutes each in the mean today and **{after:.1f}** at the end "
    f"of {later.year}, {1 - after / before:.0%} less: new lines are alternatives too.",
    f"代价最大的十五条路段，今天平均每条 {before:.1f} 分钟，到 {later.year} 年底为 **{after:.1f}** 分钟，"
    f"减少 {1 - after / before:.0%}：新线也是备用通道。",
)

# %% [markdown]
# ## Close a link yourself 动手试一试
#
# On this page a click on a link closes it and shows what is lost.
#
# 在网页上点选路段即可查看中断的影响。

# %%
geo.show_map(layers, "criticality", year=day)

# %% [markdown]
# ## Limits 局限
#
# How likely a closure is, how long it lasts and whether the alternatives have room for everybody is not
# known here. Ordinary roads are assumed to stay open. Lines that share a bridge or a valley may fail
# together; here each is removed alone (`geo disrupt` closes everything in an area). Lines:
# © OpenStreetMap contributors (ODbL); the method: docs/explanation/resilience.md.
#
# 不知道中断的概率、持续时间和绕行线路的通行能力；假定普通公路畅通。共用桥梁或峡谷的线路可能同时中断，
# 这里逐条移除（`geo disrupt` 可封闭一个区域内的全部线路）。线形 © OpenStreetMap contributors (ODbL)；
# 方法见 docs/explanation/resilience.md。
