import json
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from api.crossings import PRODUCT
from data.store import Product, RunRecord, Store
from maps.crossings import crossing_json
from models.partnership import Partnership
from tests.alert_signal import DAY, SIGNAL
from tests.demonstration import Loaded
from tests.models.test_crossing_support import crossing
from tests.viewers import client_of

COVERS = SIGNAL.onset_to + timedelta(28 + 7)


def keep_run(store: Store, partnership: Partnership, day: date, clusters: dict[str, Any] | None) -> None:
    body = json.dumps({} if clusters is None else {"clusters": clusters}).encode()
    record = RunRecord(day, partnership.calendar.start_of(day), "1.0", {}, str(day).encode().ljust(32))
    store.save_run(partnership, record, [Product(PRODUCT, "application/json", body, "etag")], "test")


def clusters(partnership: Partnership, since: date, *crossed: date) -> dict[str, Any]:
    found = [crossing_json(crossing(partnership, day), partnership) for day in crossed]
    return {"followed_from": str(since), "crossings": found}


@pytest.fixture
def number(store: Store, partnership: Partnership) -> int:
    return store.alerts.record(partnership.id, [(SIGNAL, b'{"evidence": 1}')], "run")[0]


def asked(store: Store, partnership: Partnership, number: int) -> tuple[dict[str, Any], str]:
    with client_of(store, partnership) as client:
        found: dict[str, Any] = client.get(f"/v1/alerts/{number}").json()["clusters"]
        return found, client.get(f"/alerts/{number}").text


def test_without_a_run_clusters_were_not_followed(store: Store, partnership: Partnership, number: int) -> None:
    found, page = asked(store, partnership, number)
    assert (found["followed"], found["supports"], found["crossings"]) == (False, False, [])
    assert "Klyngerne omkring begyndelsen er ikke fulgt" in page


def test_a_run_made_before_clusters_were_followed_says_nothing(
    store: Store, partnership: Partnership, number: int
) -> None:
    keep_run(store, partnership, COVERS, None)
    assert asked(store, partnership, number)[0]["followed"] is False


def test_the_first_run_that_saw_the_whole_onset_speaks(store: Store, partnership: Partnership, number: int) -> None:
    long_ago = SIGNAL.onset_from - timedelta(5)
    keep_run(store, partnership, DAY, clusters(partnership, long_ago))
    found, page = asked(store, partnership, number)
    assert (found["followed"], found["crossings"]) == (True, [])
    assert "Ingen klynge er set krydse grænsen til Skt. Hans Torv omkring begyndelsen." in page
    keep_run(store, partnership, COVERS, clusters(partnership, long_ago, SIGNAL.onset))
    keep_run(store, partnership, COVERS + timedelta(60), clusters(partnership, COVERS))
    found, page = asked(store, partnership, number)
    assert (found["followed"], [c["date"] for c in found["crossings"]]) == (True, [str(SIGNAL.onset)])
    assert "krydsede den 24. oktober 2026 grænsen til Skt. Hans Torv" in page
    assert "En lysere pil er en klynges vej over grænsen." in page


def test_a_run_that_saw_only_a_part_says_so(store: Store, partnership: Partnership, number: int) -> None:
    keep_run(store, partnership, COVERS, clusters(partnership, SIGNAL.onset_from + timedelta(1)))
    assert asked(store, partnership, number)[0]["followed"] is False


def test_each_consultation_is_logged(store: Store, partnership: Partnership, number: int, database: str) -> None:
    keep_run(store, partnership, DAY, clusters(partnership, SIGNAL.onset_from))
    asked(store, partnership, number)
    with psycopg.connect(database) as connection:
        subjects = connection.execute("SELECT subject FROM audit WHERE action = 'consultation'").fetchall()
    assert subjects.count((f"{partnership.id}/{DAY}/{PRODUCT}",)) == 2


def test_the_demonstration_follows_clusters_and_its_market_crosses_nothing(demo: Loaded) -> None:
    # It ends at Blågårds Plads and begins at Skt. Hans Torv: two clusters, each with an identity of its own.
    for run in demo.demonstration.runs:
        assert run.result.followed.crossings == ()
    last = demo.demonstration.runs[-1].result
    assert len(last.clusters) == len({cluster.id for cluster in last.clusters}) > 3
    (at_torv,) = [cluster for cluster in last.clusters if cluster.area == 1 and cluster.incidents >= 15]
    assert at_torv.since is not None
    before = {cluster.id: cluster for cluster in demo.demonstration.runs[-2].result.clusters}
    assert before[at_torv.id].since == at_torv.since
