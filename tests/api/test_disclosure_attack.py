"""The steering group as the attacker: everything it may ask for over HTTP, put together and solved."""

import csv
import io
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.access import RULES
from api.gate import Gate, operator
from api.releasing import ReleaseRequest, make_release
from api.reporting import ReportRequest, publish_report
from data.store import Store
from geo.areas import AreaSet
from maps.report import report_part
from models.partnership import Partnership
from models.release_period import release_period
from models.release_table import TableKind
from models.report_body import CitedRelease, ReportSources, report_body
from models.viewer import Role
from tests.api.test_fail_closed import RELEASED_AT
from tests.disclosure_attacker import Attacker, Body
from tests.incident_blocks import block_of, some_incidents
from tests.release_example import Archive, exposed
from tests.viewers import client_of

PERIODS: list[tuple[str, TableKind]] = [
    ("2026-02", "areas"), ("2026-03", "areas"), ("2026-05", "areas"), ("2026-H1", "areas"), ("2026-H1", "cells"),
]  # fmt: skip
SHOWN = re.compile(r'<td class="num">(.*?)</td>', re.DOTALL)
CITED = re.compile(r"Bygger på udgivelse ([\d, ]+);")
TAG = re.compile(r"<[^>]*>")


@pytest.fixture
def small(partnership: Partnership) -> Partnership:
    """The partnership with a few areas and categories, so that an attack takes a moment."""
    treated, neighbour = partnership.areas.treated, partnership.areas.neighbours[0]
    areas = AreaSet((treated, neighbour), partnership.areas.metric_crs, partnership.areas.attribution)
    return replace(partnership, areas=areas, categories=partnership.categories[:2])


def taken_in(store: Store, small: Partnership, seed: int, incidents: int) -> Gate:
    """A gate on a source of ``incidents`` of its own: generated, as every seed has them."""
    found = some_incidents(small, incidents, seed=seed)
    inside = np.flatnonzero(found.area >= 0)
    # Some come after the half-year, so that its last days count as reported.
    for times in (found.from_s, found.to_s, found.known_s):
        times[inside[-12:]] = int((RELEASED_AT - timedelta(days=4)).timestamp()) + 7200 * np.arange(12)
    names = [f"{seed}/{i}" for i in range(len(inside))]
    blocks = [block_of(found.take(inside), names=names)]
    store.import_blocks(small, blocks, source="s", profile_version=1, synthetic=True, actor="ana")
    return Gate(store, small, operator("ana"))


def seen_by_steering(client: TestClient, small: Partnership) -> list[Body]:
    """The figures of every exit that is open to the role; other forms of them show nothing else."""
    for (method, path), rule in RULES.items():
        if method == "GET" and rule.released.get(Role.STEERING) is None and rule.needs == "role":
            assert client.get(re.sub(r"\{\w+\}", "1", path)).status_code == 403, path
    listed = client.get("/v1/releases").json()["releases"]
    assert all(one.keys().isdisjoint({"figures", "cells"}) for one in listed)
    bodies = {one["id"]: client.get(f"/v1/releases/{one['id']}").json()["release"] for one in listed}
    known = {str(x) for body in bodies.values() for x in shown(body)} - {"None"}
    for number, body in bodies.items():
        lines = csv.DictReader(io.StringIO(client.get(f"/v1/releases/{number}?format=csv").text))
        assert [line["count"] for line in lines] == ["" if x is None else str(x) for x in shown(body)]
        page = client.get(f"/maps/release?release={number}").text
        on_page = {TAG.sub("", cell).strip() for cell in SHOWN.findall(page)}
        assert {figure for figure in on_page if any(map(str.isdigit, figure))} <= known
    assert_reports_say_no_more(client, bodies, small)
    return list(bodies.values())


def assert_reports_say_no_more(client: TestClient, bodies: Mapping[int, Body], small: Partnership) -> None:
    """Whoever holds the releases can make each report: it is a function of them and of nothing else."""
    for href in sorted(set(re.findall(r'href="(/reports/\d+)"', client.get("/reports").text))):
        page = client.get(href).text
        cited = CITED.search(page)
        assert cited
        found = [CitedRelease(int(number), bodies[int(number)]) for number in cited[1].split(", ")]
        before, now = [None, *sorted(found, key=lambda one: str(one.body["period"]))][-2:]
        assert now
        assert report_part(report_body(ReportSources(now, before, {}, ()), small)) in page
        assert client.get(f"{href}.pdf").content.startswith(b"%PDF")


def shown(body: Body) -> list[int | None]:
    if body["table"] == "cells":
        return [cell["count"] for cell in body["cells"]]
    return [x for row in body["figures"] for x in row]


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 2**32),
    incidents=st.sampled_from([100, 400, 1200]),
    asked=st.lists(st.sampled_from(PERIODS), unique=True, min_size=1),
)
def test_what_the_steering_group_may_ask_for_gives_no_small_count_away(
    store: Store, small: Partnership, seed: int, incidents: int, asked: list[tuple[str, TableKind]]
) -> None:
    # A partnership of its own for each draw, so that what is released of one says nothing of another.
    small = replace(small, id=f"p{uuid.uuid4().hex}")
    gate = taken_in(store, small, seed, incidents)
    for period, table in asked:
        make_release(gate, ReleaseRequest(release_period(period), table), now=RELEASED_AT, addresses=())
    for period in {period for period, table in asked if table == "areas"}:
        publish_report(gate, ReportRequest(release_period(period)))
    with gate.releasing() as book:
        months = {month: one.counted for month, one in book.newest(release_period("2026")).items()}
    with client_of(store, small, (Role.STEERING,), follow_redirects=False) as client:
        bodies = seen_by_steering(client, small)
    assert len(bodies) == len(asked)
    assert exposed(Archive(months), Attacker(bodies, categories=len(small.categories))) == []
