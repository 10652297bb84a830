"""Invented beats for tests of patrol plans."""

import numpy as np

from models.patrol_places import Candidates


def some_candidates(rng: np.random.Generator, n: int = 60, spacing_m: float = 130.0) -> Candidates:
    """A grid of ``n`` cells with a few places where most comes together."""
    side = int(np.ceil(np.sqrt(n)))
    at = np.arange(n)
    expected = rng.gamma(0.3, 0.05, n)
    return Candidates(
        cell=at.astype(np.int64) + 1000,
        xy_m=np.column_stack([at % side, at // side]) * spacing_m,
        expected=expected,
        recent=rng.poisson(28 * expected).astype(np.float64),
        usual=28 * expected,
        hot=expected > np.quantile(expected, 0.97),
    )
