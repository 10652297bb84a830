"""API tokens: what one may do and until when. The secret itself is kept nowhere."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.account import AccountError, grant_of
from models.viewer import Grant, Role

READ = "read"
LONGEST_VALID = timedelta(days=366)
TOKEN = re.compile(r"tk_([a-z0-9]{8})_[A-Za-z0-9_-]{43}")
READ_PATH = "/v1/"
READ_METHODS = frozenset({"GET", "HEAD"})
# A token that reads figures neither brings data in nor opens the house.
NOT_FOR_READING = frozenset({Role.INGEST, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True)
class ApiToken:
    """A token in the register; ``prefix`` is how people recognise it, ``scopes`` grants or `READ`."""

    prefix: str
    account: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_on: date | None

    def works(self, now: datetime) -> bool:
        """Whether it is neither over nor revoked."""
        return self.revoked_at is None and now < self.expires_at


def checked_scopes(scopes: Collection[str], held: frozenset[Grant]) -> tuple[str, ...]:
    """``scopes`` sorted, each once: `READ`, or ``partnership:role`` of the account's own grants.

    Raises `AccountError`.

    >>> checked_scopes(["nord:analyst"], frozenset({Grant("nord", Role.ANALYST)}))
    ('nord:analyst',)
    """
    if not scopes:
        raise AccountError(f"a token needs a scope: '{READ}', or partnership:role of the account's grants")
    for scope in scopes:
        if scope != READ and grant_of(scope) not in held:
            raise AccountError(f"the account has no grant '{scope}' that a token could have")
    if READ in scopes and len(set(scopes)) > 1:
        raise AccountError(f"'{READ}' stands alone: other scopes would add to it")
    return tuple(sorted(set(scopes)))


def require_token_expiry(expires_at: datetime, now: datetime) -> None:
    """Every token ends; raises `AccountError` for one that is over already or lasts too long."""
    if not now < expires_at <= now + LONGEST_VALID:
        raise AccountError(
            f"a token ends within {LONGEST_VALID.days} days from now and not before, found {expires_at:%Y-%m-%d %H:%M}"
        )


def token_grants(scopes: Collection[str], held: frozenset[Grant], *, method: str, path: str) -> frozenset[Grant] | None:
    """What a token gives for one request: no more than the account still holds; None where it gives nothing.

    >>> held = frozenset({Grant("nord", Role.ANALYST), Grant("nord", Role.ADMIN)})
    >>> token_grants(["read"], held, method="GET", path="/v1/cells")
    frozenset({Grant(partnership='nord', role=<Role.ANALYST: 'analyst'>)})
    >>> token_grants(["read"], held, method="POST", path="/v1/efforts") is None
    True
    """
    if READ not in scopes:
        return frozenset(map(grant_of, scopes)) & held or None
    if method not in READ_METHODS or not path.startswith(READ_PATH):
        return None
    return frozenset(grant for grant in held if grant.role not in NOT_FOR_READING) or None
