"""A file of incidents, block by block: every row becomes an incident or a reject.

Rules of time: an incident happened in the half-open [occurred_from, occurred_to); without an end it happened
at its start, and a bare date lasts the whole day. It is known from ``reported_at`` on, though never before it
started; without a report, from its end. Rows outside all areas are kept up to 2 km from them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.intake.block import Faults, IntakeBlock, IntakeError, Reason, Withdrawals
from data.intake.person_data import (
    LONG_NUMBER,
    MAY_BE_IN_KEY,
    holds_cpr_numbers,
    person_data_in,
    person_data_in_key,
)
from data.intake.placing import Points, Values, place_rows, refuse_misread_coordinates, require_gazetteer
from data.intake.profile import Field, Profile
from data.intake.row_keys import RowKeys
from data.intake.table import RawBlock, Table, TableOptions
from data.intake.table_file import open_table
from data.intake.texts import is_empty, own_bytes, taken
from data.intake.times import ISO_FORMATS, MISSING, PROBLEMS, ParsedTimes, Problem, TimeFormat, parse_times
from data.intake.vocabulary import Vocabulary, basis_vocabulary, category_vocabulary
from geo.gazetteer import Gazetteer
from geo.grid import cells_at
from models.aoristic import MAX_INTERVAL_S
from models.panel import IncidentColumns
from models.partnership import Partnership

SAMPLE_ROWS = 1_000
NAMES_SHOWN = 8
TIME_FAULTS: Mapping[Problem, tuple[Reason, str]] = {
    "missing": ("time-missing", "{field} is empty"),
    "format": ("time-format", "{field} is not a time in the format {formats}"),
    "no-such-date": ("time-no-such-date", "{field} is a date or time that does not exist"),
    "skipped-hour": ("time-skipped-hour", "{field} is in the hour that the change to summer time skips"),
    "out-of-range": ("time-out-of-range", "{field} is before 1970 or after 2199"),
}
GUARDED: tuple[Field, ...] = ("address", "street", "house_number")


def open_incidents(path: Path, profile: Profile) -> Table:
    """The file at ``path`` with every column that ``profile`` maps; raises `IntakeError` where it cannot be."""
    options = TableOptions(
        wanted=tuple(profile.columns.values()),
        delimiter=profile.delimiter,
        encoding=profile.encoding,
        decimal=profile.decimal,
        table=profile.table,
    )
    table = open_table(path, options)
    for field, column in profile.columns.items():
        if column not in table.header:
            raise IntakeError(_missing_column(table.name, field, column, table.header))
        if table.header.count(column) > 1:
            raise IntakeError(
                f"column '{column}' stands {table.header.count(column)} times in the header of '{table.name}'"
            )
    return table


def read_incidents(
    table: Table,
    profile: Profile,
    partnership: Partnership,
    *,
    secret: bytes,
    now_s: int,
    gazetteer: Gazetteer,
    block_rows: int = 50_000,
) -> Iterator[IntakeBlock]:
    """The incidents of ``table`` as ``profile`` reads it, in blocks of at most ``block_rows`` rows.

    ``secret`` keys the hashes of case numbers; times after ``now_s`` (seconds since the epoch) are rejected.
    The whole of the file is looked at before this returns, and a sample of its rows judged: `IntakeError`
    says why a file cannot be used as a whole. It may also come later, from a quote that is never closed; then
    nothing of the file should be kept.
    """
    require_gazetteer(profile, gazetteer)
    reading = _Reading(
        profile=profile,
        partnership=partnership,
        category=category_vocabulary(profile, partnership),
        basis=basis_vocabulary(profile),
        time_formats=(*profile.time_formats, *(ISO_FORMATS if table.typed else ())),
        zone=profile.timezone or partnership.calendar.timezone,
        gazetteer=gazetteer,
        now_s=now_s,
        keys=RowKeys(secret),
    )
    columns = tuple(dict.fromkeys(profile.columns.values()))
    _judge(next(table.blocks(columns, SAMPLE_ROWS), None), table, reading)
    return (reading.block(raw) for raw in table.blocks(columns, block_rows))


def _missing_column(name: str, field: Field, column: str, header: Sequence[str]) -> str:
    sentence = f"'{name}' has no column '{column}' for {field}"
    # A file without a header shows its first row here, which must not be repeated.
    if any(LONG_NUMBER.search(name) or person_data_in(name) or len(name) > 60 for name in header):
        return f"{sentence}; its first line looks like data, not like column names"
    by_lower_case = {name.casefold(): name for name in header if name}
    near = get_close_matches(column.casefold(), by_lower_case, n=1, cutoff=0.5)
    if near:
        return f"{sentence}; the nearest is '{by_lower_case[near[0]]}'"
    shown = ", ".join(f"'{name}'" for name in header[:NAMES_SHOWN] if name)
    return f"{sentence}; it has {shown}{' and more' if len(header) > NAMES_SHOWN else ''}"


def _judge(sample: RawBlock | None, table: Table, reading: "_Reading") -> None:
    """Refuse a file whose first rows show that all of it would be misread."""
    if sample is None:
        raise IntakeError(f"'{table.name}' has a header but no rows")
    if not len(sample.line):
        first = sample.rejects[0]
        raise IntakeError(f"no row of '{table.name}' can be read; in line {first.line}, {first.detail}")
    values, columns = reading.by_field(sample), reading.profile.columns
    for field in ("key", *GUARDED):
        given = [value for value in _list(values, field) if value]
        if holds_cpr_numbers(given):
            raise IntakeError(f"column '{columns[field]}' is mapped as {field} but seems to hold CPR numbers")
    for vocabulary in (reading.category, reading.basis):
        vocabulary.refuse_free_text(_list(values, vocabulary.field))
    refuse_misread_coordinates(values, reading.profile, reading.partnership.areas)


@dataclass(frozen=True)
class _Reading:
    """Everything the blocks of one file are read with."""

    profile: Profile
    partnership: Partnership
    category: Vocabulary
    basis: Vocabulary
    time_formats: tuple[TimeFormat, ...]
    zone: ZoneInfo
    gazetteer: Gazetteer
    now_s: int
    keys: RowKeys

    def by_field(self, raw: RawBlock) -> Values:
        """The rows' values by the fields they are mapped to."""
        return {field: raw.values[column] for field, column in self.profile.columns.items()}

    def block(self, raw: RawBlock) -> IntakeBlock:
        faults = Faults(raw.line)
        values, n_rows = self.by_field(raw), len(raw.line)
        _refuse_unreadable(values, faults)
        _refuse_person_data(values, faults)
        withdrawn = self._withdrawn(values, faults)
        from_s, to_s, known_s, without_end = self._times(values, faults)
        category = self.category.positions_of(values.get("category"), faults, n_rows)
        basis = self.basis.positions_of(values.get("basis"), faults, n_rows)
        points = place_rows(values, self.profile, self.partnership.areas, self.gazetteer, faults)
        good = np.flatnonzero(faults.good)
        return IntakeBlock(
            read=raw.read,
            incidents=self._incidents(
                points, good, category=category, basis=basis, from_s=from_s, to_s=to_s, known_s=known_s
            ),
            line=raw.line[good],
            key=tuple(self._row_keys(values, good)),
            geocode_method=tuple(map(points.method.__getitem__, good.tolist())),
            without_end=without_end[good],
            rejects=tuple(sorted((*raw.rejects, *faults.rejects), key=lambda reject: reject.line)),
            withdrawn=Withdrawals(raw.line[withdrawn], tuple(self._row_keys(values, withdrawn))),
        )

    def _withdrawn(self, values: Values, faults: Faults) -> NDArray[np.intp]:
        """The rows that take an incident back; nothing but their key matters."""
        if "withdrawn" not in values:
            return np.empty(0, np.intp)
        means = {value.casefold(): meaning for value, meaning in self.profile.withdrawn.items()}
        said = [means.get(value.casefold()) if value else False for value in values["withdrawn"].to_pylist()]
        faults.mark(
            np.array([meaning is None for meaning in said], dtype=np.bool_),
            "withdrawn-unknown",
            "[withdrawn] of the profile does not say what the value means",
        )
        rows = np.flatnonzero(np.array([meaning is True for meaning in said], dtype=np.bool_) & faults.good)
        faults.settle(rows)
        return rows

    def _times(
        self, values: Values, faults: Faults
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """When incidents started, ended and were known, and which rows say no end."""
        without_end = np.ones(len(values["occurred_from"]), dtype=np.bool_)
        if "occurred_to" in values:
            without_end = is_empty(values["occurred_to"])
            lone_end = is_empty(values["occurred_from"]) & ~without_end
            faults.mark(lone_end, "time-start-missing", "occurred_from is empty, and an end alone says nothing")
        happened = self._parsed("occurred_from", values, faults)
        from_s, to_s = happened.start_s, happened.stop_s
        if "occurred_to" in values:
            ended = self._parsed("occurred_to", values, faults)
            to_s = np.where(without_end, to_s, ended.stop_s)
        known_s = to_s
        if "reported_at" in values:
            reported = self._parsed("reported_at", values, faults)
            known_s = np.where(reported.problem == MISSING, to_s, np.maximum(reported.stop_s, from_s))
        faults.mark(to_s < from_s, "time-end-before-start", "the end is before the start")
        faults.mark(to_s - from_s > MAX_INTERVAL_S, "time-too-long", "the incident lasts more than a year")
        return from_s, to_s, known_s, without_end

    def _parsed(self, field: Field, values: Values, faults: Faults) -> ParsedTimes:
        parsed = parse_times(values[field], self.time_formats, self.zone)
        formats = " or ".join(f"'{form.pattern}'" for form in self.profile.time_formats[:2])
        for problem, (reason, detail) in TIME_FAULTS.items():
            if problem != "missing" or field == "occurred_from":
                rows = parsed.problem == PROBLEMS.index(problem)
                faults.mark(rows, reason, detail.format(field=field, formats=formats))
        future = (parsed.problem == 0) & (parsed.start_s > self.now_s)
        faults.mark(future, "time-future", f"{field} is in the future")
        return parsed

    def _incidents(self, points: Points, good: NDArray[np.intp], **columns: NDArray[np.int64]) -> IncidentColumns:
        lon, lat, accuracy_m = (column[good] for column in (points.lon, points.lat, points.accuracy_m))
        area, edge = self.partnership.areas.locate_by(lon, lat, accuracy_m)
        return IncidentColumns(
            lon=lon,
            lat=lat,
            accuracy_m=accuracy_m,
            cell=cells_at(lon, lat, self.partnership.resolutions.stored),
            area=area,
            edge=edge,
            category=columns["category"][good].astype(np.int16),
            basis=columns["basis"][good].astype(np.int8),
            from_s=columns["from_s"][good],
            to_s=columns["to_s"][good],
            known_s=columns["known_s"][good],
        )

    def _row_keys(self, values: Values, good: NDArray[np.intp]) -> list[bytes]:
        if "key" in values:
            return self.keys.of_case_numbers(taken(values["key"], good).to_pylist())
        columns = [taken(values[field], good).to_pylist() for field in sorted(values)]
        return self.keys.of_contents(list(zip(*columns, strict=True)))


def _list(values: Values, field: Field) -> list[str]:
    return list(values[field].to_pylist()) if field in values else []


def _refuse_unreadable(values: Values, faults: Faults) -> None:
    for column in values.values():
        if (own_bytes(column) == 0).any():
            rows = np.array(["\0" in value for value in column.to_pylist()], dtype=np.bool_)
            faults.mark(rows, "row-unreadable", "the row holds NUL bytes")


def _refuse_person_data(values: Values, faults: Faults) -> None:
    if "key" in values:
        faults.mark(is_empty(values["key"]), "key-missing", "the key is empty")
    for field in ("key", *GUARDED):
        if field not in values:
            continue
        look = person_data_in_key if field == "key" else person_data_in
        rows = np.arange(len(values[field]))
        if field == "key":
            rows = np.flatnonzero(pc.match_substring_regex(values[field], MAY_BE_IN_KEY).to_numpy(zero_copy_only=False))
        column = taken(values[field], rows).to_pylist()
        if look("\n".join(column)) is None:
            continue
        found = {value: look(value) for value in set(column)}
        for kind in {what for what in found.values() if what}:
            personal = np.array([found[value] == kind for value in column], dtype=np.bool_)
            faults.mark(rows[personal], "person-data", f"the {field.replace('_', ' ')} holds what looks like {kind}")
