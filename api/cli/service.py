"""``trygkort serve`` and ``demo``."""

import dataclasses
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.cli.daily import say_claims, say_watched
from api.cli.incidents import say_import
from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from api.cli.progress import told
from api.demo import DEMO_DATE, DEMO_SEED, load_demo, write_files
from api.gate import Gate
from api.settings import read_settings
from api.webhook import SENDER, sending, webhook_of
from api.webhook_post import Webhook
from data.partnerships import load_sketch
from geo.errors import PlainError

# Until roles exist nobody can be told apart, so only this machine may ask.
HOST = "127.0.0.1"
PORT = 8000


class HostError(PlainError, ValueError):
    """An address the service must not bind to."""


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(demo)


def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = PORT,
    host: Annotated[str, typer.Option(hidden=True)] = HOST,
) -> None:
    """Serve the maps and data on this machine."""
    if host != HOST:
        raise HostError(
            f"the service binds to {HOST} only: there are no roles yet, so anyone who could reach {host} "
            "would see everything"
        )
    with _bound(port) as address, opened() as at:
        _serve(at, address, webhook_of(at.settings))


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
        nullcontext() if once else _bound(port) as address,
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
        if address is None:
            folder = write_files(Gate(at.store, at.partnership), demonstration, load_sketch(settings.partnership), out)
            typer.echo(f"maps written to {folder}")
        else:
            # Nobody is told of invented alerts.
            _serve(at, address, None)


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """The address to serve on, taken before any work is done; raises `HostError` where it is taken already."""
    with socket.socket() as address:
        address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            address.bind((HOST, port))
        except OSError as error:
            raise HostError(
                f"port {port} on {HOST} cannot be used ({error.strerror}); choose another with --port"
            ) from error
        yield address


def _serve(at: Opened, address: socket.socket, webhook: Webhook | None) -> None:
    port = address.getsockname()[1]
    typer.echo(f"http://{HOST}:{port}  (this machine only: roles are not built yet; Ctrl-C ends)")
    config = uvicorn.Config(create_app(at.store, at.partnership), log_level="warning", access_log=False)
    with sending(Gate(at.store, at.partnership, SENDER), webhook):
        uvicorn.Server(config).run(sockets=[address])
