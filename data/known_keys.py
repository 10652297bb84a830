"""Which row keys may be known already: a filter in memory that is sure of every "no".

Keys are keyed hashes, known here by their first 64 bits. Two keys that share those are taken for one, and the
database, which compares whole keys, has the last word; so the filter saves work and decides nothing.
"""

import numpy as np
from numpy.typing import NDArray

Prefixes = NDArray[np.uint64]


def prefixes(keys: NDArray[np.uint8]) -> Prefixes:
    """The first 64 bits of each key; ``keys`` is n x 32."""
    return np.ascontiguousarray(keys[:, :8]).view(">u8")[:, 0].astype(np.uint64)


class KnownKeys:
    """Keys that were there before (``known``) or came since; 8 bytes a key."""

    def __init__(self, known: Prefixes) -> None:
        self._known = np.sort(known)
        self._came: list[Prefixes] = []
        self.repeated = False
        """Whether a key may have come twice since the start."""

    def add(self, keys: Prefixes) -> NDArray[np.bool_]:
        """Which of ``keys`` may be known or stand earlier among them; all count as known afterwards."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        again = np.zeros(len(keys), dtype=np.bool_)
        again[1:] = ordered[1:] == ordered[:-1]
        for came in self._came:
            again |= _among(ordered, came)
        self.repeated = self.repeated or bool(again.any())
        found = np.empty(len(keys), dtype=np.bool_)
        found[order] = again | _among(ordered, self._known)
        # Sorted runs of at least doubling size: few runs to look through.
        while self._came and len(self._came[-1]) <= 2 * len(ordered):
            ordered = np.sort(np.concatenate([self._came.pop(), ordered]), kind="stable")
        self._came.append(ordered)
        return found


def _among(keys: Prefixes, ordered: Prefixes) -> NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(keys), dtype=np.bool_)
    at = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[at] == keys
    return found
