from pathlib import Path

import pytest

from data.intake.block import Reject
from data.rejects import RejectsError, RejectsFile
from models.partnership import Partnership
from tests.incident_blocks import block_of, some_incidents

REJECT = Reject(12, "outside", "the point is outside")


def test_rejects_are_listed_and_counted_when_the_import_is_done(tmp_path: Path, partnership: Partnership) -> None:
    path = tmp_path / "fil.csv.rejects.csv"
    block = block_of(some_incidents(partnership, 3), rejects=(REJECT, REJECT))
    with RejectsFile(path) as rejects:
        assert list(rejects.passing([block])) == [block]
        assert not path.exists()
    assert path.read_text(encoding="utf-8").splitlines() == [
        "line,reason,detail",
        "12,outside,the point is outside",
        "12,outside,the point is outside",
    ]
    assert rejects.counts == {"outside": 2}


def test_no_rejects_and_no_import_leave_no_file(tmp_path: Path, partnership: Partnership) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("of the import before")
    with RejectsFile(path) as rejects:
        list(rejects.passing([block_of(some_incidents(partnership, 3))]))
    rejects = RejectsFile(path)
    rejects.__enter__()
    list(rejects.passing([block_of(some_incidents(partnership, 3), rejects=(REJECT,))]))
    rejects.__exit__(ValueError, ValueError("broken"), None)
    assert path.read_text() == "of the import before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(RejectsError, match="choose another with --rejects"):
        RejectsFile(tmp_path / "nowhere" / "rejects.csv").__enter__()
