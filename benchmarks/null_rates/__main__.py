"""Prints the table of false positive rates."""

import argparse
import importlib
import pkgutil

import benchmarks.null_rates as package
from benchmarks.null_rates.case import NullCase, null_rate

NOT_STATISTICS = {"__main__", "case", "density"}


def all_cases() -> list[NullCase]:
    """The cases of every module of this package, in order of their names."""
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name not in NOT_STATISTICS)
    modules = [importlib.import_module(f"benchmarks.null_rates.{name}") for name in names]
    return [case for module in modules for case in module.CASES]


def main() -> None:
    parser = argparse.ArgumentParser(description=package.__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--share", type=float, default=1.0, help="share of each case's trials to run")
    options = parser.parse_args()
    print("| statistic | null data | nominal | found | 99 % interval | trials | |")
    print("|---|---|---|---|---|---|---|")
    for case in all_cases():
        if options.words and not any(word.lower() in case.statistic.lower() for word in options.words):
            continue
        found = null_rate(case, share=options.share)
        low, high = max(found.rate - found.error, 0), min(found.rate + found.error, 1)
        print(
            f"| {case.statistic} | {case.setting} | {case.level:g} | {found.rate:.4f} | {low:.4f}–{high:.4f} "
            f"| {found.trials:,} | {found.verdict} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
