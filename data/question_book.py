"""What the questions of the analyst's desk are answered from, and the questions that accounts keep.

A question over years touches a million entries of the ledger. They are added up where they lie, in one pass for all
that is shown, and leave the database as numbers in binary form.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import class_row

from data.audit_log import add_line
from data.binary_copy import rows_read
from data.statements import statements
from geo.errors import PlainError
from geo.grid import descendants
from models.audit import audit_entry
from models.calendar import to_date
from models.exploration import DayCounts, DayKind, ExploreInputs
from models.explore_question import Period, Question
from models.panel import BASES
from models.partnership import Partnership
from models.saved_question import MOST_SAVED, SavedQuestion, SavedQuestionError, Subject

EXPLORE = statements("explore")
DAY_KINDS: Mapping[DayKind, int] = {"area": 1, "category": 2, "shift": 3}  # as data/sql/explore.sql numbers them
HOUR_S = 3600
Connection = psycopg.Connection[Any]


class NoQuestionError(PlainError, LookupError):
    """There is no such saved question of this account."""


@dataclass(frozen=True)
class CutOff:
    """What figures rest on: everything up to this import. ``at_s`` seconds since the epoch."""

    number: int
    at_s: int


class QuestionBook:
    """Answers questions and keeps them in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def cut_off(self, partnership: str) -> CutOff | None:
        """The newest import; None where there was none."""
        with self._transaction() as connection:
            return _cut_off(connection, partnership)

    def data_days(self, partnership: str) -> Period | None:
        """From the first shift-date with an incident in an area to after the last; None where there is none."""
        with self._transaction() as connection:
            row = connection.execute(EXPLORE["data_days"], {"partnership": partnership}).fetchone()
        return None if row is None or row[0] is None else Period(row[0], row[1] + 1)

    def inputs(self, partnership: Partnership, question: Question) -> ExploreInputs:
        """Counts and times that answer ``question``, as they stood at one instant."""
        values = _values(partnership, question)
        with self._transaction() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cut_off = _cut_off(connection, partnership.id)
            kind, cell, day, position, in_period, in_compared, here = _copied(
                connection, EXPLORE["copy_counts"], values, (">i2", ">i8", ">i4", ">i2", ">i8", ">i8", ">i8")
            )
            from_s, to_s, count = _copied(connection, EXPLORE["copy_times"], values, (">i8", ">i8", ">i8"))
        cells = kind == 0
        return ExploreInputs(
            cell=cell[cells].astype(np.int64),
            area=position[cells].astype(np.int16),
            period_ppm=in_period[cells].astype(np.int64),
            compared_ppm=in_compared[cells].astype(np.int64),
            by_day={
                name: DayCounts(
                    day[rows].astype(np.int32), position[rows].astype(np.int16), here[rows].astype(np.int64)
                )
                for name, code in DAY_KINDS.items()
                for rows in [kind == code]
            },
            from_s=from_s.astype(np.int64),
            to_s=to_s.astype(np.int64),
            count=count.astype(np.int64),
            imported_s=cut_off.at_s if cut_off else None,
        )

    def save(self, partnership: str, account: str, subject: Subject, filters: str) -> int:
        """Keep a question for ``account``; its number. Raises `SavedQuestionError` where the account has too many."""
        values = {"partnership": partnership, "account": account, "subject": subject, "filters": filters}
        with self._transaction() as connection:
            found = connection.execute(EXPLORE["saved_questions"], {**values, "limit": MOST_SAVED}).fetchall()
            if len(found) >= MOST_SAVED:
                raise SavedQuestionError(f"an account keeps at most {MOST_SAVED} questions")
            row = connection.execute(EXPLORE["save_question"], values).fetchone()
            number = int(row[0]) if row else 0
            _log(connection, account, f"{partnership}/question/{number}", f"saved: {subject}")
        return number

    def saved(self, partnership: str, account: str) -> list[SavedQuestion]:
        """The questions of ``account``, newest first."""
        values = {"partnership": partnership, "account": account, "limit": MOST_SAVED}
        with self._transaction() as connection, connection.cursor(row_factory=class_row(SavedQuestion)) as cursor:
            return cursor.execute(EXPLORE["saved_questions"], values).fetchall()

    def delete(self, partnership: str, account: str, number: int) -> None:
        """Delete a question of ``account``; raises `NoQuestionError`, also for one of somebody else."""
        values = {"partnership": partnership, "account": account, "id": number}
        with self._transaction() as connection:
            if not connection.execute(EXPLORE["delete_question"], values).rowcount:
                raise NoQuestionError(f"there is no question {number} of this account")
            _log(connection, account, f"{partnership}/question/{number}", "deleted")


def _values(partnership: Partnership, question: Question) -> dict[str, Any]:
    areas = [area.id for area in partnership.areas.areas]
    categories = [category.id for category in partnership.categories]
    shifts = [shift.id for shift in partnership.calendar.shifts]
    period, calendar = question.period, partnership.calendar
    slots = calendar.slots(to_date(period.start), to_date(period.stop - 1))
    mask, bits = (0, 0) if question.cell is None else descendants(question.cell)
    return {
        "partnership": partnership.id,
        "areas": areas,
        "shifts": shifts,
        "categories": categories,
        "chosen_areas": _chosen(areas, question.areas),
        "chosen_shifts": _chosen(shifts, question.shifts),
        "chosen_categories": _chosen(categories, question.categories),
        "chosen_bases": _chosen(BASES, question.bases),
        "first": period.start,
        "stop": period.stop,
        "compared_first": question.compared.start,
        "compared_stop": question.compared.stop,
        "every_weekday": not question.weekdays,
        "weekdays": [day + 1 for day in question.weekdays],
        "first_s": int(slots.edges_s[0]),
        "stop_s": int(slots.edges_s[-1]),
        "whole_hours": not (slots.edges_s % HOUR_S).any(),
        "cell_mask": mask,
        "cell_bits": bits,
    }


def _chosen(names: Sequence[str], positions: Sequence[int]) -> list[str]:
    return [names[i] for i in positions] if positions else list(names)


def _copied(
    connection: Connection, sql: LiteralString, values: dict[str, Any], types: tuple[str, ...]
) -> list[NDArray[Any]]:
    """The columns of a COPY."""
    with connection.cursor().copy(sql, values) as copy:
        blocks = list(rows_read(copy, *types))
    names = [f"f{i}" for i in range(len(types))]
    if not blocks:
        return [np.empty(0, dtype=kind) for kind in types]
    return [np.concatenate([block[name] for block in blocks]) for name in names]


def _cut_off(connection: Connection, partnership: str) -> CutOff | None:
    row = connection.execute(EXPLORE["newest_import"], {"partnership": partnership}).fetchone()
    return None if row is None else CutOff(int(row[0]), int(row[1]))


def _log(connection: Connection, account: str, subject: str, outcome: str) -> None:
    add_line(
        connection, audit_entry(actor=account, action="change", subject=subject, outcome=outcome, purpose="analysis")
    )
