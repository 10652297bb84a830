"""Settings, read from the environment once, when a command starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from api.limits import PREFIX as LIMIT
from api.limits import Limits, read_limits
from data.secret import secret_file
from geo.errors import PlainError

PREFIX = "TRYGKORT_"
FILE = "_FILE"
# What may stand in a file instead, named by the same setting with _FILE behind it.
SECRETS = ("database_url", "database_owner_url", "webhook_url", "basemap_token")
LOCAL_HOSTS = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Settings:
    """What the operator may set; each field is ``TRYGKORT_<NAME>`` in the environment.

    A field that is or may hold a secret has ``repr=False``, and for that alone is never shown. An address of a webhook
    may: many services put one into its path.

    ``home`` holds the private database, the key and reject files. ``database_url`` points to a PostGIS
    server to use instead of the private one, ``database_owner_url`` to the same one for the login that owns the tables
    and changes the schema (docs/audit.md). ``partnership`` is a folder with the operator's own
    partnership files. ``gazetteer`` is a register of addresses. ``pg_bin`` is where PostgreSQL's programs are.
    ``webhook_url`` is told of alerts, signed with ``webhook_secret`` or what the file ``webhook_secret_file`` holds;
    `api.webhook.webhook_of` says whether they can be used. What begins with ``openid_`` is about logins at an OpenID
    Connect provider; `api.openid_settings.openid_of` says what each means and whether they can be used. ``proxies`` are
    addresses and networks whose forwarded headers are believed, ``hosts`` the names under which the service answers
    besides this machine's own.
    ``basemap`` is a base map in place of the partnership's own, an address or a file, ``basemap_attribution`` whose it
    is, and ``basemap_token`` what goes in place of ``{token}`` in its address (`api.basemap`).
    ``session_idle_minutes`` without a request end a session;
    ``https_only``: cookies are for https, even if a proxy in front speaks http and names this machine.
    """

    home: Path
    database_url: str | None = field(repr=False)
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
    database_url_file: Path | None = None
    proxies: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    database_owner_url_file: Path | None = None
    webhook_url_file: Path | None = None
    session_idle_minutes: int = 30
    https_only: bool = False
    basemap: str | None = field(default=None, repr=False)
    basemap_attribution: str | None = None
    basemap_token: str | None = field(default=None, repr=False)
    basemap_token_file: Path | None = None

    def shown(self) -> dict[str, str]:
        """Every setting as it may be shown: what is or may hold a secret is not."""
        values = {name: _text(value) for name, value in vars(self).items() if name != "limits"}
        secret = [one.name for one in fields(self) if not one.repr]
        values |= {name: "(set, not shown)" for name in secret if values[name]}
        values |= {f"{LIMIT}{name}": str(value) for name, value in vars(self.limits).items()}
        return {PREFIX + name.upper(): value for name, value in values.items()}

    def secret_files(self) -> dict[str, Path]:
        """The files that hold secrets, by the setting that names them."""
        named = {name: value for name, value in vars(self).items() if name.upper().endswith(FILE) and value}
        return {PREFIX + name.upper(): path for name, path in named.items()}

    @property
    def answered_hosts(self) -> frozenset[str]:
        """The names under which the service answers."""
        return frozenset((*LOCAL_HOSTS, *(host.lower() for host in self.hosts)))


class SettingsError(PlainError, ValueError):
    """A setting that does not exist or cannot be used."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from ``environment``; raises `SettingsError` for a misspelt ``TRYGKORT_`` name, `SecretError`."""
    known = set(Settings(Path(), None, None, None, None).shown())
    # The test run's own switches share the prefix.
    unknown = {
        name for name in environment if name.startswith(PREFIX) and not name.startswith(PREFIX + "REQUIRE_")
    } - known
    if unknown:
        raise SettingsError(f"unknown setting {min(unknown)}; known are {', '.join(sorted(known))}")

    def path(name: str) -> Path | None:
        value = environment.get(PREFIX + name)
        return Path(value).expanduser().absolute() if value else None

    secrets = {name: _secret(name, environment, path(name.upper() + FILE)) for name in SECRETS}
    return Settings(
        home=path("HOME") or Path(".trygkort").absolute(),
        **secrets,
        webhook_url_file=path("WEBHOOK_URL_FILE"),
        partnership=path("PARTNERSHIP"),
        gazetteer=path("GAZETTEER"),
        pg_bin=path("PG_BIN"),
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
        database_url_file=path("DATABASE_URL_FILE"),
        database_owner_url_file=path("DATABASE_OWNER_URL_FILE"),
        proxies=_list(environment.get(PREFIX + "PROXIES", "")),
        hosts=_list(environment.get(PREFIX + "HOSTS", "")),
        limits=read_limits(environment, PREFIX),
        session_idle_minutes=_whole(environment, "SESSION_IDLE_MINUTES", 30),
        https_only=_yes_or_no(environment, "HTTPS_ONLY"),
        basemap=environment.get(PREFIX + "BASEMAP") or None,
        basemap_attribution=environment.get(PREFIX + "BASEMAP_ATTRIBUTION") or None,
        basemap_token_file=path("BASEMAP_TOKEN_FILE"),
    )


def _secret(name: str, environment: Mapping[str, str], file: Path | None) -> str | None:
    """A secret from the environment or from its file, never from both."""
    setting = PREFIX + name.upper()
    given = environment.get(setting) or None
    if file is None:
        return given
    if given is not None:
        raise SettingsError(f"{setting} and {setting}{FILE} are both set; one of them is to say it")
    found = secret_file(file).strip()
    if not found:
        raise SettingsError(f"the file of {setting}{FILE} is empty")
    return found


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.replace(",", " ").split() if part)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


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
