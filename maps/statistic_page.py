"""The page of a statistic in file mode: what was found in one sentence, charts, tables, and how to read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from maps.assets import Assets
from maps.page import Frame, render


@dataclass(frozen=True)
class PageTable:
    """``columns`` of which the positions in ``text_columns`` hold words; the others are figures, set to the right.

    Every cell is a finished text, as `maps.danish` writes numbers. Rows in ``marked`` stand out.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    text_columns: frozenset[int] = frozenset({0})
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PageSection:
    """A heading with any of: a text, a chart (`maps.chart`), a table."""

    heading: str
    text: str = ""
    figure: Markup | None = None
    table: PageTable | None = None


def statistic_page(
    *, title: str, lead: str, sections: Sequence[PageSection], method: Sequence[tuple[str, str]], assets: Assets
) -> str:
    """One page in Danish, ``lead`` its first sentence; ``method`` are terms and what they mean here."""
    frame = Frame(title, title, "statistic", assets, synthetic=False, links=None)
    return render("statistic", frame, title=title, lead=lead, sections=sections, method=method)
