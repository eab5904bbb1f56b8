"""Plans of a region to start from: read, refused in words, and true to the tables."""

from __future__ import annotations

import pytest
import small_region

import geo
from geo.core import BadInputError
from geo.scenarios import apply_plan, plan_of

PLAN = """
[[plans]]
name = "晚"
name_en = "Late"
year = 2029
edits = [{ do = "open", year = 2030, sections = ["north-2"] }]
"""


def region(tmp_path, text):
    folder = small_region.write(tmp_path / "region")
    file = folder / "region.toml"
    file.write_text(file.read_text("utf-8") + text, encoding="utf-8")
    return folder


def test_a_plan_of_a_region_is_one_that_can_be_applied(tmp_path):
    cat = geo.load(region(tmp_path, PLAN))
    (plan,) = cat.region.plans
    made = apply_plan(cat, plan_of({"name": plan.name, "edits": [*plan.edits]}))
    assert made.section["north-2"].expected == 2030


def test_a_section_that_is_not_there_is_named_with_the_closest(tmp_path):
    folder = region(tmp_path, PLAN.replace("north-2", "north-22"))
    with pytest.raises(BadInputError) as caught:
        geo.load(folder)
    (problem,) = caught.value.problems
    assert (problem.file, problem.value) == ("region.toml", "north-22")
    assert "north-2" in str(problem)


@pytest.mark.parametrize("text", ["edits = []", "edit = 1", 'year = "late"'])
def test_what_is_no_plan_is_refused(text, tmp_path):
    with pytest.raises(BadInputError, match="plans"):
        geo.load(region(tmp_path, f'[[plans]]\nname = "x"\nname_en = "x"\n{text}\n'))


def test_the_shipped_plans_can_be_applied(cat):
    assert {plan.name_en for plan in cat.region.plans} >= {"Middle Line two years late"}
    for plan in cat.region.plans:
        saved = {"name": plan.name, "name_en": plan.name_en, "edits": [*plan.edits]}
        made = apply_plan(cat, plan_of(saved))
        assert made.sections != cat.sections
