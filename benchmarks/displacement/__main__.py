"""Prints the tables of false alerts and of days to detection."""

import argparse
from concurrent.futures import ProcessPoolExecutor

import benchmarks.displacement as package
from benchmarks.displacement import coverage, day, delays, false_alerts


def main() -> None:
    parser = argparse.ArgumentParser(description=package.__doc__)
    parser.add_argument("table", choices=["false-alerts", "delays", "coverage", "day"])
    parser.add_argument("--years", type=int, default=500, help="years watched in each scenario")
    parser.add_argument("--partnerships", type=int, default=200, help="partnerships in which effects are planted")
    parser.add_argument("--simulated-years", type=int, default=100, help="years simulated for each threshold")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if options.table == "day":
        for line in day.table(options.partnerships):
            print(line, flush=True)
        return
    with ProcessPoolExecutor(options.processes) as pool:
        if options.table == "false-alerts":
            tasks = false_alerts.tasks(options.years, options.simulated_years)
            lines = false_alerts.table(list(pool.map(false_alerts.alerts_of, tasks, chunksize=4)))
        elif options.table == "coverage":
            numbers = [coverage.Task(n) for n in range(options.partnerships)]
            lines = coverage.table(list(pool.map(coverage.coverage_of, numbers, chunksize=2)))
        else:
            planted = [delays.Task(n, options.simulated_years) for n in range(options.partnerships)]
            lines = delays.table(list(pool.map(delays.delays_of, planted, chunksize=2)), delays.oracle_alerts())
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
