from dataclasses import replace

from data.partnerships import load_partnership
from maps.alert_text import alert_line
from maps.within_text import CHECKS_WITHIN, stratum_names, within_facts
from models.alert_life import REASONS
from tests.alert_signal import DAY, WITHIN

PARTNERSHIP = load_partnership(None)
CATEGORY = replace(WITHIN, moved_to="category", from_stratum="hash", to_stratum="vold")


def test_the_claim_in_one_line() -> None:
    chance = "tilfældigt én gang pr. 14 måneder"
    assert alert_line(WITHIN, PARTNERSHIP) == f"Indre Nørrebro, aften −12, nat +9, 10 dage; {chance}"
    one_day = replace(CATEGORY, onset=DAY)
    assert (
        alert_line(one_day, PARTNERSHIP)
        == f"Indre Nørrebro, hash og narkotika −12, vold og trusler +9, 1 dag; {chance}"
    )


def test_what_the_settings_no_longer_have_is_named_by_its_id() -> None:
    assert stratum_names(WITHIN, PARTNERSHIP) == ("Aften 15-23", "Nat 23-07")
    assert stratum_names(replace(CATEGORY, to_stratum="gone"), PARTNERSHIP) == ("Hash og narkotika", "gone")


def test_only_a_move_between_shifts_says_which_incidents_count() -> None:
    of_shift, of_category = (dict(within_facts(signal, PARTNERSHIP, "Sjældent")) for signal in (WITHIN, CATEGORY))
    assert of_shift["Regnet med"].endswith("mindst 80 % inden for én vagt")
    assert "Regnet med" not in of_category
    assert of_category["Tilfældighed"] == "Sjældent, alle par af kategorier regnet med."
    assert of_shift["Nat 23-07 siden 24. oktober 2026"] == "13 hændelser, ventet 4,0"


def test_every_check_has_a_reason_that_dismisses() -> None:
    assert {reason for _, reason in CHECKS_WITHIN} <= set(REASONS["dismiss"])
