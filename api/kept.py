"""What a service keeps in memory of what it handed out, and how it lets go of what retention deleted meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Event, Thread
from typing import ParamSpec, TypeVar

from data.store import Store, StoreError

SECONDS_BETWEEN = 60.0
P = ParamSpec("P")
R = TypeVar("R")
_all: list[Callable[[], None]] = []


def kept(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the last ``most`` results of a function until something is deleted.

    >>> made = []
    >>> keeping = kept(8)(lambda name: made.append(name) or name)
    >>> [keeping("a"), keeping("a"), forget(), keeping("a")], made
    (['a', 'a', None, 'a'], ['a', 'a'])
    """

    def keeping(function: Callable[P, R]) -> Callable[P, R]:
        cached = lru_cache(maxsize=most)(function)
        _all.append(cached.cache_clear)
        return cached  # type: ignore[return-value]  # the wrapper takes what the function takes

    return keeping


def forget() -> None:
    """Let go of everything kept."""
    for clear in _all:
        clear()


@contextmanager
def forgetting(store: Store, partnership: str, *, seconds_between: float = SECONDS_BETWEEN) -> Iterator[None]:
    """Look now and then whether something was deleted, also by another process, and then forget."""
    ended = Event()
    thread = Thread(target=_watch, args=(store, partnership, ended, seconds_between), name="forgetting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(store: Store, partnership: str, ended: Event, seconds_between: float) -> None:
    newest = None
    while True:
        try:
            found = store.retention.newest_proof(partnership)
        except StoreError:
            found = None
        if found is None or (newest is not None and found != newest):
            # What cannot be asked may have been deleted.
            forget()
        newest = found
        if ended.wait(seconds_between):
            return
