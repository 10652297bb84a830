from datetime import date

import pypdfium2
import pytest

from maps.language import speaking
from maps.report import report_paper, report_part
from maps.report_pdf import MOST_PAGES, PaperError, report_pdf
from models.agreement import BREAK_KINDS, Goal, SeriesBreak
from models.indicator import IndicatorValue
from models.partnership import Partnership
from tests.report_example import some_report

YEAR = (date(2025, 1, 1), date(2026, 1, 1))
GOALS = (Goal("indre-noerrebro", -0.33, 2025, 2026, category="hash"), Goal("peblinge-soe", 0.5, 2019, 2027))
VALUES = (
    IndicatorValue("tryghed", "indre-noerrebro", *YEAR, 70.5, 66, 74.25),
    IndicatorValue("uro", "indre-noerrebro", *YEAR, 4),
)


@pytest.fixture
def full(partnership: Partnership) -> dict[str, object]:
    breaks = tuple(SeriesBreak(date(2026, 1, 2), kind, category="uro") for kind in BREAK_KINDS)
    return some_report(partnership, moved=110, values=VALUES, goals=GOALS, breaks=breaks)


def test_a_politician_reads_what_fell_rose_and_moved(full: dict[str, object]) -> None:
    page = report_part(full)
    for text in (
        "Rapport for 1. halvår 2026",
        "sammenlignet med 1. halvår 2025",
        "Hash og narkotika i Indre Nørrebro: 160 → 50",
        "Hash og narkotika i Skt. Hans Torv: 20 → 130",
        "Tegn på flytning fra Indre Nørrebro: hash og narkotika til Skt. Hans Torv.",
        "1 af 2 mål er nået",
        "33 % færre end i 2025, senest 2026",
        "udgangspunktet er ikke udgivet",
        "70,5\u00a0% [66;\u00a074]",
        "markant",
        "2. januar 2026: der kan anmeldes på en ny måde (Uro og utryghed, alle områder)",
        "SYNTETISKE DATA",
        "Bygger på udgivelse 1, 2",
    ):
        assert text in page, text
    assert page.index("Målinger udefra") < page.index("Det følgende er vurderinger") < page.index("markant")


def test_a_quiet_report_says_so(partnership: Partnership) -> None:
    page = report_part(some_report(partnership))
    assert "Intet er faldet mere, end tilfældigheder kan forklare." in page
    assert "Intet tegn på, at noget er flyttet fra Indre Nørrebro til naboerne." in page
    assert "den ville ses fra cirka" in page
    assert "Aftalens mål" not in page


def test_a_published_report_has_one_language(full: dict[str, object]) -> None:
    danish = report_part(full)
    with speaking("en"):
        assert report_part(full) == danish


def test_on_paper_it_is_four_pages_at_most_and_the_same_bytes(full: dict[str, object]) -> None:
    paper = report_pdf(report_paper(full, report_part(full)))
    assert report_pdf(report_paper(full, report_part(full))) == paper
    document = pypdfium2.PdfDocument(paper)
    assert len(document) <= MOST_PAGES
    first = document[0].get_textpage().get_text_bounded()
    assert "Kort fortalt" in first
    assert "Alle områder" in first  # the table of areas ends on the first page
    assert "1 / 4" in first
    document.close()
    long = report_paper(full, report_part(full)).replace("</article>", "<p>x</p>" * 400 + "</article>")
    with pytest.raises(PaperError, match="4 is the most"):
        report_pdf(long)
