"""The engine of plans in a browser: a page with its script and the data of a region alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geo.maps.bundling import page_script
from geo.maps.offline import json_text
from geo.maps.plan_data import engine_data

#: Calls the engine; what is infinite or not a number comes back as null.
CALL = """([name, args]) => {
  const found = engine[name](...args);
  return found instanceof Float64Array ? Array.from(found) : found;
}"""
#: Minutes between all centres, and from them to all settlements.
DOOR_TIMES = """([plan, date, mode]) => Array.from(engine.times(
  plan, date, mode, engine.cities, [...engine.cities, ...engine.zones]))"""


def write(path: Path, layers) -> Path:
    """Write the page of a region."""
    script = page_script("plan-engine")
    data = json_text(engine_data(layers))
    path.write_text(
        f'<!DOCTYPE html><title>Engine</title><script id="data" type="application/json">{data}'
        f"</script><script>{script}\nconst engine = geo.createEngine("
        'JSON.parse(document.getElementById("data").textContent));</script>',
        encoding="utf-8",
    )
    return path


def door_times(page, plan, date, mode, shape):
    """Return the minutes that the engine of a page finds, infinite where there is no way."""
    found = page.evaluate(DOOR_TIMES, [plan, date, mode])
    minutes = np.array([np.inf if value is None else value for value in found], float)
    return minutes.reshape(shape)
