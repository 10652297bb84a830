"""Where PostgreSQL's programs are installed on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from geo.errors import PlainError

DEBIAN = Path("/usr/lib/postgresql")
PROGRAMS = ("initdb", "postgres")


class EmbeddedError(PlainError, RuntimeError):
    """The embedded database cannot be used: one plain sentence on what is wrong and what to do."""


def find_binaries(setting: Path | None, prefer_major: int | None = None) -> Path:
    """The folder with `initdb` and `postgres` of an installation that has the postgis extension.

    ``setting`` names that folder. Without it the newest of Debian's (``/usr/lib/postgresql/*/bin``) or the
    one on PATH is taken; ``prefer_major`` puts that major version first. Raises `EmbeddedError` if there is
    none.
    """
    if setting is not None:
        if not _complete(setting):
            raise EmbeddedError(
                f"'{setting}' is not the program folder of a PostgreSQL with PostGIS: it must hold initdb "
                "and postgres, and the postgis extension must be installed with them"
            )
        return setting
    complete = [folder for folder in _installed() if _complete(folder)]
    if not complete:
        raise EmbeddedError(
            "no PostgreSQL with PostGIS is installed on this machine; install it with "
            "'apt-get install postgresql-15-postgis-3'"
        )
    return next((folder for folder in complete if _debian_major(folder) == prefer_major), complete[0])


def major_version(binaries: Path) -> int:
    """Major version of the `postgres` program in ``binaries``; raises `EmbeddedError` if it does not run."""
    program = binaries / "postgres"
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(f"'{program}' does not run ({error}); reinstall PostgreSQL") from error
    version = re.search(r"\) (\d+)", answer)
    if version is None:
        raise EmbeddedError(f"'{program}' does not say its version but '{answer.strip()}'")
    return int(version[1])


def _installed() -> Iterator[Path]:
    yield from sorted(DEBIAN.glob("*/bin"), key=_debian_major, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _debian_major(binaries: Path) -> int:
    version = binaries.parent.name
    return int(version) if version.isdecimal() else 0


def _complete(binaries: Path) -> bool:
    programs = all(os.access(binaries / program, os.X_OK) for program in PROGRAMS)
    return programs and any((share / "extension" / "postgis.control").is_file() for share in _share_folders(binaries))


def _share_folders(binaries: Path) -> tuple[Path, ...]:
    """Debian, built from source, Fedora, and an installation with a prefix of its own."""
    prefix = binaries.parent
    return (
        Path("/usr/share/postgresql") / prefix.name,
        prefix / "share",
        prefix / "share" / "pgsql",
        prefix / "share" / "postgresql",
    )
