"""Colours of the maps and where one class ends and the next begins.

`SEQUENTIAL` is ColorBrewer's YlOrRd with five classes (Cynthia Brewer, colorbrewer2.org, Apache 2.0), listed
there as colour-blind safe and print friendly; its lightness falls from class to class, so the order survives
a grey print. `FALLING` and `RISING` are the ends of ColorBrewer's colour-blind safe PuOr and always come
with a sign and a pattern.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SEQUENTIAL = ("#ffffb2", "#fecc5c", "#fd8d3c", "#f03b20", "#bd0026")
# q of a hot cell: up to 0.05, 0.01 and 0.001.
SIGNIFICANCE = ((0.05, "#fecc5c"), (0.01, "#f03b20"), (0.001, "#8d001f"))
FALLING = "#8073ac"
RISING = "#e08214"
UNCHANGED = "#dfe3e6"
CLAIMED = "#b2182b"
NOT_CLAIMED = "#dce6ee"
UNKNOWN = "#ffffff"
TREATED = "#12344d"
OBSERVED = "#2166ac"
CROSSED = "#ffe08a"

# Shares of the cells with a value above 0 that lie below each class; the lower half stays uncoloured.
LEVELS = (0.5, 0.7, 0.85, 0.94, 0.98)
COUNT_LADDER = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000)


def class_breaks(values: NDArray[np.float64], levels: Sequence[float] = LEVELS) -> tuple[float, ...]:
    """Lower limits of the classes, rising, at most one per level, rounded to two figures.

    ``values`` of any shape; quantiles are taken over those above 0. A value below the first limit has no
    class. Fewer limits come back where values are few or equal; none where all are 0.

    >>> class_breaks(np.array([0.0, 0.011, 0.022, 0.033, 0.5]), (0.5, 0.9))
    (0.028, 0.36)
    """
    positive = values[values > 0]
    if len(positive) == 0:
        return ()
    limits = [float(f"{limit:.2g}") for limit in np.quantile(positive, levels)]
    return tuple(limit for limit in sorted(set(limits)) if limit <= positive.max())


def count_breaks(values: NDArray[np.float64], classes: int = len(SEQUENTIAL)) -> tuple[float, ...]:
    """Lower limits for counts: 1 and then round numbers up to the largest count, at most ``classes``.

    >>> count_breaks(np.array([1.0, 1.0, 2.0, 4.0, 17.0, 40.0]))
    (1.0, 3.0, 5.0, 10.0, 30.0)
    """
    steps = [float(step) for step in COUNT_LADDER if step <= values.max(initial=0)]
    if len(steps) <= classes:
        return tuple(steps)
    chosen = np.round(np.linspace(0, len(steps) - 1, classes)).astype(int)
    return tuple(steps[i] for i in chosen)


def classes_of(values: NDArray[np.float64], breaks: Sequence[float]) -> NDArray[np.intp]:
    """Class of each value, -1 below the first limit; same shape as ``values``."""
    return np.searchsorted(np.asarray(breaks, dtype=np.float64), values, side="right") - 1
