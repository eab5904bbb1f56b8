"""A map page that shows itself in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.dates import parse_day
from geo.errors import NotFoundError
from geo.layers import as_layers

if TYPE_CHECKING:
    from datetime import date

    from geo.catalogue import Catalogue
    from geo.layers import Layers


@dataclass(frozen=True, repr=False)
class Page:
    """
    A self-contained page.

    Parameters
    ----------
    name
        Name of the page.
    html
        The whole page.

    Examples
    --------
    >>> page = Page("hello", "<!doctype html>")
    >>> page
    <Page hello: 0 kB>
    >>> page._repr_html_()[:46]
    '<iframe srcdoc="&lt;!doctype html&gt;" title="'
    """

    name: str
    html: str

    def __repr__(self) -> str:
        return f"<Page {self.name}: {len(self.html) / 1000:,.0f} kB>"

    def _repr_html_(self) -> str:
        from html import escape

        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.name)}" '
            'style="width:100%;height:640px;border:0"></iframe>'
        )

    def save(self, path: Path | str) -> Path:
        """
        Write the page.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        path
            The file.
        """
        from geo.export import replaced

        with replaced(Path(path)) as temporary:
            temporary.write_text(self.html, encoding="utf-8")
        return Path(path)


def map(  # noqa: A001 - the verb a reader expects: geo.map(cat)
    source: Catalogue | Layers, page: str = "network", *, year: int | str | date | None = None
) -> Page:
    """
    Return a map page that shows itself in a notebook, without network.

    Parameters
    ----------
    source
        A catalogue, or its layers where they are there already.
    page
        Name of the page: index, network, crossings, accessibility, criticality or compare.
    year
        A year (its 31 December) or a date; default: today.

    Returns
    -------
    page
        The page.

    Raises
    ------
    NotFoundError
        When there is no such page.

    Examples
    --------
    >>> cat = geo.load()
    >>> page = geo.map(cat, "crossings", year=2025)
    >>> page.name, page.html[:15]
    ('crossings', '<!DOCTYPE html>')
    """
    from geo.mapping import PAGES

    if page not in PAGES:
        raise NotFoundError("page", page, PAGES)
    return Page(page, PAGES[page](as_layers(source), day=parse_day(year)))
