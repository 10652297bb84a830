"""Synthetic incidents: level, mix, determinism, and the planted displacement as the only difference."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.partnerships import load_partnership
from models.panel import REPORTED
from models.synthetic import (
    Market,
    PlantedDisplacement,
    Spot,
    SyntheticError,
    SyntheticIncidents,
    synthetic_incidents,
)

FIRST, LAST = date(2021, 1, 1), date(2024, 12, 31)
YEARS = 4
BLAAGAARDS_PLADS = Spot(12.55695, 55.68652, 60.0)
SKT_HANS_TORV = Spot(12.56072, 55.69068, 60.0)
MARKET = Market("hash", BLAAGAARDS_PLADS, per_day=0.6)
PLANTED = PlantedDisplacement(date(2023, 7, 1), "sankt-hans-torv", SKT_HANS_TORV)
RESIDENTS = {"indre-noerrebro": 13_700.0, "peblinge-soe": 0.0}
PARTNERSHIP = load_partnership(None)


def draw(
    *,
    seed: int = 1,
    first: date = FIRST,
    last: date = LAST,
    market: Market | None = MARKET,
    planted: PlantedDisplacement | None = None,
) -> SyntheticIncidents:
    return synthetic_incidents(
        PARTNERSHIP,
        first=first,
        last=last,
        rng=np.random.default_rng(seed),
        residents=RESIDENTS,
        market=market,
        planted=planted,
    )


@pytest.fixture(scope="module")
def stayed() -> SyntheticIncidents:
    return draw()


@pytest.fixture(scope="module")
def moved() -> SyntheticIncidents:
    return draw(planted=PLANTED)


def areas_of(incidents: SyntheticIncidents) -> np.ndarray:
    return PARTNERSHIP.areas.locate(incidents.lon, incidents.lat).area


@pytest.mark.parametrize("market", [None, MARKET])
def test_the_treated_area_has_46_reported_offences_per_1000_residents_a_year(market: Market | None) -> None:
    incidents = draw(market=market)
    treated = (areas_of(incidents) == PARTNERSHIP.areas.index["indre-noerrebro"]) & (incidents.basis == REPORTED)
    assert treated.sum() / YEARS / 13.7 == pytest.approx(46, rel=0.05)


def test_an_area_without_a_number_of_residents_gets_the_density_of_the_treated_one(
    stayed: SyntheticIncidents,
) -> None:
    counts = np.bincount(areas_of(stayed)[stayed.basis == REPORTED] + 1)[1:]
    haraldsgade = PARTNERSHIP.areas.index["haraldsgade"]
    assert counts[haraldsgade] / YEARS == pytest.approx(73.6 * 171 * 46 / 1000, rel=0.1)


def test_nothing_happens_where_nobody_lives(stayed: SyntheticIncidents) -> None:
    on_the_lake = areas_of(stayed) == PARTNERSHIP.areas.index["peblinge-soe"]
    # Points measured with 50 m accuracy may stray across the shore.
    assert on_the_lake.sum() <= 0.001 * len(stayed)


def test_category_mix(stayed: SyntheticIncidents) -> None:
    share = np.bincount(stayed.category[stayed.basis == REPORTED], minlength=7) / np.sum(stayed.basis == REPORTED)
    by_id = {category.id: share[k] for k, category in enumerate(PARTNERSHIP.categories)}
    assert 0.14 < by_id["hash"] < 0.24
    assert max(by_id, key=lambda category: by_id[category]) == "tyveri"
    assert min(by_id, key=lambda category: by_id[category]) == "roeveri"


def test_police_find_about_15_percent_more_and_mostly_hash(stayed: SyntheticIncidents) -> None:
    observed = stayed.basis != REPORTED
    assert 0.10 < observed.sum() / (~observed).sum() < 0.20
    assert np.mean(stayed.category[observed] == PARTNERSHIP.category_index["hash"]) > 0.6


def test_nearly_all_points_lie_inside_an_area(stayed: SyntheticIncidents) -> None:
    assert np.mean(areas_of(stayed) >= 0) > 0.98


def test_addresses_repeat(stayed: SyntheticIncidents) -> None:
    _, repeats = np.unique(np.column_stack([stayed.lon, stayed.lat]), axis=0, return_counts=True)
    assert repeats.max() >= 15


def test_days_vary_more_than_chance(stayed: SyntheticIncidents) -> None:
    start, stop = stayed.from_s.min(), stayed.from_s.max()
    weekly = np.histogram(stayed.from_s, bins=np.arange(start, stop, 7 * 86_400))[0]
    assert 1.2 < weekly.var() / weekly.mean() < 6


def test_the_same_seed_gives_the_same_incidents(stayed: SyntheticIncidents) -> None:
    again, other = draw(), draw(seed=2)
    assert all(np.array_equal(getattr(again, name), column) for name, column in vars(stayed).items())
    assert len(other) != len(stayed)


def test_the_planted_event_moves_the_market_and_changes_nothing_else(
    stayed: SyntheticIncidents, moved: SyntheticIncidents
) -> None:
    differs = stayed.lon != moved.lon
    for name in ("case", "accuracy_m", "category", "basis", "from_s", "to_s", "reported_s"):
        assert np.array_equal(getattr(stayed, name), getattr(moved, name)), name
    assert set(areas_of(stayed)[differs]) == {PARTNERSHIP.areas.index["indre-noerrebro"]}
    assert set(areas_of(moved)[differs]) == {PARTNERSHIP.areas.index["sankt-hans-torv"]}
    assert set(moved.category[differs]) == {PARTNERSHIP.category_index["hash"]}
    assert moved.from_s[differs].min() >= PARTNERSHIP.calendar.start_of(PLANTED.start).timestamp()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_the_moved_share_of_the_market_moves(stayed: SyntheticIncidents, share: float) -> None:
    moved = draw(planted=replace(PLANTED, moved_share=share))
    metres = 111_320 * np.hypot(
        (stayed.lon - BLAAGAARDS_PLADS.lon) * np.cos(np.radians(55.7)), stayed.lat - BLAAGAARDS_PLADS.lat
    )
    late = stayed.from_s >= PARTNERSHIP.calendar.start_of(PLANTED.start).timestamp()
    market = late & (metres < 60) & (stayed.category == PARTNERSHIP.category_index["hash"])
    assert np.mean(moved.lon[market] != stayed.lon[market]) == pytest.approx(share, abs=0.06)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    first=st.dates(date(1990, 1, 1), date(2035, 1, 1)),
    n_days=st.integers(1, 40),
)
def test_times_are_ordered_whole_minutes_within_the_days_drawn(seed: int, first: date, n_days: int) -> None:
    last = first + timedelta(days=n_days - 1)
    incidents = draw(seed=seed, first=first, last=last)
    calendar = PARTNERSHIP.calendar
    assert np.all(incidents.from_s >= calendar.start_of(first).timestamp())
    assert np.all(incidents.from_s < calendar.start_of(last + timedelta(days=1)).timestamp())
    assert np.all(incidents.from_s <= incidents.to_s)
    assert np.all(incidents.to_s <= incidents.reported_s)
    assert np.all(np.diff(incidents.reported_s) >= 0)
    for column in (incidents.from_s, incidents.to_s, incidents.reported_s):
        assert np.all(column % 60 == 0)


def test_reported_before_keeps_what_was_known(stayed: SyntheticIncidents) -> None:
    as_of_s = int(PARTNERSHIP.calendar.start_of(date(2023, 1, 1)).timestamp())
    known = stayed.reported_before(as_of_s)
    assert 0 < len(known) < len(stayed)
    assert known.reported_s.max() < as_of_s
    assert np.array_equal(known.case, stayed.case[: len(known)])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"last": date(2020, 1, 1)}, "last must not be before first"),
        ({"market": replace(MARKET, category="cykler")}, "category 'cykler'"),
        ({"market": replace(MARKET, spot=Spot(12.0, 55.0, 50))}, "outside every area"),
        ({"market": replace(MARKET, per_day=5.0)}, r"from 0 to its area's 1\.73, found 5\.0"),
        ({"market": None, "planted": PLANTED}, "needs a market"),
        ({"planted": replace(PLANTED, to_area="amager")}, "'amager'"),
        ({"planted": replace(PLANTED, moved_share=1.5)}, "found 1.5"),
        ({"planted": replace(PLANTED, to_spot=BLAAGAARDS_PLADS)}, "lies outside 'sankt-hans-torv'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(SyntheticError, match=sentence):
        draw(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize(("residents", "sentence"), [({"amager": 1.0}, "'amager'"), ({"mimersgade": -1.0}, "-1.0")])
def test_residents_are_checked(residents: dict[str, float], sentence: str) -> None:
    with pytest.raises(SyntheticError, match=sentence):
        synthetic_incidents(PARTNERSHIP, first=FIRST, last=FIRST, rng=np.random.default_rng(1), residents=residents)
