import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.geometry.curves import MAX_BULGE_M, smooth
from geo.geometry.geodesy import METRES_PER_DEGREE, along_km, leg_lengths_km

POINTS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=12, unique=True
).map(lambda pairs: np.array(pairs) / 1000 + [105.0, 30.0])


def metres(lonlat):
    return (lonlat - lonlat.mean(0)) * METRES_PER_DEGREE * [np.cos(np.radians(30.15)), 1]


@given(POINTS, st.booleans())
def test_a_curve_passes_through_its_points_and_keeps_to_the_chords(points, closed):
    line, at = smooth(points, closed=closed)
    assert np.array_equal(line[at], points)
    plane = metres(np.vstack([line, points]))[: len(line)]
    knots = metres(np.vstack([line, points]))[len(line) :]
    for i, (a, b) in enumerate(itertools.pairwise(at)):
        chord = shapely.LineString(knots[i : i + 2])
        arc = shapely.points(plane[a : b + 1])
        assert shapely.distance(chord, arc).max() <= MAX_BULGE_M * 1.01


@given(POINTS)
def test_a_curve_is_never_shorter_than_its_points_nor_much_longer(points):
    line, _ = smooth(points)
    straight, drawn = leg_lengths_km(points).sum(), along_km(line)[-1]
    assert straight - 1e-9 <= drawn <= straight * 1.25


def test_points_on_a_line_stay_a_line():
    points = np.array([[105.0, 30.0], [105.01, 30.0], [105.2, 30.0]])
    line, _ = smooth(points)
    assert np.ptp(line[:, 1]) < 1e-9


def test_a_ring_is_smooth_where_it_closes():
    turn = np.linspace(0, 2 * np.pi, 13)
    ring = np.column_stack([105 + 0.05 * np.cos(turn), 30 + 0.05 * np.sin(turn)])
    ring[-1] = ring[0]
    line, _ = smooth(ring, closed=True)
    first, last = line[1] - line[0], line[-1] - line[-2]
    turning = np.degrees(np.arccos(first @ last / np.hypot(*first) / np.hypot(*last)))
    assert turning < 20


def test_one_degree_of_the_equator():
    assert leg_lengths_km(np.array([[0.0, 0.0], [1.0, 0.0]]))[0] == pytest.approx(
        111.3195, abs=1e-3
    )


def test_named_lines_run_their_published_lengths_with_their_stations(cat, drawn):
    running = drawn.routes["running_km"]
    assert running["chengyu-middle-hsr"] == pytest.approx(291.33, abs=0.05)
    assert running["chengdawan-hsr"] == pytest.approx(486.4, abs=0.05)
    stations = {
        route: [cat.place[p.place_id].name for p in cat.points_of[route]
                if p.place_id and cat.place[p.place_id].kind == "station"]
        for route in ("chengyu-middle-hsr", "chengdawan-hsr")
    }  # fmt: skip
    assert stations["chengyu-middle-hsr"] == [
        "重庆北",
        "重庆科学城",
        "铜梁",
        "大足石刻",
        "安岳",
        "乐至",
        "简州",
        "成都",
    ]
    assert stations["chengdawan-hsr"] == (
        [
            "天府",
            "天府机场",
            "资阳西",
            "乐至",
            "遂宁",
            "蓬溪南",
            "南充北",
            "营山西",
            "渠县北",
            "达州南",
            "开江南",
            "岳溪",
            "万州北",
        ]
    )
    parts = drawn.sections.groupby(["route_id"]).get_group(("kailiang",))["running_km"]
    assert list(parts.round(1)) == [25.4, 5.0, 45.2]


def test_drawn_lengths_fit_the_published_ones(drawn):
    known = drawn.sections[drawn.sections["accuracy_class"] != "sketch"]
    off = (known["length_ratio"].dropna() - 1).abs()
    assert len(off) > 50
    assert (off <= 0.03).mean() >= 0.6
    assert (off <= 0.08).mean() >= 0.9


def test_every_feature_carries_source_and_accuracy(drawn):
    for frame in (drawn.sections, drawn.routes):
        assert (frame["source"] != "").all()
        assert frame["accuracy_m"].gt(0).all()
        assert frame["accuracy_class"].isin(["surveyed", "approximate", "sketch"]).all()
        assert frame.geometry.is_valid.all()
        assert frame.crs.to_epsg() == 4326
    assert set(drawn.places["kind"]) >= {"station", "junction", "border", "port", "airport"}


def test_sections_of_a_route_join(cat, drawn):
    for route_id, sections in cat.sections_of.items():
        ends = [drawn.sections.geometry[s.section_id].coords for s in sections]
        for before, after in itertools.pairwise(ends):
            assert before[-1] == after[0], route_id
