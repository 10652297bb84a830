"""The outline of an arrow, in metres."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HEAD_LENGTH = 1.6  # times its half width


def arrow_outline(start: Floats, tip: Floats, *, shaft_m: float, head_m: float) -> Floats:
    """The open outline (7, 2) from ``start`` to ``tip`` (x, y), with half widths of shaft and head.

    >>> arrow_outline(np.zeros(2), np.array([100.0, 0.0]), shaft_m=5, head_m=10)[3]
    array([100.,   0.])
    """
    way = tip - start
    along = way / np.hypot(*way)
    across = np.array([-along[1], along[0]])
    neck = tip - HEAD_LENGTH * head_m * along
    return np.array(
        [
            start + shaft_m * across,
            neck + shaft_m * across,
            neck + head_m * across,
            tip,
            neck - head_m * across,
            neck - shaft_m * across,
            start - shaft_m * across,
        ]
    )
