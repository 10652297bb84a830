from pathlib import Path

import numpy as np
import pytest

from data.period_file import read_periods
from data.point_file import PointFileError


def write(folder: Path, text: str) -> Path:
    path = folder / "uger.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_periods_in_the_order_of_time(tmp_path: Path) -> None:
    file = write(tmp_path, "treated;date;control\n3;2026-03-09;7\n2,5;2026-03-02;8\n1;2026-03-16;9\n")
    found = read_periods(file)
    assert np.diff(found.first_day).tolist() == [7, 7]
    assert found.treated.tolist() == [2.5, 3, 1]
    assert found.control.tolist() == [8, 7, 9]
    assert found.displaced is found.displaced_control is None


def test_reads_the_surroundings_where_there_are_any(tmp_path: Path) -> None:
    file = write(tmp_path, "date,treated,control,displaced_control,displaced\n02-03-2026,1,2,4,3\n09-03-2026,5,6,8,7\n")
    found = read_periods(file)
    assert found.displaced is not None
    assert found.displaced_control is not None
    assert (found.displaced.tolist(), found.displaced_control.tolist()) == ([3, 7], [4, 8])


def test_calendar_months_are_periods_of_one_length(tmp_path: Path) -> None:
    rows = "".join(f"2026-{month:02}-01,1,2\n" for month in range(1, 13))
    assert len(read_periods(write(tmp_path, "date,treated,control\n" + rows)).first_day) == 12


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("date,treated\n2026-03-02,1\n", "needs a column named control; it has date, treated"),
        ("date,treated,control\n", "has no rows"),
        ("date,treated,control\n2026-03-02,1,2\n", "needs more than one period"),
        ("date,treated,control\n2026-03-02,1,2\n2026-03-02,1,2\n", "has the period 2026-03-02 more than once"),
        (
            "date,treated,control\n2026-03-02,1,2\n2026-03-09,1,2\n2026-03-23,1,2\n",
            "without gaps, found 7 and 14 days",
        ),
        ("date,treated,control\nmandag,1,2\n2026-03-09,1,2\n", "line 2: column date is not a date"),
        ("date,treated,control\n2026-03-02,1,2\n,1,2\n", "line 3: column date is empty"),
        ("date,treated,control\n2026-03-02,1,2\n2026-03-09,to,2\n", "line 3: column treated is not a number"),
        ("date,treated,control\n2026-03-02,1,2\n2026-03-09,1,-2\n", "line 3: column control must not be negative"),
    ],
)
def test_what_cannot_be_used_names_line_and_column(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(PointFileError, match=sentence):
        read_periods(write(tmp_path, text))
