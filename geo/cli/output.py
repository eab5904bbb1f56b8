"""Print results: JSON, aligned tables, sheets of facts, progress; plain text but on a terminal."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from math import isnan
from typing import Any

from geo.cli.messages import _, spoken, word

#: Columns whose cells are words of the package, not of the data.
WORDS = frozenset(
    {"mode", "status", "stage", "relation", "change", "confidence", "reason", "why", "note",
     "name", "class"}
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?")
_HANZI = re.compile("[\u4e00-\u9fff]")
#: Assumed sections that a line names; JSON has all.
LISTED = 8
#: Values of facts that are not known or empty.
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@contextmanager
def standard_streams() -> Iterator[None]:
    """
    Have streams that can be written to, in UTF-8; those that are closed lead nowhere.

    A terminal keeps its encoding, and so does who asks for one by PYTHONIOENCODING: what it does
    not have becomes a question mark.

    A service or cron job may have none. Their numbers are taken as well, lest a file that is
    opened later gets one of them and with it what libraries print.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    with ExitStack() as closed:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None:
                nowhere = closed.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123
                setattr(sys, name, nowhere)
                closed.callback(setattr, sys, name, None)
            elif hasattr(stream, "reconfigure"):
                own = stream.isatty() or os.environ.get("PYTHONIOENCODING")
                encoding = None if own else "utf-8"
                # names of files may be no text: JSON reads back what stands for them
                errors = "replace" if own else "backslashreplace"
                stream.reconfigure(encoding=encoding, errors=errors)
        yield


def silence_output() -> None:
    """Let what is still to be written to standard output go nowhere, where that has failed."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def print_json(value: dict[str, Any]) -> None:
    """Print a result for machines, in ASCII where the stream is not in UTF-8."""
    other = not (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=other, indent=1, allow_nan=False))


def say(text: str, /, **values: Any) -> None:
    """Print a sentence in the language of the command."""
    print(_(text, **values))


def say_assumed(date: dt.date, sections: Sequence[str]) -> None:
    """Say in one line below a result which sections it takes as open, where there are any."""
    if not sections:
        return
    more = ", …" if len(sections) > LISTED else ""
    say(
        "{date}: assumed to be open by their expected year ({count}): {sections}",
        date=date,
        count=len(sections),
        sections=", ".join(sections[:LISTED]) + more,
    )


def warn(text: str, /, **values: Any) -> None:
    """Print a sentence to standard error, in the language of the command."""
    complain(_(text, **values), style="yellow")


def complain(text: str, style: str = "red") -> None:
    """Print a finished text to standard error, coloured on a terminal."""
    if not sys.stderr.isatty():
        with suppress(OSError):  # nobody reads it; the exit code says it too
            print(text, file=sys.stderr)
        return
    from rich.console import Console

    Console(stderr=True).print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def print_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print rows as an aligned table, numbers to the right; headings are translated already."""
    shown: dict[str, str] = {}
    for key, heading in columns.items():
        if key == "name" and spoken.get() == "en" and rows and "name_en" in rows[0]:
            shown["name_en"] = "name"
            own = [str(row["name"]) for row in rows if row["name"] != row["name_en"]]
            if own:  # the name of the place itself beside the English one
                chinese = any(map(_HANZI.search, own))
                shown["name"] = "中文" if chinese else _("local name")
        else:
            shown[key] = heading
    _print_lines(list(shown.values()), [[_cell(row.get(k), k) for k in shown] for row in rows])


def _print_lines(headings: list[str], lines: list[list[str]]) -> None:
    """Print a table; rich fits it to a terminal, and knows how wide a hanzi is."""
    columns = list(zip(headings, *lines, strict=True))
    right = [all(map(_NUMBER.fullmatch, filter(None, cells))) for _, *cells in columns]
    if not sys.stdout.isatty():
        aligned = map(_aligned, columns, right)
        print("\n".join("  ".join(line).rstrip() for line in zip(*aligned, strict=True)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading, to_right in zip(headings, right, strict=True):
        table.add_column(Text(heading), justify="right" if to_right else "left")
    for line in lines:
        table.add_row(*map(Text, line))
    Console().print(table)


def _aligned(cells: Sequence[str], right: bool) -> list[str]:  # noqa: FBT001 - for map
    """Return the cells of a column, all as wide as the widest."""
    from rich.cells import cell_len

    widths = list(map(cell_len, cells))
    spaces = [" " * (max(widths) - width) for width in widths]
    pairs = zip(cells, spaces, strict=True)
    return [space + cell if right else cell + space for cell, space in pairs]


def print_sheet(sheet: dict[str, Any]) -> None:
    """Print facts one below the other, groups of facts as tables below their name."""
    after = False
    for key, value in sheet.items():
        rows = _rows(value)
        if rows:
            print(f"\n{word(key)}")
            print_table(rows, _columns(rows))
        elif value not in _NOTHING and not key.endswith("_ids"):
            print(("\n" if after else "") + f"{word(key)}: {_cell(value, key)}")
        after = bool(rows)


def _rows(value: Any) -> list[dict[str, Any]]:
    """Return facts that make a table: dicts in a list, or by mode of travel."""
    if isinstance(value, list):
        return value if value and isinstance(value[0], dict) else []
    groups = value.items() if isinstance(value, dict) else ()
    listed = {mode: [item] if isinstance(item, dict) else item for mode, item in groups}
    return [
        {"mode": mode, **row}
        for mode, rows in listed.items()
        for row in rows or ()
        if any(cell not in (*_NOTHING, 0) for cell in row.values())
    ]


def _columns(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the columns that are not empty, without ids of lists and the other language."""
    filled = {name for row in rows for name, cell in row.items() if cell not in _NOTHING}
    kept = [
        name
        for name in dict.fromkeys(name for row in rows for name in row)
        if name in filled and not name.endswith("_ids")
    ]
    for name in [name for name in kept if name.endswith("_en")]:
        stem = name.removesuffix("_en")
        local = stem if stem in kept else f"{stem}_zh"
        if local in kept:  # print_table gives both of name and name_en
            kept.remove(local if spoken.get() == "en" and stem != "name" else name)
    kept.sort(key=lambda name: any(isinstance(row.get(name), list) for row in rows))  # wide last
    return {name: word(name.removesuffix("_en")) for name in kept}


def decimal(value: Any) -> str:
    """Return a number for a table: whole ones without decimals, nothing where there is none."""
    if value is None or isnan(value):
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3f}"


def _cell(value: Any, key: str) -> str:
    if value is None:
        return ""
    if key in WORDS:
        return word(value if isinstance(value, str) else str(value))
    if isinstance(value, list):
        return " · ".join(_cell(item, key) for item in value)
    if isinstance(value, dict):  # what two sides of a border say
        return " · ".join(f"{name} {_facts(item)}" for name, item in value.items())
    if isinstance(value, float):
        return f"{value:.4f}" if key in ("lon", "lat") else f"{value:.1f}"
    return " ".join(str(value).split())


def _facts(facts: dict[str, Any]) -> str:
    known = {name: cell for name, cell in facts.items() if cell not in _NOTHING}
    return ", ".join(
        f"{word(name)} {_cell(cell, name)}" if isinstance(cell, int) else _cell(cell, name)
        for name, cell in known.items()
    )


@contextmanager
def stages(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal; the function given is called at every stage, with its name."""
    with _bar(total) as move:
        done = iter(range(1, total + 1))
        yield lambda name: move(next(done, total), total, name)


@contextmanager
def blocks() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal; the function given is called with blocks done, and of how many."""
    with _bar(None) as move:
        yield move


@contextmanager
def _bar(total: int | None) -> Iterator[Callable[..., None]]:
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description:<12}", markup=False),
        BarColumn(30),
        MofNCompleteColumn(),
    )
    console = Console(stderr=True)
    # without a thread of its own: work forks processes
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=total)

        def move(done: int, total: int, name: str = "") -> None:
            bar.update(task, completed=done, total=total, description=name, refresh=True)

        yield move
