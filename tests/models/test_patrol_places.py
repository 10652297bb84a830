from dataclasses import fields, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.beat import Beat
from models.patrol_parameters import PatrolParameters
from models.patrol_places import Candidates, choose_places
from tests.models.patrol_beats import some_candidates

PARAMETERS = PatrolParameters()
SEEDS = st.integers(0, 2**32 - 1)


def cells_of(candidates: Candidates, stops: int, seed: int, **more: object) -> list[int]:
    choice = choose_places(candidates, stops, parameters=PARAMETERS, rng=np.random.default_rng(seed), **more)
    return [int(candidates.cell[one.position]) for one in choice.stops]


@given(SEEDS, SEEDS, st.integers(1, 6))
def test_places_are_different_apart_and_the_same_for_the_same_seed(beat: int, seed: int, stops: int) -> None:
    candidates = some_candidates(np.random.default_rng(beat))
    chosen = cells_of(candidates, stops, seed)
    assert chosen == cells_of(candidates, stops, seed)
    assert len(set(chosen)) == len(chosen) <= stops
    xy = candidates.xy_m[[cell - 1000 for cell in chosen]]
    away = np.hypot(*(xy[:, None] - xy[None, :]).T)
    assert (away[~np.eye(len(xy), dtype=bool)] >= PARAMETERS.least_apart_m).all()


@given(SEEDS, st.integers(2, 5))
def test_most_expected_comes_first_where_nothing_is_drawn(seed: int, stops: int) -> None:
    candidates = some_candidates(np.random.default_rng(seed))
    choice = choose_places(candidates, stops, parameters=PARAMETERS, rng=np.random.default_rng(seed))
    assert choice.stops[0].position == int(candidates.expected.argmax())
    assert choice.stops[0].reason in {"hot", "expected", "recent"}
    assert all((one.chance is not None) == (one.reason == "exploration") for one in choice.stops)


@given(SEEDS, st.integers(2, 5))
def test_a_place_is_in_no_more_plans_than_the_cap(seed: int, stops: int) -> None:
    candidates = some_candidates(np.random.default_rng(seed))
    plans: list[list[int]] = []
    for day in range(25):
        plans.append(cells_of(candidates, stops, seed + day, earlier=plans[::-1]))
    for first in range(len(plans) - PARAMETERS.cap_window + 1):
        window = [cell for plan in plans[first : first + PARAMETERS.cap_window] for cell in plan]
        assert max(window.count(cell) for cell in set(window)) <= PARAMETERS.cap_plans


@settings(max_examples=20)
@given(SEEDS, st.integers(2, 5))
def test_the_share_that_is_drawn_is_what_was_asked_for(seed: int, stops: int) -> None:
    candidates = some_candidates(np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    drawn = total = 0
    for _ in range(400):
        choice = choose_places(candidates, stops, parameters=PARAMETERS, rng=rng)
        drawn += sum(one.reason == "exploration" for one in choice.stops)
        total += len(choice.stops)
    assert abs(drawn / total - PARAMETERS.exploration_share) < 0.06


@given(SEEDS)
def test_what_people_decided_holds(seed: int) -> None:
    candidates = some_candidates(np.random.default_rng(seed))
    best = int(candidates.cell[candidates.expected.argmax()])
    worst = int(candidates.cell[candidates.expected.argmin()])
    rng = np.random.default_rng(seed)
    choice = choose_places(candidates, 3, parameters=PARAMETERS, rng=rng, pinned=[worst], suppressed=[best])
    cells = [int(candidates.cell[one.position]) for one in choice.stops]
    assert (cells[0], choice.stops[0].reason) == (worst, "pinned")
    assert best not in cells
    assert {int(candidates.cell[i]) for i in choice.suppressed} <= {best}
    again = choose_places(candidates, 3, parameters=PARAMETERS, rng=rng, pinned=[best], suppressed=[best])
    assert best not in [int(candidates.cell[one.position]) for one in again.stops]


def test_a_place_that_is_capped_is_said_to_be() -> None:
    candidates = some_candidates(np.random.default_rng(1))
    best = int(candidates.cell[candidates.expected.argmax()])
    choice = choose_places(
        candidates, 3, parameters=PARAMETERS, rng=np.random.default_rng(1), earlier=[[best]] * PARAMETERS.cap_plans
    )
    assert [int(candidates.cell[i]) for i in choice.capped] == [best]


def test_every_place_can_be_drawn_and_a_visited_one_less() -> None:
    candidates = some_candidates(np.random.default_rng(3), n=12, spacing_m=500)
    quiet = replace(candidates, expected=np.where(np.arange(12) == 0, 1.0, 0.0))
    seen: dict[int, int] = {}
    rng = np.random.default_rng(4)
    for _ in range(3000):
        for one in choose_places(quiet, 2, parameters=PARAMETERS, rng=rng, earlier=[[1005]] * 3).stops:
            if one.reason == "exploration":
                seen[one.position] = seen.get(one.position, 0) + 1
    assert set(seen) == set(range(1, 12))
    others = [count for position, count in seen.items() if position != 5]
    assert seen[5] < 0.5 * np.mean(others)


def test_nothing_about_people_can_come_in() -> None:
    """A place has a cell, what was reported, and what was planned; a beat has areas."""
    assert {field.name for field in fields(Candidates)} == {"cell", "xy_m", "expected", "recent", "usual", "hot"}
    assert {field.name for field in fields(Beat)} == {"id", "label", "areas", "travel"}
