"""Commands as people call them, their exit code and what they print; the service as an analyst asks it."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.cli import main
from data.store import Store
from models.partnership import Partnership
from tests.viewers import client_of

Command = Callable[..., "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """What a call ended with and printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def analyst(store: Store, partnership: Partnership) -> Iterator[TestClient]:
    """Asks a service on an empty database, logged in as an analyst."""
    with client_of(store, partnership, follow_redirects=False) as client:
        yield client


@pytest.fixture
def trygkort(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Calls ``trygkort`` in an empty folder, on an empty database."""

    def call(*arguments: object, **environment: str) -> Outcome:
        settings = {"TRYGKORT_HOME": str(tmp_path / "home"), "TRYGKORT_DATABASE_URL": database, **environment}
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("TRYGKORT_")]:
                patch.delenv(name)
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", ["trygkort", *map(str, arguments)])
            with pytest.raises(SystemExit) as ended:
                main()
        printed = capsys.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else 0, printed.out, printed.err)

    return call
