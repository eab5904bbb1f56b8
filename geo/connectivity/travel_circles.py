"""Travel circles: which pairs of cities are within an hour or two of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from geo.catalogue import Catalogue, City
from geo.geometry import straight_km

Array = NDArray[np.float64]


class Preset(NamedTuple):
    """A published aim: pairs of cities, and the minutes they should be apart at most."""

    minutes: float
    name: str
    name_en: str


#: The aims of the travel circles, by the pairs they speak of.
PRESETS: dict[str, Preset] = {
    "cores": Preset(60, "双核之间1小时", "1 h between the two cores"),
    "neighbours": Preset(60, "核心城市与周边城市1小时", "1 h between a core and its neighbours"),
    "circle": Preset(120, "圈内任意两市2小时", "2 h between any two cities"),
}
#: A neighbour of a core lies within this straight distance of it, in km.
NEIGHBOUR_KM = 150.0


def core_cities(catalogue: Catalogue) -> list[City]:
    """
    Return the most populous city of each of the first two regions, where they have cities.

    Parameters
    ----------
    catalogue
        The catalogue.

    Returns
    -------
    cities
        At most two.

    Examples
    --------
    >>> [city.name_en for city in core_cities(cat)]
    ['Chengdu', 'Chongqing']
    """
    region, found = catalogue.region, []
    for part in region.regions[:2]:
        own = [c for c in catalogue.centres if region.find(c.region) == part]
        found += [max(own, key=lambda city: city.population)] if own else []
    return found


def travel_circle_table(
    minutes: Array, catalogue: Catalogue, *, neighbour_km: float = NEIGHBOUR_KM
) -> DataFrame:
    """
    Compare travel times with the aims of the travel circles in `PRESETS`.

    The times are from door to door, with access in the cities. The published aims speak of
    trains from station to station, which is less; a pair that misses an aim here may meet it
    there.

    Parameters
    ----------
    minutes
        Times between the cities of `Catalogue.centres` in this order, infinite where unreachable,
        shape (n, n).
    catalogue
        The catalogue.
    neighbour_km
        Cities within this straight distance of a core, in km, are its neighbours; a core is
        nobody's neighbour.

    Returns
    -------
    table
        One row per preset and pair: `preset`, `name`, `name_en`, `pair` (Chinese names),
        `from_id`, `to_id`, `minutes`, `target`, `met`, `straight_km` and `basis`, which is
        "door to door". A pair may be in several presets.
    """
    cities = catalogue.centres
    apart = straight_km([c.lon for c in cities], [c.lat for c in cities])
    middle = [cities.index(city) for city in core_cities(catalogue)]
    rows = []
    for preset, pairs in _pairs(apart, middle, neighbour_km).items():
        aim = PRESETS[preset]
        for i, j in pairs:
            a, b, time = cities[i], cities[j], float(minutes[i, j])
            met = time <= aim.minutes + 1e-9
            rows.append((preset, aim.name, aim.name_en, f"{a.name}–{b.name}", a.city_id,
                         b.city_id, time, aim.minutes, met, float(apart[i, j]),
                         "door to door"))  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = ["preset", "name", "name_en", "pair", "from_id", "to_id", "minutes", "target",
            "met", "straight_km", "basis"]  # fmt: skip


def _pairs(
    apart: Array, middle: Sequence[int], neighbour_km: float
) -> dict[str, list[tuple[int, int]]]:
    n = len(apart)
    near = [
        (i, j) for i in middle for j in range(n) if j not in middle and apart[i, j] <= neighbour_km
    ]
    return {
        "cores": [(middle[0], middle[1])] if len(middle) == 2 else [],
        "neighbours": near,
        "circle": [(i, j) for i in range(n) for j in range(i + 1, n)],
    }
