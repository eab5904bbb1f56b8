"""What is read becomes tables: conflation, refresh, drafting a region."""

from geo.sources.corridors import route_requests
from geo.sources.datum_check import expect_datum
from geo.sources.refresh import refresh_alignments
from geo.sources.region_folder import draft_region, new_region, region_from_workbook

__all__ = [
    "draft_region", "expect_datum", "new_region", "refresh_alignments",
    "region_from_workbook", "route_requests",
]  # fmt: skip
