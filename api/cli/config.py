"""``trygkort config show|check`` and the context other commands open."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import typer

from api.settings import Settings, read_settings
from data.embedded import EmbeddedError, EmbeddedServer
from data.partnerships import load_partnership, load_sketch
from data.store import Store, StoreError
from models.partnership import Partnership

config_app = typer.Typer(help="Show and check the settings.", no_args_is_help=True)


@dataclass(frozen=True)
class Opened:
    """What a command works with while it runs."""

    settings: Settings
    partnership: Partnership
    store: Store


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Opened]:
    """Settings, partnership and an up-to-date store: the operator's database, or the private one."""
    settings = settings or read_settings(os.environ)
    partnership = load_partnership(settings.partnership)
    if settings.database_url:
        with Store(settings.database_url) as store:
            store.migrate()
            yield Opened(settings, partnership, store)
    else:
        with EmbeddedServer(settings.home, settings.pg_bin) as server, Store(server.dsn()) as store:
            store.migrate()
            yield Opened(settings, partnership, store)


@contextmanager
def as_it_is(settings: Settings) -> Iterator[tuple[Store | None, str]]:
    """The store without making or changing anything; None where it cannot be asked, and the reason."""
    with ExitStack() as entered:
        store, why = None, "there is no database yet"
        try:
            if settings.database_url:
                store = entered.enter_context(Store(settings.database_url))
            elif (settings.home / "cluster").exists():
                server = entered.enter_context(EmbeddedServer(settings.home, settings.pg_bin))
                store = entered.enter_context(Store(server.dsn()))
            if store is not None and not store.ready():
                store, why = None, "the database's schema is not up to date"
        except (StoreError, EmbeddedError) as error:
            store, why = None, str(error)
        yield store, why


def add_to(app: typer.Typer) -> None:
    app.add_typer(config_app, name="config")


@config_app.command()
def show() -> None:
    """Every setting with its value; passwords are not shown."""
    for name, value in read_settings(os.environ).shown().items():
        typer.echo(f"{name}={value}")


@config_app.command()
def check() -> None:
    """Read the settings and the partnership's files; say what is wrong, or what was found."""
    settings = read_settings(os.environ)
    partnership = load_partnership(settings.partnership)
    load_sketch(settings.partnership)
    areas = partnership.areas
    typer.echo(
        f"{partnership.name}: treated area '{areas.treated.name}', {len(areas.neighbours)} neighbours, "
        f"{len(areas.controls)} controls, {len(partnership.categories)} categories, "
        f"shifts {', '.join(shift.id for shift in partnership.calendar.shifts)}"
    )
