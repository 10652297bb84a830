"""The parole sheet over HTTP: every file of it, for those who may."""

import time

import pypdfium2
import pytest
from fastapi.testclient import TestClient

from api.demo import DEMO_DATE
from api.gate import Gate
from api.parole import prepare_sheets
from data.partnerships import load_sketch
from data.store import Store
from models.partnership import Partnership
from models.viewer import Role
from tests.api.test_plan_routes import planner, store_with_run
from tests.viewers import as_viewer

__all__ = ["planner", "store_with_run"]
NIGHT = f"/parole/{DEMO_DATE}/nat"


def test_the_page_has_every_beat_and_its_files(planner: TestClient, partnership: Partnership) -> None:
    page = planner.get(NIGHT)
    assert page.status_code == 200
    for beat in partnership.beats:
        assert beat.label in page.text
        for form in ("pdf", "gpx", "ics", "txt"):
            assert f"{NIGHT}.{form}?beat={beat.id}" in page.text
    assert "Første plan: intet at sammenligne med." in page.text


@pytest.mark.parametrize(
    ("form", "kind", "starts"),
    [
        ("pdf", "application/pdf", b"%PDF-"),
        ("gpx", "application/gpx+xml", b"<?xml"),
        ("ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR"),
        ("txt", "text/plain; charset=utf-8", b"TRYGKORT"),
    ],
)
def test_each_file(planner: TestClient, form: str, kind: str, starts: bytes) -> None:
    found = planner.get(f"{NIGHT}.{form}?beat=indre-noerrebro")
    assert (found.status_code, found.headers["content-type"]) == (200, kind)
    assert found.content.startswith(starts)
    assert f'filename="parole-{DEMO_DATE}-nat-indre-noerrebro.{form}"' in found.headers["content-disposition"]
    assert found.headers["cache-control"] == "no-store"


def test_it_is_ready_before_it_is_asked_for(
    planner: TestClient, store_with_run: Store, partnership: Partnership
) -> None:
    gate = Gate(store_with_run, partnership)
    plans = prepare_sheets(gate, DEMO_DATE, load_sketch(None))
    assert plans == len(partnership.beats) * len(partnership.calendar.shifts)
    begun = time.monotonic()
    body = planner.get(f"{NIGHT}.pdf").content
    laid_out = time.monotonic() - begun
    document = pypdfium2.PdfDocument(body)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_bounded()
    assert "udkast, ikke godkendt" in text
    # What is kept is handed out as it was kept; another state is laid out anew.
    assert planner.get(f"{NIGHT}.pdf").content == body
    number = planner.get(f"/v1/plans/{DEMO_DATE}/nat").json()["plans"][0]["id"]
    planner.post(f"/v1/plans/{number}/steps", json={"action": "approve"})
    approved = planner.get(f"{NIGHT}.pdf").content
    assert approved != body
    assert "godkendt af" in pypdfium2.PdfDocument(approved)[0].get_textpage().get_text_bounded()
    assert laid_out < 30


def test_the_next_sheet_is_one_tap_away(planner: TestClient) -> None:
    answer = planner.get("/parole")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/parole/{DEMO_DATE}/dag")


def test_what_is_not_there_is_said(planner: TestClient) -> None:
    assert planner.get(f"/parole/{DEMO_DATE}/middag").status_code == 404
    assert planner.get(f"{NIGHT}.docx").status_code == 404
    assert planner.get(f"{NIGHT}.pdf?beat=elsewhere").status_code == 404
    assert planner.get("/parole/2020-01-01/nat.pdf").status_code == 404
    assert "Der er ingen planer" in planner.get("/parole/2020-01-01/nat").text


def test_others_get_nothing(planner: TestClient, partnership: Partnership) -> None:
    for role in (Role.STEERING, Role.GUEST, Role.AUDITOR):
        for form in ("", ".pdf", ".gpx", ".ics", ".txt"):
            assert planner.get(f"{NIGHT}{form}", headers=as_viewer(partnership.id, role)).status_code == 403
