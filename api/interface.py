"""The document of the interface: what every route can answer, those answers too that the guard gives before it."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.access import Rule, is_page, rule_of
from api.answers import Answers, Feature, FeatureCollection, Problem

PROBLEM_JSON = "application/problem+json"
A_PROBLEM = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
A_PAGE = {"text/html": {"schema": {"type": "string"}}}
IN_DOCUMENT = "#/components/schemas/{model}"
NO_JSON = "The body is no JSON"
INVALID = "The request has a parameter that cannot be used"


def problems_of(**why: str) -> Answers:
    """Statuses as ``s404="There is no such run"``, each answered with a problem."""
    return {int(status.removeprefix("s")): {"description": text, "content": A_PROBLEM} for status, text in why.items()}


def page_again(text: str) -> Answers:
    """409 with the page itself, which says what is wrong."""
    return {409: {"description": text, "content": A_PAGE | A_PROBLEM}}


def document(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What makes the document of ``app``, once."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
        return app.openapi_schema

    return made


def _made(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for model in (Problem, Feature, FeatureCollection):
        schemas.setdefault(model.__name__, model.model_json_schema(ref_template=IN_DOCUMENT))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            rule = rule_of(method.upper(), path)
            if "422" in operation["responses"]:
                operation["responses"]["422"] = {
                    "description": INVALID,
                    "content": A_PAGE | A_PROBLEM if is_page(path) else A_PROBLEM,
                }
            if "application/json" in operation.get("requestBody", {}).get("content", {}):
                operation["responses"]["400"] = {"description": NO_JSON, "content": A_PROBLEM}
            if rule is not None and rule.needs != "nothing":
                _add_guarded(operation, path, rule)
    return found


def _add_guarded(operation: dict[str, Any], path: str, rule: Rule) -> None:
    answers = operation["responses"]
    page = is_page(path)
    refused = A_PAGE | A_PROBLEM if page else A_PROBLEM
    if page:
        answers.setdefault("303", {"description": "Another page, such as the login"})
    else:
        answers["401"] = {"description": "This needs a login", "content": A_PROBLEM}
    if rule.needs == "role" or page:
        answers["403"] = {"description": "Nobody in these roles may use this", "content": refused}
    answers.setdefault("503", {"description": "The database or its log cannot be used", "content": A_PROBLEM})
    if rule.released:
        roles = ", ".join(f"{role} ({precision.name.lower()})" for role, precision in rule.released.items())
        operation["description"] = f"{operation.get('description', '')}\n\nRoles and finest precision: {roles}.".strip()
