"""The embedded database on the real thing: real servers, real signals, real users, a really full disk."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from data.embedded import EmbeddedError, EmbeddedServer, find_binaries
from data.postgres_cluster import SHELTER, last_complaint
from data.postgres_locks import held, is_free

ROOT = os.geteuid() == 0
CHECKOUT = Path(__file__).parents[2]
PATIENCE_S = 120.0

USE = """
import subprocess, sys
from pathlib import Path
from data.embedded import EmbeddedError, EmbeddedServer
try:
    with EmbeddedServer(Path(sys.argv[1])) as server:
        if "with-child" in sys.argv:
            print(subprocess.Popen(["sleep", "60"], close_fds=False).pid, flush=True)
        print(server.dsn(), flush=True)
        sys.stdin.readline()
except EmbeddedError as error:
    print(error, flush=True)
"""


class User:
    """Another process that uses the server of a home until told to leave, or killed."""

    def __init__(self, home: Path, *options: str, python: str = sys.executable, name: str | None = None) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHECKOUT), *filter(None, sys.path)])}
        self.process = subprocess.Popen(
            [python, "-c", USE, str(home), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
            cwd="/",
            user=name,
            group=pwd.getpwnam(name).pw_gid if name else None,
            extra_groups=[] if name else None,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return str(self.process.stdout.readline()).strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "User":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate("leave\n" if self.process.poll() is None else None)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"still waiting until {what}"
        time.sleep(0.02)


def wait_until_stopped(home: Path) -> None:
    until(lambda: is_free(home / "server.lock"), "the server has stopped")
    assert not (home / "cluster" / "postmaster.pid").exists()


def postmaster(home: Path) -> int:
    return int((home / "cluster" / "postmaster.pid").read_text().split("\n")[0])


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def note(dsn: str, text: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def notes(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note ORDER BY text")]


def show(dsn: str, setting: str) -> str:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row is not None
    return str(row[0])


def new_folder() -> Path:
    """A folder that every user may pass through, as pytest's own is not for root; in memory if there is room."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2e9
    folder = Path(tempfile.mkdtemp(prefix="trygkort-test-", dir=memory if roomy else "/tmp"))
    folder.chmod(0o755)
    return folder


def remove(folder: Path) -> None:
    """Remove homes; a server still running there is a failure, and is ended by its own number."""
    left = [lock.parent for lock in folder.rglob("server.lock") if not is_free(lock)]
    with contextlib.suppress(AssertionError):
        for home in left:
            until(lambda home=home: is_free(home / "server.lock"), "the server has stopped")  # type: ignore[misc]
    running = [home for home in left if not is_free(home / "server.lock")]
    for home in running:
        os.kill(postmaster(home), signal.SIGQUIT)
    for link in folder.rglob("cluster"):
        if link.is_symlink():
            shutil.rmtree(link.resolve().parent)
    shutil.rmtree(folder)
    assert running == []


@pytest.fixture
def place() -> Iterator[Path]:
    folder = new_folder()
    yield folder
    remove(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    folder = new_folder()
    with EmbeddedServer(folder, fsync=False) as server:
        note(server.dsn(), "made")
    wait_until_stopped(folder)
    yield folder
    remove(folder)


@pytest.fixture
def home(made: Path, place: Path) -> Path:
    """A home whose cluster exists, with the note "made", and whose server does not run."""
    home = place / "home"
    home.mkdir()
    subprocess.run(["cp", "-a", made / "cluster", home / "cluster"], check=True)
    return home


def ordinary_python() -> str:
    """An interpreter that `nobody` can run with this checkout and its dependencies."""
    if not ROOT:
        pytest.skip("only root can become an ordinary user")
    candidates = [sys.executable, shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable]
    paths = os.pathsep.join([str(CHECKOUT), *filter(None, sys.path)])
    for python in candidates:
        with contextlib.suppress(PermissionError):
            tried = subprocess.run(
                [python, "-c", "import data.embedded"],
                check=False,
                user="nobody",
                capture_output=True,
                cwd="/",
                env={"PYTHONPATH": paths, "PATH": os.environ["PATH"]},
            )
            if tried.returncode == 0:
                return python
    pytest.skip("the user 'nobody' can read neither this checkout nor its Python")


@contextlib.contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Path]:
    if not ROOT:
        pytest.skip("only root can mount a small disk to fill")
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let root mount a small disk to fill")
    try:
        yield folder
    finally:
        home = folder / "home"
        until(lambda: is_free(home / "server.lock"), "the server has stopped")
        unmount = ["umount", str(folder)]  # busy until the last process of the server is quite gone
        until(lambda: subprocess.run(unmount, check=False).returncode == 0, "the small disk is unmounted")


class TestUse:
    def test_gives_a_private_postgis_with_the_promised_settings(self, place: Path) -> None:
        home = place / "new" / "home"
        with EmbeddedServer(home) as server:
            dsn = server.dsn()
            with psycopg.connect(dsn) as connection:
                metres = connection.execute("SELECT ST_Distance('POINT(0 0)', 'POINT(3 4)')").fetchone()
            assert metres == (5.0,)
            wanted = {
                "server_encoding": "UTF8",
                "lc_collate": "C.UTF-8",
                "TimeZone": "UTC",
                "listen_addresses": "",
                "shared_buffers": "128MB",
                "max_connections": "50",
                "log_statement": "none",
                "fsync": "on",
                "full_page_writes": "on",
                "synchronous_commit": "on",
                "is_superuser": "on",
                "session_authorization": "trygkort",
            }
            assert {name: show(dsn, name) for name in wanted} == wanted
            for private in (home / "run", home / "cluster"):
                assert stat.S_IMODE(private.stat().st_mode) == 0o700
            assert "dbname=other" in server.dsn("other")
        wait_until_stopped(home)
        assert not (home / "cluster.new").exists()

    def test_data_outlives_the_server_and_a_log_is_kept_of_two_starts(self, home: Path) -> None:
        for text in ("first", "second", "third"):
            with EmbeddedServer(home, fsync=False) as server:
                note(server.dsn(), text)
                assert show(server.dsn(), "fsync") == "off"
            wait_until_stopped(home)
        with EmbeddedServer(home, fsync=False) as server:
            assert notes(server.dsn()) == ["first", "made", "second", "third"]
        wait_until_stopped(home)
        assert sorted(path.name for path in home.glob("postgres.log*")) == ["postgres.log", "postgres.log.1"]
        assert (home / "postgres.log").read_text().count("database system is ready") == 1

    def test_starts_an_existing_cluster_quickly(self, home: Path) -> None:
        began = time.monotonic()
        with EmbeddedServer(home):
            assert time.monotonic() - began < 20.0  # 0.1 s when the machine is idle

    def test_is_shared_within_a_process(self, home: Path) -> None:
        with EmbeddedServer(home, fsync=False) as outer:
            pid = postmaster(home)
            with EmbeddedServer(home, fsync=False):
                assert postmaster(home) == pid
            assert notes(outer.dsn()) == ["made"]
        wait_until_stopped(home)

    def test_one_object_is_one_use(self, home: Path) -> None:
        server = EmbeddedServer(home, fsync=False)
        with pytest.raises(EmbeddedError, match="not in use"):
            server.dsn()
        with server:
            with pytest.raises(EmbeddedError, match="already begun"):
                server.__enter__()
            assert notes(server.dsn()) == ["made"]
        with server:
            assert notes(server.dsn()) == ["made"]

    def test_two_processes_on_one_fresh_home_share_one_server(self, place: Path) -> None:
        home = place / "home"
        with User(home) as first, User(home) as second:
            dsn = first.line()
            assert dsn == second.line()
            note(dsn, "shared")
            first.process.communicate("leave\n")
            time.sleep(0.3)  # a server that were to stop now would be gone
            assert notes(dsn) == ["shared"]
        wait_until_stopped(home)

    def test_two_homes_do_not_interfere(self, home: Path, place: Path) -> None:
        other = place / "other"
        subprocess.run(["cp", "-a", home, other], check=True)
        with EmbeddedServer(home, fsync=False) as one:
            with EmbeddedServer(other, fsync=False) as two:
                note(two.dsn(), "other")
                assert notes(one.dsn()) == ["made"]
            wait_until_stopped(other)
            assert notes(one.dsn()) == ["made"]

    def test_joins_while_the_server_shuts_down(self, home: Path) -> None:
        for _ in range(5):
            with EmbeddedServer(home, fsync=False) as server:
                assert notes(server.dsn()) == ["made"]

    def test_never_logs_a_value(self, home: Path) -> None:
        with EmbeddedServer(home, fsync=False) as server, psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE once (name text UNIQUE)")
            connection.execute("INSERT INTO once VALUES (%s)", ["Karen Blixen"])
            for statement in ("INSERT INTO once VALUES (%s)", "SELECT %s::int"):
                with pytest.raises(psycopg.Error), connection.transaction():
                    connection.execute(statement, ["Karen Blixen"])
        wait_until_stopped(home)
        assert "Karen" not in (home / "postgres.log").read_text()


class TestKilled:
    def test_user(self, home: Path) -> None:
        with User(home) as user:
            note(user.line(), "kept")
            user.kill()
        wait_until_stopped(home)
        with EmbeddedServer(home, fsync=False) as server:
            assert notes(server.dsn()) == ["kept", "made"]

    def test_user_with_a_child_that_lives_on(self, home: Path) -> None:
        with User(home, "with-child") as user:
            child = int(user.line())
            try:
                user.line()
                user.kill()
                wait_until_stopped(home)
            finally:
                os.kill(child, signal.SIGKILL)

    def test_user_that_makes_the_cluster(self, place: Path) -> None:
        home = place / "home"
        with User(home) as user:
            until((home / "cluster.new" / "global").exists, "initdb works")
            user.kill()
        with EmbeddedServer(home, fsync=False) as server:
            note(server.dsn(), "made after all")
        assert not (home / "cluster.new").exists()

    def test_supervisor(self, home: Path) -> None:
        with User(home) as user:
            dsn = user.line()
            note(dsn, "kept")
            first = postmaster(home)
            os.kill(parent(first), signal.SIGKILL)
            with EmbeddedServer(home, fsync=False) as server:
                assert postmaster(home) != first
                assert notes(server.dsn()) == ["kept", "made"]
            assert notes(dsn) == ["kept", "made"]
        wait_until_stopped(home)

    def test_supervisor_takes_the_server_along(self, home: Path) -> None:
        with EmbeddedServer(home, fsync=False):
            os.kill(parent(postmaster(home)), signal.SIGKILL)
            wait_until_stopped(home)

    def test_supervisor_asked_to_end_stops_the_server(self, home: Path) -> None:
        with EmbeddedServer(home, fsync=False):
            os.kill(parent(postmaster(home)), signal.SIGTERM)
            wait_until_stopped(home)

    def test_server(self, home: Path) -> None:
        with User(home) as user:
            dsn = user.line()
            with psycopg.connect(dsn) as open_transaction:
                note(dsn, "kept")
                open_transaction.execute("INSERT INTO note VALUES ('never committed')")
                os.kill(postmaster(home), signal.SIGKILL)
                with EmbeddedServer(home, fsync=False) as server:
                    assert notes(server.dsn()) == ["kept", "made"]
                open_transaction.close()
        wait_until_stopped(home)

    def test_everything_at_once(self, home: Path) -> None:
        with User(home) as user:
            note(user.line(), "kept")
            server = postmaster(home)
            for pid in (user.process.pid, parent(server), server):
                os.kill(pid, signal.SIGKILL)
        with EmbeddedServer(home, fsync=False) as again:
            assert notes(again.dsn()) == ["kept", "made"]

    def test_lock_files_with_the_number_of_another_program(self, home: Path) -> None:
        owner = (home / "cluster").stat()
        (home / "run").mkdir(mode=0o700)
        with subprocess.Popen(["sleep", "60"], user=owner.st_uid if ROOT else None) as other:
            stale = f"{other.pid}\n{home}/cluster\n1700000000\n5432\n{home}/run\n\n"
            for lock in (home / "cluster" / "postmaster.pid", home / "run" / ".s.PGSQL.5432.lock"):
                lock.write_text(stale)
                os.chown(lock, owner.st_uid, owner.st_gid)
            os.chown(home / "run", owner.st_uid, owner.st_gid)
            try:
                with EmbeddedServer(home, fsync=False) as server:
                    assert notes(server.dsn()) == ["made"]
                assert other.poll() is None
            finally:
                other.kill()


class TestPlaces:
    def test_path_too_long_for_a_socket(self, home: Path, place: Path) -> None:
        deep = place / ("a" * 60) / ("b" * 60)
        deep.parent.mkdir()
        home.rename(deep)
        self.use_with_socket_in_tmp(deep)

    def test_path_with_a_comma(self, home: Path, place: Path) -> None:
        self.use_with_socket_in_tmp(home.rename(place / "Nørrebro, 'indre' \"nord\""))

    def use_with_socket_in_tmp(self, home: Path) -> None:
        with EmbeddedServer(home, fsync=False) as server:
            folder = Path(str(psycopg.conninfo.conninfo_to_dict(server.dsn())["host"]))
            assert folder.parent == Path("/tmp")
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert notes(server.dsn()) == ["made"]
        wait_until_stopped(home)
        folder.chmod(0o755)
        try:
            with pytest.raises(EmbeddedError, match=r"not a private folder \(mode 0700\)"):
                EmbeddedServer(home, fsync=False).__enter__()
        finally:
            folder.rmdir()

    def test_root_with_a_home_that_the_server_cannot_reach(self, place: Path) -> None:
        if not ROOT:
            pytest.skip("only root has a home that its server cannot reach")
        place.chmod(0o700)
        home = place / "home"
        for text in ("first", "second"):
            with EmbeddedServer(home, fsync=False) as server:
                note(server.dsn(), text)
            wait_until_stopped(home)
        with EmbeddedServer(home, fsync=False) as server:
            assert notes(server.dsn()) == ["first", "second"]
            assert (home / "cluster").resolve().parent.parent == SHELTER

    def test_ordinary_user(self, place: Path) -> None:
        python = ordinary_python()
        place.chmod(0o777)
        home = place / "home"
        with User(home, python=python, name="nobody") as user:
            assert user.line().startswith(f"host={home}/run ")
            assert Path(f"/proc/{postmaster(home)}").owner() == "nobody"
            assert Path(f"/proc/{parent(postmaster(home))}").owner() == "nobody"
        wait_until_stopped(home)
        with EmbeddedServer(home, fsync=False) as server:
            note(server.dsn(), "by root")
            assert Path(f"/proc/{postmaster(home)}").owner() == "nobody"
        wait_until_stopped(home)
        with User(home, python=python, name="nobody") as user:
            assert user.line().startswith("host=")
            user.kill()
        wait_until_stopped(home)


class TestRefusals:
    def refusal(self, home: Path, binaries: Path | None = None, timeout_s: float = 60.0) -> str:
        with pytest.raises(EmbeddedError) as refused:
            EmbeddedServer(home, binaries, fsync=False, timeout_s=timeout_s).__enter__()
        sentence = str(refused.value)
        assert "\n" not in sentence
        if (home / "server.lock").exists():
            assert is_free(home / "server.lock")
        return sentence

    def test_no_binaries(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "is not the program folder of a PostgreSQL with PostGIS" in self.refusal(place / "home", place)
        monkeypatch.setattr("data.postgres_binaries.DEBIAN", place)
        monkeypatch.setenv("PATH", str(place))
        with pytest.raises(EmbeddedError, match="apt-get install postgresql-15-postgis-3"):
            find_binaries(None)

    def test_finds_the_newest_binaries_unless_another_major_is_wanted(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for major in (9, 14, 17):
            for program in ("bin/initdb", "bin/postgres", "share/extension/postgis.control"):
                path = place / str(major) / program
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o755)
        (place / "18" / "bin").mkdir(parents=True)
        monkeypatch.setattr("data.postgres_binaries.DEBIAN", place)
        assert find_binaries(None) == place / "17" / "bin"
        assert find_binaries(None, prefer_major=14) == place / "14" / "bin"
        assert find_binaries(place / "9" / "bin") == place / "9" / "bin"

    def test_home_is_a_file(self, place: Path) -> None:
        (place / "home").write_text("")
        assert "is a file" in self.refusal(place / "home")
        assert "is a file" in self.refusal(place / "home" / "below")

    def test_home_is_not_writable(self, place: Path) -> None:
        home = place / "home"
        home.mkdir(mode=0o555)
        if not ROOT:
            assert "cannot be used by user" in self.refusal(home)
            return
        with User(home, python=ordinary_python(), name="nobody") as user:
            assert "cannot be used by user 65534" in user.line()

    def test_cluster_of_another_major_version(self, home: Path) -> None:
        (home / "cluster" / "PG_VERSION").write_text("9\n")
        assert "was made by PostgreSQL 9 but" in self.refusal(home)

    def test_cluster_folder_holds_something_else(self, place: Path) -> None:
        (place / "home" / "cluster" / "photos").mkdir(parents=True)
        assert "is not a PostgreSQL cluster" in self.refusal(place / "home")
        assert (place / "home" / "cluster" / "photos").exists()

    @pytest.mark.parametrize("name", ["start.lock", "users.lock"])
    def test_lock_that_stays_held(self, home: Path, name: str) -> None:
        with held(home / name, "exclusive", 1.0):
            sentence = self.refusal(home, timeout_s=0.2)
        assert f"'{home / name}' has been held by another process ({os.getpid()})" in sentence

    def test_server_that_does_not_start(self, home: Path) -> None:
        with (home / "cluster" / "postgresql.conf").open("a") as configuration:
            configuration.write("nonsense = 1\n")
        sentence = self.refusal(home)
        assert "does not start: configuration file" in sentence
        assert str(home / "postgres.log") in sentence

    def test_server_that_does_not_come_up_is_stopped_even_where_interrupts_are_ignored(
        self, home: Path, place: Path
    ) -> None:
        # As in a script that a shell started in the background.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.test_server_that_does_not_come_up(home, place)
        finally:
            signal.signal(signal.SIGINT, before)

    def test_server_that_does_not_come_up(self, home: Path, place: Path) -> None:
        programs = place / "postgresql" / "bin"
        programs.mkdir(parents=True)
        (programs / "initdb").symlink_to(find_binaries(None) / "initdb")
        control = place / "postgresql" / "share" / "extension" / "postgis.control"
        control.parent.mkdir(parents=True)
        control.touch()
        (programs / "postgres").write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && exec {find_binaries(None)}/postgres --version\n'
            'echo "2026-01-01 UTC [1] LOG:  redo in progress" >&2\nexec sleep 60\n'
        )
        (programs / "postgres").chmod(0o755)
        with pytest.raises(EmbeddedError, match=r"did not come up within 3 s: redo in progress"):
            EmbeddedServer(home, programs, timeout_s=3.0).__enter__()
        wait_until_stopped(home)

    def test_another_server_runs_in_the_cluster(self, home: Path) -> None:
        owner = (home / "cluster").stat()
        with subprocess.Popen(["sleep", "60"], cwd=home / "cluster", user=owner.st_uid if ROOT else None) as other:
            (home / "cluster" / "postmaster.pid").write_text(f"{other.pid}\n")
            try:
                assert f"another PostgreSQL (process {other.pid}) already runs" in self.refusal(home)
            finally:
                other.kill()

    def test_disk_full_when_the_cluster_is_made(self, place: Path) -> None:
        with small_disk(place / "disk", 20) as disk:
            assert "full; free some space" in self.refusal(disk / "home")
            assert not (disk / "home" / "cluster.new").exists()

    def test_disk_full_when_the_database_is_made(self, place: Path) -> None:
        with small_disk(place / "disk", 46) as disk:
            with pytest.raises(EmbeddedError, match="full; free some space"):
                EmbeddedServer(disk / "home", fsync=False).__enter__()
            assert (disk / "home" / "cluster").exists()

    def test_disk_full_when_the_server_starts(self, home: Path, place: Path) -> None:
        with small_disk(place / "disk", 100) as disk:
            subprocess.run(["cp", "-a", home, disk / "home"], check=True)
            with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
                while filler.write(bytes(65536)):
                    pass
            assert "full; free some space" in self.refusal(disk / "home")
            (disk / "filler").unlink()
            with EmbeddedServer(disk / "home", fsync=False) as server:
                assert notes(server.dsn()) == ["made"]


@pytest.mark.parametrize(
    ("log", "complaint"),
    [
        ("", ""),
        ("initdb: error: no such user\ninitdb: removing data directory\n", "no such user"),
        (
            "2026-01-01 UTC [7] FATAL:  lock file exists\n2026-01-01 UTC [7] LOG:  database system is shut down\n",
            "lock file exists",
        ),
        (
            "2026-01-01 UTC [7] LOG:  redo in progress\n2026-01-01 UTC [8] FATAL:  the database system is starting up",
            "redo in progress",
        ),
        ("connection failed: no such file", "connection failed: no such file"),
    ],
)
def test_last_complaint(log: str, complaint: str) -> None:
    assert last_complaint(log) == complaint
