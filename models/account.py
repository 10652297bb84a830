"""Accounts: handles that are functions, rules of passwords, and the wait after wrong ones.

An account is a function such as ``vagtplan-1``, never the name of a person.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from geo.errors import PlainError
from models.viewer import Grant, Role

AccountState = Literal["active", "disabled"]
LoginWay = Literal["password", "one-time", "openid"]

# Words and a number that counts the places in that function.
LOCAL_HANDLE = re.compile(r"(?!oidc)[a-z]{2,20}(?:-[a-z]{2,20}){0,2}-[1-9][0-9]{0,2}")
OPENID_HANDLE = re.compile(r"oidc-[0-9a-f]{12}")
PARTNERSHIP = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_PARTNERSHIP = 60

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
FEWEST_CHARACTERS = 5  # different ones
# What people type where they need not think; with digits around it, it is the same.
TRIVIAL_WORDS = (
    "trygkort", "password", "passwort", "kodeord", "adgangskode", "hemmelig", "velkommen", "letmein", "danmark",
    "politi", "kommune", "koebenhavn", "københavn", "sommer", "vinter", "efterår", "forår", "admin", "bruger", "login",
    "test", "demo",
)  # fmt: skip
ROWS = ("abcdefghijklmnopqrstuvwxyzæøå", "01234567890", "qwertyuiopå", "asdfghjklæø", "zxcvbnm")
LONGEST_RUN_SHARE = 0.5

FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
ONE_TIME_VALID = timedelta(hours=24)


class AccountError(PlainError, ValueError):
    """An account, a grant or a password that cannot be as it is asked for."""


@dataclass(frozen=True)
class Account:
    """An account as it stands; ``has_password`` is false for those of OpenID Connect."""

    handle: str
    state: AccountState
    has_password: bool
    grants: frozenset[Grant]


def is_handle(text: str) -> bool:
    """Whether ``text`` may be the handle of an account, of here or of OpenID Connect.

    >>> [is_handle(text) for text in ("vagtplan-1", "oidc-0123456789ab", "Jens Hansen", "jens@politi.dk", "0101701234")]
    [True, True, False, False, False]
    """
    return bool(LOCAL_HANDLE.fullmatch(text) or OPENID_HANDLE.fullmatch(text))


def require_local_handle(handle: str) -> None:
    """Raises `AccountError` unless ``handle`` is a function with a number; the text itself is not repeated."""
    if not LOCAL_HANDLE.fullmatch(handle):
        raise AccountError(
            "a handle is one to three words of small letters a to z and a number from 1 to 999, such as 'vagtplan-1'; "
            "it names a function, never a person"
        )


def grant_of(text: str) -> Grant:
    """The grant written ``partnership:role``; raises `AccountError`.

    >>> grant_of("nord:analyst")
    Grant(partnership='nord', role=<Role.ANALYST: 'analyst'>)
    """
    partnership, _, role = text.rpartition(":")
    if len(partnership) > LONGEST_PARTNERSHIP or not PARTNERSHIP.fullmatch(partnership) or role not in set(Role):
        raise AccountError(f"a grant is written partnership:role, the role one of {', '.join(Role)}")
    return Grant(partnership, Role(role))


def grant_text(grant: Grant) -> str:
    """``partnership:role``, which `grant_of` reads."""
    return f"{grant.partnership}:{grant.role}"


def normal_password(password: str) -> str:
    """``password`` as it is hashed: the same letters typed on another keyboard are the same password (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_password(password: str, handle: str) -> None:
    """Raises `AccountError` for a password that is too short, too long or trivial. It is never repeated.

    Length is what counts (NIST SP 800-63B, 5.1.1.2); no mixture of kinds of characters is asked for.

    >>> require_password("fire grønne cykler ved havnen", "vagtplan-1")
    """
    length = len(normal_password(password))
    if not SHORTEST_PASSWORD <= length <= LONGEST_PASSWORD:
        raise AccountError(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, found {length}; "
            "several words that do not belong together are good"
        )
    if is_trivial(password, handle):
        raise AccountError("this password is easily guessed; take several words that do not belong together")


def is_trivial(password: str, handle: str) -> bool:
    """Whether a password is made of few characters, of a row of keys, or of the handle or a common word and digits.

    >>> [is_trivial(text, "vagtplan-1") for text in ("aaaaaaaaaaaab", "Kodeord2026!!", "Vagtplan-2026")]
    [True, True, True]
    """
    text = normal_password(password).casefold()
    if len(set(text)) < FEWEST_CHARACTERS or _longest_run(text) > len(text) * LONGEST_RUN_SHARE:
        return True
    letters = left = "".join(character for character in text if character.isalpha())
    for word in (*handle.split("-"), *TRIVIAL_WORDS):
        if len(word) > 1 and word.isalpha():
            left = left.replace(word, "")
    return text.isdecimal() or (left != letters and len(left) < FEWEST_CHARACTERS)


def waits_until(failures: int, failed_at: datetime | None) -> datetime | None:
    """When an account takes a password again after ``failures`` in a row, the last at ``failed_at``; None: now.

    `FREE_FAILURES` cost nothing, the next waits `FIRST_WAIT`, and each further one twice as long as the one before, up
    to `LONGEST_WAIT`.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> [str(waits_until(n, at) - at) for n in (5, 6, 12, 1000)], waits_until(4, at)
    (['0:00:30', '0:01:00', '1:00:00', '1:00:00'], None)
    """
    if failures < FREE_FAILURES or failed_at is None:
        return None
    doublings = min(failures - FREE_FAILURES, 20)
    wait: timedelta = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return failed_at + wait


def _longest_run(text: str) -> int:
    """Length of the longest piece that follows a row of keys or letters, either way, or repeats one character."""
    longest = run = 1
    for before, after in pairwise(text):
        run = run + 1 if _neighbours(before, after) else 1
        longest = max(longest, run)
    return longest


def _neighbours(before: str, after: str) -> bool:
    return before == after or any(before + after in row or after + before in row for row in ROWS)
