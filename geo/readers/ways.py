"""Tags of OpenStreetMap ways, and what their values mean."""

from __future__ import annotations

import re
import unicodedata

from pandas import DataFrame, Series

#: Tags that are read off a way; a column that is missing is a tag that is absent.
TAGS = ("highway", "railway", "waterway", "construction", "proposed", "ref", "name", "name:zh",
        "name:en", "oneway", "layer", "bridge", "tunnel", "maxspeed", "lanes", "usage", "service",
        "highspeed", "opening_date", "start_date", "access", "vehicle", "motor_vehicle",
        "motorcar", "impassable", "smoothness", "junction", "route", "duration",
        "natural")  # fmt: skip
#: Who may use a road, the tag that counts first in front.
ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
#: Values of tags that say that nobody drives here, whoever may.
BARS = {"impassable": ("yes",), "smoothness": ("impassable",), "construction": ("yes",)}
#: Classes of main roads, the highest first; slip roads have the suffix ``_link``.
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
#: The tag that makes a way one of a mode.
KEY_OF_MODE = {"road": "highway", "rail": "railway", "water": "waterway"}
#: What a metre on a way of each class costs; other classes carry no route of the catalogue.
CLASSES = {
    "road": {"motorway": 1.0, "trunk": 1.3, "motorway_link": 3.0, "trunk_link": 3.0},
    "rail": {"rail": 1.0},
    "water": {"river": 1.0, "canal": 1.2, "fairway": 1.0},
}
#: The same for the lower main roads, which routes that are no expressway follow too.
MINOR_ROADS = {"primary": 1.0, "secondary": 1.2, "primary_link": 3.0, "secondary_link": 3.0}


_LETTERS = re.compile(r"^(\D+?)\s*\d")


def split_ref(text: object) -> list[str]:
    """
    Return the numbers in a `ref` as they are spelled.

    Parameters
    ----------
    text
        A text such as ``G85;G93``; anything else has no numbers.

    Returns
    -------
    numbers
        In order; after a slash the letters of the number before hold on.

    Examples
    --------
    >>> split_ref("I 83; US 322"), split_ref("BR-163/262")
    (['I 83', 'US 322'], ['BR-163', 'BR-262'])
    """
    if not isinstance(text, str):
        return []
    found: list[str] = []
    for part in re.split(r"[;,、]", unicodedata.normalize("NFKC", text)):
        letters = ""
        for item in filter(None, map(str.strip, part.split("/"))):
            found.append(f"{letters}{item}" if item.isdecimal() else item)
            known = _LETTERS.match(item)
            letters = known[0][:-1] if known else letters
    return found


def ref_key(number: str) -> str:
    """
    Return a number as it is compared: in capitals, without spaces and hyphens.

    Parameters
    ----------
    number
        One number, as it is spelled.

    Returns
    -------
    key
        The same for all spellings.

    Examples
    --------
    >>> ref_key("a 43"), ref_key("A-43")
    ('A43', 'A43')
    """
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", number)).upper()


def split_refs(text: object) -> frozenset[str]:
    """
    Return the numbers in a `ref` as they are compared.

    Parameters
    ----------
    text
        A text such as ``G85;G93``; anything else has no numbers.

    Returns
    -------
    numbers
        Without spaces and hyphens, in capitals.

    Examples
    --------
    >>> sorted(split_refs("G 85; s-3"))
    ['G85', 'S3']
    """
    return frozenset(filter(None, map(ref_key, split_ref(text))))


MPH = 1.609344


def class_of(ways: DataFrame) -> Series[str]:
    """
    Return the class of every way, built or not.

    Parameters
    ----------
    ways
        Ways with `highway`, `railway`, `construction` and `proposed`.

    Returns
    -------
    classes
        The value of the highway or railway; of ways that are not open what they will be.
    """
    kind = ways["highway"].where(ways["highway"].notna(), ways["railway"])
    for stage in ("construction", "proposed"):
        kind = kind.where((kind != stage) | ways[stage].isna(), ways[stage])
    return kind.fillna("").astype(str)


def posted_speed(ways: DataFrame) -> Series[float]:
    """
    Return the posted speed limit of every way.

    Parameters
    ----------
    ways
        Ways with `maxspeed`.

    Returns
    -------
    speeds
        Speeds in km/h; NaN where none is posted, or not as a number from 5 to 500.

    Examples
    --------
    >>> import pandas as pd
    >>> posted_speed(pd.DataFrame({"maxspeed": ["100", "60 mph", "none"]})).round(1).tolist()
    [100.0, 96.6, nan]
    """
    found = ways["maxspeed"].fillna("").astype(str).str.extract(r"^(\d+(?:\.\d+)?)\s*(mph)?$")
    speed = found[0].astype(float) * found[1].notna().map({True: MPH, False: 1.0})
    return speed.where(speed.between(5, 500))


_DURATION = re.compile(
    r"(?P<min>\d+(?:\.\d+)?)|(?P<h>\d+):(?P<m>[0-5]?\d)(?::(?P<s>[0-5]?\d))?"
    r"|P(?:(?P<D>\d+)D)?T(?:(?P<H>\d+)H)?(?:(?P<M>\d+)M)?(?:(?P<S>\d+)S)?"
)


def duration_minutes(text: object) -> float | None:
    """
    Return how long a ferry takes.

    Parameters
    ----------
    text
        A `duration`: minutes, hours and minutes (``1:25``, ``01:25:00``), or of ISO 8601
        (``PT1H25M``).

    Returns
    -------
    minutes
        None where the text is nothing of these, or no time at all.

    Examples
    --------
    >>> duration_minutes("01:25"), duration_minutes("PT1H25M"), duration_minutes("often")
    (85.0, 85.0, None)
    """
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        return None
    part = {key: float(value or 0) for key, value in found.groupdict().items()}
    minutes = part["min"] + 60 * (part["h"] + part["H"]) + part["m"] + part["M"]
    return minutes + 1440 * part["D"] + (part["s"] + part["S"]) / 60 or None


def barred_by(ways: DataFrame) -> Series[str]:
    """
    Return why the public may not drive on roads that are there.

    Parameters
    ----------
    ways
        Ways with tags as columns; a missing column is an absent tag.

    Returns
    -------
    tags
        The tag that says so, such as ``access=private``; empty where it may. Of several tags on
        access that of the narrowest kind of traffic counts.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.DataFrame({"access": ["private", "no"], "motor_vehicle": [None, "yes"]})
    >>> barred_by(ways).tolist()
    ['access=private', '']
    """
    found = Series("", index=ways.index, dtype=object)
    said = Series(data=False, index=ways.index)
    for key in (key for key in ACCESS if key in ways):
        known = ways[key].notna() & (ways[key] != "")
        closed = ways[key].isin(["no", "private"]) & known & ~said
        found = found.mask(closed, key + "=" + ways[key].astype(str))
        said |= known
    for key, values in BARS.items():
        if key in ways:
            closed = ways[key].isin(values) & (found == "")
            found = found.mask(closed, key + "=" + ways[key].astype(str))
    return found
