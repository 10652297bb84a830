import itertools

import numpy as np
import pytest

from models.diffusion_estimates import DiffusionEstimates, diffusion_estimates
from models.diffusion_parameters import DiffusionParameters
from models.displacement_watch import WatchCounts, watch_evidence
from models.parameter_limits import ParameterError
from models.watch_posterior import FALL_EDGES, REACHED, STEP_DAYS, watch_posterior

ONES = np.ones(1)


def slow_posterior(treated, neighbour, total, usual, dispersion):
    """Onset, fall of T and fall of the neighbour, every combination and day by itself."""
    middle = (FALL_EDGES[1:] + FALL_EDGES[:-1]) / 2
    days = len(total)
    found = np.zeros((len(STEP_DAYS), days, len(middle), len(middle)))
    for (r, step), onset in itertools.product(enumerate(STEP_DAYS), range(days)):
        for day in range(onset, days):
            part = 1.0 if step == 0 else REACHED[min((day - onset) // step, len(REACHED) - 1)]
            f, h = np.meshgrid(part * middle, part * middle, indexing="ij")
            t, j = usual[0][day], usual[1][day]
            rest = 1 - t * f - j * h
            # Log probabilities of the day's split, after beside before.
            found[r, onset] += treated[day] * np.log(1 - f) + neighbour[day] * np.log(1 - h) - total[day] * np.log(rest)
    weight = np.exp((found - found.max()) / dispersion)
    weight /= weight.sum()
    return weight.sum(axis=(0, 2, 3)), weight.sum(axis=(0, 1, 3)), weight.sum(axis=(0, 1, 2))


def test_posterior_is_that_of_every_combination_by_itself():
    rng = np.random.default_rng(3)
    days = 40
    treated, neighbour = rng.poisson(2.0, days).astype(float), rng.poisson(3.0, days).astype(float)
    treated[20:] = rng.poisson(1.0, 20)
    total = treated + neighbour + rng.poisson(8.0, days)
    usual = np.repeat([0.2, 0.25], days // 2), np.repeat([0.3, 0.28], days // 2)
    found = watch_posterior(treated, neighbour, total, usual, 1.2, neighbour_falls=True)
    for fast, slow in zip(found, slow_posterior(treated, neighbour, total, usual, 1.2), strict=True):
        np.testing.assert_allclose(fast, slow, atol=1e-12)


def estimates(*, day: int = 459, fall: float = 0.5, neighbour_fall: float = 0.25, **changed) -> DiffusionEstimates:
    counts = np.tile([[8.0], [8.0], [24.0]], (460, 1, 1))
    counts[400:, 0] *= 1 - fall
    counts[400:, 1] *= 1 - neighbour_fall
    watched = WatchCounts.of(counts, 1)
    evidence = watch_evidence(watched, ONES, DiffusionParameters())
    return diffusion_estimates(watched, evidence, ONES, day=day, **({"neighbour": 0, "column": 0} | changed))


def test_both_falls_are_found_where_and_as_large_as_they_were():
    found = estimates()
    assert found.onset.lower <= 400 <= found.onset.upper
    assert abs(found.onset.estimate - 400) <= 3
    assert found.fall.estimate == pytest.approx(0.5, abs=0.05)
    assert found.neighbour_fall.estimate == pytest.approx(0.25, abs=0.05)
    assert found.neighbour_fall.lower < 0.25 < found.neighbour_fall.upper
    days = 460 - found.onset.estimate
    assert found.treated.expected == pytest.approx(8 * days, rel=0.02)
    assert found.neighbour.expected == pytest.approx(8 * days, rel=0.02)
    assert found.neighbour.observed < found.neighbour.expected


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"day": 3}, "day must be one that was judged"), ({"neighbour": 1}, "neighbour and column must be below 1 and 1")],
)
def test_what_was_not_judged_is_refused(changed, sentence):
    with pytest.raises(ParameterError, match=sentence):
        estimates(**changed)
