"""The key a row is known by: a keyed hash, so that neither a case number nor a row's content is stored.

The hash is BLAKE2b (RFC 7693) keyed with the installation's secret: a message authentication code as HMAC is one,
and four times as fast. A row without a case number is known by its mapped
content and by how many rows with the same content came before it in the file: the same file gives the same
keys again, and two alike incidents stay two.
"""

import hashlib
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MIN_SECRET_BYTES = 16


class RowKeys:
    """Keys of one file's rows, asked for block by block in file order."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MIN_SECRET_BYTES:
            raise ValueError(f"secret must have at least {MIN_SECRET_BYTES} bytes, found {len(secret)}")
        key = secret if len(secret) <= hashlib.blake2b.MAX_KEY_SIZE else hashlib.blake2b(secret).digest()
        self._keyed = hashlib.blake2b(key=key, digest_size=32)
        self._seen: list[NDArray[np.uint64]] = []

    def of_case_numbers(self, numbers: Sequence[str]) -> list[bytes]:
        """A key per case number; Unicode spellings of one number are one."""
        start = self._keyed.copy()
        start.update(b"case:")
        keys = []
        for number in numbers:
            hashed = start.copy()
            hashed.update((number if number.isascii() else unicodedata.normalize("NFC", number)).encode())
            keys.append(hashed.digest())
        return keys

    def of_contents(self, rows: Sequence[Sequence[str]]) -> list[bytes]:
        """A key per row of mapped values; equal rows are told apart by their order in the file."""
        # Lengths keep ("ab", "c") apart from ("a", "bc").
        contents = [self._hash("row:" + "".join([f"{len(value)}:{value}" for value in row])) for row in rows]
        before = self._count_before(np.array([int.from_bytes(c[:8], "big") for c in contents], dtype=np.uint64))
        return [
            content if not count else self._hash(f"again:{count}:{content.hex()}")
            for content, count in zip(contents, before.tolist(), strict=True)
        ]

    def _hash(self, message: str) -> bytes:
        hashed = self._keyed.copy()
        hashed.update(message.encode())
        return hashed.digest()

    def _count_before(self, contents: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How often each content came before, in this file; contents are known by their first 64 bits."""
        order = np.argsort(contents, kind="stable")
        ordered = contents[order]
        count = np.empty(len(contents), np.int64)
        count[order] = np.arange(len(contents)) - np.searchsorted(ordered, ordered, side="left")
        for seen in self._seen:
            count += np.searchsorted(seen, contents, "right") - np.searchsorted(seen, contents, "left")
        self._remember(ordered)
        return count

    def _remember(self, ordered: NDArray[np.uint64]) -> None:
        # Sorted runs of at least doubling size: 8 bytes a row, and few runs to look through.
        while self._seen and len(self._seen[-1]) <= 2 * len(ordered):
            ordered = np.sort(np.concatenate([self._seen.pop(), ordered]), kind="stable")
        self._seen.append(ordered)
