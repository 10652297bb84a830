"""Secrets: the key that turns case numbers into codes, kept in the home folder, and files that hold one of others."""

import os
import re
import secrets
import tempfile
from pathlib import Path

from geo.errors import PlainError

KEY_FILE = "case-number.key"
KEY_BYTES = 32
WRITABLE_BY_OTHERS = 0o022
READABLE_BY_OTHERS = 0o044
QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')


class SecretError(PlainError, RuntimeError):
    """A secret cannot be read or made."""


def known_case_number_key(home: Path) -> bytes | None:
    """The installation's key if there is one already; nothing is made. Raises `SecretError`."""
    return case_number_key(home) if (home / KEY_FILE).exists() else None


def case_number_key(home: Path) -> bytes:
    """The installation's key, made on first use with mode 0600.

    Losing it means that rows already imported are not recognised again. Raises `SecretError`.
    """
    path = home / KEY_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            descriptor, fresh = tempfile.mkstemp(dir=home, prefix=f".{KEY_FILE}.")
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            _publish(Path(fresh), path)
        key = path.read_bytes()
    except OSError as error:
        raise SecretError(f"the key file {path} cannot be read or made: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise SecretError(f"the key file {path} is damaged: {len(key)} bytes instead of {KEY_BYTES}")
    return key


def secret_file(path: Path) -> str:
    """The text of a file that holds a secret. Raises `SecretError`, which does not repeat it.

    A file that others may write is refused: whoever can choose a secret knows it.
    """
    try:
        if path.stat().st_mode & WRITABLE_BY_OTHERS:
            raise SecretError(f"the secret file {path} can be written by others; to mend it: chmod 600 {path}")
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise SecretError(f"the secret file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SecretError(f"the secret file {path} holds something else than plain letters and digits") from error


def without_password(text: str, dsn: str) -> str:
    """``text`` without what it quotes from the password of ``dsn``, also of one that was not escaped as it should be.

    >>> without_password('invalid integer value "hun" for connection option "port"', "postgresql://u:hun/ter2@db/x")
    'invalid integer value "…" for connection option "port"'
    """
    user, found, _ = dsn.partition("://")[2].rpartition("@")
    secret = user.partition(":")[2] if found else "".join(re.findall(r"password\s*=\s*(\S+)", dsn))
    # What follows a query may be one too: ?password=… is allowed there.
    pieces = [piece for piece in re.split(r"[/:@?#&=']", f"{secret}/{dsn.partition('?')[2]}") if len(piece) > 1]
    return QUOTED.sub(lambda match: '"…"' if any(piece in match[0] for piece in pieces) else match[0], text)


def readable_by_others(path: Path) -> bool:
    """Whether others than the owner of a file may read it; False where there is none."""
    try:
        return bool(path.stat().st_mode & READABLE_BY_OTHERS)
    except OSError:
        return False


def _publish(fresh: Path, path: Path) -> None:
    # A link fails where another process was quicker: then its key is the one that counts.
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
