"""Who looks: the session of a browser or the token of a program, and the check that a form came from a page of ours.

A browser holds a random id in a cookie. Over https its name begins with ``__Host-``, so no other host can set it, and
it is Secure; so it is too wherever the service is reached under another name than this machine's own. Plain http on
this machine is the demonstration, where a browser would refuse such a cookie: there it has a plain name. A program
sends ``Authorization: Bearer tk_…``; then cookies count for nothing, and nothing is to be checked about forms.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from fastapi.responses import Response

from api.settings import Settings
from data.account_book import AccountBook
from data.password_hash import Passwords
from data.store import Store
from geo.errors import PlainError
from maps.form_token import FIELD
from models.account import LoginWay
from models.api_token import TOKEN, token_grants
from models.session import LOGIN, LOGOUT, SessionLimits
from models.viewer import Grant, Viewer

SESSION = "trygkort"
FORM = "trygkort-form"  # of who is not logged in yet
HOST_ONLY = "__Host-"
HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class FormError(PlainError, PermissionError):
    """A change that did not come from a page of this service that the session was shown."""


class LoginNeededError(PlainError, PermissionError):
    """Only somebody who is logged in may do this."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Identity:
    """Sessions and tokens of the accounts in ``store``. ``always_secure``: the service is reached over https alone,
    even if a proxy in front says otherwise. ``clock`` gives the time with its offset."""

    store: Store
    limits: SessionLimits = field(default_factory=SessionLimits)
    always_secure: bool = False
    clock: Callable[[], datetime] = _now
    passwords: Passwords = field(default_factory=Passwords)

    @property
    def book(self) -> AccountBook:
        return self.store.accounts

    def identify(self, request: Request) -> Viewer | None:
        """Who sent ``request``, by token or session; None where nobody is known. Raises `data.store.StoreError`.

        A token with the scope ``read`` is known for reading data alone. ``request.state.form_token`` is then what forms
        of the session carry.
        """
        if "authorization" in request.headers:
            return self._of_token(request)
        secret = self.session_secret(request)
        viewer = self.book.viewer(secret, limits=self.limits, now=self.clock()) if secret else None
        if secret and viewer:
            request.state.form_token = form_token(secret)
        return viewer

    def log_in(self, handle: str, password: str) -> str | None:
        """The account that has this password, None where none has or it waits: nothing says which it was.

        Whatever the case, the work is one comparison with a hash. Raises `data.password_hash.HashingBusyError`.
        """
        attempt = self.book.attempt(handle, self.clock())
        if not self.passwords.matches(attempt.password_hash, password):
            self.book.refused(attempt)
            return None
        kept = attempt.password_hash
        fresh = self.passwords.hashed(password) if kept and self.passwords.outdated(kept) else None
        self.book.passed(attempt, fresh)
        return attempt.actor

    def log_in_once(self, code: str) -> str | None:
        """The account whose one-time ``code`` this is, which is used up with it; None where it is none."""
        return self.book.use_once(code, self.clock())

    def begin(self, request: Request, response: Response, handle: str, grants: frozenset[Grant]) -> None:
        """Begin a session after a login at an OpenID Connect provider, and put its cookie on ``response``.

        ``handle`` is ``oidc-`` and 12 hexadecimal digits; its account is made with the first login, and has just
        ``grants`` after each. Raises `models.account.AccountError` for another handle or a disabled account.
        """
        self.book.openid_login(handle, grants)
        self.begin_session(request, response, handle, way="openid")

    def begin_session(self, request: Request, response: Response, handle: str, *, way: LoginWay) -> None:
        """Begin a session of an account that has proved itself; the one the browser had before ends.

        Raises `data.account_book.AccountStateError` where the account is disabled.
        """
        secret = new_secret()
        old = self.session_secret(request)
        self.book.begin_session(secret, handle, way=way, limits=self.limits, now=self.clock(), old=old)
        self.set_cookie(request, response, SESSION, secret)
        self._drop_cookie(request, response, FORM)

    def end(self, request: Request, response: Response) -> str | None:
        """End the session of ``request`` and take its cookie away; the account it had, None where there was none."""
        secret = self.session_secret(request)
        self._drop_cookie(request, response, SESSION)
        return self.book.end_session(secret) if secret else None

    def end_all(self, handle: str) -> None:
        """End every session of the account ``handle``."""
        self.book.end_sessions(handle, handle)

    def session_secret(self, request: Request) -> str | None:
        """The id in the session's cookie, whether there is such a session or not."""
        return self.cookie(request, SESSION)

    def cookie(self, request: Request, name: str) -> str | None:
        """One of our secrets in a cookie."""
        found = request.cookies.get(self._cookie_name(request, name), "")
        return found if SECRET.fullmatch(found) else None

    def set_cookie(self, request: Request, response: Response, name: str, secret: str) -> None:
        """Put a secret into a cookie that ends with the browser; how long it counts is ours to say."""
        response.set_cookie(
            self._cookie_name(request, name),
            secret,
            path="/",
            secure=self._secure(request),
            httponly=True,
            samesite="lax",
        )

    async def require_own_form(self, request: Request) -> None:
        """A dependency of every route: raises `FormError` where a request that changes something comes with a session's
        cookie, but not from here or without the session's token in the form or the header `HEADER`."""
        secret = self.session_secret(request)
        if request.method in SAFE or "authorization" in request.headers or secret is None or request.url.path == LOGIN:
            return  # the login, where a session may be an old one, has a check of its own
        # Prepared pages are the same for everybody, and so is the button in their menu; to be logged out is no harm.
        if request.url.path == LOGOUT and request.headers.get("sec-fetch-site") == "same-origin":
            return
        await require_form_token(request, secret)

    def _of_token(self, request: Request) -> Viewer | None:
        scheme, _, secret = request.headers["authorization"].partition(" ")
        if scheme.lower() != "bearer" or not TOKEN.fullmatch(secret):
            return None
        found = self.book.token(secret, self.clock())
        if found is None:
            return None
        token, held = found
        grants = token_grants(token.scopes, held, method=request.method, path=request.url.path)
        return None if grants is None else Viewer(token.account, grants)

    def _secure(self, request: Request) -> bool:
        own_machine = request.url.scheme == "http" and _host(request) in LOOPBACK
        return self.always_secure or not own_machine

    def _cookie_name(self, request: Request, name: str) -> str:
        return HOST_ONLY + name if self._secure(request) else name

    def _drop_cookie(self, request: Request, response: Response, name: str) -> None:
        response.delete_cookie(
            self._cookie_name(request, name), path="/", secure=self._secure(request), httponly=True, samesite="lax"
        )


def identity_of(store: Store, settings: Settings) -> Identity:
    """The identity as the operator set it; raises `models.parameter_limits.ParameterError`."""
    limits = SessionLimits(idle=timedelta(minutes=settings.session_idle_minutes))
    return Identity(store, limits, always_secure=settings.https_only)


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """A token for a program: a prefix by which to recognise it, and 256 random bits."""
    return f"tk_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"


def form_token(secret: str) -> str:
    """What forms carry that were shown to the session ``secret``: it follows from the id and does not tell it."""
    return hmac.digest(secret.encode(), b"trygkort form", hashlib.sha256).hex()


def from_here(request: Request) -> bool:
    """Whether the browser says that a page of ours, or nobody's page, sent ``request``; true where it says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")  # our own pages send none: they have no referrer
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host")


async def require_form_token(request: Request, secret: str) -> None:
    """Raises `FormError` unless ``request`` came from here with the token of ``secret``."""
    if not from_here(request):
        raise FormError("this was sent by a page of another site; open the page here and try again")
    given = request.headers.get(HEADER) or (await form_fields(request)).get(FIELD, "")
    if not hmac.compare_digest(given.encode(), form_token(secret).encode()):
        raise FormError("this form is not of your session; open the page again and try once more")


async def form_fields(request: Request) -> Mapping[str, str]:
    """The fields of a posted form, the last of each name; none of anything else."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = await request.body()
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _host(request: Request) -> str:
    host = request.headers.get("host", "")
    return host if host.endswith("]") else host.rpartition(":")[0] or host
