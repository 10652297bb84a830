"""Use case: the evaluation of an effort from the counts of the latest run."""

from functools import lru_cache

from api.gate import Gate, NoRunError
from models.effort import Effort
from models.effort_parameters import EffortParameters
from models.effort_result import EffortResult, effort_result
from models.run_counts import RUN_COUNTS, unpacked


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
