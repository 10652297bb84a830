"""An import that is killed, crossed or starved at any moment, and then done again, is as if nothing had been."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from data.embedded import EmbeddedServer
from data.store import Store
from models.partnership import Partnership

ROWS = 4_000
MOMENTS = 20
PATIENCE_S = 300.0  # a second or two on an idle machine
HEADER = "sagsnr;fra;til;anmeldt;kategori;grundlag;laengde;bredde;noejagtighed_m\n"
CLI = [sys.executable, "-m", "api.cli"]
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many small incidents and one rejected row."""
    rng = random.Random(1)
    path = tmp_path_factory.mktemp("killed") / "rows.csv"
    rows = [
        f"0100-{i};2025-{1 + i % 12:02}-{1 + i % 28:02} {i % 24:02}:30;;;Tyveri;anmeldt;"
        f"{rng.uniform(12.54, 12.57):.6f};{rng.uniform(55.68, 55.70):.6f};10\n"
        for i in range(ROWS)
    ]
    path.write_text(HEADER + "".join(rows) + rows[0].replace("Tyveri", ""), encoding="utf-8")
    return path


Import = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_import(file: Path, tmp_path: Path) -> Iterator[Import]:
    """Starts a real ``trygkort import`` of the file into a database."""
    started: list[subprocess.Popen[str]] = []

    def start(dsn: str) -> "subprocess.Popen[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TRYGKORT_")}
        environment |= {"TRYGKORT_HOME": str(tmp_path / "home"), "TRYGKORT_DATABASE_URL": dsn}
        rejects = tmp_path / f"rejects{len(started)}.csv"
        process = subprocess.Popen(
            [*CLI, "import", str(file), "--profile", "demo", "--rejects", str(rejects)],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process: "subprocess.Popen[str]") -> str:
    stdout, stderr = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, stderr
    return stdout


def incidents_in(dsn: str) -> tuple[int, int, int]:
    """How many incidents there are, how many different keys, and how many are in force."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT source_key), count(*) FILTER (WHERE in_force) FROM incident"
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def is_whole(dsn: str, partnership: Partnership) -> bool:
    """Every row is there once, and the panel is exact."""
    with Store(dsn) as store:
        checked = store.check_panel(partnership)
    return incidents_in(dsn) == (ROWS, ROWS, ROWS) and checked.rows > 0 and checked.different == 0


def writes_stopped(dsn: str) -> bool:
    """Whether no other session is at work in the database, waited for: a killed client's session ends by itself."""
    for _ in range(2_000):
        with psycopg.connect(dsn) as connection:
            others = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
        if others == (0,):
            return True
        time.sleep(0.05)
    return False


def test_killed_at_twenty_moments_and_done_again_nothing_is_lost_or_doubled(
    database: str, partnership: Partnership, start_import: Import
) -> None:
    began = time.monotonic()
    said(start_import(database))
    whole_s = time.monotonic() - began
    assert is_whole(database, partnership)
    rng = random.Random(2)
    killed = 0
    for _ in range(MOMENTS):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("TRUNCATE incident, panel_entry, import_batch, import_reject")
        process, began = start_import(database), time.monotonic()
        # Later moments meet the database at work; in the first half the program only starts.
        try:
            process.wait(whole_s * rng.uniform(0.4, 1.05))
            whole_s = min(whole_s, time.monotonic() - began)  # the machine has less to do than at first
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        assert writes_stopped(database)
        with Store(database) as store:
            assert store.check_panel(partnership).different == 0
        assert incidents_in(database) in {(0, 0, 0), (ROWS, ROWS, ROWS)}
    assert killed > MOMENTS // 2
    again = said(start_import(database))
    assert f"accepted {ROWS}" in again
    assert is_whole(database, partnership)


def test_two_imports_at_once_take_turns(database: str, partnership: Partnership, start_import: Import) -> None:
    both = [start_import(database) for _ in range(2)]
    new = sorted(int(re.findall(r"new (\d+)", said(process))[0]) for process in both)
    assert new == [0, ROWS]
    assert is_whole(database, partnership)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL], ids=["fast", "immediate", "killed"])
def test_a_database_restarted_in_the_middle_is_said_and_the_import_done_again(
    partnership: Partnership, start_import: Import, stop: signal.Signals
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with EmbeddedServer(home) as server:
            with Store(server.dsn()) as store:
                store.migrate()
            hold_imports(server.dsn())
            process = start_import(server.dsn())
            wait_for_copy(server.dsn())
            (pid_file,) = home.rglob("postmaster.pid")
            os.kill(int(pid_file.read_text(encoding="ascii").split()[0]), stop)
            _, stderr = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 2, stderr
            assert "the database cannot be used" in stderr
            assert "Traceback" not in stderr
        with EmbeddedServer(home) as server:
            assert incidents_in(server.dsn()) == (0, 0, 0)
            with psycopg.connect(server.dsn()) as connection:
                connection.execute("DROP FUNCTION hold CASCADE")
            said(start_import(server.dsn()))
            assert is_whole(server.dsn(), partnership)
        wait_for_stop(home)


def wait_for_stop(home: Path) -> None:
    """Until the server, which nobody uses any more, has written its last file there."""
    for _ in range(10_000):
        if not any(home.rglob("postmaster.pid")):
            return
        time.sleep(0.01)
    raise AssertionError("the server did not stop")


def hold_imports(dsn: str) -> None:
    """Let the next import wait where its rows are copied and nothing is committed."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END'"
        )
        connection.execute("CREATE TRIGGER hold AFTER INSERT ON incident EXECUTE FUNCTION hold()")


def wait_for_copy(dsn: str) -> None:
    """Until another session has copied its rows."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _ in range(10_000):
            if connection.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone():
                return
            time.sleep(0.02)
    raise AssertionError("no import came")


def test_a_full_disk_is_said_and_the_import_done_again_elsewhere_is_whole(
    partnership: Partnership, start_import: Import, tmp_path: Path
) -> None:
    disk = Path(tempfile.mkdtemp(dir="/tmp"))
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=150m,mode=755", "tmpfs", str(disk)], capture_output=True, check=False
        ).returncode
    ):
        disk.rmdir()
        pytest.skip("a small tmpfs cannot be mounted here")
    try:
        with EmbeddedServer(disk / "home", fsync=False) as server:
            with Store(server.dsn()) as store:
                store.migrate()
            filler = disk / "filler"
            with filler.open("wb", buffering=0) as full, suppress(OSError):
                while True:
                    full.write(b"\0" * 65_536)
            os.truncate(filler, filler.stat().st_size - 500_000)
            _, stderr = (process := start_import(server.dsn())).communicate(timeout=PATIENCE_S)
            assert process.returncode == 2, stderr
            assert "disk is full" in stderr or "the database cannot be used" in stderr
            assert "Traceback" not in stderr
            filler.unlink()
        with EmbeddedServer(disk / "home", fsync=False) as server:
            assert incidents_in(server.dsn()) == (0, 0, 0)
            said(start_import(server.dsn()))
            assert is_whole(server.dsn(), partnership)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()
