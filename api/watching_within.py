"""Use case: the watch within the treated area, over shifts and over categories, from a run's counts to alerts."""

import hashlib
import json

from api.watching import WATCHER, Watched
from data.code_version import code_version
from data.store import Store
from models.alert import AlertSignal
from models.daily import DailyResult
from models.displacement_watch import TooLittleHistoryError
from models.parameter_limits import ParameterError
from models.partnership import Partnership
from models.watch_record import threshold_from, threshold_values
from models.watch_threshold import WatchThreshold
from models.within_day import Floats, Strata, WithinInputs, settled_within, within_inputs, within_signals
from models.within_record import record_within


def within_of(partnership: Partnership, result: DailyResult) -> tuple[WithinInputs, ...]:
    """What the watch within the treated area rests on, of the days that are complete: shifts, then categories. Where
    there is one shift, or one category, it has nowhere to move to."""
    days = result.status.completeness.complete_until_day - result.status.first_day
    shifts = tuple(shift.id for shift in partnership.calendar.shifts)
    categories = tuple(category.id for category in partnership.categories)
    strata: tuple[tuple[Strata, Floats, tuple[str, ...]], ...] = (
        ("shift", result.shift_counts, shifts),
        ("category", result.area_counts, categories),
    )
    return tuple(
        within_inputs(
            kind,
            counts[:, :days],
            partnership.areas,
            ids,
            first_day=result.status.first_day,
            parameters=partnership.within,
        )
        for kind, counts, ids in strata
        if len(ids) > 1
    )


def watch_within(store: Store, partnership: Partnership, result: DailyResult) -> Watched:
    """Judge the last complete day, and raise or follow the alerts of its signals."""
    kept: list[tuple[AlertSignal, bytes]] = []
    try:
        for inputs in within_of(partnership, result):
            threshold = _threshold(store, inputs)
            signals = within_signals(inputs, threshold)
            kept += [(found, record_within(inputs, threshold, found, code=code_version())) for found in signals]
    except (TooLittleHistoryError, ParameterError) as error:
        return Watched(why_not=str(error))
    return Watched(tuple(signal for signal, _ in kept), tuple(store.alerts.record(partnership.id, kept, WATCHER)))


def _threshold(store: Store, inputs: WithinInputs) -> WatchThreshold:
    """Simulated once for the days of a month."""
    digest = hashlib.sha256(code_version().encode())
    for part in (inputs.kind, inputs.areas, inputs.strata, inputs.parameters, inputs.seed):
        digest.update(repr(part).encode())
    digest.update(inputs.settled.tobytes())
    known = store.alerts.threshold(digest.digest())
    if known is not None:
        return threshold_from(json.loads(known))
    found = settled_within(inputs)
    store.alerts.keep_threshold(digest.digest(), json.dumps(threshold_values(found)).encode())
    return found
