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
# # 1 · What is there 线路与线形
#
# **Question.** Which named railways and expressways make up the Chengdu–Chongqing region, how
# long are they, and how far can their drawn lines be trusted?
#
# > **摘要** 本篇介绍成渝地区双城经济圈的线路目录：有哪些铁路、高速公路和航道，
# > 各有多长、处于什么状态，每条线的位置精度如何，数据来自何处。全部内容离线运行，
# > 文中数字均由数据即时计算。
#
# Nothing here needs the network. Every number in the text is computed when the notebook runs.

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

import geo
from geo.catalogue import ACCURACY, CLASS, STAGE
from geo.layers import LINES
from geo.maps import network_map, use_style

# %matplotlib inline
use_style()

# %% [markdown]
# ## The catalogue 目录
#
# `geo.load` reads the tables that come with the package and checks every cell. The catalogue
# shows itself: how many rows each table has, which routes there are, and where they run.

# %%
cat = geo.load()
day = cat.region.as_of
cat

# %% [markdown]
# ## From tables to lines 从表格到线形
#
# `geo.layers` draws smooth lines through the listed places and gives three GeoDataFrames in
# WGS-84, so everything that works with GeoPandas works here.

# %%
lay = geo.build_layers(cat)
lay

# %%
network_map(lay, day)

# %% [markdown]
# ## What is open, what is being built 已通车与在建
#
# A section is the unit of status: it has one opening date and one standard. Sections that run on
# the track of another are left out here, so that no kilometre counts twice.

# %%
from geo.layers import sections_on

sections = sections_on(lay, day)
own = sections[sections["shares"] == ""]
stages = ["open", "construction", "planned"]
km = own.pivot_table("running_km", "class", "stage", "sum", fill_value=0)
km = km.reindex(index=[c for c in LINES if c in km.index][::-1], columns=stages, fill_value=0)

fig, ax = plt.subplots(figsize=(9, 3.4))
left = pd.Series(0.0, index=km.index)
for stage, hatch, alpha in zip(stages, ("", "////", "...."), (1, 0.55, 0.3), strict=True):
    colors = [LINES[c].color for c in km.index]
    ax.barh(km.index, km[stage], left=left, color=colors, alpha=alpha, hatch=hatch, edgecolor="w")
    ax.barh(
        [0],
        [0],
        color="#777777",
        alpha=alpha,
        hatch=hatch,
        edgecolor="w",
        label=" ".join(STAGE[stage]),
    )
    left += km[stage]
for name, total in left.items():
    ax.text(total + 60, name, f"{total:,.0f} km", va="center")
ax.set_yticks(range(len(km)), [" ".join(CLASS[c]) for c in km.index])
ax.set(xlabel="running length 里程 (km)", xlim=(0, left.max() * 1.13))
ax.set_title(f"Length by class and status, {day} 各类线路的里程与状态")
ax.grid(axis="y", visible=False)
ax.legend(loc="upper center", bbox_to_anchor=(0.42, -0.2), ncols=3)
plt.show()

# %%
done = km["open"].sum()
fast = km.loc[["hsr", "intercity"]].sum()
assert fast["construction"] > km["construction"].sum() / 2, "the text below would be wrong"
Markdown(
    f"Of {km.to_numpy().sum():,.0f} km in the catalogue, **{done:,.0f} km "
    f"({done / km.to_numpy().sum():.0%})** are open on {day}. What is being built is mostly "
    f"rail: {fast['construction']:,.0f} of {km['construction'].sum():,.0f} km under construction "
    "are high-speed or intercity lines."
)

# %% [markdown]
# ## How exact are the lines? 线形精度
#
# Every point of a line has an accuracy in metres. Lines taken from OpenStreetMap are *surveyed*
# (nine of ten points within 250 m), others are *approximate* (1 km), and those drawn through towns
# and stations are a *sketch*. Read a line that is not yet open as an intention, not as a place.

# %%
share = own.pivot_table("running_km", "stage", "accuracy_class", "sum", fill_value=0)
share = share.reindex(index=stages[::-1], columns=list(ACCURACY), fill_value=0)
share = share.div(share.sum(axis=1), axis=0)

fig, ax = plt.subplots(figsize=(9, 2.5))
left = pd.Series(0.0, index=share.index)
looks = zip(ACCURACY, ("#0072B2", "#56B4E9", "#F3E2B3"), ("", "//", ".."), strict=True)
for name, color, hatch in looks:
    ax.barh(
        share.index,
        share[name],
        left=left,
        color=color,
        hatch=hatch,
        edgecolor="w",
        label=" ".join(ACCURACY[name]),
    )
    for stage, value in share[name].items():
        if value > 0.06:
            middle, ink = left[stage] + value / 2, "w" if color == "#0072B2" else "#1B2733"
            ax.text(
                middle,
                stage,
                f"{value:.0%}",
                color=ink,
                ha="center",
                va="center",
                fontweight="bold",
            )
    left += share[name]
ax.set_yticks(range(len(share)), [" ".join(STAGE[s]) for s in share.index])
ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
ax.set(xlim=(0, 1), xlabel="share of length 里程占比")
ax.grid(visible=False)
ax.set_title("How well the lines are known 线形精度")
ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=3)
plt.show()

# %%
both = lay.sections.dropna(subset=["length_km"])
off = (both["length_ratio"] - 1).abs()
Markdown(
    f"Of the open network **{share.loc['open', 'surveyed']:.0%}** follows surveyed lines; of "
    f"what is under construction {share.loc['construction', 'sketch']:.0%} is a sketch. A check "
    f"that needs no map: {len(both)} sections have a published length, and the drawn line "
    f"differs from it by {off.median():.1%} in the median."
)

# %% [markdown]
# ## One corridor in detail 成渝中线高铁
#
# Each section says where it came from and how sure it is. An empty cell is an unknown value,
# never a guess.

# %%
route = cat.find_route("成渝中线高铁")
columns = [
    "name",
    "from_en",
    "to_en",
    "status",
    "started",
    "expected",
    "design_speed_kmh",
    "running_km",
    "accuracy_class",
    "confidence",
]
lay.sections.loc[lay.sections["route_id"] == route.route_id, columns].round(1)

# %% [markdown]
# ## The same as a page 网页地图
#
# `geo.map` makes one HTML file that works without network: it shows itself below, and
# `.save("network.html")` keeps it. The years move with the slider, names are found in hanzi,
# pinyin and English.

# %%
geo.show_map(lay, "network", year=day)

# %% [markdown]
# ## Sources and limits 来源与局限
#
# Coordinates come from OpenStreetMap (© OpenStreetMap contributors, ODbL 1.0) and GeoNames
# (CC BY 4.0), borders from 天地图, rivers and relief from Natural Earth. Facts come from the
# sources of `sources.csv`; the ten used most are below. Rows that say `recalled` were written
# from memory and wait for a source.

# %%
title = {source.key: source.title for source in cat.sources}
used = lay.sections["source"].str.split(";").explode().value_counts().head(10)
used = used.rename("sections").rename_axis("key").reset_index()
used.assign(title=used["key"].map(title))

# %%
recalled = lay.sections["source"].eq("recalled").mean()
sure = lay.sections["confidence"].value_counts(normalize=True)
Markdown(
    f"**{recalled:.0%}** of the sections rest on memory alone, and {sure['high']:.0%} are of "
    "high confidence. Use the lengths for comparison, the lines for orientation, and neither for "
    "surveying or navigation."
)
