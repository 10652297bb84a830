"""No column, key or field of a log can hold a person: the schema, the interface and the log as they really are."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.alert_routes import Step
from api.effort_routes import EffortStep, NewEffort
from api.plain_log import LINE
from api.plan_routes import NewRule, PlanStep, PlanVisit
from data.store import Store
from models.partnership import Partnership
from tests.viewers import app_of, everybody

PERSON_WORDS = (
    "name", "navn", "fornavn", "efternavn", "person", "cpr", "ssn", "birth", "foedt", "age", "alder", "sex", "gender",
    "koen", "phone", "telefon", "tlf", "mobile", "mail", "email", "address", "adresse", "street", "vej", "house",
    "ip", "host", "client", "agent", "browser", "device", "plate", "nummerplade", "vehicle", "photo", "face", "ethnic",
    "nationality", "suspect", "victim", "offender", "witness", "note", "notes", "comment", "remark", "free", "text",
    "description", "narrative", "title", "message", "user", "username", "owner", "contact",
)  # fmt: skip
# Each with its reason; everything else that sounds like a person fails.
COLUMNS_ALLOWED = {
    "run_product.name": "file name of a product, such as cells.geojson",
    "schema_migration.name": "file name of a step of the schema",
}
KEYS_ALLOWED = {
    "title": "of the interface's document and of problems: a fixed phrase of HTTP",
    "description": "of the interface's document: written in the code",
    "message": "of a line of the log: a format written in the code",
    "name": "of an area, a place or a partnership; of a logger",
}
FIELDS_ALLOWED = {
    "title": "of a problem: a fixed phrase of HTTP",
    "text": "of an alert and of an effort: a sentence made here from codes and counts",
}
# Texts that come in from outside must be one of a few: a code, a date, the id of an area or a category.
FREE_TEXTS = {
    "Step.reason": "checked against the closed list of reasons (models/alert_life.py)",
    "PlanVisit.cell": "15 hexadecimal digits, and a stop of the plan (api/plan_changes.py)",
    "NewRule.cell": "15 hexadecimal digits, and a cell of the beat (api/plan_changes.py)",
    "NewRule.beat": "checked against the beats of the partnership (api/planning.py)",
    "NewRule.shift": "checked against its shifts (api/planning.py)",
    "NewEffort.area": "checked against the areas of the partnership (api/efforts.py)",
    "NewEffort.categories": "checked against its categories (api/efforts.py)",
}


def words_of(name: str) -> set[str]:
    """The words of a name in snake, kebab or camel case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-zæøå]+|[A-Z]+(?![a-z])|\d+", name)}


def sounds_like_a_person(name: str) -> bool:
    return not words_of(name).isdisjoint(PERSON_WORDS)


def keys_of(data: Any) -> Iterator[str]:
    """Every key anywhere in JSON."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from keys_of(value)
    elif isinstance(data, list):
        for value in data:
            yield from keys_of(value)


@pytest.mark.parametrize("name", ["full_name", "userAgent", "client_ip", "E-mail", "navn", "freeText", "contactPhone"])
def test_the_words_are_found_in_any_spelling(name: str) -> None:
    assert sounds_like_a_person(name)


@pytest.mark.parametrize("name", ["recipient", "onset", "description_of"[:5], "shipment", "messaged", "partnership"])
def test_parts_of_other_words_are_not(name: str) -> None:
    assert not sounds_like_a_person(name)


def test_no_column_of_the_schema_sounds_like_a_person(store: Store) -> None:
    columns = [f"{table}.{column}" for table, found in store.facts.columns().items() for column in found]
    assert len(columns) > 100
    suspicious = {name for name in columns if sounds_like_a_person(name)}
    assert suspicious - COLUMNS_ALLOWED.keys() == set()
    assert COLUMNS_ALLOWED.keys() - suspicious == set(), "allowed, but no longer there"


def test_no_parameter_field_or_answer_of_the_interface_does(store: Store, partnership: Partnership) -> None:
    document = app_of(store, partnership, everybody(partnership)).openapi()
    named = {
        parameter["name"]
        for path in document["paths"].values()
        for method in path.values()
        for parameter in method.get("parameters", [])
    }
    fields = {name for model in document["components"]["schemas"].values() for name in model.get("properties", {})}
    paths = {word for path in document["paths"] for word in re.findall(r"[\w-]+", path)}
    assert {"date", "status", "area"} <= named | fields
    found = {name for name in named | fields | paths if sounds_like_a_person(name)}
    assert found <= FIELDS_ALLOWED.keys()


def test_no_key_of_a_line_of_the_log_does(store: Store) -> None:
    keys = set(re.findall(r"%\((\w+)\)", LINE))
    assert {key for key in keys if sounds_like_a_person(key)} == {"name", "message"}
    assert {key for key in keys if sounds_like_a_person(key)} <= KEYS_ALLOWED.keys()
    columns = store.facts.columns()["audit"]
    assert not [column for column in columns if sounds_like_a_person(column)]


def test_no_key_of_what_is_told_about_alerts_does() -> None:
    from datetime import UTC, datetime

    from maps.alert_json import announcement_as_json
    from models.alert_announcement import Announcement

    now = datetime(2026, 11, 25, tzinfo=UTC)
    told = announcement_as_json(Announcement("id", "webhook.test", now, "p", None, 0, now))
    keys = set(keys_of(told))
    assert keys
    assert not {key for key in keys if sounds_like_a_person(key)}


@pytest.mark.parametrize("model", [Step, NewEffort, EffortStep, PlanStep, PlanVisit, NewRule])
def test_forms_take_codes_dates_and_numbers_and_no_text(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        kinds = set(get_args(field.annotation)) or {field.annotation}
        if str in kinds or field.annotation is str:
            assert f"{model.__name__}.{name}" in FREE_TEXTS


def test_every_route_that_takes_something_in_is_known(store: Store, partnership: Partnership) -> None:
    """A new way in is looked at here before it is built: what may be written there?"""
    app = app_of(store, partnership, everybody(partnership))
    ways_in = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods - {"GET", "HEAD"}
    }
    known = {
        ("POST", "/v1/alerts/{number}/steps"),
        ("POST", "/alerts/{number}"),
        ("POST", "/v1/efforts"),
        ("POST", "/v1/efforts/{number}/steps"),
        ("POST", "/efforts"),
        ("POST", "/efforts/{number}"),
        # A handle, a password or a code, none of which is shown or logged as typed; numbers of sessions
        # Codes of closed lists, ids of beats and shifts, cells, dates and numbers
        ("POST", "/plans"),
        ("POST", "/v1/plans/{number}/steps"),
        ("POST", "/v1/plans/{number}/visits"),
        ("POST", "/v1/plan-rules"),
        ("POST", "/v1/plan-rules/{number}/lift"),
        # Filters of a view, read and written anew from what is known; a subject of a closed list
        ("POST", "/desk/questions"),
        ("POST", "/desk/questions/{number}"),
        ("POST", "/login"),
        ("POST", "/logout"),
        ("POST", "/account/sessions"),
        ("POST", "/account/tokens"),
    }
    assert ways_in == known


def test_text_that_comes_in_is_refused_unless_it_is_a_code(store: Store, partnership: Partnership) -> None:
    from fastapi.testclient import TestClient

    person = "Jens Hansen, 010203-1234"
    with TestClient(app_of(store, partnership, everybody(partnership))) as client:
        answers = [
            client.post("/v1/efforts", json={"area": person, "kind": "belysning", "start": "2026-01-01"}),
            client.post("/v1/efforts", json={"area": "skt", "kind": person, "start": "2026-01-01"}),
            client.post("/v1/alerts/1/steps", json={"action": person}),
            client.post("/efforts", data={"area": person, "kind": person, "first": person}),
        ]
    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert not any("010203" in answer.text for answer in answers[1:3])
