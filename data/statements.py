"""The SQL of the store: named statements in ``data/sql/*.sql``, migrations in ``data/sql/migrations``."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import LiteralString

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """One step of the schema; ``sha256`` proves that an applied step was not edited afterwards."""

    name: str
    sql: LiteralString
    sha256: str


@cache
def statements(subject: str) -> Mapping[str, LiteralString]:
    """The statements of ``data/sql/<subject>.sql`` by name."""
    text = files("data").joinpath("sql", f"{subject}.sql").read_text(encoding="utf-8")
    _, *parts = NAME.split(text)
    # The files ship with the program, so their text is as trustworthy as a literal in this module.
    return {name: sql.strip() for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def subjects() -> list[str]:
    """Names of all statement files."""
    return sorted(p.name.removesuffix(".sql") for p in files("data").joinpath("sql").iterdir() if p.is_file())


@cache
def migrations() -> tuple[Migration, ...]:
    """All steps of the schema in order."""
    folder = files("data").joinpath("sql", "migrations")
    found = []
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        text = entry.read_text(encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        found.append(Migration(entry.name.removesuffix(".sql"), text, digest))
    return tuple(found)
