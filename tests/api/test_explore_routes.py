"""The desk and the explore page over HTTP: the address is the whole question, and what cannot be answered is said."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store import Store
from models.partnership import Partnership
from models.viewer import Role
from tests.demonstration import Loaded
from tests.viewers import as_viewer, client_of

WHOLE = "from=2026-08-10&to=2026-10-31&compare_from=2025-08-11&compare_to=2025-11-01&resolution=10"


@pytest.fixture(scope="module")
def client(demo: Loaded, partnership: Partnership) -> Iterator[TestClient]:
    with client_of(demo.store, partnership, follow_redirects=False) as opened:
        yield opened


def test_without_dates_the_address_becomes_whole(client: TestClient) -> None:
    answer = client.get("/explore?category=hash&cell=")
    assert answer.status_code == 303
    query = dict(parse_qsl(answer.headers["location"].partition("?")[2]))
    assert set(query) == {"from", "to", "compare_from", "compare_to", "resolution", "category"}
    assert query["to"] == "2026-10-29"
    assert client.get(answer.headers["location"]).status_code == 200


def test_the_same_address_shows_the_same(client: TestClient, partnership: Partnership) -> None:
    mine = client.get(f"/explore?{WHOLE}&category=hash")
    other = as_viewer(partnership.id, Role.ANALYST, handle="analyse-9")
    theirs = client.get(f"/explore?{WHOLE}&category=hash", headers=other)
    assert mine.text.partition("<main")[2] == theirs.text.partition("<main")[2]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-13-01&to=2026-12-01", "&#39;from&#39; skal være en dato som 2026-11-23."),
        ("from=2026-12-01", "En periode har både en første dag (from) og en sidste (to)."),
        ("from=2026-12-01&to=2026-11-01", "Den sidste dag (to) ligger før den første (from)."),
        ("from=2020-01-01&to=2026-11-01", "En periode kan højst være 1830 dage."),
        ("from=0001-01-01&to=0001-01-02", "&#39;from&#39; skal være en dag mellem 1980 og 2199."),
        ("from=2026-01-01&to=2026-02-01&compare_from=2026-02-01&compare_to=2026-02-03", "overlapper"),
        ("area=nord", "&#39;area&#39; kan kun være indre-noerrebro"),
        ("weekday=8", "&#39;weekday&#39; kan kun være 1, 2, 3, 4, 5, 6, 7."),
        ("basis=gossip", "&#39;basis&#39; kan kun være reported, observed."),
        ("resolution=12", "&#39;resolution&#39; kan kun være 9, 10, 11."),
        ("cell=hello", "&#39;cell&#39; skal være en H3-celle"),
        ("cell=8a1f05835017fff&resolution=11", "&#39;cell&#39; skal være en"),
        ("areas=indre-noerrebro", "Filtrene kan kun være area, category"),
        ("from=2026-01-01&from=2026-01-02&to=2026-02-01", "må kun stå én gang"),
    ],
)
def test_filters_that_cannot_be_used_are_said(client: TestClient, query: str, sentence: str) -> None:
    page = client.get(f"/explore?{query}")
    assert page.status_code == 422
    assert sentence in page.text
    data = client.get(f"/v1/explore.csv?{query}")
    assert (data.status_code, data.headers["content-type"]) == (422, "application/problem+json")
    assert sentence.replace("&#39;", "'") in data.json()["detail"]


NAMES = ["from", "to", "compare_from", "compare_to", "resolution", "cell", "area", "weekday", "shift", "basis", "x"]
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["2026-01-01", "2026-03-29", "9", "1", "nat", "8a1f05835017fff", "-1", "1e9", "٣"]),
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6))
def test_no_address_is_a_failure(client: TestClient, pairs: list[tuple[str, str]]) -> None:
    for path in ("/explore", "/v1/explore.csv"):
        assert client.get(path, params=pairs).status_code in {200, 303, 422}  # type: ignore[arg-type]  # pairs too


def test_a_period_outside_the_data_is_said(client: TestClient) -> None:
    text = client.get(
        "/explore?from=2019-01-01&to=2019-03-01&compare_from=2018-01-01&compare_to=2018-03-01&resolution=9"
    )
    assert "Perioden ligger helt uden for data" in text.text
    assert "kan ikke sammenlignes" in text.text


def test_incomplete_days_are_said_and_not_compared(client: TestClient) -> None:
    text = client.get(f"/explore?{WHOLE}").text
    assert "har 2 dage, som ikke er færdiganmeldt" in text
    assert "10. august – 29. oktober 2026 (81 dage)" in text
    assert "ufuldstændig" in text


def test_without_a_run_that_is_said(store: Store, partnership: Partnership) -> None:
    with client_of(store, partnership, follow_redirects=False) as client:
        assert "Der er ingen data endnu" in client.get("/explore").text
        assert "Der er ingen kørsel endnu" in client.get("/desk").text


def test_the_desk_shows_quality_then_alerts_then_questions(client: TestClient) -> None:
    text = client.get("/desk").text
    parts = [text.index(title) for title in ("Kan data bruges i dag?", "Alarmer, nogen skal se på", "Mine spørgsmål")]
    assert parts == sorted(parts)
    assert "25.643 rækker læst" in text
    assert 'href="/alerts/' in text
    assert 'href="/maps/quality"' in text


def test_questions_are_saved_listed_opened_and_deleted(client: TestClient, partnership: Partnership) -> None:
    kept = client.post("/desk/questions", data={"filters": f"{WHOLE}&category=hash", "subject": "meeting"})
    assert (kept.status_code, kept.headers["location"]) == (303, "/desk")
    text = client.get("/desk").text
    title = "Hash og narkotika · alle områder · 10. august – 31. oktober 2026 mod 11. august – 1. november 2025"
    assert title in text
    assert "Til et møde" in text
    assert f'href="/explore?{WHOLE.replace("&", "&amp;")}&amp;category=hash"' in text
    number = text.partition('action="/desk/questions/')[2].partition('"')[0]
    other = as_viewer(partnership.id, Role.ANALYST, handle="analyse-9")
    assert title not in client.get("/desk", headers=other).text
    assert client.post(f"/desk/questions/{number}", headers=other).status_code == 404
    assert client.post(f"/desk/questions/{number}").status_code == 303
    assert title not in client.get("/desk").text


@pytest.mark.parametrize(
    "form",
    [
        {"filters": f"{WHOLE}&note=Hans+Hansen", "subject": "meeting"},
        {"filters": WHOLE, "subject": "Hans Hansen"},
        {"filters": f"{WHOLE}&area=Hans", "subject": "alert"},
    ],
)
def test_no_text_of_anybody_can_be_kept(client: TestClient, form: dict[str, str]) -> None:
    answer = client.post("/desk/questions", data=form)
    assert answer.status_code == 409
    assert "Spørgsmålet blev ikke gemt" in answer.text
    assert "Hans" not in answer.text.replace("Sankt Hans", "").replace("Skt. Hans", "")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
def test_the_desk_is_for_analysts(client: TestClient, partnership: Partnership, role: Role) -> None:
    headers = as_viewer(partnership.id, role)
    for path in ("/desk", "/explore", f"/v1/explore.gpkg?{WHOLE}"):
        assert client.get(path, headers=headers).status_code == 403
    menu = client.get("/", headers=headers).text
    assert "Udforsk" not in menu
    assert "Skrivebord" not in menu
