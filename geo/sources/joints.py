"""Where a drawn line joins the network of its mode: at its ends, at crossings, and on its way."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.ops import substring

from geo.catalogue import JOINING
from geo.geometry import metric_crs
from geo.layers import Layers, each_track_once, sections_on

#: A place this near to a line lies on it, in metres.
ON_WAY_M = 250.0
#: Joints of a line stand at least this far apart, in metres.
ROOM_M = 60.0
#: Two ends of a line that are nearer to each other, in metres, close a ring.
RING_M = 1.0


class Joint(NamedTuple):
    """A place of a drawn line, in metres: how far along it, and where, which may be beside it."""

    at: float
    x: float
    y: float
    #: Its id; empty for one that is still to be made.
    place: str = ""
    #: The route that gets the new place too, as the line ends on it; else empty.
    split: str = ""

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.x, self.y)


def find_joints(
    layers: Layers, mode: str, line: LineString, reach_m: float, junctions: Collection[str] = ()
) -> list[Joint]:
    """
    Return the places of a drawn line, in metres, in order, with its two ends.

    An end joins the nearest place of its mode within reach, else the nearest line, at a new place.
    Where the line crosses another, it joins the nearest place of that one within reach of the
    crossing, else, with some routes (`junctions`), there is a new place; and it joins every place
    that it passes within 250 m.
    """
    around = _Around(layers, mode, reach_m)
    start, end = (around.end_of(line, last=last) for last in (False, True))
    if Point(line.coords[0]).distance(Point(line.coords[-1])) <= RING_M:
        end = start._replace(at=line.length)
    inner: dict[str, tuple[float, Joint]] = {}
    for joint in [*around.crossed(line, (start, end), junctions), *around.passed(line)]:
        inner[joint.place or f"{joint.split} {joint.at}"] = line.distance(joint.point), joint
    joints = [start, end]
    for _, joint in sorted(inner.values()):
        taken = joint.place and joint.place in {other.place for other in joints}
        if not taken and all(abs(joint.at - other.at) > ROOM_M for other in joints):
            joints.append(joint)
    return sorted(joint for joint in joints if start.at <= joint.at <= end.at)


class _Around:
    """The places and the tracks of a mode, in metres."""

    def __init__(self, layers: Layers, mode: str, reach_m: float) -> None:
        self.reach = reach_m
        crs = metric_crs(layers.catalogue.region.frame)
        tracks = each_track_once(sections_on(layers, layers.catalogue.region.as_of))
        tracks = tracks[tracks["mode"] == mode]
        self.tracks = tracks.to_crs(crs).geometry.to_numpy()
        self.owner = tracks["route_id"].to_numpy(object)
        modes = {route.route_id: route.mode for route in layers.catalogue.routes}
        listed = [set(filter(None, text.split(";"))) for text in layers.places["routes"]]
        on = np.array([mode in {modes[route] for route in routes} for routes in listed], bool)
        places = layers.places[on].to_crs(crs)
        self.routes = [routes for routes, own in zip(listed, on, strict=True) if own]
        self.points, self.ids = places.geometry.to_numpy(), places.index.tolist()
        self.joining = places["kind"].isin(JOINING[mode]).to_numpy(bool)

    def _nearest(
        self, spot: Point, reach: float, route: str = "", *, joining: bool = True
    ) -> int | None:
        """Return the nearest place within reach; of one route where that is given."""
        away = np.asarray(shapely.distance(self.points, spot), float)
        if joining:
            away[~self.joining] = np.inf
        if route:
            away[[route not in routes for routes in self.routes]] = np.inf
        best = int(away.argmin()) if len(away) else -1
        return best if best >= 0 and away[best] <= reach else None

    def _at(self, number: int, line: LineString) -> Joint:
        point = self.points[number]
        return Joint(line.project(point), point.x, point.y, self.ids[number])

    def end_of(self, line: LineString, *, last: bool) -> Joint:
        """Return where a line begins or ends."""
        whole = line.length if last else 0.0
        spot = Point(line.coords[-1 if last else 0])
        found = self._nearest(spot, self.reach)
        split = ""
        if found is None and len(self.tracks):
            away = shapely.distance(self.tracks, spot)
            best = int(np.argmin(away))
            if away[best] <= self.reach:
                split, track = self.owner[best], self.tracks[best]
                spot = track.interpolate(track.project(spot))
                found = self._nearest(spot, ROOM_M, split, joining=False)
        if found is not None:
            spot = self.points[found]
        # a line that runs past its place begins there, but not where it comes back to it
        tip = min(max(2 * self.reach, ON_WAY_M), line.length / 2)
        part = substring(line, line.length - tip, line.length) if last else substring(line, 0, tip)
        at = part.project(spot) + (line.length - tip if last else 0.0)
        if found is not None:
            return Joint(at, spot.x, spot.y, self.ids[found])
        return Joint(at if split else whole, spot.x, spot.y, split=split)

    def crossed(
        self, line: LineString, ends: tuple[Joint, Joint], junctions: Collection[str]
    ) -> Iterator[Joint]:
        """Yield the places near to where a line crosses others; not near an end on the same."""
        for track, route in zip(self.tracks, self.owner, strict=True):
            for part in shapely.get_parts(line.intersection(track)):
                if part.geom_type != "Point" or self._at_end(line, part, route, ends):
                    continue
                found = self._nearest(part, self.reach, route)
                if found is not None:
                    yield self._at(found, line)
                elif route in junctions:
                    yield Joint(line.project(part), part.x, part.y, split=route)

    def _at_end(
        self, line: LineString, spot: Point, route: str, ends: tuple[Joint, Joint]
    ) -> bool:
        """Whether a crossing is near an end of the line that is on the route it crosses."""
        known = dict(zip(self.ids, self.routes, strict=True))
        at = line.project(spot)
        return any(
            abs(at - end.at) <= self.reach
            and (end.split == route or route in known.get(end.place, ()))
            for end in ends
        )

    def passed(self, line: LineString) -> Iterator[Joint]:
        """Yield the places that lie on the way of a line."""
        near = shapely.dwithin(self.points, line, min(ON_WAY_M, self.reach))
        for number in np.flatnonzero(near & self.joining):
            yield self._at(int(number), line)
