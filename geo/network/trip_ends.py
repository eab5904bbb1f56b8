"""Where trips begin and end: a centre, a county, a station or interchange, any point."""

from __future__ import annotations

from typing import NamedTuple

from geo.catalogue import City, Place, Zone


class End(NamedTuple):
    """
    An end of a trip.

    Parameters
    ----------
    node
        Its node in a travel graph: ``city:`` and ``zone:`` ids, ids of places, or coordinates.
    name, lon, lat
        Name, and position in degrees (WGS-84).
    """

    node: str
    name: str
    lon: float
    lat: float


def end_of(thing: City | Zone | Place | End | tuple[float, float]) -> End:
    """
    Return the end of a trip that a row of a table, or longitude and latitude, stands for.

    Parameters
    ----------
    thing
        A city, a zone, a place, or longitude and latitude in degrees (WGS-84).

    Returns
    -------
    end
        The end.

    Examples
    --------
    >>> end_of((104.06, 30.66)).node
    '104.0600,30.6600'
    """
    if isinstance(thing, End):
        return thing
    if isinstance(thing, City):
        return End(f"city:{thing.city_id}", thing.name, thing.lon, thing.lat)
    if isinstance(thing, Zone):
        return End(f"zone:{thing.zone_id}", thing.name, thing.lon, thing.lat)
    if isinstance(thing, Place):
        return End(thing.place_id, thing.name, thing.lon, thing.lat)
    lon, lat = thing
    node = f"{lon:.4f},{lat:.4f}"
    return End(node, node, lon, lat)
