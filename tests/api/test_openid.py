import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api import openid, openid_provider
from api.openid import OpenId
from api.openid_pending import VALID_S
from api.openid_refusal import OpenIdRefusedError, Reason
from api.openid_token import LOGOUT_EVENT
from tests.openid_provider import (
    ANALYST,
    CLIENT,
    SECRET,
    SERVICE,
    SUBJECT,
    LocalProvider,
    ec_key,
    local_provider,
    rsa_key,
    send,
    settings_of,
    signed,
)  # fmt: skip

KEY = bytes(range(32))
BROWSER = "a browser"


@pytest.fixture
def local() -> Iterator[LocalProvider]:
    with local_provider() as found:
        yield found


class Visit:
    """A service with one provider, and a clock to turn."""

    def __init__(self, local: LocalProvider, **changed: Any) -> None:
        self.local = local
        self.late_s = 0.0
        self.openid = OpenId(settings_of(local.issuer, **changed), KEY, clock=lambda: time.time() + self.late_s)

    def come_back(self, **changed: str) -> dict[str, str]:
        return self.local.log_in(self.openid.begin("/alerts", BROWSER)) | changed

    def log_in(self) -> str:
        return self.openid.finish(self.come_back(), BROWSER).handle

    def reason(self, answer: dict[str, str] | None = None, browser: str = BROWSER) -> Reason:
        with pytest.raises(OpenIdRefusedError) as refused:
            self.openid.finish(self.come_back() if answer is None else answer, browser)
        assert SUBJECT not in str(refused.value)
        return refused.value.reason


@pytest.fixture
def visit(local: LocalProvider) -> Visit:
    return Visit(local)


def test_the_request_carries_state_nonce_and_challenge_but_no_secret(visit: Visit) -> None:
    address = visit.openid.begin("/alerts", BROWSER)
    asked = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert asked.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [SERVICE + "/login/openid/callback"]
    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    assert SECRET not in address


def test_who_comes_back_has_the_roles_of_the_groups_and_no_name(visit: Visit) -> None:
    login = visit.openid.finish(visit.come_back(), BROWSER)
    assert login.grants == {ANALYST}
    assert login.next_path == "/alerts"
    assert re.fullmatch("oidc-[0-9a-f]{12}", login.handle)
    assert SUBJECT not in repr(login)
    assert visit.log_in() == login.handle


def test_an_account_is_of_its_issuer_and_of_this_installation() -> None:
    handles = {
        OpenId(settings_of(issuer), key).handle_of(subject)
        for issuer in ("https://a.dk", "https://b.dk")
        for key in (KEY, bytes(32))
        for subject in ("1", "2")
    }
    assert len(handles) == 8


@pytest.mark.parametrize("key", [rsa_key(), ec_key()], ids=["RSA", "EC"])
def test_a_new_key_of_the_provider_is_learnt(visit: Visit, key: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    visit.log_in()
    monkeypatch.setattr(openid_provider, "NEW_KEYS_S", 0.0)
    visit.local.key = ec_key("new") if key is ec_key() else key
    visit.local.published = [visit.local.key.as_dict(private=False)]
    assert visit.log_in().startswith("oidc-")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"iss": "https://example.org"}, Reason.WRONG_ISSUER),
        ({"aud": "another"}, Reason.WRONG_AUDIENCE),
        ({"nonce": "another"}, Reason.WRONG_NONCE),
        ({"exp": 1}, Reason.EXPIRED),
        ({"nbf": 9_000_000_000}, Reason.NOT_YET_VALID),
        ({"iat": 9_000_000_000}, Reason.ISSUED_LATER),
        ({"at_hash": "wrong"}, Reason.WRONG_AT_HASH),
        ({"groups": []}, Reason.NO_GROUP),
        ({"groups": ["kantine"]}, Reason.NO_GROUP),
        ({"groups": {"analyse": 1}}, Reason.MALFORMED),
        ({"groups": ["analyse", 7]}, Reason.MALFORMED),
        ({"groups": ["analyse"] * 1001}, Reason.MALFORMED),
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(visit: Visit, claims: dict[str, Any], expected: Reason) -> None:
    visit.local.claims |= claims
    assert visit.reason() is expected


def test_a_forged_token_lets_nobody_in(visit: Visit) -> None:
    visit.local.key = ec_key("forger")
    assert visit.reason() is Reason.UNKNOWN_KEY
    visit.local.tokens = lambda answer: answer | {"id_token": signed({}, ec_key("forger"), kid="first")}
    assert visit.reason() is Reason.BAD_SIGNATURE


def test_an_answer_is_good_once_in_its_browser_and_its_time(visit: Visit) -> None:
    answer = visit.come_back()
    visit.openid.finish(answer, BROWSER)
    assert visit.reason(answer) is Reason.REPLAYED
    assert visit.reason(browser="another") is Reason.OTHER_BROWSER
    assert visit.reason(browser="") is Reason.OTHER_BROWSER
    late = visit.come_back()
    visit.late_s = VALID_S
    assert visit.reason(late) is Reason.LOGIN_EXPIRED
    assert visit.reason({}) is Reason.UNKNOWN_LOGIN


def test_a_token_of_an_earlier_login_is_refused(visit: Visit) -> None:
    seen: list[str] = []
    visit.local.tokens = lambda answer: (seen.append(answer["id_token"]), answer)[1]
    visit.log_in()
    visit.local.tokens = lambda answer: answer | {"id_token": seen[0]}
    assert visit.reason() is Reason.WRONG_NONCE


def test_a_code_of_another_login_is_refused(visit: Visit) -> None:
    stolen = visit.come_back()["code"]
    assert visit.reason(visit.come_back(code=stolen)) is Reason.CODE_REFUSED


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"iss": "https://example.org"}, Reason.WRONG_ISSUER),
        ({"error": "access_denied"}, Reason.DENIED_THERE),
        ({"code": ""}, Reason.MALFORMED),
        ({"code": "x" * 5000}, Reason.MALFORMED),
        ({"code": "a\nb"}, Reason.MALFORMED),
        ({"code": "none such & more=%00"}, Reason.CODE_REFUSED),
    ],
)
def test_an_answer_that_is_none_is_refused(visit: Visit, changed: dict[str, str], expected: Reason) -> None:
    assert visit.reason(visit.come_back(**changed)) is expected


def test_a_provider_that_promises_its_name_must_give_it(visit: Visit) -> None:
    visit.local.discovery = {"authorization_response_iss_parameter_supported": True}
    assert visit.reason() is Reason.WRONG_ISSUER
    assert visit.openid.finish(visit.come_back(iss=visit.local.issuer), BROWSER).grants == {ANALYST}


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ({"id_token": None}, Reason.MALFORMED),
        ({"error": "invalid_grant"}, Reason.CODE_REFUSED),
        ({"expires_in": "soon"}, Reason.CODE_REFUSED),
        ({"expires_in": float("inf")}, Reason.CODE_REFUSED),
    ],
)
def test_an_answer_for_a_code_that_is_none_is_refused(visit: Visit, tokens: dict[str, Any], expected: Reason) -> None:
    visit.local.tokens = lambda answer: answer | tokens
    assert visit.reason() is expected


@pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (502, b"<html>"), (200, b"[]"), (302, b""), (200, b"")])
def test_a_provider_that_fails_at_the_code_is_refused(visit: Visit, status: int, body: bytes) -> None:
    visit.local.answer = lambda handler: handler.path == "/token" and send(handler, status, body)
    assert visit.reason() is Reason.CODE_REFUSED


def test_groups_come_from_userinfo_where_the_token_has_none(visit: Visit) -> None:
    visit.local.claims = {}
    assert visit.openid.finish(visit.come_back(), BROWSER).grants == {ANALYST}
    visit.local.userinfo = {"sub": "someone-else", "groups": ["analyse"]}
    assert visit.reason() is Reason.OTHER_SUBJECT
    visit.local.userinfo = {"sub": SUBJECT}
    assert visit.reason() is Reason.NO_GROUP
    visit.local.userinfo = {"sub": SUBJECT, "groups": "analyse"}
    assert visit.openid.finish(visit.come_back(), BROWSER).grants == {ANALYST}


def test_more_logins_than_the_provider_can_bear_wait_and_go(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "PATIENCE_S", 0.01)
    for _ in range(openid.AT_ONCE):
        visit.openid._at_once.acquire()
    assert visit.reason() is Reason.BUSY


def test_who_logs_out_here_can_log_out_there(visit: Visit) -> None:
    handle = visit.log_in()
    there = visit.openid.end(handle)
    assert there is not None
    asked = parse_qs(urlsplit(there).query, strict_parsing=True)
    assert there.startswith(visit.local.issuer + "/logout?")
    assert asked["post_logout_redirect_uri"] == [SERVICE + "/login/openid/ended"]
    assert asked["client_id"] == [CLIENT]
    assert asked["id_token_hint"][0].count(".") == 2
    again = visit.openid.end(handle)
    assert again is not None
    assert "id_token_hint" not in again
    assert visit.openid.end("vagtplan-1") is None


def test_a_token_too_long_for_an_address_is_left_out(visit: Visit) -> None:
    visit.local.claims |= {"groups": ["analyse", "x" * 3000]}
    there = visit.openid.end(visit.log_in())
    assert there is not None
    assert "id_token_hint" not in there


def test_without_such_an_address_there_is_nowhere_to_log_out(visit: Visit) -> None:
    visit.local.discovery = {"end_session_endpoint": None}
    assert visit.openid.end(visit.log_in()) is None


def logout_token(visit: Visit, **changed: Any) -> str:
    now = int(time.time())
    usual = {
        "iss": visit.local.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "jti": "1", "sub": SUBJECT,
        "events": {LOGOUT_EVENT: {}},
    }  # fmt: skip
    claims = {name: value for name, value in (usual | changed).items() if value is not None}
    return signed(claims, ec_key(), typ="logout+jwt")


def test_the_provider_ends_sessions_by_its_signed_word_once(visit: Visit) -> None:
    handle = visit.log_in()
    token = logout_token(visit)
    assert visit.openid.told_to_end(token) == (handle,)
    with pytest.raises(OpenIdRefusedError, match="replayed"):
        visit.openid.told_to_end(token)
    there = visit.openid.end(handle)
    assert there is not None
    assert "id_token_hint" not in there


def test_a_session_of_the_provider_is_known_by_its_name(visit: Visit) -> None:
    visit.local.claims |= {"sid": "s-1"}
    handle = visit.log_in()
    assert visit.openid.told_to_end(logout_token(visit, sub=None, sid="another")) == ()
    assert visit.openid.told_to_end(logout_token(visit, sub=None, sid="s-1", jti="2")) == (handle,)


def test_a_forged_word_ends_nothing(visit: Visit) -> None:
    visit.log_in()
    with pytest.raises(OpenIdRefusedError, match="bad-signature"):
        visit.openid.told_to_end(logout_token(visit)[:-20] + "A" * 20)
