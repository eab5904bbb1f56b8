"""The story of the front page: a few dates, what is open on each, and what it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geo.catalogue import OPEN_CODES, Label, populations
from geo.connectivity import DAILY_MIN, core_cities, expected_opportunities
from geo.layers import Layers, counts_by_year, crossings_or_none, stages_by_year
from geo.network import DoorTimes, time_interval
from geo.scenarios import Analysis, horizon_of, travel_times_on


class Scene(NamedTuple):
    """A date of the story, and what it stands for."""

    date: dt.date
    title: Label
    #: By mode the crossings open on both sides, and the running length open.
    crossings: dict[str, int]
    km: dict[str, float]
    #: Fastest minutes between the two cores by any mode with their bounds; NaN without a way.
    cores_min: tuple[float, float, float]


class Reach(NamedTuple):
    """People within two hours of a core city, with their bounds."""

    name: Label
    people: float
    low: float
    high: float


def scene_dates(layers: Layers, date: dt.date) -> list[tuple[dt.date, Label]]:
    """Return the dates of the story: those of the region, else its first year, today, its last."""
    region = layers.catalogue.region
    first = dt.date(region.map.years[0], 12, 31)
    known = {scene.day(date): Label(scene.name, scene.name_en) for scene in region.scenes}
    if not known:
        known = dict.fromkeys((first, date, horizon_of(layers, date)), Label("", ""))
    return sorted(known.items())


def build_story(layers: Layers, date: dt.date, analysis: Analysis | None = None) -> list[Scene]:
    """Return the scenes of the story; an analysis gives the times of its two dates."""
    known = (
        dict(zip((analysis.date, analysis.horizon), analysis.times, strict=True))
        if analysis
        else {}
    )
    dates = scene_dates(layers, date)
    days = [when for when, _ in dates]
    stages = stages_by_year(layers, days)
    crossings = crossings_or_none(layers, max(days))
    counts = counts_by_year(layers, stages, crossings, len(days))
    own = layers.sections[layers.sections["shares"] == ""]
    scenes = []
    for i, (when, title) in enumerate(dates):
        keys = [key for key in own.index if stages[key][i] in OPEN_CODES]
        km = own.loc[keys].groupby("mode")["running_km"].sum()
        cores = _cores(layers, when, known.get(when))
        scenes.append(Scene(when, title, counts[i]["crossings"], km.to_dict(), cores))
    return scenes


def _cores(layers: Layers, when: dt.date, times: DoorTimes | None) -> tuple[float, float, float]:
    """Return the fastest minutes between the two cores, with their bounds."""
    cores = core_cities(layers.catalogue)
    if len(cores) < 2:
        return (np.nan,) * 3
    times = times or travel_times_on(layers, when)
    a, b = (layers.catalogue.centres.index(city) for city in cores[:2])
    minutes = float(times.cities[a, b])
    low, high = time_interval(minutes, "any")
    return (minutes, float(low), float(high)) if np.isfinite(minutes) else (np.nan,) * 3


def reached_people(analysis: Analysis) -> list[Reach]:
    """Return the people within two hours of every core city on the day of an analysis."""
    catalogue, times = analysis.layers.catalogue, analysis.times[0].settlements
    living = populations(catalogue.settlements)
    bounds = [times, *time_interval(times, "any")]
    people = [expected_opportunities(np.array(t), living, DAILY_MIN, "any") for t in bounds]
    found = []
    for city in core_cities(catalogue):
        i = catalogue.centres.index(city)
        low, high = sorted((float(people[1][i]), float(people[2][i])))
        found.append(Reach(Label(city.name, city.name_en), float(people[0][i]), low, high))
    return found


def first_scenes(layers: Layers, scenes: Sequence[Scene]) -> dict[str, int]:
    """Return by section the number of the first scene on which it is open, if there is one."""
    stages = stages_by_year(layers, [scene.date for scene in scenes])
    return {
        key: next((i for i, code in enumerate(codes) if code in OPEN_CODES), len(scenes))
        for key, codes in stages.items()
    }
