from datetime import date

import pytest

from geo.core.errors import NotFoundError
from geo.geometry.geodesy import geodesic_km
from geo.layers.crossings import border_crossings

# what the provinces published, counted on their own side of the border
SICHUAN_OPEN = {
    "2009-12-31": 5, "2018-12-31": 10, "2019-12-31": 11, "2020-12-07": 11,
    "2020-12-31": 13, "2025-03-29": 16, "2025-12-31": 17,
}  # fmt: skip
CHONGQING_OPEN = {"2018-12-25": 10, "2019-12-31": 12, "2020-12-30": 14, "2021-04-30": 15}
# where the thirteen roads open by 2021 cross the border in OpenStreetMap
REAL = {
    "chengyu": (105.4403, 29.3958), "chengsuiyu": (105.7157, 30.2547),
    "chenganyu": (105.5612, 29.7410), "chengziyu-hean": (105.5740, 30.1255),
    "nanyu-yuwu": (106.3051, 30.2377), "dayu-yulin": (106.8416, 30.0458),
    "lindian-zhongdian": (107.2444, 30.2634), "nandaliang-liangzhong": (107.4561, 30.7877),
    "dawan": (108.0216, 31.0681), "luyu-jianghe": (106.0135, 28.9556),
    "baguangyu-yuguang": (106.5982, 30.2955), "ronglu-tongrong": (105.5035, 29.2880),
    "yuguang-branch": (106.6562, 30.1695),
}  # fmt: skip


def count(drawn, day, region, *stages):
    frame = border_crossings(drawn, year=date.fromisoformat(day), mode="road")
    return sum(sides[region].status in stages for sides in frame["sides"])


@pytest.mark.parametrize(("day", "links"), SICHUAN_OPEN.items())
def test_links_open_on_the_side_of_sichuan(drawn, day, links):
    assert count(drawn, day, "四川", "open") == links


@pytest.mark.parametrize(("day", "links"), CHONGQING_OPEN.items())
def test_links_open_on_the_side_of_chongqing(drawn, day, links):
    assert count(drawn, day, "重庆", "open") == links


def test_the_seventeen_of_the_announcement(drawn):
    assert count(drawn, "2020-12-31", "四川", "open", "construction") == 17


def test_the_seventeen_are_the_group_of_that_name(drawn, cat):
    frame = border_crossings(drawn, year=date(2020, 12, 31), mode="road")
    own = {s["四川"].route_id for s in frame["sides"] if s["四川"].status != "planned"}
    assert own == {route.route_id for route in cat.routes if route.group == "inter17"}


def test_crossings_lie_where_the_roads_cross(drawn):
    frame = border_crossings(drawn, year=date(2021, 12, 31), mode="road").set_index("route_id")
    for route, (lon, lat) in REAL.items():
        point = frame.geometry[route]
        assert geodesic_km([point.x, point.y], [lon, lat]) < 0.5, route


def test_a_traveller_meets_the_less_advanced_side(drawn):
    frame = border_crossings(drawn, year=date(2021, 6, 1), mode="road").set_index("place_id")
    luyong = frame.loc["baofengyangdakou-border"]
    assert luyong["sides"]["重庆"].status == "open"
    assert luyong["sides"]["四川"].status == luyong["status"] == "construction"


def test_two_routes_that_meet_on_the_border_are_one_crossing(drawn):
    frame = border_crossings(drawn, year=date(2026, 1, 1)).set_index("place_id")
    sides = frame.loc["nanmuwan-hub", "sides"]
    assert sides["四川"].route_id == "nanchong-tongnan"
    assert sides["重庆"].route_id == "ronglu-tongrong"


def test_counties_of_the_published_border_towns(drawn):
    frame = border_crossings(drawn, year=date(2025, 1, 1)).set_index("route_id")
    for route, counties in {"chengyu": ("隆昌市", "荣昌区"), "kailiang": ("开江县", "梁平区"),
                            "luyong": ("泸县", "永川区"), "neida": ("东兴区", "荣昌区"),
                            "dawan": ("开江县", "开州区"), "nanyu-yuwu": ("武胜县", "合川区")}.items():  # fmt: skip
        sides = frame.loc[route, "sides"]
        assert (sides["四川"].county, sides["重庆"].county) == counties


def test_widening_a_road_is_no_further_link(drawn):
    frame = border_crossings(drawn, year=date(2029, 1, 1))
    assert "chengyu-widening" not in set(frame["route_id"])


def test_the_order_of_the_regions_does_not_matter(drawn):
    day = date(2024, 1, 1)
    one, two = (
        border_crossings(drawn, "四川", "重庆", year=day),
        border_crossings(drawn, "Chongqing", "Sichuan", year=day),
    )
    assert list(one["place_id"]) == list(two["place_id"])
    assert list(one["status"]) == list(two["status"])


def test_unknown_or_equal_regions_are_refused(cat):
    with pytest.raises(NotFoundError, match="湖南"):
        cat.region.pair("四川", "湖南")
    with pytest.raises(NotFoundError, match="second"):
        cat.region.pair("四川", "四川")
