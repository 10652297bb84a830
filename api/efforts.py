"""Use case: the register of efforts, and the evaluation of one from the counts of the latest run."""

from datetime import date, datetime
from functools import lru_cache

from api.gate import Gate, NoRunError
from api.products import RUN_COUNTS
from models.effort import Effort, EffortEntry, checked
from models.effort_parameters import EffortParameters
from models.effort_result import EffortResult, effort_result
from models.run_counts import unpacked


def enter(gate: Gate, entry: EffortEntry) -> int:
    """Enter an effort; its number. Raises `EffortError`, and `EffortStateError` where it is there already."""
    partnership = gate.partnership
    return gate.add_effort(
        checked(entry, areas=partnership.areas.index, categories=tuple(partnership.category_index), today=today(gate))
    )


def evaluated(gate: Gate, effort: Effort) -> EffortResult | None:
    """What the latest run says of ``effort``; None of one that is withdrawn, or where there is no run."""
    if effort.withdrawn:
        return None
    try:
        counts = gate.product(RUN_COUNTS, None)
    except NoRunError:
        return None
    controls = tuple(area.id for area in gate.partnership.areas.controls)
    return _evaluated(effort, gate.every_effort(), counts.body, controls, gate.partnership.efforts)


@lru_cache(maxsize=64)
def _evaluated(
    effort: Effort, efforts: tuple[Effort, ...], body: bytes, controls: tuple[str, ...], parameters: EffortParameters
) -> EffortResult:
    return effort_result(effort, efforts, unpacked(body), controls=controls, parameters=parameters)


def today(gate: Gate) -> date:
    """The date where the partnership is."""
    return datetime.now(gate.partnership.calendar.timezone).date()
