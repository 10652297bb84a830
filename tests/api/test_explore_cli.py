"""`trygkort export` writes what the service hands out for the same filters."""

from pathlib import Path

import pytest

from data.store import Store
from models.partnership import Partnership
from tests.api.conftest import Command
from tests.incident_blocks import block_of, some_incidents
from tests.viewers import client_of

ADDRESS = "from=2026-02-01&to=2026-03-31&compare_from=2026-01-02&compare_to=2026-01-31&resolution=11"
OPTIONS = (
    *("--from", "2026-02-01", "--to", "2026-03-31", "--compare-from", "2026-01-02", "--compare-to", "2026-01-31"),
    *("--resolution", "11", "--weekday", "6", "--weekday", "7", "--shift", "nat"),
)


@pytest.fixture
def filled(store: Store, partnership: Partnership) -> Store:
    block = block_of(some_incidents(partnership, 300))
    store.import_blocks(partnership, [block], source="test", profile_version=1, synthetic=False, actor="test")
    return store


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_file_is_that_of_the_service(
    filled: Store, partnership: Partnership, trygkort: Command, tmp_path: Path, form: str
) -> None:
    found = trygkort("export", f"out.{form}", *OPTIONS)
    assert (found.returncode, found.stderr) == (0, "")
    with client_of(filled, partnership) as client:
        answer = client.get(f"/v1/explore.{form}?{ADDRESS}&shift=nat&weekday=6&weekday=7")
    assert (tmp_path / f"out.{form}").read_bytes() == answer.content


def test_it_is_logged(filled: Store, trygkort: Command) -> None:
    trygkort("export", "out.csv", *OPTIONS)
    from data.audit_log import AuditFilter

    (line,) = filled.audit.rows(AuditFilter(action="export"), limit=5)
    assert line.recipient == "file"
    assert line.subject.startswith("indre-noerrebro/2026-03-31/explore.csv?from=2026-02-01")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("out.xls",), "'out.xls' must end in one of .csv, .gpkg, .parquet"),
        (("out.csv", "--from", "yesterday"), "'from' must be a date such as 2026-11-23."),
        (("out.csv", "--area", "nord"), "'area' can only be indre-noerrebro"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    filled: Store, trygkort: Command, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    found = trygkort("export", *arguments)
    assert found.returncode == 2
    assert sentence in found.stderr
    assert not (tmp_path / "out.csv").exists()
