"""An alert in Danish words: its claim in one line, its status, what can be done, and why."""

from collections.abc import Mapping

from maps import danish
from maps.diffusion_text import CLAIM, spreads
from maps.language import N_, _, n_
from maps.within_text import within_line
from models.alert import ALL, AlertSignal, Kind
from models.alert_life import Action, Status
from models.partnership import Partnership

KIND_TEXT: Mapping[Kind, str] = {
    "displacement": N_("Tegn på forskydning"),
    "diffusion-of-benefit": N_("Tegn på, at gavnlig virkning spredes"),
    "general-rise": N_("Stigning over det hele"),
    "general-fall": N_("Fald over det hele"),
    "unclear": N_("Uklart, hvad der er sket"),
}
STATUS_TEXT: Mapping[Status, str] = {
    "new": N_("ny"),
    "acknowledged": N_("set"),
    "investigating": N_("undersøges"),
    "confirmed": N_("bekræftet"),
    "dismissed": N_("afvist"),
    "closed": N_("lukket"),
}
ACTION_TEXT: Mapping[Action, str] = {
    "acknowledge": N_("Jeg har set den"),
    "investigate": N_("Undersøg"),
    "confirm": N_("Bekræft"),
    "dismiss": N_("Afvis"),
    "close": N_("Luk"),
    "reopen": N_("Genåbn"),
    "snooze": N_("Udsæt"),
    "wake": N_("Ophæv udsættelse"),
    "link": N_("Knyt til en anden"),
}
DONE_TEXT: Mapping[str, str] = {
    "raise": N_("rejst af overvågningen"),
    "acknowledge": N_("set"),
    "investigate": N_("under undersøgelse"),
    "confirm": N_("bekræftet"),
    "dismiss": N_("afvist"),
    "close": N_("lukket"),
    "reopen": N_("genåbnet"),
    "snooze": N_("udsat"),
    "wake": N_("udsættelse ophævet"),
    "link": N_("knyttet til en anden"),
}
REASON_TEXT: Mapping[str, str] = {
    "seen-on-the-spot": N_("set på stedet"),
    "partners-agree": N_("parterne er enige"),
    "later-data-agree": N_("senere tal viser det samme"),
    "reporting": N_("anmeldelse eller registrering har ændret sig"),
    "known-event": N_("en kendt begivenhed forklarer det"),
    "other-cause": N_("området har sin egen årsag"),
    "data-error": N_("fejl i data"),
    "did-not-last": N_("det holdt ikke ved"),
    "new-data": N_("nye tal"),
    "mistake": N_("det var en fejl"),
}
# What to rule out before an alert is confirmed, and the reason to give where it is that.
CHECKS: tuple[tuple[str, str], ...] = (
    (
        N_(
            "Er det anmeldelserne? Ny vagtordning, kampagne eller registrering kan flytte tal uden at flytte hændelser."
        ),
        "reporting",
    ),
    (N_("Er det en kendt begivenhed: festival, byggeplads, ny åbningstid?"), "known-event"),
    (
        N_("Har naboområdet sin egen årsag? Så ville det stige, også hvis det behandlede område ikke faldt."),
        "other-cause",
    ),
    (N_("Er stederne rigtige? Se datakvaliteten: ophobning i ét punkt, hændelser tæt på grænsen."), "data-error"),
)
YEAR_DAYS = 365.25
LONGEST_YEARS = 50
MONTHS_IN_DAYS, YEARS_IN_DAYS = 90, 730


def alert_line(signal: AlertSignal, partnership: Partnership) -> str:
    """``Indre Nørrebro −12, Skt. Hans Torv +9, hash, 28 dage; tilfældigt én gang pr. 14 måneder``: against what was
    expected since the onset. Of a move within the treated area as `maps.within_text.within_line` has it; where good
    effects spread, ``…, 28 dage: god virkning breder sig; tilfældigt …``."""
    if signal.moved_to != "neighbour":
        return within_line(
            signal, partnership, _("tilfældigt {how_often}").format(how_often=how_often(signal.recurrence_days))
        )
    treated = signal.treated_observed - signal.treated_expected
    neighbour = signal.neighbour_observed - signal.neighbour_expected
    days = (signal.last_on - signal.onset).days + 1
    claim = f": {_(CLAIM)}" if spreads(signal) else ""
    return _("{treated} {fell}, {neighbour} {rose}, {category}, {days}{claim}; tilfældigt {how_often}").format(
        treated=partnership.areas.treated.name,
        fell=danish.signed(treated),
        neighbour=neighbour_name(signal, partnership),
        rose=danish.signed(neighbour),
        category=category_name(signal, partnership).lower(),
        days=n_("{days} dag", "{days} dage", days).format(days=danish.number(days)),
        claim=claim,
        how_often=how_often(signal.recurrence_days),
    )


def how_often(days: float) -> str:
    """``én gang pr. 14 måneder``; more than 50 years is said as that, for no simulation knows the century.

    >>> how_often(426), how_often(180_000)
    ('én gang pr. 14 måneder', 'sjældnere end én gang pr. 50 år')
    """
    if seldom(days):
        return _("sjældnere end én gang pr. {duration}").format(duration=_duration(LONGEST_YEARS * YEAR_DAYS))
    return _("én gang pr. {duration}").format(duration=_duration(days))


def seldom(days: float) -> bool:
    """Whether it is so long that nothing more is said than that."""
    return days > LONGEST_YEARS * YEAR_DAYS


def _duration(days: float) -> str:
    """
    >>> [_duration(days) for days in (1, 40, 426, 1200)]
    ['dag', '40 dage', '14 måneder', '3 år']
    """
    if round(days) <= 1:
        return _("dag")
    if days < MONTHS_IN_DAYS:
        return _("{days} dage").format(days=danish.number(days))
    if days < YEARS_IN_DAYS:
        return _("{months} måneder").format(months=danish.number(12 * days / YEAR_DAYS))
    return _("{years} år").format(years=danish.number(days / YEAR_DAYS))


def neighbour_name(signal: AlertSignal, partnership: Partnership) -> str:
    """The neighbour's name; its id where the settings no longer have it."""
    areas = partnership.areas
    position = areas.index.get(signal.neighbour)
    return signal.neighbour if position is None else areas.areas[position].name


def category_name(signal: AlertSignal, partnership: Partnership) -> str:
    """The category's label; its id where the settings no longer have it."""
    if signal.category == ALL:
        return _("Alle kategorier")
    labels = {category.id: category.label for category in partnership.categories}
    return _(labels.get(signal.category, signal.category))
