"""Where trips begin and end: a centre, a county, a station or interchange, any point."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from geo.catalogue import Catalogue, City, Place, Zone, read_own_ends
from geo.core import BadInputError


class End(NamedTuple):
    """
    An end of a trip.

    Parameters
    ----------
    node
        Its node in a travel graph: ``city:``, ``zone:`` and ``point:`` ids, ids of places, or
        coordinates.
    name, lon, lat
        Name, and position in degrees (WGS-84).
    """

    node: str
    name: str
    lon: float
    lat: float

    @property
    def id(self) -> str:
        """Its id, without what tells in a graph what it is."""
        return self.node.partition(":")[2] or self.node


#: What a trip may begin or end at.
Anywhere = City | Zone | Place | End | tuple[float, float]


def end_of(thing: Anywhere) -> End:
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


def find_end(catalogue: Catalogue, text: str) -> City | Zone | Place | tuple[float, float]:
    """
    Return the end of a trip that a text names.

    Parameters
    ----------
    catalogue, text
        The catalogue, and name or id of a city, county or place, or ``LON,LAT`` in degrees.

    Returns
    -------
    end
        A row of a table, or longitude and latitude.

    Raises
    ------
    NotFoundError
        When nothing is called so; the message names what is closest.
    BadInputError
        When several are, or a point lies outside the frame of the region.

    Examples
    --------
    >>> find_end(cat, "104.06,30.66"), find_end(cat, "成都").city_id
    ((104.06, 30.66), 'chengdu')
    """
    return point_within(catalogue, text) or catalogue.find_end(text)


def point_within(catalogue: Catalogue, text: str) -> tuple[float, float] | None:
    """
    Return the longitude and latitude that a text is.

    Parameters
    ----------
    catalogue, text
        The catalogue of the region, and ``LON,LAT`` in degrees (WGS-84).

    Returns
    -------
    point
        None where the text is no two numbers.

    Raises
    ------
    BadInputError
        When the point lies outside the frame of the region.

    Examples
    --------
    >>> point_within(cat, "104.06,30.66"), point_within(cat, "成都")
    ((104.06, 30.66), None)
    """
    try:
        lon, lat = map(float, text.split(","))
    except ValueError:
        return None
    west, south, east, north = catalogue.region.frame
    if not (west <= lon <= east and south <= lat <= north):
        raise BadInputError(
            "{point}: expected LON,LAT within {west:g}–{east:g}, {south:g}–{north:g}",
            point=text,
            west=west,
            east=east,
            south=south,
            north=north,
        )
    return lon, lat


def read_ends(path: Path, catalogue: Catalogue) -> list[Anywhere]:
    """
    Read ends of trips of one's own from a CSV file.

    Parameters
    ----------
    path
        A file with some of the columns `id`, `name`, `lon` and `lat`: a row with `lon` and `lat`
        (degrees, WGS-84) is a point, another the id or the name of a city, county or place.
    catalogue
        The catalogue.

    Returns
    -------
    ends
        One per row.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    NotFoundError
        When nothing has an id or a name.
    """
    ends = list[Anywhere]()
    for row in read_own_ends(path, catalogue.region):
        if row.lon is None or row.lat is None:
            ends.append(find_end(catalogue, row.id or row.name))
        else:
            node = f"point:{row.id or row.name}"
            ends.append(End(node, row.name or row.id, row.lon, row.lat))
    return ends
