"""Local times to instants, against the standard library value by value."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intake.times import PROBLEMS, ParsedTimes, Problem, TimeFormatError, parse_times, time_format

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DANISH = "%d-%m-%Y %H:%M"


def parsed(values: list[str], *patterns: str, zone: ZoneInfo = COPENHAGEN) -> ParsedTimes:
    return parse_times(values, [time_format(pattern) for pattern in patterns], zone)


def problem_of(value: str, *patterns: str) -> Problem:
    return PROBLEMS[int(parsed([value], *patterns).problem[0])]


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("value", "pattern", "instant"),
    [
        ("01-02-2024 13:45", DANISH, "2024-02-01T13:45:00+01:00"),
        ("01-07-2024 13:45", DANISH, "2024-07-01T13:45:00+02:00"),
        ("1-7-2024 9:05", DANISH, "2024-07-01T09:05:00+02:00"),
        ("29-02-2024 00:00", DANISH, "2024-02-29T00:00:00+01:00"),
        ("01.02.24 13.45", "%d.%m.%y %H.%M", "2024-02-01T13:45:00+01:00"),
        ("20240201134501", "%Y%m%d%H%M%S", "2024-02-01T13:45:01+01:00"),
        ("2024-02-01T13:45:01Z", "%Y-%m-%dT%H:%M:%S", "2024-02-01T13:45:01+00:00"),
        ("2024-02-01T13:45:01.250+0530", "%Y-%m-%dT%H:%M:%S.%f%z", "2024-02-01T13:45:01+05:30"),
        ("2024-02-01 13:45:01 -04:00", "%Y-%m-%d %H:%M:%S %z", "2024-02-01T13:45:01-04:00"),
        ("02/01/2024 13:45", "%m/%d/%Y %H:%M", "2024-02-01T13:45:00+01:00"),
    ],
)
def test_a_time_in_its_format_is_its_instant(value: str, pattern: str, instant: str) -> None:
    found = parsed([value], pattern)
    assert (found.problem[0], found.start_s[0], found.stop_s[0]) == (0, seconds(instant), seconds(instant))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "missing"),
        ("31-02-2024 10:00", "no-such-date"),
        ("29-02-2023 10:00", "no-such-date"),
        ("00-01-2024 10:00", "no-such-date"),
        ("01-13-2024 10:00", "no-such-date"),
        ("01-01-2024 24:00", "no-such-date"),
        ("01-01-2024 10:60", "no-such-date"),
        ("31-03-2024 02:30", "skipped-hour"),
        ("01-01-1900 10:00", "out-of-range"),
        ("01-01-9999 10:00", "out-of-range"),
        ("2024-01-01 10:00", "format"),
        ("01-01-2024", "format"),
        ("01-01-2024 10:00 ca.", "format"),
        ("i går", "format"),
        ("٠١-٠١-٢٠٢٤ ١٠:٠٠", "format"),
        ("0\x00-01-2024 10:00", "format"),
    ],
)
def test_a_time_that_cannot_be_says_why(value: str, problem: Problem) -> None:
    assert problem_of(value, DANISH) == problem


def test_a_repeated_hour_is_its_first_occurrence_and_an_offset_chooses() -> None:
    found = parsed(["27-10-2024 02:30", "27-10-2024 02:30+01:00"], DANISH)
    assert found.start_s.tolist() == [seconds("2024-10-27T02:30+02:00"), seconds("2024-10-27T02:30+01:00")]


def test_a_skipped_hour_with_an_offset_is_accepted() -> None:
    assert parsed(["31-03-2024 02:30Z"], DANISH).start_s[0] == seconds("2024-03-31T02:30Z")


@pytest.mark.parametrize(("day", "hours"), [("01-02-2024", 24), ("31-03-2024", 23), ("27-10-2024", 25)])
def test_a_bare_date_lasts_the_whole_local_day(day: str, hours: int) -> None:
    found = parsed([day], "%d-%m-%Y")
    assert found.stop_s[0] - found.start_s[0] == hours * 3600
    assert datetime.fromtimestamp(int(found.start_s[0]), COPENHAGEN).strftime("%d-%m-%Y %H:%M") == f"{day} 00:00"


def test_formats_are_tried_in_order() -> None:
    found = parsed(
        ["01-02-2024 10:00", "2024-02-01 10:00", "31-12-2024", "12-31-2024", ""],
        DANISH,
        "%Y-%m-%d %H:%M",
        "%d-%m-%Y",
        "%m-%d-%Y",
    )
    assert [PROBLEMS[i] for i in found.problem] == ["", "", "", "", "missing"]
    assert found.start_s[0] == found.start_s[1]
    assert found.start_s[2] == found.start_s[3]


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("%d-%b-%Y", "'%d-%b-%Y' has %b; known are %Y %y %m %d %H %M %S"),
        ("%d-%m-%Y %d", "'%d-%m-%Y %d' has a part of the time twice"),
        ("%H:%M", "'%H:%M' must have a year, month and day, and no gap down to its smallest part"),
        (
            "%Y-%m-%d %M",
            "'%Y-%m-%d %M' must have a year, month and day, and no gap down to its smallest part",
        ),
        ("%Y-%m-%d %", "'%Y-%m-%d %' has %; known are %Y %y %m %d %H %M %S"),
        ("", "'' must have a year, month and day, and no gap down to its smallest part"),
    ],
)
def test_a_format_that_cannot_be_used_is_refused(pattern: str, sentence: str) -> None:
    with pytest.raises(TimeFormatError) as refused:
        time_format(pattern)
    assert str(refused.value) == sentence


ZONES = [COPENHAGEN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Kolkata")]


def agrees_with_the_standard_library(times: list[datetime], zone: ZoneInfo) -> None:
    found = parsed([time.strftime("%Y-%m-%d %H:%M:%S") for time in times], "%Y-%m-%d %H:%M:%S", zone=zone)
    for time, start, problem in zip(times, found.start_s.tolist(), found.problem.tolist(), strict=True):
        local = time.replace(tzinfo=zone)
        exists = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == time
        assert PROBLEMS[problem] == ("" if exists else "skipped-hour")
        assert not exists or start == int(local.timestamp())


@given(
    st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)), max_size=8),  # noqa: DTZ001
    st.sampled_from(ZONES),
)
def test_local_times_are_the_standard_librarys(times: list[datetime], zone: ZoneInfo) -> None:
    agrees_with_the_standard_library([time.replace(microsecond=0) for time in times], zone)


@given(st.integers(-26 * 4, 26 * 4), st.sampled_from(ZONES))
def test_around_every_change_of_the_clock_too(quarters: int, zone: ZoneInfo) -> None:
    changes = [
        "2024-03-31 02:00",
        "2024-10-27 03:00",
        "2024-04-07 02:00",
        "2024-10-06 02:00",
        "2018-11-04 00:00",
    ]
    times = [datetime.fromisoformat(change) + timedelta(minutes=15 * quarters) for change in changes]
    agrees_with_the_standard_library(times, zone)


@given(st.lists(st.text(max_size=25), max_size=6))
def test_any_text_is_read_or_refused_without_an_error(values: list[str]) -> None:
    found = parsed(values, DANISH, "%Y-%m-%d")
    assert len(found.start_s) == len(found.stop_s) == len(found.problem) == len(values)
