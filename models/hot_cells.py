"""Hot cells: where both Gi* and an even spread speak against chance.

Gi* asks whether high counts lie together more than in a random rearrangement of the same counts; its normal
tail is too light at small counts. The exact test against an even spread holds its level, but asks less. A cell's
p is the larger of the two (intersection-union test; Berger, R. L. 1982, *Technometrics*, 24(4), 295-300), so it is
valid under an even spread whatever the counts.

Exact permutation p in the place of the normal one was tried and is not taken: see ``docs/statistics.md``. A lone cell
with many incidents, one address, has the same sum wherever a permutation puts it, and is never found.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.even_spread import even_spread_p
from models.getis_ord import gi_star
from models.hot_and_cold import COLD, HOT, hot_and_cold
from models.multiple_testing import benjamini_hochberg

Floats = NDArray[np.float64]

METHOD = "larger of Gi* (normal tail) and an exact test against an even spread"


@dataclass(frozen=True)
class HotCells:
    """Gi* ``z``, two-sided ``p`` of both tests together, ``q``, ``hot`` and ``cold``, each of the shape of the counts.

    H0 of p: the counts are a random rearrangement over the cells, or an even spread of the incidents.
    """

    z: Floats
    p: Floats
    q: Floats
    hot: NDArray[np.bool_]
    cold: NDArray[np.bool_]


def hot_cells(counts: Floats, weights: sparse.csr_array, *, level: float) -> HotCells:
    """Test every column of ``counts`` (n cells, k) with binary ``weights`` (n, n) that contain each cell itself.

    q is Benjamini-Hochberg over the whole table, all cells and columns that are shown; ``hot`` where z > 0 and q
    is at most ``level``; ``cold`` where z < 0 as well, but in no column that holds less than one incident per cell.
    """
    stars = [gi_star(column, weights) for column in counts.T]
    z = np.column_stack([star.z for star in stars])
    p = np.column_stack(
        [np.maximum(star.normal_p, even_spread_p(x, weights)) for star, x in zip(stars, counts.T, strict=True)]
    )
    q = benjamini_hochberg(p)
    claims = hot_and_cold(z, q, counts.sum(axis=0) / max(len(counts), 1), level=level)
    return HotCells(z, p, q, claims == HOT, claims == COLD)
