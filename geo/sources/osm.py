"""Ways of OpenStreetMap from an Overpass server, through OSMnx, with few and bounded calls."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geo import __version__
from geo._outside import metric_crs
from geo._plane import to_metres
from geo._ways import CLASSES, KEY_OF_MODE, TAGS
from geo.conflation import corridor_m
from geo.sources._session import KEPT, VARIABLE, Busy, DownloadError, Limits, Session, cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import geopandas as gpd
    from shapely import Polygon

    from geo.layers import Layers

#: A corridor larger than this is not asked for.
MAX_AREA_KM2 = 20_000.0
#: Tags of ways that are not built, or not yet.
_UNBUILT = ["construction", "proposed"]
#: Seconds the server is allowed for an answer; a part of the question, so of the cache too.
_SERVER_TIMEOUT_S = 180


class Download(NamedTuple):
    """
    The ways of some routes.

    Parameters
    ----------
    ways
        Lines in EPSG:4326 indexed by `osm_id`, tags as columns.
    skipped
        Routes that got no ways, and why.
    day
        The day of the oldest answer.
    calls
        Questions that were sent; answers from the cache do not count.
    endpoint
        The server that was asked.
    """

    ways: gpd.GeoDataFrame
    skipped: dict[str, str]
    day: date
    calls: int
    endpoint: str


def download(
    drawn: Layers,
    routes: Iterable[str],
    *,
    endpoint: str = "",
    cache: Path | None = None,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
    progress: Callable[[str], None] = lambda _: None,
) -> Download:
    """
    Ask an Overpass server for the ways along some routes, one question per route.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    routes
        Ids of the routes.
    endpoint
        The server, such as ``https://…/api``; default: the environment variable
        ``GEO_OVERPASS_URL``, else that of OSMnx.
    cache
        Folder for answers; default: that of the user.
    limits
        What it may cost.
    progress
        Called with the name of every route when it begins.

    Returns
    -------
    download
        The ways; `skipped` lists routes of which nothing was found, whose corridor is too
        large, or that are beyond the limit of calls.

    Raises
    ------
    DownloadError
        When OSMnx is missing, or the server cannot be reached, is busy for too long, or
        answers with anything but whole data.
    """
    import geopandas as gpd
    import pandas as pd

    session = Session(_address(endpoint), limits)
    folder = cache or user_cache()
    frames, skipped, days = [], dict[str, str](), list[date]()
    for route_id in routes:
        route = drawn.catalogue.route[route_id]
        progress(route.name_zh)
        area, km2 = corridor(drawn, route_id)
        tags = tags_of(route.mode)
        if km2 > MAX_AREA_KM2:
            skipped[route_id] = f"its corridor is too large to ask for ({km2:,.0f} km²)"
            continue
        own = folder / _fingerprint(session.endpoint, tags, area)
        if session.calls >= limits.calls and not any(own.glob("*.json")):
            skipped[route_id] = f"not asked for: the limit of {limits.calls} calls is reached"
            continue
        _forget_damaged(own, session)
        with _settings(session, own):
            found = _features(area, tags, session, route.name_zh)
        if found is None:
            skipped[route_id] = "the server knows no way of its class along it"
            continue
        frames.append(ways_of(found))
        days.append(_answered(own))
    ways = pd.concat(frames) if frames else ways_of(gpd.GeoDataFrame(geometry=[], crs=4326))
    ways = ways[~ways.index.duplicated()].sort_index()
    return Download(ways, skipped, min(days, default=_today()), session.calls, session.endpoint)


def tags_of(mode: str) -> dict[str, list[str]]:
    """
    Return the tags that ways of a mode are asked for by.

    Parameters
    ----------
    mode
        Road, rail or water.

    Returns
    -------
    tags
        The values wanted of the one key of that mode.

    Examples
    --------
    >>> tags_of("water")
    {'waterway': ['river', 'canal', 'fairway']}
    """
    return {KEY_OF_MODE[mode]: [*CLASSES[mode], *([] if mode == "water" else _UNBUILT)]}


def corridor(drawn: Layers, route_id: str) -> tuple[Polygon, float]:
    """
    Return the area along a route that is asked for.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    route_id
        The route.

    Returns
    -------
    area
        In degrees, with few vertices and without holes.
    km2
        Its size.

    Examples
    --------
    >>> area, km2 = corridor(lay, "chengdawan-hsr")
    >>> from shapely import LineString
    >>> area.contains(LineString(lay.tracks["chengdawan-hsr"].line)), km2 > 1000
    (True, True)
    """
    import geopandas as gpd
    import shapely

    track = drawn.tracks[route_id]
    line = shapely.LineString(to_metres(drawn, track.line)).simplify(200)
    width = corridor_m(track)
    area = shapely.Polygon(line.buffer(width, quad_segs=2).exterior).simplify(width / 10)
    metric = gpd.GeoSeries([area], crs=metric_crs(drawn.catalogue.region))
    return metric.to_crs("EPSG:4326").iloc[0], float(area.area / 1e6)


def ways_of(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the ways among features of OSMnx.

    Parameters
    ----------
    features
        Indexed by element and id.

    Returns
    -------
    ways
        Lines indexed by `osm_id`, with the tags that matter; an absent tag is None.

    Examples
    --------
    >>> import geopandas as gpd
    >>> line = gpd.GeoSeries.from_wkt(["LINESTRING (104 30, 105 30)", "POINT (104 30)"], crs=4326)
    >>> found = gpd.GeoDataFrame({"highway": ["motorway", "stop"]}, geometry=line)
    >>> ways_of(found.set_index([["way", "node"], [17, 18]]))["highway"].to_dict()
    {17: 'motorway'}
    """
    frame = features
    if frame.index.nlevels == 2:
        frame = frame[frame.index.get_level_values(0) == "way"].droplevel(0)
    frame = frame[frame.geometry.geom_type == "LineString"]
    frame = frame.reindex(columns=[*TAGS, "geometry"]).rename_axis(index="osm_id")
    text = frame[list(TAGS)].astype(object)
    frame[list(TAGS)] = text.where(text.notna(), None)
    return frame.set_crs("EPSG:4326", allow_override=True)


def user_cache() -> Path:
    """
    Return the folder for answers.

    Returns
    -------
    folder
        Below ``XDG_CACHE_HOME`` or ``LOCALAPPDATA``, else below the home folder.
    """
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "chuanyu-geo" / "overpass"


def _address(endpoint: str) -> str:
    """Return the address of the server without a slash at its end."""
    chosen = endpoint or os.environ.get(VARIABLE, "") or str(_osmnx().settings.overpass_url)
    if not chosen.startswith(("http://", "https://")):
        raise DownloadError(f"{chosen!r}: expected the address of a server, such as https://…/api")
    return chosen.rstrip("/").removesuffix("/interpreter")


def _osmnx() -> Any:  # noqa: ANN401
    try:
        import osmnx
    except ImportError:
        text = "downloading needs OSMnx: pip install 'chuanyu-geo[osm]'"
        raise DownloadError(f"{text}; {KEPT}") from None
    return osmnx


def _today() -> date:
    return datetime.now(UTC).date()


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


def _answered(folder: Path) -> date:
    """Return the day the answer in a folder of the cache stands for, as its server says."""
    for path in folder.glob("*.json"):
        head = json.loads(path.read_text("utf-8")).get("osm3s")
        stamp = head.get("timestamp_osm_base") if isinstance(head, dict) else None
        try:
            return date.fromisoformat(str(stamp)[:10])
        except ValueError:
            return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
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
    import requests

    osmnx = _osmnx()
    for attempt in range(session.limits.retries + 1):
        try:
            return osmnx.features_from_polygon(area, tags)
        except Busy as busy:
            if attempt == session.limits.retries:
                text = f"is busy ({busy}), asked {attempt + 1} times; try again later"
                raise session.failure(text, name) from None
            session.wait(name)
        except osmnx._errors.InsufficientResponseError:  # noqa: SLF001 - OSMnx shows it nowhere else
            return None
        except requests.Timeout:
            text = f"gave no answer in {session.limits.timeout_s:g} s; try --timeout"
            raise session.failure(text, name) from None
        except requests.RequestException as error:
            raise session.failure(f"cannot be reached ({cause(error)})", name) from None
    return None
