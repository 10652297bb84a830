"""The settings of logins at an OpenID Connect provider, proved before the service starts."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from api.openid_address import host_of, require_address
from api.settings import Settings
from data.group_file import load_group_roles
from data.secret import secret_file
from geo.errors import PlainError
from models.group_roles import GroupRoles

CALLBACK = "/login/openid/callback"
ENDED = "/login/openid/ended"
CLOCK_SKEW_S = 60
LARGEST_CLOCK_SKEW_S = 300
NEEDED = ("openid_issuer", "openid_client_id", "openid_redirect", "openid_groups")


class OpenIdSettingsError(PlainError, ValueError):
    """Settings of logins that cannot be used; the sentence names the setting and never the secret."""


@dataclass(frozen=True)
class OpenIdSettings:
    """Who may log in, and where.

    ``issuer`` is the provider's own name, an address without which nothing is asked; ``hosts`` are those that may be
    asked, each ``host:port``, its own among them. ``redirect`` is the public address of this service without a slash
    at its end. ``groups`` says which of the names in the claim ``groups_claim`` have which roles. The clocks of both
    sides may differ by ``clock_skew_s`` seconds.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect: str
    groups: GroupRoles
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ("openid",)
    hosts: frozenset[str] = frozenset()
    clock_skew_s: int = CLOCK_SKEW_S

    @property
    def callback(self) -> str:
        """Where the provider sends whoever logged in, as it must be registered there."""
        return self.redirect + CALLBACK

    @property
    def ended(self) -> str:
        """Where the provider sends whoever logged out, as it must be registered there."""
        return self.redirect + ENDED

    @property
    def secure(self) -> bool:
        """Whether cookies may go over https only; a service on this machine may do without."""
        return self.redirect.startswith("https://")


def openid_of(settings: Settings) -> OpenIdSettings | None:
    """The logins of ``settings``, None where no setting of theirs is there.

    Raises `OpenIdSettingsError`, `api.openid_address.OpenIdAddressError`, `data.secret.SecretError`, and for the file
    of groups `data.group_file.GroupFileError`, `models.group_roles.GroupRolesError`.
    """
    given = {name for name, value in vars(settings).items() if name.startswith("openid_") and value is not None}
    if not given:
        return None
    issuer, client_id = _needed(settings, "openid_issuer"), _needed(settings, "openid_client_id")
    redirect, groups = _needed(settings, "openid_redirect"), _needed(settings, "openid_groups")
    at = require_address("TRYGKORT_OPENID_ISSUER", issuer)
    if at.query:
        raise OpenIdSettingsError("TRYGKORT_OPENID_ISSUER must have no part after ?")
    return OpenIdSettings(
        issuer=issuer,
        client_id=_plain("TRYGKORT_OPENID_CLIENT_ID", client_id),
        client_secret=_secret(settings),
        redirect=_redirect(redirect),
        groups=load_group_roles(Path(groups)),
        groups_claim=settings.openid_groups_claim or "groups",
        scopes=_scopes(settings.openid_scopes or "openid"),
        hosts=frozenset({host_of(at), *_hosts(settings.openid_hosts or "")}),
        clock_skew_s=_clock_skew(settings.openid_clock_skew_s or str(CLOCK_SKEW_S)),
    )


def _needed(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if value is None:
        everything = ", ".join(f"TRYGKORT_{needed.upper()}" for needed in NEEDED)
        raise OpenIdSettingsError(f"a login with OpenID Connect needs {everything}; TRYGKORT_{name.upper()} is not set")
    return str(value)


def _secret(settings: Settings) -> str:
    given, file = settings.openid_client_secret, settings.openid_client_secret_file
    if (given is None) == (file is None):
        found = "neither is" if given is None else "both are"
        raise OpenIdSettingsError(
            "a login with OpenID Connect needs the client's secret, in TRYGKORT_OPENID_CLIENT_SECRET or in the file "
            f"TRYGKORT_OPENID_CLIENT_SECRET_FILE; {found} set"
        )
    name = "TRYGKORT_OPENID_CLIENT_SECRET" if file is None else "the file TRYGKORT_OPENID_CLIENT_SECRET_FILE"
    return _plain(name, (given if file is None else secret_file(file).strip()) or "")


def _plain(name: str, text: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise OpenIdSettingsError(f"{name} must hold plain letters, digits and signs without a space")
    return text


def _redirect(url: str) -> str:
    at = require_address("TRYGKORT_OPENID_REDIRECT", url)
    if at.path.strip("/") or at.query:
        raise OpenIdSettingsError("TRYGKORT_OPENID_REDIRECT is the service's address alone, without a path")
    return url.rstrip("/")


def _scopes(text: str) -> tuple[str, ...]:
    scopes = tuple(text.split())
    if "openid" not in scopes:
        raise OpenIdSettingsError(f"TRYGKORT_OPENID_SCOPES must hold openid, found '{text}'")
    return scopes


def _hosts(text: str) -> set[str]:
    return {_host(one) for one in text.replace(",", " ").split()}


def _host(text: str) -> str:
    name = "a host in TRYGKORT_OPENID_HOSTS"
    at = require_address(name, f"https://{text}")
    if at.netloc != text or text != text.lower():
        raise OpenIdSettingsError(f"{name} is a name in small letters with or without a port, found '{text}'")
    return host_of(urlsplit(f"https://{text}"))


def _clock_skew(text: str) -> int:
    if not text.isdecimal() or int(text) > LARGEST_CLOCK_SKEW_S:
        raise OpenIdSettingsError(
            f"TRYGKORT_OPENID_CLOCK_SKEW_S must be a whole number of seconds from 0 to {LARGEST_CLOCK_SKEW_S}, "
            f"found '{text}'"
        )
    return int(text)
