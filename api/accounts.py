"""Use cases on accounts: one-time logins, tokens for programs, and the accounts of the demonstration."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.identify import new_secret, new_token
from data.account_book import AccountBook, AccountStateError
from models.account import ONE_TIME_VALID
from models.viewer import Grant, Role

# A function for each role, with its number.
DEMO_HANDLES = {
    Role.PLANNER: "vagtplan-1",
    Role.ANALYST: "analyse-1",
    Role.STEERING: "styregruppe-1",
    Role.GUEST: "gruppe-1",
    Role.INGEST: "indlaesning-1",
    Role.AUDITOR: "revision-1",
    Role.ADMIN: "drift-1",
}


@dataclass(frozen=True)
class DemoLogin:
    """An account of the demonstration and the code that logs it in once."""

    handle: str
    role: Role
    code: str


def one_time_login(book: AccountBook, handle: str, *, now: datetime, actor: str) -> str:
    """A code that logs ``handle`` in once within `models.account.ONE_TIME_VALID`; an earlier one is void."""
    code = new_secret()
    book.allow_once(handle, code, expires_at=now + ONE_TIME_VALID, actor=actor)
    return code


def create_token(book: AccountBook, handle: str, scopes: list[str], *, days: int, now: datetime, actor: str) -> str:
    """A token of an account, shown now and never again. Raises `models.account.AccountError`."""
    token = new_token()
    book.add_token(handle, token, scopes=scopes, expires_at=now + timedelta(days=days), now=now, actor=actor)
    return token


def demo_logins(book: AccountBook, partnership: str, *, now: datetime, actor: str) -> list[DemoLogin]:
    """An account for each role in ``partnership``, made where it is missing, with a new one-time login."""
    found = []
    for role, handle in DEMO_HANDLES.items():
        with suppress(AccountStateError):
            book.add(handle, None, actor)
        book.grant(handle, Grant(partnership, role), actor)
        found.append(DemoLogin(handle, role, one_time_login(book, handle, now=now, actor=actor)))
    return found


def one_time_link(address: str, code: str) -> str:
    """Where a one-time login is used, on a service at ``address``."""
    return f"{address}/login?code={code}"
