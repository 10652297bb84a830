"""The demonstration, loaded once per test run, with the planted event and without."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from api.demo import DEMO_DATE, DEMO_SEED, Demonstration, load_demo
from api.settings import Settings
from data.embedded import EmbeddedServer
from data.store import Store
from models.partnership import Partnership
from tests.postgis import TEMPLATE


@dataclass(frozen=True)
class Loaded:
    """A demonstration and the open store it is in."""

    demonstration: Demonstration
    store: Store
    settings: Settings
    database: str


@contextmanager
def loaded(server: EmbeddedServer, partnership: Partnership, home: Path, *, displacement: bool) -> Iterator[Loaded]:
    name = f"demo_{uuid.uuid4().hex}"
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    settings = Settings(home=home, database_url=None, partnership=None, gazetteer=None, pg_bin=None)
    with Store(server.dsn(name)) as store:
        demonstration = load_demo(
            store,
            settings,
            partnership,
            day=DEMO_DATE,
            seed=DEMO_SEED,
            displacement=displacement,
            progress=lambda _: None,
        )
        yield Loaded(demonstration, store, settings, server.dsn(name))


@pytest.fixture(scope="session")
def demo(
    server: EmbeddedServer, partnership: Partnership, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    with loaded(server, partnership, tmp_path_factory.mktemp("demo"), displacement=True) as one:
        yield one


@pytest.fixture(scope="session")
def quiet_demo(
    server: EmbeddedServer, partnership: Partnership, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    with loaded(server, partnership, tmp_path_factory.mktemp("quiet"), displacement=False) as one:
        yield one
