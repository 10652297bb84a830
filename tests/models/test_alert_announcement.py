from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alert_announcement import (
    FIRST_WAIT_S,
    GIVE_UP_AFTER,
    LONGEST_WAIT_S,
    Announcement,
    Answer,
    after_attempt,
    event_type,
    wait_s,
)
from models.alert_life import ACTIONS, STATUSES, STEPS

NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
ANNOUNCED = Announcement("e", "alert.raised", NOW, "p", 7, 0, NOW + GIVE_UP_AFTER)
REFUSED = Answer("answered 500")


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_every_step_that_changes_the_status_is_announced() -> None:
    for action in ACTIONS:
        allowed, after = STEPS.get(action, ((), "new"))
        for before in allowed:
            expected = {"close": "alert.closed", "reopen": "alert.reopened"}.get(action, "alert.status_changed")
            assert event_type(before, after) == expected, (action, before)
    assert [event_type(status, status) for status in STATUSES] == [None] * len(STATUSES)


@given(st.integers(1, 400), st.integers(0, 2**32))
def test_a_wait_is_between_half_and_all_of_the_schedule(attempts: int, seed: int) -> None:
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 4.0 ** min(attempts - 1, 20))
    assert longest / 2 <= wait_s(attempts, np.random.default_rng(seed)) <= longest


def test_two_senders_that_failed_together_do_not_try_again_together() -> None:
    assert wait_s(5, np.random.default_rng(1)) != wait_s(5, np.random.default_rng(2))


def test_refused_for_three_days_and_then_given_up() -> None:
    now, tried, announcement, drawn = NOW, [NOW], ANNOUNCED, rng()
    while (delivery := after_attempt(announcement, REFUSED, now=now, rng=drawn)).state == "waiting":
        assert delivery.next_attempt_at is not None
        now = delivery.next_attempt_at
        tried.append(now)
        announcement = replace(announcement, attempts=delivery.attempts)
    assert delivery.state == "given-up"
    assert (delivery.attempts, delivery.outcome, delivery.next_attempt_at) == (len(tried), "answered 500", None)
    assert 12 <= len(tried) <= 30
    assert tried[1] - tried[0] <= timedelta(seconds=10)
    assert max(later - earlier for earlier, later in pairwise(tried)) <= timedelta(hours=8)
    assert NOW + timedelta(hours=64) <= tried[-1] < ANNOUNCED.give_up_at


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer("answered 204", accepted=True), "delivered"),
        (Answer("answered 410", final=True), "given-up"),
        (Answer("answered 503", wait_s=GIVE_UP_AFTER.total_seconds()), "given-up"),
        (REFUSED, "waiting"),
    ],
)
def test_where_an_announcement_stands_after_an_attempt(answer: Answer, state: str) -> None:
    assert after_attempt(ANNOUNCED, answer, now=NOW, rng=rng()).state == state


def test_a_wait_that_the_receiver_names_is_kept() -> None:
    delivery = after_attempt(ANNOUNCED, replace(REFUSED, wait_s=3600.0), now=NOW, rng=rng())
    assert delivery.next_attempt_at == NOW + timedelta(hours=1)
