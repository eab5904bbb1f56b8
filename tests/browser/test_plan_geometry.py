"""What the scripts of the plan page draw and tie to roads, against what the library does."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pandas as pd
import plan_engine
import pytest
import shapely

import geo
from geo.geometry import geodesic_km, smooth
from geo.layers import coarse_borders
from geo.maps.bundling import page_script
from geo.network import DEFAULT_PARAMETERS, ground_of, travel_time_matrix
from geo.network.ordinary_roads import Ground
from geo.network.services import Services
from geo.scenarios import apply_plan, plan_of

#: A millionth of a minute at 350 km/h, in km.
CLOSE_KM = 5e-6


@pytest.fixture
def scripts(page):
    """A page with the modules and nothing else."""
    page.goto("about:blank")
    for name in ("plan-drawn", "plan-ground", "geodesy"):
        page.evaluate(page_script(name))
    return page


def test_distances_are_those_of_the_ellipsoid(scripts):
    rng = np.random.default_rng(1)
    start = np.column_stack([rng.uniform(-180, 180, 400), rng.uniform(-80, 80, 400)])
    size = 10.0 ** rng.uniform(-6, 1, (400, 1))
    end = start + size * rng.normal(size=(400, 2))
    end[:, 1] = end[:, 1].clip(-89, 89)
    pairs = np.hstack([start, end])
    found = scripts.evaluate("pairs => pairs.map(pair => geo.geodesicKm(...pair))", pairs.tolist())
    expected = geodesic_km(start, end)
    assert np.abs(np.array(found) - expected).max() < 1e-6  # a millimetre
    assert (np.abs(np.array(found) / expected - 1) < 1e-7).all()


@pytest.mark.parametrize("closed", [False, True])
def test_curves_are_those_of_alignments(scripts, closed):
    rng = np.random.default_rng(2)
    for _ in range(20):
        steps = rng.normal(scale=0.1, size=(rng.integers(3, 30), 2))
        points = np.cumsum(steps, axis=0) + np.array([105.0, 30.0])
        if closed:
            points[-1] = points[0]
        line, knots = smooth(points, closed=closed)
        found = scripts.evaluate("([p, c]) => geo.smooth(p, c)", [points.tolist(), closed])
        assert found["knots"] == knots.tolist()
        assert np.abs(np.array(found["line"]) - line).max() < 1e-12


def random_line(rng, cat, number):
    """Return a drawn line from stop to stop, some of them places of the network."""
    mode = rng.choice(["road", "rail"])
    modes = {route.route_id: route.mode for route in cat.routes}
    on = {p.place_id for p in cat.alignments if modes[p.route_id] == mode}
    kinds = (
        ("station", "junction", "end") if mode == "rail" else ("interchange", "junction", "town")
    )
    places = [p for p in cat.places if p.place_id in on and p.kind in kinds]
    stops, spot = [], (rng.uniform(103, 108), rng.uniform(28.5, 32))
    for _ in range(rng.randint(2, 6)):
        if rng.random() < 0.5:
            near = min(places, key=lambda p: abs(p.lon - spot[0]) + abs(p.lat - spot[1]))
            if near.place_id not in {stop.get("place") for stop in stops}:
                stops.append({"place": near.place_id})
                spot = near.lon, near.lat
        else:
            stops.append({"lon": spot[0], "lat": spot[1]})
        spot = (
            spot[0] + rng.uniform(0.1, 0.7) * rng.choice([1, -1]),
            spot[1] + rng.uniform(-0.4, 0.4),
        )
    if len(stops) < 2:
        stops.append({"lon": spot[0], "lat": spot[1]})
    at = {p.place_id: (p.lon, p.lat) for p in cat.places}
    ends = [at.get(stop.get("place")) or (stop["lon"], stop["lat"]) for stop in stops]
    via = [
        [[a[k] + (b[k] - a[k]) * 0.5 + rng.uniform(-0.05, 0.05) for k in (0, 1)]]
        * rng.randint(0, 1) for a, b in itertools.pairwise(ends)
    ]  # fmt: skip
    rail = mode == "rail"
    return {
        "do": "draw", "id": f"plan-{number}", "name": f"线{number}", "name_en": f"Line {number}",
        "mode": mode, "class": rng.choice(["hsr", "intercity", "conventional"]) if rail
        else rng.choice(["expressway", "trunk"]), "year": 2030,
        "design_speed_kmh": rng.choice([80, 120, 200]), "stops": stops, "via": via,
        "trains_per_day": rng.choice([None, 30]) if rail else None,
    }  # fmt: skip


def context_of(cat):
    """Return what the page knows of the region."""
    return {
        "places": [{"id": p.place_id, "lon": p.lon, "lat": p.lat, "kind": p.kind}
                   for p in cat.places],
        "towns": [{"lon": c.lon, "lat": c.lat, "population": c.population} for c in cat.cities],
        "borders": [{"code": code, "rings": [ring.tolist() for ring in rings]}
                    for code, rings in coarse_borders(cat).items()],
        "parameters": dict(vars(DEFAULT_PARAMETERS)),
    }  # fmt: skip


DRAW = """([context, edits]) => {
  const place = new Map(context.places.map(row => [row.id, row]));
  return edits.map(edit => geo.drawnLine({ ...context, place }, edit));
}"""


@pytest.fixture(scope="module")
def random_lines(cat):
    """Drawn lines by chance, and the catalogue that has them all."""
    rng = random.Random(3)
    edits = [random_line(rng, cat, number) for number in range(1, 81)]
    return edits, apply_plan(cat, plan_of({"edits": edits}))


def test_a_drawn_line_has_the_sections_edges_and_lengths_of_the_library(
    scripts, cat, random_lines
):
    edits, planned = random_lines
    lines = scripts.evaluate(DRAW, [context_of(cat), edits])
    found = {place["id"]: place for line in lines for place in line["places"]}
    own = {key: place for key, place in planned.place.items() if key not in cat.place}
    assert {key: (p["lon"], p["lat"], p["kind"]) for key, p in found.items()} == {
        key: (p.lon, p.lat, p.kind) for key, p in own.items()
    }
    assert sum(place.kind == "border" for place in own.values()) > 20
    sections = [section for line in lines for section in line["sections"]]
    assert [(s["id"], s["from"], s["to"]) for s in sections] == [
        (s.section_id, s.from_place, s.to_place)
        for edit in edits for s in planned.sections_of[edit["id"]]
    ]  # fmt: skip
    edges = geo.build_network(planned, year=2030, nodes="stops").edges
    made = {
        f"{s['id']}:{s['stops'][k]}": (s["at"][k + 1] - s["at"][k], edge["line"])
        for s in sections for k, edge in enumerate(s["edges"])
    }  # fmt: skip
    assert set(made) == set(edges.index[edges["section_id"].isin([s["id"] for s in sections])])
    lengths = edges["length_km"].to_dict()
    for key, (km, line) in made.items():
        assert km == pytest.approx(lengths[key], abs=CLOSE_KM)
        assert np.abs(np.array(line) - np.array(edges.geometry[key].coords)).max() < 1e-9


def test_stations_of_a_drawn_line_count_as_those_of_the_tables(scripts, cat, random_lines):
    edits, planned = random_lines
    lines = scripts.evaluate(DRAW, [context_of(cat), edits])
    services = Services(geo.build_layers(planned), cat.region.as_of, DEFAULT_PARAMETERS)
    stations = [p for line in lines for p in line["places"] if p["kind"] == "station"]
    for place in stations:
        calls, level = services.calls(place["id"], "emu"), place["level"]
        assert calls.end_share == getattr(DEFAULT_PARAMETERS, f"ends_{level}")
        assert calls.call_share == getattr(DEFAULT_PARAMETERS, f"calls_{level}")
    assert len({place["level"] for place in stations}) >= 3


TIE = """([data, points]) => {
  const starts = [0];
  for (const line of data.roads.lines) starts.push(starts[starts.length - 1] + line.length);
  const roads = { ...data.roads, starts, points: data.roads.lines.flat(2) };
  return geo.tiesOf({ ...data, roads }, data.known, points);
}"""


def flat_lines(lines):
    parts = shapely.get_parts(np.array([*lines], object)) if len(lines) else []
    return [shapely.get_coordinates(part).tolist() for part in parts]


@pytest.mark.parametrize("by_the_sea", [False, True])
def test_new_points_are_tied_to_the_roads_that_the_library_ties_them_to(scripts, cat, by_the_sea):
    shipped = ground_of(cat, DEFAULT_PARAMETERS)
    roads, rng = shipped.roads, np.random.default_rng(5)
    spots = rng.uniform([101, 27.5], [111, 33.5], (60, 2))
    beside = shipped.points[["lon", "lat"]].to_numpy()[rng.choice(len(shipped.points), 60)]
    spots = np.vstack([spots, beside + rng.normal(scale=0.008, size=beside.shape)])
    frame = pd.DataFrame(spots, columns=["lon", "lat"], index=[f"p{i}" for i in range(len(spots))])
    frame["port"] = np.arange(len(frame)) % 3 == 0
    waters = [shipped.rivers, ()]
    if by_the_sea:  # as if the roads were surveyed, and every river an arm of the sea
        waters = [(), shipped.rivers]
        roads = replace(roads, source={**roads.source, "exact": True})
    everyone = pd.concat([shipped.points, frame])
    expected = Ground(roads, frame, DEFAULT_PARAMETERS, *waters).ties
    i, j, km = Ground(roads, everyone, DEFAULT_PARAMETERS, *waters).near
    data = {
        "roads": {"lon": roads.nodes["lon"].tolist(), "lat": roads.nodes["lat"].tolist(),
                  "km": roads.edges["length_km"].tolist(),
                  "lines": flat_lines(roads.edges.geometry)},
        "rivers": flat_lines(waters[0]), "coasts": flat_lines(waters[1]), "exact": by_the_sea,
        "parameters": dict(vars(DEFAULT_PARAMETERS)),
        "known": [{"id": row.Index, "lon": row.lon, "lat": row.lat}
                  for row in shipped.points.itertuples()],
    }  # fmt: skip
    points = [{"id": row.Index, "lon": row.lon, "lat": row.lat,
               "kind": "port" if row.port else "end"} for row in frame.itertuples()]  # fmt: skip
    found = scripts.evaluate(TIE, [data, points])
    key = ["point", "node", "edge", "share"]
    ties = pd.DataFrame(found["ties"]).fillna({"node": -1, "edge": -1, "share": 0})
    both = [t.astype({"node": int, "edge": int}).sort_values(key, ignore_index=True)
            for t in (ties, expected)]  # fmt: skip
    assert both[0][key].to_numpy().tolist() == both[1][key].to_numpy().tolist()
    assert np.abs(both[0]["km"] - both[1]["km"]).max() < 1e-7
    new = (i >= len(shipped.points)) | (j >= len(shipped.points))
    names, i, j, km = everyone.index.to_numpy(), i[new], j[new], km[new]
    pairs = {frozenset(pair): away for *pair, away in zip(names[i], names[j], km, strict=True)}
    made = {frozenset((row["a"], row["b"])): row["km"] for row in found["near"]}
    assert made.keys() == pairs.keys()
    assert len(made) > 20
    assert all(abs(made[pair] - pairs[pair]) < 1e-7 for pair in made)
    assert len(expected) < 4 * len(points)  # some ties would cross a river


TIMES = """([points, mode]) => {
  const ends = points.map(([lon, lat]) => engine.end({ lon, lat }));
  const [first] = engine.cities;
  return Array.from(engine.times(null, 2030, mode, [...ends, first], [...ends, first]));
}"""


def test_trips_between_any_points_take_as_long_as_in_the_library(page, drawn, tmp_path):
    page.goto(plan_engine.write(tmp_path / "page.html", drawn).as_uri())
    rng = np.random.default_rng(6)
    points = rng.uniform([101, 27.5], [111, 33.5], (12, 2)).round(4)
    points = np.vstack([points, points[:3] + np.array([0.004, 0.003])])  # some near each other
    net = geo.build_network(drawn, year=2030, nodes="stops")
    ends = [*map(tuple, points.tolist()), drawn.catalogue.centres[0]]
    for mode in ("any", "road", "rail"):
        known = travel_time_matrix(net, ends, ends, mode).to_numpy(float)
        found = page.evaluate(TIMES, [points.tolist(), mode])
        found = np.array([np.inf if value is None else value for value in found], float)
        found, reached = found.reshape(known.shape), np.isfinite(known)
        assert np.array_equal(np.isfinite(found), reached)
        assert np.abs(found[reached] - known[reached]).max() < 1e-6
        assert reached.sum() > 100
