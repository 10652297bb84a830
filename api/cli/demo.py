"""``trygkort demo``."""

import dataclasses
import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.accounts import demo_logins, one_time_link
from api.cli.daily import say_claims, say_sheets, say_watched
from api.cli.incidents import say_import
from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from api.cli.progress import told
from api.cli.service import HOST, PORT, bound, run_service
from api.demo import DEMO_DATE, DEMO_SEED, load_demo, write_files
from api.gate import Gate
from api.settings import read_settings
from api.sketches import sketch_of


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Write the maps as files and end.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for the files of --once.")] = Path("trygkort-kort"),
    displacement: Annotated[
        bool, typer.Option("--displacement/--no-displacement", help="With or without the planted event.")
    ] = True,
    date: Annotated[str, typer.Option(help="Last date of the demonstration.")] = DEMO_DATE.isoformat(),
    seed: Annotated[int, typer.Option(help="Seed of the synthetic incidents.")] = DEMO_SEED,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = PORT,
) -> None:
    """Load synthetic incidents, run the daily job, and serve the maps (or write them with --once)."""
    settings = read_settings(os.environ)
    # Its own folder, so that invented incidents never stand beside real ones.
    own = "demo" if displacement else "demo-uden-forskydning"
    with (
        nullcontext() if once else bound(port) as address,
        opened(dataclasses.replace(settings, home=settings.home / own)) as at,
    ):
        with told("loading", "synthetic incidents") as progress:
            demonstration = load_demo(
                at.store,
                at.settings,
                at.partnership,
                day=parse_date(date),
                seed=seed,
                displacement=displacement,
                progress=progress,
            )
        say_import(demonstration.report)
        say_claims(at.partnership, demonstration.runs[-1].result.displacement)
        say_watched(at.partnership, demonstration.runs[-1].watched)
        say_sheets(at, parse_date(date))
        if address is None:
            sketch = sketch_of(at.partnership, settings.partnership)
            folder = write_files(Gate(at.store, at.partnership), demonstration, sketch, out)
            typer.echo(f"maps written to {folder}")
        else:
            say_logins(at, f"http://{HOST}:{address.getsockname()[1]}")
            # Nobody is told of invented alerts.
            run_service(at, address, None)


def say_logins(at: Opened, address: str) -> None:
    """A one-time login for each role, a line each."""
    typer.echo("each link logs in once within a day; start again for new ones")
    for one in demo_logins(at.store.accounts, at.partnership.id, now=datetime.now(UTC), actor=at.gate.actor):
        typer.echo(f"  {one.role:<9} {one.handle:<15} {one_time_link(address, one.code)}")
