import secrets

from hypothesis import given
from hypothesis import strategies as st

from api.rates import Hidden, Rate


@given(
    per_minute=st.integers(1, 40),
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=200),
)
def test_no_window_holds_more_than_the_burst_and_what_came_back_in_it(per_minute: int, gaps: list[float]) -> None:
    rate, now, passed = Rate(per_minute), 0.0, []
    for gap in gaps:
        now += gap
        wait = rate.wait_s(b"one", now)
        if wait == 0:
            passed.append(now)
        else:
            assert 0 < wait <= 60 / per_minute + 1e-6
    for i, first in enumerate(passed):
        for j in range(i, len(passed)):
            assert j - i + 1 <= per_minute + (passed[j] - first) * per_minute / 60 + 1e-3


@given(per_minute=st.integers(1, 40), asked=st.integers(1, 100))
def test_whoever_waits_as_long_as_told_may_go_on(per_minute: int, asked: int) -> None:
    rate = Rate(per_minute)
    now = 0.0
    for _ in range(asked):
        wait = rate.wait_s(b"one", now)
        if wait:
            now += wait
            assert rate.wait_s(b"one", now) == 0


def test_keys_do_not_share_what_they_may() -> None:
    rate = Rate(1)
    assert [rate.wait_s(key, 0.0) for key in (b"a", b"b", b"a")] == [0, 0, 60]


def test_a_flood_of_keys_ends_at_the_bound_and_forgets_nobody_who_waits() -> None:
    rate = Rate(2, most_keys=100)
    assert [rate.wait_s(b"waiting", 0.0) for _ in range(3)] == [0, 0, 30]
    let_in = sum(rate.wait_s(secrets.token_bytes(8), 0.001 * i) == 0 for i in range(10_000))
    assert len(rate) <= 101
    assert let_in <= 99 + 2 + 1  # those kept, and what one key may in ten seconds for all the others
    assert rate.wait_s(b"waiting", 10.0) > 0
    # Once the flood is over its keys are nobody's, and give way.
    assert rate.wait_s(b"new", 1000.0) == 0
    assert len(rate) == 1


def test_addresses_become_keys_that_another_process_cannot_make() -> None:
    one, other = Hidden(), Hidden()
    assert one.address("192.0.2.7") != one.address("192.0.2.8")
    assert one.address("192.0.2.7") == one.address("::ffff:192.0.2.7")
    assert one.address("2001:db8::1") == one.address("2001:db8::ffff:2")
    assert one.address("2001:db8::1") != one.address("2001:db8:0:1::1")
    assert one.address("fe80::1%eth0") == one.address("fe80::2")
    assert one.address("testclient") != other.address("testclient")
    assert b"192" not in one.address("192.0.2.7")
