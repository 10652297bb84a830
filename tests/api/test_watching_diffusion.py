from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.gate import Gate
from api.watching import verify, watch
from api.watching_diffusion import diffusion_of, watch_diffusion
from data.alert_book import AlertFilter
from data.store import Store
from models.daily import DailyResult
from models.diffusion_day import diffusion_signals, settled_diffusion
from models.diffusion_parameters import DiffusionParameters
from models.partnership import Partnership
from models.watch_parameters import ThresholdParameters
from tests.demonstration import Loaded
from tests.viewers import app_of, everybody

FALLEN_DAYS = 45
NEIGHBOUR = "sankt-hans-torv"


@pytest.fixture(scope="module")
def small(partnership: Partnership) -> Partnership:
    few = {"diffusion": DiffusionParameters(years=60), "false_alarms": ThresholdParameters(years=60)}
    return replace(partnership, id="spread", **few)


@pytest.fixture(scope="module")
def fallen(quiet_demo: Loaded, small: Partnership) -> DailyResult:
    """The quiet demonstration's last run, had the treated area and a neighbour lost five of six incidents."""
    result = quiet_demo.demonstration.runs[-1].result
    ids = [area.id for area in small.areas.areas]
    stop = result.status.completeness.complete_until_day - result.status.first_day
    counts = result.area_counts.copy()
    for area in (ids.index(small.areas.treated.id), ids.index(NEIGHBOUR)):
        lost = np.random.default_rng(area).random(counts[area, stop - FALLEN_DAYS : stop].shape) < 5 / 6
        counts[area, stop - FALLEN_DAYS : stop] *= ~lost
    return replace(result, area_counts=counts)


def test_what_spread_is_an_alert_of_its_class_everywhere(store: Store, small: Partnership, fallen: DailyResult) -> None:
    watched = watch_diffusion(store, small, fallen)
    assert watched.why_not == ""
    assert {(s.neighbour, s.kind, s.moved_to) for s in watched.signals} == {
        (NEIGHBOUR, "diffusion-of-benefit", "neighbour")
    }
    assert "displacement" not in {s.kind for s in watch(store, small, fallen).signals if s.neighbour == NEIGHBOUR}
    assert store.alerts.alerts(small.id, AlertFilter(kind="displacement", neighbour=NEIGHBOUR), limit=9) == []
    # Judged again: the same alert, and evidence that computes to the same bits.
    assert watch_diffusion(store, small, fallen) == watched
    inputs = diffusion_of(small, fallen)
    assert tuple(diffusion_signals(inputs, settled_diffusion(inputs, threads=1))) == watched.signals
    [number] = watched.alerts
    assert verify(Gate(store, small), number).same
    with TestClient(app_of(store, small, everybody(small))) as client:
        [found] = client.get("/v1/alerts?kind=diffusion-of-benefit").json()["alerts"]
        assert found["id"] == number
        assert ": god virkning breder sig; tilfældigt" in found["text"]
        assert client.get(f"/v1/alerts/{number}").json()["beside"]["wdd"]["supports"]
        table = client.get("/v1/alerts?kind=diffusion-of-benefit&format=csv").text
        assert ",diffusion-of-benefit," in table
        [feature] = client.get("/v1/alerts?kind=diffusion-of-benefit&format=geojson").json()["features"]
        assert feature["properties"]["kind"] == "diffusion-of-benefit"
        page = client.get(f"/alerts/{number}").text
        assert 'class="claim good"' in page
        assert "Uge for uge" in page
        feed = client.get("/alerts.atom").text
        assert f"/alerts/{number}<" in feed


def test_the_same_neighbour_and_category_has_an_alert_of_each_class(
    store: Store, small: Partnership, fallen: DailyResult
) -> None:
    [signal] = watch_diffusion(store, small, fallen).signals
    other = replace(small, id="both")
    for kind in ("displacement", "diffusion-of-benefit", "displacement"):
        store.alerts.record(other.id, [(replace(signal, kind=kind), b"{}")], "watch")
    found = store.alerts.alerts(other.id, AlertFilter(), limit=9)
    assert sorted(alert.signal.kind for alert in found) == ["diffusion-of-benefit", "displacement"]


def test_the_demonstrations_raise_none(demo: Loaded, quiet_demo: Loaded, partnership: Partnership) -> None:
    for loaded in (demo, quiet_demo):
        chosen = AlertFilter(kind="diffusion-of-benefit")
        assert loaded.store.alerts.alerts(partnership.id, chosen, limit=9) == []


def test_too_little_data_is_said_plainly(store: Store, small: Partnership, fallen: DailyResult) -> None:
    last = fallen.status.completeness.complete_until_day
    short = replace(
        fallen, status=replace(fallen.status, first_day=last - 120), area_counts=fallen.area_counts[:, -120:]
    )
    assert watch_diffusion(store, small, short).why_not.startswith("to measure how the split varies takes at least 168")
