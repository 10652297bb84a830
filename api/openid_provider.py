"""What the provider says about itself: its addresses and its keys, asked for seldom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from api.openid_fetch import OpenIdFetch
from api.openid_refusal import OpenIdRefusedError, Reason
from api.openid_settings import OpenIdSettings

KEEP_S = 3600.0
AFTER_FAILURE_S = 5.0  # a provider that is away is not asked again by everyone who waits
NEW_KEYS_S = 60.0  # anybody may send a token with an unknown key
MOST_KEYS = 100
SMALLEST_RSA_BITS = 2048
PUBLIC = frozenset({"kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y"})
Key = RSAKey | ECKey
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Metadata:
    """Where the provider does what; ``names_issuer`` is whether its answers carry ``iss`` (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    client_authentication: str
    names_issuer: bool


class OpenIdProvider:
    """The provider of ``settings``. Every verb raises `OpenIdRefusedError`.

    ``clock`` gives seconds of any origin that never go back.
    """

    def __init__(self, settings: OpenIdSettings, fetch: OpenIdFetch, *, clock: Callable[[], float] = monotonic) -> None:
        self._settings = settings
        self._fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, Mapping[str | None, Key]] | None = None
        self._failed: tuple[float, Reason] | None = None

    def metadata(self) -> Metadata:
        """What its discovery document says."""
        with self._lock:
            return self._known_metadata()

    def key(self, name: str | None) -> Key:
        """The key ``name``; its only key where tokens name none. An unknown name asks for the keys anew."""
        with self._lock:
            keys, age_s = self._known_keys()
            if age_s >= KEEP_S or (age_s >= NEW_KEYS_S and name not in keys):
                keys = self._asked(self._read_keys)
                self._keys = (self._clock(), keys)
            if name is None and len(keys) == 1:
                return next(iter(keys.values()))
            if name is None or name not in keys:
                raise OpenIdRefusedError(Reason.UNKNOWN_KEY)
            return keys[name]

    def _known_keys(self) -> tuple[Mapping[str | None, Key], float]:
        """The keys and how old they are in seconds."""
        return ({}, KEEP_S) if self._keys is None else (self._keys[1], self._clock() - self._keys[0])

    def _known_metadata(self) -> Metadata:
        if self._metadata is None or self._clock() - self._metadata[0] >= KEEP_S:
            self._metadata = (self._clock(), self._asked(self._read_metadata))
        return self._metadata[1]

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        if self._failed and self._clock() - self._failed[0] < AFTER_FAILURE_S:
            raise OpenIdRefusedError(self._failed[1])
        try:
            return ask()
        except OpenIdRefusedError as error:
            self._failed = (self._clock(), error.reason)
            raise

    def _read_metadata(self) -> Metadata:
        said = self._fetch.json(get_well_known_url(self._settings.issuer, external=True))
        if said.get("issuer") != self._settings.issuer:
            raise OpenIdRefusedError(Reason.WRONG_ISSUER)
        if "S256" not in _names(said, "code_challenge_methods_supported", ["S256"]):
            raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
        return Metadata(
            authorization=self._address(said, "authorization_endpoint"),
            token=self._address(said, "token_endpoint"),
            keys=self._address(said, "jwks_uri"),
            userinfo=self._address(said, "userinfo_endpoint") if "userinfo_endpoint" in said else None,
            end_session=self._address(said, "end_session_endpoint") if "end_session_endpoint" in said else None,
            client_authentication=_client_authentication(said),
            names_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, said: Mapping[str, Any], name: str) -> str:
        if not isinstance(said.get(name), str):
            raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
        return self._fetch.require_host(said[name])

    def _read_keys(self) -> dict[str | None, Key]:
        said = self._fetch.json(self._known_metadata().keys).get("keys")
        if not isinstance(said, list) or len(said) > MOST_KEYS:
            raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
        # What is unknown here, or meant for something else, signs nothing.
        return {one.get("kid"): key for one in said if (key := _key(one)) is not None}


def _names(said: Mapping[str, Any], name: str, default: list[str]) -> list[Any]:
    found = said.get(name, default)
    if not isinstance(found, list):
        raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
    return found


def _client_authentication(said: Mapping[str, Any]) -> str:
    known = _names(said, "token_endpoint_auth_methods_supported", ["client_secret_basic"])
    for method in ("client_secret_basic", "client_secret_post"):
        if method in known:
            return method
    raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)


def _key(said: object) -> Key | None:
    if not isinstance(said, dict) or said.get("use", "sig") != "sig" or not isinstance(said.get("kid"), str | None):
        return None
    public = {name: value for name, value in said.items() if name in PUBLIC}
    try:
        return _public_key(str(said.get("kty")), public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _public_key(kind: str, said: dict[str, Any]) -> Key | None:
    if kind == "RSA":
        long_enough = base64_to_int(said["n"]).bit_length() >= SMALLEST_RSA_BITS
        return RSAKey.import_key(said) if long_enough else None
    return ECKey.import_key(said) if kind == "EC" else None
