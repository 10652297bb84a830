import gzip
import json
from collections.abc import Iterator

import psycopg
import pytest
from fastapi.testclient import TestClient

from api.app import DATA
from api.app import PAGES as MAP_PAGES
from api.prepared import gzipped
from data.store import Store
from models.partnership import Partnership
from tests.demonstration import Loaded
from tests.viewers import client_of

PAGES = ("/", *MAP_PAGES)
PURPOSE = "Stedbaseret. Må ikke bruges til vurdering af enkeltpersoner eller som mistankegrundlag."


@pytest.fixture
def client(demo: Loaded, partnership: Partnership) -> Iterator[TestClient]:
    with client_of(demo.store, partnership) as opened:
        yield opened


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_it_is_for_and_that_its_data_are_invented(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert PURPOSE in answer.text
    assert "SYNTETISKE DATA" in answer.text
    assert '<html lang="da"' in answer.text


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_prepared_bytes_have_a_strong_tag_per_encoding(client: TestClient, path: str) -> None:
    plain = client.get(path, headers={"accept-encoding": "identity"})
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content  # the client unpacks
    assert plain.headers["etag"] != packed.headers["etag"]
    for tag, encoding in ((plain.headers["etag"], "identity"), (packed.headers["etag"], "gzip")):
        assert not tag.startswith("W/")
        again = client.get(path, headers={"if-none-match": f'"other", {tag}', "accept-encoding": encoding})
        assert (again.status_code, again.content) == (304, b"")
    head = client.head(path, headers={"accept-encoding": "identity"})
    assert (head.status_code, head.headers["etag"]) == (200, plain.headers["etag"])


def test_cells_are_rfc_7946_with_the_numbers_of_the_run(client: TestClient, demo: Loaded) -> None:
    answer = client.get("/v1/cells")
    assert answer.headers["content-type"] == "application/geo+json"
    cells = answer.json()
    result = demo.demonstration.runs[-1].result
    assert cells["date"] == result.date.isoformat()
    assert len(cells["features"]) == len(result.cells.cell)
    expected = sum(
        value for f in cells["features"] for s in f["properties"]["expected"].values() for value in s.values()
    )
    assert expected == pytest.approx(result.cells.expected.sum(), rel=0.01)
    lon, lat = cells["features"][0]["geometry"]["coordinates"][0][0]
    assert 12 < lon < 13
    assert 55 < lat < 56


def test_comparisons_name_the_planted_displacement(client: TestClient) -> None:
    rows = client.get("/v1/displacement").json()["comparisons"]
    claimed = [row for row in rows if row["claim"]]
    assert {row["neighbour"] for row in claimed} == {"sankt-hans-torv"}
    assert any("Skt. Hans Torv +" in row["text"] for row in claimed)


def test_no_small_number_is_in_the_trends(client: TestClient) -> None:
    rows = client.get("/v1/trends").json()["trends"]
    shown = [row for row in rows if row["after"] is not None]
    hidden = [row for row in rows if row["after"] is None]
    assert shown
    assert hidden
    assert all(min(row["before"], row["after"]) >= 5 for row in shown)
    assert all(row["ratio"] is None and row["trend"] is None for row in hidden)


def test_quality_has_the_figures_of_the_import(client: TestClient, demo: Loaded) -> None:
    quality = client.get("/v1/quality").json()
    read = demo.demonstration.report.counts.read
    first = quality["imports"][-1]
    assert (first["source"], first["accepted"], first["created"], first["rejected"]) == ("demo", read, read, None)
    assert sum(row["incidents"] for row in quality["geocoding"]) == quality["incidents"]
    assert quality["rejects"] == []
    assert quality["delays"]["report"]["median_s"] > 0
    assert quality["delays"]["import"] is None  # all of it was loaded at once, as history
    shown = [row[name] for row in quality["areas"] for name in ("incidents", "edge") if row[name] is not None]
    assert shown
    assert min(shown) >= 5


def test_an_earlier_date_is_another_page_and_an_unknown_one_a_problem(client: TestClient, demo: Loaded) -> None:
    first = demo.demonstration.runs[0].result.date
    assert client.get(f"/v1/cells?date={first}").json()["date"] == first.isoformat()
    missing = client.get("/maps/daily?date=2001-01-01")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.json()["detail"] == "there is no run for 2001-01-01; make one with: trygkort daily"
    assert [run["run_date"] for run in client.get("/v1/runs").json()][-1] == first.isoformat()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/maps/daily?date=31-02-2026", 422), ("/v1/runs?limit=0", 422), ("/nothing", 404), ("/static/none.js", 404)],
)
def test_errors_are_problems_that_repeat_nothing_of_the_request(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "31-02-2026" not in answer.text


def test_products_can_only_be_read(client: TestClient) -> None:
    for path in (*PAGES, *DATA):
        assert client.post(path).status_code == 405
        assert client.delete(path).headers["content-type"] == "application/problem+json"


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/v1/cells", "/nothing", "/livez", "/static/leaflet.js"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_health(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_every_consultation_is_logged(client: TestClient, demo: Loaded) -> None:
    client.get("/v1/displacement")
    client.get("/maps/trend?date=2001-01-01")
    with psycopg.connect(demo.database) as connection:
        lines = connection.execute(
            "SELECT actor, action, subject, outcome FROM audit ORDER BY id DESC LIMIT 2"
        ).fetchall()
    assert lines == [
        ("proeve-1", "consultation", "indre-noerrebro/2001-01-01/trend.html", "not found"),
        ("proeve-1", "consultation", "indre-noerrebro/2026-11-02/displacement.json", "released"),
    ]


def test_if_the_log_cannot_be_written_nothing_leaves(store: Store, database: str, partnership: Partnership) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE audit RENAME TO audit_gone")
    with client_of(store, partnership) as client:
        answer = client.get("/v1/cells")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


def test_before_the_first_run_the_service_says_so(store: Store, partnership: Partnership) -> None:
    with client_of(store, partnership) as client:
        answer = client.get("/")
        assert client.get("/readyz").status_code == 200
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no run yet; make one with: trygkort daily"


def test_the_document_of_the_interface_names_every_route(client: TestClient) -> None:
    paths = set(client.get("/openapi.json").json()["paths"])
    steps = {"/v1/alerts", "/v1/alerts/{number}", "/v1/alerts/{number}/evidence", "/v1/alerts/{number}/steps"}
    pages = {"/alerts", "/alerts/{number}", "/alerts.atom"}
    efforts = {"/v1/efforts", "/v1/efforts/{number}", "/v1/efforts/{number}/steps", "/efforts", "/efforts/{number}"}
    more = {
        "/audit",
        "/v1/audit",
        "/maps/release",
        "/reports",
        "/reports/{number}",
        "/reports/{number}.pdf",
        "/basemap/{z}/{x}/{y}",
        "/v1/releases",
        "/v1/releases/{number}",
    }
    plans = {"/plans", "/v1/plans/{day}/{shift}", "/v1/plans/{number}/steps", "/v1/plans/{number}/visits"}
    parole = {"/parole", "/parole/{day}/{shift}", "/parole/{day}/{shift}.{form}"}
    rules = {"/v1/plan-rules", "/v1/plan-rules/{number}/lift"}
    logins = {"/login", "/logout", "/account", "/account/sessions", "/account/tokens"}
    desk = {"/desk", "/desk/questions", "/desk/questions/{number}", "/explore", "/v1/explore.{form}"}
    known = {*desk, *PAGES, *DATA, *steps, *pages, *efforts, *more, *plans, *parole, *rules, *logins}
    assert paths == known | {"/", "/language/{language}", "/v1/runs", "/v1/watch", "/livez", "/readyz"}


def test_what_is_packed_in_three_parts_is_one_stream_and_the_same_every_time() -> None:
    head, menu, tail = b"<h1>" * 900, "Log ud æøå".encode(), json.dumps(list(range(1000))).encode()
    packed = gzipped(head, menu, tail)
    assert gzip.decompress(packed) == head + menu + tail
    assert packed == gzipped(head, menu, tail)
    assert gzip.decompress(gzipped(b"", b"", tail)) == tail
