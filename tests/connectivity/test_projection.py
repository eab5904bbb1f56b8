"""Areas do not depend on the frame that a region is given."""

from __future__ import annotations

import pytest
import toy

import geo
from geo.connectivity import isochrone_areas


def test_a_frame_around_the_world_changes_no_area(tmp_path):
    toy.region(tmp_path, {"a": (0, 0), "b": (40, 0)}, {"ab": 40}, {"a": 1, "b": 1})
    for table in ("places", "cities"):
        toy.edit(tmp_path, table, lambda row: {"lon": float(row["lon"]) + 105, "lat": 30})
    settings, found = (tmp_path / "region.toml").read_text("utf-8"), []
    for frame in ("[102.0, 27.0, 108.0, 33.0]", "[-180.0, -90.0, 180.0, 90.0]"):
        text = settings.replace("[-5.0, -5.0, 5.0, 5.0]", frame)
        (tmp_path / "region.toml").write_text(text, "utf-8")
        net = geo.build_network(geo.load(tmp_path), nodes="stops")
        found.append(isochrone_areas(net, net.layers.catalogue.cities[:1], [30])["area_km2"][0])
    assert found[1] == pytest.approx(found[0], rel=0.002)
