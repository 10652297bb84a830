import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled


@compiled
def sums(x: NDArray[np.float64], rounds: int) -> float:
    found = 0.0
    for _ in range(rounds):
        for i in range(len(x)):
            found += x[i]
    return found


def test_floating_point_order_is_kept() -> None:
    x = np.random.default_rng(1).random(1_000)
    expected = 0.0
    for value in x.tolist():
        expected += value
    assert sums(x, 1) == expected


def test_other_threads_go_on_meanwhile() -> None:
    x = np.ones(1_000)
    sums(x, 1)
    stop, ticks = threading.Event(), []

    def tick() -> None:
        while not stop.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(tick)
        sums(x, 200_000)
        during = len(ticks)
        stop.set()
        beside.result()
    assert during > 3
