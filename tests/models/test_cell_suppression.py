"""The attacker against the releases: no small count may be known to be more than small."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from models import release_table as protecting
from models.cell_suppression import Suppression
from models.release_snapshot import MonthCounts
from tests.release_example import JANUARY, SMALL, Archive, attacked, attacker_of, drawn, text_of


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(0, 2**32), rate=st.sampled_from([1.0, 3.0, 6.0, 12.0]), data=st.data())
def test_no_sequence_of_releases_gives_a_small_count_away(seed: int, rate: float, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    months = range(JANUARY, JANUARY + 6)
    archive = Archive(drawn(rng, areas=2, categories=2, cells=5, rate=rate, months=months))
    possible = [*((text_of(m), "areas") for m in months[:3]), ("2026-H1", "areas"), ("2026-H1", "cells")]
    for period, table in data.draw(st.lists(st.sampled_from(possible), unique=True, min_size=1)):
        archive.release(period, table)
    assert attacked(archive) == []


def test_a_year_and_what_it_is_the_sum_of() -> None:
    rng = np.random.default_rng(12)
    archive = Archive(drawn(rng, areas=2, categories=2, cells=4, rate=2.0, months=range(JANUARY, JANUARY + 12)))
    for period in ("2026-03", "2026-H1", "2026", "2026-04"):
        archive.release(period)
    archive.release("2026-H1", "cells")
    assert any(body["figures"][-1][-1] for body in archive.bodies if body["table"] == "areas")
    assert attacked(archive) == []


@pytest.mark.parametrize("seed", range(2))
def test_a_correction_beside_what_it_corrects(seed: int) -> None:
    rng = np.random.default_rng(seed)
    months = range(JANUARY, JANUARY + 1)
    archive = Archive(drawn(rng, areas=3, categories=3, cells=6, rate=5.0, months=months))
    archive.release("2026-01")
    old = archive.newest[JANUARY]
    late = rng.poisson(0.2, old.counts.shape)
    archive.correct(MonthCounts(JANUARY, old.areas, old.categories, old.cells, old.counts + late, old.cell_counts))
    archive.release("2026-01")
    assert attacked(archive) == []
    # Somebody who knows what came late knows as much of the old version, and no more.
    changes = {
        (("n", "2026-01", 0, a, c), ("n", "2026-01", 1, a, c)): int(late[a, c]) for a, c in np.ndindex(late.shape)
    }
    knowing = attacker_of(archive, changes)
    for a, c in np.argwhere(old.counts < SMALL).tolist():
        least, greatest = knowing.interval({("n", "2026-01", 0, a, c): 1.0})
        assert (least, greatest >= SMALL - 1) == (0.0, True)


def test_the_attacker_breaks_suppression_without_the_complementary_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protecting, "suppression", lambda *_, values, **__: Suppression(values >= SMALL, 1, True))
    broken = 0
    for seed in range(5):
        archive = Archive(
            drawn(
                np.random.default_rng(seed),
                areas=2,
                categories=3,
                cells=4,
                rate=6.0,
                months=range(JANUARY, JANUARY + 1),
            )
        )
        archive.release("2026-01")
        broken += bool(attacked(archive))
    assert broken >= 3


def test_the_attacker_breaks_releases_that_do_not_know_of_each_other() -> None:
    months = range(JANUARY, JANUARY + 6)
    drawn_ = drawn(np.random.default_rng(1), areas=2, categories=2, cells=2, rate=9.0, months=months)
    even = {m: replace(one, counts=np.full((2, 2), 9), cell_counts=np.array([18, 18])) for m, one in drawn_.items()}
    even[JANUARY] = replace(even[JANUARY], counts=np.array([[2, 9], [9, 9]]), cell_counts=np.array([11, 18]))
    forgetful, mindful = Archive(even), Archive(even)
    for period in [*map(text_of, months), "2026-H1"]:
        forgetful.release(period)
        forgetful.released.clear()
        mindful.release(period)
    assert attacked(forgetful) == ["2026-01 (0, 0): 2 to 2"]
    assert attacked(mindful) == []
    assert mindful.released[-1].shown.any()
