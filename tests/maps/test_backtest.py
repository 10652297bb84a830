from datetime import date

import numpy as np
import pytest
from scipy import sparse

from maps.assets import inlined
from maps.backtest import backtest_page
from models.backtest import Backtest, BacktestParameters, PanelRows, backtest
from models.intensity import IntensityParameters

FIRST, N = 20_000, 12


def found(seed: int, cells: np.ndarray | None = None, *, days: int = 300, parameters=None) -> Backtest:
    rng = np.random.default_rng(seed)
    n = 3 * days
    cell = rng.integers(0, N, n) if cells is None else rng.choice(cells, n)
    rows = PanelRows(cell, FIRST + rng.integers(0, days, n), np.zeros(n, dtype=np.int64), np.ones(n))
    return backtest(
        rows,
        n_cells=N,
        n_shifts=1,
        ring=sparse.csr_array(np.eye(N, k=1) + np.eye(N, k=-1)),
        area=np.ones(N),
        first_day=FIRST,
        from_day=FIRST + 100,
        stop_day=FIRST + days,
        intensity=IntensityParameters(),
        parameters=parameters or BacktestParameters(share=0.25),
        rng=rng,
    )


def page(result: Backtest) -> str:
    days = date(2024, 10, 4), date(2025, 1, 12), date(2025, 5, 31)
    return backtest_page(
        result, title="<fil>", resolution=9, first=days[0], start=days[1], end=days[2], assets=inlined()
    )


def test_the_page_says_what_was_found_and_shows_curves_and_calibration() -> None:
    text = page(found(1, np.array([0, 0, 0, 0, 1, 5])))
    assert "<h1>Prøve af prognoser: &lt;fil&gt;</h1>" in text
    assert text.count('class="chart"') == 2
    assert "200 prognoser for én dag ad gangen, 12. januar – 31. maj 2025" in text.replace("\xa0", " ")
    assert "optællingen af de seneste 365 dage: den bør ikke bruges her." in text
    assert 'alt="Andel af hændelserne i 25 % af arealet: Modellen 100,0 %; Seneste 28 dage 100,0 %' in text
    assert "modellen er bedre" in text


def test_chance_gives_no_pattern_and_the_page_says_so() -> None:
    text = page(found(2))
    assert "den bør ikke bruges her" in text
    assert "Så længe en enkel optælling gør det lige så godt" in text


def test_a_model_that_wins_is_said_to() -> None:
    rng = np.random.default_rng(3)
    day = np.repeat(np.arange(800), 2)
    # The heavy places wander once around in 1000 days: counts of a year lag behind, and 28 days are few.
    chance = (1 + np.cos(2 * np.pi * (day[:, None] / 1000 + np.arange(N) / N))) ** 2
    cell = (rng.random((len(day), 1)) * chance.sum(axis=1, keepdims=True) > np.cumsum(chance, axis=1)).sum(axis=1)
    rows = PanelRows(cell, FIRST + day, np.zeros(len(day), dtype=np.int64), np.ones(len(day)))
    result = backtest(
        rows,
        n_cells=N,
        n_shifts=1,
        ring=sparse.csr_array(np.roll(np.eye(N), 1, axis=1) + np.roll(np.eye(N), -1, axis=1)),
        area=np.ones(N),
        first_day=FIRST,
        from_day=FIRST + 300,
        stop_day=FIRST + 800,
        intensity=IntensityParameters(half_life_days=30.0, ring_share=0.5, cell_shrinkage=5.0),
        parameters=BacktestParameters(share=0.1),
        rng=rng,
    )
    assert result.useful
    assert "Modellen slår alle de enkle prognoser." in page(result)


@pytest.mark.parametrize("share", [0.05, 0.125])
def test_the_same_result_gives_the_same_page(share: float) -> None:
    result = found(4, parameters=BacktestParameters(share=share))
    assert page(result) == page(result)
    assert ("5 % af arealet" if share == 0.05 else "12,5 % af arealet") in page(result)
