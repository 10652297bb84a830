"""Prepared pages as each viewer gets them: one menu each, tags that tell them apart, nothing kept by others."""

import gzip
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.prepared import gzipped
from data.store import Product, RunRecord, Store
from models.partnership import Partnership
from models.viewer import Role
from tests.alert_signal import DAY
from tests.viewers import app_of, as_viewer

EVERY = {"/maps/daily", "/plans", "/maps/displacement", "/alerts", "/efforts", "/maps/trend", "/maps/quality"}
PAGE = "<h1>{}</h1><!--menu daily--><p>æøå</p>"


@pytest.fixture
def client(store: Store, partnership: Partnership) -> Iterator[TestClient]:
    names = ("index.html", "index-planner.html", "daily.html")
    products = [Product(n, "text/html; charset=utf-8", PAGE.format(n).encode(), n.replace(".", "-")) for n in names]
    cells = Product("cells.geojson", "application/geo+json", b"{}", "cells")
    record = RunRecord(DAY, partnership.calendar.start_of(DAY), "1.0", {}, bytes(32))
    store.save_run(partnership, record, [*products, cells], "test")
    with TestClient(app_of(store, partnership)) as opened:
        yield opened


@given(st.binary(max_size=300), st.binary(max_size=50), st.binary(max_size=300))
def test_three_parts_are_one_stream(head: bytes, menu: bytes, tail: bytes) -> None:
    packed = gzipped(head, menu, tail)
    assert gzip.decompress(packed) == head + menu + tail
    assert packed == gzipped(head, menu, tail)


def test_each_viewer_has_a_tag_of_their_own(client: TestClient, partnership: Partnership) -> None:
    tags = {}
    for handle, role in (("vagtplan-1", Role.PLANNER), ("vagtplan-2", Role.PLANNER), ("vagtplan-1", Role.ANALYST)):
        for encoding in ("gzip", "identity"):
            headers = {**as_viewer(partnership.id, role, handle=handle), "accept-encoding": encoding}
            answer = client.get("/maps/daily", headers=headers)
            assert answer.text.startswith("<h1>daily.html</h1>")
            assert f">{handle}</a></strong>" in answer.text
            assert "<!--menu" not in answer.text
            assert answer.headers["cache-control"] == "private, no-cache"
            assert answer.headers["vary"] == "Accept-Encoding, Cookie, Authorization"
            tag = answer.headers["etag"]
            assert client.get("/maps/daily", headers={**headers, "if-none-match": tag}).status_code == 304
            head = client.head("/maps/daily", headers=headers)
            assert (head.headers["etag"], head.headers["content-length"]) == (tag, answer.headers["content-length"])
            tags[handle, role, encoding] = tag
    assert len(set(tags.values())) == 6
    other = as_viewer(partnership.id, Role.PLANNER, handle="vagtplan-2")
    stale = tags["vagtplan-1", Role.PLANNER, "identity"]
    again = client.get("/maps/daily", headers={**other, "accept-encoding": "identity", "if-none-match": stale})
    assert again.status_code == 200


def test_data_are_the_same_for_everybody(client: TestClient, partnership: Partnership) -> None:
    tags = {
        client.get("/v1/cells", headers={**as_viewer(partnership.id, r), "accept-encoding": "identity"}).headers["etag"]
        for r in (Role.PLANNER, Role.ANALYST)
    }
    assert tags == {'"cells"'}


@pytest.mark.parametrize(
    ("roles", "shown", "links"),
    [
        ([Role.ANALYST], "index.html", {"/", *EVERY}),
        ([Role.PLANNER], "index-planner.html", {"/", "/maps/daily", "/plans", "/maps/trend"}),
        ([Role.PLANNER, Role.ANALYST], "index.html", {"/", *EVERY}),
        ([Role.STEERING], "Styregruppen ser tal", {"/"}),
        ([Role.AUDITOR, Role.ADMIN], "Revisor ser loggen", {"/"}),
    ],
)
def test_the_start_page_by_role(
    client: TestClient, partnership: Partnership, roles: list[Role], shown: str, links: set[str]
) -> None:
    page = client.get("/", headers=as_viewer(partnership.id, *roles)).text
    assert shown in page
    assert {link for link in links if f'href="{link}"' in page} == links
    assert not {link for link in EVERY - links if f'href="{link}"' in page}


def test_pages_made_on_demand_have_the_menu_too(client: TestClient, partnership: Partnership) -> None:
    answer = client.get("/efforts", headers=as_viewer(partnership.id, Role.ANALYST, handle="analyse-1"))
    assert ">analyse-1</a></strong>" in answer.text
    assert "<!--menu" not in answer.text
    refused = client.get("/efforts", headers=as_viewer(partnership.id, Role.PLANNER, handle="vagtplan-1"))
    assert refused.status_code == 403
    assert ">vagtplan-1</a></strong>" in refused.text
    assert 'href="/alerts"' not in refused.text
