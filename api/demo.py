"""Use case: the demonstration, from generated incidents through the same import and daily run as real ones."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from api.gate import LOCAL_ACTOR, Gate
from api.importing import ImportReport, import_file
from api.products import pages_as_files
from api.releasing import ReleaseRequest, complete_until, make_release
from api.reporting import ReportRequest, publish_report
from api.running import DailyRun, run_daily
from api.settings import Settings
from api.sketches import sketch_of
from data.effort_book import EffortStateError
from data.folder import write_folder
from data.intake.profile import load_profile
from data.store import Store
from data.synthetic_file import DISPLACED_FOR, HASH_MARKET, write_demo_file
from models.agreement import Goal
from models.effort import EffortEntry
from models.indicator import IndicatorValue
from models.partnership import Partnership
from models.release_period import release_period

# Fixed, so that the demonstration shows the same to everyone.
DEMO_DATE = date(2026, 11, 2)
DEMO_SEED = 2015
DEMO_DAYS = 7


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration loaded and computed; the runs are oldest first."""

    report: ImportReport
    runs: tuple[DailyRun, ...]


def load_demo(
    store: Store,
    settings: Settings,
    partnership: Partnership,
    *,
    day: date,
    seed: int,
    displacement: bool,
    progress: Callable[[int], None],
) -> Demonstration:
    """Generate, import and run the last `DEMO_DAYS` dates up to ``day``; enter the effort against the hash market."""
    path = settings.home / "syntetiske-haendelser.csv"
    settings.home.mkdir(parents=True, exist_ok=True)
    write_demo_file(path, partnership, as_of=day, seed=seed, displacement=displacement)
    report = import_file(
        store,
        settings,
        partnership,
        path=path,
        profile=load_profile("demo"),
        rejects_path=settings.home / "syntetiske-haendelser.rejects.csv",
        now=datetime.combine(day, datetime.max.time(), partnership.calendar.timezone),
        progress=progress,
    )
    _enter_effort(store, partnership, day)
    sketch = sketch_of(partnership, settings.partnership)
    days = [day - timedelta(days=back) for back in reversed(range(DEMO_DAYS))]
    runs = tuple(run_daily(store, partnership, sketch, d) for d in days)
    _release(store, partnership, day)
    _report(store, partnership, day)
    return Demonstration(report, runs)


def _enter_effort(store: Store, partnership: Partnership, day: date) -> None:
    """Presence at the market from the day it moved, or where it stayed; once."""
    entry = EffortEntry(
        partnership.areas.treated.id, "presence", day - DISPLACED_FOR, categories=(HASH_MARKET.category,)
    )
    with suppress(EffortStateError):
        store.efforts.add(partnership.id, entry, LOCAL_ACTOR)


def _release(store: Store, partnership: Partnership, day: date) -> None:
    """The last month that is complete and the same one of the year before, for the steering group; once."""
    gate = Gate(store, partnership)
    if gate.releases(limit=1):
        return
    now = datetime.combine(day, datetime.min.time(), partnership.calendar.timezone)
    last = (complete_until(gate, now).replace(day=1) - timedelta(days=1)).replace(day=1)
    for start in (last.replace(year=last.year - 1), last):
        make_release(gate, ReleaseRequest(release_period(f"{start:%Y-%m}")), now=now, addresses=())


def _report(store: Store, partnership: Partnership, day: date) -> None:
    """A report of that month, with invented goals, measurements and assessments; once."""
    gate = Gate(store, replace(partnership, goals=demo_goals(partnership, day)))
    if gate.reports(limit=1):
        return
    gate.add_indicators(demo_indicators(partnership, day))
    period = max(one.period for one in gate.releases() if one.table == "areas")
    publish_report(gate, ReportRequest(period))


def demo_goals(partnership: Partnership, day: date) -> tuple[Goal, ...]:
    """Two goals that nobody has set: a fifth less of everything, and a third less at the hash market."""
    treated = partnership.areas.treated.id
    return (
        Goal(treated, -0.2, day.year - 1, day.year + 1),
        Goal(treated, -0.33, day.year - 1, day.year, category=HASH_MARKET.category),
    )


def demo_indicators(partnership: Partnership, day: date) -> list[IndicatorValue]:
    """Invented values of the series of perceived safety and of assessments, of the two years before ``day``."""
    found = []
    for year, safe, judged in ((day.year - 2, (66, 78), (3, 2)), (day.year - 1, (70, 77), (4, 2))):
        start, stop = date(year, 1, 1), date(year + 1, 1, 1)
        areas = (partnership.areas.treated.id, partnership.areas.neighbours[0].id)
        for area, share, category in zip(areas, safe, judged, strict=True):
            found.append(IndicatorValue("tryghed", area, start, stop, share, share - 4, share + 4))
            found.append(IndicatorValue("uro", area, start, stop, category))
    known = {series.id for series in partnership.indicators}
    return [value for value in found if value.series in known]


def write_files(at: Gate, demonstration: Demonstration, sketch: Mapping[str, Any] | None, out: Path) -> Path:
    """Write the latest run's pages and data to the folder ``out``; returns it."""
    result = demonstration.runs[-1].result
    files = pages_as_files(result, at.partnership, sketch)
    at.exporting(sorted(files), result.date)
    return write_folder(out, files)
