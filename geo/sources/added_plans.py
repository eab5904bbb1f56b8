"""A plan becomes part of the tables of a region: rows changed and added, all at once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from geo.catalogue import TABLES, Catalogue, Source, TextTable, columns, load
from geo.core import BadInputError, Message, Problem
from geo.layers import Finding, build_layers
from geo.scenarios import Plan, apply_plan
from geo.sources.added_lines import expect_no_errors
from geo.sources.table_copy import copy_tables, install_tables, source_key


class AddedPlan(NamedTuple):
    """
    What became of a plan.

    Parameters
    ----------
    catalogue
        The catalogue with the plan, read back.
    rows, changed
        Rows that are new, and rows that there were and have other cells now, by table.
    sections
        Ids of the sections that are new or changed.
    findings
        What `geo check` reports because of it; no errors.
    """

    catalogue: Catalogue
    rows: dict[str, int]
    changed: dict[str, int]
    sections: list[str]
    findings: list[Finding]


def add_plan(
    catalogue: Catalogue, plan: Plan, *, source: Mapping[str, str], out: Path | None = None
) -> AddedPlan:
    """
    Write the edits of a plan into the tables of a region.

    All tables are written at once, and only where nothing is wrong with them. Rows that nothing
    changes keep their bytes.

    Parameters
    ----------
    catalogue
        The catalogue of the region.
    plan
        The plan (`read_plan`).
    source
        The row of its source: key, title, publisher, date, url, licence.
    out
        The data folder to change; default: none, only report.

    Returns
    -------
    added
        What was changed.

    Raises
    ------
    BadInputError
        When it closes something, which no table can hold, when an edit is wrong, or when the new
        tables have an error; nothing is written then.
    OutputError
        When the folder cannot be written; nothing is written then.

    Examples
    --------
    >>> from geo.scenarios import plan_of
    >>> late = plan_of({"edits": [{"do": "open", "sections": ["chengdawan-hsr-2"], "year": 2029}]})
    >>> added = add_plan(cat, late, source={"key": "late", "title": "A delay"})
    >>> added.changed, added.rows
    ({'sections': 1}, {'sources': 1})
    """
    if plan.closes:
        text = Message(
            "expected no closure, which tables cannot hold: `geo compare --plan` and "
            "the plan page count with it"
        )
        raise BadInputError([Problem(plan.file, number, "do", "", text) for number in plan.closes])
    row = {key: source.get(key, "") for key in columns(Source)}
    row["key"] = source_key(catalogue, row)
    planned = apply_plan(catalogue, plan, Source(**row))
    rows, changed = dict[str, int](), dict[str, int]()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tables = copy_tables(catalogue, folder)
        for name in TABLES:
            before, after = getattr(catalogue, name), getattr(planned, name)
            if after != before:
                changed[name] = _rewrite(tables / f"{name}.csv", before, after)
                rows[name] = len(after) - len(before)
        made = replace(load(folder), folder=catalogue.folder)
        findings = expect_no_errors(build_layers(catalogue), build_layers(made))
        if out is not None:
            install_tables(folder, out)
    known = {section.section_id: section for section in catalogue.sections}
    return AddedPlan(
        catalogue=made if out is None else replace(made, folder=out),
        rows={name: count for name, count in rows.items() if count},
        changed={name: count for name, count in changed.items() if count},
        sections=[s.section_id for s in made.sections if known.get(s.section_id) != s],
        findings=findings,
    )


def _rewrite(path: Path, before: tuple[Any, ...], after: tuple[Any, ...]) -> int:
    """Write other cells into the rows of a table, and new rows behind them; count the changed."""
    name = path.stem
    table = TextTable.read(path) if path.exists() else TextTable.empty(columns(TABLES[name]))
    written, count = [], 0
    pairs = iter(zip(before, after[: len(before)], strict=True))
    for row in table.rows:
        if not any(cell.strip() for cell in row.cells.values()):  # a blank line is no row
            written.append(row)
            continue
        old, new = next(pairs)
        if old != new:
            cells = zip(_cells(old).items(), _cells(new).values(), strict=True)
            other = {key: text for (key, was), text in cells if was != text}
            row, count = table.new_row(row.cells | other), count + 1  # noqa: PLW2901
        written.append(row)
    table.write(path, [*written, *(table.new_row(_cells(new)) for new in after[len(before) :])])
    return count


def _cells(row: Any) -> dict[str, str]:
    """Return the cells of a row as text."""
    return {key: _text(value) for key, value in row.model_dump(by_alias=True).items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
