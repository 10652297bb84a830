"""Passwords as they are kept: argon2id with the low-memory parameters of RFC 9106, section 4 (t=3, m=64 MiB, p=4)."""

from base64 import b64encode
from threading import BoundedSemaphore

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from geo.errors import PlainError
from models.account import normal_password

AT_ONCE = 2  # each takes 64 MiB and up to four threads
PATIENCE_S = 10.0


class HashingBusyError(PlainError, RuntimeError):
    """Too many logins at once."""


class Passwords:
    """Makes and checks hashes, a few at a time."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._turns = BoundedSemaphore(AT_ONCE)
        # Of no password: where there is none to compare with, comparing takes as long all the same.
        self._nobody = _nobody(parameters)

    def hashed(self, password: str) -> str:
        """The hash to keep, with its salt and parameters. Raises `HashingBusyError`."""
        self._take_turn()
        try:
            return self._hasher.hash(normal_password(password))
        finally:
            self._turns.release()

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether ``kept`` is of ``password``; never where there is none, after the same work. Raises
        `HashingBusyError`."""
        self._take_turn()
        try:
            return self._hasher.verify(kept or self._nobody, normal_password(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._turns.release()

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _take_turn(self) -> None:
        if not self._turns.acquire(timeout=PATIENCE_S):
            raise HashingBusyError("too many logins at once; try again in a moment")


def _nobody(parameters: Parameters) -> str:
    salt, tag = (b64encode(bytes(length)).decode().rstrip("=") for length in (parameters.salt_len, parameters.hash_len))
    cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${cost}${salt}${tag}"
