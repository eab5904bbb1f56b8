"""How well cities can be reached: times and masses to indicators, and how these are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geo.access_measures import (
    DECAYS,
    STEPS,
    daily,
    global_efficiency,
    location,
    logsum,
    network_efficiency,
    own_minutes,
    potential,
    sensitivity,
)
from geo.circles import circles
from geo.errors import BadInputError
from geo.node_indices import straight_km
from geo.spread import cohesion, gini, variation, winners
from geo.times import time_matrix, travel_graph

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import ArrayLike, NDArray
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.network import Network
    from geo.tables import City

    Array = NDArray[np.float64]

__all__ = ["DECAYS", "STEPS", "circles", "city_table", "cohesion", "daily", "gini",
           "global_efficiency", "indicator_table", "location", "logsum", "network_efficiency",
           "own_minutes", "potential", "sensitivity", "variation", "winners"]  # fmt: skip
Indicator = Literal["location", "daily", "potential", "efficiency"]
#: The indicators with the unit of their values.
INDICATORS: dict[str, str] = {
    "location": "min",
    "daily": "people",
    "potential": "people/min^a",
    "efficiency": "1",
}
#: Ideal speeds in km/h, one for all years: the fastest vehicles in use.
IDEAL_KMH = {"road": 120.0, "rail": 350.0, "water": 30.0, "any": 350.0}


def city_table(  # noqa: PLR0913 - a setting per indicator
    net: Network,
    catalogue: Catalogue,
    *,
    mode: str = "any",
    indicator: Indicator = "location",
    limit: float = 120.0,
    decay: float = 1.5,
    ideal_kmh: float | None = None,
    destinations: Collection[str] | None = None,
    minutes: ArrayLike | None = None,
) -> DataFrame:
    """
    Return an indicator of every city, from door to door, with the population as mass.

    Parameters
    ----------
    net
        A network with a node at every stop.
    catalogue
        The catalogue of the cities.
    mode
        Road, rail, water or any.
    indicator
        "location", "daily", "potential" or "efficiency".
    limit
        Limit of "daily" in minutes.
    decay
        Exponent of "potential".
    ideal_kmh
        Ideal speed of "efficiency"; default: that of the mode in `IDEAL_KMH`, in all years.
    destinations
        Ids of the cities that count as destinations; default: all.
    minutes
        The times between the cities (`geo.od_matrix`), where they are known, shape (n, n).

    Returns
    -------
    table
        One row per city in file order: `city_id`, `name_zh`, `name_en`, `region`,
        `population`, `value` and `unit`. Beside them, of "location" and "efficiency"
        `share_reached` and `value_reached` (the value is infinite where a destination is
        unreachable); of "daily" `low` and `high` at 0.9 and 1.1 of the limit; of "potential"
        `ratio` to the mean of the cities, and `ratio_1`, `ratio_1.5`, `ratio_2` by exponent.

    Raises
    ------
    BadInputError
        When indicator or mode is unknown, or an edge is faster than the ideal speed.
    NotFoundError
        When a destination is unknown.

    Examples
    --------
    >>> table = city_table(stops, cat, indicator="daily").set_index("name_en")
    >>> bool(table.loc["Chongqing", "value"] > table.loc["Chengkou", "value"])
    True
    >>> table.loc["Chengdu", "unit"]
    'people'
    """
    from geo.report import cities_of

    if indicator not in INDICATORS:
        text = f"--indicator {indicator!r}: expected {', '.join(INDICATORS)}"
        raise BadInputError(text)
    cities = cities_of(catalogue)
    wanted = {catalogue.find_city(name).city_id for name in destinations or ()}
    people = np.array([c.population for c in cities], float)
    mass = people * [destinations is None or c.city_id in wanted for c in cities]
    times = _times(net, cities, mode, minutes)
    speed = _ideal_kmh(net, mode, ideal_kmh) if indicator == "efficiency" else None
    table = indicator_table(cities, times, indicator, mass, limit=limit, decay=decay,
                            ideal_kmh=speed)  # fmt: skip
    table.attrs |= getattr(minutes, "attrs", {})  # which other roads were used
    return table


def _times(
    net: Network, cities: Sequence[City], mode: str, minutes: ArrayLike | None
) -> NDArray[np.float64]:
    """Return the times between cities: those known, or those of a network."""
    if minutes is None:
        return time_matrix(travel_graph(net, cities, mode=mode), cities)
    return np.array(minutes, float, order="C")  # sums depend on the order in memory


def indicator_table(
    cities: Sequence[City],
    minutes: Array,
    indicator: Indicator,
    mass: Array,
    *,
    limit: float = 120.0,
    decay: float = 1.5,
    ideal_kmh: float | None = None,
) -> DataFrame:
    """
    Return an indicator of every city for times that are known.

    Parameters
    ----------
    cities
        The cities, n of them.
    minutes
        Times, infinite where unreachable, shape (n, n).
    indicator
        "location", "daily", "potential" or "efficiency".
    mass
        Masses of the destinations, shape (n,).
    limit
        Limit of "daily" in minutes.
    decay
        Exponent of "potential".
    ideal_kmh
        Ideal speed of "efficiency"; default: that of any mode in `IDEAL_KMH`.

    Returns
    -------
    table
        As of `city_table`.

    Examples
    --------
    >>> minutes = np.array([[0.0, 60], [60, 0]])
    >>> people = np.array([2.0, 1])
    >>> indicator_table(cat.cities[:2], minutes, "location", people)["value"].tolist()
    [60.0, 60.0]
    """
    import pandas as pd

    if indicator == "location":
        values = _means(*location(minutes, mass))
    elif indicator == "daily":
        steps = {"value": limit, "low": 0.9 * limit, "high": 1.1 * limit}
        values = {key: daily(minutes, mass, t) for key, t in steps.items()}
    elif indicator == "potential":
        values = _potentials(minutes, mass, decay)
    else:
        apart = straight_km([c.lon for c in cities], [c.lat for c in cities])
        speed = IDEAL_KMH["any"] if ideal_kmh is None else ideal_kmh
        values = _means(*network_efficiency(minutes, apart, mass, ideal_kmh=speed))
    unit = f"people/min^{decay:g}" if indicator == "potential" else INDICATORS[indicator]
    labels = pd.DataFrame([_labels(city) for city in cities], columns=list(_LABELS))
    return labels.assign(unit=unit, **values)


def connected_cities(
    net: Network, catalogue: Catalogue, *, mode: str = "any", minutes: ArrayLike | None = None
) -> list[City]:
    """
    Return the cities that a mode connects: the most populous group that reach each other.

    Parameters
    ----------
    net
        A network with a node at every stop.
    catalogue
        The catalogue of the cities.
    mode
        Road, rail, water or any.
    minutes
        The times between the cities (`geo.od_matrix`), where they are known, shape (n, n).

    Returns
    -------
    cities
        In file order.

    Examples
    --------
    >>> len(connected_cities(stops, cat, mode="water")) < len(connected_cities(stops, cat))
    True
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    from geo.report import cities_of

    cities = cities_of(catalogue)
    reached = np.isfinite(_times(net, cities, mode, minutes))
    labels = connected_components(csr_array(reached), directed=False)[1]
    people = np.bincount(labels, [city.population for city in cities])
    largest = people.argmax() if len(people) else -1
    return [city for city, label in zip(cities, labels, strict=True) if label == largest]


_LABELS = ("city_id", "name_zh", "name_en", "region", "population")


def _labels(city: City) -> dict[str, Any]:
    return {key: getattr(city, key) for key in _LABELS}


def _means(mean: Array, share: Array, reached: Array) -> dict[str, Array]:
    return {"value": mean, "share_reached": share, "value_reached": reached}


def _potentials(minutes: Array, mass: Array, decay: float) -> dict[str, Array]:
    decays = [decay, *DECAYS]
    by_decay = sensitivity(minutes, mass, decays).reshape(len(mass), len(decays)).T
    names = ["ratio", *(f"ratio_{a:g}" for a in DECAYS)]
    return {
        "value": potential(minutes, mass, decay=decay),
        **dict(zip(names, by_decay, strict=True)),
    }


def _ideal_kmh(net: Network, mode: str, ideal_kmh: float | None) -> float:
    """Return the ideal speed; refuse one that edges of the mode exceed."""
    speed = IDEAL_KMH[mode] if ideal_kmh is None else ideal_kmh
    edges = net.edges if mode == "any" else net.edges[net.edges["mode"] == mode]
    fastest = edges["speed_kmh"].max()
    if fastest > speed:
        text = f"efficiency: expected an ideal speed of at least {fastest:g} km/h, got {speed:g}"
        raise BadInputError(text)
    return float(speed)
