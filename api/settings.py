"""Settings, read from the environment once, when a command starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import PlainError

PREFIX = "TRYGKORT_"
# An address of a webhook may hold a password too: many services put one into its path.
NOT_SHOWN = ("database_url", "database_owner_url", "webhook_url", "webhook_secret", "openid_client_secret")


@dataclass(frozen=True)
class Settings:
    """What the operator may set; each field is ``TRYGKORT_<NAME>`` in the environment.

    ``home`` holds the private database, the key and reject files. ``database_url`` points to a PostGIS
    server to use instead of the private one, ``database_owner_url`` to the same one for the login that owns the tables
    and changes the schema (docs/audit.md). ``partnership`` is a folder with the operator's own
    partnership files. ``gazetteer`` is a register of addresses. ``pg_bin`` is where PostgreSQL's programs are.
    ``webhook_url`` is told of alerts, signed with ``webhook_secret`` or what the file ``webhook_secret_file`` holds;
    `api.webhook.webhook_of` says whether they can be used. What begins with ``openid_`` is about logins at an OpenID
    Connect provider; `api.openid_settings.openid_of` says what each means and whether they can be used.
    """

    home: Path
    database_url: str | None
    partnership: Path | None
    gazetteer: Path | None
    pg_bin: Path | None
    database_owner_url: str | None = field(default=None, repr=False)
    webhook_url: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_secret_file: Path | None = None
    openid_issuer: str | None = None
    openid_client_id: str | None = None
    openid_client_secret: str | None = field(default=None, repr=False)
    openid_client_secret_file: Path | None = None
    openid_redirect: str | None = None
    openid_groups: Path | None = None
    openid_groups_claim: str | None = None
    openid_scopes: str | None = None
    openid_hosts: str | None = None
    openid_clock_skew_s: str | None = None

    def shown(self) -> dict[str, str]:
        """Every setting as it may be shown: what is or may hold a secret is not."""
        values = {name: "" if value is None else str(value) for name, value in vars(self).items()}
        values |= {name: "(set, not shown)" for name in NOT_SHOWN if values[name]}
        return {PREFIX + name.upper(): value for name, value in values.items()}


class SettingsError(PlainError, ValueError):
    """A setting that does not exist or cannot be used."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from ``environment``; raises `SettingsError` for a misspelt ``TRYGKORT_`` name."""
    known = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    # The test run's own switches share the prefix.
    unknown = {
        name for name in environment if name.startswith(PREFIX) and not name.startswith(PREFIX + "REQUIRE_")
    } - known
    if unknown:
        raise SettingsError(f"unknown setting {min(unknown)}; known are {', '.join(sorted(known))}")

    def path(name: str) -> Path | None:
        value = environment.get(PREFIX + name)
        return Path(value).expanduser().absolute() if value else None

    return Settings(
        home=path("HOME") or Path(".trygkort").absolute(),
        database_url=environment.get(PREFIX + "DATABASE_URL") or None,
        partnership=path("PARTNERSHIP"),
        gazetteer=path("GAZETTEER"),
        pg_bin=path("PG_BIN"),
        database_owner_url=environment.get(PREFIX + "DATABASE_OWNER_URL") or None,
        webhook_url=environment.get(PREFIX + "WEBHOOK_URL") or None,
        webhook_secret=environment.get(PREFIX + "WEBHOOK_SECRET") or None,
        webhook_secret_file=path("WEBHOOK_SECRET_FILE"),
        openid_issuer=environment.get(PREFIX + "OPENID_ISSUER") or None,
        openid_client_id=environment.get(PREFIX + "OPENID_CLIENT_ID") or None,
        openid_client_secret=environment.get(PREFIX + "OPENID_CLIENT_SECRET") or None,
        openid_client_secret_file=path("OPENID_CLIENT_SECRET_FILE"),
        openid_redirect=environment.get(PREFIX + "OPENID_REDIRECT") or None,
        openid_groups=path("OPENID_GROUPS"),
        openid_groups_claim=environment.get(PREFIX + "OPENID_GROUPS_CLAIM") or None,
        openid_scopes=environment.get(PREFIX + "OPENID_SCOPES") or None,
        openid_hosts=environment.get(PREFIX + "OPENID_HOSTS") or None,
        openid_clock_skew_s=environment.get(PREFIX + "OPENID_CLOCK_SKEW_S") or None,
    )
