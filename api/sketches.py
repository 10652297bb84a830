"""The base map of the partnership that a service knows."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from data.partnerships import PACKAGED, load_sketch
from models.partnership import Partnership


def sketch_of(partnership: Partnership) -> Mapping[str, Any] | None:
    """The packaged partnership's base map; of another's folder the service does not know."""
    return _packaged() if partnership.id == PACKAGED else None


@lru_cache(maxsize=1)
def _packaged() -> Mapping[str, Any] | None:
    return load_sketch(None)
