"""Settings, read from the environment once, when a command starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import PlainError

PREFIX = "TRYGKORT_"
# An address of a webhook may hold a password too: many services put one into its path.
NOT_SHOWN = ("database_url", "webhook_url", "webhook_secret")


@dataclass(frozen=True)
class Settings:
    """What the operator may set; each field is ``TRYGKORT_<NAME>`` in the environment.

    ``home`` holds the private database, the key and reject files. ``database_url`` points to a PostGIS
    server to use instead of the private one. ``partnership`` is a folder with the operator's own
    partnership files. ``gazetteer`` is a register of addresses. ``pg_bin`` is where PostgreSQL's programs are.
    ``webhook_url`` is told of alerts, signed with ``webhook_secret`` or what the file ``webhook_secret_file`` holds;
    `api.webhook.webhook_of` says whether they can be used. ``session_idle_minutes`` without a request end a session;
    ``https_only``: cookies are for https, even if a proxy in front speaks http and names this machine.
    """

    home: Path
    database_url: str | None
    partnership: Path | None
    gazetteer: Path | None
    pg_bin: Path | None
    webhook_url: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_secret_file: Path | None = None
    session_idle_minutes: int = 30
    https_only: bool = False

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
        webhook_url=environment.get(PREFIX + "WEBHOOK_URL") or None,
        webhook_secret=environment.get(PREFIX + "WEBHOOK_SECRET") or None,
        webhook_secret_file=path("WEBHOOK_SECRET_FILE"),
        session_idle_minutes=_whole(environment, "SESSION_IDLE_MINUTES", 30),
        https_only=_yes_or_no(environment, "HTTPS_ONLY"),
    )


def _whole(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(PREFIX + name, "")
    if text and not (text.isascii() and text.isdecimal()):
        raise SettingsError(f"{PREFIX}{name} must be a whole number, found '{text}'")
    return int(text) if text else default


def _yes_or_no(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(PREFIX + name, "")
    if text not in {"", "yes", "no"}:
        raise SettingsError(f"{PREFIX}{name} must be yes or no, found '{text}'")
    return text == "yes"
