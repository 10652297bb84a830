"""The parole sheet as PDF: the same HTML on one page."""

from collections.abc import Iterable

from maps.pdf import laid_out


class SheetError(ValueError):
    """A sheet that is not one page: its plan has more than a sheet can hold."""


def sheet_pdf(versions: Iterable[str], *, title: str) -> bytes:
    """The PDF of one sheet, from the first of its ``versions`` (HTML) that is one page; raises `SheetError` where none
    is."""
    pages = 0
    for html in versions:
        found, pages = laid_out(html, most_pages=1)
        if found is not None:
            return found
    raise SheetError(f"the sheet of '{title}' does not fit one page; it has {pages}")
