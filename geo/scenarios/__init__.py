"""Scenarios: alternatives, comparison, timeline, corridor profile, whole analysis, headlines."""

from geo.scenarios.alternatives import with_projects, with_sections
from geo.scenarios.analysis import Analysis, analyse, horizon_of, milestones
from geo.scenarios.comparison import (
    city_changes,
    compare_cities,
    compare_dates,
    project_benefits,
    times,
)
from geo.scenarios.corridor import city_pair_profile, corridor_profile
from geo.scenarios.headlines import headline_sentences
from geo.scenarios.timeline import Timeline, build_timeline, figures_by_year, growth, plain_values

__all__ = [
    "Analysis",
    "Timeline",
    "analyse",
    "build_timeline",
    "city_changes",
    "city_pair_profile",
    "compare_cities",
    "compare_dates",
    "corridor_profile",
    "figures_by_year",
    "growth",
    "headline_sentences",
    "horizon_of",
    "milestones",
    "plain_values",
    "project_benefits",
    "times",
    "with_projects",
    "with_sections",
]
