"""What the displacement watch can find: a row per category for people, every pair for machines."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from maps import danish
from maps.language import _
from models.alert import ALL
from models.beside_record import StatedPower
from models.partnership import Partnership
from models.watch_power import FALLS, SHARES, WITHIN_DAYS

WITHIN, CHANCE = 56, 0.8


@dataclass(frozen=True)
class PowerRow:
    """A category: incidents of the treated area in 28 days, the smallest displacement that is found, and how long a
    displacement of everything takes."""

    category: str
    treated: str
    smallest: str
    everything: str


def power_rows(stated: StatedPower, partnership: Partnership) -> list[PowerRow]:
    """One row per column, over all neighbours: from the one that is easiest to the one that is hardest."""
    labels = {category.id: _(category.label) for category in partnership.categories} | {ALL: _("Alle kategorier")}
    return [
        PowerRow(
            labels.get(name, name),
            danish.number(float(stated.power.treated[column])),
            _smallest(stated, column),
            _everything(stated, column),
        )
        for column, name in enumerate(stated.columns)
    ]


def power_as_json(stated: StatedPower, partnership: Partnership) -> dict[str, Any]:
    """Every neighbour and column: chances of an alert per fall and share, days to it, the smallest displacement."""
    chances = {within: stated.power.chance(within) for within in WITHIN_DAYS}
    return {
        "month": stated.month.isoformat(),
        "treated": partnership.areas.treated.id,
        "threshold": stated.threshold,
        "simulated": int(stated.power.day.shape[-1]),
        "minimum_within_days": WITHIN,
        "minimum_chance": CHANCE,
        "pairs": [
            {
                "neighbour": neighbour,
                "category": category,
                "treated_per_28_days": float(stated.power.treated[c]),
                "minimum": None if (found := stated.power.minimum(j, c)) is None else asdict(found),
                "effects": [
                    {
                        "fall": fall,
                        "share": share,
                        "chance": {str(within): float(chances[within][f, s, j, c]) for within in WITHIN_DAYS},
                        "days": _days_of(stated, j, c, fall, share),
                    }
                    for f, fall in enumerate(FALLS)
                    for s, share in enumerate(SHARES)
                ],
            }
            for j, neighbour in enumerate(stated.neighbours)
            for c, category in enumerate(stated.columns)
        ],
    }


def _days_of(stated: StatedPower, neighbour: int, column: int, fall: float, share: float) -> dict[str, int | None]:
    found = stated.power.days(neighbour, column, fall=fall, share=share)
    return {"median": None, "most": None} if found is None else asdict(found)


def _smallest(stated: StatedPower, column: int) -> str:
    every = [stated.power.minimum(j, column) for j in range(len(stated.neighbours))]
    found = [minimum.moved for minimum in every if minimum is not None]
    if not found:
        return _("findes ikke sikkert, selv hvis alt flytter")
    reach = _range([danish.number(moved) for moved in (min(found), max(found))])
    if len(found) == len(every):
        return reach
    return _("{reach}, til {some} af {all} naboområder").format(reach=reach, some=len(found), all=len(every))


def _everything(stated: StatedPower, column: int) -> str:
    every = [stated.power.days(j, column, fall=1.0, share=1.0) for j in range(len(stated.neighbours))]
    days = [found.median for found in every if found is not None and found.median is not None]
    if not days:
        return _("over 84 dage")
    if len(days) < len(every):
        return _("{least} til over 84 dage").format(least=min(days))
    return _("{days} dage").format(days=_range([str(min(days)), str(max(days))]))


def _range(bounds: Sequence[str]) -> str:
    return bounds[0] if bounds[0] == bounds[1] else f"{bounds[0]}–{bounds[1]}"
