from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.effort import KINDS, Effort, EffortEntry, EffortError, checked, effort_kind, require_stop

TODAY = date(2026, 11, 2)
ENTRY = EffortEntry("a", "lighting", TODAY, categories=("x",))


def check(entry: EffortEntry) -> EffortEntry:
    return checked(entry, areas={"a", "b"}, categories=("x", "y"), today=TODAY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"area": "c"}, "'c' is not an area of the partnership"),
        ({"kind": "we spoke with Hansen"}, "the kind must be one of presence, dialogue, "),
        ({"categories": ("x", "z")}, "'z' is not a category; they are x, y"),
        ({"start": date(1999, 12, 31)}, "the start must lie between 2000-01-01 and a year from today"),
        ({"start": TODAY + timedelta(367)}, "found 2027-11-04"),
        ({"stop": TODAY}, "the first day without the effort must come after its start 2026-11-02, found 2026-11-02"),
    ],
)
def test_what_cannot_be_entered_is_one_sentence(change, said):
    with pytest.raises(EffortError, match=said):
        check(replace(ENTRY, **change))


def test_categories_stand_once_in_the_partnerships_order():
    assert check(replace(ENTRY, categories=("y", "x", "y"))).categories == ("x", "y")
    assert check(replace(ENTRY, categories=())).categories == ()


def test_kinds_are_codes():
    assert {effort_kind(kind) for kind in KINDS} == set(KINDS)
    assert all(kind == kind.lower() and " " not in kind and len(kind) <= 30 for kind in KINDS)


def test_days_are_half_open():
    require_stop(TODAY, TODAY + timedelta(1))
    effort = Effort(1, replace(ENTRY, stop=TODAY + timedelta(2)), False, datetime.now(UTC), "ana")
    assert [effort.goes_on(TODAY + timedelta(i)) for i in (-1, 0, 1, 2)] == [False, True, True, False]
    assert not replace(effort, withdrawn=True).goes_on(TODAY)
    assert replace(effort, entry=ENTRY).goes_on(TODAY + timedelta(999))
