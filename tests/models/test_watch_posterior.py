import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.watch_posterior import FALL_EDGES, SHARE_EDGES, watch_posterior

FALLS = (FALL_EDGES[1:] + FALL_EDGES[:-1]) / 2
SHARES = (SHARE_EDGES[1:] + SHARE_EDGES[:-1]) / 2


def counted(seed: int, days: int) -> tuple[np.ndarray, ...]:
    return tuple(np.random.default_rng(seed).poisson([[1.5], [1.0], [4.0]], (3, days)).astype(float))


def test_posterior_is_the_likelihood_of_every_length_onset_fall_and_share():
    """By loops over the definition, with usual shares that change on the way."""
    n_t, n_j, rest = counted(1, 24)
    n = n_t + n_j + rest
    usual = np.repeat([0.25, 0.22], 12), np.repeat([0.15, 0.18], 12)
    found = watch_posterior(n_t, n_j, n, usual, 1.3)
    weight = np.zeros((4, 24, len(FALLS), len(SHARES)))
    for r, length in enumerate((0, 14, 28, 56)):
        for onset in range(24):
            for day in range(onset, 24):
                seventh = (day - onset) * 7 // length if length else 7
                reached = (2 * seventh + 1) / 14 if seventh < 7 else 1.0
                t, j = usual[0][day], usual[1][day]
                lost = reached * FALLS[:, np.newaxis]
                weight[r, onset] += (
                    n_t[day] * np.log(1 - lost)
                    + n_j[day] * np.log(1 + SHARES * lost * t / j)
                    - n[day] * np.log(1 - lost * t + SHARES * lost * t)
                ) / 1.3
    weight = np.exp(weight)
    weight /= weight.sum()
    assert found.onset == pytest.approx(weight.sum(axis=(0, 2, 3)), rel=1e-9)
    assert found.fall == pytest.approx(weight.sum(axis=(0, 1, 3)), rel=1e-9)
    assert found.share == pytest.approx(weight.sum(axis=(0, 1, 2)), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), days=st.integers(1, 60), dispersion=st.floats(1, 5), busy=st.floats(0.0, 50.0))
def test_posterior_is_a_distribution_whatever_was_counted(seed, days, dispersion, busy):
    n_t, n_j, rest = (np.round(part * busy) for part in counted(seed, days))
    usual = np.full(days, 0.2), np.full(days, 0.3)
    for part in watch_posterior(n_t, n_j, n_t + n_j + rest, usual, dispersion):
        assert (part >= 0).all()
        assert math.isclose(part.sum(), 1.0)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), gone=st.integers(1, 30))
def test_days_without_data_say_nothing(seed, gone):
    """Missing days before all others are onsets like the first; they move nothing of fall and share."""
    n_t, n_j, rest = counted(seed, 30)
    days = 30 + gone
    usual = np.full(days, 0.2), np.full(days, 0.15)
    blank = np.zeros(gone)
    n_t, n_j, n = (np.concatenate([blank, part]) for part in (n_t, n_j, n_t + n_j + rest))
    found = watch_posterior(n_t, n_j, n, usual, 1.0)
    silent = watch_posterior(blank, blank, blank, (usual[0][:gone], usual[1][:gone]), 1.0)
    assert silent.onset == pytest.approx(np.full(gone, 1 / gone))
    assert silent.share == pytest.approx(np.full(len(SHARES), 1 / len(SHARES)))
    alone = watch_posterior(n_t[gone:], n_j[gone:], n[gone:], (usual[0][gone:], usual[1][gone:]), 1.0)
    known = found.onset[gone:] / found.onset[gone:].sum()
    assert known == pytest.approx(alone.onset, rel=1e-9)


def test_more_dispersion_says_less():
    n_t, n_j, rest = counted(3, 60)
    n_t[30:] = 0
    usual = np.full(60, 0.23), np.full(60, 0.15)
    sharp, blunt = (watch_posterior(n_t, n_j, n_t + n_j + rest, usual, d).onset for d in (1.0, 4.0))
    assert sharp.max() > blunt.max()
    assert -(sharp * np.log(sharp)).sum() < -(blunt * np.log(blunt)).sum()
