"""What the steering group's report says where the truth is known: simulated years of the demonstration's city.

    python -m benchmarks.report [years] [--hidden]

Two years of incidents are drawn (`models.synthetic`) and the second is compared with the first as the report does: a
month, a half-year and a year. Null years change nothing; in the others the hash market moves from Blågårds Plads to
Skt. Hans Torv as the period begins. Every figure is shown, which gives the most chances of a false word; with
``--hidden`` the months go through the disclosure rule first.
"""

import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from multiprocessing import Pool
from typing import Any

import numpy as np

from data.partnerships import load_partnership
from data.synthetic_file import HASH_MARKET, HOT_POINTS, RESIDENTS, SKT_HANS_TORV
from models.calendar import to_day_number
from models.panel import REPORTED
from models.partnership import Partnership
from models.release_body import shown_figures
from models.release_cells import ReleaseCell
from models.release_displacement import released_displacement
from models.release_period import ReleasePeriod, release_period
from models.release_snapshot import MonthCounts
from models.release_table import Released, release_table
from models.release_trend import released_changes
from models.synthetic import PlantedDisplacement, synthetic_incidents

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
EDITIONS = {"month": "2026-10", "half-year": "2026-H2", "year": "2026"}
NEIGHBOUR = "sankt-hans-torv"


@cache
def the_partnership() -> Partnership:
    return load_partnership(None)


def monthly_counts(seed: int, moved_on: date | None) -> Mapping[int, np.ndarray]:
    """Reported incidents by month, (areas, categories)."""
    partnership = the_partnership()
    planted = None if moved_on is None else PlantedDisplacement(moved_on, NEIGHBOUR, SKT_HANS_TORV)
    found = synthetic_incidents(
        partnership, first=FIRST, last=LAST, rng=np.random.default_rng(seed), residents=RESIDENTS,
        hot_points=HOT_POINTS, market=HASH_MARKET, planted=planted,
    )  # fmt: skip
    area = partnership.areas.locate(found.lon, found.lat).area
    day = (found.from_s + 3600) // 86_400
    edges = np.array([to_day_number(date(year, month, 1)) for year in (2025, 2026) for month in range(1, 13)])
    month = np.searchsorted(edges, day, side="right") - 1
    kept = (area >= 0) & (found.basis == REPORTED) & (month >= 0)
    counts = np.zeros((24, len(partnership.areas.areas), len(partnership.categories)), dtype=np.int64)
    np.add.at(counts, (month[kept], area[kept], found.category[kept]), 1)
    return {12 * 2025 + m: counts[m] for m in range(24)}


def body(period: ReleasePeriod, months: Mapping[int, np.ndarray], *, hidden: bool) -> dict[str, Any]:
    """A released table of ``period``."""
    partnership = the_partnership()
    areas = tuple(area.id for area in partnership.areas.areas)
    categories = tuple(category.id for category in partnership.categories)
    counts = sum(months[m] for m in period.months)
    figures = np.pad(counts, ((0, 1), (0, 1)))
    figures[-1] = figures.sum(axis=0)
    figures[:, -1] = figures.sum(axis=1)
    shown = np.ones(figures.shape, dtype=bool)
    if hidden:
        cells = tuple(ReleaseCell(area, 0, (area,)) for area in areas)
        kept = {m: MonthCounts(m, areas, categories, cells, months[m], months[m].sum(axis=1)) for m in period.months}
        released: list[Released] = []
        shown = release_table(period, "areas", kept, released).shown
    return {
        "table": "areas", "kind": period.kind, "period": str(period), "areas": [{"id": a} for a in areas],
        "categories": [{"id": c} for c in categories], "figures": shown_figures(figures, shown),
    }  # fmt: skip


def said(job: tuple[int, str, bool, bool]) -> tuple[int, int, int, int, bool, bool, bool]:
    """Words other than no clear change; those of figures that did not change; figures compared; false claims; and
    whether the fall, the rise and the displacement were named."""
    seed, text, planted, hidden = job
    partnership = the_partnership()
    period = release_period(text)
    months = monthly_counts(seed, period.start if planted else None)
    now, before = (body(p, months, hidden=hidden) for p in (period, period.year_before()))
    found = released_changes(now, before)
    t, j = (partnership.areas.index[a] for a in (partnership.areas.treated.id, NEIGHBOUR))
    c = partnership.category_index[HASH_MARKET.category]
    trends = {(a, k): one.trend for a, row in enumerate(found) for k, one in enumerate(row) if one}
    loud = {place for place, trend in trends.items() if trend != "ingen klar ændring"}
    # The treated area and the neighbour change in hash and in all; what adds them up does not.
    changed = {(a, k) for a in (t, j) for k in (c, len(partnership.categories))} if planted else set()
    claims = released_displacement(
        now, before, treated=partnership.areas.treated.id, neighbours=[a.id for a in partnership.areas.neighbours]
    )
    claimed = {(one.neighbour, one.column) for one in claims if one.claimed}
    true = {(NEIGHBOUR, c), (NEIGHBOUR, len(partnership.categories))} if planted else set()
    return (
        len(loud), len(loud - changed), len(trends), len(claimed - true),
        trends.get((t, c)) == "fald", trends.get((j, c)) == "stigning", bool(claimed & true),
    )  # fmt: skip


def main(years: int, *, hidden: bool) -> None:
    print("| edition | truth | years | figures compared | a false word in | a false claim in | fall | rise | moved |")
    print("|---|---|---|---|---|---|---|---|---|")
    with Pool() as pool:
        for name, period in EDITIONS.items():
            if hidden and name != "month":
                continue
            for planted in (False, True):
                rows = np.array(pool.map(said, [(seed, period, planted, hidden) for seed in range(years)]), dtype=float)
                named = [f"{100 * share:.0f}%" if planted else "–" for share in rows[:, 4:].mean(axis=0)]
                false, claims = (100 * (rows[:, i] > 0).mean() for i in (1, 3))
                print(
                    f"| {name} | {'market moved' if planted else 'no change'} | {years} | {rows[:, 2].mean():.0f} "
                    f"| {false:.1f}% | {claims:.1f}% | {' | '.join(named)} |",
                    flush=True,
                )


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    main(numbers[0] if numbers else 200, hidden="--hidden" in sys.argv)
