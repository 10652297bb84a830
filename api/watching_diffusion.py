"""Use case: the watch for good effects that spread to a neighbour, from a run's counts to alerts."""

import hashlib
import json

from api.watching import WATCHER, Watched, watch_of
from data.code_version import code_version
from data.store import Store
from models.daily import DailyResult
from models.diffusion_day import DiffusionInputs, diffusion_signals, settled_diffusion
from models.displacement_watch import TooLittleHistoryError
from models.parameter_limits import ParameterError
from models.partnership import Partnership
from models.watch_beside import watch_beside
from models.watch_record import record, threshold_from, threshold_values
from models.watch_threshold import WatchThreshold


def diffusion_of(partnership: Partnership, result: DailyResult) -> DiffusionInputs:
    """What the watch of a run rests on: the same counts as that of displacement."""
    return DiffusionInputs.of(watch_of(partnership, result), partnership.diffusion)


def watch_diffusion(store: Store, partnership: Partnership, result: DailyResult) -> Watched:
    """Judge the last complete day, and raise or follow the alerts of its signals."""
    inputs = diffusion_of(partnership, result)
    try:
        threshold = _threshold(store, inputs)
        signals = diffusion_signals(inputs, threshold)
    except (TooLittleHistoryError, ParameterError) as error:
        return Watched(why_not=str(error))
    kept = [
        (
            signal,
            record(inputs, threshold, signal, code=code_version(), beside=watch_beside(inputs, signal)),
        )
        for signal in signals
    ]
    return Watched(tuple(signals), tuple(store.alerts.record(partnership.id, kept, WATCHER)))


def _threshold(store: Store, inputs: DiffusionInputs) -> WatchThreshold:
    """Simulated once for the days of a month."""
    digest = hashlib.sha256(code_version().encode())
    for part in (inputs.areas, inputs.neighbours, inputs.categories, inputs.watch, inputs.seed):
        digest.update(repr(part).encode())
    digest.update(inputs.settled.tobytes())
    known = store.alerts.threshold(digest.digest())
    if known is not None:
        return threshold_from(json.loads(known))
    found = settled_diffusion(inputs)
    store.alerts.keep_threshold(digest.digest(), json.dumps(threshold_values(found)).encode())
    return found
