"""False positive rates of the statistics under null data at our density.

    .venv/bin/python -m benchmarks.null_rates [WORD …] [--share 0.1]

One module per statistic, each with its ``CASES``; a word picks the cases whose name holds it. Prints the table of
``docs/null_rates.md``.
"""
