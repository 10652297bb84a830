import numpy as np
import pytest

from models.watch_kind import kind_below

RATE = np.array([3.0, 3.0, 12.0])


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        ([1.0, 1.0, 12.0], {"diffusion-of-benefit"}),
        ([5.0, 5.0, 20.0], {"general-rise"}),
        ([1.0, 1.0, 4.0], {"general-fall"}),
        ([3.0, 3.0, 12.0], {"unclear"}),
        ([1.0, 3.0, 12.0], {"unclear", "general-fall"}),
    ],
)
def test_kinds_below_the_threshold(after, kinds):
    counts = np.random.default_rng(3).poisson(np.tile(RATE, (800, 1))).astype(float)
    counts[740:] = np.random.default_rng(4).poisson(after, (60, 3))
    total = counts.sum(axis=1)
    last = counts[600:]
    usual = np.full(200, 3 / 18), np.full(200, 3 / 18)
    assert kind_below(last[:, 0], last[:, 1], total, usual, 1.0) in kinds


def test_no_general_change_without_a_year_before():
    counts = np.tile(RATE, (300, 1))
    counts[260:] *= 3
    usual = np.full(300, 3 / 18), np.full(300, 3 / 18)
    assert kind_below(counts[:, 0], counts[:, 1], counts.sum(axis=1), usual, 1.0) == "unclear"
