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
# **Question.** How many independent ways hold Sichuan and Chongqing together, and what does it
# cost when one link is lost, to a landslide, a flood or a bridge that is closed?
#
# > **摘要** 本篇计算川渝之间相互独立的通道数（最小割），逐一移除每条路段，看平均旅行时间
# > 增加多少、多少人失去联系，哪条路段最关键，以及到 2030 年韧性如何改善。
# > 结果是网络分析，不含事故概率与通行能力。
#
# Every link is taken away once, and the fastest times between all cities are computed again.

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
net = geo.build_network(lay, year=day)
stops = geo.build_network(lay, year=day, nodes="stops")
COLOR = {"road": LINES["expressway"].color, "rail": LINES["hsr"].color}
a, b = cat.region.regions[:2]

# %% [markdown]
# ## How many independent ways? 相互独立的通道
#
# A minimum cut is the smallest set of links whose loss parts the two provinces. By Menger's
# theorem it is also the number of ways that share no link.

# %%
from geo.connectivity import minimum_cut

rows = []
for year in (2010, 2015, 2020, 2025, day, 2030):
    then = geo.build_network(lay, year=year, nodes="stops")
    for mode in ("road", "rail"):
        found = minimum_cut(then.select(mode), a.id, b.id)[0]
        rows.append({"date": str(year), "mode": mode, "ways": found.value})
ways = pd.DataFrame(rows).pivot(index="date", columns="mode", values="ways")[["road", "rail"]]

fig, ax = plt.subplots(figsize=(9, 3.4))
at = np.arange(len(ways))
for shift, mode, hatch in ((-0.2, "road", ""), (0.2, "rail", "///")):
    bars = ax.bar(
        at + shift,
        ways[mode],
        0.38,
        color=COLOR[mode],
        hatch=hatch,
        edgecolor="w",
        label=" ".join(MODE[mode]),
    )
    ax.bar_label(bars, padding=2)
ax.set_xticks(at, [f"end of {d}" if len(d) == 4 else d for d in ways.index])
ax.grid(axis="x", visible=False)
ax.set(ylabel="independent ways 独立通道数", ylim=(0, ways.to_numpy().max() + 3))
ax.set_yticks(range(0, 21, 5))
ax.set_title("Ways between Sichuan and Chongqing that share no link 川渝之间互不重合的通道")
ax.legend(loc="upper left")
plt.show()

# %%
rail = minimum_cut(stops.select("rail"), a.id, b.id)[0]
lines = stops.edges.loc[rail.cut, ["route_zh", "route_en"]].drop_duplicates()
names = [f"{zh} {en}" for zh, en in lines.itertuples(index=False)]
today = ways.loc[str(day)]
assert today["road"] > today["rail"]
Markdown(
    f"Today **{today['road']} roads and {today['rail']} railways** would have to be lost at the "
    f"same time to part the provinces by that mode. One smallest set of railways: "
    f"{'; '.join(names)}."
)

# %% [markdown]
# ## The loss of one link 失去一条路段
#
# `extra_min` is the rise of the mean time between people who still reach each other;
# `cut_off_population` counts those who no longer do.

# %%
from geo.connectivity import link_losses

losses = {mode: link_losses(stops, mode=mode) for mode in ("road", "rail", "any")}
columns = ["name", "name_en", "mode", "from", "to", "length_km", "extra_min", "pairs"]
worst = losses["any"].nlargest(10, "extra_min")
worst[columns].round(1)

# %%
from matplotlib.patheffects import withStroke

halo = [withStroke(linewidth=2.5, foreground="white")]
fig, ax = plt.subplots(figsize=(9.5, 5.6))
net.edges.plot(ax=ax, color="#C9D1D8", linewidth=0.7)
lines = net.edges.loc[losses["any"]["edge_id"].tolist()].assign(
    extra=losses["any"]["extra_min"].to_numpy()
)
for mode, style in (("road", (0, (4, 1.2))), ("rail", "-")):
    own = lines[(lines["mode"] == mode) & (lines["extra"] > 0.2)]
    own.plot(ax=ax, color=COLOR[mode], linewidth=0.8 + own["extra"] * 0.75, linestyle=style)
    ax.plot([], [], color=COLOR[mode], linewidth=3, linestyle=style, label=" ".join(MODE[mode]))
for rank, edge in enumerate(worst["edge_id"], 1):
    middle = net.edges.geometry[edge].interpolate(0.5, normalized=True)
    ax.annotate(
        f"{rank}",
        (middle.x, middle.y),
        ha="center",
        va="center",
        fontsize=8.5,
        zorder=5,
        bbox={"boxstyle": "circle,pad=0.25", "facecolor": "w", "edgecolor": "#1B2733"},
    )
for city in cat.cities:
    if city.population > 3e6 or city.name == "万州":
        ax.plot(city.lon, city.lat, "o", color="#1B2733", markersize=4, zorder=4)
        ax.annotate(
            f"{city.name} {city.name_en}",
            (city.lon, city.lat),
            xytext=(5, 5),
            textcoords="offset points",
            fontsize=8,
            path_effects=halo,
            zorder=6,
        )
ax.set(
    xlim=(102.6, 110.4), ylim=(28, 32.6), xlabel="longitude 经度 (°E)", ylabel="latitude 纬度 (°N)"
)
ax.grid(visible=False)
ax.legend(
    loc="lower left",
    frameon=True,
    edgecolor="w",
    framealpha=1,
    title="width: extra minutes\n线宽：增加的分钟数",
)
ax.set_title("Where a closure costs most (numbers as in the table) 中断代价最大的路段")
plt.show()

# %%
first = worst.iloc[0]
by_mode = {mode: losses["any"].query("mode == @mode")["extra_min"].max() for mode in COLOR}
gone = losses["any"].query("cut_off_population > 0")
assert by_mode["rail"] > by_mode["road"]
Markdown(
    f"The worst single loss is **{first['name']} {first['name_en']}** between "
    f"{first['from']} {first['from_en']} and {first['to']} {first['to_en']}: the mean journey takes {first['extra_min']:.1f} minutes longer, over all "
    f"pairs, and {first['pairs']:.0f} pairs of cities are hit. The worst loss of a road costs "
    f"{by_mode['road']:.1f} minutes: roads form a mesh, and the fastest ways are mostly by rail. People "
    f"are left without any way by {len(gone)} of {len(losses['any'])} losses: "
    + "; ".join(
        f"{x.name} {x.name_en} cuts {x.cut_off_population:,.0f} people off"
        for x in gone.itertuples()
    )
    + "."
)

# %% [markdown]
# ## Who would feel it? 谁受影响
#
# City by city, when the whole section that holds this link is closed.

# %%
from geo.scenarios import city_changes, travel_times_on, with_sections

section = lay.sections.loc[first["section_id"]]
without = with_sections(lay, [first["section_id"]], open_on=None)
change = city_changes(cat, travel_times_on(lay, day), travel_times_on(without, day))
hit = change.nlargest(12, "mean_min_delta")[::-1]

fig, ax = plt.subplots(figsize=(9, 4))
names = [f"{zh} {en}" for zh, en in zip(hit["name"], hit["name_en"], strict=True)]
bars = ax.barh(names, hit["mean_min_delta"], color="#D55E00")
ax.bar_label(bars, fmt="+%.0f", padding=3)
ax.grid(axis="y", visible=False)
ax.set(
    xlabel="minutes added to the mean journey 平均旅行时间增加（分钟）",
    xlim=(0, hit["mean_min_delta"].max() * 1.12),
)
ax.set_title(
    f"Without {section['from_en']}–{section['to_en']} {section['from_zh']}–{section['to_zh']}中断后"
)
plt.show()

# %%
felt = change[change["mean_min_delta"] > 5]
Markdown(
    f"**{len(felt)} of {len(change)} cities** lose more than five minutes on the mean journey; "
    f"{hit['name'].iloc[-1]} {hit['name_en'].iloc[-1]} loses {hit['mean_min_delta'].max():.0f}."
)

# %% [markdown]
# ## Busy is not the same as critical 繁忙不等于关键
#
# How much travel uses a link (betweenness weighted by people), and how much its loss costs, are
# two things: a busy link beside another is replaced easily.

# %%
from geo.connectivity import link_use

use = link_use(stops).set_index("edge_id")["betweenness"]
both = losses["any"].set_index("edge_id").assign(use=use)

fig, ax = plt.subplots(figsize=(9, 4.8))
for mode, marker in (("road", "o"), ("rail", "s")):
    own = both[both["mode"] == mode]
    ax.plot(
        own["use"],
        own["extra_min"],
        marker,
        color=COLOR[mode],
        alpha=0.75,
        markersize=6,
        markeredgewidth=0,
        label=" ".join(MODE[mode]),
    )
told = pd.concat([both.nlargest(2, "extra_min"), both.nlargest(1, "use")])
told = told[~told.index.duplicated()]
for row in told.itertuples():
    ax.annotate(
        f"{row.name}\n{row.name_en}",
        (row.use, row.extra_min),
        xytext=(9, 4),
        textcoords="offset points",
        fontsize=7.5,
    )
ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
ax.set(
    xlabel="share of travel that uses the link 使用该路段的出行占比",
    xlim=(-0.01, 0.55),
    ylim=(-0.3, both["extra_min"].max() * 1.2),
    ylabel="extra minutes when lost\n中断后增加的分钟数",
)
ax.set_title("Use against loss 使用与中断代价")
ax.legend(loc="upper right")
plt.show()

# %%
busiest = both["use"].idxmax()
rank = int(both["extra_min"].rank(ascending=False)[busiest])
top = both.nlargest(10, "use")["extra_min"]
Markdown(
    f"The busiest link, **{both.loc[busiest, 'from_en']}–{both.loc[busiest, 'to_en']}**, carries "
    f"{both.loc[busiest, 'use']:.0%} of travel, and its loss costs "
    f"{both.loc[busiest, 'extra_min']:.1f} minutes, rank {rank} of {len(both)}. Among the ten busiest "
    f"links a loss costs from {top.min():.1f} to {top.max():.1f} minutes: use alone does not tell."
)

# %% [markdown]
# ## Does it get better? 2030 年的韧性

# %%
later = link_losses(geo.build_network(lay, year=2030, nodes="stops"))
pair = {f"{day}": losses["any"], "2030-12-31": later}

fig, ax = plt.subplots(figsize=(9, 3.8))
looks = zip(pair.items(), ("#0072B2", "#D55E00"), ("o", "D"), strict=True)
for (name, table), color, marker in looks:
    top = table["extra_min"].nlargest(15).to_numpy()
    ax.plot(range(1, 16), top, marker=marker, color=color, linewidth=2, label=name)
ax.set_xticks(range(1, 16))
ax.set(xlabel="rank of the link 路段排名", ylabel="extra minutes 增加的分钟数", ylim=(0, None))
ax.set_title("The worst fifteen losses, now and later 最严重的十五处中断")
ax.legend()
plt.show()

# %%
sums = {name: table["extra_min"].nlargest(15).mean() for name, table in pair.items()}
before, after = sums.values()
assert after < before, "the text below would be wrong"
Markdown(
    f"The fifteen worst losses cost {before:.1f} minutes each in the mean today and "
    f"**{after:.1f}** at the end of 2030, {1 - after / before:.0%} less: new lines are also ways "
    "round."
)

# %% [markdown]
# ## Close a link yourself 动手试一试
#
# On this page a click on a link closes it and shows who is cut off and the way round.

# %%
geo.show_map(lay, "criticality", year=day)

# %% [markdown]
# ## Limits 局限
#
# How likely a closure is, how long it lasts and whether the way round has room for everybody is
# not known here. Only the links of the catalogue exist: below the expressways there are national
# and local roads that would carry people on, more slowly, so losses of roads are upper limits.
# Sections that share a bridge or a valley may fail together; each is removed alone. Lines:
# © OpenStreetMap contributors (ODbL); the method: `geo.removal`, `geo.resilience`.
