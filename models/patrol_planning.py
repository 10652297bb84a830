"""A patrol plan of one shift and beat from a run: where, why there, when, and in which order.

The same run, seed and rules give the same plan. It rests on what citizens reported: `models.daily` counts incidents
that police observed apart, and nothing here reads those.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.grid import Cells, centres, ring, to_text
from geo.projection import project
from models.beat import Beat
from models.partnership import Partnership
from models.patrol_basis import PatrolBasis
from models.patrol_parameters import PatrolParameters
from models.patrol_places import Candidates, Choice, Chosen, choose_places
from models.patrol_plan import LeftOut, PatrolPlan, PlanStop, Presence, StopEvidence
from models.patrol_times import Rounds, best_stretch, fits, hour_shares, rounds_of, shift_hours, visit_times
from models.patrol_way import distances_m, round_m, round_trip

Floats = NDArray[np.float64]
Names = Callable[[Cells], list[str]]
TOP_CATEGORIES = 2


@dataclass(frozen=True)
class PlanRules:
    """What people decided, and what was planned: cells of ``earlier`` plans of the shift and beat, the latest first;
    cells that are ``pinned`` and those that are ``suppressed``."""

    earlier: Sequence[Collection[int]] = ()
    pinned: Collection[int] = ()
    suppressed: Collection[int] = ()


@dataclass(frozen=True, eq=False)
class _Beat:
    """One beat in one shift of a run: its cells' ``rows`` in the run, and the candidates they are."""

    basis: PatrolBasis
    partnership: Partnership
    shift: int
    starts: datetime
    ends: datetime
    rows: NDArray[np.intp]
    candidates: Candidates
    names: list[str]


def plan_of(
    basis: PatrolBasis,
    partnership: Partnership,
    shift: int,
    beat: Beat,
    *,
    run: str,
    seed: int,
    names: Names,
    rules: PlanRules | None = None,
) -> PatrolPlan | None:
    """The plan of the shift at position ``shift`` on the date of ``basis``; None where nothing is expected in the beat.

    ``run`` is the digest of the run, ``names`` gives the words for cells.
    """
    parameters, rules = partnership.patrol, rules or PlanRules()
    found = _beat(basis, partnership, shift, beat, names)
    starts, ends = found.starts, found.ends
    if not len(found.candidates) or not (found.candidates.expected.sum() > 0 or rules.pinned):
        return None
    minutes = round((ends.timestamp() - starts.timestamp()) / 60)
    kmh = parameters.walking_kmh if beat.travel == "walking" else parameters.cycling_kmh
    for stops in range(parameters.most_stops, parameters.least_stops - 1, -1):
        # The same draws whatever the number: a stop less is the same plan with a stop less, as far as can be.
        rng = np.random.default_rng(seed)
        choice = choose_places(
            found.candidates,
            stops,
            parameters=parameters,
            rng=rng,
            earlier=rules.earlier,
            pinned=rules.pinned,
            suppressed=rules.suppressed,
        )
        xy = found.candidates.xy_m[[one.position for one in choice.stops]]
        order = round_trip(xy, seed=seed)
        way_m = round_m(xy, order)
        rounds = rounds_of(len(choice.stops), way_m, minutes, kmh, parameters)
        if len(choice.stops) <= parameters.least_stops or _often_enough(rounds, parameters):
            break
    if not choice.stops:
        return None
    arrivals = visit_times(order, distances_m(xy), rounds, starts=starts, kmh=kmh, parameters=parameters, rng=rng)
    first = sorted(range(len(order)), key=lambda i: arrivals[i][0])
    return PatrolPlan(
        partnership=partnership.id,
        date=basis.date,
        shift=partnership.calendar.shifts[shift].id,
        beat=beat.id,
        starts=starts,
        ends=ends,
        as_of=basis.as_of,
        run=run,
        seed=seed,
        travel=beat.travel,
        stops=tuple(_stop(found, choice.stops[i], arrivals[i]) for i in first),
        left_out=_left_out(choice, found),
        way_m=round(way_m * parameters.detour, 1),
        slack_minutes=rounds.slack_minutes,
    )


def _often_enough(rounds: Rounds, parameters: PatrolParameters) -> bool:
    """Whether the rounds come about as often as they should, with the slack left."""
    return rounds.part_minutes <= 1.25 * parameters.every_minutes and fits(rounds, parameters)


def _moment(at_s: int, partnership: Partnership) -> datetime:
    return datetime.fromtimestamp(at_s, partnership.calendar.timezone)


def _beat(basis: PatrolBasis, partnership: Partnership, shift: int, beat: Beat, names: Names) -> _Beat:
    areas = partnership.areas
    rows = basis.rows_in(beat, areas)
    lon, lat = centres(basis.cell[rows])
    recent = basis.recent[rows, shift].sum(axis=1)
    expected = basis.expected[rows, shift].sum(axis=1)
    starts, ends = (_moment(at, partnership) for at in partnership.calendar.interval_s(basis.date, shift))
    return _Beat(
        basis,
        partnership,
        shift,
        starts,
        ends,
        rows,
        Candidates(
            cell=basis.cell[rows],
            xy_m=np.column_stack(project(lon, lat, areas.metric_crs)).reshape(-1, 2),
            expected=expected,
            recent=recent,
            usual=expected * partnership.hotspots.window_days,
            hot=basis.hot[rows],
        ),
        # All at once, so that two places never have the same name.
        names=names(basis.cell[rows]),
    )


def _stop(beat: _Beat, chosen: Chosen, visits: list[datetime]) -> PlanStop:
    partnership, shift = beat.partnership, beat.shift
    cells, row = beat.basis, int(beat.rows[chosen.position])
    near = _near(cells, row)
    shares = hour_shares(
        cells.hours[near].sum(axis=0), cells.hours[beat.rows].sum(axis=0), shift_hours(beat.starts, beat.ends)
    )
    best = best_stretch(shares, beat.starts, beat.ends)
    expected = cells.expected[near, shift].sum(axis=0)
    top = [int(k) for k in np.argsort(-expected, kind="stable")[:TOP_CATEGORIES] if expected[k] > 0]
    categories = tuple(partnership.categories[k].id for k in top)
    lon, lat = centres(cells.cell[[row]])
    area = partnership.areas.areas[int(cells.area[row])]
    return PlanStop(
        cell=to_text([int(cells.cell[row])])[0],
        lon=round(float(lon[0]), 6),
        lat=round(float(lat[0]), 6),
        area=area.id,
        place=beat.names[chosen.position],
        reason=chosen.reason,
        evidence=StopEvidence(
            expected=round(float(expected.sum()), 4),
            recent=round(float(cells.recent[near, shift].sum()), 2),
            q=float(cells.q[row]) if cells.hot[row] else None,
            categories=categories,
            hours=tuple(round(float(share), 4) for share in shares),
        ),
        presence=_presence(categories, best[0], partnership.patrol),
        minutes=partnership.patrol.minutes,
        best=best,
        visits=tuple(visits),
        chance=chosen.chance,
        here=_here(beat, chosen.position),
    )


def _here(beat: _Beat, position: int) -> float:
    return round(float(beat.candidates.expected[position]), 6)


def _near(cells: PatrolBasis, row: int) -> NDArray[np.intp]:
    """Positions of the cell and of those around it."""
    around = ring(int(cells.cell[row]))
    return np.flatnonzero(np.isin(cells.cell, around))


def _presence(categories: tuple[str, ...], begins: datetime, parameters: PatrolParameters) -> Presence:
    talk = bool(categories) and categories[0] in parameters.dialogue
    return "dialogue" if talk and 6 <= begins.hour < parameters.dialogue_until_hour else "visibility"


def _left_out(choice: Choice, beat: _Beat) -> tuple[LeftOut, ...]:
    def said(positions: Sequence[int], why: Literal["capped", "suppressed"]) -> list[LeftOut]:
        cells = to_text(beat.candidates.cell[list(positions)].tolist())
        return [LeftOut(cell, beat.names[i], why, _here(beat, i)) for cell, i in zip(cells, positions, strict=True)]

    return (*said(choice.capped, "capped"), *said(choice.suppressed, "suppressed"))
