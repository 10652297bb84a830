import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import openid_routes, problems
from api.openid import OpenId
from api.openid_refusal import Reason
from api.openid_token import LOGOUT_EVENT
from tests.openid_provider import CLIENT, SERVICE, SUBJECT, LocalProvider, ec_key, local_provider, settings_of, signed
from tests.signed_session import COOKIE, SignedSessions, add_logout

HTML = {"Accept": "text/html"}


class Client(TestClient):
    """A browser before a service with a provider of its own."""

    def __init__(self, local: LocalProvider, redirect: str) -> None:
        self.local = local
        self.reasons: list[Reason] = []
        self.sessions = SignedSessions()
        app = FastAPI()
        problems.install(app)
        openid = OpenId(replace(settings_of(local.issuer), redirect=redirect), bytes(32))
        openid_routes.install(app, openid, self.sessions, self.reasons.append)
        add_logout(app, openid, self.sessions, self.reasons.append)
        super().__init__(app, base_url=redirect, follow_redirects=False)

    def begun(self, path: str = "/alerts") -> dict[str, str]:
        """The answer that the provider's login comes back with."""
        answer = self.get("/login/openid", params={"next": path})
        assert answer.status_code == 303
        assert answer.headers["cache-control"] == "no-store"
        return self.local.log_in(answer.headers["location"])


@pytest.fixture
def client() -> Iterator[Client]:
    with local_provider() as local:
        yield Client(local, SERVICE)


def test_a_login_begins_a_session_and_leads_to_the_page(client: Client) -> None:
    answer = client.get("/login/openid/callback", params=client.begun("/alerts?alle=true"), headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["refresh"] == "0; url=/alerts?alle=true"
    assert answer.headers["cache-control"] == "no-store"
    assert list(client.cookies) == [COOKIE]
    assert SUBJECT not in answer.text + str(answer.headers)
    assert client.reasons == []


@pytest.mark.parametrize("path", ["https://example.org", "//example.org", "/\\example.org", "/a;b", "/logout", "x"])
def test_a_login_leads_to_no_other_site(client: Client, path: str) -> None:
    answer = client.get("/login/openid/callback", params=client.begun(path))
    assert answer.headers["refresh"] == "0; url=/"


def test_over_https_the_browser_is_known_by_a_cookie_of_this_host_alone() -> None:
    with local_provider() as local:
        client = Client(local, "https://trygkort.example.dk")
        cookie = client.get("/login/openid").headers["set-cookie"]
    assert cookie.startswith("__Host-trygkort-login=")
    for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=lax", "; Max-Age=600"):
        assert part in cookie
    assert "Domain" not in cookie


def test_two_windows_of_one_browser_log_in_side_by_side(client: Client) -> None:
    first, second = client.begun(), client.begun()
    cookies = dict(client.cookies)
    assert client.get("/login/openid/callback", params=first).status_code == 200
    client.cookies.update(cookies)
    assert client.get("/login/openid/callback", params=second).status_code == 200


def test_whoever_is_sent_the_answer_of_another_is_not_logged_in(client: Client) -> None:
    answer = client.begun()
    client.cookies.clear()
    refused = client.get("/login/openid/callback", params=answer)
    assert refused.status_code == 403
    assert COOKIE not in client.cookies
    assert client.reasons == [Reason.OTHER_BROWSER]


def test_a_refusal_says_the_same_whatever_the_reason(client: Client) -> None:
    answer = client.begun()
    texts = set()
    client.local.claims = {"groups": ["kantine"]}
    for asked in (answer, answer, {}, {"state": "x", "code": "y"}, client.begun() | {"error": "access_denied"}):
        refused = client.get("/login/openid/callback", params=asked, headers=HTML)
        assert refused.status_code == 403
        texts.add(refused.text)
    assert len(texts) == 1
    assert "Login mislykkedes" in texts.pop()
    assert client.reasons == [
        Reason.NO_GROUP, Reason.REPLAYED, Reason.UNKNOWN_LOGIN, Reason.UNKNOWN_LOGIN, Reason.DENIED_THERE
    ]  # fmt: skip


def test_machines_are_refused_with_a_problem(client: Client) -> None:
    refused = client.get("/login/openid/callback", params={"state": "x"})
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == "the login was refused"


def test_an_answer_with_a_name_twice_is_none(client: Client) -> None:
    answer = client.begun()
    refused = client.get("/login/openid/callback", params=[*answer.items(), ("state", "x")])
    assert refused.status_code == 403
    assert client.reasons == [Reason.UNKNOWN_LOGIN]


def test_a_provider_that_is_away_is_said_to_be(client: Client) -> None:
    client.local.discovery = {"issuer": None}
    client.reasons.clear()
    client.local.discovery = {"token_endpoint": "https://example.org/token"}
    refused = client.get("/login/openid", headers=HTML)
    assert refused.status_code == 503
    assert "svarer ikke" in refused.text
    assert client.reasons == [Reason.PROVIDER_HOST]


def test_a_logout_ends_the_session_and_leads_to_the_provider(client: Client) -> None:
    client.get("/login/openid/callback", params=client.begun())
    answer = client.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["refresh"].startswith(f"0; url={client.local.issuer}/logout?id_token_hint=")
    assert COOKIE not in client.cookies
    assert "refresh" not in client.post("/logout").headers
    assert client.get("/login/openid/ended").status_code == 200


def test_the_provider_ends_every_session_of_an_account(client: Client) -> None:
    client.get("/login/openid/callback", params=client.begun())
    now = int(time.time())
    claims = {"iss": client.local.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "jti": "1", "sub": SUBJECT}
    token = signed(claims | {"events": {LOGOUT_EVENT: {}}}, ec_key(), typ="logout+jwt")
    assert client.post("/login/openid/backchannel", data={"logout_token": token}).status_code == 200
    assert len(client.sessions.ended) == 1
    for again in ({"logout_token": token}, {"logout_token": "x.y.z"}, {}):
        assert client.post("/login/openid/backchannel", data=again).status_code == 400
    assert client.reasons == [Reason.REPLAYED, Reason.MALFORMED, Reason.MALFORMED]
