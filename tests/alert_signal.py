"""A signal as the watch would give it, for tests of alerts."""

from dataclasses import replace
from datetime import date, timedelta

from models.alert import AlertSignal

DAY = date(2026, 11, 2)
SIGNAL = AlertSignal(
    neighbour="sankt-hans-torv",
    category="hash",
    kind="displacement",
    raised_on=DAY,
    last_on=DAY,
    onset=DAY - timedelta(9),
    onset_from=DAY - timedelta(14),
    onset_to=DAY - timedelta(5),
    treated_observed=4.0,
    treated_expected=16.0,
    neighbour_observed=13.0,
    neighbour_expected=4.0,
    share=0.7,
    share_lower=0.2,
    share_upper=1.0,
    p=0.001,
    recurrence_days=426.0,
)
WITHIN = replace(
    SIGNAL, neighbour="indre-noerrebro", category="", moved_to="shift", from_stratum="aften", to_stratum="nat"
)
