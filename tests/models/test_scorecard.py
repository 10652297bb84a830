"""The scorecard against counting anew, and its promise: no forecast sees what came or was known later."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from models.backtest import EVEN, MODEL, PanelRows
from models.intensity import IntensityParameters
from models.scorecard import BLOCK_DAYS, UNTESTED, Scorecard, ScorecardParameters, scorecard

N, S, K = 40, 2, 2
FIRST, STOP = 20_000, 20_000 + 28 * 20
PARAMETERS = ScorecardParameters(days=28 * 10)


def chain(n: int) -> sparse.csr_array:
    return sparse.csr_array(np.eye(n, k=1) + np.eye(n, k=-1))


def drawn(seed: int, *, per_day: float = 4.0, busy: float = 0.6, delay: bool = True) -> PanelRows:
    """Incidents of which a share ``busy`` lies in four lasting cells."""
    rng = np.random.default_rng(seed)
    n = int(rng.poisson(per_day * (STOP - FIRST)))
    lasting = rng.random(n) < busy
    cell = np.where(lasting, rng.integers(0, 4, n), rng.integers(0, N, n))
    day = FIRST + rng.integers(0, STOP - FIRST, n)
    known = day + (rng.geometric(0.5, n) - 1 if delay else 0)
    return PanelRows(cell, day, rng.integers(0, S, n), np.ones(n), known, rng.integers(0, K, n))


def scored(rows: PanelRows, *, stop: int = STOP, parameters: ScorecardParameters = PARAMETERS) -> Scorecard:
    return scorecard(
        rows,
        shape=(N, S, K),
        ring=chain(N),
        first_day=FIRST,
        complete_until_day=stop,
        target_day=stop + 2,
        intensity=IntensityParameters(),
        parameters=parameters,
        rng=np.random.default_rng(1),
    )


def test_every_view_is_scored_and_a_lasting_pattern_beats_an_even_spread() -> None:
    found = scored(drawn(1))
    assert {(view.shift, view.category) for view in found.views} == {
        (shift, category) for shift in (None, 0, 1) for category in (None, 0, 1)
    }
    whole = found.view(None, None)
    assert whole is not None
    model, *_, even = whole.methods
    assert (model.name, even.name) == (MODEL, EVEN)
    assert model.hit_rate > 0.3 > even.hit_rate == pytest.approx(PARAMETERS.share)
    assert model.pai == pytest.approx(model.hit_rate / PARAMETERS.share)
    assert model.level == pytest.approx(1, abs=0.15)
    assert model.lower < model.hit_rate < model.upper
    assert whole.gains[-1].verdict == "beats"


def test_where_nothing_lasts_the_map_is_off_and_says_what_stands_instead() -> None:
    found = scored(drawn(2, busy=0.0))
    assert found.view(None, None).verdict == "off"  # type: ignore[union-attr]  # it is scored
    assert not found.is_on(None, None)
    assert set(found.naive) == {(view.shift, view.category) for view in found.views if view.verdict == "off"}
    for (shift, category), naive in found.naive.items():
        assert naive.shape == (N,)
        assert naive.sum() == pytest.approx(4 / (1 if shift is None else S) / (1 if category is None else K), rel=0.4)


def brute_hit_rate(rows: PanelRows, expected: list[np.ndarray], days: np.ndarray, share: float) -> float:
    """Sorted by hand, ties shared out."""
    hits = total = 0.0
    for made, day in zip(expected, days, strict=True):
        room = share * N
        for value in sorted(set(made.tolist()), reverse=True):
            tied = np.flatnonzero(made == value)
            part = min(1.0, room / len(tied))
            here = rows.day == day
            hits += part * rows.count[here & np.isin(rows.cell, tied)].sum()
            room -= part * len(tied)
            if room <= 1e-12:
                break
        total += rows.count[rows.day == day].sum()
    return hits / total


def test_the_hit_rate_of_counting_is_what_counting_gives() -> None:
    rows = drawn(3, delay=False)
    found = scored(rows).view(None, None)
    assert found is not None
    days = np.arange(STOP - PARAMETERS.days, STOP)
    counted = [
        np.bincount(rows.cell[(rows.day >= day - 28) & (rows.day < day)], minlength=N).astype(float) for day in days
    ]
    recent = next(one for one in found.methods if one.name == "last 28 days")
    assert recent.hit_rate == pytest.approx(brute_hit_rate(rows, counted, days, PARAMETERS.share), abs=1e-9)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 9999), cut=st.integers(30, 250))
def test_what_comes_or_is_known_later_changes_no_earlier_forecast(seed: int, cut: int) -> None:
    """The gains of the blocks before the cut are the same whatever follows it: judged by a card that ends there."""
    rows = drawn(seed)
    day = STOP - cut - (STOP - cut) % BLOCK_DAYS
    parameters = replace(PARAMETERS, days=28 * 6)
    known = rows.known_day if rows.known_day is not None else rows.day
    noisy = replace(rows, cell=np.where((rows.day >= day) | (known >= day), (rows.cell + 7) % N, rows.cell))
    seen = rows.take(rows.day < day)
    changed = noisy.take(noisy.day < day)
    late = known[rows.day < day] >= day
    # Rows of earlier days that became known later differ in what is observed, so they are taken out of both.
    one, other = (scored(part.take(~late), stop=day, parameters=parameters) for part in (seen, changed))
    assert [view.gains for view in one.views] == [view.gains for view in other.views]


def test_a_narrow_view_borrows_where_it_cannot_tell() -> None:
    found = scored(drawn(5, per_day=1.2))
    for view in found.views:
        if view.borrowed:
            wider = found.view(None, view.category if view.shift is not None else None)
            assert wider is not None
            assert view.verdict == wider.verdict
            assert "worse" not in [gain.verdict for gain in view.gains]


def test_verdicts_change_on_fixed_days_only() -> None:
    rows = drawn(6)
    settled = STOP - STOP % BLOCK_DAYS
    cards = [scored(rows, stop=settled + ahead) for ahead in range(0, 27, 9) if settled + ahead <= STOP + 27]
    assert len({tuple(view.verdict for view in card.views) for card in cards}) == 1


def test_too_little_is_said_to_be_too_little() -> None:
    assert scored(drawn(7, per_day=0.01)) is UNTESTED
    assert scored(drawn(7), stop=FIRST + 28 * 10) is UNTESTED
    assert UNTESTED.is_on(None, 0)
    with pytest.raises(ValueError, match="days"):
        ScorecardParameters(days=28)
