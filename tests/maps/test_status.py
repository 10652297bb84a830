from dataclasses import replace

import numpy as np

from maps.status import data_age
from models.calendar import to_day_number
from models.completeness import Completeness
from models.daily import DailyResult
from models.partnership import Partnership

HOUR_S = 3600


def changed(
    result: DailyResult, *, hours_old: float = 6, incomplete_days: int = 3, estimated: bool = True
) -> DailyResult:
    until = to_day_number(result.date) - incomplete_days
    completeness = Completeness(until, np.array([0.7, 0.9]), estimated)
    last = int(result.as_of.timestamp() - hours_old * HOUR_S)
    return replace(result, status=replace(result.status, completeness=completeness, last_event_s=last))


def test_the_incomplete_days_are_named(result: DailyResult, partnership: Partnership) -> None:
    age = data_age(changed(result), partnership)
    assert age.until == "Data til og med mandag den 23. november 2026 kl. 01.00 (i dag)"
    assert "mandag den 23. november 2026 kl. 07.00" in age.known
    assert age.incomplete.startswith("De seneste 3 dage (20.–22. november 2026) er ufuldstændige: ")
    assert "under 95 %" in age.incomplete
    assert not age.stale


def test_one_incomplete_day_is_singular(result: DailyResult, partnership: Partnership) -> None:
    age = data_age(changed(result, incomplete_days=1), partnership)
    assert age.incomplete.startswith("Det seneste døgn (22. november 2026) er ufuldstændigt")


def test_complete_data(result: DailyResult, partnership: Partnership) -> None:
    assert data_age(changed(result, incomplete_days=0), partnership).incomplete == "Alle dage er mindst 95 % anmeldt."


def test_a_guess_is_called_a_guess(result: DailyResult, partnership: Partnership) -> None:
    assert "skøn" in data_age(changed(result, estimated=False), partnership).incomplete


def test_old_data_are_called_old(result: DailyResult, partnership: Partnership) -> None:
    age = data_age(changed(result, hours_old=10 * 24), partnership)
    assert age.stale
    assert "10 dage før kortets dato" in age.until
