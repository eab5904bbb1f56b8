"""Rows of the catalogue tables, each checked on its own.

Every model is one table of ``data/tables``; the field names are the column names, an empty
cell is an unknown value.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Annotated, Any, Literal, Self, get_args

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
from geo.catalogue.spreadsheets import iso_date
from geo.catalogue.validation import broken_rule
from geo.catalogue.vocabulary import (
    CLASSES_OF_MODE,
    Change,
    Confidence,
    KnownStage,
    Mode,
    PlaceKind,
    RouteClass,
    TimeKind,
    TrainClass,
)
from geo.core import Message


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(Message("expected a finite number"))
    return value


def _partial_date(value: str) -> str:
    if value:
        value = iso_date(value)
        last_day(value)
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value):
        text = Message("expected an id of lower-case letters, digits and single hyphens")
        raise ValueError(text)
    return value


Id = Annotated[str, AfterValidator(_identifier)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Keys = Annotated[str, Field(min_length=1)]
PartialDate = Annotated[str, AfterValidator(_partial_date)]
FirstDay = Annotated[PartialDate, Field(description="First day; empty: from the opening on.")]
LastDay = Annotated[PartialDate, Field(description="Last day; empty: until today.")]
Number = Annotated[float, AfterValidator(_finite)]
_Unknown = BeforeValidator(lambda cell: None if cell == "" else cell)
Coordinate = Annotated[Number | None, _Unknown]
Positive = Annotated[Annotated[Number, Field(ge=1e-3, lt=1e5)] | None, _Unknown]
Distance = Annotated[Annotated[Number, Field(ge=0, lt=1e5)] | None, _Unknown]
Speed = Annotated[Annotated[Number, Field(ge=5, le=500)] | None, _Unknown]
#: A short ferry takes minutes for some hundred metres.
ServiceSpeed = Annotated[Annotated[Number, Field(ge=1, le=500)] | None, _Unknown]
Count = Annotated[Annotated[int, Field(gt=0, le=16)] | None, _Unknown]
TrainCount = Annotated[Annotated[int, Field(ge=0, lt=10_000)] | None, _Unknown]
Share = Annotated[Number, Field(ge=0, le=1)]
Sense = Annotated[
    Literal[-1, 1] | None,
    BeforeValidator(lambda cell: {"": None, "1": 1, "-1": -1}.get(cell, cell)),
]
Trains = Annotated[Annotated[Number, Field(ge=0, lt=10_000)] | None, _Unknown]
#: Fewer people live in any city.
MOST_PEOPLE = 10**9
People = Annotated[int, Field(ge=0, lt=MOST_PEOPLE)]
Year = Annotated[Annotated[int, Field(ge=1850, le=2100)] | None, _Unknown]
Seq = Annotated[int, Field(ge=0, lt=100_000)]


class Row(BaseModel):
    """A row of a table; the validation context holds the frame for its coordinates."""

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
        limits = {"lon": (west, east), "lat": (south, north)}
        low, high = limits.pop(str(info.field_name))
        if low <= value <= high:
            return value
        axis = Message(str(info.field_name))
        text = Message("expected a {axis} within {low}–{high}", axis=axis, low=low, high=high)
        ((other_low, other_high),) = limits.values()
        if other_low <= value <= other_high:
            text = Message("{text} (lon and lat swapped?)", text=text)
        raise ValueError(text)


class Route(Row):
    """A named railway, expressway or waterway."""

    route_id: Id = Field(description="Identifier of the route.")
    mode: Mode = Field(description="Kind of traffic.")
    class_: RouteClass = Field(alias="class", description="Standard of the route.")
    group: Name = Field(description="Its rank: named, inter17, expansion, ring, background.")
    name: Name = Field(description="Name in the first language of the region.")
    name_en: Name = Field(description="English name.")
    ref: str = Field(description="Numbers on signs, such as G65, separated by semicolons.")
    length_km: Positive = Field(description="Published length of the whole route.")
    source: Keys = Field(description="Keys of its sources.")
    notes: str = Field(description="Remarks, among them what the sources disagree about.")

    @field_validator("class_")
    @classmethod
    def _class_fits_mode(cls, value: str, info: ValidationInfo) -> str:
        allowed = CLASSES_OF_MODE.get(info.data.get("mode", ""), set())
        if allowed and value not in allowed:
            mode, classes = Message(info.data["mode"]), sorted(allowed)
            text = Message(
                "expected a class of mode {mode}: {classes}", mode=mode, classes=classes
            )
            raise ValueError(text)
        return value


class Section(Row):
    """A piece of a route with one opening date and one standard: the unit of status."""

    section_id: Id = Field(description="Identifier of the section.")
    route_id: Id = Field(description="The route it is a piece of.")
    seq: Seq = Field(description="Order along the route.")
    name: Name = Field(description="Name in the first language of the region.")
    from_place: Id = Field(description="Place where it begins.")
    to_place: Id = Field(description="Place where it ends.")
    started: PartialDate = Field(description="Day, month or year when works began.")
    opened: PartialDate = Field(description="Day, month or year when traffic began.")
    expected: Year = Field(description="Year in which it is, or once was, expected to open.")
    status: KnownStage = Field(description="Status as known on the day of the data.")
    design_speed_kmh: Speed = Field(description="Design speed.")
    operating_speed_kmh: ServiceSpeed = Field(
        description="Highest speed in service, where it differs; of a ferry the mean one."
    )
    lanes: Count = Field(description="Lanes of both directions together.")
    tracks: Count = Field(description="Tracks.")
    length_km: Positive = Field(description="Published length of the section.")
    shares: str = Field(
        description="Sections whose track or carriageway it uses: they count once."
    )
    source: Keys = Field(description="Keys of its sources.")
    confidence: Confidence = Field(description="How far dates and standards can be trusted.")
    notes: str = Field(description="Remarks.")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Section:
        none = Message("expected nothing, for the status is {status}", status=Message(self.status))
        if self.status != "open" and self.opened:
            raise broken_rule("opened", none)
        if self.status == "planned" and self.started:
            raise broken_rule("started", none)
        if self.started and self.opened and last_day(self.started) > last_day(self.opened):
            raise broken_rule("started", Message("expected a date before `opened`"))
        if self.started and self.expected and last_day(self.started).year > self.expected:
            raise broken_rule("expected", Message("expected a year after `started`"))
        return self


class AlignmentPoint(_Located):
    """A point of a route, in order: a named place, or an unnamed shape point."""

    route_id: Id = Field(description="The route it is a point of.")
    seq: Seq = Field(description="Order along the route.")
    place_id: str = Field(description="The named place, or empty for a shape point.")
    lon: Coordinate = Field(description="Longitude of a shape point.")
    lat: Coordinate = Field(description="Latitude of a shape point.")
    chainage_km: Distance = Field(description="Official kilometre, where known.")
    accuracy_m: Positive = Field(
        description="How far it may lie from the line; empty for a place."
    )
    source: str = Field(description="Keys of its sources.")

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
    """A named point; a junction or station shared by routes is one place."""

    place_id: Id = Field(description="Identifier of the place.")
    name: Name = Field(description="Name in the first language of the region.")
    name_en: Name = Field(description="English name.")
    lon: Number = Field(description="Longitude.")
    lat: Number = Field(description="Latitude.")
    kind: PlaceKind = Field(description="What it is.")
    accuracy_m: Positive = Field(description="How far the position may be off.")
    source: Keys = Field(description="Keys of its sources.")
    confidence: Confidence = Field(description="How far the position can be trusted.")


class City(_Located):
    """A centre to measure from and to."""

    city_id: Id = Field(description="Identifier of the city.")
    adcode: Annotated[str, Field(pattern=r"^\S{0,16}$")] = Field(
        description="Official code of its administrative area."
    )
    name: Name = Field(description="Name in the first language of the region.")
    name_en: Name = Field(description="English name.")
    lon: Number = Field(description="Longitude of the centre.")
    lat: Number = Field(description="Latitude of the centre.")
    population: People = Field(description="People, census of 2020.")
    level: Name = Field(description="Rank in the administration.")
    region: Name = Field(description="Region it belongs to, by id or name.")
    part_of: str = Field(description="City whose population holds it already.")
    source: Keys = Field(description="Keys of its sources.")


class Zone(Row):
    """An area where people live, such as a county, with its seat, which may lie off the frame."""

    zone_id: Name = Field(description="Official code of the area.")
    name: Name = Field(description="Name in the first language of the region.")
    name_en: Name = Field(description="English name.")
    city_id: str = Field(description="City whose population it is a part of, if there is one.")
    region: Name = Field(description="Region it belongs to, by id or name.")
    lon: Annotated[Number, Field(ge=-180, le=180)] = Field(description="Longitude of the seat.")
    lat: Annotated[Number, Field(ge=-90, le=90)] = Field(description="Latitude of the seat.")
    population: People = Field(description="People, census of 2020.")
    source: Keys = Field(description="Keys of its sources.")


class PublishedTime(Row):
    """A published journey time or distance, for validation only."""

    from_: Name = Field(alias="from", description="Place or city of departure.")
    to: Name = Field(description="Place or city of arrival.")
    mode: Mode = Field(description="Kind of traffic.")
    minutes: Positive = Field(description="Published time of the journey.")
    km: Positive = Field(description="Published distance.")
    date: PartialDate = Field(description="Day, month or year the figure describes.")
    trains: TrainCount = Field(None, description="Direct trains a day that the figure rests on.")
    kind: TimeKind = Field(
        "",
        description="What published it: timetable, press, plan (announced before), or recalled; "
        "empty where it is not known.",
    )
    ends: str = Field("", description="Between which ends it was measured, as far as known.")
    source: Keys = Field(description="Keys of its sources.")
    confidence: Confidence = Field(description="How far the figure can be trusted.")
    reason: str = Field(
        "", description="Why it does not compare with a computed time, if so; may be left out."
    )
    notes: str = Field("", description="Remarks; may be left out.")


class OwnTime(PublishedTime):
    """A published time that a user brings: what is not given is not known."""

    mode: Annotated[Mode, BeforeValidator(lambda cell: cell or "rail")] = "rail"
    km: Positive = None
    date: PartialDate = ""
    source: str = ""
    confidence: Annotated[Confidence, BeforeValidator(lambda cell: cell or "medium")] = "medium"


class OwnEnd(_Located):
    """An end of trips that a user brings: a point, or the id or name of what the tables have."""

    id: str = ""
    name: str = ""
    lon: Coordinate = None
    lat: Coordinate = None

    @model_validator(mode="after")
    def _point_or_name(self) -> OwnEnd:
        if (self.lon is None) != (self.lat is None) or not (self.id or self.name):
            raise broken_rule("name", Message("expected an id or a name, and lon with lat"))
        return self


class OwnCity(_Located):
    """A centre that a user brings to a draft; without an id or a rank it gets one."""

    city_id: Annotated[str, AfterValidator(lambda cell: _identifier(cell) if cell else "")] = ""
    name: Name
    name_en: str = Field("", max_length=200)
    lon: Number
    lat: Number
    population: People
    level: Annotated[str, BeforeValidator(lambda cell: cell or "city")] = "city"


class _InPeriod(Row):
    def _period(self) -> tuple[str, str]:
        # the models declare both columns themselves, where they stand in the file
        return getattr(self, "from_date"), getattr(self, "to_date")  # noqa: B009

    @model_validator(mode="after")
    def _period_in_order(self) -> Self:
        first, last = self._period()
        if first and last and last_day(first) > last_day(last):
            raise broken_rule("to_date", Message("expected a date after `from_date`"))
        return self

    def holds(self, date: dt.date) -> bool:
        """Whether a date lies in the period."""
        first, last = self._period()
        return (not first or last_day(first) <= date) and (not last or date <= last_day(last))


class TrainService(_InPeriod):
    """Trains of one class on a section in a period."""

    section_id: Id = Field(description="The section.")
    from_date: FirstDay
    to_date: LastDay
    class_: TrainClass = Field(
        alias="class", description="emu (multiple units: G, D, C) or conventional (Z, T, K, L)."
    )
    trains_per_day: Trains = Field(description="Trains a day in each direction.")
    running_kmh: Speed = Field(description="Speed between stops, without starting and stopping.")
    source: Keys = Field(description="Keys of its sources.")
    confidence: Confidence = Field(description="How far the figures can be trusted.")


class ThroughRunning(_InPeriod):
    """Trains that go from one route on to another at a station, or over routes between."""

    place_id: str = Field(
        "", description="Station where they pass from one to the other; empty: over others."
    )
    route_a: Id = Field(description="Route on which they arrive.")
    sense_a: Sense = Field(
        None, description="1: along the order of its points, -1: against; empty: either."
    )
    route_b: Id = Field(description="Route on which they leave; trains run the other way too.")
    sense_b: Sense = Field(None, description="The same on leaving.")
    class_: Annotated[TrainClass | None, _Unknown] = Field(
        None, alias="class", description="Class of the trains; empty: all."
    )
    from_date: FirstDay
    to_date: LastDay
    trains_per_day: Trains = Field(description="Trains a day in each direction.")
    dwell_min: Annotated[Annotated[Number, Field(ge=0, lt=1440)] | None, _Unknown] = Field(
        None, description="Mean stop at the station, in minutes; empty: not known."
    )
    call_share: Annotated[Share | None, _Unknown] = Field(
        None, description="Share of them that stop there; empty: as all trains."
    )
    source: Keys = Field(description="Keys of its sources.")


class StationCalls(_InPeriod):
    """How many of the trains at a station call there."""

    place_id: Id = Field(description="The station.")
    class_: TrainClass = Field(alias="class", description="Class of the trains.")
    from_date: FirstDay
    to_date: LastDay
    trains_per_day: Trains = Field(description="Trains a day in each direction that run through.")
    call_share: Share = Field(description="Share of the trains running through that call.")
    end_share: Share = Field(
        description="Share of all its trains that call, start or end there: those to board."
    )
    source: Keys = Field(description="Keys of its sources.")


class SpeedPeriod(_InPeriod):
    """The highest speed in service on a section in a period, where it changed."""

    section_id: Id = Field(description="The section.")
    from_date: FirstDay
    to_date: LastDay
    operating_speed_kmh: Annotated[float, Field(ge=5, le=500)] = Field(
        description="Highest speed in service."
    )
    source: Keys = Field(description="Keys of its sources.")
    confidence: Confidence = Field(description="How far the figure can be trusted.")


class Project(Row):
    """A what-if or planned project: the sections it adds, upgrades or closes."""

    project_id: Id = Field(description="Identifier of the project.")
    name: Name = Field(description="Name in the first language of the region.")
    name_en: Name = Field(description="English name.")
    sections: Keys = Field(description="Sections it concerns.")
    year: Year = Field(description="Year in which it is expected.")
    change: Change = Field(description="What it does to them.")


class Source(Row):
    """A source."""

    key: Name = Field(description="Short name that the other tables quote.")
    title: Name = Field(description="Title.")
    publisher: str = Field(description="Who published it.")
    date: str = Field(description="Date of publication.")
    url: str = Field(description="Address.")
    licence: str = Field(description="Licence of what was taken from it.")


#: The tables of a catalogue, in the order they are read.
TABLES: dict[str, type[Row]] = {
    "sources": Source,
    "routes": Route,
    "places": Place,
    "alignments": AlignmentPoint,
    "sections": Section,
    "cities": City,
    "zones": Zone,
    "published_times": PublishedTime,
    "train_services": TrainService,
    "through_running": ThroughRunning,
    "station_calls": StationCalls,
    "speeds_by_period": SpeedPeriod,
    "projects": Project,
}
#: Tables that a region may do without.
OPTIONAL = frozenset(
    {"zones", "train_services", "through_running", "station_calls", "speeds_by_period", "projects"}
)
#: The column that identifies a row of a table.
KEY_COLUMN = {
    "sources": "key",
    "routes": "route_id",
    "places": "place_id",
    "sections": "section_id",
    "cities": "city_id",
    "zones": "zone_id",
    "projects": "project_id",
}


def columns(model: type[Row], *, optional: bool = True) -> list[str]:
    """
    Return the names of the columns of a table.

    Parameters
    ----------
    model, optional
        Row model of the table, and whether those that a file may leave out count too.

    Returns
    -------
    names
        In the order of the file.
    """
    return [
        field.alias or name
        for name, field in model.model_fields.items()
        if optional or field.is_required()
    ]


def fraction_columns(model: type[Row]) -> list[str]:
    """Return the columns of a table that may hold fractions."""
    return [
        field.alias or name
        for name, field in model.model_fields.items()
        if _holds_fractions(field.annotation)
    ]


def _holds_fractions(kind: Any) -> bool:
    return kind is float or any(map(_holds_fractions, get_args(kind)))
