"""The parole sheet as PDF: the same HTML, laid out by WeasyPrint; the same bytes for the same sheet.

Nothing is fetched.
"""

import hashlib
from collections.abc import Iterable


class SheetError(ValueError):
    """A sheet that is not one page: its plan has more than a sheet can hold."""


def sheet_pdf(versions: Iterable[str], *, title: str) -> bytes:
    """The PDF of one sheet, from the first of its ``versions`` (HTML) that is one page; raises `SheetError` where none
    is."""
    # Loaded here: laying out text takes half a second to load, and only who makes sheets needs it.
    from weasyprint import HTML  # noqa: PLC0415

    pages = 0
    for html in versions:
        document = HTML(string=html, base_url=None, url_fetcher=_nothing).render()
        pages = len(document.pages)
        if pages == 1:
            digest = hashlib.sha256(html.encode()).digest()[:16]
            found: bytes = document.write_pdf(pdf_identifier=digest, pdf_tags=True)
            return found
    raise SheetError(f"the sheet of '{title}' does not fit one page; it has {pages}")


def _nothing(address: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"a sheet fetches nothing, found {address}")
