"""Reading small files by small profiles, as the tests of intake do."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.intake.block import Reject
from data.intake.profile import parse_profile
from data.intake.reading import open_incidents, read_incidents
from data.partnerships import load_partnership
from geo.gazetteer import Gazetteer, build_gazetteer
from models.panel import IncidentColumns
from models.partnership import Partnership

SECRET = b"a secret of the installation"
NOW_S = int(datetime.fromisoformat("2025-01-01T12:00:00+01:00").timestamp())
SETTINGS: dict[str, Any] = {
    "name": "test",
    "version": 1,
    "columns": {
        "key": "sagsnr",
        "occurred_from": "fra",
        "occurred_to": "til",
        "reported_at": "anmeldt",
        "category": "kategori",
        "lon": "laengde",
        "lat": "bredde",
    },
    "values": {"time_format": "%d-%m-%Y %H:%M"},
    "categories": {"Euforiserende stoffer": "hash", "Vold": "vold"},
}
HEADER = "sagsnr;fra;til;anmeldt;kategori;laengde;bredde"
# Blågårds Plads 2, in the treated area.
ROW = "0100-1;01-06-2024 10:00;01-06-2024 12:00;02-06-2024 09:00;Vold;12.55787;55.68650"


def settings(**changes: Mapping[str, Any]) -> dict[str, Any]:
    """The tests' profile with tables updated; a value of None takes a setting away."""
    changed = deepcopy(SETTINGS)
    for table, entries in changes.items():
        merged = {**changed.get(table, {}), **entries}
        changed[table] = {name: value for name, value in merged.items() if value is not None}
    return changed


@dataclass(frozen=True)
class Outcome:
    """A whole file's incidents and rejects, blocks joined."""

    read: int
    incidents: IncidentColumns
    keys: tuple[bytes, ...]
    methods: tuple[str, ...]
    rejects: tuple[Reject, ...]
    withdrawn: int

    @property
    def told(self) -> list[tuple[int, str, str]]:
        return [(reject.line, reject.reason, reject.detail) for reject in self.rejects]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.reason) for reject in self.rejects]


@dataclass(frozen=True)
class Intake:
    """Writes small files in one folder and reads them by the tests' profile."""

    partnership: Partnership
    gazetteer: Gazetteer
    folder: Path

    def read(
        self,
        content: str | bytes = "",
        *,
        path: Path | None = None,
        block_rows: int = 50_000,
        secret: bytes = SECRET,
        gazetteer: Gazetteer | None = None,
        **changes: Mapping[str, Any],
    ) -> Outcome:
        """Read ``content``, or the file at ``path``; ``changes`` are the profile's tables."""
        if path is None:
            path = self.folder / "sager.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        profile = parse_profile(settings(**changes))
        blocks = list(
            read_incidents(
                open_incidents(path, profile),
                profile,
                self.partnership,
                secret=secret,
                now_s=NOW_S,
                gazetteer=self.gazetteer if gazetteer is None else gazetteer,
                block_rows=block_rows,
            )
        )
        assert all(b.read == len(b.incidents) + len(b.withdrawn.key) + len(b.rejects) <= block_rows for b in blocks)
        assert all(len(b.incidents) == len(b.key) == len(b.line) == len(b.geocode_method) for b in blocks)
        return Outcome(
            read=sum(block.read for block in blocks),
            incidents=_joined([block.incidents for block in blocks]),
            keys=tuple(key for block in blocks for key in block.key),
            methods=tuple(method for block in blocks for method in block.geocode_method),
            rejects=tuple(reject for block in blocks for reject in block.rejects),
            withdrawn=sum(len(block.withdrawn.key) for block in blocks),
        )

    def table(self, *rows: str, more: str = "") -> str:
        """A file of the tests' columns, and ``more`` of them, with the given rows."""
        return "\n".join([HEADER + more, *rows]) + "\n"

    def row(self, **values: str) -> str:
        """A good row with some values changed by column name."""
        names = HEADER.split(";")
        return ";".join(values.get(name, value) for name, value in zip(names, ROW.split(";"), strict=True))


@pytest.fixture(scope="session")
def partnership() -> Partnership:
    return load_partnership(None)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return build_gazetteer(
        streets=[("Blågårdsgade", [(12.5560, 55.6880), (12.5590, 55.6860)])],
        addresses=[("Blågårds Plads", "2", (12.55787, 55.68650)), ("Vesterbrogade", "1", (12.4, 55.6))],
    )


@pytest.fixture(scope="session")
def intake(partnership: Partnership, gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return Intake(partnership, gazetteer, tmp_path_factory.mktemp("files"))


def _joined(parts: Sequence[IncidentColumns]) -> IncidentColumns:
    return IncidentColumns(
        **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(IncidentColumns)}
    )
