"""
Rows of the catalogue tables, each checked on its own.

Every model is one table of ``data/tables``; the field names are the column names, an empty
cell is an unknown value.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from geo.dates import Stage, last_day
from geo.terms import CLASSES_OF_MODE, Change, Confidence, Mode, PlaceKind, RouteClass


def _empty_is_unknown(value: object) -> object:
    return None if value == "" else value


def _finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124
        raise ValueError("expected a finite number")
    return value


def _partial_date(value: str) -> str:
    if value:
        last_day(value)
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value):
        raise ValueError("expected an id of lower-case letters, digits and single hyphens")
    return value


Id = Annotated[str, AfterValidator(_identifier)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Keys = Annotated[str, Field(min_length=1)]
PartialDate = Annotated[str, AfterValidator(_partial_date)]
Number = Annotated[float, AfterValidator(_finite)]
Positive = Annotated[
    Annotated[Number, Field(gt=0, lt=1e5)] | None, BeforeValidator(_empty_is_unknown)
]
Distance = Annotated[
    Annotated[Number, Field(ge=0, lt=1e5)] | None, BeforeValidator(_empty_is_unknown)
]
Count = Annotated[Annotated[int, Field(gt=0, le=16)] | None, BeforeValidator(_empty_is_unknown)]
Year = Annotated[
    Annotated[int, Field(ge=1850, le=2100)] | None, BeforeValidator(_empty_is_unknown)
]
Seq = Annotated[int, Field(ge=0, lt=100_000)]


class Row(BaseModel):
    """
    A row of a table.

    The frame of the region is handed over as validation context, so that coordinates are
    checked where they stand.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @property
    def sources(self) -> list[str]:
        """Keys of the sources of this row."""
        return [key for key in getattr(self, "source", "").split(";") if key]


class _Located(Row):
    @field_validator("lon", "lat", check_fields=False)
    @classmethod
    def _inside_frame(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None or info.context is None:
            return value
        west, south, east, north = info.context["frame"]
        low, high = (west, east) if info.field_name == "lon" else (south, north)
        if not low <= value <= high:
            other = (south, north) if info.field_name == "lon" else (west, east)
            swapped = " (lon and lat swapped?)" if other[0] <= value <= other[1] else ""
            raise ValueError(f"expected a {info.field_name} within {low}–{high}{swapped}")
        return value


class Route(Row):
    """A named railway, expressway or waterway."""

    route_id: Id
    mode: Mode
    class_: RouteClass = Field(alias="class")
    group: Name
    name_zh: Name
    name_en: Name
    ref: str
    length_km: Positive
    source: Keys
    notes: str

    @field_validator("class_")
    @classmethod
    def _class_fits_mode(cls, value: str, info: ValidationInfo) -> str:
        allowed = CLASSES_OF_MODE.get(info.data.get("mode", ""), set())
        if allowed and value not in allowed:
            raise ValueError(f"expected a class of mode {info.data['mode']}: {sorted(allowed)}")
        return value


class Section(Row):
    """A piece of a route with one opening date and one standard: the unit of status."""

    section_id: Id
    route_id: Id
    seq: Seq
    name_zh: Name
    from_place: Id
    to_place: Id
    started: PartialDate
    opened: PartialDate
    expected: Year
    status: Stage
    design_speed_kmh: Annotated[
        Annotated[Number, Field(ge=5, le=500)] | None, BeforeValidator(_empty_is_unknown)
    ]
    operating_speed_kmh: Annotated[
        Annotated[Number, Field(ge=5, le=500)] | None, BeforeValidator(_empty_is_unknown)
    ]
    lanes: Count
    tracks: Count
    length_km: Positive
    shares: str
    source: Keys
    confidence: Confidence
    notes: str

    @model_validator(mode="after")
    def _dates_in_order(self) -> Section:
        if self.status != "open" and self.opened:
            raise ValueError(f"opened: expected nothing, for the status is {self.status}")
        if self.status == "planned" and self.started:
            raise ValueError("started: expected nothing, for the status is planned")
        if self.started and self.opened and self.started[:4] > self.opened[:4]:
            raise ValueError("started: expected a date before `opened`")
        if self.started and self.opened and last_day(self.started) > last_day(self.opened):
            raise ValueError("started: expected a date before `opened`")
        if self.started and self.expected and last_day(self.started).year > self.expected:
            raise ValueError("expected: expected a year after `started`")
        return self


class AlignmentPoint(_Located):
    """A point of a route, in order: a named place, or an unnamed shape point."""

    route_id: Id
    seq: Seq
    place_id: str
    lon: Annotated[Number | None, BeforeValidator(_empty_is_unknown)]
    lat: Annotated[Number | None, BeforeValidator(_empty_is_unknown)]
    chainage_km: Distance
    accuracy_m: Positive
    source: str

    @model_validator(mode="after")
    def _place_or_point(self) -> AlignmentPoint:
        shape = self.lon is not None and self.lat is not None
        if bool(self.place_id) == shape or (self.lon is None) != (self.lat is None):
            raise ValueError("place_id: expected either a place_id or both lon and lat")
        if shape and (self.accuracy_m is None or not self.source):
            raise ValueError("accuracy_m: expected accuracy_m and source with a shape point")
        return self


class Place(_Located):
    """
    A named point; a junction or station shared by routes is one place.

    Examples
    --------
    >>> place = Place(place_id="a", name_zh="甲", name_en="A", lon=104, lat=30, kind="station",
    ...               accuracy_m=50, source="osm", confidence="high")
    >>> place.lon
    104.0
    """

    place_id: Id
    name_zh: Name
    name_en: Name
    lon: Number
    lat: Number
    kind: PlaceKind
    accuracy_m: Positive
    source: Keys
    confidence: Confidence


class City(_Located):
    """A centre to measure from and to."""

    city_id: Id
    adcode: Annotated[str, Field(pattern=r"^(\d{6})?$")]
    name_zh: Name
    name_en: Name
    lon: Number
    lat: Number
    population: Annotated[int, Field(ge=0, lt=10**9)]
    level: Name
    region: Name
    part_of: str
    source: Keys


class Service(Row):
    """A published journey time or distance, for validation only."""

    from_: Name = Field(alias="from")
    to: Name
    mode: Mode
    minutes: Positive
    km: Positive
    date: PartialDate
    reason: str
    source: Keys
    confidence: Confidence
    notes: str


class Project(Row):
    """A what-if or planned project: the sections it adds, upgrades or closes."""

    project_id: Id
    name_zh: Name
    name_en: Name
    sections: Keys
    year: Year
    change: Change


class Source(Row):
    """A source."""

    key: Name
    title: Name
    publisher: str
    date: str
    url: str
    licence: str


#: The tables of a catalogue, in the order they are read.
TABLES: dict[str, type[Row]] = {
    "sources": Source,
    "routes": Route,
    "places": Place,
    "alignments": AlignmentPoint,
    "sections": Section,
    "cities": City,
    "services": Service,
    "projects": Project,
}
#: The column that identifies a row of a table.
KEY_COLUMN = {
    "sources": "key",
    "routes": "route_id",
    "places": "place_id",
    "sections": "section_id",
    "cities": "city_id",
    "projects": "project_id",
}


def columns(model: type[Row]) -> list[str]:
    """
    Return the column names of a table.

    Parameters
    ----------
    model
        Row model of the table.

    Returns
    -------
    names
        Column names in order.

    Examples
    --------
    >>> columns(City)[:4]
    ['city_id', 'adcode', 'name_zh', 'name_en']
    """
    return [field.alias or name for name, field in model.model_fields.items()]
