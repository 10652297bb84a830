"""Every route, every role, several partnerships: who gets in, by the document of the interface and by the router."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount, WebSocketRoute

from api.access import FINEST, PRODUCTS, PURPOSE, RULES, Precision, Rule, allowed, as_table, is_page, rule_of
from api.gate import Gate, Look, PrecisionError
from api.guard import AccessError, require_rules, route_keys
from data.store import Product, RunRecord, Store
from maps.cluster_history_json import CLUSTER_HISTORY
from models.partnership import Partnership
from models.run_counts import RUN_COUNTS
from models.viewer import Role
from tests.alert_signal import DAY
from tests.viewers import app_of, as_viewer

# Routes that are there only where a provider of logins is set (tests/api/test_openid_routes.py).
OF_PROVIDER = {key for key in RULES if key[1].startswith("/login/openid")}
OWN_PATHS = ("/login", "/logout", "/account")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
DOCUMENT = Path(__file__).parents[2] / "docs" / "roles.md"


@pytest.fixture
def app(store: Store, partnership: Partnership) -> FastAPI:
    """On a store with a run whose products say only what they are."""
    products = [
        Product(name, "text/html; charset=utf-8" if name.endswith("html") else "application/json", b"{}", name)
        for name in PRODUCTS
        if name not in {RUN_COUNTS, "quality.json", CLUSTER_HISTORY}
    ]
    record = RunRecord(DAY, partnership.calendar.start_of(DAY), "1.0", {}, bytes(32))
    store.save_run(partnership, record, products, "test")
    return app_of(store, partnership)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


def every_route(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path from the document, and from the router what the document does not name."""
    document = app.openapi()["paths"]
    documented = {(method.upper(), path) for path, methods in document.items() for method in methods}
    routed = set(route_keys(app.routes))
    assert documented <= routed
    return sorted(documented | routed)


def address(path: str) -> str:
    """A real address of a path as the router has it."""
    return re.sub(r"\{\w+\}", "1", path) + ("/map.js" if path == "/static" else "")


def test_every_route_has_a_rule_and_every_rule_a_route(app: FastAPI) -> None:
    routes = {("GET" if method == "HEAD" else method, path) for method, path in every_route(app)}
    assert set(RULES) - OF_PROVIDER == routes


@pytest.mark.parametrize(("where", "role"), [*product(("here", "elsewhere"), Role), ("nowhere", None)])
def test_the_table_is_what_happens(
    client: TestClient, app: FastAPI, partnership: Partnership, role: Role | None, where: str
) -> None:
    """``nowhere`` is not logged in; ``elsewhere`` has the role in another partnership and none here."""
    place = partnership.id if where == "here" else "nord"
    headers = as_viewer(place, role) if role else {}
    for method, path in every_route(app):
        rule = RULES["GET" if method == "HEAD" else method, path]
        answer = client.request(method, address(path), headers=headers)
        may = rule.needs == "nothing" or (where == "here" and role in rule.released)
        may |= rule.needs == "login" and role is not None
        if path.startswith(OWN_PATHS) and may:
            # Without a session of the browser: a form that is too old, or a way to the login.
            assert answer.status_code in {200, 303, 403, 404, 422}, (method, path)
        elif may:
            # `/parole` leads on to the next sheet.
            expected = {303} if path == "/parole" else {200, 404, 409, 422}
            assert answer.status_code in expected, (method, path)
        elif role is None:
            assert answer.status_code == (303 if is_page(path) else 401), (method, path)
        else:
            assert answer.status_code == 403, (method, path)
        if not may and method != "HEAD":
            kind = "text/html; charset=utf-8" if role and is_page(path) else "application/problem+json"
            assert answer.headers.get("content-type", kind) == kind


def test_a_role_counts_in_its_partnership_alone(store: Store, client: TestClient, partnership: Partnership) -> None:
    other = app_of(store, replace(partnership, id="nord"))
    with TestClient(other) as at_other:
        here = as_viewer(partnership.id, Role.ANALYST)
        assert client.get("/v1/alerts", headers=here).status_code == 200
        assert at_other.get("/v1/alerts", headers=here).status_code == 403
        both = {"x-test-viewer": f"proeve-1 {partnership.id}:auditor nord:analyst"}
        assert client.get("/v1/alerts", headers=both).status_code == 403
        assert at_other.get("/v1/alerts", headers=both).status_code == 200


def test_nothing_goes_round(client: TestClient, partnership: Partnership) -> None:
    auditor = as_viewer(partnership.id, Role.AUDITOR)
    tag = client.get("/v1/cells", headers=as_viewer(partnership.id, Role.PLANNER)).headers["etag"]
    assert client.get("/v1/cells", headers={**auditor, "if-none-match": tag}).status_code == 403
    assert client.get("/v1/cells", headers={"if-none-match": tag}).status_code == 401
    for method in METHODS:
        assert client.request(method, "/v1/cells", headers=auditor).status_code in {403, 405}
    for path in (
        "/v1/cells/",
        "//v1/cells",
        "/v1//cells",
        "/V1/cells",
        "/static/../v1/cells",
        "/v1/cells%2F",
        "/v1%2Fcells",
    ):
        answer = client.get(path, headers=auditor)
        assert answer.status_code in {403, 404}, path
        assert client.get(path).status_code in {303, 401, 404}, path
    assert client.get("/v1/cells", headers={**auditor, "x-http-method-override": "OPTIONS"}).status_code == 403


def test_a_route_without_a_rule_stops_the_start(app: FastAPI, partnership: Partnership) -> None:
    app.add_api_route("/v1/everything", lambda: {"secret": 1})
    with pytest.raises(AccessError, match=r"GET /v1/everything has no rule in api/access\.py: nobody may use it"):
        require_rules(app.routes, partnership)


def test_a_route_without_a_rule_is_refused_while_running(
    app: FastAPI, client: TestClient, partnership: Partnership
) -> None:
    app.add_api_route("/v1/everything", lambda: {"secret": 1})
    app.add_api_route("/everything", lambda: {"secret": 1})
    app.mount("/more", FastAPI())
    analyst = as_viewer(partnership.id, *Role)
    for path in ("/v1/everything", "/everything", "/more/openapi.json"):
        assert client.get(path, headers=analyst).status_code == 403
        assert client.get(path).status_code in {303, 401}


@pytest.mark.parametrize("route", [Mount("/more", FastAPI()), WebSocketRoute("/live", lambda _: None)])
def test_no_kind_of_route_is_forgotten(app: FastAPI, partnership: Partnership, route: Mount | WebSocketRoute) -> None:
    app.routes.append(route)
    with pytest.raises(AccessError):
        require_rules(app.routes, partnership)


def test_no_rule_gives_a_role_more_than_it_may_see(
    app: FastAPI, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(p <= FINEST[role] for rule in RULES.values() for role, p in rule.released.items())
    monkeypatch.setitem(RULES, ("GET", "/v1/cells"), Rule({Role.PLANNER: Precision.CELLS11}))  # type: ignore[misc]
    with pytest.raises(AccessError, match="releases cells11 to the role planner, which may see cells10 at the finest"):
        require_rules(app.routes, partnership)


def test_a_map_finer_than_planners_may_see_stops_the_start(store: Store, partnership: Partnership) -> None:
    finer = replace(partnership, resolutions=replace(partnership.resolutions, map=11))
    with pytest.raises(AccessError, match="planners see cells of resolution 10 at the finest"):
        app_of(store, finer)


def test_steering_and_guests_see_released_figures_alone() -> None:
    for role in (Role.STEERING, Role.GUEST):
        seen = {path for (_, path), rule in RULES.items() if rule.released.get(role, Precision.NONE) > Precision.NONE}
        releases = {"/maps/release", "/v1/releases", "/v1/releases/{number}"}
        assert seen == releases | {"/reports", "/reports/{number}", "/reports/{number}.pdf"}


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/alerts", "/alerts"),
        ("/alerts/7", "/alerts/7"),
        ("/maps/daily?date=2026-11-02", "/maps/daily?date=2026-11-02"),
        ("http://testserver//elsewhere/alerts", "/"),
        ("/nothing", "/"),
    ],
)
def test_the_login_leads_back_to_our_own_pages_alone(client: TestClient, path: str, back: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    where = urlsplit(answer.headers["location"])
    assert (where.scheme, where.netloc, where.path) == ("", "", "/login")
    assert parse_qs(where.query) == {"next": [back]}


def test_data_without_a_login_ask_for_a_token(client: TestClient) -> None:
    answer = client.get("/v1/cells")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_refusal_is_logged_without_what_was_typed(
    client: TestClient, database: str, partnership: Partnership
) -> None:
    headers = as_viewer(partnership.id, Role.AUDITOR, handle="revision-1")
    client.get("/alerts/4711?who=somebody", headers=headers)
    with psycopg.connect(database) as connection:
        lines = connection.execute("SELECT actor, subject, outcome FROM audit ORDER BY id DESC LIMIT 1").fetchall()
    assert lines == [("revision-1", f"{partnership.id}/GET /alerts/{{number}}", "refused")]


def test_if_a_refusal_cannot_be_logged_nothing_is_said(
    client: TestClient, database: str, partnership: Partnership
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE audit RENAME TO audit_gone")
    assert client.get("/v1/alerts", headers=as_viewer(partnership.id, Role.AUDITOR)).status_code == 503
    assert client.get("/livez").status_code == 200


def test_changes_carry_who_made_them(client: TestClient, partnership: Partnership) -> None:
    headers = as_viewer(partnership.id, Role.ANALYST, handle="analyse-7")
    new = {"area": partnership.areas.treated.id, "kind": "lighting", "start": "2026-09-01"}
    assert client.post("/v1/efforts", json=new, headers=headers).json()["entered_by"] == "analyse-7"


def test_the_gate_holds_back_what_is_finer_than_the_look(store: Store, partnership: Partnership) -> None:
    planner = Look("vagtplan-1", Role.PLANNER, "patrol-planning", Precision.CELLS10, "planner:vagtplan-1")
    for name in ("displacement.json", "quality.html", "something.else"):
        with pytest.raises(PrecisionError):
            Gate(store, partnership, planner).product(name, None)


@pytest.mark.parametrize(
    ("roles", "used", "purpose"),
    [
        ([Role.ANALYST, Role.PLANNER], Role.PLANNER, "patrol-planning"),
        ([Role.ANALYST, Role.ADMIN], Role.ANALYST, "analysis"),
        ([Role.ADMIN], None, None),
    ],
)
def test_the_role_used_is_the_first_of_the_rule(roles: list[Role], used: Role | None, purpose: str | None) -> None:
    rule = rule_of("HEAD", "/maps/daily")
    assert rule is not None
    assert rule.role_used(roles) == used
    if used:
        assert rule.purpose_of(used) == purpose == PURPOSE[used]


def test_the_menu_and_the_rules_agree() -> None:
    assert allowed("GET", "/maps/daily", [Role.PLANNER])
    assert not allowed("GET", "/alerts", [Role.PLANNER])
    assert allowed("POST", "/logout", [])
    assert not allowed("GET", "/unknown", list(Role))


def test_the_document_of_roles_is_the_table() -> None:
    assert as_table() in DOCUMENT.read_text(encoding="utf-8"), "docs/roles.md is not what python -m api.access prints"
