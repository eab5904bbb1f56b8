"""The settings of a region: ``region.toml``."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from geo.catalogue.validation import broken_rule, faults, with_closest
from geo.catalogue.vocabulary import Confidence
from geo.core import BadInputError, Message, NotFoundError, Problem

FILE = "region.toml"
#: Any code of an area: administrative, ISO 3166-2, NUTS, FIPS, INSEE, AGS.
ADCODE = r"\S{1,16}"
#: A frame reaches at most this far beyond the points of the tables.
NEAR_DEGREES = 5.0
Year = Annotated[int, Field(ge=1850, le=2100)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Text = Annotated[str, Field(min_length=1)]
#: Folders of before 0.2 say name_zh.
_NAME = AliasChoices("name", "name_zh")
Name = Annotated[str, Field(validation_alias=_NAME)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AdminRegion(_Settings):
    """One of the regions between which corridors are counted."""

    id: Text
    name: Annotated[Text, Field(validation_alias=_NAME)]
    name_en: str
    adcode: Annotated[str, Field(pattern=rf"^({ADCODE})?$")]


def _inside(file: str) -> str:
    """Refuse a file outside the data folder: a page could show what it holds."""
    path = PureWindowsPath(file)
    if path.drive or path.root or ".." in path.parts:
        text = Message("expected a file inside the data folder, not {file!r}", file=file)
        raise ValueError(text)
    return file


def _zone(name: str) -> str:
    """Refuse a name that is no time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        text = Message("expected a time zone such as Asia/Shanghai, not {name!r}", name=name)
        raise ValueError(text) from None
    return name


File = Annotated[str, AfterValidator(_inside)]


class BaseFiles(_Settings):
    """Files of the base layers, relative to the data folder; empty where there are none."""

    counties: File = ""
    cities: File = ""
    provinces: File = ""
    rivers: File = ""
    relief: File = ""


class ContextFiles(_Settings):
    """Files of the background network, relative to the data folder."""

    railways: File = ""
    roads: File = ""


class MapSettings(_Settings):
    """First view and credits of the maps."""

    centre: tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-85, le=85)]]
    zoom: Annotated[int, Field(ge=3, le=14)] = 8
    years: tuple[Year, Year] = (1995, 2035)
    attribution: str = ""

    @model_validator(mode="after")
    def _years_in_order(self) -> MapSettings:
        if self.years[0] >= self.years[1]:
            raise broken_rule("years", Message("expected the first before the last"))
        return self


class RouteGroup(_Settings):
    """Routes that a plan counts as one: a ring or a radial."""

    id: Text
    plan: str = ""
    name: Name
    name_en: str
    kind: Literal["ring", "radial", "link", "other"]
    #: Without routes the catalogue holds nothing of it.
    routes: tuple[str, ...] = ()
    #: The region whose plan it is: only the parts of the routes that lie there count.
    region: str = ""
    #: Whether the catalogue holds only a part of it.
    partial: bool = False
    source: str = ""
    confidence: Confidence = "low"
    notes: str = ""


class Scene(_Settings):
    """A year that the front page tells of; without one the day of the page."""

    year: Year | None = None
    name: Name
    name_en: str

    def day(self, date: dt.date) -> dt.date:
        """Return its day, on a page of some date."""
        return dt.date(self.year, 12, 31) if self.year else date


class ReadyPlan(_Settings):
    """A plan that readers of the page of plans can start from: what it changes, and when."""

    name: Name
    name_en: str
    #: The year to look at; without one the day of the page.
    year: Year | None = None
    #: What the model cannot say about it.
    note: str = ""
    note_en: str = ""
    #: Edits as the page saves them: `do`, and what that needs.
    edits: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


class Region(_Settings):
    """A region: its name, the frame no coordinate may leave, and the regions it consists of."""

    name: Name
    name_en: str
    #: The language of `name` in every table, then English: pages start in the first one.
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=2)] = ("zh", "en")
    #: The day up to which the tables are known.
    as_of: dt.date
    #: West, south, east, north in degrees (WGS-84).
    frame: tuple[float, float, float, float]
    #: The time zone of its clocks, by the name of the tz database.
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    #: Accepted in older files and not used: distances have one projection, made from the frame.
    metric_crs: str = ""
    regions: Annotated[tuple[AdminRegion, ...], Field(min_length=1)]
    base: BaseFiles = BaseFiles()
    context: ContextFiles = ContextFiles()
    map: MapSettings
    milestones: tuple[Year, ...] = ()
    #: What the front page tells, in a few dates.
    scenes: tuple[Scene, ...] = ()
    #: Plans to start from, of the sections in the tables.
    plans: tuple[ReadyPlan, ...] = ()
    #: Since when multiple units run; before, there are conventional trains only.
    emu_since: dt.date | None = None
    groups: tuple[RouteGroup, ...] = ()

    @model_validator(mode="after")
    def _frame_in_order(self) -> Region:
        west, south, east, north = self.frame
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            text = Message("expected west < east and south < north, in degrees")
            raise broken_rule("frame", text)
        return self

    @model_validator(mode="after")
    def _regions_differ(self) -> Region:
        for key in ("id", "name"):
            if len({getattr(region, key) for region in self.regions}) < len(self.regions):
                raise broken_rule("regions", Message("expected every {key} once", key=key))
        return self

    @model_validator(mode="after")
    def _groups_in_order(self) -> Region:
        ids = [group.id for group in self.groups]
        if twice := sorted({key for key in ids if ids.count(key) > 1}):
            text = Message("expected unique ids; {ids} stands twice", ids=", ".join(twice))
            raise broken_rule("groups", text)
        for group in self.groups:
            if len(set(group.routes)) < len(group.routes):
                text = Message("group {group}: expected every route once", group=group.id)
                raise broken_rule("groups", text)
            if group.region and group.region not in {region.id for region in self.regions}:
                text = Message("group {group}: expected the id of a region", group=group.id)
                raise broken_rule("groups", text)
        return self

    @property
    def page_language(self) -> str:
        """The language that pages start in: they speak Chinese and English."""
        return "zh-CN" if self.languages[0].split("-")[0] == "zh" else "en"

    @property
    def detail(self) -> float:
        """What tolerances of simplified lines are multiplied by: less than 1 below 10 degrees."""
        west, south, east, north = self.frame
        return min(1.0, max(east - west, north - south) / 10)

    @property
    def bordered(self) -> bool:
        """Whether it has two regions, and counties to find the border between them."""
        return len(self.regions) > 1 and bool(self.base.counties)

    def days_of_interest(self, *more: dt.date) -> list[dt.date]:
        """Return the ends of the years it is looked at and more dates, in order, each once."""
        return sorted({*more, *(dt.date(year, 12, 31) for year in self.milestones)})

    def cut_to(self, spots: Collection[tuple[float, float]]) -> Region:
        """
        Return the region with its frame cut to what lies near points in degrees.

        Distances have a projection centred in the frame: around the whole earth it fits nowhere.
        """
        west, south, east, north = self.frame
        lons, lats = zip(*spots, strict=True)
        frame = (
            max(west, min(lons) - NEAR_DEGREES),
            max(south, min(lats) - NEAR_DEGREES),
            min(east, max(lons) + NEAR_DEGREES),
            min(north, max(lats) + NEAR_DEGREES),
        )
        return self.model_copy(update={"frame": frame})

    def pair(
        self, name_a: str | None = None, name_b: str | None = None
    ) -> tuple[AdminRegion, AdminRegion]:
        """Return two different regions by name, id or code, by default the first two, or raise."""
        if len(self.regions) < 2:
            text = Message("expected two regions to look between; there is one")
            raise BadInputError([Problem(FILE, 0, "regions", "", text)])
        found = list[AdminRegion]()
        for name, default in zip((name_a, name_b), self.regions, strict=False):
            hit = default if name is None else self.find(name)
            if hit is None or (hit in found and name is not None):
                known = [region.name for region in self.regions]
                raise NotFoundError("second region" if hit else "region", name or "", known)
            found.append(hit)
        return found[0], found[1]

    def find(self, name: str) -> AdminRegion | None:
        """Return the region with a name in any language, an id or a code, if there is one."""
        wanted = name.strip().casefold()
        for region in self.regions if wanted else ():
            called = region.id, region.name, region.name_en, region.adcode
            if wanted in map(str.casefold, called):
                return region
        return None


def unknown_ids(
    region: Region, routes: Collection[str], sections: Collection[str]
) -> Iterator[Problem]:
    """Yield the routes of groups and the sections of plans that the tables do not have."""
    for group in region.groups:
        text = Message("expected a known route id in group {group!r}", group=group.id)
        for name in group.routes:
            if name not in routes:
                yield Problem(FILE, 0, "groups.routes", name, with_closest(text, name, routes))
    for plan in region.plans:
        text = Message("expected a known section id in plan {plan!r}", plan=plan.name)
        for name in (str(key) for edit in plan.edits for key in edit.get("sections", ())):
            if name not in sections:
                closest = with_closest(text, name, sections)
                yield Problem(FILE, 0, "plans.edits.sections", name, closest)


def read_region(folder: Path) -> Region:
    """Read ``region.toml``."""
    path = folder / FILE
    if path.exists() and not path.is_file():
        raise BadInputError([Problem(FILE, expected=Message("expected a file"))])
    try:
        return Region.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        text = Message("expected this file in {folder}; it is missing", folder=folder)
    except (UnicodeDecodeError, OSError) as error:
        text = Message("expected a readable UTF-8 file: {reason}", reason=str(error))
    except tomllib.TOMLDecodeError as error:
        text = Message("expected valid TOML: {reason}", reason=str(error))
    except ValidationError as error:
        raise BadInputError(
            Problem(FILE, 0, ".".join(place), "", text) for place, text in faults(error)
        ) from None
    raise BadInputError([Problem(FILE, expected=text)])
