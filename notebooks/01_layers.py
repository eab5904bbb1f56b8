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
# **Question.** How much of the region's network can be used today, how much is being built, and may
# the drawn lines be printed as they are?
#
# > **摘要** 成渝地区的铁路、高速公路和航道，今天通车的有多少，在建的有多少？图上的线形有多准，能否直接
# > 用来制图？全部内容离线运行，文中数字均在运行时计算。
#
# Nothing here needs the network. Every number in the text is computed when the notebook runs.

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown

import geo
from geo.catalogue import ACCURACY, CLASS, STAGE
from geo.layers import LINES, sections_on
from geo.maps import network_map, use_style

# %matplotlib inline
use_style()


def told(en, zh):
    """Return a finding in both languages."""
    return Markdown(f"{en}\n\n{zh}")


def stacked(table, ax, labels, colors, hatches, ink):
    """Draw one bar for each row, with a part for each column."""
    table.plot.barh(stacked=True, ax=ax, width=0.75, color=colors, edgecolor="w", legend=False)
    for bars, hatch, label, letters in zip(ax.containers, hatches, labels, ink, strict=True):
        bars.set_label(label)
        for bar in bars:
            bar.set_hatch(hatch)
        sizes = table.iloc[:, ax.containers.index(bars)]
        room = 0.06 * table.sum(axis=1).max()
        texts = ["" if x < room else f"{x:.0%}" if x <= 1 else f"{x:,.0f}" for x in sizes]
        ax.bar_label(bars, texts, label_type="center", color=letters, fontweight="bold")
    ax.set_ylabel("")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=len(labels))


# %% [markdown]
# ## The catalogue 目录
#
# `geo.load` reads the tables that come with the package and checks every cell; `geo.build_layers`
# draws smooth lines through the listed places, as GeoDataFrames in WGS-84.
#
# `geo.load` 读取随包数据并逐格检查；`geo.build_layers` 把各点连成平滑线形，得到 WGS-84 坐标的
# GeoDataFrame。

# %%
cat = geo.load()
day = cat.region.as_of
cat

# %%
layers = geo.build_layers(cat)
layers

# %% [markdown]
# ## The map 路网图
#
# An A4 page for print; on the command line `geo build --figures pdf` writes it.
#
# 可直接印刷的 A4 图幅；命令行用 `geo build --figures pdf` 生成。

# %%
network_map(layers, day)

# %% [markdown]
# ## What is open, what is being built 已通车与在建
#
# A section has one opening date and one standard. Sections on the track of another are left out
# here, so that no kilometre counts twice.
#
# 每个路段只有一个通车日期和一种标准；与其他线路共线的路段不再计入，里程不重复。

# %%
sections = sections_on(layers, day)
own = sections[sections["shares"] == ""]
stages = ["open", "construction", "planned"]
km = own.pivot_table("running_km", "class", "stage", "sum", fill_value=0)
km = km.reindex(index=[c for c in LINES if c in km.index][::-1], columns=stages, fill_value=0)

fig, ax = plt.subplots(figsize=(9, 3.6))
stacked(
    km.set_axis([" ".join(CLASS[c]) for c in km.index]),
    ax,
    labels=[" ".join(STAGE[stage]) for stage in stages],
    colors=["#0072B2", "#E69F00", "#D0D6DB"],
    hatches=["", "//", ".."],
    ink=["w", "#1B2733", "#1B2733"],
)
ax.set(xlabel="running length 里程 (km)")
ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
ax.set_title(f"Length by class and status, {day} 各类线路的里程与状态")
plt.show()

# %%
total, done = km.to_numpy().sum(), km["open"].sum()
building, fast = km["construction"].sum(), km.loc[["hsr", "intercity"], "construction"].sum()
assert fast > building / 2, "the text below would be wrong"
told(
    f"Of {total:,.0f} km in the catalogue **{done:,.0f} km ({done / total:.0%})** are open on {day}. "
    f"What is being built is mostly rail: {fast:,.0f} of {building:,.0f} km under construction are "
    "high-speed or intercity lines.",
    f"目录共收录 {total:,.0f} km，截至 {day} 已通车 **{done:,.0f} km（{done / total:.0%}）**。在建的以铁路为主："
    f"{building:,.0f} km 在建里程中，高铁和城际铁路占 {fast:,.0f} km。",
)

# %% [markdown]
# ## How exact are the lines? 线形精度
#
# Every point of a line has an accuracy in metres. *Surveyed* lines keep within 250 m at nine of ten
# points, *approximate* ones within 1 km; those drawn through towns and stations are a *sketch*.
#
# 线上每一点都注明精度：“按测绘数据”十分之九的点误差不超过 250 m，“近似”不超过 1 km；
# 只按城镇和车站连成的是“示意”。

# %%
share = own.pivot_table("running_km", "stage", "accuracy_class", "sum", fill_value=0)
share = share.reindex(index=stages[::-1], columns=list(ACCURACY), fill_value=0)
share = share.div(share.sum(axis=1), axis=0)

fig, ax = plt.subplots(figsize=(9, 2.6))
stacked(
    share.set_axis([" ".join(STAGE[stage]) for stage in share.index]),
    ax,
    labels=[" ".join(ACCURACY[name]) for name in share],
    colors=["#0072B2", "#56B4E9", "#F3E2B3"],
    hatches=["", "//", ".."],
    ink=["w", "#1B2733", "#1B2733"],
)
ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
ax.set(xlim=(0, 1), xlabel="share of length 里程占比")
ax.set_title("How well the lines are known 线形精度")
ax.get_legend().set_bbox_to_anchor((0.5, -0.28))
plt.show()

# %%
both = layers.sections.dropna(subset=["length_km"])
off = (both["length_ratio"] - 1).abs().median()
known, drawn = share.loc["open", "surveyed"], share.loc["construction", "sketch"]
told(
    f"Of the open network **{known:.0%}** follows surveyed lines; of what is under construction "
    f"{drawn:.0%} is a sketch, to be printed as an intention and not as a place. A check that needs no "
    f"map: the lines of {len(both)} sections with a published length differ from it by {off:.1%} in "
    "the median.",
    f"已通车路网有 **{known:.0%}** 按测绘数据绘制；在建线路有 {drawn:.0%} 是示意线，只表示意向，不表示准确位置。"
    f"另一种检验：{len(both)} 个路段有公布里程，图上长度与之相差的中位数为 {off:.1%}。",
)

# %% [markdown]
# ## One corridor in detail 成渝中线高铁
#
# Each section says where it comes from and how sure it is. An empty cell is an unknown value.
#
# 每个路段都注明出处和可信度；空格表示未知。

# %%
route = cat.find_route("成渝中线高铁")
columns = ["name", "status", "started", "expected", "design_speed_kmh", "running_km"]
columns += ["accuracy_class", "confidence"]
layers.sections.loc[layers.sections["route_id"] == route.route_id, columns].round(1)

# %% [markdown]
# ## The same as a page 网页地图
#
# One HTML file that works offline: `.save("network.html")` keeps it. The years move with the slider,
# names are found in hanzi, pinyin and English.
#
# 单个离线网页，用 `.save("network.html")` 保存；年份可拖动，地名可用汉字、拼音或英文查找。

# %%
geo.show_map(layers, "network", year=day)

# %% [markdown]
# ## Sources and limits 来源与局限
#
# Coordinates: OpenStreetMap (© OpenStreetMap contributors, ODbL 1.0) and GeoNames (CC BY 4.0); borders:
# 天地图; rivers and relief: Natural Earth. Facts come from `sources.csv`, below the ten used most. Rows
# that say `recalled` were written from memory and wait for a source.
#
# 坐标来自 OpenStreetMap 和 GeoNames，边界来自天地图，河流与地形来自 Natural Earth；事实出处见
# `sources.csv`，下表是引用最多的十种。`recalled` 表示凭记忆写入，尚待核实。

# %%
title = {source.key: source.title for source in cat.sources}
used = layers.sections["source"].str.split(";").explode().value_counts().head(10)
used = used.rename("sections").rename_axis("key").reset_index()
used.assign(title=used["key"].map(title))

# %%
recalled = layers.sections["source"].eq("recalled").mean()
sure = layers.sections["confidence"].eq("high").mean()
told(
    f"**{recalled:.0%}** of the sections rest on memory alone, and {sure:.0%} are of high confidence. Use "
    "the lengths for comparison, the lines for orientation, and neither for surveying or navigation.",
    f"**{recalled:.0%}** 的路段仅凭记忆，{sure:.0%} 的路段可信度高。里程宜用于比较，线形宜用于示意，"
    "两者都不能用于测量和导航。",
)
