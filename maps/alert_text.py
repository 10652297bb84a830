"""An alert in Danish words: its claim in one line, its status, what can be done, and why."""

from collections.abc import Mapping

from maps import danish
from maps.diffusion_text import CLAIM, spreads
from maps.within_text import within_line
from models.alert import ALL, AlertSignal, Kind
from models.alert_life import Action, Status
from models.partnership import Partnership

KIND_TEXT: Mapping[Kind, str] = {
    "displacement": "Tegn på forskydning",
    "diffusion-of-benefit": "Tegn på, at gavnlig virkning spredes",
    "general-rise": "Stigning over det hele",
    "general-fall": "Fald over det hele",
    "unclear": "Uklart, hvad der er sket",
}
STATUS_TEXT: Mapping[Status, str] = {
    "new": "ny",
    "acknowledged": "set",
    "investigating": "undersøges",
    "confirmed": "bekræftet",
    "dismissed": "afvist",
    "closed": "lukket",
}
ACTION_TEXT: Mapping[Action, str] = {
    "acknowledge": "Jeg har set den",
    "investigate": "Undersøg",
    "confirm": "Bekræft",
    "dismiss": "Afvis",
    "close": "Luk",
    "reopen": "Genåbn",
    "snooze": "Udsæt",
    "wake": "Ophæv udsættelse",
    "link": "Knyt til en anden",
}
DONE_TEXT: Mapping[str, str] = {
    "raise": "rejst af overvågningen",
    "acknowledge": "set",
    "investigate": "under undersøgelse",
    "confirm": "bekræftet",
    "dismiss": "afvist",
    "close": "lukket",
    "reopen": "genåbnet",
    "snooze": "udsat",
    "wake": "udsættelse ophævet",
    "link": "knyttet til en anden",
}
REASON_TEXT: Mapping[str, str] = {
    "seen-on-the-spot": "set på stedet",
    "partners-agree": "parterne er enige",
    "later-data-agree": "senere tal viser det samme",
    "reporting": "anmeldelse eller registrering har ændret sig",
    "known-event": "en kendt begivenhed forklarer det",
    "other-cause": "området har sin egen årsag",
    "data-error": "fejl i data",
    "did-not-last": "det holdt ikke ved",
    "new-data": "nye tal",
    "mistake": "det var en fejl",
}
# What to rule out before an alert is confirmed, and the reason to give where it is that.
CHECKS: tuple[tuple[str, str], ...] = (
    (
        "Er det anmeldelserne? Ny vagtordning, kampagne eller registrering kan flytte tal uden at flytte hændelser.",
        "reporting",
    ),
    ("Er det en kendt begivenhed: festival, byggeplads, ny åbningstid?", "known-event"),
    ("Har naboområdet sin egen årsag? Så ville det stige, også hvis det behandlede område ikke faldt.", "other-cause"),
    ("Er stederne rigtige? Se datakvaliteten: ophobning i ét punkt, hændelser tæt på grænsen.", "data-error"),
)
YEAR_DAYS = 365.25
LONGEST_YEARS = 50
MONTHS_IN_DAYS, YEARS_IN_DAYS = 90, 730


def alert_line(signal: AlertSignal, partnership: Partnership) -> str:
    """``Indre Nørrebro −12, Skt. Hans Torv +9, hash, 28 dage; tilfældigt én gang pr. 14 måneder``: against what was
    expected since the onset. Of a move within the treated area as `maps.within_text.within_line` has it; where good
    effects spread, ``…, 28 dage: god virkning breder sig; tilfældigt …``."""
    if signal.moved_to != "neighbour":
        return within_line(signal, partnership, f"tilfældigt {how_often(signal.recurrence_days)}")
    treated = signal.treated_observed - signal.treated_expected
    neighbour = signal.neighbour_observed - signal.neighbour_expected
    days = (signal.last_on - signal.onset).days + 1
    claim = f": {CLAIM}" if spreads(signal) else ""
    return (
        f"{partnership.areas.treated.name} {danish.signed(treated)}, "
        f"{neighbour_name(signal, partnership)} {danish.signed(neighbour)}, "
        f"{category_name(signal, partnership).lower()}, {danish.number(days)} {'dag' if days == 1 else 'dage'}{claim}; "
        f"tilfældigt {how_often(signal.recurrence_days)}"
    )


def how_often(days: float) -> str:
    """``én gang pr. 14 måneder``; more than 50 years is said as that, for no simulation knows the century.

    >>> how_often(426), how_often(180_000)
    ('én gang pr. 14 måneder', 'sjældnere end én gang pr. 50 år')
    """
    longest = LONGEST_YEARS * YEAR_DAYS
    return f"én gang pr. {_duration(days)}" if days <= longest else f"sjældnere end én gang pr. {_duration(longest)}"


def _duration(days: float) -> str:
    """
    >>> [_duration(days) for days in (1, 40, 426, 1200)]
    ['dag', '40 dage', '14 måneder', '3 år']
    """
    if round(days) <= 1:
        return "dag"
    if days < MONTHS_IN_DAYS:
        return f"{danish.number(days)} dage"
    if days < YEARS_IN_DAYS:
        return f"{danish.number(12 * days / YEAR_DAYS)} måneder"
    return f"{danish.number(days / YEAR_DAYS)} år"


def neighbour_name(signal: AlertSignal, partnership: Partnership) -> str:
    """The neighbour's name; its id where the settings no longer have it."""
    areas = partnership.areas
    position = areas.index.get(signal.neighbour)
    return signal.neighbour if position is None else areas.areas[position].name


def category_name(signal: AlertSignal, partnership: Partnership) -> str:
    """The category's label; its id where the settings no longer have it."""
    if signal.category == ALL:
        return "Alle kategorier"
    labels = {category.id: category.label for category in partnership.categories}
    return labels.get(signal.category, signal.category)
