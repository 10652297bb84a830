import numpy as np
import pytest

from models.release_displacement import ReleasedDisplacement, released_displacement


def table(
    rows: dict[str, list[int | None]], period: str, *, total: list[int | None] | None = None
) -> dict[str, object]:
    figures = [*rows.values(), total or [sum(x or 0 for x in column) for column in zip(*rows.values(), strict=True)]]
    areas = [{"id": area} for area in rows]
    names = {"areas": areas, "categories": [{"id": "x"}]}
    return {"table": "areas", "kind": "half-year", "period": period, "figures": figures, **names}


def found(before: dict[str, list[int | None]], now: dict[str, list[int | None]]) -> list[ReleasedDisplacement]:
    tables = table(now, "2026-H1"), table(before, "2025-H1")
    return released_displacement(*tables, treated="t", neighbours=["d", "e"])


def test_a_move_is_claimed_for_the_neighbour_that_gained() -> None:
    before = {"t": [80, 200], "d": [30, 90], "e": [30, 80], "c": [100, 300]}
    now = {"t": [35, 155], "d": [78, 138], "e": [31, 82], "c": [101, 298]}
    claimed = [(one.neighbour, one.column) for one in found(before, now) if one.claimed]
    assert ("d", 0) in claimed
    assert not [one for one in claimed if one[0] == "e"]


@pytest.mark.parametrize(
    "now",
    [
        {"t": [35, 155], "d": [31, 92], "e": [30, 80], "c": [100, 300]},  # T fell alone
        {"t": [80, 200], "d": [80, 140], "e": [30, 80], "c": [100, 300]},  # the neighbour rose alone
        {"t": [35, 155], "d": [75, 190], "e": [75, 170], "c": [250, 700]},  # all others rose
        {"t": [32, 80], "d": [12, 36], "e": [12, 32], "c": [40, 120]},  # everything fell
    ],
)
def test_half_of_a_move_is_none(now: dict[str, list[int | None]]) -> None:
    before = {"t": [80, 200], "d": [30, 90], "e": [30, 80], "c": [100, 300]}
    assert not [one for one in found(before, now) if one.claimed]


def test_a_hidden_figure_takes_its_row_out_and_no_other() -> None:
    before = {"t": [80, 200], "d": [None, 90], "e": [30, 80], "c": [None, 300]}
    now = {"t": [35, 155], "d": [78, 138], "e": [31, 82], "c": [101, 298]}
    tables = table(now, "2026-H1", total=[245, 673]), table(before, "2025-H1", total=[240, 670])
    shown = released_displacement(*tables, treated="t", neighbours=["d", "e"])
    assert [(one.neighbour, one.column) for one in shown] == [("d", 1), ("e", 0), ("e", 1)]
    assert released_displacement(tables[0], None, treated="t", neighbours=["d"]) == []
    assert released_displacement(*tables, treated="nowhere", neighbours=["d"]) == []


def test_what_could_have_been_seen_is_seen_when_it_happens() -> None:
    before = {"t": [80, 200], "d": [30, 90], "e": [30, 80], "c": [100, 300]}
    least = next(one.detectable for one in found(before, before) if (one.neighbour, one.column) == ("d", 0))
    assert least is not None

    def claimed(moved: int) -> bool:
        now = {**before, "t": [80 - moved, 200 - moved], "d": [30 + moved, 90 + moved]}
        return any(one.claimed for one in found(before, now) if one.neighbour == "d")

    assert claimed(least + 1)
    assert not claimed(least // 2)


def test_without_a_move_few_tables_claim_one() -> None:
    """Poisson tables of which a treated area fell by two fifths and nobody rose; the bound is exact (0.05)."""
    rng = np.random.default_rng(3)
    mean = {"t": [60.0, 150.0], "d": [25.0, 70.0], "e": [25.0, 60.0], "c": [90.0, 260.0]}
    fallen = {**mean, "t": [36.0, 90.0]}
    claims = 0
    for _ in range(400):
        before, now = ({area: rng.poisson(level).tolist() for area, level in one.items()} for one in (mean, fallen))
        claims += any(one.claimed for one in found(before, now))
    assert claims <= 30  # 20 expected at the most; 31 or more with a chance of 1 %
