"""The report on paper: its HTML laid out by WeasyPrint; the same bytes for the same report. Nothing is fetched."""

import hashlib

from geo.errors import PlainError

MOST_PAGES = 4


class PaperError(PlainError, ValueError):
    """A report that is longer than a steering group reads."""


def report_pdf(html: str) -> bytes:
    """The PDF of a report; raises `PaperError` where it has more than `MOST_PAGES` pages."""
    # Loaded here: laying out text takes half a second to load, and only who makes reports needs it.
    from weasyprint import HTML  # noqa: PLC0415

    document = HTML(string=html, base_url=None, url_fetcher=_nothing).render()
    if len(document.pages) > MOST_PAGES:
        raise PaperError(f"the report would have {len(document.pages)} pages; {MOST_PAGES} is the most")
    found: bytes = document.write_pdf(pdf_identifier=hashlib.sha256(html.encode()).digest()[:16], pdf_tags=True)
    return found


def _nothing(address: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"a report fetches nothing, found {address}")
