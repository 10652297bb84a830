"""Pages on paper: HTML that is complete in itself, laid out by WeasyPrint; the same bytes for the same page."""

import hashlib


def laid_out(html: str, *, most_pages: int) -> tuple[bytes | None, int]:
    """The PDF of ``html``, None where it has more than ``most_pages``, and how many it has. Nothing is fetched."""
    # Loaded here: laying out text takes half a second to load, and only who makes paper needs it.
    from weasyprint import HTML  # noqa: PLC0415

    document = HTML(string=html, base_url=None, url_fetcher=_nothing).render()
    pages = len(document.pages)
    if pages > most_pages:
        return None, pages
    found: bytes = document.write_pdf(pdf_identifier=hashlib.sha256(html.encode()).digest()[:16], pdf_tags=True)
    return found, pages


def _nothing(address: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"paper fetches nothing, found {address}")
