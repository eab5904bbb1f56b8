"""Tags of OpenStreetMap ways, and what their values mean."""

from __future__ import annotations

import re
import unicodedata

from pandas import DataFrame, Series

#: Tags that are read off a way; a column that is missing is a tag that is absent.
TAGS = ("highway", "railway", "waterway", "construction", "proposed", "ref", "name", "name:zh",
        "name:en", "oneway", "layer", "bridge", "tunnel", "maxspeed", "lanes", "usage", "service",
        "highspeed", "opening_date", "start_date")  # fmt: skip
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


def split_refs(text: object) -> frozenset[str]:
    """
    Return the numbers in a `ref`.

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
    if not isinstance(text, str):
        return frozenset()
    plain = unicodedata.normalize("NFKC", text).upper()
    items = (re.sub(r"[\s\-]", "", item) for item in re.split(r"[;,/、]", plain))
    return frozenset(item for item in items if item)


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
