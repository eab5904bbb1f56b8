"""The trains and ships of a day as a General Transit Feed Specification (GTFS) feed."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import shapely
from pandas import DataFrame

from geo.catalogue import TRAIN_CLASS, Label
from geo.core import BadInputError, replaced_file
from geo.export.datapackage import licence_terms
from geo.export.workbook import archive_entry
from geo.network import (
    SHIP_EVERY_MIN,
    Network,
    TrainTrip,
    build_travel_graph,
    cut_at_stops,
    place_of,
    ship_timetable,
    train_timetable,
)

#: The hour at which the first trains leave; they run for `service_hours`.
FIRST_HOUR = 6
#: The longest time between trains, in minutes: some readers hold seconds in 16 bits.
RAREST_MIN = 480.0
#: Of few trains one in so many leaves at the same time of the day.
SPREAD = 11
#: How far lines may be simplified, in degrees: about 50 m.
SIMPLIFIED = 0.0005
#: Who is named where no source has an address, and whose coordinates the stations are.
CREDIT = "https://www.openstreetmap.org/copyright"
#: The kinds of routes of GTFS: rail, but for ships.
_RAIL, _FERRY = 2, 4
_SAILINGS = f"how often ships sail is not known: every {SHIP_EVERY_MIN:g} min assumed"
_SHIPS = Label("轮船", "ships")
_AGENCY = "trains"
_LEAST_TIME = 2  # a transfer that takes so long at least


def gtfs_tables(net: Network) -> dict[str, DataFrame]:
    """
    Return the trains and ships of a network as the tables of a GTFS feed, by file.

    Every trip stands for the trains of `frequencies.txt`, as `train_timetable` has them: a way, a
    class, the stations they serve, and as many a day as there are. How often ships sail is not
    known; what is assumed is said of their routes. The calendar holds for every day of the year
    of the network.
    """
    net = cut_at_stops(net)
    trips = [*train_timetable(net), *ship_timetable(net)]
    if not trips:
        raise BadInputError(
            "no trains or ships run on {date}: GTFS holds trains and ships", date=net.date
        )
    places = list(dict.fromkeys(call.place for trip in trips for call in trip.calls))
    keys = [f"{trip.route}:{trip.kind}" for trip in trips]
    tables = {
        "agency": _agency(net),
        "stops": _stops(net, sorted(places)),
        "routes": _routes(net, trips, keys),
        "trips": _trips(net, trips, keys),
        "stop_times": _stop_times(trips),
        "calendar": _calendar(net),
        "frequencies": _frequencies(net, trips),
        "shapes": _shapes(net, trips),
        "transfers": _transfers(net, set(places)),
        "feed_info": _feed_info(net),
        "attributions": _attributions(net),
    }
    return {**tables, "translations": _translations(net, tables)}


def write_gtfs(net: Network, path: Path) -> None:
    """Write the feed of a network; the same network gives the same bytes."""
    tables = gtfs_tables(net)
    with (
        replaced_file(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as feed,
    ):
        for name, table in tables.items():
            text = table.to_csv(index=False, lineterminator="\n")
            feed.writestr(archive_entry(f"{name}.txt"), text, zipfile.ZIP_DEFLATED)


def _agency(net: Network) -> DataFrame:
    region = net.layers.catalogue.region
    row = {
        "agency_id": _AGENCY,
        "agency_name": f"{region.name} · chuanyu-geo",
        "agency_url": CREDIT,
        "agency_timezone": region.timezone,
        "agency_lang": region.languages[0],
    }
    return DataFrame([row])


def _stops(net: Network, places: list[str]) -> DataFrame:
    nodes = net.nodes.loc[places]
    return DataFrame(
        {
            "stop_id": places,
            "stop_name": nodes["name"].to_numpy(),
            "stop_lat": nodes.geometry.y.round(6).to_numpy(),
            "stop_lon": nodes.geometry.x.round(6).to_numpy(),
        }
    )


def _routes(net: Network, trips: Sequence[TrainTrip], keys: Sequence[str]) -> DataFrame:
    route, language = net.layers.catalogue.route, _first_language(net)
    section = dict(zip(net.edges.index, net.edges["section_id"].tolist(), strict=True))
    assumed: dict[str, set[str]] = {}
    for key, trip in zip(keys, trips, strict=True):
        used = {section[edge] for edge, _ in trip.edges}
        assumed.setdefault(key, set()).update(used & set(net.assumed))
    rows = [
        {
            "route_id": key,
            "agency_id": _AGENCY,
            "route_long_name": f"{route[key.rpartition(':')[0]].name} {_class(key)[language]}",
            "route_desc": "; ".join(
                filter(
                    None,
                    [
                        _SAILINGS if key.endswith(":ship") else "",
                        _named("assumed open by their expected year", used),
                    ],
                )
            ),
            "route_type": _FERRY if key.endswith(":ship") else _RAIL,
        }
        for key, used in sorted(assumed.items())
    ]
    return DataFrame(rows)


def _class(key: str) -> Label:
    """Return what runs on a route: a class of trains, or ships."""
    return TRAIN_CLASS.get(key.rpartition(":")[2], _SHIPS)


def _first_language(net: Network) -> int:
    """Return which of the words of a label is in the language of the names."""
    return 0 if net.layers.catalogue.region.languages[0].startswith("zh") else 1


def _named(what: str, sections: Collection[str]) -> str:
    """Return sections in words, nothing where there are none."""
    return f"{what}: {', '.join(sorted(sections))}" if sections else ""


def _trips(net: Network, trips: Sequence[TrainTrip], keys: Sequence[str]) -> DataFrame:
    names, shapes = net.nodes["name"], _shape_ids(trips)
    return DataFrame(
        {
            "route_id": keys,
            "service_id": str(net.date.year),
            "trip_id": _numbers(trips),
            "trip_headsign": [names[trip.calls[-1].place] for trip in trips],
            "shape_id": [shapes[trip.edges] for trip in trips],
        }
    )


def _shape_ids(trips: Sequence[TrainTrip]) -> dict[tuple[tuple[str, str], ...], str]:
    """Return the number of every way that trips take."""
    ways = dict.fromkeys(trip.edges for trip in trips)
    return {way: str(i + 1) for i, way in enumerate(ways)}


def _numbers(trips: Sequence[TrainTrip]) -> list[str]:
    return [str(i + 1) for i in range(len(trips))]


def _stop_times(trips: Sequence[TrainTrip]) -> DataFrame:
    rows = [
        (number, _clock(call.arrival_min), _clock(call.departure_min), call.place, k,
         int(not call.boards), int(not call.alights), 0)
        for number, trip in zip(_numbers(trips), trips, strict=True)
        for k, call in enumerate(trip.calls)
    ]  # fmt: skip
    columns = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence",
               "pickup_type", "drop_off_type", "timepoint"]  # fmt: skip
    return DataFrame(rows, columns=columns)


def _clock(minutes: float) -> str:
    """Return when a train is where, that left its first station with the first trains."""
    hours, seconds = divmod(FIRST_HOUR * 3600 + round(60 * minutes), 3600)
    return f"{hours:02d}:{seconds // 60:02d}:{seconds % 60:02d}"


def _calendar(net: Network) -> DataFrame:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    first, last = _year(net)
    row = {
        "service_id": str(net.date.year),
        **dict.fromkeys(days, 1),
        "start_date": first,
        "end_date": last,
    }
    return DataFrame([row])


def _year(net: Network) -> tuple[str, str]:
    """Return the first and the last day of the year of a network."""
    return f"{net.date.year}0101", f"{net.date.year}1231"


def _frequencies(net: Network, trips: Sequence[TrainTrip]) -> DataFrame:
    # Of few trains some follow each other for a part of the day; fewer than one run at one time.
    day, trains = 60 * net.parameters.service_hours, np.array([trip.trains for trip in trips])
    headway = np.minimum(day / trains, RAREST_MIN)
    window = headway * trains
    first = (day - window) * (np.arange(len(trips)) % SPREAD / SPREAD)
    return DataFrame(
        {
            "trip_id": _numbers(trips),
            "start_time": [_clock(minutes) for minutes in first],
            "end_time": [_clock(minutes) for minutes in first + window],
            "headway_secs": np.maximum(1, (60 * headway).round()).astype(int),
            "exact_times": 0,
        }
    )


def _shapes(net: Network, trips: Sequence[TrainTrip]) -> DataFrame:
    lines = {
        edge: shapely.get_coordinates(shapely.simplify(line, SIMPLIFIED))
        for edge, line in net.edges.geometry.items()
    }
    begins, rows = dict(zip(net.edges.index, net.edges["u"].tolist(), strict=True)), []
    for way, number in _shape_ids(trips).items():
        pieces = [lines[e] if begins[e] == u else lines[e][::-1] for e, u in way]
        points = np.concatenate([pieces[0][:1], *(piece[1:] for piece in pieces)]).round(5)
        rows += [(number, lat, lon, k) for k, (lon, lat) in enumerate(points.tolist())]
    columns = ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]
    return DataFrame(rows, columns=columns)


def _transfers(net: Network, places: set[str]) -> DataFrame:
    """Return the least times between trains: at a station, and by road from one to another."""
    arcs = build_travel_graph(net, mode="rail" if net.mode is None else net.mode).arcs
    leaving, entering = (arcs["u"].str.startswith("out:"), arcs["v"].str.startswith("in:"))
    ways = arcs[leaving & entering]
    p = net.parameters
    rows = [(place, place, p.transfer_min) for place in sorted(places)]
    rows += [
        (place_of(u), place_of(v), p.alight_min + minutes + p.board_min)
        for u, v, minutes in zip(ways["u"], ways["v"], ways["time_min"], strict=True)
        if {place_of(u), place_of(v)} <= places
    ]
    columns = ["from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time"]
    return DataFrame([(a, b, _LEAST_TIME, round(60 * t)) for a, b, t in rows], columns=columns)


def _feed_info(net: Network) -> DataFrame:
    first, last = _year(net)
    open_ = set(net.edges.loc[net.edges["mode"] != "road", "section_id"]) & set(net.assumed)
    version = " ".join(filter(None, [net.date.isoformat(), _named("assumed open", open_)]))
    row = {
        "feed_publisher_name": "chuanyu-geo",
        "feed_publisher_url": CREDIT,
        "feed_lang": net.layers.catalogue.region.languages[0],
        "feed_start_date": first,
        "feed_end_date": last,
        "feed_version": version,
    }
    return DataFrame([row])


def _attributions(net: Network) -> DataFrame:
    """Return the sources of the trains, and the licences of the data."""
    catalogue = net.layers.catalogue
    tables = (catalogue.train_services, catalogue.station_calls, catalogue.through_running)
    keys = {key for rows in tables for row in rows for key in row.source.split(";")}
    rows = [
        (source.key, f"{source.title}, {source.publisher}", source.url)
        for source in catalogue.sources
        if source.key in keys
    ]
    terms = licence_terms(catalogue)
    rows.append(("chuanyu-geo", ". ".join(filter(None, ["chuanyu-geo", terms])), CREDIT))
    return DataFrame(
        [(key, name, 1, url) for key, name, url in rows],
        columns=["attribution_id", "organization_name", "is_producer", "attribution_url"],
    )


def _translations(net: Network, tables: dict[str, DataFrame]) -> DataFrame:
    """Return the English names of stations and routes."""
    columns = ["table_name", "field_name", "language", "translation", "record_id"]
    catalogue, english = net.layers.catalogue, net.nodes["name_en"]
    if catalogue.region.languages[0] == "en":
        return DataFrame(columns=columns)
    rows = [("stops", "stop_name", "en", english[key], key) for key in tables["stops"]["stop_id"]]
    for key in tables["routes"]["route_id"]:
        name = f"{catalogue.route[key.rpartition(':')[0]].name_en}, {_class(key).en}"
        rows.append(("routes", "route_long_name", "en", name, key))
    return DataFrame([row for row in rows if row[3]], columns=columns)
