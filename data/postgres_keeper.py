"""Supervisor of one private PostgreSQL: ``python -I postgres_keeper.py HOME UID GID COMMAND...``

It detaches itself, starts COMMAND (the PostgreSQL server) and stops it when nobody uses it any more. Users
hold a shared lock on ``HOME/users.lock``; the kernel frees it however they end, and then the exclusive lock
waited for here is granted. It is kept until this process ends, so that newcomers wait for the shutdown.

``HOME/server.lock`` is locked before the caller's process returns, and handed on to every PostgreSQL process:
as long as it is held, some process of this server is alive, whatever happened to its parents.

UID and GID name the operating-system user that runs PostgreSQL, or are both "-" for the present one. Whether
the server came up is for the caller to find out; messages go to standard error. Standard library only.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

PR_SET_PDEATHSIG = 1
FAST_SHUTDOWN = signal.SIGINT
IMMEDIATE_SHUTDOWN = signal.SIGQUIT
PATIENCE_S = 60.0


def main(arguments: Sequence[str]) -> NoReturn:
    """Detach, run the server until it ends or is no longer used, and exit."""
    home, uid, gid, *command = arguments
    server_lock = open_lock(os.path.join(home, "server.lock"))  # noqa: PTH118  # pathlib takes 10 ms to import
    fcntl.flock(server_lock, fcntl.LOCK_EX)
    write_holder(server_lock)
    users_lock = open_lock(os.path.join(home, "users.lock"))  # noqa: PTH118
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")
    write_holder(server_lock)

    libc = ctypes.CDLL(None)
    keeper = os.getpid()
    postgres = os.fork()
    if postgres == 0:
        os.set_inheritable(server_lock, True)  # noqa: FBT003
        _become_postgres(command, None if uid == "-" else (int(uid), int(gid)), libc, keeper)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        os.kill(postgres, FAST_SHUTDOWN)

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # an inherited "ignore" would hide the server's end
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=_stop_when_unused, args=(users_lock, postgres), daemon=True).start()
    os.waitpid(postgres, 0)
    os._exit(0)


def _become_postgres(command: list[str], user: tuple[int, int] | None, libc: ctypes.CDLL, keeper: int) -> NoReturn:
    try:
        if user is not None:
            os.setgroups([])
            os.setgid(user[1])
            os.setuid(user[0])
        # Started in the background by a shell, this process ignores interrupts, and would hand that on.
        for interrupt in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(interrupt, signal.SIG_DFL)
        # After the change of user, which resets it: a killed keeper takes the server along.
        libc.prctl(PR_SET_PDEATHSIG, FAST_SHUTDOWN)
        if os.getppid() == keeper:
            os.execv(command[0], command)  # noqa: S606
    except OSError as error:
        print(f"FATAL:  cannot start '{command[0]}': {error.strerror}", file=sys.stderr, flush=True)  # noqa: T201
    os._exit(1)


def _stop_when_unused(users_lock: int, postgres: int) -> None:
    fcntl.flock(users_lock, fcntl.LOCK_EX)
    write_holder(users_lock)
    os.kill(postgres, FAST_SHUTDOWN)
    time.sleep(PATIENCE_S)
    os.kill(postgres, IMMEDIATE_SHUTDOWN)


def open_lock(path: str | os.PathLike[str]) -> int:
    """Descriptor of a lock file, made if need be; programs do not inherit it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def write_holder(lock: int) -> None:
    """Note in a lock file who holds it, for others to name the holder; a full disk is no reason to fail."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


if __name__ == "__main__":
    main(sys.argv[1:])
