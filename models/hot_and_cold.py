"""Hot and cold: which cells a map may call so.

Where less than one incident is expected in a cell, an empty cell is what chance gives, and so is an empty
neighbourhood in a map of hundreds: nothing there is called cold, however small its p.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HOT, NEITHER, COLD = 1, 0, -1
LOWEST_EXPECTED = 1.0


def hot_and_cold(score: Floats, q: Floats, expected: Floats, *, level: float) -> NDArray[np.int8]:
    """`HOT`, `COLD` or `NEITHER` of cells by the sign of ``score`` where ``q`` is at most ``level``; any one shape.

    ``expected`` is the count expected in the cell itself under H0, of the shape of ``score`` or one that broadcasts to
    it. Below 1 no cell is cold.

    >>> import numpy as np
    >>> hot_and_cold(np.array([3.0, -3, -3]), np.full(3, 0.01), np.array([0.4, 0.4, 2]), level=0.05).tolist()
    [1, 0, -1]
    """
    found = q <= level
    cold = found & (score < 0) & (expected >= LOWEST_EXPECTED)
    claims: NDArray[np.int8] = (found & (score > 0)).astype(np.int8) - cold.astype(np.int8)
    return claims
