"""Counts of a run and an effort in them, for tests of pages and routes."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from data.store import RunRecord, Store
from models.calendar import to_day_number
from models.effort import Effort, EffortEntry
from models.effort_result import EffortResult, effort_result
from models.partnership import Partnership
from models.run_counts import RunCounts

FIRST, DAYS = date(2022, 11, 1), 1460
START = FIRST + timedelta(DAYS - 56)
ENTERED = datetime(2026, 10, 1, 12, tzinfo=UTC)


def effort_of(partnership: Partnership, **changes: object) -> Effort:
    """Presence in the treated area against its first category."""
    values = {"area": partnership.areas.treated.id, "kind": "presence", "start": START, "categories": ("hash",)}
    return Effort(7, EffortEntry(**{**values, **changes}), False, ENTERED, "ana")  # type: ignore[arg-type]


def counts_of(partnership: Partnership, *, left: float, run_up: float = 1.0) -> RunCounts:
    """Incidents of which the share ``left`` is left of hash in the treated area since START; ``run_up`` before it."""
    rng = np.random.default_rng(12)
    areas = tuple(area.id for area in partnership.areas.areas)
    categories = tuple(category.id for category in partnership.categories)
    mean = np.full((len(areas), DAYS, len(categories)), 0.3)
    treated = areas.index(partnership.areas.treated.id)
    mean[:, :, categories.index("roeveri")] = 0.005
    mean[treated, :, 0] = 0.9
    mean[treated, -56 - 84 : -56, 0] *= run_up
    mean[treated, -56:, 0] *= left
    return RunCounts(areas, categories, to_day_number(FIRST), rng.poisson(mean).astype(np.float64))


def result_of(partnership: Partnership, effort: Effort, run: RunCounts, *others: Effort) -> EffortResult:
    controls = tuple(area.id for area in partnership.areas.controls)
    return effort_result(effort, (effort, *others), run, controls=controls, parameters=partnership.efforts)


def keep_run(store: Store, partnership: Partnership, run: RunCounts) -> None:
    """A run that has nothing but its counts."""
    import hashlib

    from api.products import BYTES
    from data.store import Product
    from models.run_counts import RUN_COUNTS, packed

    body = packed(run)
    day = FIRST + timedelta(DAYS)
    record = RunRecord(day, datetime.combine(day, datetime.min.time(), UTC), "test", {}, hashlib.sha256(body).digest())
    store.save_run(partnership, record, [Product(RUN_COUNTS, BYTES, body, record.input_digest.hex()[:32])], "test")
