"""Areas out of a file, such as the borders of states: any file of polygons that GDAL reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.core import BadInputError, Message, Problem, is_unknown
from geo.readers.vector_file import expect_degrees, read_vector_file

#: What an area is called in the file unless it is said otherwise.
COLUMNS = ("adcode", "name", "name_en")
#: Areas that share more than this of the smaller one overlap; borders are drawn roughly.
OVERLAP = 0.02


def read_areas(
    file: Path | str,
    columns: Mapping[str, str] | None = None,
    *,
    layer: str | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """
    Read the areas of a file, as the borders of a new region.

    Parameters
    ----------
    file
        A file of polygons that GDAL reads.
    columns
        The names of the columns `adcode`, `name` and `name_en` in the file, where they differ.
    layer
        Name of the layer; not needed where only one has polygons.
    encoding
        Encoding of the text, such as GBK.

    Returns
    -------
    areas
        One row per code with the three columns, in WGS-84, in the order of the file. Any code of
        up to 16 characters will do: administrative codes, ISO 3166-2, NUTS, FIPS, INSEE, AGS; the
        156 of China before a code of six digits is left out.

    Raises
    ------
    BadInputError
        When the file cannot be read, a code or a name is missing, one code has two names, or areas
        overlap.
    NotFoundError
        When the layer is missing.

    Examples
    --------
    >>> read_areas(cat.folder / cat.region.base.provinces)["adcode"].tolist()[:2]
    ['500000', '510000']
    """
    path = Path(file)
    called = {key: (columns or {}).get(key, key) for key in COLUMNS}
    read = read_vector_file(path, "Polygon", layer=layer, encoding=encoding)[1]
    if "name" not in read:  # folders of before 0.2
        read = read.rename(columns={"name_zh": "name"})
    known = [str(column) for column in read.columns if column != "geometry"]
    for column in called.values():
        if column not in known:
            text = Message("expected this column; there are {names}", names=", ".join(known))
            raise BadInputError([Problem(str(path), 0, column, "", text)])
    read = read.set_crs(4326) if read.crs is None else read.to_crs(4326)
    expect_degrees(path, read)
    areas = read[[*called.values(), "geometry"]].set_axis([*called, "geometry"], axis=1)
    areas = areas.set_geometry("geometry")
    for column, name in called.items():
        areas[column] = areas[column].map(_word).astype(object)  # words, even where there are none
        form = r"\S{1,16}" if column == "adcode" else r".+"
        wrong = np.flatnonzero(~areas[column].str.fullmatch(form).to_numpy(bool))
        if len(wrong):
            what = Message("a name")
            if column == "adcode":
                what = Message("a code such as 510000, DE-BY or 06")
            text = Message("feature {number}: expected {what}", number=wrong[0] + 1, what=what)
            value = areas[column].iloc[wrong[0]]
            raise BadInputError([Problem(str(path), 0, name, value, text)])
    areas["adcode"] = areas["adcode"].str.replace(r"^156(?=[0-9]{6}$)", "", regex=True)
    _refuse_doubts(path, areas)
    return areas.dissolve("adcode", sort=False).reset_index()


def _refuse_doubts(path: Path, areas: gpd.GeoDataFrame) -> None:
    """Refuse one code with two names, and areas that lie on each other."""
    for code, rows in areas.groupby("adcode", sort=False):
        names = rows["name"].unique()
        for one, other in pairwise(names):
            raise BadInputError(
                "{path}: code {code} has two names, {one} and {other}; expected one",
                path=path,
                code=code,
                one=one,
                other=other,
            )
    shapes = areas.geometry.to_numpy()
    for number in np.flatnonzero(~shapely.is_valid(shapes))[:1]:
        raise BadInputError(
            "{path}: expected valid areas; feature {number}: {reason}",
            path=path,
            number=number + 1,
            reason=shapely.is_valid_reason(shapes[number]),
        )
    for i, j in shapely.STRtree(shapes).query(shapes, predicate="intersects").T:
        if areas["adcode"].iloc[i] < areas["adcode"].iloc[j]:
            shared = shapely.area(shapely.intersection(shapes[i], shapes[j]))
            if shared > OVERLAP * min(shapely.area(shapes[[i, j]])):
                raise BadInputError(
                    "{path}: {one} and {other} overlap; expected areas side by side",
                    path=path,
                    one=areas["name"].iloc[i],
                    other=areas["name"].iloc[j],
                )


def _word(value: Any) -> str:
    """Return a cell as text: empty where it is missing, a code without decimals."""
    if is_unknown(value):
        return ""
    text = f"{value:.0f}" if isinstance(value, float) else str(value).strip()
    return re.sub(r"^([0-9]+)\.0$", r"\1", text)
