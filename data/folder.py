"""Files for people: written whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path

from geo.errors import PlainError


class FolderError(PlainError, OSError):
    """A folder that cannot be written."""


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> Path:
    """Write ``contents`` (name to bytes) into ``folder``, made if missing; returns its absolute path.

    Each file appears under its name only when it is complete. Raises `FolderError`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in contents.items():
            fresh = folder / f".{name}.{os.getpid()}"
            try:
                fresh.write_bytes(body)
                fresh.replace(folder / name)
            finally:
                fresh.unlink(missing_ok=True)
    except OSError as error:
        raise FolderError(f"the files cannot be written to {folder}: {error.strerror}") from error
    return folder.absolute()
