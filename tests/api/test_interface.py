"""The document of the interface against the service, asked by schemathesis as everybody there is."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access import PRODUCTS, RULES
from data.store import Product, RunRecord, Store
from maps.json_bytes import json_bytes
from models.effort import EffortEntry
from models.partnership import Partnership
from models.viewer import Role
from tests.alert_signal import DAY, SIGNAL
from tests.viewers import app_of, as_viewer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OF_RUN = {
    "partnership": "p",
    "date": "2026-11-02",
    "as_of": "2026-11-02T07:00:00+01:00",
    "complete_until": "2026-11-01",
    "synthetic": True,
}
EMPTY: dict[str, dict[str, Any]] = {
    "cells.geojson": {
        **OF_RUN, "type": "FeatureCollection", "bbox": [], "resolution": 10, "window_days": 84, "features": [],
    },
    "daily-cells.json": {
        "date": "2026-11-02", "settings": [], "limits": {}, "ranked": [], "cells": {}, "clusters": [], "texts": {},
    },
    "displacement.json": {
        **OF_RUN, "treated": "t", "controls": [], "after": {}, "before": {}, "earlier": [], "comparisons": [],
        "clusters": {"crossings": [], "followed_from": "2026-01-01"},
    },
    "cluster-history.json": {"followed_from": "2026-09-01", "followed_to": "2026-11-02", "lives": []},
    "scorecard.json": {
        "partnership": "p", "date": "2026-11-02", "first_day": None, "stop_day": None, "share": 0.05, "views": [],
    },
    "trends.json": {"partnership": "p", "windows": [], "trends": []},
    "quality.json": {
        **OF_RUN, "window_days": 84, "minimum_count": 5, "incidents": None, "freshness": {}, "delays": {},
        "edge_share": None, "outside_share": None, "dump_points": {}, "duplicate_suspects": {},
        **{key: [] for key in ("days", "imports", "rejects", "geocoding", "accuracy", "areas")},
    },
}  # fmt: skip
EVERYBODY: list[Role | None] = [*Role, None]


@pytest.fixture(scope="module", autouse=True)
def _checks() -> None:
    load_all_checks()


@pytest.fixture
def app(store: Store, partnership: Partnership) -> FastAPI:
    """With a run, an alert and an effort."""
    media = {"html": "text/html; charset=utf-8", "json": "application/json", "geojson": "application/geo+json"}
    products = [
        Product(name, media[kind], json_bytes(EMPTY.get(name, {})), name)
        for name in PRODUCTS
        if (kind := name.rpartition(".")[2]) in media
    ]
    record = RunRecord(DAY, partnership.calendar.start_of(DAY), "1.0", {}, bytes(32))
    store.save_run(partnership, record, products, "test")
    signal = replace(SIGNAL, neighbour=partnership.areas.neighbours[0].id, category=partnership.categories[0].id)
    store.alerts.record(partnership.id, [(signal, b'{"evidence": 1}')], "run")
    store.efforts.add(partnership.id, EffortEntry(partnership.areas.treated.id, "zone", DAY), "test")
    return app_of(store, partnership)


def operations(app: FastAPI) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    for found in schema.get_all_operations():
        yield found.ok()


def ask(operation: Any, headers: dict[str, str], *, examples: int, mode: GenerationMode) -> None:
    """Draw requests of ``operation``, the same ones every time, and check each answer."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        answer = case.call(headers=headers, allow_redirects=False)
        case.validate_response(answer, checks=CHECKS)

    asked()


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_answer_is_documented(app: FastAPI, partnership: Partnership, role: Role | None) -> None:
    headers = as_viewer(partnership.id, role) if role else {}
    for operation in operations(app):
        rule = RULES[operation.method.upper(), operation.path]
        may = rule.needs == "nothing" or role in rule.released
        ask(operation, headers, examples=6 if may else 1, mode=GenerationMode.POSITIVE)


def test_what_makes_no_sense_is_a_problem_and_no_failure(app: FastAPI, partnership: Partnership) -> None:
    headers = as_viewer(partnership.id, Role.ANALYST)
    for operation in operations(app):
        if operation.body or operation.query or operation.path_parameters:
            ask(operation, headers, examples=8, mode=GenerationMode.NEGATIVE)


def test_the_document_says_which_roles_and_what_can_go_wrong(app: FastAPI) -> None:
    document = app.openapi()
    cells = document["paths"]["/v1/cells"]["get"]
    assert set(cells["responses"]) == {"200", "304", "401", "403", "404", "422", "503"}
    assert cells["description"].endswith("planner (cells10), analyst (cells10).")
    assert set(document["paths"]["/livez"]["get"]["responses"]) == {"200"}
    assert "HTTPValidationError" not in document["components"]["schemas"]
