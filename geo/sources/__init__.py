"""What is read becomes tables: conflation, refresh, drafting a region, adding drawn lines."""

from geo.sources.added_lines import Added, add_lines
from geo.sources.added_plans import AddedPlan, add_plan
from geo.sources.corridors import route_requests
from geo.sources.datum_check import expect_datum
from geo.sources.refresh import refresh_alignments
from geo.sources.region_folder import draft_region, new_region, region_from_workbook

__all__ = [
    "Added", "AddedPlan", "add_lines", "add_plan", "draft_region", "expect_datum", "new_region",
    "refresh_alignments", "region_from_workbook", "route_requests",
]  # fmt: skip
