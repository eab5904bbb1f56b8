"""
Scenarios: layers and dates or projects in, tables and sheets out.

Alternatives, comparison of two dates, timeline, corridor profile, whole analysis, headlines.
"""

from geo.scenarios.alternatives import with_projects
from geo.scenarios.analysis import Analysis, analyse
from geo.scenarios.comparison import (
    city_changes,
    compare_catalogues,
    compare_cities,
    compare_dates,
    project_benefits,
    travel_times_on,
)
from geo.scenarios.corridor import city_pair_profile, corridor_profile
from geo.scenarios.headlines import headline_sentences
from geo.scenarios.plans import Plan, apply_plan, is_plan, plan_of, planned_layers, read_plan
from geo.scenarios.route_variants import RouteVariants
from geo.scenarios.sensitivity import headline_intervals, sensitivity_table
from geo.scenarios.timeline import (
    Timeline,
    build_timeline,
    figures_by_year,
    horizon_of,
    timeline_values,
)

__all__ = [
    "Analysis", "Plan", "RouteVariants", "Timeline", "analyse", "apply_plan", "build_timeline",
    "city_changes", "city_pair_profile", "compare_catalogues", "compare_cities", "compare_dates",
    "corridor_profile", "figures_by_year", "headline_intervals", "headline_sentences",
    "horizon_of", "is_plan", "plan_of", "planned_layers",
    "project_benefits", "read_plan", "sensitivity_table", "timeline_values", "travel_times_on",
    "with_projects",
]  # fmt: skip
