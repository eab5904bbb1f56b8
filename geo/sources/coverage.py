"""How much of an extract a draft draws, by class, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.core import Message
from geo.sources.chains import Bools, Floats, Pieces

#: Tracks of one railway lie this near to each other, measured across.
TRACKS_APART_M = 30.0
UNNAMED = Message("expected a number or a name")
TOO_SHORT = Message("expected a route that is longer")
OFF_LINE = Message("expected to lie on a line of its route")


class LeftOut(NamedTuple):
    """
    What of an extract is in no table: the element, its tag, what was expected.

    A way that is not drawn has no tag; its value is the kilometres of its centre line.
    """

    osm_type: str
    osm_id: int
    tag: str
    value: str
    expected: str


def centre_metres(pieces: Pieces) -> Floats:
    """
    Return the length of the centre line that each piece stands for.

    Of a road with two carriageways each counts half, and so do tracks side by side.
    """
    metres = np.where(pieces.oneway & ~pieces.rail, 0.5, 1.0) * pieces.metres
    rail = np.flatnonzero(pieces.rail)
    if not len(rail):
        return metres
    middle, heading = pieces.middle[rail], pieces.heading[rail]
    across = np.column_stack([-heading[:, 1], heading[:, 0]]) * TRACKS_APART_M
    ends = np.stack([middle - across, middle + across], axis=1)
    i, j = pieces.tree(rail).query(shapely.linestrings(ends), predicate="intersects")
    along = np.abs(np.sum(heading[i] * heading[j], axis=1)) > 0.9
    tracks = np.bincount(i[along], minlength=len(rail))
    metres[rail] /= np.maximum(tracks, 1)
    return metres


def coverage_by_class(classes: NDArray[np.str_], pieces: Pieces, shown: Bools) -> dict[str, Any]:
    """Return km in OpenStreetMap, km drawn and their share, by mode and class of main lines."""
    table = pd.DataFrame(
        {
            "mode": np.where(pieces.rail, "rail", "road"),
            "class": classes,
            "osm_km": centre_metres(pieces) / 1000,
            "shown": shown,
            "link": pieces.link,
        }
    )
    table = table[~table["link"]].assign(drawn_km=table["osm_km"] * table["shown"])
    found: dict[str, Any] = {}
    for mode in ("road", "rail"):
        rows = table[table["mode"] == mode]
        by_class = rows.groupby("class")[["osm_km", "drawn_km"]].sum()
        total = rows[["osm_km", "drawn_km"]].sum().tolist()
        found[mode] = share_drawn(*total) | {
            "classes": {str(key): share_drawn(*row.tolist()) for key, row in by_class.iterrows()}
        }
    return found


def share_drawn(osm_km: float, drawn_km: float) -> dict[str, Any]:
    """Return km in OpenStreetMap, km drawn and their share."""
    share = round(drawn_km / osm_km, 4) if osm_km else None
    return {"osm_km": round(osm_km, 1), "drawn_km": round(drawn_km, 1), "share": share}


def ways_left_out(
    ids: NDArray[np.int64], metres: Floats, reasons: Iterable[Message | None]
) -> list[LeftOut]:
    """Return the ways that are not drawn, whole or in part: id and metres of every piece."""
    total: dict[tuple[int, Message], float] = {}
    for osm_id, length, reason in zip(ids.tolist(), metres.tolist(), reasons, strict=True):
        if reason is not None:
            total[osm_id, reason] = total.get((osm_id, reason), 0.0) + length
    return [
        LeftOut("way", osm_id, "", f"{length / 1000:.3f} km", reason)
        for (osm_id, reason), length in sorted(total.items())
    ]
