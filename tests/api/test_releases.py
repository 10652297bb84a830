from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.gate import Gate, operator
from api.releasing import ReleaseRequest, make_release
from data.release_book import ReleaseStateError
from data.store import Store
from models.partnership import Partnership
from models.release_period import PeriodError, release_period
from models.release_state import ReleaseError
from tests.api.conftest import Command
from tests.incident_blocks import block_of, some_incidents
from tests.viewers import app_of, everybody

NOW = datetime(2026, 7, 20, 12, tzinfo=UTC)


@pytest.fixture
def gate(store: Store, partnership: Partnership) -> Gate:
    blocks = [block_of(some_incidents(partnership, 3000))]
    store.import_blocks(partnership, blocks, source="s", profile_version=1, synthetic=True, actor="ana")
    return Gate(store, partnership, operator("ana"))


@pytest.fixture
def client(gate: Gate) -> Iterator[TestClient]:
    with TestClient(
        app_of(gate.store, gate.partnership, everybody(gate.partnership)), follow_redirects=False
    ) as opened:
        yield opened


def made(gate: Gate, period: str = "2026-03", replaces: int | None = None) -> int:
    request = ReleaseRequest(release_period(period), replaces=replaces)
    return make_release(gate, request, now=NOW, addresses=()).id


def test_a_month_is_released_as_page_and_as_data(gate: Gate, client: TestClient) -> None:
    assert "Der er ingen udgivne tal endnu" in client.get("/maps/release").text
    number = made(gate)
    [listed] = client.get("/v1/releases").json()["releases"]
    assert (listed["id"], listed["period"], listed["audience"]) == (number, "2026-03", "partner")
    body = client.get(f"/v1/releases/{number}").json()["release"]
    figures = [x for row in body["figures"] for x in row]
    assert None in figures
    assert min(x for x in figures if x is not None) >= 5
    lines = client.get(f"/v1/releases/{number}?format=csv").text.splitlines()
    assert lines[0] == "period,area,category,count"
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["" if x is None else str(x) for x in figures]
    page = client.get("/maps/release").text
    assert "anmeldte hændelser i områderne i marts 2026" in page
    assert page.count("vises ikke") >= figures.count(None)
    assert client.get("/v1/releases/99").status_code == 404
    assert client.get("/maps/release?release=99").status_code == 404


def test_what_was_released_stays_when_reports_come_in(gate: Gate, partnership: Partnership) -> None:
    first = made(gate)
    late = block_of(some_incidents(partnership, 400, seed=2), names=[f"late {i}" for i in range(400)])
    gate.store.import_blocks(partnership, [late], source="s", profile_version=1, synthetic=True, actor="ana")
    with pytest.raises(ReleaseStateError, match="a correction replaces them"):
        made(gate)
    second = made(gate, replaces=first)
    old, new = gate.release(first), gate.release(second)
    assert (old.replaced_by, new.replaces) == (second, first)
    assert old.body != new.body


def test_what_cannot_be_released_is_refused(gate: Gate) -> None:
    for period in ("2026", "2026-07", "2027-01"):
        with pytest.raises(PeriodError, match="are not complete yet"):
            made(gate, period)
    number = made(gate)
    with pytest.raises(ReleaseError, match="a correction is about the same"):
        made(gate, "2026-02", replaces=number)
    assert gate.releases()[0].id == number


def test_the_commands(trygkort: Command, gate: Gate) -> None:
    number = made(gate)
    assert f"{number}  2026-03" in trygkort("release", "list").stdout
    assert trygkort("release", "show", number).stdout.startswith("period,area,category,count\n2026-03,")
    assert trygkort("release", "withdraw", number, "--reason", "we met Hansen").returncode == 2
    assert (
        trygkort("release", "withdraw", number, "--reason", "by-agreement").stdout == f"release {number} is withdrawn\n"
    )
    assert "(withdrawn: by-agreement)" in trygkort("release", "list").stdout
    refused = trygkort("release", "make", "2026-13")
    assert (refused.returncode, refused.stderr.startswith("trygkort: a period is a month such as")) == (2, True)
