import psycopg
import pytest

from data.report_book import NoReportError, ReportSnapshot, ReportStateError
from data.store import Store
from models.partnership import Partnership
from models.release_period import release_period
from tests.log_damage import without_triggers

PERIOD = release_period("2026-H1")
SNAPSHOT = ReportSnapshot(b"{}", b"<article></article>", b"%PDF-1.7")


def publish(store: Store, replaces: int | None = None, audience: str = "partner") -> int:
    return store.reports.publish("nord", PERIOD, audience, SNAPSHOT, releases=[1, 2], replaces=replaces, actor="ana")  # type: ignore[arg-type]  # an audience


def test_a_report_stands_until_another_says_that_it_replaces_it(store: Store) -> None:
    first = publish(store)
    with pytest.raises(ReportStateError, match=rf"report {first} of 2026-H1 stands; .* \(--replaces {first}\)"):
        publish(store)
    second = publish(store, replaces=first)
    with pytest.raises(ReportStateError):
        publish(store, replaces=first)
    found = store.reports.reports("nord", ["partner"])
    assert [(one.id, one.replaces, one.replaced_by) for one in found] == [(second, first, None), (first, None, second)]
    about, snapshot = store.reports.report("nord", first, ["partner"])
    assert (about.period, about.releases, snapshot) == (PERIOD, (1, 2), SNAPSHOT)


def test_what_replaces_nothing_that_stands_is_refused(store: Store) -> None:
    with pytest.raises(ReportStateError, match="report 7 is not the one of 2026-H1 that stands; there is none yet"):
        publish(store, replaces=7)


def test_each_audience_sees_its_own(store: Store, partnership: Partnership) -> None:
    mine, everybodys = publish(store), publish(store, audience="public")
    assert [one.id for one in store.reports.reports("nord", ["public"])] == [everybodys]
    for place, number, audiences in (("nord", mine, ["public"]), (partnership.id, mine, ["partner"]), ("nord", 99, [])):
        with pytest.raises(NoReportError, match=f"there is no report {number}"):
            store.reports.report(place, number, audiences)  # type: ignore[arg-type]  # audiences


@pytest.mark.parametrize(
    "change",
    ["UPDATE report SET page = 'x'", "DELETE FROM report", "TRUNCATE report"],
)
def test_a_published_report_never_changes(store: Store, database: str, change: str) -> None:
    publish(store)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.Error):
        connection.execute(change)  # type: ignore[arg-type]  # of this test


def test_changed_bytes_are_not_shown(store: Store, database: str) -> None:
    number = publish(store)
    with without_triggers(database) as connection:
        connection.execute("ALTER TABLE report DISABLE TRIGGER ALL; UPDATE report SET page = 'other'")
    with pytest.raises(ReportStateError, match=f"report {number} is not what was published: its digest is another"):
        store.reports.report("nord", number, ["partner"])
