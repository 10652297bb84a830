"""Real PostGIS for tests: one private server per test run, one cloned database per test."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from data.embedded import SERVICE, EmbeddedError, EmbeddedServer, find_binaries
from data.store import Store
from models.partnership import Partnership

TEMPLATE = "trygkort_template"


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    try:
        find_binaries(None)
    except EmbeddedError as error:
        if os.environ.get("TRYGKORT_REQUIRE_POSTGIS"):
            raise
        pytest.skip(str(error))
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as home,
        EmbeddedServer(_reachable(home), fsync=False) as running,
    ):
        with psycopg.connect(running.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE trygkort")
        with Store(running.dsn(TEMPLATE)) as store:
            store.migrate()
        yield running


def _reachable(home: str) -> Path:
    Path(home).chmod(0o755)  # the database's own user must get in when the tests run as root
    return Path(home)


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[str]:
    """The dsn of an empty database with the schema in place."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield server.dsn(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def service_database(database: str) -> str:
    """The same database, for a login that has no more rights than the service."""
    return make_conninfo(database, user=SERVICE)


@pytest.fixture
def store(service_database: str) -> Iterator[Store]:
    with Store(service_database) as opened:
        yield opened


@pytest.fixture(scope="session")
def partnership() -> Partnership:
    from data.partnerships import load_partnership

    return load_partnership(None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
