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
# **Question.** How many lines cross the border between Sichuan and Chongqing, what will change by
# 2030, and which project does most for whom?
#
# > **摘要** 本篇统计川渝之间跨界通道数量的增长（以两侧都通车为准），比较今天与 2030 年底的
# > 旅行时间，并逐一计算每个项目的作用：今天单独开通能带来多少，将来缺了它会损失多少。
# > 2026 年以后的日期均为预计。
#
# What lies in the future rests on expected years of opening: it says what a line would change,
# not when.

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
AFTER = 2030

# %% [markdown]
# ## Links between the two provinces 跨界通道
#
# Each province counts a link when its own side is open. A traveller needs both sides, and so do
# these counts.

# %%
links = geo.border_crossings(lay, year=day)
links["since"] = links["opened"].str[:4].replace("", None).astype(float)
links["since"] = links["since"].fillna(links["expected"].astype(float))
years = np.arange(1990, 2036)
count = {
    mode: np.array([(links[links["mode"] == mode]["since"] <= year).sum() for year in years])
    for mode in ("road", "rail")
}

fig, ax = plt.subplots(figsize=(9, 4))
for mode, values in count.items():
    known, later = years < day.year, years >= day.year - 1
    name = " ".join(MODE[mode])
    ax.step(years[known], values[known], where="post", color=COLOR[mode], linewidth=2.4)
    ax.step(
        years[later], values[later], where="post", color=COLOR[mode], linewidth=2, ls=(0, (3, 2))
    )
    ax.text(
        2035.2,
        values[-1],
        f"{name}: {values[-1]}",
        color=COLOR[mode],
        va="center",
        fontweight="bold",
    )
ax.axvline(day.year, color="#6B7680", linewidth=0.8, linestyle=":")
ax.text(day.year - 0.4, 1, f"{day}", ha="right", color="#4A5763", fontsize=8.5)
ax.set(
    xlim=(1990, 2039), ylim=(0, None), xlabel="end of year 年末", ylabel="open links 贯通通道数"
)
ax.set_xticks(range(1990, 2036, 5))
ax.set_yticks(range(0, 22, 5))
ax.set_title("Links open on both sides, dashed as expected 两侧贯通的通道（虚线为预计）")
plt.show()

# %%
now = links[links["status"] == "open"]["mode"].value_counts()
later = {mode: int(values[years == AFTER][0]) for mode, values in count.items()}
Markdown(
    f"On {day} **{now['road']} roads and {now['rail']} railways** are open from end to end. By "
    f"{AFTER} that would be {later['road']} and {later['rail']}."
)

# %%
at_horizon = geo.border_crossings(lay, year=AFTER).query("status == 'open'")["mode"].value_counts()
assert at_horizon[["road", "rail"]].to_dict() == later

# %% [markdown]
# ## Today and 2030 side by side 今天与 2030 年
#
# `geo.compare` gives every statistic, every city and every project on two dates.

# %%
found = geo.compare_dates(lay, day, AFTER)
wanted = ["road.length_km", "rail.length_km", "road.mu", "rail.mu", "road.links", "rail.links"]
found["stats"].loc[wanted].round(0).astype(int)

# %%
cities = found["cities"].set_index("name")
top = cities.nsmallest(15, "mean_min_delta")[::-1]
label = [f"{zh} {en}" for zh, en in zip(top.index, top["name_en"], strict=True)]

fig, ax = plt.subplots(figsize=(9, 5.2))
rows = np.arange(len(top))
ax.hlines(rows, top["mean_min_after"], top["mean_min_before"], color="#B9C3CC", linewidth=3)
ax.plot(top["mean_min_before"], rows, "o", color="#0072B2", markersize=7, label=f"{day}")
ax.plot(top["mean_min_after"], rows, "D", color="#D55E00", markersize=6, label=f"{AFTER}-12-31")
for row, delta, end in zip(rows, top["mean_min_delta"], top["mean_min_after"], strict=True):
    ax.text(end - 3, row, f"{delta:.0f}", ha="right", va="center", fontsize=8.5)
ax.set_yticks(rows, label)
ax.grid(axis="y", visible=False)
ax.set(xlabel="mean minutes to everybody in the region 到全区域人口的平均分钟", xlim=(80, None))
ax.set_title("The cities that come nearest 受益最大的城市")
ax.legend(loc="lower right")
plt.show()

# %%
people = pd.Series({city.name: city.population for city in cat.cities}).loc[cities.index]
saved = -(cities["mean_min_delta"] * people).sum() / people.sum()
first = cities["mean_min_delta"].idxmin()
assert (cities["mean_min_delta"] < 0.01).all(), "nobody is farther away than before"
Markdown(
    f"The mean inhabitant saves **{saved:.0f} minutes** on the mean journey. **{first} "
    f"{cities.loc[first, 'name_en']}** gains most: {cities.loc[first, 'mean_min_before']:.0f} → "
    f"{cities.loc[first, 'mean_min_after']:.0f} min. Nobody loses."
)

# %% [markdown]
# ## Project by project 逐个项目
#
# Who deserves the credit depends on the order. So each project is measured twice: as the only one
# that is added **today**, and as the only one that is missing in **2030**. Both are gains in
# nearness, the mean of 1/time over all pairs of people, in percent of today's.

# %%
value = found["projects"].sort_values("last_in_percent").reset_index(drop=True)
value = value[value[["first_in_percent", "last_in_percent"]].max(axis=1) > 0.005]
rows = np.arange(len(value))

fig, ax = plt.subplots(figsize=(9, 4.6))
ax.barh(
    rows + 0.19,
    value["first_in_percent"],
    0.36,
    color="#56B4E9",
    label="alone, today 今天单独开通",
)
ax.barh(
    rows - 0.19,
    value["last_in_percent"],
    0.36,
    color="#0072B2",
    hatch="///",
    edgecolor="w",
    label=f"as the last one, {AFTER} 作为最后一个",
)
for row, (first_in, last_in) in enumerate(
    zip(value["first_in_percent"], value["last_in_percent"], strict=True)
):
    ax.text(first_in + 0.03, row + 0.19, f"{first_in:.2f}", va="center", fontsize=8)
    ax.text(last_in + 0.03, row - 0.19, f"{last_in:.2f}", va="center", fontsize=8)
ax.set_yticks(
    rows,
    [f"{zh}\n{en}" for zh, en in zip(value["name"], value["name_en"], strict=True)],
    fontsize=8,
)
ax.grid(axis="y", visible=False)
ax.set(xlabel="gain in nearness, % of today 邻近度增益（占今天的 %）")
ax.set_title("What each project is worth 每个项目的作用")
ax.legend(loc="lower right")
plt.show()

# %%
best = value.iloc[-1]
helps = value[value["relation"] == "complements"]
shares = value[value["relation"] == "replaces"]
assert best["relation"] == "complements"
Markdown(
    f"**{best['name']} {best['name_en']}** changes most: {best['first_in_percent']:.1f} % alone "
    f"and {best['last_in_percent']:.1f} % when the others are there. {len(helps)} of {len(value)} "
    "projects are worth more together with the others than alone: they are pieces of longer ways. "
    f"{len(shares)} are worth less, for others do part of their work."
)

# %% [markdown]
# ## One line on the map 一条线的影响范围
#
# `with_projects` opens a project on a day and leaves all else as it is. Here is the first of the
# list, alone, today.

# %%
from matplotlib.patheffects import withStroke

from geo.scenarios import city_changes, travel_times_on, with_projects

project = next(p for p in cat.projects if p.project_id == best["project_id"])
before, after = (
    travel_times_on(lay, day),
    travel_times_on(with_projects(lay, [project], date=day), day),
)
change = city_changes(cat, before, after).set_index("city_id")["mean_min_delta"]
at = pd.DataFrame(
    [(c.city_id, c.name, c.name_en, c.lon, c.lat) for c in cat.centres],
    columns=["id", "zh", "en", "lon", "lat"],
).set_index("id")

fig, ax = plt.subplots(figsize=(9.5, 5.6))
geo.build_network(lay, year=day).edges.plot(ax=ax, color="#C9D1D8", linewidth=0.6)
line = lay.sections.loc[project.sections.split(";")]
line.plot(ax=ax, color="w", linewidth=5)
line.plot(ax=ax, color=COLOR["rail"], linewidth=2.6)
gain = -change.clip(upper=0)
dots = ax.scatter(
    at["lon"],
    at["lat"],
    c=gain,
    s=18 + 7 * gain,
    cmap="cividis_r",
    zorder=3,
    edgecolor="#1B2733",
    linewidth=0.6,
)
written = []
for key in gain.nlargest(14).index:
    row = at.loc[key]
    if any(abs(row["lon"] - x) < 1.4 and abs(row["lat"] - y) < 0.2 for x, y in written):
        continue  # names must not cover each other
    written.append((row["lon"], row["lat"]))
    ax.annotate(
        f"{row['zh']} {row['en']} −{gain[key]:.0f}",
        (row["lon"], row["lat"]),
        xytext=(0, -17),
        textcoords="offset points",
        fontsize=8,
        zorder=4,
        ha="center",
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )
ax.set(
    xlim=(102.8, 110.6),
    ylim=(28.2, 32.6),
    xlabel="longitude 经度 (°E)",
    ylabel="latitude 纬度 (°N)",
)
ax.grid(visible=False)
fig.colorbar(dots, label="minutes saved 平均节省分钟", shrink=0.7)
ax.set_title(f"{project.name} {project.name_en} alone 单独开通")
plt.show()

# %%
helped = gain[gain > 5]
most = gain.idxmax()
Markdown(
    f"Opened alone, it takes five minutes or more off the mean journey of **{len(helped)} of "
    f"{len(gain)}** cities, and {gain.max():.0f} off that of {at.loc[most, 'zh']} "
    f"{at.loc[most, 'en']}."
)

# %% [markdown]
# ## Every crossing as a page 跨界通道网页

# %%
geo.show_map(lay, "crossings", year=day)

# %% [markdown]
# ## Limits 局限
#
# A line counts as open at the end of its expected year; plans slip, and the network of 2030 holds
# only what the catalogue knows. Times are computed, without a timetable, and the population stays
# that of today, so nothing here says how many people would travel. Capacity and fares are not in
# it either. Lines: © OpenStreetMap contributors (ODbL); dates and status: `sections.csv` with a
# source for each row.
