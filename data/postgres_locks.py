"""Locks between processes on files, which the kernel frees however their holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from data.postgres_binaries import EmbeddedError
from data.postgres_keeper import open_lock, write_holder

POLL_S = 0.02
KINDS = {"shared": fcntl.LOCK_SH, "exclusive": fcntl.LOCK_EX}


@contextmanager
def held(path: Path, kind: Literal["shared", "exclusive"], timeout_s: float) -> Iterator[int]:
    """Hold the lock file ``path``, made if need be; yields its descriptor, which programs do not inherit.

    Raises `EmbeddedError` naming the file when it is still held by others after ``timeout_s`` seconds.
    """
    lock = open_lock(path)
    try:
        _wait(lock, path, KINDS[kind], timeout_s)
        try:
            if kind == "exclusive":
                write_holder(lock)
            yield lock
        finally:
            # Not left to close(): a child forked in the meantime has the same lock open.
            fcntl.flock(lock, fcntl.LOCK_UN)
    finally:
        os.close(lock)


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock file ``path`` exclusively."""
    lock = open_lock(path)
    try:
        return _try(lock, fcntl.LOCK_SH)
    finally:
        os.close(lock)


def _wait(lock: int, path: Path, kind: int, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not _try(lock, kind):
        if time.monotonic() > deadline:
            holder = os.pread(lock, 20, 0).decode("ascii", errors="replace").strip() or "unknown"
            raise EmbeddedError(
                f"'{path}' has been held by another process ({holder}) for more than {timeout_s:g} s; wait "
                "for that process or end it, then try again"
            )
        time.sleep(POLL_S)


def _try(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
