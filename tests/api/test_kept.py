"""What a service keeps in memory goes when another process deletes."""

import time
from collections.abc import Iterator

import pytest

from api.kept import forgetting, kept
from data.store import Store
from models.partnership import Partnership
from tests.data.test_retention_book import POINTS_DAY, take_in

made: list[int] = []


@kept(4)
def doubled(number: int) -> int:
    made.append(number)
    return 2 * number


@pytest.fixture(autouse=True)
def nothing_made() -> Iterator[None]:
    made.clear()
    yield
    made.clear()


def wait_until_made(times: int) -> None:
    for _ in range(600):
        doubled(1)
        if len(made) == times:
            return
        time.sleep(0.05)
    pytest.fail(f"made {len(made)} times in half a minute, not {times}")


def test_it_is_kept_until_something_is_deleted(store: Store, partnership: Partnership) -> None:
    take_in(store, partnership)
    with forgetting(store, partnership.id, seconds_between=0.02):
        doubled(1)
        time.sleep(0.2)
        doubled(1)
        assert made == [1]
        store.retention.apply(partnership, POINTS_DAY, "another process")
        wait_until_made(2)
        # Deleted again, there is nothing: what is kept stays.
        store.retention.apply(partnership, POINTS_DAY, "another process")
        time.sleep(0.2)
        doubled(1)
        assert made == [1, 1]
