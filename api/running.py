"""Use case: the daily run, from the store through the statistics to stored pages and data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from api.gate import LOCAL_ACTOR
from api.planning import make_plans, watch_feedback
from api.products import pages_and_data
from api.watching import Watched, watch
from api.watching_diffusion import watch_diffusion
from api.watching_within import watch_within
from data.code_version import code_version
from data.store import RunRecord, Store
from models.daily import DAY_S, DailyInputs, DailyResult, daily_result, recent_days
from models.partnership import METHOD_SECTIONS, Partnership
from models.patrol_basis import basis_of
from models.retention import as_kept


@dataclass(frozen=True)
class DailyRun:
    """One run as it was stored."""

    run_id: int
    result: DailyResult
    watched: Watched


def run_daily(store: Store, partnership: Partnership, sketch: Mapping[str, Any] | None, day: date) -> DailyRun:
    """Compute and keep every product of ``day``, then judge it; the same inputs and code give the run already kept."""
    as_of_s = int(partnership.calendar.start_of(day).timestamp())
    panel, recent = as_kept(
        store.panel_known_before(partnership, as_of_s),
        store.incidents_ended_since(
            partnership, since_s=as_of_s - recent_days(partnership) * DAY_S, known_before_s=as_of_s
        ),
        partnership.retention,
        partnership.calendar,
        day,
    )
    inputs = DailyInputs(
        panel=panel,
        recent=recent,
        synthetic=store.any_synthetic(partnership),
        history=store.intake_history(
            partnership, since_s=as_of_s - partnership.quality.window_days * DAY_S, known_before_s=as_of_s
        ),
    )
    result = daily_result(partnership, inputs, day=day)
    parameters = run_parameters(partnership)
    digest = _digest(inputs, parameters)
    record = RunRecord(day, result.as_of, code_version(), parameters, digest)
    dates = sorted({*store.run_dates(partnership), day})
    products = pages_and_data(result, partnership, sketch, dates)
    run_id = store.save_run(partnership, record, products, LOCAL_ACTOR)
    # After the run is kept: alerts follow what stands in the store, and saying them again changes nothing.
    watched = watch(store, partnership, result)
    for other in (watch_diffusion, watch_within):
        watched = watched.beside(other(store, partnership, result))
    make_plans(store, partnership, sketch, basis_of(result, partnership), digest.hex())
    watch_feedback(store, partnership, panel, day)
    return DailyRun(run_id, result, watched)


def run_parameters(partnership: Partnership) -> dict[str, Any]:
    """Every setting a run's numbers depend on, as plain values."""
    methods = {name: asdict(getattr(partnership, name)) for name in METHOD_SECTIONS}
    return {
        "partnership": partnership.id,
        "areas": {area.id: [area.role, area.polygon.wkt] for area in partnership.areas.areas},
        "metric_crs": partnership.areas.metric_crs,
        "timezone": partnership.calendar.timezone.key,
        "shifts": [[s.id, s.start.isoformat(), s.stop.isoformat()] for s in partnership.calendar.shifts],
        "categories": [category.id for category in partnership.categories],
        "resolutions": asdict(partnership.resolutions),
        **methods,
    }


def _digest(inputs: DailyInputs, parameters: Mapping[str, Any]) -> bytes:
    # Not the intake's history: importing the same file once more must not make another run.
    digest = hashlib.sha256(code_version().encode())
    digest.update(json.dumps(parameters, sort_keys=True, default=str).encode())
    digest.update(b"synthetic" if inputs.synthetic else b"real")
    for columns in (inputs.panel, inputs.recent):
        for field in fields(columns):
            digest.update(getattr(columns, field.name).tobytes())
    return digest.digest()
