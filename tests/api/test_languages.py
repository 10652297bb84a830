"""The language of pages: Danish, or English where the browser has chosen it; every way leads back to where one was."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.languages import COOKIE
from data.store import Product, RunRecord, Store
from models.partnership import Partnership
from models.viewer import Role
from tests.alert_signal import DAY
from tests.viewers import app_of, client_of

EARLIER = DAY.replace(day=1)


@pytest.fixture
def planner(store: Store, partnership: Partnership) -> Iterator[TestClient]:
    """Of two runs the earlier has its page in Danish alone, as those made before there was English."""
    for day, names in ((EARLIER, ("daily.html",)), (DAY, ("daily.html", "daily.en.html"))):
        products = [
            Product(name, "text/html; charset=utf-8", f"<h1>{name}</h1><!--menu daily-->".encode(), name)
            for name in names
        ]
        record = RunRecord(day, partnership.calendar.start_of(day), "1.0", {}, bytes(32))
        store.save_run(partnership, record, products, "test")
    with client_of(store, partnership, (Role.PLANNER,), follow_redirects=False) as client:
        yield client


def test_the_menu_leads_to_the_other_language_and_back(planner: TestClient) -> None:
    page = f"/maps/daily?date={DAY}"
    danish = planner.get(page)
    assert danish.text.startswith("<h1>daily.html</h1>")
    way = f"/language/en?next=/maps/daily%3Fdate%3D{DAY}"
    assert f'<a class="language" href="{way}" hreflang="en" lang="en">English</a>' in danish.text
    chosen = planner.get(way)
    assert (chosen.status_code, chosen.headers["location"]) == (303, page)
    assert "HttpOnly" in chosen.headers["set-cookie"]
    english = planner.get(page)
    assert english.text.startswith("<h1>daily.en.html</h1>")
    assert "Log out" in english.text
    assert "shift planner" in english.text
    assert 'lang="da">Dansk</a>' in english.text
    assert english.headers["etag"] != danish.headers["etag"]
    planner.get(f"/language/da?next={page}")
    assert planner.get(page).text == danish.text


def test_a_page_that_is_in_danish_alone_is_shown_in_danish(planner: TestClient) -> None:
    planner.cookies.set(COOKIE, "en")
    assert planner.get(f"/maps/daily?date={EARLIER}").text.startswith("<h1>daily.html</h1>")
    assert planner.get("/maps/daily").text.startswith("<h1>daily.en.html</h1>")


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [("/alerts?status=new", "/alerts?status=new"), ("//example.org", "/"), ("https://example.org", "/")],
)
def test_it_leads_nowhere_else(planner: TestClient, asked: str, leads_to: str) -> None:
    assert planner.get("/language/en", params={"next": asked}).headers["location"] == leads_to


def test_other_languages_there_are_none(planner: TestClient) -> None:
    assert planner.get("/language/sv").status_code == 422
    planner.cookies.set(COOKIE, "sv")
    assert planner.get("/maps/daily").text.startswith("<h1>daily.html</h1>")


def test_the_login_is_in_english_too(store: Store, partnership: Partnership) -> None:
    with TestClient(app_of(store, partnership), follow_redirects=False) as nobody:
        way = "/language/en?next=/login"
        assert f'href="{way}"' in nobody.get("/login").text
        assert nobody.get(way).headers["location"] == "/login"
        page = nobody.get("/login").text
        assert '<html lang="en">' in page
        assert "<h1>Log in</h1>" in page
