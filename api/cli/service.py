"""``trygkort serve``."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.basemap import opened_basemap
from api.cli.opened import Opened, opened
from api.cli.retention import said
from api.gate import Gate, operator
from api.kept import forgetting
from api.limited import Limited
from api.logins import logins_of
from api.map_tiles import MapTiles
from api.plain_log import start_logging
from api.retaining import retain_if_due
from api.server import server_config
from api.webhook import SENDER, sending, webhook_of
from api.webhook_post import Webhook
from geo.errors import PlainError

# A proxy that speaks https stands in front of it for everybody else (docs/security.md).
HOST = "127.0.0.1"
PORT = 8000


class HostError(PlainError, ValueError):
    """An address the service must not bind to."""


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = PORT,
    host: Annotated[str, typer.Option(hidden=True)] = HOST,
) -> None:
    """Serve the maps and data on this machine."""
    if host != HOST:
        raise HostError(
            f"the service binds to {HOST} only; for others put a proxy that speaks https in front of it "
            f"(docs/security.md), instead of {host}"
        )
    with bound(port) as address, opened() as at:
        # Data from an older backup must not be shown before what had been deleted is gone again.
        if deleted := retain_if_due(at.store, at.partnership, now=datetime.now(UTC)):
            said(deleted)
        run_service(at, address, webhook_of(at.settings))


@contextmanager
def bound(port: int) -> Iterator[socket.socket]:
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


def run_service(at: Opened, address: socket.socket, webhook: Webhook | None) -> None:
    """Serve until told to end; announce alerts meanwhile where there is a ``webhook``."""
    settings = at.settings
    source = opened_basemap(at.partnership, settings.basemap_token)
    tiles = MapTiles(source, at.partnership) if source else None
    port = address.getsockname()[1]
    if too_wide := at.store.audit.rights_too_wide():
        typer.echo(f"trygkort: {too_wide}", err=True)
    if not at.store.accounts.accounts() and at.settings.openid_issuer is None:
        typer.echo("nobody can log in yet: trygkort user add HANDLE, user grant HANDLE ROLE, user one-time HANDLE")
    typer.echo(f"http://{HOST}:{port}  (this machine only; Ctrl-C ends)")
    start_logging()
    with (
        at.store.limited(statement_s=settings.limits.statement_s) as store,
        forgetting(at.store, at.partnership.id),
        sending(Gate(at.store, at.partnership, operator(SENDER, purpose="operation")), webhook),
    ):
        app = create_app(store, at.partnership, logins=logins_of(store, settings), tiles=tiles)
        limited = Limited(app, settings.limits, settings.answered_hosts)
        uvicorn.Server(server_config(limited, settings.limits, settings.proxies)).run(sockets=[address])
