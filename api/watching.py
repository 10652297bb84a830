"""Use case: the displacement watch of a day, from the run's counts to alerts that people work on."""

import hashlib
import json
from dataclasses import dataclass

from api.gate import Gate
from data.code_version import code_version
from data.store import Store
from geo.errors import PlainError
from models.alert import AlertSignal
from models.beside_record import StatedPower, stated_as_text, stated_from
from models.daily import DailyResult
from models.displacement_watch import TooLittleHistoryError
from models.parameter_limits import ParameterError
from models.partnership import Partnership
from models.watch_beside import watch_beside
from models.watch_day import WatchInputs, settled_power, settled_threshold, signals_of, watch_inputs
from models.watch_power import WatchPower
from models.watch_record import (
    Recomputed,
    alert_power,
    recompute,
    record,
    threshold_from,
    threshold_values,
)
from models.watch_threshold import WatchThreshold
from models.within_record import is_within, recompute_within

WATCHER = "watch"


class EvidenceError(PlainError, RuntimeError):
    """Evidence that is not what was kept, or does not compute again to what was claimed."""


@dataclass(frozen=True)
class Watched:
    """The signals of a day with the numbers of their alerts; ``why_not`` says why there could be none."""

    signals: tuple[AlertSignal, ...] = ()
    alerts: tuple[int, ...] = ()
    why_not: str = ""

    def beside(self, other: "Watched") -> "Watched":
        """Both together; a reason that both give is said once."""
        reasons = dict.fromkeys(reason for reason in (self.why_not, other.why_not) if reason)
        return Watched(self.signals + other.signals, self.alerts + other.alerts, "; ".join(reasons))


def watch_of(partnership: Partnership, result: DailyResult) -> WatchInputs:
    """What the watch of a run rests on: the reported incidents of the days that are complete."""
    status = result.status
    days = status.completeness.complete_until_day - status.first_day
    # The last of these days is as old as the first age at which the share was reached.
    known = status.completeness.share_by_age
    reached = known[known >= partnership.completeness.share]
    return watch_inputs(
        result.area_counts[:, :days],
        partnership.areas,
        [category.id for category in partnership.categories],
        first_day=status.first_day,
        watch=partnership.watch,
        threshold=partnership.false_alarms,
        complete=float(reached[0]) if len(reached) else None,
        edge=result.edge_counts[:, :days],
    )


def watch(store: Store, partnership: Partnership, result: DailyResult) -> Watched:
    """Judge the last complete day, and raise or follow the alerts of its signals."""
    inputs = watch_of(partnership, result)
    try:
        threshold = _threshold(store, inputs)
        power = _power(store, partnership, inputs, threshold)
        signals = signals_of(inputs, threshold)
    except (TooLittleHistoryError, ParameterError) as error:
        return Watched(why_not=str(error))
    kept = [
        (
            signal,
            record(
                inputs,
                threshold,
                signal,
                code=code_version(),
                beside=watch_beside(inputs, signal),
                power=alert_power(inputs, threshold, signal, power),
            ),
        )
        for signal in signals
    ]
    return Watched(tuple(signals), tuple(store.alerts.record(partnership.id, kept, WATCHER)))


def verify(gate: Gate, number: int) -> Recomputed:
    """Compute an alert's last evidence again; raises `EvidenceError` where it was changed since it was kept."""
    kept = gate.evidence(number, None)
    if not kept.whole:
        raise EvidenceError(f"the evidence of alert {number} of {kept.day} is not what was kept")
    return recompute_within(kept.body) if is_within(kept.body) else recompute(kept.body)


def _threshold(store: Store, inputs: WatchInputs) -> WatchThreshold:
    """Simulated once for the days of a month."""
    digest = _digest(inputs)
    known = store.alerts.threshold(digest)
    if known is not None:
        return threshold_from(json.loads(known))
    found = settled_threshold(inputs)
    store.alerts.keep_threshold(digest, json.dumps(threshold_values(found)).encode())
    return found


def _power(store: Store, partnership: Partnership, inputs: WatchInputs, threshold: WatchThreshold) -> WatchPower:
    """Simulated once for the days of a month, at its threshold."""
    digest = _digest(inputs)
    known = store.alerts.power(digest)
    if known is not None:
        return stated_from(known).power
    month = inputs.day.replace(day=1)
    found = settled_power(inputs, threshold)
    stated = StatedPower(month, inputs.areas[1 : 1 + inputs.neighbours], inputs.categories, threshold.threshold, found)
    store.alerts.keep_power(partnership.id, month, digest, stated_as_text(stated))
    return found


def _digest(inputs: WatchInputs) -> bytes:
    """Of what threshold and power of a month rest on."""
    digest = hashlib.sha256(code_version().encode())
    for part in (inputs.areas, inputs.neighbours, inputs.categories, inputs.watch, inputs.threshold, inputs.seed):
        digest.update(repr(part).encode())
    digest.update(inputs.settled.tobytes())
    return digest.digest()
