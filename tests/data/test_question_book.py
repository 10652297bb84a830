"""Answers against a recount of the incidents one at a time; saved questions and who may delete them."""

import random
from datetime import date

import numpy as np
import psycopg
import pytest

from data.question_book import NoQuestionError
from data.store import Store, StoreError
from geo.grid import parents
from models.calendar import to_day_number
from models.exploration import DataReach, ExploreInputs, explore
from models.explore_question import Period, Question
from models.panel import IncidentColumns
from models.partnership import Partnership
from models.saved_question import MOST_SAVED, SavedQuestionError
from tests.explore_recount import recounted
from tests.incident_blocks import block_of, some_incidents

FIRST = to_day_number(date(2026, 1, 2))


def take_in(store: Store, partnership: Partnership, incidents: IncidentColumns) -> None:
    store.import_blocks(
        partnership, [block_of(incidents)], source="test", profile_version=1, synthetic=False, actor="test"
    )


def questions(partnership: Partnership, incidents: IncidentColumns, n: int) -> list[Question]:
    """Questions of every kind of filter; the first over the change to summer time, the second without any."""
    draw = random.Random(5)
    spring = to_day_number(date(2026, 3, 29))
    found = [
        Question(Period(spring - 3, spring + 3), Period(spring - 10, spring - 4)),
        Question(Period(FIRST + 40, FIRST + 120), Period(FIRST - 20, FIRST + 40)),
    ]
    inside = incidents.cell[incidents.area >= 0]

    def some(size: int) -> tuple[int, ...]:
        return tuple(sorted(draw.sample(range(size), draw.randint(0, size - 1))))

    while len(found) < n:
        start = FIRST + draw.randint(-5, 150)
        days, resolution = draw.randint(1, 40), draw.choice([9, 10, 11])
        cell = int(parents(inside[draw.randrange(len(inside)) :][:1], resolution)[0])
        found.append(
            Question(
                Period(start, start + days),
                Period(start - days - draw.randint(0, 9) - 1, start - draw.randint(0, 1)),
                areas=some(len(partnership.areas.areas)),
                categories=some(len(partnership.categories)),
                bases=some(2),
                shifts=some(len(partnership.calendar.shifts)),
                weekdays=some(7),
                resolution=resolution,
                cell=draw.choice([None, cell]),
            )
        )
    return found


def test_answers_are_the_recount_to_the_last_digit(store: Store, partnership: Partnership) -> None:
    incidents = some_incidents(partnership, 400)
    take_in(store, partnership, incidents)
    known = store.questions.data_days(partnership.id)
    assert known is not None
    reach = DataReach(known, known.stop - 3, None)
    counted = 0
    for question in questions(partnership, incidents, 25):
        found = explore(partnership, question, store.questions.inputs(partnership, question), reach)
        cells, days, hours = recounted(incidents, question, question.period, partnership)
        before_cells, before_days, _ = recounted(incidents, question, question.compared, partnership)
        seen = dict(zip(found.cells.cell.tolist(), found.cells.period_ppm.tolist(), strict=True))
        assert {cell: n for cell, n in seen.items() if n} == dict(cells)
        seen = dict(zip(found.cells.cell.tolist(), found.cells.compared_ppm.tolist(), strict=True))
        assert {cell: n for cell, n in seen.items() if n} == dict(before_cells)
        for series, expected in ((found.period, days), (found.compared, before_days)):
            for start, stop, weight in zip(series.start, series.stop, series.weight_ppm, strict=True):
                assert weight == sum(expected[day] for day in range(start, stop))
        assert {(d, h): n for (d, h), n in np.ndenumerate(found.hours) if n} == dict(hours)
        assert found.hourless_ppm == 0
        counted += int(found.period.weight_ppm.sum())
    assert counted > 100_000_000


def test_what_changed_since_counts_as_it_is_now(store: Store, partnership: Partnership) -> None:
    take_in(store, partnership, some_incidents(partnership, 200, seed=1))
    newer = some_incidents(partnership, 200, seed=2)
    take_in(store, partnership, newer)
    question = Question(Period(FIRST, FIRST + 200), Period(FIRST - 200, FIRST))
    inputs = store.questions.inputs(partnership, question)
    found = explore(partnership, question, inputs, DataReach(store.questions.data_days(partnership.id), 0, None))
    cells, _, hours = recounted(newer, question, question.period, partnership)
    assert found.cells.period_ppm.sum() == sum(cells.values()) == found.hours.sum() == sum(hours.values())


def test_past_their_time_counts_stay_without_cells_and_hours(store: Store, partnership: Partnership) -> None:
    incidents = some_incidents(partnership, 300)
    take_in(store, partnership, incidents)
    question = Question(Period(FIRST, FIRST + 200), Period(FIRST - 200, FIRST))
    reach = DataReach(Period(FIRST, FIRST + 200), FIRST + 200, None)

    def answered() -> tuple[ExploreInputs, int, int, int]:
        inputs = store.questions.inputs(partnership, question)
        found = explore(partnership, question, inputs, reach)
        return inputs, int(found.period.weight_ppm.sum()), found.cells.nameless_ppm[0], found.hourless_ppm

    _, total, nameless, hourless = answered()
    assert (nameless, hourless) == (0, 0)
    store.retention.apply(partnership, date(2029, 4, 1), "test")
    _, after, nameless, hourless = answered()
    assert after == total
    assert 0 < nameless < total
    assert nameless == pytest.approx(hourless, rel=0.1)


def test_without_data_there_is_nothing(store: Store, partnership: Partnership) -> None:
    assert store.questions.data_days(partnership.id) is None
    assert store.questions.cut_off(partnership.id) is None
    inputs = store.questions.inputs(partnership, Question(Period(10, 20), Period(0, 10)))
    assert (len(inputs.cell), len(inputs.from_s), inputs.imported_s) == (0, 0, None)


def test_who_saved_a_question_sees_and_deletes_it(store: Store, partnership: Partnership) -> None:
    book, here = store.questions, partnership.id
    number = book.save(here, "analyse-1", "standing", "from=2026-01-01&to=2026-02-01")
    assert [(one.id, one.subject) for one in book.saved(here, "analyse-1")] == [(number, "standing")]
    assert book.saved(here, "analyse-2") == book.saved("nord", "analyse-1") == []
    with pytest.raises(NoQuestionError):
        book.delete(here, "analyse-2", number)
    book.delete(here, "analyse-1", number)
    assert book.saved(here, "analyse-1") == []
    with pytest.raises(NoQuestionError):
        book.delete(here, "analyse-1", number)


def test_a_question_holds_no_text_and_never_changes(
    store: Store, partnership: Partnership, service_database: str
) -> None:
    for text in ("from=2026-01-01 Hans Hansen", "from=2026-01-01;note=x", ""):
        with pytest.raises(StoreError):
            store.questions.save(partnership.id, "analyse-1", "standing", text)
    store.questions.save(partnership.id, "analyse-1", "standing", "from=2026-01-01")
    with psycopg.connect(service_database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE saved_question SET filters = 'from=2026-01-02'")


def test_an_account_keeps_so_many_and_no_more(store: Store, partnership: Partnership, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO saved_question (partnership, account, subject, filters) "
            "SELECT %s, 'analyse-1', 'alert', 'from=2026-01-01' FROM generate_series(1, %s)",
            (partnership.id, MOST_SAVED),
        )
    with pytest.raises(SavedQuestionError, match=str(MOST_SAVED)):
        store.questions.save(partnership.id, "analyse-1", "standing", "from=2026-01-01")


def test_a_question_goes_when_its_cells_are_gone(store: Store, partnership: Partnership, database: str) -> None:
    number = store.questions.save(partnership.id, "analyse-1", "standing", "from=2026-01-01")
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE saved_question DISABLE TRIGGER saved_question_stays")
        connection.execute("UPDATE saved_question SET saved_at = '2020-01-01'")
    kept = store.questions.save(partnership.id, "analyse-1", "standing", "from=2026-01-01")
    store.retention.apply(partnership, date(2026, 12, 1), "test")
    assert [one.id for one in store.questions.saved(partnership.id, "analyse-1")] == [kept]
    assert kept > number
