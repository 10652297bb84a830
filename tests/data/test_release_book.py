import json
from datetime import UTC, datetime

import numpy as np
import psycopg
import pytest

from data.release_book import NoReleaseError, ReleaseStateError
from data.store import Store
from models.release_body import Body
from models.release_period import release_period
from models.release_snapshot import MonthCounts
from models.release_state import ReleaseError
from tests.release_example import JANUARY, Archive, body_of, drawn

AS_OF = datetime(2026, 2, 10, 7, tzinfo=UTC)
ALL = ("partner", "public")


@pytest.fixture
def counted() -> MonthCounts:
    months = range(JANUARY, JANUARY + 1)
    return drawn(np.random.default_rng(3), areas=2, categories=2, cells=4, rate=8.0, months=months)[JANUARY]


def body(counted: MonthCounts, audience: str = "partner") -> Body:
    made = Archive({JANUARY: counted}).release("2026-01")
    return {**body_of(made, counted), "audience": audience, "kind": "month", "start": "2026-01-01"}


def kept(store: Store, counted: MonthCounts, *, replaces: int | None = None, audience: str = "partner") -> int:
    with store.releases.writing("p", "ana") as book:
        snapshot = book.add_snapshot(counted, AS_OF)
        return book.add(body(counted, audience), [snapshot], as_of=AS_OF, replaces=replaces)


def test_what_was_released_stands_as_it_was(store: Store, counted: MonthCounts) -> None:
    number = kept(store, counted)
    one = store.releases.release("p", number, ALL)
    assert (json.loads(one.body), str(one.period), one.in_force) == (body(counted), "2026-01", True)
    with store.releases.writing("p", "ana") as book:
        year = release_period("2026")
        [earlier] = book.earlier(year)
        assert book.newest(year)[JANUARY].counted.counts.tolist() == counted.counts.tolist()
    assert earlier.shown.tolist() == [[x is not None for x in row] for row in body(counted)["figures"]]
    assert earlier.months[JANUARY].cells == counted.cells


def test_one_release_and_one_correction_of_it(store: Store, counted: MonthCounts) -> None:
    first = kept(store, counted)
    with pytest.raises(ReleaseStateError, match="already; a correction replaces them"):
        kept(store, counted)
    second = kept(store, counted, replaces=first)
    with pytest.raises(ReleaseStateError, match=f"release {first} is replaced already"):
        kept(store, counted, replaces=first)
    found = {one.id: one for one in store.releases.releases("p", ALL)}
    assert (found[first].replaced_by, found[first].in_force, found[second].in_force) == (second, False, True)
    with store.releases.writing("p", "ana") as book:
        assert len(book.earlier(release_period("2026"))) == 2


def test_a_withdrawn_release_stays_and_is_still_reckoned_with(store: Store, counted: MonthCounts) -> None:
    number = kept(store, counted)
    store.releases.withdraw("p", number, "wrong-data", "bo")
    one = store.releases.release("p", number, ALL)
    assert (one.state, one.reason, one.in_force) == ("withdrawn", "wrong-data", False)
    with pytest.raises(ReleaseStateError, match="is withdrawn"):
        store.releases.withdraw("p", number, "wrong-data", "bo")
    with store.releases.writing("p", "ana") as book:
        assert len(book.earlier(release_period("2026"))) == 1


def test_who_is_not_meant_sees_none(store: Store, counted: MonthCounts) -> None:
    number = kept(store, counted)
    public = kept(store, counted, audience="public")
    assert [one.id for one in store.releases.releases("p", ("public",))] == [public]
    for partnership, audiences in (("p", ("public",)), ("other", ALL)):
        with pytest.raises(NoReleaseError, match="there is no release"):
            store.releases.release(partnership, number, audiences)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE release SET body = 'x'",
        "UPDATE release SET replaces = id, state = 'withdrawn', reason = 'wrong-data', withdrawn_at = now()",
        "UPDATE release SET audience = 'public'",
        "DELETE FROM release",
        "TRUNCATE release CASCADE",
        "UPDATE release_snapshot SET body = 'x'",
        "DELETE FROM release_snapshot",
    ],
)
def test_the_database_refuses_to_change_what_was_released(
    store: Store, counted: MonthCounts, database: str, statement: str
) -> None:
    kept(store, counted)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute(statement)


def test_figures_that_are_not_what_was_released_do_not_leave(store: Store, counted: MonthCounts, database: str) -> None:
    number = kept(store, counted)
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE release DISABLE TRIGGER release_changes")
        connection.execute("UPDATE release SET body = body || ' '::bytea")
    with pytest.raises(ReleaseError, match="its digest is another"):
        store.releases.release("p", number, ALL)


def test_every_release_is_logged(store: Store, counted: MonthCounts, database: str) -> None:
    number = kept(store, counted)
    store.releases.withdraw("p", number, "by-agreement", "bo")
    with psycopg.connect(database) as connection:
        logged = connection.execute("SELECT actor, action, subject, outcome FROM audit ORDER BY id").fetchall()
    assert logged == [
        ("ana", "disclosure", f"p/releases/{number}", "released"),
        ("bo", "disclosure", f"p/releases/{number}", "withdrawn: by-agreement"),
    ]


def test_the_tables_have_no_place_for_a_person(database: str) -> None:
    forbidden = ("name", "navn", "cpr", "phone", "telefon", "mail", "address", "adresse", "text", "note", "plate")
    with psycopg.connect(database) as connection:
        columns = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name IN ('release', 'release_snapshot')"
        ).fetchall()
    assert len(columns) > 20
    assert not [column for (column,) in columns if any(word in column for word in forbidden)]
