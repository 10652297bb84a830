"""The report on paper: its HTML as PDF, no longer than a steering group reads."""

from geo.errors import PlainError
from maps.pdf import laid_out

MOST_PAGES = 4


class PaperError(PlainError, ValueError):
    """A report that is longer than a steering group reads."""


def report_pdf(html: str) -> bytes:
    """The PDF of a report; raises `PaperError` where it has more than `MOST_PAGES` pages."""
    found, pages = laid_out(html, most_pages=MOST_PAGES)
    if found is None:
        raise PaperError(f"the report would have {pages} pages; {MOST_PAGES} is the most")
    return found
