from dataclasses import replace
from datetime import date
from html import unescape

import psycopg
import pytest

from api.alert_beside import beside_alert
from api.demo import DEMO_DATE
from api.gate import Gate
from api.watching import EvidenceError, verify, watch, watch_of
from data.alert_book import AlertFilter
from data.synthetic_file import DISPLACED_FOR, HASH_MARKET
from maps.alert_beside import beside_lines
from maps.alert_text import neighbour_name
from models.alert import Alert
from models.beside_record import stated_from
from models.partnership import Partnership
from models.synthetic import PlantedDisplacement
from models.watch_day import settled_threshold, signals_of
from models.watch_power import MONTH_DAYS
from tests.api.conftest import Command
from tests.demonstration import Loaded
from tests.viewers import client_of


def alerts(loaded: Loaded, partnership: Partnership) -> list[Alert]:
    return loaded.store.alerts.alerts(partnership.id, AlertFilter(), limit=10)


def planted(loaded: Loaded, partnership: Partnership) -> Alert:
    """The alert about the planted displacement."""
    at = "sankt-hans-torv", "hash"
    return next(a for a in alerts(loaded, partnership) if (a.signal.neighbour, a.signal.category) == at)


def names(partnership: Partnership, alert: Alert) -> tuple[str, str]:
    return partnership.areas.treated.name, neighbour_name(alert.signal, partnership)


def test_the_planted_displacement_raises_one_alert_and_nothing_else(demo: Loaded, partnership: Partnership) -> None:
    [alert] = alerts(demo, partnership)
    signal = alert.signal
    assert (signal.neighbour, signal.category, signal.kind) == ("sankt-hans-torv", "hash", "displacement")
    assert signal.onset_from < signal.onset < signal.onset_to < signal.raised_on < DEMO_DATE
    assert signal.treated_observed < signal.treated_expected
    assert signal.neighbour_observed > signal.neighbour_expected
    assert 0 < signal.share_lower < signal.share <= signal.share_upper <= 1
    # Every run of the week followed it.
    days = {run.watched.signals[0].last_on for run in demo.demonstration.runs}
    assert len(days) == len(demo.demonstration.runs)
    assert {run.watched.alerts for run in demo.demonstration.runs} == {(alert.id,)}


def test_without_the_planted_event_there_is_no_alert(quiet_demo: Loaded, partnership: Partnership) -> None:
    assert alerts(quiet_demo, partnership) == []
    assert [run.watched.why_not for run in quiet_demo.demonstration.runs] == [""] * 7


def test_thresholds_and_power_of_a_month_are_simulated_once(demo: Loaded) -> None:
    """Thresholds of displacement to neighbours, of effects that spread, of the shifts and of the categories."""
    with psycopg.connect(demo.database) as connection:
        assert connection.execute("SELECT count(*) FROM watch_threshold").fetchone() == (4,)
        assert connection.execute("SELECT count(*) FROM watch_power").fetchone() == (1,)


def test_the_planted_displacement_is_found_as_soon_as_the_watch_says(demo: Loaded, partnership: Partnership) -> None:
    alert = planted(demo, partnership)
    kept = demo.store.alerts.latest_power(partnership.id)
    assert kept is not None
    stated = stated_from(kept)
    assert stated.month == date(2026, 10, 1)
    at = stated.neighbours.index("sankt-hans-torv"), stated.columns.index("hash")
    moved = PlantedDisplacement.moved_share * HASH_MARKET.per_day * MONTH_DAYS
    days = stated.power.days(*at, fall=moved / float(stated.power.treated[at[1]]), share=1.0)
    assert days is not None
    assert days.most is not None
    took = (alert.signal.raised_on - (DEMO_DATE - DISPLACED_FOR)).days + 1
    assert 0 < took <= days.most
    # And such a displacement is one that the watch says it finds.
    smallest = stated.power.minimum(*at)
    assert smallest is not None
    assert smallest.moved < moved


def test_beside_the_planted_displacement_stands_what_agrees_with_it(demo: Loaded, partnership: Partnership) -> None:
    alert = planted(demo, partnership)
    beside, power = beside_alert(Gate(demo.store, partnership), alert.id)
    assert beside is not None
    assert power is not None
    assert beside.wdd is not None
    assert beside.wdd.treated.estimate < 0 < beside.wdd.neighbour.estimate
    assert (beside.wdq.meaning or "").startswith("displacement")
    assert beside.in_time.placebos > 30
    assert beside.in_time.as_high == beside.as_neighbour.as_high == beside.as_treated.as_high == 0
    data = beside.data
    assert data.incidents == alert.signal.treated_observed + alert.signal.neighbour_observed
    assert data.complete is not None
    assert data.complete >= partnership.completeness.share
    assert data.edge is not None
    assert 0 <= data.edge <= data.incidents
    with client_of(demo.store, partnership) as client:
        page = client.get(f"/alerts/{alert.id}").text
        assert [line.text in unescape(page) for line in beside_lines(beside, *names(partnership, alert))] == [True] * 6
        assert "giver det alarm inden 56 dage i 8 af 10 tilfælde" in page
        assert client.get(f"/v1/alerts/{alert.id}").json()["beside"]["as_treated"]["as_high"] == 0


def test_a_past_day_judged_again_gives_the_same_bits(demo: Loaded, partnership: Partnership) -> None:
    run = demo.demonstration.runs[3]
    inputs = watch_of(partnership, run.result)
    assert tuple(signals_of(inputs, settled_threshold(inputs, threads=1))) == run.watched.signals


def test_evidence_that_was_changed_is_refused(demo: Loaded, partnership: Partnership) -> None:
    run = demo.demonstration.runs[-1]
    other = replace(partnership, id="other")
    [number] = watch(demo.store, other, run.result).alerts
    with psycopg.connect(demo.database) as connection:
        connection.execute("UPDATE alert_evidence SET body = body || '\\x20' WHERE alert = %s", [number])
    with pytest.raises(EvidenceError, match=f"the evidence of alert {number} of 2026-.* is not what was kept"):
        verify(Gate(demo.store, other), number)


def test_too_little_data_is_said_plainly(demo: Loaded, partnership: Partnership) -> None:
    result = demo.demonstration.runs[-1].result
    last = result.status.completeness.complete_until_day
    short = replace(
        result,
        status=replace(result.status, first_day=last - 120),
        area_counts=result.area_counts[:, -120:],
    )
    assert watch(demo.store, partnership, short).why_not.startswith(
        "to measure how the split varies takes at least 168 days"
    )


def test_an_alert_computes_again_bit_for_bit_on_the_command_line(trygkort: Command, demo: Loaded) -> None:
    outcome = trygkort("alerts", "verify", 1, TRYGKORT_DATABASE_URL=demo.database)
    assert (
        outcome.stdout
        == "alert 1: threshold, claim and what stands beside it computed again, the same to the last bit\n"
    )


def test_the_watch_judges_only_complete_days(demo: Loaded, partnership: Partnership) -> None:
    for run in demo.demonstration.runs:
        assert watch_of(partnership, run.result).day < run.result.date
        assert watch_of(partnership, run.result).day >= date(2026, 10, 20)
