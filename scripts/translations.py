"""Bring the translations of the command line up to date with its messages.

    python scripts/translations.py            # extract, update geo.po, compile every .mo

New messages stand in geo/cli/locale/zh/LC_MESSAGES/geo.po with an empty `msgstr`: translate them
and run the script again. Messages that the code has no longer are dropped.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "geo" / "cli" / "locale" / "zh" / "LC_MESSAGES"
#: Calls whose first argument is a message; of `optional` it is the third.
KEYWORDS = dict.fromkeys(("_", "say", "warn", "Message", "BadInputError", "GeoError", "OutputError", "DownloadError", "failure"))  # fmt: skip
KEYWORDS["optional"] = (3,)


def extracted() -> Catalog:
    """Return the messages of the package, in order of their text."""
    catalogue = Catalog(charset="utf-8")
    options = {"**.py": {"encoding": "utf-8"}}
    for _, _, message, comments, context in extract_from_dir(
        ROOT / "geo", [("**.py", "python")], options, KEYWORDS
    ):
        catalogue.add(message, auto_comments=comments, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    """Read a catalogue of translations."""
    with path.open("rb") as file:
        return read_po(file, locale="zh")


def compiled(path: Path) -> bytes:
    """Return what a .po compiles to."""
    target = io.BytesIO()
    write_mo(target, read(path))
    return target.getvalue()


def main() -> None:
    """Update geo.po, compile all."""
    path = FOLDER / "geo.po"
    catalogue = read(path)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=96, sort_output=True, omit_header=False)
    for path in sorted(FOLDER.glob("*.po")):
        path.with_suffix(".mo").write_bytes(compiled(path))
        empty = [message.id for message in read(path) if message.id and not message.string]
        print(path.relative_to(ROOT), f"{len(read(path))} messages", *empty, sep="\n  ")


if __name__ == "__main__":
    main()
