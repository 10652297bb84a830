"""The embedded default database: a private PostgreSQL with PostGIS that the program starts and stops itself.

All processes that use the same home folder share one server. What lies in the home folder:

==============  =======================================================================================
cluster         the data, or a link to it (see `data.postgres_cluster`)
run             the server's socket, for its owner only; in /tmp where the home's path is too long
start.lock      held while somebody starts the server
users.lock      held shared by everyone who uses the server, exclusively while it shuts down
server.lock     held by every process of the server
postgres.log    messages since the last start, without statements or values; postgres.log.1 those before
==============  =======================================================================================

The server belongs to a supervisor (`data.postgres_keeper`), not to the process that happened to start it.
"""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from data import postgres_keeper
from data.postgres_binaries import EmbeddedError, find_binaries
from data.postgres_cluster import (
    NO_SPACE,
    PORT,
    SUPERUSER,
    Cluster,
    disk_full,
    ensure_cluster,
    forget_reused_pids,
    last_complaint,
    server_environment,
)
from data.postgres_locks import held, is_free

__all__ = ["DATABASE", "SERVICE", "EmbeddedError", "EmbeddedServer", "find_binaries"]

DATABASE = "trygkort"
SERVICE = "trygkort_service"  # the role whose rights are those of the service
POLL_S = (0.02, 0.25)  # at first, and once it takes longer
STARTS = 2  # the first may have been killed from outside; what fails by itself fails again
FULL_BELOW_BYTES = 1 << 20

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "50",
    # Nobody copies this server's log, so what a transaction makes from nothing need not be written twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The server's own troubles are logged, but no statement, parameter or value of anybody's query.
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
UNSAFE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServer:
    """Use of the server of ``home`` in a `with` block: started for the first user, stopped after the last.

    ``binaries`` is the folder of PostgreSQL's programs; without it `find_binaries` looks for one.
    ``fsync=False`` is for data such as a test's: the last second may be lost with a killed server, everything
    with the machine; the user that starts the server decides. ``timeout_s`` bounds each wait, for a lock and
    for the server. A server that died is started again by the next user that enters. Entering raises
    `EmbeddedError`.

    >>> with EmbeddedServer(Path("/srv/trygkort")) as server:  # doctest: +SKIP
    ...     connection = psycopg.connect(server.dsn())
    """

    def __init__(
        self, home: Path, binaries: Path | None = None, *, fsync: bool = True, timeout_s: float = 60.0
    ) -> None:
        self.home = home.absolute()
        self._binaries = binaries
        self._fsync = fsync
        self._timeout_s = timeout_s
        self._cluster: Cluster | None = None
        self._in_use = ExitStack()

    def __enter__(self) -> Self:
        if self._cluster is not None:
            raise EmbeddedError(f"this use of the embedded database in '{self.home}' has already begun")
        with _plain_sentences(self.home), ExitStack() as entered:
            _make_home(self.home)
            with held(self.home / "start.lock", "exclusive", self._timeout_s) as start_lock:
                entered.enter_context(held(self.home / "users.lock", "shared", self._timeout_s))
                cluster = ensure_cluster(self.home, self._binaries, fsync=self._fsync, start_lock=start_lock)
                self._start_or_join(cluster)
            self._in_use = entered.pop_all()
            self._cluster = cluster
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._cluster = None
        self._in_use.close()

    def dsn(self, dbname: str = DATABASE, user: str = SUPERUSER) -> str:
        """Connection string of a database of the running server; any process of the same user may use it.

        As `SERVICE` it can add to the log but not change it.
        """
        if self._cluster is None:
            raise EmbeddedError(f"the embedded database in '{self.home}' is not in use; enter it with 'with'")
        return _dsn(self._cluster, dbname, user)

    def _start_or_join(self, cluster: Cluster) -> None:
        """Connect; start the server if none is alive; wait while one starts, recovers or shuts down."""
        server_lock = self.home / "server.lock"
        began, starts = time.monotonic(), 0
        while (reason := _unready(cluster)) is not None:
            waited_s = time.monotonic() - began
            if is_free(server_lock):
                if starts == STARTS:
                    raise self._failure(cluster, "does not start", reason)
                forget_reused_pids(cluster)
                self._start(cluster)
                began, starts = time.monotonic(), starts + 1
            elif waited_s > self._timeout_s:
                raise self._failure(cluster, f"did not come up within {self._timeout_s:g} s", reason)
            time.sleep(POLL_S[waited_s > 2])

    def _start(self, cluster: Cluster) -> None:
        """Start the supervisor; when this returns it holds ``server.lock``."""
        settings = SETTINGS | {"unix_socket_directories": str(cluster.socket_folder)}
        if not self._fsync:
            settings |= UNSAFE_SETTINGS
        uid, gid = cluster.owner or ("-", "-")
        postgres = [str(cluster.binaries / "postgres"), "-D", str(cluster.folder), "-p", str(PORT)]
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        keeper = [sys.executable, "-I", "-S", postgres_keeper.__file__, str(self.home), str(uid), str(gid)]
        log = _new_log(self.home / "postgres.log")
        try:
            subprocess.run(  # noqa: S603
                [*keeper, *postgres, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                env=server_environment(),
            )
        finally:
            os.close(log)

    def _failure(self, cluster: Cluster, what: str, reason: str) -> EmbeddedError:
        log = self.home / "postgres.log"
        messages = log.read_text(errors="replace")
        if NO_SPACE.search(messages) or _free_bytes(cluster.folder) < FULL_BELOW_BYTES:
            return disk_full(cluster.folder)
        return EmbeddedError(f"the embedded PostgreSQL {what}: {last_complaint(messages) or reason} (see '{log}')")


def _dsn(cluster: Cluster, dbname: str, user: str = SUPERUSER) -> str:
    return make_conninfo(host=str(cluster.socket_folder), port=PORT, user=user, dbname=dbname)


def _unready(cluster: Cluster) -> str | None:
    """Why the database cannot be used yet; None if it can."""
    try:
        _ensure_database(cluster)
    except psycopg.errors.DiskFull as error:
        raise disk_full(cluster.folder) from error
    except psycopg.OperationalError as error:
        return last_complaint(str(error)) or type(error).__name__
    except psycopg.Error as error:
        raise EmbeddedError(
            f"the embedded database in '{cluster.folder}' cannot be prepared: {last_complaint(str(error))}"
        ) from error
    return None


def _ensure_database(cluster: Cluster) -> None:
    with psycopg.connect(_dsn(cluster, "postgres"), autocommit=True, connect_timeout=5) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [SERVICE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(SERVICE)))
    with psycopg.connect(_dsn(cluster, DATABASE), autocommit=True, connect_timeout=5) as connection:
        known = connection.execute("SELECT FROM pg_extension WHERE extname = 'postgis'").fetchone()
        if known is None:
            connection.execute("CREATE EXTENSION postgis")


def _make_home(home: Path) -> None:
    # Root's own database runs as another user, who must be able to pass through; the data itself is private.
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)


def _new_log(path: Path) -> int:
    """A new empty log; the one before is kept, any older is dropped."""
    if path.exists():
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_APPEND, 0o600)


def _free_bytes(folder: Path) -> int:
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize


@contextmanager
def _plain_sentences(home: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an `EmbeddedError`."""
    try:
        yield
    except OSError as error:
        where = error.filename or home
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(home) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise EmbeddedError(
                f"'{where}' cannot be used by user {os.geteuid()}; the embedded database needs a folder that "
                f"this user may write, so change the permissions of '{home}' or choose another folder"
            ) from error
        if error.errno in (errno.EEXIST, errno.ENOTDIR):
            raise EmbeddedError(
                f"'{where}' is a file, but the embedded database needs a folder; choose another folder"
            ) from error
        raise EmbeddedError(f"'{where}' cannot be used for the embedded database: {error.strerror or error}") from error
