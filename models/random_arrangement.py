"""Random arrangement: all n values are arranged at random over the n cells, a cell's own among them.

The exact counterpart of the normal p of Gi* (Ord & Getis 1995), under the same H0 and without a normal tail. Unlike
conditional permutation (`models.conditional_permutation`) a cell's own value counts.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.conditional_permutation import PermutationP
from models.draw_sums import at_least_and_at_most, distributions, whole_units
from models.getis_ord import refuse

Floats = NDArray[np.float64]


def arrangement_p(x: Floats, weights: sparse.csr_array, *, unit: float = 1.0) -> PermutationP:
    """Exact p of each neighbourhood's sum of ``x`` (n, whole multiples of ``unit``, none negative), as Gi* has it.

    ``weights`` (n, n) are binary with ones on the diagonal. H0: the n values are arranged at random over the n cells,
    so that a neighbourhood of W cells holds W of them drawn without replacement.

    A lone high cell is no evidence here either: wherever an arrangement puts it, its neighbourhood has that sum. Raises
    `ParameterError`, and `SumsTooLargeError` where the exact distribution would be too large.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> line = sparse.csr_array(np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1.0]]))
    >>> arrangement_p(np.array([4.0, 3, 0, 1]), line).at_least.round(3).tolist()
    [0.167, 0.5, 1.0, 1.0]
    """
    refuse(x, weights, diagonal=1)
    values = whole_units(x, unit)
    size = np.diff(weights.indptr)
    sums = weights.astype(np.int64) @ values
    upper, lower = at_least_and_at_most(distributions(values, int(size.max(initial=0))))
    return PermutationP(upper[size, sums], lower[size, sums], sums == 0, permutations=0)
