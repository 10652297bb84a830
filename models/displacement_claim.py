"""When displacement from the treated area to a neighbour is claimed, and at which error rate.

Both halves of the sentence must be shown, not only that the two areas moved apart: a neighbour that stayed as
it was looks risen beside a treated area that fell. (Judging a neighbour's share of both areas named an innocent
neighbour in one of six simulated tables in which the treated area really fell, and in one of three where crime
also rose everywhere else.)

1. *The treated area fell.* Exact conditional Poisson test against its own history (`models.rate_ratio`),
   Holm-adjusted over all comparisons and categories. H0: its rate did not fall.
2. *The neighbour rose.* Only where 1 holds at ``alpha``: Fisher's exact test against everywhere else, the
   controls and the other neighbours, so that what rises everywhere is no evidence (`models.net_rate_ratio`);
   Holm-adjusted over all neighbours in those rows. H0: it changed as the rest did, or less. The other neighbours
   are part of the rest because a few control areas hold too few incidents of one category in a month to tell a
   rise from theirs; where they receive displaced crime too, the test is the more cautious. Where the rest has
   no such incident at all, the neighbour's own history decides.
3. *Neither is an artefact of the comparison.* At ``component_alpha``, unadjusted: the treated area fell beside
   the rest, and the neighbour rose against its own history. And beside the controls alone neither moved the
   other way.

A row's p is the larger of the p-values of 1 and 2 (intersection-union test; Berger, R. L. 1982, *Technometrics*,
24(4), 295-300). H0: the treated area did not fall, or the neighbour did not rise. Selecting rows by 1 does not
spoil 2, as they rest on the counts of different areas. Exact tests keep their level at the smallest counts. A
whole table then holds a false claim with a chance of at most ``alpha`` where no neighbour rose beyond the rest,
and of at most ``alpha`` where the treated area did not fall.

What this does not cover. Where crime falls everywhere and a neighbour rises for reasons of its own, step 3 alone
stands against a claim (a fall of 30 % and a rise from 2 to 17 incidents: claimed in 45 of 1,000 simulated
tables). A table is one look, and looking every day multiplies the chance of a false claim. Counts are taken as
Poisson, so that an area which drifts over the years for reasons of its own can look like one that was moved to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.multiple_testing import holm
from models.net_rate_ratio import Tables, net_tails
from models.rate_ratio import count_tails

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Windows:
    """Counts of one comparison, (areas, columns): ``before`` the sum over ``periods`` windows as long as the one
    of ``after``."""

    before: Floats
    after: Floats
    periods: int


@dataclass(frozen=True)
class Roles:
    """Area indices; areas that are none of these take no part."""

    treated: int
    neighbours: tuple[int, ...]
    controls: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Claims:
    """``p``, ``p_adjusted`` and ``claimed`` of each row: (comparisons, neighbours, columns)."""

    p: Floats
    p_adjusted: Floats
    claimed: Flags


@dataclass(frozen=True, eq=False)
class _Counts:
    """Counts before and after of like shape."""

    before: Floats
    after: Floats


@dataclass(frozen=True, eq=False)
class _Evidence:
    """One-sided p-values of one comparison and the direction check, each (neighbours, columns)."""

    fall: Floats
    rise: Floats
    fall_beside_rest: Floats
    rise_of_own: Floats
    not_contradicted: Flags


def judge(
    comparisons: Sequence[Windows], roles: Roles, *, alpha: float = 0.05, component_alpha: float = 0.05
) -> Claims:
    """Judge every comparison x neighbour x column of one table together, by the rule above."""
    found = [_evidence(windows, roles) for windows in comparisons]
    fall = np.stack([evidence.fall for evidence in found])
    rise = np.stack([evidence.rise for evidence in found])
    fall_adjusted = np.broadcast_to(holm(fall[:, :1]), fall.shape)  # the same for every neighbour: one test
    fell = fall_adjusted <= alpha
    rise_adjusted = rise.copy()
    rise_adjusted[fell] = holm(rise[fell])
    p = np.maximum(fall, rise)
    p_adjusted = np.maximum(np.maximum(fall_adjusted, rise_adjusted), p)
    sound = np.stack([_is_sound(evidence, component_alpha) for evidence in found])
    return Claims(p, p_adjusted, fell & (p_adjusted <= alpha) & sound)


def _is_sound(evidence: _Evidence, component_alpha: float) -> Flags:
    weakest = np.maximum(evidence.fall_beside_rest, evidence.rise_of_own)
    return (weakest <= component_alpha) & evidence.not_contradicted


def _evidence(windows: Windows, roles: Roles) -> _Evidence:
    neighbours, controls = list(roles.neighbours), list(roles.controls)
    neighbour = _Counts(windows.before[neighbours], windows.after[neighbours])
    shape = neighbour.before.shape
    treated = _Counts(*(np.broadcast_to(column[roles.treated], shape) for column in (windows.before, windows.after)))
    control = _Counts(windows.before[controls].sum(axis=0), windows.after[controls].sum(axis=0))
    rest = _Counts(
        neighbour.before.sum(axis=0) - neighbour.before + control.before,
        neighbour.after.sum(axis=0) - neighbour.after + control.after,
    )
    exposure = 1 / windows.periods
    fall = count_tails(treated.before, treated.after, exposure)[0]
    rise_of_own = count_tails(neighbour.before, neighbour.after, exposure)[1]
    has_rest = rest.before + rest.after > 0
    return _Evidence(
        fall=fall,
        rise=np.where(has_rest, net_tails(_beside(neighbour, rest))[1].reshape(shape), rise_of_own),
        fall_beside_rest=np.where(has_rest, net_tails(_beside(treated, rest))[0].reshape(shape), fall),
        rise_of_own=rise_of_own,
        not_contradicted=(treated.after * control.before <= treated.before * control.after)
        & (neighbour.after * control.before >= neighbour.before * control.after),
    )


def _beside(area: _Counts, rest: _Counts) -> Tables:
    return Tables(area.before.ravel(), area.after.ravel(), rest.before.ravel(), rest.after.ravel())
