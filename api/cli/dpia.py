"""``trygkort dpia export``."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import opened
from api.dpia import installation
from data.folder import write_folder
from geo.errors import PlainError
from maps.assets import inlined
from maps.dpia import impact_assessment
from maps.plain_document import document_markdown, document_page

dpia_app = typer.Typer(help="The data protection impact assessment: a draft in Danish.", no_args_is_help=True)
MARKDOWN = {".md", ".markdown"}
PAGE = {".html", ".htm"}


class DocumentKindError(PlainError, ValueError):
    """A file name that does not say which kind of document is wanted."""


def add_to(app: typer.Typer) -> None:
    app.add_typer(dpia_app, name="dpia")


@dpia_app.callback()
def dpia() -> None:
    """The data protection impact assessment: a draft in Danish."""


@dpia_app.command()
def export(
    out: Annotated[Path, typer.Option(help="A page (.html) or Markdown (.md).")] = Path("konsekvensanalyse.html"),
) -> None:
    """Write the draft from the settings and the database as they are."""
    if out.suffix.lower() not in MARKDOWN | PAGE:
        raise DocumentKindError(f"--out is {out}; its name must end in .html or .md")
    with opened() as at:
        today = datetime.now(at.partnership.calendar.timezone).date()
        found = installation(at.store, at.settings, at.partnership, today=today)
        at.store.log(actor=at.gate.actor, action="export", subject=f"{at.partnership.id}/dpia", outcome="released")
    document = impact_assessment(found)
    text = (
        document_markdown(document)
        if out.suffix.lower() in MARKDOWN
        else document_page(document, partnership=found.partnership.name, synthetic=found.synthetic, assets=inlined())
    )
    folder = write_folder(out.parent, {out.name: text.encode()})
    typer.echo(f"the draft was written to {folder / out.name}; what people must decide is marked in it")
