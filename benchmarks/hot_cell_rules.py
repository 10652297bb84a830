"""Which rule for hot cells? How often each calls a cell hot where nothing is to find, and where something is planted.

    .venv/bin/python -m benchmarks.hot_cell_rules [--trials 200]

Counts at our density, two incidents a day over 63 or 449 cells. Maps: *even*; *uneven*, rates of cells differ (gamma,
coefficient of variation 1) but do not lie together; *address*, one cell with 12 incidents more than chance, or with
six times its rate more where that is larger; *street*, 1.2 times as many spread over the cell and its neighbours. A
cell is hot where z of Gi* > 0 and Benjamini-Hochberg on the rule's two-sided p gives q <= 0.05.
"""

import argparse

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.null_rates.density import PER_DAY, neighbours
from models.conditional_permutation import exact_conditional_p
from models.even_spread import even_spread_p
from models.getis_ord import gi_star
from models.multiple_testing import benjamini_hochberg
from models.random_arrangement import arrangement_p

Floats = NDArray[np.float64]
MAPS = ("even", "uneven", "address", "street")
WINDOWS_DAYS = (84, 364)


def p_of_rules(x: Floats, weights: sparse.csr_array) -> dict[str, Floats]:
    normal, even = gi_star(x, weights).normal_p, even_spread_p(x, weights)
    arranged, conditional = arrangement_p(x, weights).p, exact_conditional_p(x, weights).p
    return {
        "normal Gi* alone": normal,
        "even spread alone": even,
        "normal Gi* and even spread (taken)": np.maximum(normal, even),
        "exact arrangement alone": arranged,
        "exact arrangement and even spread": np.maximum(arranged, even),
        "exact conditional alone": conditional,
        "exact conditional and even spread": np.maximum(conditional, even),
    }


def rates(kind: str, days: int, weights: sparse.csr_array, planted: int, rng: np.random.Generator) -> Floats:
    """Expected counts of one map."""
    n = weights.shape[0]
    base = PER_DAY * days / n
    more = max(12.0, 6 * base)
    expected = np.full(n, base) * (rng.gamma(1, 1, n) if kind == "uneven" else 1.0)
    near = weights.indices[weights.indptr[planted] : weights.indptr[planted + 1]]
    if kind == "address":
        expected[planted] += more
    if kind == "street":
        expected[near] += 1.2 * more / len(near)
    return expected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    trials = parser.parse_args().trials
    print("| cells, days | rule | even: any hot | uneven: any hot | address: it is hot | street: it is hot |")
    print("|---|---|---|---|---|---|")
    for resolution in (10, 11):
        weights = neighbours(resolution, include_self=True)
        n = weights.shape[0]
        inside = np.flatnonzero(np.diff(weights.indptr) == 7)
        planted = int(inside[len(inside) // 2])
        for days in WINDOWS_DAYS:
            found: dict[str, list[float]] = {}
            for kind in MAPS:
                rng = np.random.default_rng(20261124)
                hot: dict[str, int] = {}
                for _ in range(trials):
                    x = rng.poisson(rates(kind, days, weights, planted, rng)).astype(np.float64)
                    warm = gi_star(x, weights).z > 0
                    for rule, p in p_of_rules(x, weights).items():
                        cells = (benjamini_hochberg(p) <= 0.05) & warm
                        hot[rule] = hot.get(rule, 0) + int(cells.any() if "even" in kind else cells[planted])
                for rule, count in hot.items():
                    found.setdefault(rule, []).append(count / trials)
            for rule, shares in found.items():
                print(f"| {n}, {days} | {rule} | " + " | ".join(f"{share:.0%}" for share in shares) + " |", flush=True)


if __name__ == "__main__":
    main()
