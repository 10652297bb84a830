"""Use case: the draft of an impact assessment, of the installation as it is."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from api.settings import Settings
from data.code_version import code_version
from data.secret import KEY_FILE, readable_by_others
from data.store import Store
from models.installation import Installation
from models.partnership import Partnership

UNITS = {
    "days": ("dag", "dage"),
    "weeks": ("uge", "uger"),
    "months": ("måned", "måneder"),
    "years": ("år", "år"),
}
KEPT = {
    "points": "Hændelser med punkt og tid",
    "incidents": "Hændelser med punkt og tid",
    "cells": "Antal pr. celle",
    "areas": "Antal pr. område",
    "area": "Antal pr. område",
    "audit": "Log",
    "log": "Log",
    "alerts": "Alarmer",
}


def installation(store: Store, settings: Settings, partnership: Partnership, *, today: date) -> Installation:
    """What the settings and the database say; nothing of it is a secret."""
    # Other subjects bring settings of their own; without them what they stand for is not there.
    issuer, owner = getattr(settings, "openid_issuer", None), getattr(settings, "database_owner_url", None)
    files = {**settings.secret_files(), "nøglen til sagskoder": settings.home / KEY_FILE}
    return Installation(
        partnership=partnership,
        made_on=today,
        code_version=code_version(),
        columns=store.facts.columns(),
        sources=store.facts.sources(partnership.id),
        private_database=settings.database_url is None,
        hosts=settings.hosts,
        proxied=bool(settings.proxies),
        login_host=_host(issuer),
        own_login=owner is not None,
        webhook_host=_host(settings.webhook_url),
        basemap_host=_host(partnership.basemap.source) if partnership.basemap.is_address else None,
        open_secrets=[name for name, path in files.items() if readable_by_others(path)],
        retention=retention_rows(getattr(partnership, "retention", None)),
    )


def retention_rows(parameters: object) -> Sequence[tuple[str, str]]:
    """What is kept and how long, from whole numbers whose names end in their unit; none without parameters.

    >>> from types import SimpleNamespace
    >>> retention_rows(SimpleNamespace(points_days=90, cells_years=3))
    [('Hændelser med punkt og tid', '90 dage'), ('Antal pr. celle', '3 år')]
    """
    rows = []
    for name, value in vars(parameters).items() if parameters is not None else ():
        what, _, unit = name.rpartition("_")
        if unit in UNITS and isinstance(value, int):
            rows.append((KEPT.get(what.partition("_")[0], what), f"{value} {UNITS[unit][value != 1]}"))
    return rows


def _host(address: str | None) -> str | None:
    return urlsplit(address).hostname if address else None
