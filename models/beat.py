"""Beats: the parts of a partnership that a patrol walks or cycles in one shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from geo.areas import AreaSet
from geo.errors import PlainError

Travel = Literal["walking", "cycling"]
TRAVELS: tuple[Travel, ...] = get_args(Travel)


class BeatError(PlainError, ValueError):
    """Beats that cannot be used; the sentence names the setting."""


@dataclass(frozen=True)
class Beat:
    """A named set of areas, by their ids; ``id`` is stored, ``label`` is shown."""

    id: str
    label: str
    areas: tuple[str, ...]
    travel: Travel = "walking"


def treated_beat(areas: AreaSet) -> Beat:
    """The beat of a partnership that names none: its treated area on foot."""
    return Beat(areas.treated.id, areas.treated.name, (areas.treated.id,))


def require_beats(beats: Sequence[Beat], areas: AreaSet) -> None:
    """Raises `BeatError` unless ids are different and every area is one of ``areas``."""
    if len({beat.id for beat in beats}) != len(beats):
        raise BeatError("two beats in partnership.toml have the same id")
    for beat in beats:
        unknown = [area for area in beat.areas if area not in areas.index]
        if unknown or not beat.areas:
            what = f"an unknown area '{unknown[0]}'" if unknown else "no area"
            raise BeatError(f"beat '{beat.id}' in partnership.toml has {what}")
        if beat.travel not in TRAVELS:
            raise BeatError(f"travel of beat '{beat.id}' must be one of {', '.join(TRAVELS)}, found '{beat.travel}'")
