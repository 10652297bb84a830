"""Local times as people write them to instants, a block at a time.

Only formats of fixed width are known, so that a whole column is read at once; single digits (``1-2-2024
9:05``) are padded first. A time may carry fractions of a second and an offset (``Z``, ``+02:00``), which then
decides. Without an offset it is local: an hour that the spring change skips does not exist, and of an hour
that the autumn change repeats the first is meant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.intake.texts import TextColumn, is_empty, offsets, taken, text_column, utf8_bytes
from geo.errors import PlainError
from models.calendar import to_date

Part = Literal["year", "month", "day", "hour", "minute", "second"]
PARTS: tuple[Part, ...] = get_args(Part)
Problem = Literal["", "missing", "format", "no-such-date", "skipped-hour", "out-of-range"]
PROBLEMS: tuple[Problem, ...] = get_args(Problem)
OK, MISSING, FORMAT, NO_SUCH_DATE, SKIPPED_HOUR, OUT_OF_RANGE = range(6)

DIRECTIVES: dict[str, tuple[Part, int]] = {
    "Y": ("year", 4),
    "y": ("year", 2),
    "m": ("month", 2),
    "d": ("day", 2),
    "H": ("hour", 2),
    "M": ("minute", 2),
    "S": ("second", 2),
}
YEARS = (1970, 2200)  # half-open
DAY_S = 86_400
LONE_DIGIT = re.compile(r"(?<!\d)(\d)(?!\d)")
TAIL = re.compile(r"(?P<fraction>[.,]\d{1,9})?\s?(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))?")


class TimeFormatError(PlainError, ValueError):
    """A time format that cannot be used; the sentence names it."""


@dataclass(frozen=True)
class TimeFormat:
    """A format of fixed width: where each part's digits stand, and the bytes (UTF-8) between them."""

    pattern: str
    width: int
    parts: tuple[tuple[Part, int, int], ...]
    literals: tuple[tuple[int, int], ...]

    @property
    def has_clock(self) -> bool:
        return any(part == "hour" for part, _, _ in self.parts)


@dataclass(frozen=True)
class ParsedTimes:
    """Times as arrays of one length: seconds since the epoch, half-open [start, stop).

    A time with a clock is an instant (``stop`` = ``start``); a bare date lasts the whole local day.
    ``problem`` is a position in `PROBLEMS`, 0 where there is none; the times of other rows mean nothing.
    """

    start_s: NDArray[np.int64]
    stop_s: NDArray[np.int64]
    problem: NDArray[np.int8]


def time_format(pattern: str) -> TimeFormat:
    """A format from strptime's ``%Y %y %m %d %H %M %S``, ending in ``%f`` and ``%z`` if it likes.

    Raises `TimeFormatError` for another directive, a repeated one, or a format without a whole date.

    >>> time_format("%d-%m-%Y %H:%M").width
    16
    """
    body = pattern.removesuffix("%z").rstrip().removesuffix(".%f")
    parts: list[tuple[Part, int, int]] = []
    literals: list[tuple[int, int]] = []
    width = 0
    for directive, literal in re.findall(r"%(.?)|([^%])", body):
        if literal:
            literals += enumerate(literal.encode(), width)
            width += len(literal.encode())
            continue
        if directive not in DIRECTIVES:
            raise TimeFormatError(f"'{pattern}' has %{directive}; known are %Y %y %m %d %H %M %S")
        part, digits = DIRECTIVES[directive]
        parts.append((part, width, digits))
        width += digits
    names = [part for part, _, _ in parts]
    if len(set(names)) != len(names):
        raise TimeFormatError(f"'{pattern}' has a part of the time twice")
    # Seconds without minutes, or an hour without a date, would be filled with a guess.
    if len(names) < 3 or set(names) != set(PARTS[: len(names)]):
        raise TimeFormatError(f"'{pattern}' must have a year, month and day, and no gap down to its smallest part")
    return TimeFormat(pattern, width, tuple(parts), tuple(literals))


# How files that keep times as times are written out.
ISO_FORMATS = tuple(map(time_format, ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")))


def parse_times(values: Sequence[str] | TextColumn, formats: Sequence[TimeFormat], zone: ZoneInfo) -> ParsedTimes:
    """Read ``values`` in the first of ``formats`` each fits, as local times of ``zone``."""
    column = text_column(values)
    found = _parse(column, formats, zone)
    rows = np.flatnonzero(found.problem == FORMAT)
    if not len(rows):
        return found
    padded = [LONE_DIGIT.sub(r"0\1", value) for value in taken(column, rows).to_pylist()]
    again = _parse(text_column(padded), formats, zone)
    found.start_s[rows], found.stop_s[rows], found.problem[rows] = again.start_s, again.stop_s, again.problem
    return found


def _parse(values: TextColumn, formats: Sequence[TimeFormat], zone: ZoneInfo) -> ParsedTimes:
    n = len(values)
    start, stop = np.zeros(n, np.int64), np.zeros(n, np.int64)
    problem = np.where(is_empty(values), MISSING, FORMAT).astype(np.int8)
    open_rows = np.flatnonzero(problem == FORMAT)
    for form in formats:
        if not len(open_rows):
            break
        # A time that has this format's shape but does not exist in it may still exist in a later one.
        local = _read(values if len(open_rows) == n else taken(values, open_rows), form)
        found, tried = _instants(local, zone, has_clock=form.has_clock), open_rows[local.rows]
        start[tried], stop[tried] = found.start_s, found.stop_s
        problem[tried] = np.where(found.problem == OK, OK, np.maximum(problem[tried], found.problem))
        open_rows = open_rows[problem[open_rows] != OK]
    return ParsedTimes(start, stop, problem)


@dataclass(frozen=True)
class _LocalTimes:
    """Texts that have a format's shape: which, their parts, and the offset in seconds where one was written."""

    rows: NDArray[np.intp]
    parts: dict[Part, NDArray[np.int64]]
    offset_s: NDArray[np.float64]


def _read(texts: TextColumn, form: TimeFormat) -> _LocalTimes:
    fits, digits, offset = _layout(texts, form)
    if not fits.all():
        digits, offset = digits[fits], offset[fits]
    parts: dict[Part, NDArray[np.int64]] = {}
    for part, at, width in form.parts:
        number = np.zeros(len(digits), np.int64)
        for i in range(at, at + width):
            number = number * 10 + digits[:, i]
        parts[part] = number + 2000 if part == "year" and width == 2 else number
    return _LocalTimes(np.flatnonzero(fits), parts, offset)


def _layout(texts: TextColumn, form: TimeFormat) -> tuple[NDArray[np.bool_], NDArray[np.uint8], NDArray[np.float64]]:
    """Which texts have the format's shape, their bytes minus '0', and their offsets (nan without)."""
    at = offsets(texts).astype(np.int64)
    length, data = np.diff(at), utf8_bytes(texts)
    if (length == form.width).all():
        characters = data[at[0] : at[-1]].reshape(len(texts), form.width)
    else:
        characters = data[np.minimum(at[:-1, np.newaxis] + np.arange(form.width), len(data) - 1)]
    digits = characters - np.uint8(ord("0"))
    fits: NDArray[np.bool_] = length >= form.width
    for i, literal in form.literals:
        fits &= characters[:, i] == literal
    for _, first, width in form.parts:
        for i in range(first, first + width):
            fits &= digits[:, i] <= 9
    offset = np.full(len(texts), np.nan)
    for row in np.flatnonzero(fits & (length > form.width)).tolist():
        rest = texts[row].as_py().encode()[form.width :].decode()
        tail = TAIL.fullmatch(rest) if form.has_clock else None
        fits[row] = tail is not None
        if tail and tail["offset"]:
            ahead_s = int(tail["hours"] or 0) * 3600 + int(tail["minutes"] or 0) * 60
            offset[row] = -ahead_s if tail["sign"] == "-" else ahead_s
    return fits, digits, offset


def _instants(local: _LocalTimes, zone: ZoneInfo, *, has_clock: bool) -> ParsedTimes:
    zero = np.zeros(len(local.rows), np.int64)
    year, month, day = (local.parts[part] for part in ("year", "month", "day"))
    hour, minute, second = (local.parts.get(part, zero) for part in ("hour", "minute", "second"))
    in_range = (year >= YEARS[0]) & (year < YEARS[1])
    month_number = np.where(in_range, year - 1970, 0) * 12 + np.clip(month, 1, 12) - 1
    first, following = (
        (month_number + i).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for i in (0, 1)
    )
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (day <= following - first)
    exists &= (hour < 24) & (minute < 60) & (second < 60)
    problem = np.where(exists, np.where(in_range, OK, OUT_OF_RANGE), NO_SUCH_DATE).astype(np.int8)
    clock_s = hour * 3600 + minute * 60 + second
    local_s = np.where(problem == OK, (first + day - 1) * DAY_S + clock_s, 0)
    start, skipped = _from_local(local_s, zone)
    if not has_clock:
        return ParsedTimes(start, _from_local(local_s + DAY_S, zone)[0], problem)
    written = ~np.isnan(local.offset_s)
    start = np.where(written, local_s - np.nan_to_num(local.offset_s).astype(np.int64), start)
    problem[(problem == OK) & skipped & ~written] = SKIPPED_HOUR
    return ParsedTimes(start, start, problem)


def _from_local(local_s: NDArray[np.int64], zone: ZoneInfo) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Instants of local times given as seconds since 1970-01-01 local, and which of them the zone skips."""
    day = local_s // DAY_S
    first = int(day.min(initial=0))
    there = np.zeros(int(day.max(initial=0)) - first + 1, dtype=np.bool_)
    there[day - first] = True
    days = np.flatnonzero(there) + first
    position = (np.cumsum(there) - 1)[day - first]
    at_start = np.array([_offset_s(int(day) * DAY_S, zone) for day in days], dtype=np.int64)
    at_stop = np.array([_offset_s((int(day) + 1) * DAY_S, zone) for day in days], dtype=np.int64)
    instant = local_s - at_start[position]
    skipped = np.zeros(len(local_s), dtype=np.bool_)
    for i in np.flatnonzero((at_start != at_stop)[position]).tolist():
        instant[i] = local_s[i] - _offset_s(int(local_s[i]), zone)
        back = datetime.fromtimestamp(int(instant[i]), zone)
        skipped[i] = back.replace(tzinfo=None) != _naive(int(local_s[i]))
    return instant, skipped


@lru_cache(maxsize=100_000)
def _offset_s(local_s: int, zone: ZoneInfo) -> int:
    """The zone's offset at a local time; at a repeated time, of its first occurrence."""
    offset = _naive(local_s).replace(tzinfo=zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _naive(local_s: int) -> datetime:
    return datetime.combine(to_date(0), datetime.min.time()) + timedelta(seconds=local_s)
