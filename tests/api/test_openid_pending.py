import threading

import pytest

from api import openid_pending
from api.openid_pending import VALID_S, PendingLogins
from api.openid_refusal import OpenIdRefusedError, Reason

BROWSER = "a browser"


def reason(logins: PendingLogins, state: str, browser: str = BROWSER, *, now_s: float = 0.0) -> Reason:
    with pytest.raises(OpenIdRefusedError) as refused:
        logins.take(state, browser, now_s=now_s)
    return refused.value.reason


def test_a_login_is_good_once() -> None:
    logins = PendingLogins()
    state, begun = logins.begin(BROWSER, "/alerts", now_s=0.0)
    assert logins.take(state, BROWSER, now_s=VALID_S - 1.0) is begun
    assert reason(logins, state) is Reason.REPLAYED
    assert reason(logins, state, "another") is Reason.REPLAYED


def test_every_login_has_secrets_of_its_own_and_shows_none() -> None:
    logins = PendingLogins()
    begun = [logins.begin(BROWSER, "/", now_s=0.0) for _ in range(100)]
    secrets = {secret for state, pending in begun for secret in (state, pending.nonce, pending.verifier)}
    assert len(secrets) == 300
    assert all(43 <= len(secret) <= 128 for secret in secrets)
    assert begun[0][1].verifier not in repr(begun[0][1])


def test_a_login_ends_after_ten_minutes() -> None:
    logins = PendingLogins()
    state, _ = logins.begin(BROWSER, "/", now_s=0.0)
    assert reason(logins, state, now_s=VALID_S) is Reason.LOGIN_EXPIRED


def test_another_browser_cannot_end_a_login_and_spoils_it() -> None:
    logins = PendingLogins()
    for other in ("another", "", "å"):
        state, _ = logins.begin(BROWSER, "/", now_s=0.0)
        assert reason(logins, state, other) is Reason.OTHER_BROWSER
        assert reason(logins, state) is Reason.REPLAYED


@pytest.mark.parametrize("state", ["", "x", "\ud800"])
def test_a_state_that_was_never_given_is_unknown(state: str) -> None:
    assert reason(PendingLogins(), state) is Reason.UNKNOWN_LOGIN


def test_their_number_is_bounded_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid_pending, "MOST", 3)
    logins = PendingLogins()
    states = [logins.begin(BROWSER, "/", now_s=0.0)[0] for _ in range(5)]
    assert len(logins) == 3
    assert reason(logins, states[1]) is Reason.UNKNOWN_LOGIN
    assert logins.take(states[2], BROWSER, now_s=0.0).until_s == VALID_S


def test_what_is_over_is_forgotten() -> None:
    logins = PendingLogins()
    for _ in range(10):
        logins.begin(BROWSER, "/", now_s=0.0)
    logins.begin(BROWSER, "/", now_s=2.0 * VALID_S)
    assert len(logins) == 1


def test_of_many_who_bring_the_same_answer_one_comes_in() -> None:
    logins = PendingLogins()
    state, _ = logins.begin(BROWSER, "/", now_s=0.0)
    came_in: list[bool] = []

    def bring() -> None:
        try:
            came_in.append(bool(logins.take(state, BROWSER, now_s=0.0)))
        except OpenIdRefusedError:
            came_in.append(False)

    threads = [threading.Thread(target=bring) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(came_in) == 1
