"""How dense a network is: its length per area and per head, region by region."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas import DataFrame

from geo.geometry import geod
from geo.layers import read_base
from geo.network import Network

NAN = float("nan")


def network_densities(net: Network, *, listed: bool = False) -> DataFrame:
    """
    Return the length of the network per area and per head, by region and mode.

    Parameters
    ----------
    net
        A network: tracks and carriageways that routes share count once.
    listed
        Count only the counties of the cities in the tables, so that length, area and
        population are of the same land.

    Returns
    -------
    table
        One row per region and mode ("all" first): `region`, `mode`, `day`, `length_km`
        (running length within the region), `area_km2` (geodesic, with inland waters),
        `population` (of the cities in the tables), `km_per_100km2`, `km_per_10k_people` and
        `reason`, why a number is NaN: the cities of the tables are not the whole region.

    Raises
    ------
    BadInputError
        When the region has no counties.
    """
    catalogue = net.layers.catalogue
    counties = read_base(catalogue, "counties")
    codes = {city.adcode for city in catalogue.cities}
    own = counties[counties.columns.intersection(["adcode", "city"])].isin(codes).any(axis=1)
    rows = []
    for region in catalogue.region.regions:
        here = counties["province"] == region.adcode
        used = here & own if listed else here
        people = sum(
            c.population for c in catalogue.centres if catalogue.region.find(c.region) == region
        )
        whole = bool(used.any()) and not bool((used & ~own).any())
        area = _area_km2(counties[used])
        for mode, km in _clipped_km(net, counties[used]).items():
            rows.append({
                "region": region.name, "mode": mode, "day": net.date, "length_km": km,
                "area_km2": area, "population": people if whole else NAN,
                "km_per_100km2": 100 * km / area if area > 0 else NAN,
                "km_per_10k_people": 1e4 * km / people if whole and people > 0 else NAN,
                "reason": "" if whole else "the cities of the tables are not all there are",
            })  # fmt: skip
    return pd.DataFrame(rows)


def _area_km2(areas: gpd.GeoDataFrame) -> float:
    parts = [geod().geometry_area_perimeter(shape)[0] for shape in areas.geometry]
    return float(sum(map(abs, parts))) / 1e6


def _clipped_km(net: Network, areas: gpd.GeoDataFrame) -> dict[str, float]:
    """Return the running length within areas of all modes and of every mode."""
    land = shapely.union_all(areas.geometry.to_numpy())
    shapely.prepare(land)
    lines = net.edges.geometry.to_numpy()
    share = shapely.covers(land, lines).astype(float)
    for i in np.flatnonzero(shapely.intersects(land, lines) & (share == 0)):
        part = geod().geometry_length(shapely.intersection(land, lines[i]))
        share[i] = part / geod().geometry_length(lines[i])
    km = net.edges["length_km"].to_numpy(float) * share
    modes = net.edges["mode"].to_numpy(str)
    return {"all": float(km.sum()), **{m: float(km[modes == m].sum()) for m in net.modes}}
