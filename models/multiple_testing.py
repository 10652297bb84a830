"""Many tests at once: p-values adjusted so that a whole table can be read with one error rate."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def benjamini_hochberg(p: Floats) -> Floats:
    """False discovery rate: q-values of ``p`` (any shape, all entries adjusted together).

    Rejecting where q <= a keeps the expected share of false rejections at or below a, for independent or
    positively dependent tests. Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate.
    *Journal of the Royal Statistical Society B*, 57(1), 289-300.

    >>> import numpy as np
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    """
    flat = p.ravel()
    order = np.argsort(flat)[::-1]
    scaled = flat[order] * len(flat) / np.arange(len(flat), 0, -1)
    return _restored(np.minimum.accumulate(scaled), order, p.shape)


def benjamini_yekutieli(p: Floats) -> Floats:
    """False discovery rate under any dependence: q-values of ``p`` (any shape, all entries adjusted together).

    `benjamini_hochberg` times ``1 + 1/2 + ... + 1/m`` for m tests. Two-sided tests of cells that share neighbours are
    not positively dependent in theory; where that matters, this holds. Benjamini, Y. & Yekutieli, D. (2001). The
    control of the false discovery rate in multiple testing under dependency. *Annals of Statistics*, 29(4), 1165-1188.

    >>> import numpy as np
    >>> benjamini_yekutieli(np.array([0.01, 0.04, 0.03])).round(4).tolist()
    [0.055, 0.0733, 0.0733]
    """
    flat = p.ravel()
    order = np.argsort(flat)[::-1]
    rank = np.arange(len(flat), 0, -1)
    scaled = flat[order] * (len(flat) * np.sum(1 / rank)) / rank
    return _restored(np.minimum.accumulate(scaled), order, p.shape)


def holm(p: Floats) -> Floats:
    """Family-wise error rate: adjusted values of ``p`` (any shape, all entries adjusted together).

    Rejecting where the adjusted value is <= a keeps the chance of even one false rejection at or below a,
    whatever the dependence. Holm, S. (1979). A simple sequentially rejective multiple test procedure.
    *Scandinavian Journal of Statistics*, 6(2), 65-70.

    >>> import numpy as np
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    flat = p.ravel()
    order = np.argsort(flat)
    scaled = flat[order] * np.arange(len(flat), 0, -1)
    return _restored(np.maximum.accumulate(scaled), order, p.shape)


def _restored(ordered: Floats, order: NDArray[np.intp], shape: tuple[int, ...]) -> Floats:
    adjusted = np.empty_like(ordered)
    adjusted[order] = np.minimum(ordered, 1.0)
    return adjusted.reshape(shape)
