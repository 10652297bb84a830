from dataclasses import replace

from maps.claims import before_text, claim_line, leading_claims, period_text
from models.daily import DailyResult
from models.displacement import Change
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership


def test_the_planted_displacement_is_the_only_claim(result: DailyResult, partnership: Partnership) -> None:
    claims = leading_claims(result.displacement.estimates)
    assert [partnership.areas.areas[claim.neighbour].id for claim in claims] == ["sankt-hans-torv"]
    assert partnership.categories[claims[0].category].id == "hash"


def test_a_claim_is_one_line(result: DailyResult, partnership: Partnership) -> None:
    claim = leading_claims(result.displacement.estimates)[0]
    known = replace(claim, treated=Change(14.25, 2.0), neighbour_change=Change(3.0, 12.0))
    line = claim_line(known, result.displacement, partnership)
    assert line == "Indre Nørrebro −12, Skt. Hans Torv +9, hash og narkotika, 28 dage"


def test_without_it_nothing_is_claimed(quiet_result: DailyResult) -> None:
    assert leading_claims(quiet_result.displacement.estimates) == []


def test_a_neighbour_leads_once_with_its_strongest_claim(result: DailyResult) -> None:
    claim = leading_claims(result.displacement.estimates)[0]
    weaker = replace(claim, category=ALL_CATEGORIES, p_adjusted=0.04)
    equal = replace(claim, category=ALL_CATEGORIES)
    assert leading_claims([weaker, equal, claim]) == [claim]


def test_periods_include_their_last_day(result: DailyResult) -> None:
    start, stop = result.displacement.after
    assert stop - start == 28
    assert period_text((20_000, 20_001)) == "4. oktober 2024"
    assert period_text((20_000, 20_028)) == "4.–31. oktober 2024"


def test_earlier_years_are_named(result: DailyResult) -> None:
    assert before_text(result.displacement, "earlier-years").endswith("2022, 2023, 2024, 2025")
