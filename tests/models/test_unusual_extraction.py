import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.parameter_limits import ParameterError
from models.unusual_extraction import (
    DAY_S,
    HOUR_S,
    NO_DAY,
    RULES,
    ActorDays,
    Extractions,
    UnusualParameters,
    actor_days,
    unusual_days,
)

DAYS = 56
MONDAY = 20_000 - 20_000 % 7 + 4  # 1970 began on a Thursday


def joined(*parts: Extractions) -> Extractions:
    return Extractions(
        *(np.concatenate([getattr(p, name) for p in parts]) for name in ("local_s", "actor", "export", "asked_day"))
    )


def ordinary(rng: np.random.Generator, actors: int, days: int = DAYS) -> Extractions:
    """Working days from 7 to 17 o'clock in bursts, counts far more uneven than Poisson, the last seven dates."""
    rows = []
    for actor in range(actors):
        mean = rng.uniform(5, 30)
        for day in range(MONDAY, MONDAY + days):
            if (day - MONDAY) % 7 >= 5:
                continue
            n = rng.negative_binomial(3, 3 / (3 + mean))
            bursts = rng.integers(7 * HOUR_S, 17 * HOUR_S, size=max(1, n // 8))
            at = day * DAY_S + rng.choice(bursts, n) + rng.integers(0, 900, n)
            rows.append((at, np.full(n, actor), rng.random(n) < 0.05, day - rng.integers(0, 7, n)))
    return Extractions(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def scraper(
    actor: int, day: int, *, from_h: float, number: int, every_s: float, dates: int = 1, export: bool = False
) -> Extractions:
    at = (day * DAY_S + from_h * HOUR_S + np.arange(number) * every_s).astype(np.int64)
    return Extractions(at, np.full(number, actor), np.full(number, export), day - np.arange(number) % dates)


@settings(max_examples=12)
@given(st.integers(0, 2**32), st.integers(2, 12))
def test_ordinary_use_is_hardly_ever_flagged(seed: int, actors: int) -> None:
    found = actor_days(ordinary(np.random.default_rng(seed), actors))
    # Hundreds of days an example; measured rates stand in docs/audit.md.
    assert len(unusual_days(found)) <= 2


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.sampled_from(["fast", "slow", "nightly", "broad", "exporting"]))
def test_a_script_is_flagged_by_its_rule(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    day, actor = MONDAY + DAYS - 4, int(rng.integers(0, 8))
    script, rule = {
        "fast": (scraper(actor, day, from_h=9, number=400, every_s=2), "hour"),
        "slow": (scraper(actor, day, from_h=0, number=600, every_s=140), "day"),
        "nightly": (scraper(actor, day, from_h=0, number=100, every_s=200), "night"),
        "broad": (scraper(actor, day, from_h=10, number=400, every_s=60, dates=365), "breadth"),
        "exporting": (scraper(actor, day, from_h=12, number=60, every_s=200, export=True), "exports"),
    }[kind]
    flagged = unusual_days(actor_days(joined(ordinary(rng, 8), script)))
    assert (actor, day, rule) in {(one.actor, one.day, one.rule) for one in flagged}


def test_who_takes_twice_as_much_every_day_is_found() -> None:
    steps = [scraper(0, MONDAY + i, from_h=8, number=10 * 2**i, every_s=20) for i in range(8)]
    flagged = unusual_days(actor_days(joined(*steps)))
    assert (MONDAY + 6, "day") in {(one.day, one.rule) for one in flagged}


@given(
    st.lists(
        st.tuples(st.integers(0, 4 * DAY_S), st.integers(0, 2), st.booleans(), st.integers(-1, 5)),
        min_size=1,
        max_size=60,
    )
)
def test_counts_are_those_of_a_plain_loop(rows: list[tuple[int, int, bool, int]]) -> None:
    columns = Extractions(*(np.array(column) for column in zip(*rows, strict=True)))
    found = actor_days(columns)
    for actor, day, counts in zip(found.actor, found.day, found.counts, strict=True):
        mine = [row for row in rows if row[1] == actor]
        today = [row for row in mine if row[0] // DAY_S == day]
        hours = [sum(at - HOUR_S < other[0] <= at for other in mine) for at, *_ in today]
        night = sum(not 6 <= at % DAY_S // HOUR_S < 22 for at, *_ in today)
        dates = {asked for *_, asked in today if asked != NO_DAY}
        assert counts.tolist() == [max(hours), len(today), sum(row[2] for row in today), night, len(dates)]
    assert found.counts[:, 1].sum() == len(rows)


def test_the_limit_is_what_the_definition_says() -> None:
    counts = np.zeros((7, len(RULES)), dtype=np.int64)
    counts[:, 1] = [100, 120, 90, 70, 80, 361, 360]
    found = ActorDays(np.array([0, 0, 0, 1, 1, 0, 1]), np.array([1, 2, 3, 2, 3, 4, 4]), counts)
    [one] = unusual_days(found)
    # Own median 100, the others' quantile 80 for actor 0; for actor 1 the others' is 120.
    assert (one.actor, one.rule, one.count, one.usual, one.limit) == (0, "day", 361, 100.0, 300.0)


def test_what_is_older_than_the_history_counts_no_more() -> None:
    counts = np.zeros((2, len(RULES)), dtype=np.int64)
    counts[:, 1] = 500
    found = ActorDays(np.array([0, 0]), np.array([0, 29]), counts)
    assert [one.day for one in unusual_days(found)] == [0, 29]
    assert [one.day for one in unusual_days(found, UnusualParameters(history_days=29))] == [0]


@pytest.mark.parametrize(("name", "value"), [("times", 0.5), ("hour_floor", 0), ("others_quantile", 1.0)])
def test_parameters_outside_their_limits_are_refused(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=name):
        UnusualParameters(**{name: value})  # type: ignore[arg-type]
