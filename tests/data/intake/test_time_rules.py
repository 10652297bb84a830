from datetime import datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.intake.block import Reason
from data.intake.profile import parse_profile
from data.intake.reading import open_incidents, read_incidents
from data.intake.time_rules import KEPT, REFUSED, TimeRule, TimeRuleCounts, in_repeated_hour
from tests.data.intake.conftest import NOW_S, SECRET, Intake, settings

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
TABLE = Path(__file__).parents[3] / "docs" / "intake.md"


def instants(*texts: str) -> np.ndarray:
    return np.array([int(datetime.fromisoformat(text).timestamp()) for text in texts], dtype=np.int64)


@pytest.mark.parametrize(
    ("zone", "inside", "outside"),
    [
        (
            "Europe/Copenhagen",
            ["2024-10-27T02:00:00+02:00", "2024-10-27T02:59:59+02:00"],
            ["2024-10-27T01:59:59+02:00", "2024-10-27T02:00:00+01:00", "2024-10-27T03:00:00+01:00"],
        ),
        ("America/Chicago", ["2024-11-03T01:30:00-05:00"], ["2024-11-03T01:30:00-06:00", "2024-03-10T03:30:00-05:00"]),
        ("Atlantic/Azores", ["2024-10-27T00:30:00+00:00"], ["2024-10-27T00:30:00-01:00"]),
        ("Australia/Lord_Howe", ["2024-04-07T01:45:00+11:00"], ["2024-04-07T01:15:00+11:00"]),
        ("America/Havana", ["2024-11-03T00:10:00-04:00"], ["2024-11-03T00:10:00-05:00"]),
    ],
)
def test_the_repeated_hour_is_its_first_pass(zone: str, inside: list[str], outside: list[str]) -> None:
    assert in_repeated_hour(instants(*inside), ZoneInfo(zone)).all()
    assert not in_repeated_hour(instants(*outside), ZoneInfo(zone)).any()


def test_no_rows_have_no_repeated_hour() -> None:
    assert len(in_repeated_hour(np.empty(0, np.int64), COPENHAGEN)) == 0


def counted(intake: Intake, *rows: str) -> tuple[dict[str, int], dict[str, int]]:
    """Counts of accepted rows by rule and of rejects by reason."""
    path = intake.folder / "tider.csv"
    path.write_text(intake.table(*rows), encoding="utf-8")
    profile = parse_profile(settings(values={"time_format": ["%d-%m-%Y %H:%M", "%d-%m-%Y"]}))
    blocks = read_incidents(
        open_incidents(path, profile),
        profile,
        intake.partnership,
        secret=SECRET,
        now_s=NOW_S,
        gazetteer=intake.gazetteer,
        block_rows=2,
    )
    rules = TimeRuleCounts(COPENHAGEN)
    reasons: dict[str, int] = {}
    for block in rules.passing(blocks):
        for reject in block.rejects:
            reasons[reject.reason] = reasons.get(reject.reason, 0) + 1
    return dict(rules.counts), reasons


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"fra": "01-06-2024 10:00", "til": ""}, "no-end"),
        ({"fra": "01-06-2024", "til": ""}, "whole-day"),
        ({"fra": "01-06-2024 10:00", "til": "01-06-2024 10:00"}, "no-duration"),
        ({"fra": "01-06-2024 10:00", "til": "09-06-2024 10:00", "anmeldt": "10-06-2024 10:00"}, "longer-than-a-week"),
        ({"fra": "27-10-2024 02:30", "til": "27-10-2024 05:00", "anmeldt": "28-10-2024 10:00"}, "repeated-hour"),
        ({"fra": "26-10-2024 02:30", "til": "27-10-2024 02:30", "anmeldt": "28-10-2024 10:00"}, "repeated-hour"),
        ({"fra": "01-06-2024 10:00", "til": "01-06-2024 12:00", "anmeldt": "01-06-2024 11:00"}, "known-before-end"),
    ],
)
def test_each_rule_that_keeps_a_row_counts_it(intake: Intake, row: dict[str, str], rule: str) -> None:
    ordinary = intake.row()
    assert counted(intake, ordinary, intake.row(**row), ordinary) == ({rule: 1}, {})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"fra": "01-06-2024 10:00", "til": "01-06-2024 09:00"}, "time-end-before-start"),
        ({"fra": "01-06-2022 10:00", "til": "01-08-2023 10:00"}, "time-too-long"),
        ({"fra": "", "til": ""}, "time-missing"),
        ({"fra": "", "til": "01-06-2024 09:00"}, "time-start-missing"),
        ({"fra": "31-03-2024 02:30", "til": "31-03-2024 05:00"}, "time-skipped-hour"),
        ({"fra": "01-06-2029 10:00", "til": ""}, "time-future"),
        ({"fra": "01-06-1931 10:00", "til": ""}, "time-out-of-range"),
        ({"fra": "31-06-2024 10:00", "til": ""}, "time-no-such-date"),
        ({"fra": "i går", "til": ""}, "time-format"),
    ],
)
def test_each_rule_that_refuses_a_row_is_a_reason(intake: Intake, row: dict[str, str], reason: str) -> None:
    ordinary = intake.row()
    assert counted(intake, ordinary, intake.row(**row), ordinary) == ({}, {reason: 1})


def test_the_document_states_every_rule() -> None:
    table = TABLE.read_text(encoding="utf-8")
    assert set(KEPT) == set(get_args(TimeRule))
    assert set(REFUSED) == {reason for reason in get_args(Reason) if reason.startswith("time-")}
    for rule in (*KEPT, *REFUSED):
        assert f"`{rule}` |" in table, rule
