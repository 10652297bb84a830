"""A memory of the latest things, bounded in number."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
MOST = 10_000


class Recent(Generic[Thing]):
    """The latest `MOST` things by name; safe in several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._things: OrderedDict[str, Thing] = OrderedDict()

    def put(self, name: str, thing: Thing) -> bool:
        """Keep ``thing`` under ``name``; whether the name is new."""
        with self._lock:
            new = self._things.pop(name, None) is None
            self._things[name] = thing
            if len(self._things) > MOST:
                self._things.popitem(last=False)
            return new

    def pop(self, name: str) -> Thing | None:
        """What is kept under ``name``, which is then forgotten."""
        with self._lock:
            return self._things.pop(name, None)

    def items(self) -> tuple[tuple[str, Thing], ...]:
        """Everything that is kept."""
        with self._lock:
            return tuple(self._things.items())
