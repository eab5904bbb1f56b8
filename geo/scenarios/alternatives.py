"""The network with other projects or sections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from geo.catalogue import Project
from geo.layers import Layers, sections_on


def with_projects(
    layers: Layers, projects: Iterable[Project], *, date: dt.date, done: bool = True
) -> Layers:
    """
    Return the layers as if projects were done by a day, or never.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    projects
        Projects to do or to leave undone. A project of the change "close" closes its sections
        when it is done; "add" and "upgrade" open theirs; a "delay" opens them in the year of
        the project and not before.
    date, done
        The day by which they are done; False: their sections are open or expected on no day.

    Returns
    -------
    layers
        A copy with other dates of opening.

    Examples
    --------
    >>> from datetime import date
    >>> project = next(p for p in cat.projects if p.project_id == "chengdawan")
    >>> then = with_projects(lay, [project], date=date(2025, 12, 31))
    >>> then.sections.loc["chengdawan-hsr-2", ["status", "opened"]].tolist()
    ['open', '2025-12-31']
    >>> lay.sections.loc["chengdawan-hsr-2", "status"]
    'construction'
    """
    for project in projects:
        opens = done != (project.change == "close")
        late = project.change == "delay" and project.year is not None and date.year < project.year
        opening = date if opens and not late else None
        layers = with_sections(layers, section_ids(project), open_on=opening)
    return layers


def with_sections(layers: Layers, ids: Iterable[str], *, open_on: dt.date | None) -> Layers:
    """
    Return the layers as if sections were open from a day on, or, with None, on no day.

    Those that are open by then already keep their date.
    """
    sections, rows = layers.sections.copy(), list(ids)
    if open_on is None:
        sections.loc[rows, ["status", "opened", "started"]] = ["planned", "", ""]
        sections.loc[rows, "expected"] = None
        return replace(layers, sections=sections)
    stages = sections_on(layers, open_on).loc[rows, "stage"]
    closed = list(stages.index[stages != "open"])
    sections.loc[closed, ["status", "opened"]] = ["open", open_on.isoformat()]
    return replace(layers, sections=sections)


def section_ids(project: Project) -> list[str]:
    """Return the ids of the sections that a project concerns."""
    return [key for key in project.sections.split(";") if key]
