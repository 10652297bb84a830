"""The limits of the service, as settings."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from geo.errors import PlainError

PREFIX = "LIMIT_"
LARGEST = 10**9


class LimitError(PlainError, ValueError):
    """A limit that is no whole number from 1."""


@dataclass(frozen=True)
class Limits:
    """What the operator may set as ``TRYGKORT_LIMIT_<NAME>``, all of them whole numbers.

    Sizes are of a request's body, of its path with the query, and of all its headers. A request has ``request_s``
    until its answer begins, one statement of the database ``statement_s``, the head of a request ``head_s`` to
    arrive, an answer ``transfer_s`` to be taken. ``at_once`` requests are worked on and ``connections`` kept open,
    ``address_connections`` of one address. Rates are per minute: of one address, of one login or token, and of
    attempts to log in from one address; map tiles of one address have a rate of their own.
    """

    body_bytes: int = 65_536
    target_bytes: int = 4_096
    header_bytes: int = 16_384
    request_s: int = 20
    statement_s: int = 10
    head_s: int = 10
    transfer_s: int = 60
    at_once: int = 100
    connections: int = 400
    address_connections: int = 100
    address_per_minute: int = 1_200
    actor_per_minute: int = 600
    logins_per_minute: int = 10
    tiles_per_minute: int = 6_000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 1 <= value <= LARGEST:
                raise LimitError(f"TRYGKORT_{PREFIX}{name.upper()} is {value}; it must be from 1 to {LARGEST}")


def read_limits(environment: Mapping[str, str], prefix: str) -> Limits:
    """The limits that ``environment`` names ``<prefix>LIMIT_…``, the usual ones otherwise. Raises `LimitError`."""
    given = {field.name: environment.get(f"{prefix}{PREFIX}{field.name.upper()}", "") for field in fields(Limits)}
    return Limits(**{name: _whole(f"{prefix}{PREFIX}{name.upper()}", text) for name, text in given.items() if text})


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise LimitError(f"{name} is '{text}'; it must be a whole number")
    return int(text)
