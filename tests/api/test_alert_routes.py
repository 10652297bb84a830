import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import numpy as np
import psycopg
import pytest
from fastapi.testclient import TestClient

from api.alert_beside import beside_alert
from api.gate import Gate
from data.store import Store
from maps.watch_power import power_as_json
from models.alert import ALL
from models.beside_record import StatedPower, stated_as_text
from models.partnership import Partnership
from models.watch_beside import Rank
from models.watch_day import WatchInputs
from models.watch_record import record
from models.watch_threshold import WatchThreshold
from tests.alert_signal import DAY, SIGNAL, WITHIN
from tests.maps.test_alert_beside import BESIDE, POWER
from tests.maps.test_watch_power import stated
from tests.models.test_watch_day import FEW_YEARS

LASTING = replace(SIGNAL, last_on=DAY + timedelta(3))


@pytest.fixture
def numbers(store: Store, partnership: Partnership) -> list[int]:
    neighbour = partnership.areas.neighbours[0].id
    category = partnership.categories[0].id
    mine = replace(LASTING, neighbour=neighbour, category=category)
    signals = [mine, replace(mine, category=ALL), replace(mine, neighbour=partnership.areas.neighbours[1].id)]
    return store.alerts.record(partnership.id, [(signal, b'{"evidence": 1}') for signal in signals], "run")


@pytest.fixture
def client(analyst: TestClient) -> TestClient:
    return analyst


def test_the_list_in_pages_with_filters(client: TestClient, numbers: list[int]) -> None:
    first = client.get("/v1/alerts?limit=2").json()
    assert [alert["id"] for alert in first["alerts"]] == numbers[:0:-1]
    second = client.get(first["next"]).json()
    assert ([alert["id"] for alert in second["alerts"]], second["next"]) == (numbers[:1], None)
    assert len(client.get("/v1/alerts?status=new&status=closed&category=").json()["alerts"]) == 1
    assert client.get("/v1/alerts?status=closed").json() == {"alerts": [], "next": None}
    assert client.get("/v1/alerts?status=nonsense").status_code == 422
    assert client.get("/v1/alerts?after=-1").status_code == 422


def test_as_csv_and_as_geojson(client: TestClient, numbers: list[int], partnership: Partnership) -> None:
    answer = client.get("/v1/alerts?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["id"]) for row in rows] == numbers[::-1]
    assert rows[0]["onset"] == "2026-10-24"
    collection = client.get("/v1/alerts?format=geojson").json()
    assert {f["properties"]["neighbour"] for f in collection["features"]} == {
        area.id for area in partnership.areas.neighbours[:2]
    }
    assert {f["geometry"]["type"] for f in collection["features"]} <= {"Polygon", "MultiPolygon"}


def test_one_alert_its_evidence_and_its_history(client: TestClient, numbers: list[int]) -> None:
    answer = client.post(f"/v1/alerts/{numbers[0]}/steps", json={"action": "acknowledge"})
    assert answer.status_code == 200
    assert [event["action"] for event in answer.json()["history"]] == ["raise", "acknowledge"]
    assert client.get(f"/v1/alerts/{numbers[0]}").json()["status"] == "acknowledged"
    assert client.get(f"/v1/alerts/{numbers[0]}/evidence").json() == {"evidence": 1}
    assert client.get(f"/v1/alerts/{numbers[0]}/evidence?day=2020-01-01").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("{0}", {"action": "close"}, 409),
        ("{0}", {"action": "dismiss", "reason": "because of Hansen"}, 409),
        ("{0}", {"action": "explode"}, 422),
        ("999", {"action": "acknowledge"}, 404),
    ],
)
def test_steps_that_cannot_be_taken_are_problems(
    client: TestClient, numbers: list[int], path: str, body: dict[str, str], status: int
) -> None:
    answer = client.post(f"/v1/alerts/{path.format(numbers[0])}/steps", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_the_inbox_and_a_page_with_its_forms(client: TestClient, numbers: list[int], partnership: Partnership) -> None:
    inbox = client.get("/alerts").text
    assert inbox.count('class="alert open"') == 3
    assert "tilfældigt én gang pr. 14 måneder" in inbox
    page = client.get(f"/alerts/{numbers[0]}").text
    assert f"{partnership.areas.treated.name} −12, {partnership.areas.neighbours[0].name} +9" in page
    posted = client.post(f"/alerts/{numbers[0]}", data={"action": "dismiss", "reason": "known-event"})
    assert (posted.status_code, posted.headers["location"]) == (303, f"/alerts/{numbers[0]}")
    assert "afvist: en kendt begivenhed forklarer det" in client.get(f"/alerts/{numbers[0]}").text
    assert client.get("/alerts").text.count('class="alert open"') == 2
    assert f"/alerts/{numbers[0]}" in client.get("/alerts?alle=true").text


def test_a_form_that_comes_too_late_says_so_on_the_page(client: TestClient, numbers: list[int]) -> None:
    for data, said in (
        ({"action": "close"}, "this one is new"),
        ({"action": "x"}, "holds no step"),
        ({}, "holds no step"),
    ):
        answer = client.post(f"/alerts/{numbers[0]}", data=data)
        assert answer.status_code == 409
        assert said in answer.text


def test_forms_of_other_sites_change_nothing(client: TestClient, numbers: list[int]) -> None:
    answer = client.post(
        f"/alerts/{numbers[0]}", data={"action": "acknowledge"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert client.get(f"/v1/alerts/{numbers[0]}").json()["status"] == "new"


@pytest.fixture
def with_power(store: Store, partnership: Partnership) -> StatedPower:
    found = stated(partnership)
    store.alerts.keep_power(partnership.id, found.month, b"1" * 32, stated_as_text(found))
    return found


def test_what_the_watch_can_find(client: TestClient, with_power: StatedPower, partnership: Partnership) -> None:
    assert client.get("/v1/watch").json() == power_as_json(with_power, partnership)
    inbox = client.get("/alerts").text
    assert "Stilhed er intet bevis" in inbox
    assert "9–12 dage" in inbox
    assert 'href="/v1/watch"' in inbox


def test_the_last_month_is_the_one_that_is_told(
    client: TestClient, store: Store, with_power: StatedPower, partnership: Partnership
) -> None:
    for month, digest in ((date(2026, 11, 1), b"2"), (date(2026, 9, 1), b"3")):
        store.alerts.keep_power(partnership.id, month, digest * 32, stated_as_text(replace(with_power, month=month)))
    store.alerts.keep_power("other", date(2027, 1, 1), b"4" * 32, b"")
    assert client.get("/v1/watch").json()["month"] == "2026-11-01"
    assert store.alerts.power(b"3" * 32) == stated_as_text(replace(with_power, month=date(2026, 9, 1)))
    assert store.alerts.power(b"5" * 32) is None


def test_before_a_run_that_watched_nothing_is_claimed(client: TestClient) -> None:
    answer = client.get("/v1/watch")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "Hvad overvågningen kan finde" not in client.get("/alerts").text


def test_what_stands_beside_an_alert(client: TestClient, store: Store, partnership: Partnership) -> None:
    against = replace(BESIDE, in_time=Rank(57, 9))
    given = WatchInputs(("t", "n", "c"), 1, ("hash",), 20_000, np.ones((9, 3, 1)), partnership.watch, FEW_YEARS)
    nothing = np.zeros(1, dtype=np.int64)
    threshold = WatchThreshold(7.0, 2.0, np.ones(1), nothing, nothing)
    bodies = [
        record(given, threshold, LASTING, code="1", beside=against, power=POWER),
        record(given, threshold, LASTING, code="1"),
    ]
    signals = [replace(LASTING, neighbour=area.id) for area in partnership.areas.neighbours[:2]]
    new, old = store.alerts.record(partnership.id, list(zip(signals, bodies, strict=True)), "run")
    assert beside_alert(Gate(store, partnership), new) == (against, POWER)
    one = client.get(f"/v1/alerts/{new}").json()
    assert (one["beside"]["in_time"]["as_high"], one["power"]["days"]) == (9, {"median": 17, "most": 30})
    assert client.get(f"/v1/alerts/{old}").json()["beside"] is None
    assert "beside" not in client.get("/v1/alerts").json()["alerts"][0]


def test_the_feed_carries_no_figure_and_no_place(
    client: TestClient, numbers: list[int], partnership: Partnership
) -> None:
    text = client.get("/alerts.atom").text
    feed = ET.fromstring(text)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == len(numbers)
    assert not [area.name for area in partnership.areas.areas if area.name in text]
    assert "−" not in text


def test_with_no_alert_the_inbox_says_what_is_watched(client: TestClient) -> None:
    assert "Ingen alarmer at se på" in client.get("/alerts").text
    assert client.get("/v1/alerts?format=csv").text.splitlines() == ["id"]
    assert client.get("/alerts.atom").status_code == 200


def test_a_move_within_the_area_is_told_everywhere(
    client: TestClient, numbers: list[int], store: Store, partnership: Partnership
) -> None:
    hash_to_vold = replace(WITHIN, moved_to="category", from_stratum="hash", to_stratum="vold")
    shift, category = store.alerts.record(partnership.id, [(WITHIN, b"{}"), (hash_to_vold, b"{}")], "run")
    found = client.get("/v1/alerts?to=shift").json()["alerts"]
    assert [(alert["id"], alert["from_stratum"], alert["to_stratum"]) for alert in found] == [(shift, "aften", "nat")]
    line = "Indre Nørrebro, aften −12, nat +9, 10 dage; tilfældigt én gang pr. 14 måneder"
    assert found[0]["text"] == line
    assert [alert["id"] for alert in client.get("/v1/alerts?to=category").json()["alerts"]] == [category]
    assert len(client.get("/v1/alerts?to=neighbour").json()["alerts"]) == len(numbers)
    assert client.get("/v1/alerts?to=somewhere").status_code == 422
    rows = list(csv.DictReader(io.StringIO(client.get("/v1/alerts?format=csv&to=category").text)))
    assert [(row["moved_to"], row["from_stratum"], row["to_stratum"]) for row in rows] == [("category", "hash", "vold")]
    assert line in client.get("/alerts").text
    page = client.get(f"/alerts/{shift}").text
    assert "Aften 15-23 siden" in page
    assert "mindst 80 % inden for én vagt" in page
    assert "alle par af vagter regnet med" in page
    other = client.get(f"/alerts/{category}").text
    assert "fra Hash og narkotika til Vold og trusler i Indre Nørrebro" in other
    assert "inden for én vagt" not in other
    assert f"/alerts/{shift}" in client.get("/alerts.atom").text


def test_the_page_of_an_alert_is_logged_with_its_evidence(
    client: TestClient, numbers: list[int], database: str
) -> None:
    client.get(f"/alerts/{numbers[0]}")
    with psycopg.connect(database) as connection:
        subjects = connection.execute("SELECT subject FROM audit ORDER BY id").fetchall()
    looked_at = f"indre-noerrebro/latest/alerts/{numbers[0]}"
    # The weeks and what stands beside them are read one after the other.
    assert subjects == [(looked_at,), (f"{looked_at}/evidence",), (f"{looked_at}/evidence",)]
