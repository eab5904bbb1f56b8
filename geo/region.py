"""The settings of a region: ``region.toml``."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo.errors import BadInputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

FILE = "region.toml"


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AdminRegion(_Settings):
    """One of the regions between which corridors are counted."""

    id: str
    name_zh: str
    name_en: str
    adcode: Annotated[str, Field(pattern=r"^\d{6}$")]


class BaseFiles(_Settings):
    """Files of the base layers, relative to the data folder; empty where there are none."""

    counties: str = ""
    cities: str = ""
    provinces: str = ""
    rivers: str = ""
    relief: str = ""


class ContextFiles(_Settings):
    """Files of the background network, relative to the data folder."""

    railways: str = ""
    roads: str = ""


class MapSettings(_Settings):
    """First view and credits of the maps."""

    centre: tuple[float, float]
    zoom: Annotated[int, Field(ge=3, le=14)] = 8
    years: tuple[int, int] = (1995, 2035)
    attribution: str = ""


class Region(_Settings):
    """
    A region: its name, the frame no coordinate may leave, and the regions it consists of.

    The frame is west, south, east, north in degrees (WGS-84); ``as_of`` is the day up to
    which the tables are known.
    """

    name_zh: str
    name_en: str
    as_of: date
    frame: tuple[float, float, float, float]
    metric_crs: str
    regions: Annotated[tuple[AdminRegion, ...], Field(min_length=1)]
    base: BaseFiles = BaseFiles()
    context: ContextFiles = ContextFiles()
    map: MapSettings

    @model_validator(mode="after")
    def _frame_in_order(self) -> Region:
        west, south, east, north = self.frame
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError("frame: expected west < east and south < north, in degrees")
        return self

    def find(self, name: str) -> AdminRegion | None:
        """
        Return the region with a name, id or administrative code.

        Parameters
        ----------
        name
            Chinese or English name, id or code.

        Returns
        -------
        region
            The region, or None.
        """
        wanted = name.strip().casefold()
        for region in self.regions:
            if wanted in {
                region.id,
                region.name_zh,
                region.name_en.casefold(),
                region.adcode,
            }:
                return region
        return None


def read_region(folder: Path) -> Region:
    """
    Read ``region.toml``.

    Parameters
    ----------
    folder
        Data folder.

    Returns
    -------
    region
        The settings.

    Raises
    ------
    BadInputError
        When the file is missing, is not TOML or lacks a setting.
    """
    try:
        raw = (folder / FILE).read_text(encoding="utf-8-sig")
        return Region.model_validate(tomllib.loads(raw))
    except FileNotFoundError:
        text = f"expected this file in {folder}; it is missing"
        raise BadInputError([Problem(FILE, expected=text)]) from None
    except (UnicodeDecodeError, OSError) as error:
        text = f"expected a readable UTF-8 file: {error}"
        raise BadInputError([Problem(FILE, expected=text)]) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInputError([Problem(FILE, expected=f"expected valid TOML: {error}")]) from None
    except ValidationError as error:
        raise BadInputError(
            Problem(FILE, 0, ".".join(map(str, e["loc"])), "", f"expected: {e['msg']}")
            for e in error.errors()
        ) from None
