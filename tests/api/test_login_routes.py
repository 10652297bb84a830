import re
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from argon2.profiles import CHEAPEST
from fastapi.testclient import TestClient

from api.accounts import create_token, one_time_login
from api.identify import HEADER, form_token
from data.password_hash import Passwords
from data.store import Store
from models.partnership import Partnership
from models.viewer import Grant, Role
from tests.login_service import GRANT, HANDLE, PASSWORD, LoginService

SESSION = "trygkort"
HTTP = "http://127.0.0.1:8000"
HTTPS = "https://trygkort.example"


@pytest.fixture
def service(store: Store, partnership: Partnership) -> LoginService:
    made = LoginService(store, partnership)
    made.add_account()
    return made


@pytest.fixture
def client(service: LoginService) -> TestClient:
    return TestClient(service.app, base_url=HTTP, follow_redirects=False)


def with_session(service: LoginService, secret: str) -> TestClient:
    return TestClient(service.app, base_url=HTTP, follow_redirects=False, cookies={SESSION: secret})


def log_in(client: TestClient, handle: str = HANDLE, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    form = {"csrf": token_on(client, "/login"), "handle": handle, "password": password, **more}
    return client.post("/login", data=form)


def token_on(client: TestClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get(path).text)
    assert found
    return found[1]


def logged(database: str, action: str) -> list[tuple[str, str, str]]:
    with psycopg.connect(database) as connection:
        return connection.execute(
            "SELECT actor, subject, outcome FROM audit WHERE action = %s ORDER BY id", [action]
        ).fetchall()


def test_right_password_begins_a_session_of_another_id_each_time(client: TestClient, service: LoginService) -> None:
    ids = []
    for _ in range(2):
        answer = log_in(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        ids.append(client.cookies[SESSION])
    assert client.get("/").status_code == 200
    assert len(set(ids)) == 2
    assert with_session(service, ids[0]).get("/").headers["location"] == "/login?next=/", (
        "the id before the login is void"
    )


def test_an_id_that_somebody_planted_is_not_taken_over(service: LoginService) -> None:
    planted = "a" * 43
    client = with_session(service, planted)
    [given] = [one for one in log_in(client).headers.get_list("set-cookie") if one.startswith(f"{SESSION}=")]
    assert planted not in given
    assert with_session(service, planted).get("/").status_code == 303


def test_only_digests_are_kept(client: TestClient, database: str) -> None:
    log_in(client)
    secret = client.cookies[SESSION]
    with psycopg.connect(database) as connection:
        kept = str(connection.execute("SELECT * FROM account_session").fetchall())
    assert secret not in kept
    assert "127.0.0.1" not in kept


@pytest.mark.parametrize(
    ("address", "name", "secure"),
    [(HTTPS, "__Host-trygkort", True), ("http://trygkort.example", "__Host-trygkort", True), (HTTP, "trygkort", False)],
)
def test_cookies(service: LoginService, address: str, name: str, *, secure: bool) -> None:
    client = TestClient(service.app, base_url=address, follow_redirects=False)
    form_cookie = client.get("/login").headers["set-cookie"].partition(";")[0]
    secret = form_cookie.partition("=")[2]
    form = {"csrf": form_token(secret), "handle": HANDLE, "password": PASSWORD}
    answer = client.post("/login", data=form, headers={"Cookie": form_cookie})
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")]
    wanted = {"HttpOnly", "SameSite=lax", "Path=/"} | ({"Secure"} if secure else set())
    assert set(cookie.split("; ")[1:]) == wanted


def test_every_refusal_is_the_same_answer_after_the_same_work(
    client: TestClient, service: LoginService, database: str
) -> None:
    service.add_account("analyse-1", None)
    service.add_account("drift-1")
    service.store.accounts.set_state("drift-1", "disabled", "test")
    service.add_account("revision-1")
    for _ in range(5):
        log_in(client, "revision-1", "wrong password here")
    seen = []
    # unknown, wrong, without a password, disabled, no handle at all, waiting
    for handle in ["vagtplan-9", HANDLE, "analyse-1", "drift-1", "J. Hansen", "revision-1", "\x00", "a" * 5000]:
        service.passwords.compared = service.passwords.made = 0
        password = PASSWORD if handle in {"drift-1", "revision-1"} else "wrong password here"
        answer = log_in(client, handle, password)
        page = re.sub(r'value="[0-9a-f]{64}"', "", answer.text)
        seen.append((answer.status_code, page, service.passwords.compared, service.passwords.made))
    assert len(set(seen)) == 1
    assert (seen[0][0], *seen[0][2:]) == (403, 1, 0)
    assert ("unknown", "unknown", "refused") in logged(database, "login")
    assert not [line for line in logged(database, "login") if "Hansen" in str(line)]


def test_the_hash_of_nobody_costs_what_a_real_one_does() -> None:
    from argon2 import extract_parameters
    from argon2.profiles import RFC_9106_LOW_MEMORY

    passwords = Passwords()
    assert extract_parameters(passwords._nobody) == extract_parameters(passwords.hashed("x")) == RFC_9106_LOW_MEMORY
    assert not passwords.matches(None, "x")


def test_lockout_grows_ends_and_is_forgotten(client: TestClient, service: LoginService, database: str) -> None:
    for _ in range(5):
        log_in(client, password="wrong password here")
    assert log_in(client).status_code == 403
    service.clock.pass_(seconds=31)
    log_in(client, password="wrong password here")
    service.clock.pass_(seconds=31)
    assert log_in(client).status_code == 403, "the sixth waits a minute"
    service.clock.pass_(seconds=30)
    assert log_in(client).status_code == 303
    assert log_in(client, password="wrong password here").status_code == 403
    assert log_in(client).status_code == 303
    assert (HANDLE, HANDLE, "refused while waiting") in logged(database, "login")


def test_many_at_once_get_no_more_tries(service: LoginService) -> None:
    attempts = [service.store.accounts.attempt(HANDLE, service.clock.now) for _ in range(8)]
    assert [one.password_hash is not None for one in attempts] == [True] * 5 + [False] * 3


def test_old_parameters_are_renewed_at_login(client: TestClient, service: LoginService, database: str) -> None:
    old = Passwords(replace(CHEAPEST, time_cost=CHEAPEST.time_cost + 1))
    service.store.accounts.set_password(HANDLE, old.hashed(PASSWORD), "test")
    for made in (1, 1):
        assert log_in(client).status_code == 303
        assert service.passwords.made == made
    with psycopg.connect(database) as connection:
        [(kept,)] = connection.execute("SELECT password_hash FROM account").fetchall()
    assert not service.passwords.outdated(kept)


def test_sessions_end_idle_and_absolutely(client: TestClient, service: LoginService) -> None:
    log_in(client)
    for _ in range(3):
        service.clock.pass_(minutes=29)
        assert client.get("/").status_code == 200
    service.clock.pass_(minutes=30)
    assert client.get("/").status_code == 303
    log_in(client)
    for _ in range(25):
        assert client.get("/").status_code == 200
        service.clock.pass_(minutes=29)
    assert client.get("/").status_code == 303, "12 hours are over"


def test_logout(client: TestClient, service: LoginService, database: str) -> None:
    log_in(client)
    secret = client.cookies[SESSION]
    assert client.post("/logout").headers["location"] == "/logout", "without a token it asks first"
    assert client.post("/logout", data={"csrf": token_on(client, "/logout")}).headers["location"] == "/login"
    assert SESSION not in client.cookies
    assert with_session(service, secret).get("/").status_code == 303
    assert logged(database, "login")[-1] == (HANDLE, HANDLE, "logout")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HTTP},
    ],
)
@pytest.mark.parametrize("path", ["/change", "/login", "/logout", "/account/sessions"])
def test_forms_of_other_sites_are_refused_even_with_the_token(
    client: TestClient, service: LoginService, path: str, headers: dict[str, str]
) -> None:
    log_in(client)
    token = token_on(client, "/login" if path == "/login" else "/")
    answer = client.post(path, data={"csrf": token, "handle": HANDLE, "password": PASSWORD}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert service.changes == []
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "æ"])
def test_a_missing_or_foreign_token_is_refused(client: TestClient, service: LoginService, token: str) -> None:
    log_in(client)
    assert client.post("/change", data={"csrf": token}).status_code == 403
    assert client.post("/v1/things", json={}, headers={HEADER: token} if token.isascii() else {}).status_code == 403
    assert client.post("/account/tokens", data={"csrf": token, "prefix": "x"}).status_code == 403
    assert service.changes == []
    mine = token_on(client, "/")
    log_in(client)
    assert client.post("/change", data={"csrf": mine}).status_code == 403, "of the session before"


def test_form_and_header_carry_the_token(client: TestClient, service: LoginService) -> None:
    log_in(client)
    token = token_on(client, "/")
    here = {"Sec-Fetch-Site": "same-origin"}
    assert client.post("/change", data={"csrf": token}, headers=here).status_code == 200
    assert client.post("/v1/things", json={"a": "b"}, headers={HEADER: token, "Origin": HTTP}).json() == {"a": "b"}
    assert service.changes == [HANDLE] * 2


def test_login_itself_needs_the_token_of_its_page(client: TestClient) -> None:
    answer = client.post("/login", data={"handle": HANDLE, "password": PASSWORD})
    assert answer.status_code == 403
    assert "Siden var for gammel" in answer.text
    assert SESSION not in client.cookies


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/alerts?alle=true", "/alerts?alle=true"),
        ("https://example.org/", "/"),
        ("//example.org", "/"),
        ("/\\example.org", "/"),
        ("/\t/example.org", "/"),
        ("/logout", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_a_login_leads_to_own_pages_only(client: TestClient, path: str, leads_to: str) -> None:
    assert log_in(client, next=path).headers["location"] == leads_to


def test_what_was_typed_is_not_shown_again(client: TestClient) -> None:
    page = log_in(client, "correct horse battery", "<script>").text
    assert "correct horse" not in page
    assert "<script>" not in page


def test_one_time_login_counts_once(client: TestClient, service: LoginService, database: str) -> None:
    code = one_time_login(service.store.accounts, HANDLE, now=service.clock.now, actor="test")
    for _ in range(2):
        page = client.get("/login", params={"code": code})
        assert f'name="code" value="{code}"' in page.text
    form = {"csrf": token_on(client, "/login"), "code": code}
    assert client.post("/login", data=form).status_code == 303
    client.cookies.clear()
    again = client.post("/login", data={"csrf": token_on(client, "/login"), "code": code})
    assert again.status_code == 403
    assert "brugt eller udløbet" in again.text
    assert [outcome for *_, outcome in logged(database, "login")] == ["one-time", "one-time login refused"]
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM one_time_login").fetchone() == (0,)


def test_one_time_login_ends_after_a_day_and_with_the_next(client: TestClient, service: LoginService) -> None:
    first, second = (
        one_time_login(service.store.accounts, HANDLE, now=service.clock.now, actor="test") for _ in range(2)
    )
    assert service.identity.log_in_once(first) is None
    service.clock.pass_(hours=24)
    assert service.identity.log_in_once(second) is None


def bearer(service: LoginService, *scopes: str) -> dict[str, str]:
    token = create_token(service.store.accounts, HANDLE, list(scopes), days=30, now=service.clock.now, actor="test")
    return {"Authorization": f"Bearer {token}"}


def test_a_token_reads_and_needs_no_form_token(client: TestClient, service: LoginService) -> None:
    reading, whole = bearer(service, "read"), bearer(service, "indre-noerrebro:planner")
    assert client.get("/v1/things", headers=reading).json() == {"by": HANDLE}
    assert client.get("/", headers=reading).status_code == 303
    assert client.post("/v1/things", json={}, headers=reading).status_code == 401
    assert client.post("/v1/things", json={}, headers=whole).status_code == 200
    assert client.get("/account", headers=whole).status_code == 303


def test_a_bad_bearer_is_nobody_even_beside_a_session(client: TestClient) -> None:
    log_in(client)
    for value in ("Bearer x", "Basic abc", "Bearer tk_aaaaaaaa_" + "a" * 43, ""):
        answer = client.get("/v1/things", headers={"Authorization": value})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_ends(client: TestClient, service: LoginService) -> None:
    by_time, by_hand, by_grant = (bearer(service, "indre-noerrebro:planner") for _ in range(3))
    prefix = by_hand["Authorization"].split("_")[1]
    service.store.accounts.revoke_token(prefix, now=service.clock.now, actor="test")
    assert client.get("/v1/things", headers=by_hand).status_code == 401
    service.store.accounts.revoke_grant(HANDLE, GRANT, "test")
    assert client.get("/v1/things", headers=by_grant).status_code == 401
    service.store.accounts.grant(HANDLE, GRANT, "test")
    assert client.get("/v1/things", headers=by_time).status_code == 200
    service.clock.now += timedelta(days=30)
    assert client.get("/v1/things", headers=by_time).status_code == 401


def test_own_account_page(client: TestClient, service: LoginService) -> None:
    other = TestClient(service.app, base_url=HTTP, follow_redirects=False)
    log_in(other)
    log_in(client)
    token = bearer(service, "read")["Authorization"].split("_")[1]
    page = client.get("/account").text
    assert f"tk_{token}_…" in page
    form = {"csrf": token_on(client, "/account")}
    assert client.post("/account/sessions", data=form).status_code == 303
    assert (client.get("/").status_code, other.get("/").status_code) == (200, 303)
    assert client.post("/account/tokens", data={**form, "prefix": token}).status_code == 303
    assert service.store.accounts.tokens(HANDLE)[0].revoked_at == service.clock.now


def test_another_accounts_token_is_not_mine_to_revoke(client: TestClient, service: LoginService) -> None:
    token = bearer(service, "read")["Authorization"].split("_")[1]
    service.add_account("analyse-1")
    log_in(client, "analyse-1")
    form = {"csrf": token_on(client, "/account"), "prefix": token}
    assert client.post("/account/tokens", data=form).status_code == 404
    assert service.store.accounts.tokens(HANDLE)[0].revoked_at is None


def test_disabling_ends_sessions_at_once(client: TestClient, service: LoginService) -> None:
    log_in(client)
    service.store.accounts.set_state(HANDLE, "disabled", "test")
    assert client.get("/").status_code == 303


def test_openid_accounts_have_the_grants_of_their_last_login(service: LoginService) -> None:
    from fastapi import Request, Response

    handle = "oidc-0123456789ab"
    for grants in ({GRANT, Grant("indre-noerrebro", Role.ANALYST)}, {GRANT}):
        request = Request({"type": "http", "method": "GET", "path": "/", "scheme": "https", "headers": []})
        answer = Response()
        service.identity.begin(request, answer, handle, frozenset(grants))
        cookie = answer.headers["set-cookie"].partition(";")[0]
        asking = Request(
            {"type": "http", "method": "GET", "path": "/", "scheme": "https", "headers": [(b"cookie", cookie.encode())]}
        )
        viewer = service.identity.identify(asking)
        assert viewer is not None
        assert (viewer.actor, viewer.grants) == (handle, grants)
    service.identity.end_all(handle)
    assert service.identity.identify(asking) is None
