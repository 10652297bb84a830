from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data.count_file import read_area_counts, read_count_series
from data.point_file import PointFileError
from models.calendar import to_day_number
from models.count_periods import CountPeriodsError

WEEKS = "date,count\n2026-03-09,7\n2026-03-02,5\n2026-03-16,9\n"
AREAS = """dato;område;kategori;antal
01-03-2026;Nord;hash;2
03-03-2026;Nord;hash;1,5
03-03-2026;Syd;uro;4
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "tal.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_a_series_of_weeks_in_the_order_of_time(tmp_path: Path) -> None:
    found = read_count_series(write(tmp_path, WEEKS))
    assert found.period == "week"
    assert found.counts.tolist() == [5, 7, 9]
    assert found.first_day[0] == to_day_number(date(2026, 3, 2))


def test_reads_danish_names_dates_and_decimals_and_fills_days_without_a_row(tmp_path: Path) -> None:
    found = read_area_counts(write(tmp_path, AREAS))
    assert (found.areas, found.categories) == (("Nord", "Syd"), ("hash", "uro"))
    assert found.first_day == to_day_number(date(2026, 3, 1))
    assert found.counts.tolist() == [[[2, 0], [0, 0], [1.5, 0]], [[0, 0], [0, 0], [0, 4]]]


def test_a_series_of_one_area_or_category_or_of_all(tmp_path: Path) -> None:
    file = write(tmp_path, AREAS)
    assert read_count_series(file).counts.tolist() == [2, 0, 5.5]
    assert read_count_series(file, area="Syd").counts.tolist() == [0, 0, 4]
    assert read_count_series(file, area="Nord", category="hash").counts.tolist() == [2, 0, 1.5]
    assert read_count_series(file, category="uro").period == "day"


def test_a_file_without_area_or_category_has_one_of_each(tmp_path: Path) -> None:
    found = read_area_counts(write(tmp_path, "date,count\n2026-03-01,2\n2026-03-03,1\n"))
    assert (found.areas, found.categories, found.counts.ravel().tolist()) == (("",), ("",), [2, 0, 1])


def test_counts_events_by_their_day(tmp_path: Path) -> None:
    rows = "2026-03-02 23:50,hash\n2026-03-01,hash\n2026-03-02,uro\n2026-03-04 00:10,hash\n"
    file = write(tmp_path, "tidspunkt,kategori\n" + rows)
    assert read_count_series(file).counts.tolist() == [1, 2, 0, 1]
    assert read_count_series(file, category="uro").counts.tolist() == [0, 1, 0, 0]


def test_missing_periods_are_refused_or_zero(tmp_path: Path) -> None:
    file = write(tmp_path, "date,count\n2026-03-02,5\n2026-03-09,7\n2026-03-23,9\n")
    with pytest.raises(CountPeriodsError, match="no row for 2026-03-16; --missing-as-zero if nothing happened then"):
        read_count_series(file)
    assert read_count_series(file, missing_as_zero=True).counts.tolist() == [5, 7, 0, 9]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("date,count\n", {}, "has no rows"),
        ("when,count\n1,2\n", {}, "needs a column named date; it has when, count"),
        ("date,count\n2026-03-02,1\n2026-03-02,2\n", {}, "line 3: there is an earlier row for 2026-03-02"),
        (AREAS + "03-03-2026;Syd;uro;4\n", {}, "line 5: there is an earlier row for 2026-03-03, Syd, uro"),
        ("date,count\n2026-03-02,-1\n", {}, "line 2: column count must not be negative"),
        ("date,antal\n2026-03-02,mange\n", {}, "line 2: column antal is not a number"),
        ("date,count\n2026-03-32,1\n", {}, "line 2: column date is a no-such-date"),
        (AREAS, {"area": "Vest"}, "has no area 'Vest'; it has Nord, Syd"),
        (WEEKS, {"category": "hash"}, "has no category 'hash'; it names none"),
        ("date,kategori\n2026-03-02,hash\n", {"category": "uro"}, "has no category 'uro'; it has hash"),
    ],
)
def test_what_cannot_be_used_names_line_and_column(tmp_path: Path, text: str, options: dict, sentence: str) -> None:
    with pytest.raises(PointFileError, match=sentence):
        read_count_series(write(tmp_path, text), **options)


def test_many_rows_are_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.point_file.BLOCK_ROWS", 7)
    days = [np.datetime64("2024-01-01") + i for i in range(50)]
    text = "date,area,count\n" + "".join(f"{day},{name},{i}\n" for i, day in enumerate(days) for name in "AB")
    found = read_area_counts(write(tmp_path, text))
    assert found.counts.shape == (2, 50, 1)
    assert found.counts[1, :, 0].tolist() == list(range(50))
