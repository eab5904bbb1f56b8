"""Ways of OpenStreetMap from an Overpass server, through OSMnx, with few and bounded calls."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd
from shapely import Polygon

from geo.core import (
    BadInputError,
    GeoError,
    Message,
    __version__,
    later,
    optional,
    shown,
    user_cache,
)
from geo.readers.ways import CLASSES, KEY_OF_MODE, TAGS

if TYPE_CHECKING:
    import requests
else:
    requests = later("requests")

#: The environment variable that names another server.
VARIABLE = "GEO_OVERPASS_URL"
#: An answer larger than this is not read.
MAX_BYTES = 300_000_000
KEPT = Message("the shipped data stay in use")
_INSTEAD = Message("name another server with --endpoint or {variable}", variable=VARIABLE)


class DownloadError(GeoError, OSError):
    """A server that cannot be reached or does not answer as it should."""


class Limits(NamedTuple):
    """What a download may cost."""

    calls: int = 20
    timeout_s: float = 60.0  # for one answer
    total_s: float = 1800.0
    retries: int = 2  # how often a busy server is asked again
    pause_s: float = 30.0  # before that, and longer where the server asks for it
    between_s: float = 2.0  # between two questions


LIMITS = Limits()


class BusyError(Exception):
    """The server asks to come again later."""


def cause(error: BaseException) -> str:
    """Return the innermost reason of an error of requests, in a few words."""
    inner: Any = error.args[0] if error.args else error
    inner = getattr(inner, "reason", inner)
    return str(inner).rsplit(">: ", 1)[-1].rsplit(": ", 1)[-1][:120] or type(error).__name__


class Session:
    """What OSMnx calls before and after every request, and what has been spent so far."""

    def __init__(self, endpoint: str, limits: Limits) -> None:
        self.endpoint, self.limits, self.calls = endpoint, limits, 0
        self.since, self.last = time.monotonic(), 0.0
        self.patience, self.reached = limits.pause_s, False

    def failure(self, text: str, name: str = "", **values: Any) -> DownloadError:
        """Say in one line what failed and what to do."""
        text = Message(text, **values)
        if name:
            text = Message("{text} (asked for {name})", text=text, name=name)
        return DownloadError(
            "{server} {text}; {instead}; {kept}",
            server=self.endpoint,
            text=text,
            instead=_INSTEAD,
            kept=KEPT,
        )

    def left(self) -> float:
        """Return the seconds left, or stop."""
        left = self.limits.total_s - (time.monotonic() - self.since)
        if left <= 0:
            raise self.failure("took more than {seconds:g} s in all", seconds=self.limits.total_s)
        return left

    def wait(self, name: str) -> None:
        """Wait before asking a busy server again."""
        if self.patience > self.left():
            raise self.failure("is busy and asks for {seconds:g} s", name, seconds=self.patience)
        time.sleep(self.patience)

    def before(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Count a question before it is sent; ask a server first whether it is there."""
        self.left()
        if not self.reached:
            self._knock(request)
        pause = self.last + self.limits.between_s - time.monotonic()
        if self.calls and pause > 0:
            time.sleep(pause)
        self.calls += 1
        return request

    def _knock(self, request: requests.PreparedRequest) -> None:
        """Ask for the status in a short time; a server without one is fine."""
        timeout = min(10.0, self.limits.timeout_s)
        headers = {key: request.headers[key] for key in ("User-Agent", "referer")}
        requests.get(f"{self.endpoint}/status", headers=headers, timeout=timeout)
        self.reached = True

    def after(self, answer: requests.Response, *_: object, **__: object) -> requests.Response:
        """Read an answer in bounded time and size, and let nothing pass but whole data."""
        self.last = time.monotonic()
        code = answer.status_code
        if code in {429, 504}:
            self.patience = max(self.limits.pause_s, _seconds(answer.headers.get("Retry-After")))
            raise BusyError(f"HTTP {code}")
        if code != 200:
            raise self.failure("answered HTTP {code} {reason}", code=code, reason=answer.reason)
        body = self._body(answer)
        self.judge(body)
        whole = requests.Response()
        whole.status_code, whole.reason, whole.url = code, answer.reason, answer.url
        whole.headers, whole.request, whole.encoding = answer.headers, answer.request, "utf-8"
        whole.raw = io.BytesIO(body)
        return whole

    def _body(self, answer: requests.Response) -> bytes:
        limit = time.monotonic() + min(self.limits.timeout_s, self.left())
        parts, size = [], 0
        for part in answer.iter_content(1 << 16):
            parts.append(part)
            size += len(part)
            if time.monotonic() > limit:
                seconds = self.limits.timeout_s
                raise self.failure("did not end its answer in {seconds:g} s", seconds=seconds)
            if size > MAX_BYTES:
                raise self.failure("sent more than {size:g} MB", size=MAX_BYTES / 1e6)
        return b"".join(parts)

    def judge(self, body: bytes) -> None:
        """Stop at anything but a whole answer of Overpass."""
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            text = Message("answered with broken JSON (cut off?) instead of data")
            if body.lstrip()[:1] == b"<":
                text = Message("answered with a web page (a login or an error?) instead of data")
            raise self.failure(text) from None
        if not isinstance(found, dict) or not isinstance(found.get("elements"), list):
            raise self.failure("answered with JSON that holds no elements")
        if remark := found.get("remark"):
            said = shown(str(remark), 120)
            raise self.failure("sent only a part of the data: {remark}", remark=said)
        good = [item for item in found["elements"] if _is_element(item)]
        known = {item["id"] for item in good if item["type"] == "node"}
        for item in found["elements"]:
            if not _is_element(item) or not known.issuperset(item.get("nodes", ())):
                said = shown(str(item), 120)
                raise self.failure("sent an element that is not whole: {element}", element=said)


def _is_element(item: Any) -> bool:
    """Return whether an element of an answer has what its type needs."""
    if not isinstance(item, dict) or type(item.get("id")) is not int:
        return False
    tags = item.get("tags", {})
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        return False
    if item.get("type") == "node":
        spot = [(item.get(key), limit) for key, limit in (("lon", 180), ("lat", 90))]
        return all(isinstance(x, int | float) and abs(x) <= limit for x, limit in spot)
    if item.get("type") == "way":
        nodes = item.get("nodes")
        return isinstance(nodes, list) and {type(node) for node in nodes} == {int}
    members = item.get("members") if item.get("type") == "relation" else None
    return isinstance(members, list) and all(
        isinstance(member, dict) and {"type", "ref", "role"} <= set(member) for member in members
    )


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isdigit() else 0.0


#: Tags of ways that are not built, or not yet.
_UNBUILT = ["construction", "proposed"]
#: Seconds the server is allowed for an answer; a part of the question, so of the cache too.
_SERVER_TIMEOUT_S = 180
#: An area larger than this is not asked for.
MAX_AREA_KM2 = 20_000.0


class Request(NamedTuple):
    """What is asked for at once: the ways of a mode inside an area."""

    key: str  # what the ways are for, such as the id of a route
    name: str  # the same, as progress and messages show it
    mode: str
    area: Polygon  # in degrees (WGS-84)
    km2: float  # its size


class Download(NamedTuple):
    """The ways of some requests, why others got none, the day of the oldest answer, the cost."""

    ways: gpd.GeoDataFrame
    skipped: dict[str, str]
    date: dt.date
    calls: int
    endpoint: str
    tags: list[str]  # that were asked for, each with its values


def download_ways(
    requests: Iterable[Request],
    *,
    endpoint: str = "",
    cache: Path | None = None,
    limits: Limits = LIMITS,
    progress: Callable[[str], None] = lambda _: None,
) -> Download:
    """
    Ask an Overpass server for ways, one question per request.

    Parameters
    ----------
    requests
        What to ask for.
    endpoint
        The server, such as ``https://…/api``; default: the environment variable
        ``GEO_OVERPASS_URL``, else that of OSMnx.
    cache, limits
        Folder for answers (default: that of the user), and what it may cost.
    progress
        Called with the name of every request when it begins.

    Returns
    -------
    download
        The ways; `skipped` gives the reason for every request without any.

    Raises
    ------
    DownloadError
        When OSMnx is missing, or the server cannot be reached, is busy for too long, or
        answers with anything but whole data.
    """
    session = Session(_address(endpoint), limits)
    folder = cache or user_cache() / "overpass"
    frames, skipped, days, asked = [], dict[str, str](), list[dt.date](), dict[str, list[str]]()
    for key, name, mode, area, km2 in requests:
        progress(name)
        tags = _tags_of(mode)
        asked[mode] = [f"{tag}={'|'.join(values)}" for tag, values in tags.items()]
        if km2 > MAX_AREA_KM2:
            why = Message("its corridor is too large to ask for ({km2:,.0f} km²)", km2=km2)
            skipped[key] = why
            continue
        own = folder / _fingerprint(session.endpoint, tags, area)
        if session.calls >= limits.calls and not any(own.glob("*.json")):
            skipped[key] = Message(
                "not asked for: the limit of {calls} calls is reached", calls=limits.calls
            )
            continue
        _forget_damaged(own, session)
        with _settings(session, own):
            found = _features(area, tags, session, name)
        if found is None:
            skipped[key] = Message("the server knows no way of its class along it")
            continue
        frames.append(ways_of(found))
        days.append(_answered(own))
    ways = pd.concat(frames) if frames else ways_of(gpd.GeoDataFrame(geometry=[], crs=4326))
    ways = ways[~ways.index.duplicated()].sort_index()
    date = min(days, default=_today())
    tags_asked = [tag for mode in sorted(asked) for tag in asked[mode]]
    return Download(ways, skipped, date, session.calls, session.endpoint, tags_asked)


def ways_of(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the ways among features of OSMnx; a tag that is absent is None."""
    frame = features
    if frame.index.nlevels == 2:
        frame = frame[frame.index.get_level_values(0) == "way"].droplevel(0)
    frame = frame[frame.geometry.geom_type == "LineString"]
    frame = frame.reindex(columns=[*TAGS, "geometry"]).rename_axis(index="osm_id")
    text = frame[list(TAGS)].astype(object)
    frame[list(TAGS)] = text.where(text.notna(), None)
    return frame.set_crs("EPSG:4326", allow_override=True)


def _tags_of(mode: str) -> dict[str, list[str]]:
    """Return the tag by which ways of a mode are asked for, with its values."""
    return {KEY_OF_MODE[mode]: [*CLASSES[mode], *([] if mode == "water" else _UNBUILT)]}


def _address(endpoint: str) -> str:
    """Return the address of the server without a slash at its end."""
    chosen = endpoint or os.environ.get(VARIABLE, "") or str(_osmnx().settings.overpass_url)
    if not chosen.startswith(("http://", "https://")):
        raise DownloadError(
            "{address!r}: expected the address of a server, such as https://…/api", address=chosen
        )
    return chosen.rstrip("/").removesuffix("/interpreter")


def _osmnx() -> Any:
    try:
        return optional("osmnx", "osm", "downloading needs OSMnx")
    except BadInputError as error:
        raise DownloadError("{text}; {kept}", text=str(error), kept=KEPT) from None


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _fingerprint(endpoint: str, tags: dict[str, list[str]], area: Polygon) -> str:
    """Return a name for a question: that of its folder in the cache."""
    text = json.dumps([endpoint, tags, area.wkt])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _forget_damaged(folder: Path, session: Session) -> None:
    """Remove answers of the cache that are not whole, such as those of a run that was killed."""
    for path in folder.glob("*.json"):
        try:
            session.judge(path.read_bytes())
        except DownloadError:
            path.unlink()


def _answered(folder: Path) -> dt.date:
    """Return the day the answer in a folder of the cache stands for, as its server says."""
    for path in folder.glob("*.json"):
        head = json.loads(path.read_text("utf-8")).get("osm3s")
        stamp = head.get("timestamp_osm_base") if isinstance(head, dict) else None
        try:
            return dt.date.fromisoformat(str(stamp)[:10])
        except ValueError:
            return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
    return _today()


@contextmanager
def _settings(session: Session, folder: Path) -> Iterator[None]:
    """Set what OSMnx takes from its module and from the process, and put it back."""
    known = _osmnx().settings
    name = f"chuanyu-geo/{__version__}"
    wanted = {
        "overpass_url": session.endpoint,
        "overpass_rate_limit": False,  # the session asks for the status itself, in bounded time
        "doh_url_template": None,
        "max_query_area_size": 1e12,
        "overpass_settings": f"[out:json][timeout:{_SERVER_TIMEOUT_S}]",
        "requests_timeout": session.limits.timeout_s,
        "requests_kwargs": {"auth": session.before, "hooks": {"response": session.after}},
        "http_user_agent": name,
        "http_referer": name,
        "cache_folder": str(folder),
        "use_cache": True,
        "log_console": False,
        "log_file": False,
    }
    before = {key: getattr(known, key) for key in wanted}
    resolver = socket.getaddrinfo
    for key, value in wanted.items():
        setattr(known, key, value)
    try:
        yield
    finally:
        for key, value in before.items():
            setattr(known, key, value)
        socket.getaddrinfo = resolver


def _features(
    area: Polygon, tags: dict[str, list[str]], session: Session, name: str
) -> gpd.GeoDataFrame | None:
    """Ask one question, again where the server is busy; None where it has nothing."""
    osmnx = _osmnx()
    for attempt in range(session.limits.retries + 1):
        try:
            return osmnx.features_from_polygon(area, tags)
        except BusyError as busy:
            if attempt == session.limits.retries:
                text = f"is busy ({busy}), asked {attempt + 1} times; try again later"
                raise session.failure(text, name) from None
            session.wait(name)
        except osmnx._errors.InsufficientResponseError:  # noqa: SLF001 - it has no public name
            return None
        except requests.Timeout:
            seconds = session.limits.timeout_s
            raise session.failure(
                "gave no answer in {seconds:g} s; try --timeout", name, seconds=seconds
            ) from None
        except requests.RequestException as error:
            raise session.failure(
                "cannot be reached ({reason})", name, reason=cause(error)
            ) from None
    return None
