from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alert_life import (
    ACTIONS,
    LONGEST_SNOOZE_DAYS,
    OPEN,
    REASONS,
    STATUSES,
    STEPS,
    AlertState,
    AlertStep,
    AlertStepError,
    Status,
    after,
    next_actions,
)

TODAY = date(2026, 11, 2)


def taken(*steps: AlertStep) -> AlertState:
    state = AlertState()
    for step in steps:
        state = after(state, step, today=TODAY)
    return state


def test_from_the_inbox_to_confirmed_and_closed() -> None:
    steps = (AlertStep("acknowledge"), AlertStep("investigate"), AlertStep("confirm", "partners-agree"))
    assert taken(*steps) == AlertState("confirmed")
    assert taken(*steps, AlertStep("close")).status == "closed"
    assert taken(*steps, AlertStep("close"), AlertStep("reopen", "new-data")).status == "investigating"


@pytest.mark.parametrize("action", ["confirm", "close", "reopen"])
def test_what_is_new_cannot_be_settled_unseen(action: str) -> None:
    reason = REASONS.get(action, (None,))[0]  # type: ignore[call-overload]
    with pytest.raises(AlertStepError, match=f"'{action}' needs an alert that is .*; this one is new"):
        after(AlertState(), AlertStep(action, reason), today=TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (AlertStep("dismiss"), "'dismiss' needs a reason, one of reporting, .*; none was given"),
        (AlertStep("dismiss", "Hansen was there"), "found 'Hansen was there'"),
        (AlertStep("acknowledge", "reporting"), "'acknowledge' takes no reason"),
        (AlertStep("snooze"), "1 to 28 days ahead, found 0"),
        (AlertStep("snooze", until=TODAY + timedelta(LONGEST_SNOOZE_DAYS + 1)), "found 29"),
        (AlertStep("link"), "a link needs the number of another alert"),
    ],
)
def test_steps_that_say_too_little(step: AlertStep, sentence: str) -> None:
    with pytest.raises(AlertStepError, match=sentence):
        after(AlertState(), step, today=TODAY)


def test_a_snoozed_alert_leaves_the_inbox_and_comes_back() -> None:
    snoozed = taken(AlertStep("acknowledge"), AlertStep("snooze", until=TODAY + timedelta(3)))
    assert [snoozed.in_inbox(TODAY + timedelta(d)) for d in (0, 2, 3)] == [False, False, True]
    assert after(snoozed, AlertStep("wake"), today=TODAY).in_inbox(TODAY)
    assert not taken(AlertStep("dismiss", "reporting")).in_inbox(TODAY)


@given(st.sampled_from(STATUSES))
def test_every_status_leads_on_and_says_how(status: Status) -> None:
    state = AlertState(status)
    actions = next_actions(state)
    assert actions
    for action in ACTIONS:
        if action not in STEPS:
            continue
        step = AlertStep(action, REASONS.get(action, (None,))[0])
        if action in actions:
            assert after(state, step, today=TODAY).status == STEPS[action][1]
        else:
            with pytest.raises(AlertStepError):
                after(state, step, today=TODAY)
    assert AlertState(status).in_inbox(TODAY) == (status in OPEN)
