"""A document of headings, paragraphs, lists and tables: written once, given out as a page and as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from maps.assets import Assets
from maps.page import Frame, render


@dataclass(frozen=True)
class Paragraph:
    """A text."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """Texts of a list; ``numbered`` where they are referred to."""

    items: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True)
class Decision:
    """What people must decide or fill in; ``who`` they are."""

    who: str
    text: str


@dataclass(frozen=True)
class Grid:
    """A table of texts; its first column names the row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Part = Paragraph | Bullets | Decision | Grid


@dataclass(frozen=True)
class Chapter:
    """A heading and what stands under it."""

    heading: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class PlainDocument:
    """``lead`` says in a sentence what it is; ``facts`` are what it is about, by name."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    chapters: Sequence[Chapter]


def document_page(document: PlainDocument, *, partnership: str, synthetic: bool, assets: Assets) -> str:
    """The document as a page of its own, made to be printed."""
    frame = Frame(document.title, partnership, "document", assets, synthetic, links=None)
    return render("document", frame, document=document)


def document_markdown(document: PlainDocument) -> str:
    """The document as Markdown, to be worked on further.

    >>> print(document_markdown(PlainDocument("T", "L.", [("A", "b")], [Chapter("1. H", [Bullets(["x", "y"])])])))
    # T
    <BLANKLINE>
    L.
    <BLANKLINE>
    - **A:** b
    <BLANKLINE>
    ## 1. H
    <BLANKLINE>
    - x
    - y
    <BLANKLINE>
    """
    parts = [
        f"# {document.title}",
        document.lead,
        "\n".join(f"- **{name}:** {value}" for name, value in document.facts),
    ]
    for chapter in document.chapters:
        parts += [f"## {chapter.heading}", *map(_part, chapter.parts)]
    return "\n\n".join(parts) + "\n"


def _part(part: Part) -> str:
    match part:
        case Paragraph(text):
            return text
        case Decision(who, text):
            return f"> **Skal afgøres – {who}:** {text}"
        case Bullets(items, numbered):
            return "\n".join(f"{i}. {text}" if numbered else f"- {text}" for i, text in enumerate(items, 1))
        case Grid(columns, rows):
            return "\n".join(map(_row, [columns, ["---"] * len(columns), *rows]))


def _row(values: Sequence[str]) -> str:
    escaped = (value.replace("|", "\\|") for value in values)
    return f"| {' | '.join(escaped)} |"
