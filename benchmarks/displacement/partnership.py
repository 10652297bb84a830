"""Simulated partnerships: about two incidents a day in the treated area, and what may befall them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIX = np.array([0.5, 0.3, 0.2])  # of an area's incidents over three categories
TREATED_PER_DAY = 2.0
HISTORY_DAYS = 1_096
COMPLETE = 0.95
SEASON = np.array([0.10, -0.15, 0.08])
WEEKEND = np.array([1.5, 1.05, 1.2])


@dataclass(frozen=True)
class Scenario:
    """What befalls a partnership in which nothing is displaced; rates per year, variances of day effects."""

    name: str
    own_day: float = 0.10
    common_day: float = 0.025
    growth: float = 0.02
    drift_sd: float = 0.0
    shocks: float = 0.0
    neighbour_events: float = 0.0
    treated_falls: float = 0.0
    missing: float = 0.0
    area_growth_sd: float = 0.0
    late: bool = False


@dataclass(frozen=True)
class Partnership:
    """``rate`` (areas, categories) per day: the treated area, ``neighbours``, controls."""

    rate: Floats
    neighbours: int


SCENARIOS = (
    Scenario("plain: negative binomial, season, weekday, growth"),
    Scenario("shocks common to all areas", shocks=4.0),
    Scenario("a neighbour's own events", neighbour_events=2.0),
    Scenario("the treated area falls alone, once in three years", treated_falls=1 / 3),
    Scenario("slow drift of every area", drift_sd=0.12),
    Scenario("areas grow apart", area_growth_sd=0.08),
    Scenario("missing days", missing=0.05),
    Scenario("late reports, some areas later than others", late=True),
    Scenario(
        "all of these",
        shocks=4.0,
        neighbour_events=1.0,
        treated_falls=1 / 3,
        drift_sd=0.08,
        area_growth_sd=0.04,
        missing=0.03,
        late=True,
    ),
)
PLAIN = SCENARIOS[0]


def draw_partnership(rng: np.random.Generator, neighbours: int | None = None) -> Partnership:
    """Three to nine neighbours, half to one and a half times as busy as the treated area, and two to four controls."""
    m = int(rng.integers(3, 10)) if neighbours is None else neighbours
    level = np.concatenate([[1.0], rng.uniform(0.5, 1.5, m), rng.uniform(0.7, 2.5, int(rng.integers(2, 5)))])
    mix = MIX * rng.gamma(40, 1 / 40, (len(level), len(MIX)))
    mix[0] = MIX
    return Partnership(TREATED_PER_DAY * level[:, np.newaxis] * mix / mix.sum(axis=1, keepdims=True), m)


def expected(partnership: Partnership, scenario: Scenario, days: int, rng: np.random.Generator) -> Floats:
    """Expected incidents (days, areas, categories) before the day effects; missing days are zero."""
    day = np.arange(days)
    areas = len(partnership.rate)
    season = 1 + SEASON * np.sin(2 * np.pi * (day[:, np.newaxis] - 80) / 365.25)
    weekday = np.where((day % 7 >= 5)[:, np.newaxis], WEEKEND, 1.0) / (1 + 2 * (WEEKEND - 1) / 7)
    of_day = season * weekday * (1 + scenario.growth) ** (day / 365.25)[:, np.newaxis]
    of_area = np.ones((days, areas))
    if scenario.drift_sd:
        of_area *= np.exp(_drift(days, areas, rng) * scenario.drift_sd)
    if scenario.area_growth_sd:
        of_area *= np.exp(rng.standard_normal(areas) * scenario.area_growth_sd * (day / 365.25)[:, np.newaxis])
    for start, length in _spells(scenario.neighbour_events, days, (3, 42), rng):
        of_area[start : start + length, rng.integers(1, partnership.neighbours + 1)] *= rng.uniform(1.5, 2.5)
    for start, length in _spells(scenario.treated_falls, days, (28, 120), rng):
        of_area[start : start + length, 0] *= rng.uniform(0.4, 0.7)
    for start, length in _spells(scenario.shocks, days, (3, 42), rng):
        of_day[start : start + length] *= rng.choice([0.5, 0.7, 1.5, 2.0])
    if scenario.late:
        of_area[HISTORY_DAYS:] *= _known(areas, rng)
    gone = rng.random(days) < scenario.missing
    return (
        np.where(gone[:, np.newaxis, np.newaxis], 0.0, of_day[:, np.newaxis] * of_area[:, :, np.newaxis])
        * partnership.rate
    )


def drawn(mean: Floats, scenario: Scenario, rng: np.random.Generator) -> Floats:
    """Negative binomial counts: Poisson around ``mean`` times gamma effects of the day, in all areas and in each."""
    days = len(mean)
    common = rng.gamma(1 / scenario.common_day, scenario.common_day, (days, 1, 1))
    own = rng.gamma(1 / scenario.own_day, scenario.own_day, mean.shape)
    return rng.poisson(mean * common * own).astype(np.float64)


def _spells(per_year: float, days: int, length: tuple[int, int], rng: np.random.Generator) -> list[tuple[int, int]]:
    count = rng.poisson(per_year * days / 365.25)
    return [(int(rng.integers(0, days)), int(rng.integers(*length))) for _ in range(count)]


def _known(areas: int, rng: np.random.Generator) -> Floats:
    """Part of an area's incidents known on the day on which 95 % of all are: delays are exponential, of one to four
    days on average. Every day is judged as it was then, though the watch would see the rest on the days after."""
    delay = rng.uniform(1.0, 4.0, areas)
    lag = next(lag for lag in range(100) if (1 - np.exp(-lag / delay)).mean() >= COMPLETE)
    return np.asarray(1 - np.exp(-lag / delay))


def _drift(days: int, areas: int, rng: np.random.Generator) -> Floats:
    """Ornstein-Uhlenbeck with variance 1 that forgets over 60 days."""
    kept = np.exp(-1 / 60)
    path = np.empty((days, areas))
    path[0] = rng.standard_normal(areas)
    for day in range(1, days):
        path[day] = kept * path[day - 1] + np.sqrt(1 - kept**2) * rng.standard_normal(areas)
    return path


@dataclass(frozen=True)
class Effect:
    """From its onset on the treated area loses ``fall`` of its incidents, ``share`` of which a neighbour gains.

    In ``category``, or in all where None; over ``ramp_days``, or at once.
    """

    name: str
    fall: float
    share: float
    category: int | None
    ramp_days: int = 0


def planted(mean: Floats, effect: Effect, onset: int, neighbour: int) -> Floats:
    """``mean`` (days, areas, categories) with ``effect`` on ``neighbour`` (counted from 0)."""
    found = mean.copy()
    since = np.arange(len(mean)) - onset
    size = np.clip((since + 1) / max(effect.ramp_days, 1), 0, 1) * (since >= 0) * effect.fall
    moved = size[:, np.newaxis] * mean[:, 0]
    if effect.category is not None:
        moved *= np.arange(mean.shape[2]) == effect.category
    found[:, 0] -= moved
    found[:, 1 + neighbour] += effect.share * moved
    return found


def effects() -> list[Effect]:
    """Medium and large, at once and over four weeks, half and all displaced, in one category and in all."""
    return [
        Effect(f"{size}, {speed}, {share:.0%} displaced, {where}", fall, share, category, ramp)
        for size, fall in (("medium", 0.5), ("large", 0.75))
        for where, category in (("one category", 0), ("all categories", None))
        for share in (0.5, 1.0)
        for speed, ramp in (("at once", 0), ("over 28 days", 28))
    ]
