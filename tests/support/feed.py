"""A GTFS feed as its reader sees it: its tables, and the earliest arrival over its trains."""

from __future__ import annotations

import bisect
import itertools
import math
import zipfile
from collections import defaultdict

import pandas as pd


def read(path):
    """Return the tables of a feed by name, as text."""
    with zipfile.ZipFile(path) as feed:
        return {
            name.removesuffix(".txt"): pd.read_csv(
                feed.open(name), dtype=str, keep_default_na=False
            )
            for name in feed.namelist()
        }


def seconds(clock):
    hours, minutes, rest = map(int, clock.split(":"))
    return 3600 * hours + 60 * minutes + rest


def connections(feed):
    """Return every train between two calls of the day: departure, arrival, from, to, train, in, out."""
    often = feed["frequencies"].set_index("trip_id")
    found = []
    for trip, calls in feed["stop_times"].groupby("trip_id", sort=False):
        first, end = seconds(often["start_time"][trip]), seconds(often["end_time"][trip])
        headway = int(often["headway_secs"][trip])
        rows = calls.to_dict("records")
        start = seconds(rows[0]["departure_time"])
        begin = first + int(trip) * 7919 % min(headway, end - first)  # not all at one time
        for leave in range(begin, end, headway):
            for a, b in itertools.pairwise(rows):
                times = (seconds(a["departure_time"]), seconds(b["arrival_time"]))
                found.append((*(leave - start + t for t in times), a["stop_id"], b["stop_id"], (trip, leave),
                              a["pickup_type"] == "0", b["drop_off_type"] == "0"))  # fmt: skip
    return sorted(found)


def changes(feed):
    """Return by station where travellers may change to, and after how many seconds."""
    found = defaultdict(list)
    for row in feed["transfers"].to_dict("records"):
        found[row["from_stop_id"]].append((row["to_stop_id"], int(row["min_transfer_time"])))
    return found


def arrivals(trains, change, start, at):
    """Return by station the minutes from the first departure to the earliest arrival after a time."""
    ready, since, aboard = {start: at}, {start: None}, {}
    best = {}
    for leave, come, u, v, train, enter, out in trains[bisect.bisect_left(trains, (at,)) :]:
        if train not in aboard and enter and ready.get(u, math.inf) <= leave:
            aboard[train] = leave if since[u] is None else since[u]
        if train in aboard and out and come < best.get(v, (math.inf,))[0]:
            best[v] = come, aboard[train]
            for place, wait in change[v]:
                if come + wait < ready.get(place, math.inf):
                    ready[place], since[place] = come + wait, aboard[train]
    return {place: (come - left) / 60 for place, (come, left) in best.items()}
