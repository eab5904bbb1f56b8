"""What people make of a place, by the numbers that travel times rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.network import DEFAULT_PARAMETERS


@pytest.mark.parametrize(
    ("people", "rank"),
    [(8e6, "core"), (8e6 - 1, "city"), (1.5e6, "city"), (1.5e6 - 1, "town"), (0, "town")],
)
def test_a_place_is_what_its_people_make_it(people, rank):
    assert DEFAULT_PARAMETERS.rank(people) == rank
    other = replace(DEFAULT_PARAMETERS, core_people=8e6 + 1, city_people=1.5e6 + 1)
    assert other.rank(people) == {8e6: "city", 1.5e6: "town"}.get(people, rank)


def test_a_table_names_every_number():
    table = DEFAULT_PARAMETERS.table()
    assert table.index.name == "name"
    assert table.columns.tolist() == ["value", "unit", "low", "high", "reason"]
    assert table.loc["wait_share"].drop("reason").tolist() == [0.25, "1", 0.1, 0.5]
    assert table.loc["wait_share", "reason"].startswith("wait over the time between trains")
