from datetime import timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from data.store import Store
from models.partnership import Partnership
from tests.effort_example import START, counts_of, keep_run


@pytest.fixture
def client(analyst: TestClient) -> TestClient:
    return analyst


@pytest.fixture
def new(partnership: Partnership) -> dict[str, object]:
    return {
        "area": partnership.areas.treated.id,
        "kind": "presence",
        "start": str(START),
        "categories": [partnership.categories[0].id],
    }


def test_an_effort_is_entered_and_evaluated_at_once(
    client: TestClient, new: dict[str, object], store: Store, partnership: Partnership
) -> None:
    answer = client.post("/v1/efforts", json=new)
    assert (answer.status_code, answer.json()["result"]) == (201, None)
    keep_run(store, partnership, counts_of(partnership, left=0.2))
    found = client.get("/v1/efforts/1").json()
    assert (found["result"]["class"], found["entered_by"]) == ("fald", "proeve-1")
    assert [event["action"] for event in found["history"]] == ["add"]
    # Another in one of the controls leaves the other control alone.
    client.post("/v1/efforts", json={**new, "area": partnership.areas.controls[0].id})
    assert (
        len(client.get("/v1/efforts/1").json()["result"]["evaluation"]["controls"])
        == len(partnership.areas.controls) - 1
    )


def test_the_list_in_pages_with_filters(client: TestClient, new: dict[str, object]) -> None:
    for i, kind in enumerate(("presence", "zone", "lighting")):
        client.post("/v1/efforts", json={**new, "kind": kind, "start": str(START + timedelta(i))})
    first = client.get("/v1/efforts?limit=2")
    assert [effort["id"] for effort in first.json()["efforts"]] == [3, 2]
    assert 'rel="next"' in first.headers["link"]
    second = client.get(first.json()["next"]).json()
    assert ([effort["id"] for effort in second["efforts"]], second["next"]) == ([1], None)
    assert [e["id"] for e in client.get("/v1/efforts?kind=zone").json()["efforts"]] == [2]
    assert client.get("/v1/efforts?area=elsewhere").json()["efforts"] == []
    client.post("/v1/efforts/2/steps", json={"action": "withdraw"})
    assert [e["id"] for e in client.get("/v1/efforts").json()["efforts"]] == [3, 1]
    assert len(client.get("/v1/efforts?withdrawn=true").json()["efforts"]) == 3
    assert client.get("/v1/efforts?kind=nonsense").status_code == 422


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        ("/v1/efforts", {"area": "elsewhere"}, 422),
        ("/v1/efforts", {"kind": "we spoke with Hansen"}, 422),
        ("/v1/efforts", {"categories": ["free text"]}, 422),
        ("/v1/efforts", {"stop": str(START)}, 422),
        ("/v1/efforts", {}, 409),
        ("/v1/efforts/1/steps", {"action": "end"}, 422),
        ("/v1/efforts/1/steps", {"action": "end", "stop": "2020-01-01"}, 422),
        ("/v1/efforts/1/steps", {"action": "explode"}, 422),
        ("/v1/efforts/9/steps", {"action": "withdraw"}, 404),
    ],
)
def test_what_cannot_be_is_a_problem(
    client: TestClient, new: dict[str, object], path: str, change: dict[str, object], status: int
) -> None:
    client.post("/v1/efforts", json=new)
    answer = client.post(path, json={**new, **change})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert len(client.get("/v1/efforts/1").json()["history"]) == 1


def test_the_forms_of_the_pages(client: TestClient, new: dict[str, object], partnership: Partnership) -> None:
    form = {"area": str(new["area"]), "kind": "lighting", "first": "2026-09-01", "last": "2026-09-30"}
    posted = client.post("/efforts", data={**form, "category-hash": "1", "category-uro": "1"})
    assert (posted.status_code, posted.headers["location"]) == (303, "/efforts/1")
    found = client.get("/v1/efforts/1").json()
    assert (found["stop"], found["categories"]) == ("2026-10-01", ["hash", "uro"])
    assert "Belysning, Indre Nørrebro, hash og narkotika / uro og utryghed" in client.get("/efforts").text
    page = client.get("/efforts/1").text
    assert "1.–30. september 2026" in page
    assert "Der er endnu ingen kørsel at vurdere ud fra" in page
    assert client.post("/efforts/1", data={"action": "end", "last": "2026-09-10"}).status_code == 303
    assert client.get("/v1/efforts/1").json()["stop"] == "2026-09-11"
    assert client.post("/efforts/1", data={"action": "withdraw"}).status_code == 303
    assert "trukket tilbage" in client.get("/efforts/1").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"area": ""}, "Udfyld område, slags og første dag."),
        ({"first": "i går"}, "Udfyld område, slags og første dag."),
        ({"kind": "other"}, "Vælg en slags indsats fra listen."),
        ({"last": "2026-08-01"}, "Sidste dag kan ikke ligge før den første."),
        ({"category-<b>": "1"}, "Vælg kategorier fra listen."),
    ],
)
def test_a_form_that_cannot_be_kept_says_why_and_stays_filled_in(
    client: TestClient, new: dict[str, object], change: dict[str, str], said: str
) -> None:
    form = {"area": str(new["area"]), "kind": "lighting", "first": "2026-09-01", "last": ""}
    answer = client.post("/efforts", data={**form, **change})
    assert answer.status_code == 409
    assert said in answer.text
    assert client.get("/v1/efforts").json()["efforts"] == []


def test_steps_that_come_too_late_say_so_on_the_page(client: TestClient, new: dict[str, object]) -> None:
    client.post("/v1/efforts", json=new)
    for data, said in (
        ({"action": "end", "last": "2020-01-01"}, "Sidste dag kan ikke ligge før den første."),
        ({}, "Udfyld"),
    ):
        answer = client.post("/efforts/1", data=data)
        assert answer.status_code == 409
        assert said in answer.text
    client.post("/efforts/1", data={"action": "withdraw"})
    assert "Indsatsen er trukket tilbage." in client.post("/efforts/1", data={"action": "withdraw"}).text
    assert (
        client.get("/efforts/9").status_code
        == client.post("/efforts/9", data={"action": "withdraw"}).status_code
        == 404
    )


def test_forms_of_other_sites_change_nothing(client: TestClient, new: dict[str, object]) -> None:
    client.post("/v1/efforts", json=new)
    for path, data in (("/efforts", {"area": "x"}), ("/efforts/1", {"action": "withdraw"})):
        assert client.post(path, data=data, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/v1/efforts/1").json()["withdrawn"] is False


def test_the_page_with_its_evaluation(
    client: TestClient, new: dict[str, object], store: Store, partnership: Partnership
) -> None:
    keep_run(store, partnership, counts_of(partnership, left=0.2))
    client.post("/v1/efforts", json=new)
    page = client.get("/efforts/1").text
    assert "Fald i hash og narkotika i Indre Nørrebro" in page
    assert page.count('<img class="chart"') == 2


def test_every_look_and_change_is_logged(client: TestClient, new: dict[str, object], database: str) -> None:
    client.post("/v1/efforts", json=new)
    client.get("/efforts")
    client.post("/efforts/1", data={"action": "withdraw"})
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT action, subject, outcome FROM audit ORDER BY id").fetchall()
    assert ("effort", "indre-noerrebro/1", "add") in rows
    assert ("consultation", "indre-noerrebro/latest/efforts", "released") in rows
    assert ("effort", "indre-noerrebro/1", "withdraw") in rows


def test_the_counts_themselves_have_no_route(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if "counts" in path]
