import json
from dataclasses import asdict, replace
from datetime import date

import numpy as np

from models.alert import ALL
from models.beside_record import StatedPower, alert_power_from, beside_from, stated_as_text, stated_from
from models.watch_beside import AlertBeside, DataBeside, Difference, Rank, WddBeside, WdqBeside
from models.watch_power import AlertPower, DaysToAlert, MinimumDisplacement, WatchPower

PART = Difference(-1 / 3, -2.0, 1e-300, 0.1, enough=False)
BESIDE = AlertBeside(
    WddBeside(364, 30, 1.1, PART, PART, replace(PART, enough=True)),
    WdqBeside(-0.7, "displacement", ""),
    Rank(16, 1),
    Rank(3, 0),
    Rank(3, 2),
    DataBeside(30, 1, 0.96, 40.0, 2.0),
)
POWER = AlertPower(20.1, MinimumDisplacement(0.4, 8.04), DaysToAlert(9, None))


def test_what_stands_beside_reads_back_to_the_last_bit() -> None:
    without = replace(
        BESIDE, wdd=None, wdq=WdqBeside(None, None, "no"), data=replace(BESIDE.data, complete=None, edge=None)
    )
    for beside in (BESIDE, without):
        assert beside_from(json.loads(json.dumps(asdict(beside)))) == beside
    for power in (POWER, AlertPower(0.5, None, None)):
        assert alert_power_from(json.loads(json.dumps(asdict(power)))) == power


def test_the_power_of_a_month_reads_back() -> None:
    day = np.random.default_rng(1).integers(1, 86, (4, 2, 3, 2, 5))
    stated = StatedPower(date(2026, 10, 1), ("a", "b", "c"), ("hash",), 7.25, WatchPower(day, np.array([1 / 3])))
    found = stated_from(stated_as_text(stated))
    np.testing.assert_array_equal(found.power.day, day)
    assert found.power.treated.tolist() == [1 / 3]
    assert (found.month, found.neighbours, found.threshold) == (stated.month, stated.neighbours, stated.threshold)
    assert found.columns == ("hash",)
    assert replace(found, categories=("hash", "vold")).columns == ("hash", "vold", ALL)
