"""A PostgreSQL cluster on disk: where it lies, whom it belongs to, and how it is made.

The cluster of a home folder is ``HOME/cluster``. PostgreSQL refuses to run as root, so for root it belongs
to the operating-system user `postgres` (else `nobody`). Where that user cannot reach the home folder, such as
below ``/root``, ``HOME/cluster`` is a symbolic link into a folder of ``/var/lib/trygkort`` named by a hash of
HOME and a random part. That folder is not removed with HOME.
"""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from data.postgres_binaries import EmbeddedError, find_binaries, major_version

SUPERUSER = "trygkort"
PORT = 5432
SHELTER = Path("/var/lib/trygkort")
SHORT = Path("/tmp")  # noqa: S108  # not the user's TMPDIR: every process must find the same folder
SOCKET_PATH_BYTES = 107
NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes")
TURNED_AWAY = re.compile("FATAL: +the database system is")  # said to those who try to connect too early


class Credentials(TypedDict, total=False):
    """Keyword arguments of `subprocess.run` that start a program as another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Cluster:
    """A cluster that exists, and what is needed to run it.

    ``owner`` is (uid, gid) of the operating-system user that must run it, None for the present one.
    """

    folder: Path
    socket_folder: Path
    binaries: Path
    owner: tuple[int, int] | None


def ensure_cluster(home: Path, setting: Path | None, *, fsync: bool, start_lock: int) -> Cluster:
    """The cluster of ``home``, made first if there is none.

    The caller holds ``start_lock``. `initdb` holds it too, so that a killed caller's `initdb` is waited for.
    It works in a folder beside the final one, which therefore is complete or not there.
    """
    folder = _cluster_folder(home)
    owner = _owner(folder)
    binaries = find_binaries(setting, _cluster_major(folder))
    if _cluster_major(folder) is None:
        _initialise(folder, binaries, owner, fsync=fsync, start_lock=start_lock)
    _require_same_major(folder, binaries)
    return Cluster(folder, _private_socket_folder(folder, owner), binaries, owner)


def forget_reused_pids(cluster: Cluster) -> None:
    """Remove lock files a killed server left behind whose process number now belongs to another program.

    PostgreSQL itself recognises a number that is free, but refuses to start for one in use. To be called only
    when no server started from here is alive. Raises `EmbeddedError` if someone else's runs in the cluster.
    """
    for lock in (cluster.folder / "postmaster.pid", cluster.socket_folder / f".s.PGSQL.{PORT}.lock"):
        pid = _first_number(lock)
        if pid is None or not Path(f"/proc/{pid}").exists():
            continue
        if _works_in(pid, cluster.folder):
            raise EmbeddedError(
                f"another PostgreSQL (process {pid}) already runs in '{cluster.folder}'; stop it and try again"
            )
        lock.unlink()


def disk_full(folder: Path) -> EmbeddedError:
    """The error for no space left where ``folder`` lies."""
    return EmbeddedError(f"the disk that holds '{folder}' is full; free some space and try again")


def _cluster_folder(home: Path) -> Path:
    link = home / "cluster"
    if os.geteuid() == 0 and not os.path.lexists(link) and not _reachable(home, _server_user()):
        SHELTER.mkdir(mode=0o711, parents=True, exist_ok=True)
        name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
        # A name of its own each time: a home that was deleted and made again must not find old data.
        place = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=SHELTER))
        place.chmod(0o711)
        link.symlink_to(place / "cluster")
    return link.resolve()


def _server_user() -> tuple[int, int]:
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    raise EmbeddedError("PostgreSQL does not run as root and there is no user 'postgres'; add one with 'adduser'")


def _owner(folder: Path) -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    if folder.exists():
        status = folder.stat()
        if status.st_uid != 0:
            return status.st_uid, status.st_gid
    return _server_user()


def _credentials(owner: tuple[int, int] | None) -> Credentials:
    return {} if owner is None else {"user": owner[0], "group": owner[1], "extra_groups": []}


def _reachable(folder: Path, owner: tuple[int, int]) -> bool:
    """Whether the kernel lets ``owner`` into ``folder``; modes alone would not tell (access lists)."""
    enter = ["/bin/sh", "-c", 'cd -- "$0"', str(folder)]
    return subprocess.run(enter, capture_output=True, check=False, **_credentials(owner)).returncode == 0  # noqa: S603


def _cluster_major(folder: Path) -> int | None:
    try:
        version = (folder / "PG_VERSION").read_text("ascii").strip()
    except FileNotFoundError:
        if folder.exists() and any(folder.iterdir()):
            raise EmbeddedError(
                f"'{folder}' is not a PostgreSQL cluster, for it has no PG_VERSION; move it away and try again"
            ) from None
        return None
    return int(version) if version.isdecimal() else 0


def _require_same_major(folder: Path, binaries: Path) -> None:
    made, installed = _cluster_major(folder), major_version(binaries)
    if made != installed:
        raise EmbeddedError(
            f"'{folder}' was made by PostgreSQL {made} but '{binaries}' is PostgreSQL {installed}; install "
            f"postgresql-{made}-postgis-3 again, or move the folder away to start empty"
        )


def _initialise(folder: Path, binaries: Path, owner: tuple[int, int] | None, *, fsync: bool, start_lock: int) -> None:
    folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    unfinished = folder.with_name("cluster.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    try:
        if owner is not None:
            os.chown(unfinished, *owner)
        _run_initdb(unfinished, binaries, owner, fsync=fsync, start_lock=start_lock)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if fsync:
        _sync_folder(folder.parent)


def _run_initdb(folder: Path, binaries: Path, owner: tuple[int, int] | None, *, fsync: bool, start_lock: int) -> None:
    made = subprocess.run(  # noqa: S603
        [
            str(binaries / "initdb"),
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            *([] if fsync else ["--no-sync"]),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env=server_environment(),
        pass_fds=[start_lock],
        **_credentials(owner),
    )
    if made.returncode != 0:
        if NO_SPACE.search(made.stderr):
            raise disk_full(folder.parent)
        reason = last_complaint(made.stderr) or f"exit code {made.returncode}"
        raise EmbeddedError(f"PostgreSQL could not make its cluster in '{folder.parent}': {reason}")


def last_complaint(log: str) -> str:
    """The one of PostgreSQL's messages that best says what is wrong, without its severity; '' if none."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and not TURNED_AWAY.search(line)]
    for mark in ("PANIC:", "FATAL:", "error:", "ERROR:", "LOG:"):
        for line in reversed(lines):
            if mark in line:
                return line.split(mark, 1)[1].strip()
    return lines[-1] if lines else ""


def server_environment() -> dict[str, str]:
    """The environment of PostgreSQL's programs: untranslated messages, no PG* settings of someone else's."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**mine, "LC_ALL": "C.UTF-8"}


def _private_socket_folder(cluster: Path, owner: tuple[int, int] | None) -> Path:
    """A folder of mode 0700 for the socket: beside the cluster, or in /tmp where that path would not do."""
    uid = os.geteuid() if owner is None else owner[0]
    folder = cluster.with_name("run")
    # A comma or a quotation mark would separate several folders for libpq or PostgreSQL.
    path = os.fsencode(folder / f".s.PGSQL.{PORT}")
    if len(path) > SOCKET_PATH_BYTES or set(b',"') & set(path):
        folder = SHORT / f"trygkort-{uid}-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if owner is not None and folder.lstat().st_uid == 0:
        os.chown(folder, *owner, follow_symlinks=False)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or stat.S_IMODE(status.st_mode) & 0o077:
        raise EmbeddedError(
            f"'{folder}' is not a private folder (mode 0700) of user {uid}, so the database's socket would "
            "not be safe there; remove it and try again"
        )
    return folder


def _first_number(path: Path) -> int | None:
    try:
        first = path.read_text("ascii", errors="replace").split("\n", 1)[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdecimal() else None


def _works_in(pid: int, folder: Path) -> bool:
    """Whether process ``pid`` works in ``folder``, as a PostgreSQL server does in its cluster."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
