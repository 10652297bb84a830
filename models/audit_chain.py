"""The chain of the log, computed without the database: each row's hash covers its content and the hash before.

hash_i = SHA-256(hash_{i-1} ‖ content_i), where hash_0 is 32 zero bytes and content_i the row's number, its time in
microseconds since 1970 (UTC), actor, action, purpose, subject, recipient and outcome, each in UTF-8 as
``length:bytes,`` (Bernstein 1997, Netstrings): no two rows read alike. Linked hashes: Haber & Stornetta (1991),
Journal of Cryptology 3, 99-111; Schneier & Kelsey (1999), ACM TISSEC 2, 159-176.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from geo.errors import PlainError
from models.audit import AuditRow

FIRST_HASH = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class AnchorError(PlainError, ValueError):
    """A text that is no anchor."""


@dataclass(frozen=True)
class Anchor:
    """The number and the hash of a row: who keeps them elsewhere can tell whether the rows up to it still stand."""

    id: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.id}:{self.hash.hex()}"


@dataclass(frozen=True)
class ChainVerdict:
    """``rows`` that were read, and the first ``fault`` as a sentence; None where the chain is whole."""

    rows: int
    fault: str | None


def anchor_of(text: str) -> Anchor:
    """The anchor that ``text`` writes as ``NUMBER:HASH``; raises `AnchorError`.

    >>> str(anchor_of("0:" + "00" * 32)) == "0:" + "00" * 32
    True
    """
    number, _, digits = text.strip().partition(":")
    try:
        found = Anchor(int(number), bytes.fromhex(digits))
    except ValueError:
        found = Anchor(-1, b"")
    if found.id < 0 or len(found.hash) != 32:
        raise AnchorError("an anchor is NUMBER:HASH with 64 hexadecimal digits, as 'trygkort audit anchor' prints it")
    return found


def row_hash(before: bytes, row: AuditRow) -> bytes:
    """The hash that ``row`` must have after a row with the hash ``before``.

    >>> at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> row = AuditRow(1, at, "analyse", "login", "access", "login", "", "ok", b"")
    >>> row_hash(FIRST_HASH, row).hex()[:16]
    '40ee3f94c55f3c95'
    """
    at = str((row.at - EPOCH) // MICROSECOND)
    fields = (str(row.id), at, row.actor, row.action, row.purpose, row.subject, row.recipient, row.outcome)
    content = b"".join(b"%d:%b," % (len(field), field) for field in (text.encode() for text in fields))
    return hashlib.sha256(before + content).digest()


def verify_chain(rows: Iterable[AuditRow], head: Anchor | None, anchor: Anchor | None = None) -> ChainVerdict:
    """Compute the chain of ``rows``, in the order of their numbers, again, and name the first that does not fit.

    ``head`` is the end as the database keeps it, None where it is gone. It finds rows taken from the end; whoever can
    change both rows and head is found by an ``anchor`` that was kept elsewhere.
    """
    number, before = 0, FIRST_HASH
    fault: str | None = None
    for row in rows:
        fault = fault or _fault(row, number, before) or _off_anchor(row, anchor)
        number, before = row.id, row.hash
        if fault:
            break
    return ChainVerdict(number, fault or _off_end(number, before, head, anchor))


def _fault(row: AuditRow, number: int, before: bytes) -> str | None:
    if row.id > number + 1:
        missing = f"row {number + 1} was" if row.id == number + 2 else f"rows {number + 1} to {row.id - 1} were"
        return f"{missing} removed: row {row.id} comes after row {number}"
    if row.id <= number:
        return f"row {row.id} stands twice or out of order: it comes after row {number}"
    if row_hash(before, row) == row.hash:
        return None
    return f"row {row.id} was changed or put in another row's place: its hash does not follow from it and row {number}"


def _off_anchor(row: AuditRow, anchor: Anchor | None) -> str | None:
    if anchor is None or row.id != anchor.id or row.hash == anchor.hash:
        return None
    return f"row {row.id} is not the row of the anchor: the log was written anew up to it"


def _off_end(number: int, last: bytes, head: Anchor | None, anchor: Anchor | None) -> str | None:
    if anchor is not None and anchor.id > number:
        return f"rows {number + 1} to {anchor.id} were removed: the anchor knows row {anchor.id}"
    if head is None:
        return "the end of the chain was removed: nobody can say which row was the last"
    if head.id > number:
        return f"rows {number + 1} to {head.id} were removed: the end of the chain is at row {head.id}"
    if head.id < number:
        return f"rows {head.id + 1} to {number} were put in: the end of the chain is at row {head.id}"
    if head.hash != last:
        return f"the end of the chain was changed: its hash is not that of row {number}"
    return None
