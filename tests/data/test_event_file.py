from pathlib import Path

import numpy as np
import pytest

from data.event_file import read_events
from data.point_file import PointFileError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_degrees_are_projected_to_metres_and_times_stand_as_written(tmp_path: Path) -> None:
    events = read_events(
        write(tmp_path, "date,lon,lat\n2019-01-01 01:30:00,-89.942,35.149\n2019-01-02 23:59:00,-89.942,35.150\n")
    )
    assert events.crs == "EPSG:32616"
    assert np.hypot(np.diff(events.x_m), np.diff(events.y_m)) == pytest.approx(110.9, abs=0.5)
    assert events.day.tolist() == [17897, 17898]
    assert events.time_s[0] % 86_400 == 5_400


def test_metres_are_taken_as_they_are(tmp_path: Path) -> None:
    events = read_events(write(tmp_path, 'x,y,"date"\n359192.3,570510.9,2016-01-01\n356347.3,576182.6,2016-01-03\n'))
    assert (events.crs, events.x_m.tolist(), np.diff(events.day).tolist()) == ("", [359192.3, 356347.3], [2])
    assert np.isnan(events.lon).all()


def test_danish_dates_and_decimals(tmp_path: Path) -> None:
    events = read_events(write(tmp_path, "dato;lng;bredde\n31-12-2025 22:15;12,5579;55,6\n1.1.2026;12,5579;55,6\n"))
    assert np.diff(events.day).tolist() == [1]
    assert events.lon[0] == 12.5579


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lon,lat\n1,2\n", "events.csv needs a column named date; it has lon, lat"),
        ("x,date\n1,2026-01-01\n", "events.csv needs a column named lon; it has x, date"),
        ("lon,lat,date\n1,2,2026-02-30\n", "events.csv line 2: column date is a no-such-date"),
        ("lon,lat,date\n1,2,\n", "events.csv line 2: column date is empty"),
        ("lon,lat,date\n1,2,soon\n", "events.csv line 2: column date is not a date"),
        ("x,y,date\n1,zwei,2026-01-01\n", "events.csv line 2: column y is not a number"),
        ("x,y,date\n", "events.csv has no rows"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(PointFileError) as refused:
        read_events(write(tmp_path, text))
    assert str(refused.value) == sentence
