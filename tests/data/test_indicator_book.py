from datetime import date
from threading import Thread

import psycopg
import pytest

from data.store import Store
from models.indicator import IndicatorValue
from models.partnership import Partnership

YEAR = (date(2025, 1, 1), date(2026, 1, 1))
SAFE = IndicatorValue("tryghed", "indre-noerrebro", *YEAR, 70, 66, 74)
JUDGED = IndicatorValue("uro", None, *YEAR, 3)


def test_the_same_again_changes_nothing_and_another_value_counts(store: Store, partnership: Partnership) -> None:
    book = store.indicators
    assert book.add(partnership.id, [SAFE, JUDGED], "ana") == 2
    assert book.add(partnership.id, [SAFE, JUDGED], "ana") == 0
    corrected = IndicatorValue("tryghed", "indre-noerrebro", *YEAR, 71, 66, 74)
    assert book.add(partnership.id, [corrected, JUDGED], "ana") == 1
    assert book.values(partnership.id) == [corrected, JUDGED]
    assert book.add(partnership.id, [SAFE], "ana") == 1  # back again: the newest counts
    assert book.values(partnership.id) == [SAFE, JUDGED]
    assert book.values("nord") == []


def test_two_writers_keep_one_value(store: Store, partnership: Partnership) -> None:
    new: list[int] = []
    writers = [Thread(target=lambda: new.append(store.indicators.add(partnership.id, [SAFE], "a"))) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(new) == [0, 0, 0, 0, 0, 1]


def test_what_was_taken_in_stays(store: Store, database: str, partnership: Partnership) -> None:
    store.indicators.add(partnership.id, [SAFE], "ana")
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("UPDATE indicator_value SET value = 1")
