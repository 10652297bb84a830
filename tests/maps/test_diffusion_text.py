from dataclasses import replace
from html import unescape

from data.partnerships import load_partnership
from maps.alert_json import alert_as_json
from maps.alert_text import alert_line
from maps.alerts import alert_page, alerts_page
from maps.assets import linked
from maps.diffusion_text import CHECKS_DIFFUSION, diffusion_facts, spreads
from maps.page import PageLinks
from models.alert import Alert
from models.alert_life import REASONS, AlertState
from models.crossing_support import CrossingSupport
from tests.alert_signal import SIGNAL, WITHIN

PARTNERSHIP = load_partnership(None)
SPREAD = replace(SIGNAL, kind="diffusion-of-benefit", category="", neighbour_observed=4.0, neighbour_expected=13.0)
LINKS = PageLinks(start="/", daily="/d", displacement="/f", trend="/t", quality="/q", alerts="/alerts")


def test_the_claim_in_one_line() -> None:
    assert alert_line(SPREAD, PARTNERSHIP) == (
        "Indre Nørrebro −12, Skt. Hans Torv −9, alle kategorier, 10 dage: god virkning breder sig; "
        "tilfældigt én gang pr. 14 måneder"
    )
    assert "god virkning" not in alert_line(SIGNAL, PARTNERSHIP)
    assert [spreads(signal) for signal in (SPREAD, SIGNAL, WITHIN)] == [True, False, False]
    found = alert_as_json(Alert(1, SPREAD, AlertState("new")), PARTNERSHIP)
    assert (found["kind"], found["moved_to"]) == ("diffusion-of-benefit", "neighbour")


def test_the_figures_say_how_much_the_neighbour_fell() -> None:
    facts = dict(diffusion_facts(SPREAD, treated="T", neighbour="J", category="Alle", often="én gang pr. år"))
    assert facts["Naboens fald"].startswith("70 % af det, der plejer at ske i J")
    assert "forskydning" not in facts["Tilfældighed"]
    assert "Flyttet andel" not in facts


def test_every_check_has_a_reason_that_dismisses() -> None:
    assert {reason for _, reason in CHECKS_DIFFUSION} <= set(REASONS["dismiss"])


def test_the_inbox_and_the_page_say_which_class_it_is() -> None:
    both = [Alert(number, signal, AlertState("new")) for number, signal in ((1, SIGNAL), (2, SPREAD))]
    inbox = unescape(
        alerts_page(both, PARTNERSHIP, everything=False, power=None, assets=linked(), synthetic=True, links=LINKS)
    )
    of_moved, of_spread = (part.split("</li>")[0] for part in inbox.split('<li class="alert')[1:])
    assert of_spread.startswith(" open good")
    assert of_moved.startswith(' open"')
    assert '<span class="good">Tegn på, at gavnlig virkning spredes</span>' in of_spread
    assert "god virkning breder sig" in of_spread
    assert "Tegn på forskydning" in of_moved
    assert "virkning" not in of_moved
    moved, spread = (unescape(page(alert)) for alert in both)
    assert '<section class="claim yes"' in moved
    assert '<section class="claim good"' in spread
    assert "med en pil" in moved
    assert "med en pil" not in spread
    assert "hvor begge faldt" in spread
    assert "Naboens fald" in spread
    assert "Flyttet andel" not in spread


def page(alert: Alert) -> str:
    return alert_page(
        alert,
        [],
        PARTNERSHIP,
        series=None,
        beside=None,
        power=None,
        support=CrossingSupport(),
        refused="",
        assets=linked(),
        synthetic=True,
        links=LINKS,
    )
