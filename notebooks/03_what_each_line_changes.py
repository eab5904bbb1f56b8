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
# # 3 · What does each line change? 每条线改变什么
#
# **Question.** What will the lines that are expected change, for which cities, and which of them does
# most?
#
# > **摘要** 预计通车的线路会带来什么变化？哪些城市受益最多？哪个项目作用最大？本篇统计川渝之间跨界通道的
# > 增长（以两侧都通车为准），比较今天与全部预计项目通车之后的旅行时间，并逐一计算每个项目的作用。
# > 将来的日期均为预计。
#
# What lies in the future rests on expected years of opening: it says what a line would change, not when.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown

import geo
from geo.layers import LINES
from geo.maps import accessibility_figure, growth_figure, use_style
from geo.scenarios import city_changes, horizon_of, travel_times_on, with_projects

# %matplotlib inline
use_style()
cat = geo.load()
layers = geo.build_layers(cat)
day = cat.region.as_of
later = horizon_of(layers, day)  # by then all that is expected is open


def told(en, zh):
    """Return a finding in both languages."""
    return Markdown(f"{en}\n\n{zh}")


# %% [markdown]
# ## Links between the two provinces 跨界通道
#
# Each province counts a link when its own side is open. A traveller needs both sides.
#
# 两省市各自按自己一侧通车计数；出行者需要两侧都通车。

# %%
growth_figure(layers, day)

# %%
links = {date: geo.border_crossings(layers, year=date) for date in (day, later)}
count = {
    date: table.query("status == 'open'")["mode"].value_counts() for date, table in links.items()
}
told(
    f"On {day} **{count[day]['road']} roads and {count[day]['rail']} railways** are open from end to end. At "
    f"the end of {later.year} that would be {count[later]['road']} and {count[later]['rail']}.",
    f"{day} 两侧贯通的有**公路 {count[day]['road']} 条、铁路 {count[day]['rail']} 条**；"
    f"到 {later.year} 年底预计为 {count[later]['road']} 条和 {count[later]['rail']} 条。",
)

# %% [markdown]
# ## Before and after 前后对比
#
# The mean journey of every city today, and when everything expected is open. The line between them is
# what is gained.
#
# 各城市今天的平均旅行时间，与预计项目全部通车后的时间；两点之间就是收益。

# %%
accessibility_figure(layers, day)

# %%
found = geo.compare_dates(layers, day, later)
cities = found["cities"].set_index("name")
saved = -np.average(
    cities["mean_min_delta"], weights=layers.cities.set_index("name")["population"][cities.index]
)
first = cities.loc[cities["mean_min_delta"].idxmin()]
assert (cities["mean_min_delta"] < 0.01).all(), "the text below would be wrong"
told(
    f"The mean inhabitant saves **{saved:.0f} minutes** on the mean journey. **{first.name} "
    f"{first['name_en']}** gains most: {first['mean_min_before']:.0f} → {first['mean_min_after']:.0f} min. "
    "No city becomes slower.",
    f"按人口平均，每程节省 **{saved:.0f} 分钟**。受益最多的是**{first.name}**："
    f"{first['mean_min_before']:.0f} → {first['mean_min_after']:.0f} 分钟。没有城市变慢。",
)

# %%
wanted = ["road.length_km", "rail.length_km", "road.mu", "rail.mu", "road.links", "rail.links"]
found["stats"].loc[wanted].round(0).astype(int)

# %% [markdown]
# ## Project by project 逐个项目
#
# Who deserves the credit depends on the order. So each project is measured twice: as the only one that
# is added today, and as the only one that is missing in the end. Both are gains in nearness, the mean of
# 1/time over all pairs of people, in percent of today's.
#
# 功劳归谁取决于先后顺序，所以每个项目算两次：今天只开通它，以及最后只缺它。两者都是“邻近度”
# （所有人口对的时间倒数平均）的增益，以今天为 100%。

# %%
value = found["projects"].sort_values("last_in_percent").reset_index(drop=True)
value = value[value[["first_in_percent", "last_in_percent"]].max(axis=1) > 0.005]
value = value.reset_index(drop=True)
rows = np.arange(len(value))

fig, ax = plt.subplots(figsize=(9, 4.8))
ax.hlines(rows, value["first_in_percent"], value["last_in_percent"], color="#B9C3CC", linewidth=3)
looks = (
    ("first_in_percent", "o", "#0072B2", "alone, today 今天单独开通"),
    ("last_in_percent", "D", "#D55E00", f"as the last one, {later.year} 作为最后一个"),
)
for key, marker, color, label in looks:
    ax.plot(value[key], rows, marker, color=color, markersize=7, label=label)
for row, project in value.iterrows():
    both = project[["first_in_percent", "last_in_percent"]]
    text = f"  {both.iloc[0]:.2f} → {both.iloc[1]:.2f}"
    ax.text(both.max() + 0.03, row, text, va="center", fontsize=8)
labels = [f"{zh}\n{en}" for zh, en in zip(value["name"], value["name_en"], strict=True)]
ax.set_yticks(rows, labels, fontsize=8)
ax.grid(axis="y", visible=False)
ax.set(xlabel="gain in nearness, % of today 邻近度增益（占今天的 %）", xlim=(-0.05, None))
ax.margins(x=0.14)
ax.set_title("What each project brings 每个项目的作用")
ax.legend(loc="lower right")
plt.show()

# %%
best = value.iloc[-1]
relation = value["relation"].value_counts()
more, less = relation.get("complements", 0), relation.get("replaces", 0)
assert best["relation"] == "complements", "the text below would be wrong"
told(
    f"**{best['name']} {best['name_en']}** changes most: {best['first_in_percent']:.1f}% alone and "
    f"{best['last_in_percent']:.1f}% when the others are there. {more} of {len(value)} projects bring more "
    f"together with the others than alone: they are pieces of longer journeys. {less} bring less, for "
    "others do part of their work.",
    f"作用最大的是**{best['name']}**：单独开通 {best['first_in_percent']:.1f}%，其他项目都在时 "
    f"{best['last_in_percent']:.1f}%。{len(value)} 个项目中，{more} 个与其他项目同在时作用更大（互为通道的一段），"
    f"{less} 个变小（其他项目分担了作用）。",
)

# %% [markdown]
# ## One line on the map 一条线的影响范围
#
# `with_projects` opens a project on a day and leaves all else as it is: the first of the list, alone,
# today.
#
# `with_projects` 只让一个项目在某日开通，其余不变：这里是作用最大的项目，今天单独开通。

# %%
project = next(p for p in cat.projects if p.project_id == best["project_id"])
alone = with_projects(layers, [project], date=day)
change = city_changes(cat, travel_times_on(layers, day), travel_times_on(alone, day))
gain = -change.set_index("city_id")["mean_min_delta"].clip(upper=0)
at = layers.cities.loc[gain.index]

fig, ax = plt.subplots(figsize=(9.5, 5.6))
geo.build_network(layers, year=day).edges.plot(ax=ax, color="#C9D1D8", linewidth=0.6)
line = layers.sections.loc[project.sections.split(";")]
line.plot(ax=ax, color="w", linewidth=5)
line.plot(ax=ax, color=LINES["hsr"].color, linewidth=2.6)
look = {"cmap": "cividis_r", "zorder": 3, "edgecolor": "#1B2733", "linewidth": 0.6}
dots = ax.scatter(at["lon"], at["lat"], c=gain, s=18 + 7 * gain, **look)
written = []
for key in gain.nlargest(14).index:
    lon, lat = at.loc[key, ["lon", "lat"]]
    if any(abs(lon - x) < 1.4 and abs(lat - y) < 0.25 for x, y in written):
        continue  # names must not cover each other
    written.append((lon, lat))
    ax.annotate(
        f"{at.loc[key, 'name']} {at.loc[key, 'name_en']} −{gain[key]:.0f}",
        (lon, lat),
        xytext=(0, -18),
        textcoords="offset points",
        fontsize=8,
        zorder=4,
        ha="center",
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "w", "alpha": 0.8, "linewidth": 0},
    )
ax.set(xlim=(102.8, 110.6), ylim=(28.2, 32.6), xlabel="经度 °E", ylabel="纬度 °N")
ax.set_aspect(1 / np.cos(np.radians(30.3)))
ax.grid(visible=False)
fig.colorbar(dots, label="minutes saved 平均节省分钟", shrink=0.7)
ax.set_title(f"{project.name} {project.name_en} alone 单独开通")
plt.show()

# %%
most = gain.idxmax()
told(
    f"Opened alone, it takes five minutes or more off the mean journey of **{(gain >= 5).sum()} of "
    f"{len(gain)}** cities, and {gain.max():.0f} off that of {at.loc[most, 'name_en']}.",
    f"单独开通时，{len(gain)} 座城市中有 **{(gain >= 5).sum()} 座**的平均旅行时间缩短五分钟以上，"
    f"{at.loc[most, 'name']}缩短 {gain.max():.0f} 分钟。",
)

# %% [markdown]
# ## Every crossing as a page 跨界通道网页

# %%
geo.show_map(layers, "crossings", year=day)

# %% [markdown]
# ## Limits 局限
#
# A line counts as open at the end of its expected year; plans slip, and the future network holds only
# what the catalogue knows. Times are computed, without a timetable; trains of lines to come are as many
# as on lines of their class. The population stays that of today, so nothing here says how many people
# would travel. Capacity and fares are not in it. Lines: © OpenStreetMap contributors (ODbL); dates and
# status: `sections.csv` with a source for each row.
#
# 线路按预计年份的年底通车计算；计划会推迟，目录之外的项目也不在内。时间为推算，不依据时刻表；
# 未通车线路的班次按同类线路取值。人口按今天计，因此不能说明将来有多少人出行；也不含运能和票价。
# 线形 © OpenStreetMap contributors (ODbL)；日期和状态的出处见 `sections.csv`。
