"""Rows of the catalogue tables, each checked on its own.

Every model is one table of ``data/tables``; the field names are the column names, an empty
cell is an unknown value.
"""

from __future__ import annotations

import math
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

from geo.catalogue.dates import last_day
from geo.catalogue.validation import broken_rule
from geo.catalogue.vocabulary import (
    CLASSES_OF_MODE,
    Change,
    Confidence,
    Mode,
    PlaceKind,
    RouteClass,
    Stage,
)
from geo.core import Message


def _empty_is_unknown(value: object) -> object:
    return None if value == "" else value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(Message("expected a finite number"))
    return value


def _partial_date(value: str) -> str:
    if value:
        last_day(value)
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value):
        raise ValueError(
            Message("expected an id of lower-case letters, digits and single hyphens")
        )
    return value


Id = Annotated[str, AfterValidator(_identifier)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Keys = Annotated[str, Field(min_length=1)]
PartialDate = Annotated[str, AfterValidator(_partial_date)]
Number = Annotated[float, AfterValidator(_finite)]
Positive = Annotated[
    Annotated[Number, Field(ge=1e-3, lt=1e5)] | None, BeforeValidator(_empty_is_unknown)
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

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True
    )

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
            text = Message(
                "expected a {axis} within {low}–{high}",
                axis=Message(str(info.field_name)),
                low=low,
                high=high,
            )
            if other[0] <= value <= other[1]:
                text = Message("{text} (lon and lat swapped?)", text=text)
            raise ValueError(text)
        return value


class Route(Row):
    """A named railway, expressway or waterway."""

    route_id: Id
    """Identifier of the route."""
    mode: Mode
    """Kind of traffic."""
    class_: RouteClass = Field(alias="class")
    """Standard of the route."""
    group: Name
    """Why it is in the catalogue: named, inter17, expansion, ring, background."""
    name_zh: Name
    """Chinese name."""
    name_en: Name
    """English name."""
    ref: str
    """Number on signs, such as G65; several are separated by semicolons."""
    length_km: Positive
    """Published length of the whole route."""
    source: Keys
    """Keys of its sources."""
    notes: str
    """Remarks, among them what the sources disagree about."""

    @field_validator("class_")
    @classmethod
    def _class_fits_mode(cls, value: str, info: ValidationInfo) -> str:
        allowed = CLASSES_OF_MODE.get(info.data.get("mode", ""), set())
        if allowed and value not in allowed:
            raise ValueError(
                Message(
                    "expected a class of mode {mode}: {classes}",
                    mode=Message(info.data["mode"]),
                    classes=sorted(allowed),
                )
            )
        return value


class Section(Row):
    """A piece of a route with one opening date and one standard: the unit of status."""

    section_id: Id
    """Identifier of the section."""
    route_id: Id
    """The route it is a piece of."""
    seq: Seq
    """Order along the route."""
    name_zh: Name
    """Chinese name."""
    from_place: Id
    """Place where it begins."""
    to_place: Id
    """Place where it ends."""
    started: PartialDate
    """Day, month or year when works began."""
    opened: PartialDate
    """Day, month or year when traffic began."""
    expected: Year
    """Year in which it is expected to open, or was when it was planned."""
    status: Stage
    """Status as known on the day of the data."""
    design_speed_kmh: Annotated[
        Annotated[Number, Field(ge=5, le=500)] | None, BeforeValidator(_empty_is_unknown)
    ]
    """Design speed."""
    operating_speed_kmh: Annotated[
        Annotated[Number, Field(ge=5, le=500)] | None, BeforeValidator(_empty_is_unknown)
    ]
    """Highest speed of trains in service, where it differs from the design speed."""
    lanes: Count
    """Lanes of both directions together."""
    tracks: Count
    """Tracks."""
    length_km: Positive
    """Published length of the section."""
    shares: str
    """Sections whose track or carriageway it runs on: they count once."""
    source: Keys
    """Keys of its sources."""
    confidence: Confidence
    """How far dates and standards can be trusted."""
    notes: str
    """Remarks."""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Section:
        if self.status != "open" and self.opened:
            text = Message(
                "expected nothing, for the status is {status}", status=Message(self.status)
            )
            raise broken_rule("opened", text)
        if self.status == "planned" and self.started:
            text = Message(
                "expected nothing, for the status is {status}", status=Message(self.status)
            )
            raise broken_rule("started", text)
        if self.started and self.opened and last_day(self.started) > last_day(self.opened):
            raise broken_rule("started", Message("expected a date before `opened`"))
        if self.started and self.expected and last_day(self.started).year > self.expected:
            raise broken_rule("expected", Message("expected a year after `started`"))
        return self


class AlignmentPoint(_Located):
    """A point of a route, in order: a named place, or an unnamed shape point."""

    route_id: Id
    """The route it is a point of."""
    seq: Seq
    """Order along the route."""
    place_id: str
    """The named place, or empty for a shape point."""
    lon: Annotated[Number | None, BeforeValidator(_empty_is_unknown)]
    """Longitude of a shape point."""
    lat: Annotated[Number | None, BeforeValidator(_empty_is_unknown)]
    """Latitude of a shape point."""
    chainage_km: Distance
    """Official kilometre, where known."""
    accuracy_m: Positive
    """How far the point may lie from the line; of a place that of the place."""
    source: str
    """Keys of its sources."""

    @model_validator(mode="after")
    def _place_or_point(self) -> AlignmentPoint:
        shape = self.lon is not None and self.lat is not None
        if bool(self.place_id) == shape or (self.lon is None) != (self.lat is None):
            text = Message("expected either a place_id or both lon and lat")
            raise broken_rule("place_id", text)
        if shape and (self.accuracy_m is None or not self.source):
            text = Message("expected accuracy_m and source with a shape point")
            raise broken_rule("accuracy_m", text)
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
    """Identifier of the place."""
    name_zh: Name
    """Chinese name."""
    name_en: Name
    """English name."""
    lon: Number
    """Longitude."""
    lat: Number
    """Latitude."""
    kind: PlaceKind
    """What it is; stations, interchanges, junctions, ports, airports let traffic change routes."""
    accuracy_m: Positive
    """How far the position may be off."""
    source: Keys
    """Keys of its sources."""
    confidence: Confidence
    """How far the position can be trusted."""


class City(_Located):
    """A centre to measure from and to."""

    city_id: Id
    """Identifier of the city."""
    adcode: Annotated[str, Field(pattern=r"^([0-9]{6})?$")]
    """Official code of its administrative area."""
    name_zh: Name
    """Chinese name."""
    name_en: Name
    """English name."""
    lon: Number
    """Longitude of the centre."""
    lat: Number
    """Latitude of the centre."""
    population: Annotated[int, Field(ge=0, lt=10**9)]
    """People, census of 2020."""
    level: Name
    """Rank in the administration."""
    region: Name
    """Region it belongs to, by id or name."""
    part_of: str
    """City whose population holds it already."""
    source: Keys
    """Keys of its sources."""


class Service(Row):
    """A published journey time or distance, for validation only."""

    from_: Name = Field(alias="from")
    """Place or city of departure."""
    to: Name
    """Place or city of arrival."""
    mode: Mode
    """Kind of traffic."""
    minutes: Positive
    """Published time of the journey."""
    km: Positive
    """Published distance."""
    date: PartialDate
    """Day, month or year the figure describes."""
    reason: str
    """Why the figure does not compare with a computed one, if so."""
    source: Keys
    """Keys of its sources."""
    confidence: Confidence
    """How far the figure can be trusted."""
    notes: str
    """Remarks."""


class Project(Row):
    """A what-if or planned project: the sections it adds, upgrades or closes."""

    project_id: Id
    """Identifier of the project."""
    name_zh: Name
    """Chinese name."""
    name_en: Name
    """English name."""
    sections: Keys
    """Sections it concerns."""
    year: Year
    """Year in which it is expected."""
    change: Change
    """What it does to them."""


class Source(Row):
    """A source."""

    key: Name
    """Short name that the other tables quote."""
    title: Name
    """Title."""
    publisher: str
    """Who published it."""
    date: str
    """Date of publication."""
    url: str
    """Address."""
    licence: str
    """Licence of what was taken from it."""


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
