"""Address lookups per second beside a bare dict lookup of the same addresses in the same run.

    python benchmarks/geocode.py ADDRESSES.csv

ADDRESSES.csv is a flat register, ``vejnavn,husnr,lon,lat``. Prints one line per way of writing an address: the
outcomes, the rate, and how many bare lookups take the time of one.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from data.address_file import read_addresses
from data.gazetteers import load_gazetteer
from data.partnerships import load_sketch
from geo.gazetteer import Found
from geo.streets import metres_between
from tests.messy_addresses import WAYS

REPEATS = 5


def per_second(look_up: Callable[[str], object], texts: Iterable[str]) -> float:
    """The best of some runs over ``texts``."""
    texts, best_s = list(texts), float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        for text in texts:
            look_up(text)
        best_s = min(best_s, time.perf_counter() - started)
    return len(texts) / best_s


def main(register: Path) -> None:
    addresses = list(read_addresses(register))
    gazetteer, dice = load_gazetteer(load_sketch(None), register), random.Random(20261123)
    total = Counter[str]()
    print(f"{'way':26}{'own':>6}{'honest':>8}{'none':>6}{'wrong':>7}{'lookups/s':>11}{'bare/one':>10}")
    for way, write in WAYS.items():
        texts = {write(street, number, dice): point for street, number, point, _ in addresses}
        outcomes = Counter[str]()
        for text, point in texts.items():
            found = gazetteer.find_address(text)
            if not isinstance(found, Found):
                outcomes["none"] += 1
                continue
            away_m = metres_between((found.lon, found.lat), point)
            outcomes["own" if away_m < 1 else "wrong" if away_m > found.accuracy_m else "honest"] += 1
        rate, bare = per_second(gazetteer.find_address, texts), per_second(texts.get, texts)
        counts = f"{outcomes['own']:6}{outcomes['honest']:8}{outcomes['none']:6}{outcomes['wrong']:7}"
        print(f"{way:26}{counts}{rate:11,.0f}{bare / rate:10,.0f}")
        total += outcomes
    print(f"wrong but confident: {total['wrong']} of {total.total()} ({total['wrong'] / total.total():.2%})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
