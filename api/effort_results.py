"""Use case: the evaluation of an effort from the counts of the latest run, and efforts as data."""

from collections.abc import Sequence
from typing import Any

from api.gate import Gate, NoRunError
from api.kept import kept
from maps.effort_json import effort_as_json, effort_event_as_json, result_as_json
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


def effort_rows(gate: Gate, efforts: Sequence[Effort]) -> list[dict[str, Any]]:
    return [effort_as_json(effort, gate.partnership) for effort in efforts]


def effort_data(gate: Gate, number: int) -> dict[str, Any]:
    """One effort with its result and its history."""
    effort, history = gate.effort(number)
    result = evaluated(gate, effort)
    return {
        **effort_as_json(effort, gate.partnership),
        "result": None if result is None else result_as_json(effort, result, gate.partnership),
        "history": [effort_event_as_json(event) for event in history],
    }


@kept(64)
def _evaluated(
    effort: Effort, efforts: tuple[Effort, ...], body: bytes, controls: tuple[str, ...], parameters: EffortParameters
) -> EffortResult:
    return effort_result(effort, efforts, unpacked(body), controls=controls, parameters=parameters)
