"""The displacement watch on simulated partnerships whose truth is known.

    .venv/bin/python -m benchmarks.displacement false-alerts --years 500
    .venv/bin/python -m benchmarks.displacement delays --partnerships 200
    .venv/bin/python -m benchmarks.displacement coverage --partnerships 100
    .venv/bin/python -m benchmarks.displacement day --partnerships 1000

False alerts per partnership-year where nothing was displaced, and days to detection where something was, beside the
oracle and beside what else is in use; how often the intervals of an alert hold the truth; what a day of it takes.
"""
