"""What each project changes, alone today and as the last one later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.distributed import here
from geo.layers import status_frame
from geo.report import cities_of
from geo.scenario import city_changes, nearness, times, with_projects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from pandas import DataFrame

    from geo.distributed import Share
    from geo.layers import Layers
    from geo.tables import Project


def added_alone(
    drawn: Layers,
    projects: Sequence[Project],
    day: date,
    mode: str = "any",
    *,
    share: Share = here,
) -> dict[str, NDArray[np.float64]]:
    """
    Return the times between all cities with each project added alone on a day.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    projects
        The projects.
    day
        The day.
    mode
        Road, rail, water or any.
    share
        Where projects are added (`geo.distributed.workers`); default: in this process.

    Returns
    -------
    times
        Minutes, shape (n, n), by project id.

    Examples
    --------
    >>> from datetime import date
    >>> added = added_alone(lay, cat.projects[:1], date(2026, 12, 31))
    >>> list(added)
    ['chengyu-middle']
    """
    names = [project.project_id for project in projects]
    return dict(zip(names, share(_with, (drawn, day, mode), projects), strict=True))


def _with(large: tuple[Layers, date, str], project: Project) -> NDArray[np.float64]:
    drawn, day, mode = large
    return times(with_projects(drawn, [project], day=day), day, mode)


def _without(large: tuple[Layers, date, str], project: Project) -> NDArray[np.float64]:
    drawn, day, mode = large
    return times(with_projects(drawn, [project], day=day, done=False), day, mode)


def project_effects(
    drawn: Layers, added: Mapping[str, NDArray[np.float64]], day: date, mode: str = "any"
) -> DataFrame:
    """
    Return what each project alone would change for every city on a day.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    added
        Times with each project added alone (`added_alone`).
    day
        The day.
    mode
        Road, rail, water or any.

    Returns
    -------
    table
        `project_id`, `project_zh`, `project_en` and the columns of `compare_cities`, one row
        per project and city.

    Examples
    --------
    >>> from datetime import date
    >>> day = date(2026, 12, 31)
    >>> table = project_effects(lay, added_alone(lay, cat.projects[:1], day), day)
    >>> len(table), bool(table["mean_min_delta"].max() <= 0)
    (47, True)
    """
    import pandas as pd

    cities, now = cities_of(drawn.catalogue), times(drawn, day, mode)
    tables = []
    for project in (p for p in drawn.catalogue.projects if p.project_id in added):
        table = city_changes(cities, now, added[project.project_id])
        names = {"project_id": project.project_id, "project_zh": project.name_zh,
                 "project_en": project.name_en}  # fmt: skip
        for position, (key, value) in enumerate(names.items()):
            table.insert(position, key, value)
        tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def project_values(
    drawn: Layers,
    before: date,
    after: date,
    mode: str = "any",
    *,
    added: Mapping[str, NDArray[np.float64]] | None = None,
    share: Share = here,
) -> DataFrame:
    """
    Return what each project that opens between two dates is worth, two ways.

    `first_in` is the gain when the project alone is added to the state at the start,
    `last_in` the loss when it alone is missing from the state at the end, both in nearness
    (`nearness`) as a percentage of that at the start, NaN where that is nothing. A project
    worth more at the end than at the start complements the others; one worth less replaces or
    is replaced by them.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    before, after
        The two dates.
    mode
        Road, rail, water or any.
    added
        Times with each of them added alone at the start, where they are known already.
    share
        Where projects are left out (`geo.distributed.workers`); default: in this process.

    Returns
    -------
    table
        One row per project: `project_id`, names, `change`, `year`, `first_in_percent`,
        `last_in_percent`, `relation` (complements, replaces, independent).

    Examples
    --------
    >>> from datetime import date
    >>> table = project_values(lay, date(2026, 12, 31), date(2027, 12, 31))
    >>> bool((table["first_in_percent"] >= 0).all())
    True
    """
    import pandas as pd

    people = np.array([city.population for city in cities_of(drawn.catalogue)], float)
    opening = opening_between(drawn, before, after)
    if added is None:
        added = added_alone(drawn, opening, before, mode, share=share)
    start = nearness(times(drawn, before, mode), people)
    end = nearness(times(drawn, after, mode), people)
    rows = []
    for project, late in zip(opening, share(_without, (drawn, after, mode), opening), strict=True):
        first = nearness(added[project.project_id], people) - start
        last = end - nearness(late, people)
        rows.append(_value_row(project, first, last, start))
    columns = ["project_id", "name_zh", "name_en", "change", "year", "first_in_percent",
               "last_in_percent", "relation"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("last_in_percent", ascending=False, ignore_index=True)


def opening_between(drawn: Layers, before: date, after: date) -> list[Project]:
    """
    Return the projects that open between two dates.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    before, after
        The two dates.

    Returns
    -------
    projects
        Those with all sections open on the second date and not on the first.

    Examples
    --------
    >>> from datetime import date
    >>> found = opening_between(lay, date(2026, 12, 31), date(2027, 12, 31))
    >>> sorted(project.name_zh for project in found)
    ['成渝中线高铁', '成达万高铁']
    """
    projects = drawn.catalogue.projects
    return [project for project in projects if _opens_between(drawn, project, before, after)]


def _opens_between(drawn: Layers, project: Project, before: date, after: date) -> bool:
    rows = drawn.sections.loc[[key for key in project.sections.split(";") if key]]
    as_of = drawn.catalogue.region.as_of
    stages = [set(status_frame(rows, day, as_of)["stage"]) for day in (before, after)]
    return stages[0] != {"open"} and stages[1] == {"open"}


def _value_row(project: Project, first: float, last: float, start: float) -> dict[str, Any]:
    """Return two gains in percent of the start; unknown where no city could be reached then."""
    tiny, alike = max(abs(first), abs(last)) <= 1e-5 * start, 0.05 * max(first, last)
    small = tiny or abs(last - first) < alike
    relation = "independent" if small else ("complements" if last > first else "replaces")
    percent = 100 / start if start else float("nan")
    return {
        "project_id": project.project_id,
        "name_zh": project.name_zh,
        "name_en": project.name_en,
        "change": project.change,
        "year": project.year,
        "first_in_percent": percent * first,
        "last_in_percent": percent * last,
        "relation": relation,
    }
