"""The settings, the partnership and the store that commands work with."""

import os
import pwd
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from api.basemap_settings import with_basemap
from api.gate import LOCAL_ACTOR, Gate, operator
from api.settings import Settings, read_settings
from data.embedded import SERVICE, EmbeddedError, EmbeddedServer
from data.partnerships import load_partnership
from data.store import Store, StoreError
from models.partnership import Partnership


@dataclass(frozen=True)
class Opened:
    """What a command works with while it runs."""

    settings: Settings
    partnership: Partnership
    store: Store

    @property
    def gate(self) -> Gate:
        """The gate for who runs the command, by the operating system's word and not the environment's."""
        return Gate(self.store, self.partnership, operator(_system_user()))


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Opened]:
    """Settings, partnership and an up-to-date store: the operator's database, or the private one."""
    settings = settings or read_settings(os.environ)
    partnership = with_basemap(load_partnership(settings.partnership), settings)
    if settings.database_url:
        with Store(settings.database_url, owner=settings.database_owner_url) as store:
            store.migrate()
            yield Opened(settings, partnership, store)
    else:
        with (
            EmbeddedServer(settings.home, settings.pg_bin) as server,
            Store(server.dsn(user=SERVICE), owner=server.dsn()) as store,
        ):
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
                store = entered.enter_context(Store(server.dsn(user=SERVICE)))
            if store is not None and not store.ready():
                store, why = None, "the database's schema is not up to date"
        except (StoreError, EmbeddedError) as error:
            store, why = None, str(error)
        yield store, why


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return LOCAL_ACTOR
