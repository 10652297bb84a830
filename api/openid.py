"""Use case: log in at an OpenID Connect provider with an authorization code and PKCE, and log out there.

OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE, S256); RFC 9207 (issuer in the answer); RP-Initiated Logout 1.0;
Back-Channel Logout 1.0. Nothing is kept of whoever logs in but a code made of issuer and subject with a key.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from urllib.parse import urlencode

from api.openid_exchange import OpenIdExchange
from api.openid_fetch import OpenIdFetch
from api.openid_pending import PendingLogins
from api.openid_provider import Metadata, OpenIdProvider
from api.openid_recent import Recent
from api.openid_refusal import OpenIdRefusedError, Reason
from api.openid_settings import OpenIdSettings
from api.openid_token import Claims, LogoutWord, id_claims, logout_word
from models.session import own_path
from models.viewer import Grant

HANDLE_PREFIX = "oidc-"
HANDLE_DIGITS = 12
LONGEST_CODE = 4096
LONGEST_HINT = 2500  # with it, the address still fits into the 4 kB that proxies allow a head
MOST_GROUPS = 1000
AT_ONCE = 8  # exchanges with the provider
PATIENCE_S = 2.0


@dataclass(frozen=True)
class Login:
    """Who came back: an account that is no name, what its groups grant, and the page that was asked for."""

    handle: str
    grants: frozenset[Grant]
    next_path: str


@dataclass(frozen=True)
class _Open:
    """What the provider needs to end its session, in memory alone."""

    id_token: str
    session: str | None


class OpenId:
    """Logins at the provider of ``settings``; ``key`` is the installation's secret key.

    ``clock`` gives seconds since 1970. Every verb may raise `OpenIdRefusedError`.
    """

    def __init__(self, settings: OpenIdSettings, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self._key = key
        self._clock = clock
        self._fetch = OpenIdFetch(settings.hosts)
        self._provider = OpenIdProvider(settings, self._fetch)
        self._exchange = OpenIdExchange(settings, self._fetch)
        self._pending = PendingLogins()
        self._open = Recent[_Open]()
        self._logout_tokens = Recent[float]()
        self._at_once = BoundedSemaphore(AT_ONCE)

    def begin(self, next_path: str, browser: str) -> str:
        """Where to log in. ``browser`` is a secret of the browser that must bring the answer back."""
        metadata = self._provider.metadata()
        state, pending = self._pending.begin(browser, own_path(next_path), now_s=self._clock())
        return self._exchange.authorization(metadata, state, pending)

    def finish(self, answer: Mapping[str, str], browser: str) -> Login:
        """Who came back with the ``answer`` in the address of the callback."""
        pending = self._pending.take(answer.get("state", ""), browser, now_s=self._clock())
        with self._one_of_few():
            metadata = self._provider.metadata()
            token = self._exchange.tokens(metadata, _code(answer, metadata, self.settings), pending)
            access_token = str(token.get("access_token", ""))
            claims = id_claims(
                token.get("id_token"),
                self._provider.key,
                self.settings,
                nonce=pending.nonce,
                access_token=access_token,
                now_s=int(self._clock()),
            )
            groups = self._groups(metadata, claims, access_token)
        grants = self.settings.groups.grants_of(groups)
        if not grants:
            raise OpenIdRefusedError(Reason.NO_GROUP)
        handle = self.handle_of(claims["sub"])
        session = claims.get("sid")
        self._open.put(handle, _Open(token["id_token"], session if isinstance(session, str) else None))
        return Login(handle, grants, pending.next_path)

    def end(self, handle: str) -> str | None:
        """Where whoever logged out here can log out there; None where the provider has no such address.

        The address holds the ID token: it is for that browser alone, neither for a cookie nor for a log.
        """
        open_there = self._open.pop(handle)
        end_session = self._provider.metadata().end_session if handle.startswith(HANDLE_PREFIX) else None
        if end_session is None:
            return None
        fits = open_there is not None and len(open_there.id_token) <= LONGEST_HINT
        hint = {"id_token_hint": open_there.id_token} if open_there and fits else {}
        asked = {**hint, "client_id": self.settings.client_id, "post_logout_redirect_uri": self.settings.ended}
        return f"{end_session}{'&' if '?' in end_session else '?'}{urlencode(asked)}"

    def told_to_end(self, token: object) -> tuple[str, ...]:
        """Whose sessions end by the provider's logout ``token``; each is good once."""
        word = logout_word(token, self._provider.key, self.settings, now_s=int(self._clock()))
        if not self._logout_tokens.put(word.token, self._clock()):
            raise OpenIdRefusedError(Reason.REPLAYED)
        handles = self._handles(word)
        for handle in handles:
            self._open.pop(handle)
        return handles

    def handle_of(self, subject: str) -> str:
        """The account of the provider's ``subject``, ``oidc-`` and 12 hexadecimal digits: no name, and none to guess.

        HMAC-SHA256 of issuer and subject with the installation's key.
        """
        named = b"\0".join((b"openid-subject", self.settings.issuer.encode(), subject.encode("utf-8", "surrogatepass")))
        return HANDLE_PREFIX + hmac.digest(self._key, named, hashlib.sha256).hex()[:HANDLE_DIGITS]

    def _handles(self, word: LogoutWord) -> tuple[str, ...]:
        if word.subject is not None:
            return (self.handle_of(word.subject),)
        return tuple(handle for handle, one in self._open.items() if one.session == word.session)

    def _groups(self, metadata: Metadata, claims: Claims, access_token: str) -> frozenset[str]:
        claim = self.settings.groups_claim
        if claim not in claims and metadata.userinfo and access_token.isascii() and access_token.isprintable():
            told = self._fetch.json(metadata.userinfo, {"Authorization": f"Bearer {access_token}"})
            if told.get("sub") != claims["sub"]:
                raise OpenIdRefusedError(Reason.OTHER_SUBJECT)
            claims = told
        groups = claims.get(claim, [])
        found = [groups] if isinstance(groups, str) else groups
        if not isinstance(found, list) or len(found) > MOST_GROUPS or not all(isinstance(one, str) for one in found):
            raise OpenIdRefusedError(Reason.MALFORMED)
        return frozenset(found)

    @contextmanager
    def _one_of_few(self) -> Iterator[None]:
        if not self._at_once.acquire(timeout=PATIENCE_S):
            raise OpenIdRefusedError(Reason.BUSY)
        try:
            yield
        finally:
            self._at_once.release()


def _code(answer: Mapping[str, str], metadata: Metadata, settings: OpenIdSettings) -> str:
    said = answer.get("iss")
    if said != settings.issuer and (said is not None or metadata.names_issuer):
        raise OpenIdRefusedError(Reason.WRONG_ISSUER)
    if "error" in answer:
        raise OpenIdRefusedError(Reason.DENIED_THERE)
    code = answer.get("code", "")
    if not code or len(code) > LONGEST_CODE or not code.isascii() or not code.isprintable():
        raise OpenIdRefusedError(Reason.MALFORMED)
    return code
