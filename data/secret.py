"""Secrets: the key that turns case numbers into codes, kept in the home folder, and files that hold one of others."""

import os
import secrets
import tempfile
from pathlib import Path

from geo.errors import PlainError

KEY_FILE = "case-number.key"
KEY_BYTES = 32


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
    """The text of a file that holds a secret. Raises `SecretError`, which does not repeat it."""
    try:
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise SecretError(f"the secret file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SecretError(f"the secret file {path} holds something else than plain letters and digits") from error


def _publish(fresh: Path, path: Path) -> None:
    # A link fails where another process was quicker: then its key is the one that counts.
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
