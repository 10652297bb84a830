"""Where what lies, and until when: every column of the database is in one list here, and a test reads the schema."""

from collections.abc import Mapping

from models.retention import Tier
from models.run_counts import RUN_COUNTS

AREA_PRODUCTS = (
    *("displacement.html", "displacement.json", "trend.html", "trends.json"),
    *("scorecard.html", "scorecard.json"),
    RUN_COUNTS,
)

PLACES: Mapping[Tier, tuple[str, ...]] = {
    "points": ("incident.point",),
    "cells": (
        *("incident", "panel_entry"),
        *("plan_document", "plan_visit", "plan_event", "plan", "plan_rule", "plan_feedback"),
        "saved_question",
    ),
    "maps": ("run_product",),  # those that are no `AREA_PRODUCTS`
    "area-days": ("area_day", "run_product", "alert_evidence", "watch_power"),
    "area-months": ("area_month", "webhook_outbox", "alert_event", "alert"),
}
"""Tables, or single columns of one, by the tier that deletes their rows; a table stands before what it refers to."""

STAYS: Mapping[str, str] = {
    "source": "which sources there are",
    "import_batch": "the log of imports: numbers of rows",
    "import_reject": "the log of imports: numbers of rows by reason",
    "run": "that a run was made, of which settings; what it showed is run_product",
    "audit": "the log of who did what",
    "watch_threshold": "a number that was simulated, by a digest",
    "intervention": "what the partners did where, no incident",
    "intervention_event": "the history of that",
    "audit_head": "where the log ends",
    "audit_incoming": "lines on their way into the log",
    "account": "accounts, which are functions",
    "account_grant": "the roles of accounts",
    "account_session": "who is logged in; a session that is over is deleted with the next login",
    "api_token": "tokens of programs",
    "one_time_login": "codes that log in once",
    "release": "what was published, which keeps its snapshot",
    "release_snapshot": "counts of months from which releases are made",
    "indicator_value": "series from outside: surveys and assessments of areas, no incident",
    "report": "what was published, which keeps its snapshot for ever",
    "legal_zone": "where and when the law gave other powers",
    "legal_hold": "what was held and why",
    "retention_proof": "what was deleted",
    "schema_migration": "the steps of the schema",
    "spatial_ref_sys": "PostGIS's own",
}
"""Tables of no tier, and what they hold instead of incidents or counts of them."""
