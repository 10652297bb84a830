"""The register of accounts: who may log in, their sessions, tokens and one-time logins. Every change is logged with it.

Secrets come in as they are and are kept as their SHA-256: they are random and long, so nobody can try them all.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from data.audit_log import add_line
from data.intake.person_data import person_data_in
from data.statements import statements
from geo.errors import PlainError
from models.account import (
    OPENID_HANDLE,
    Account,
    AccountError,
    AccountState,
    LoginWay,
    grant_of,
    grant_text,
    is_handle,
    require_local_handle,
    waits_until,
)
from models.api_token import ApiToken, checked_scopes, require_token_expiry
from models.audit import Action, audit_entry
from models.session import SessionLimits
from models.viewer import Grant, Viewer

ACCOUNTS = statements("accounts")
Connection = psycopg.Connection[Any]
NOBODY = "unknown"  # in the log, for who is no account: what was typed may be a name or a password
SEEN_EVERY = timedelta(minutes=1)


class NoAccountError(PlainError, LookupError):
    """There is no such account, or no such token."""


class AccountStateError(AccountError):
    """An account that is there already, is disabled, or has no password to set."""


@dataclass(frozen=True)
class Attempt:
    """A login that was counted as failed until it is right: what to compare with, and None where nothing is right."""

    actor: str
    password_hash: str | None
    outcome: str


@dataclass(frozen=True)
class OpenSession:
    """One session as its account sees it."""

    key: bytes
    created_at: datetime
    seen_at: datetime


class AccountBook:
    """The accounts in one store; ``transaction`` opens one. ``actor`` is who makes a change, for the log."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def add(self, handle: str, password_hash: str | None, actor: str) -> None:
        """A new account without grants; raises `AccountError`, and `AccountStateError` where it is there."""
        require_local_handle(handle)
        if person_data_in(handle):
            raise AccountError("this handle looks like person data; it must name a function")
        with self._transaction() as connection:
            values = {"handle": handle, "password_hash": password_hash}
            if connection.execute(ACCOUNTS["add"], values).fetchone() is None:
                raise AccountStateError(f"there is an account '{handle}' already")
            _log(connection, actor, "account", handle, "add")

    def accounts(self) -> list[Account]:
        """All accounts, by handle."""
        return self._accounts(None)

    def account(self, handle: str) -> Account:
        """One account; raises `NoAccountError`."""
        found = self._accounts(handle)
        if not found:
            raise NoAccountError("there is no such account")
        return found[0]

    def grant(self, handle: str, grant: Grant, actor: str) -> None:
        """Give an account a role in a partnership; raises `NoAccountError`, and `AccountError` for OpenID accounts."""
        self._change_grant("grant", handle, grant, actor)

    def revoke_grant(self, handle: str, grant: Grant, actor: str) -> None:
        """Take a role back, also from the sessions and tokens there are; raises as `grant`."""
        self._change_grant("revoke_grant", handle, grant, actor)

    def set_state(self, handle: str, state: AccountState, actor: str) -> None:
        """Enable or disable an account; a disabled one loses its sessions, and its tokens rest."""
        with self._transaction() as connection:
            _locked(connection, handle)
            connection.execute(ACCOUNTS["set_state"], {"handle": handle, "state": state})
            if state == "disabled":
                _end_sessions(connection, handle)
                connection.execute(ACCOUNTS["drop_once"], {"handle": handle})
            _log(connection, actor, "account", handle, state)

    def set_password(self, handle: str, password_hash: str, actor: str) -> None:
        """Another password; whoever is logged in is logged out, and the waiting after wrong ones ends."""
        with self._transaction() as connection:
            _locked(connection, handle)
            _require_local(handle)
            connection.execute(ACCOUNTS["set_password"], {"handle": handle, "password_hash": password_hash})
            _end_sessions(connection, handle)
            connection.execute(ACCOUNTS["drop_once"], {"handle": handle})
            _log(connection, actor, "account", handle, "password")

    def attempt(self, handle: str, now: datetime) -> Attempt:
        """What a password typed for ``handle`` is to be compared with.

        It counts as wrong already now, so that many at the same time get no more tries than one after another. While
        an account waits nothing is right, and nothing counts.
        """
        if not is_handle(handle):
            return Attempt(NOBODY, None, "refused")
        with self._transaction() as connection:
            row = connection.execute(ACCOUNTS["lock"], {"handle": handle}).fetchone()
            if row is None:
                return Attempt(NOBODY, None, "refused")
            state, password_hash, failures, failed_at = row
            if state != "active" or password_hash is None:
                return Attempt(handle, None, "refused")
            until = waits_until(failures, failed_at)
            if until is not None and now < until:
                return Attempt(handle, None, "refused while waiting")
            connection.execute(ACCOUNTS["count_failure"], {"handle": handle, "now": now})
        return Attempt(handle, password_hash, "refused")

    def refused(self, attempt: Attempt) -> None:
        """Log a login that failed."""
        with self._transaction() as connection:
            _log(connection, attempt.actor, "login", attempt.actor, attempt.outcome)

    def passed(self, attempt: Attempt, fresh_hash: str | None) -> None:
        """The password was right: forget the wrong ones; ``fresh_hash`` replaces one of old parameters."""
        values = {"handle": attempt.actor, "before": attempt.password_hash, "password_hash": fresh_hash}
        with self._transaction() as connection:
            connection.execute(ACCOUNTS["forget_failures"], values)
            if fresh_hash:
                connection.execute(ACCOUNTS["rehash"], values)

    def begin_session(
        self, secret: str, handle: str, *, way: LoginWay, limits: SessionLimits, now: datetime, old: str | None = None
    ) -> None:
        """Begin the session of the id ``secret``, and end that of ``old``; raises `AccountStateError`, `NoAccountError`
        for an account that may not log in."""
        values = {"key": digest(secret), "handle": handle, "now": now, "expires_at": now + limits.absolute}
        with self._transaction() as connection:
            _require_active(connection, handle)
            connection.execute(ACCOUNTS["end_old_sessions"], {"now": now})
            if old:
                connection.execute(ACCOUNTS["end_session"], {"key": digest(old)})
            connection.execute(ACCOUNTS["begin_session"], values)
            _log(connection, handle, "login", handle, way)

    def openid_login(self, handle: str, grants: frozenset[Grant]) -> None:
        """The account of OpenID Connect with just these ``grants``, made where there is none; raises `AccountError`."""
        if not OPENID_HANDLE.fullmatch(handle):
            raise AccountError("an account of OpenID Connect is 'oidc-' and 12 hexadecimal digits")
        with self._transaction() as connection:
            if connection.execute(ACCOUNTS["add"], {"handle": handle, "password_hash": None}).fetchone():
                _log(connection, handle, "account", handle, "add")
            _require_active(connection, handle)
            held = _grants(connection, handle)
            for verb, changed in (("revoke_grant", held - grants), ("grant", grants - held)):
                for one in sorted(changed):
                    _change_grant(connection, verb, handle, one, handle)

    def viewer(self, secret: str, *, limits: SessionLimits, now: datetime) -> Viewer | None:
        """Who has the session of the id ``secret``; None where there is none, or it is over."""
        values = {"key": digest(secret), "now": now}
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(ACCOUNTS["session"], values).fetchone()
            if row is None or now >= row["expires_at"] or not limits.lives(row["created_at"], row["seen_at"], now):
                return None
            if now - row["seen_at"] >= SEEN_EVERY:
                cursor.execute(ACCOUNTS["seen"], values)
            return Viewer(row["account"], frozenset(map(grant_of, row["grants"])))

    def sessions(self, handle: str, *, limits: SessionLimits, now: datetime) -> list[OpenSession]:
        """The sessions of an account that go on, the newest first."""
        with self._transaction() as connection, connection.cursor(row_factory=class_row(OpenSession)) as cursor:
            found = cursor.execute(ACCOUNTS["sessions"], {"handle": handle, "now": now}).fetchall()
        return [one for one in found if limits.lives(one.created_at, one.seen_at, now)]

    def end_session(self, secret: str) -> str | None:
        """End a session; whose it was, None where there was none."""
        with self._transaction() as connection:
            row = connection.execute(ACCOUNTS["end_session"], {"key": digest(secret)}).fetchone()
            if row is None:
                return None
            _log(connection, row[0], "login", row[0], "logout")
            return str(row[0])

    def end_sessions(self, handle: str, actor: str, *, but: str | None = None) -> int:
        """End every session of an account, except that of the id ``but``; how many those were."""
        with self._transaction() as connection:
            ended = _end_sessions(connection, handle, but)
            if ended:
                _log(connection, actor, "login", handle, f"sessions ended {ended}")
            return ended

    def allow_once(self, handle: str, secret: str, *, expires_at: datetime, actor: str) -> None:
        """Let whoever has the code ``secret`` log in once; an earlier code of the account is void."""
        with self._transaction() as connection:
            _require_active(connection, handle)
            _require_local(handle)
            values = {"handle": handle, "key": digest(secret), "expires_at": expires_at}
            connection.execute(ACCOUNTS["allow_once"], values)
            _log(connection, actor, "account", handle, "one-time login")

    def use_once(self, secret: str, now: datetime) -> str | None:
        """Use up a code; whose it is, None where it is no code, was used, or is over."""
        with self._transaction() as connection:
            row = connection.execute(ACCOUNTS["use_once"], {"key": digest(secret)}).fetchone()
            known = row is not None and now < row[1]
            if not known:
                actor = NOBODY if row is None else row[0]
                _log(connection, actor, "login", actor, "one-time login refused")
            return str(row[0]) if row is not None and known else None

    def add_token(
        self, handle: str, secret: str, *, scopes: list[str], expires_at: datetime, now: datetime, actor: str
    ) -> tuple[str, ...]:
        """Register the token ``secret``; its scopes. Raises `AccountError`, `NoAccountError`."""
        require_token_expiry(expires_at, now)
        with self._transaction() as connection:
            _require_active(connection, handle)
            checked = checked_scopes(scopes, _grants(connection, handle))
            values = {"handle": handle, "key": digest(secret), "now": now, "expires_at": expires_at}
            prefix = secret.split("_")[1]
            connection.execute(ACCOUNTS["add_token"], {**values, "prefix": prefix, "scopes": list(checked)})
            _log(connection, actor, "account", handle, f"token {prefix} {','.join(checked)}")
        return checked

    def token(self, secret: str, now: datetime) -> tuple[ApiToken, frozenset[Grant]] | None:
        """The token and what its account holds; None where it is unknown, over or revoked."""
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(ACCOUNTS["token"], {"key": digest(secret)}).fetchone()
            if row is None:
                return None
            held = frozenset(map(grant_of, row.pop("grants")))
            token = _token(row)
            if not token.works(now):
                return None
            if token.last_used_on is None or token.last_used_on < now.date():
                cursor.execute(ACCOUNTS["token_used"], {"prefix": token.prefix, "today": now.date()})
            return token, held

    def tokens(self, handle: str | None = None) -> list[ApiToken]:
        """The tokens of an account, of all where None, the newest first."""
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_token(row) for row in cursor.execute(ACCOUNTS["tokens"], {"handle": handle})]

    def revoke_token(self, prefix: str, *, now: datetime, actor: str, handle: str | None = None) -> None:
        """End a token, where ``handle`` is given one of that account alone; raises `NoAccountError`."""
        with self._transaction() as connection:
            values = {"prefix": prefix, "now": now, "handle": handle}
            row = connection.execute(ACCOUNTS["revoke_token"], values).fetchone()
            if row is None:
                raise NoAccountError("there is no such token, or it was revoked already")
            _log(connection, actor, "account", row[0], f"token {prefix} revoked")

    def _accounts(self, handle: str | None) -> list[Account]:
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [
                Account(row["handle"], row["state"], row["has_password"], frozenset(map(grant_of, row["grants"])))
                for row in cursor.execute(ACCOUNTS["accounts"], {"handle": handle})
            ]

    def _change_grant(self, verb: str, handle: str, grant: Grant, actor: str) -> None:
        with self._transaction() as connection:
            _locked(connection, handle)
            _require_local(handle)
            _change_grant(connection, verb, handle, grant, actor)


def digest(secret: str) -> bytes:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _change_grant(connection: Connection, verb: str, handle: str, grant: Grant, actor: str) -> None:
    values = {"handle": handle, "partnership": grant.partnership, "role": grant.role}
    if connection.execute(ACCOUNTS[verb], values).rowcount:
        _log(connection, actor, "account", handle, f"{verb.replace('_', ' ')} {grant_text(grant)}")


def _locked(connection: Connection, handle: str) -> str:
    """The state of an account that nobody else changes meanwhile."""
    row = connection.execute(ACCOUNTS["lock"], {"handle": handle}).fetchone()
    if row is None:
        raise NoAccountError("there is no such account")
    return str(row[0])


def _require_active(connection: Connection, handle: str) -> None:
    if _locked(connection, handle) != "active":
        raise AccountStateError(f"the account '{handle}' is disabled")


def _require_local(handle: str) -> None:
    if OPENID_HANDLE.fullmatch(handle):
        raise AccountStateError(f"'{handle}' belongs to OpenID Connect: its provider decides on logins and grants")


def _grants(connection: Connection, handle: str) -> frozenset[Grant]:
    row = connection.execute(ACCOUNTS["accounts"], {"handle": handle}).fetchone()
    return frozenset(map(grant_of, row[3])) if row else frozenset()


def _end_sessions(connection: Connection, handle: str, but: str | None = None) -> int:
    values = {"handle": handle, "key": digest(but) if but else None}
    return connection.execute(ACCOUNTS["end_other_sessions"], values).rowcount


def _token(row: dict[str, Any]) -> ApiToken:
    return ApiToken(**{**row, "scopes": tuple(row["scopes"])})


def _log(connection: Connection, actor: str, action: Action, subject: str, outcome: str) -> None:
    add_line(connection, audit_entry(actor=actor, action=action, subject=subject, outcome=outcome))
