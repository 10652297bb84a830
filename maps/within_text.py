"""A claim about the treated area itself in Danish words: what moved from one shift, or one category, to another."""

from collections.abc import Mapping

from maps import danish
from maps.language import N_, _, n_
from models.alert import AlertSignal, MovedTo
from models.partnership import Partnership

AMONG: Mapping[MovedTo, str] = {"shift": N_("alle par af vagter"), "category": N_("alle par af kategorier")}
WHAT: Mapping[MovedTo, str] = {"shift": N_("Vagt"), "category": N_("Kategori")}
# What to rule out before such an alert is confirmed, and the reason to give where it is that.
CHECKS_WITHIN: tuple[tuple[str, str], ...] = (
    (
        N_("Er det registreringen? Ny praksis for kategori eller tidspunkt flytter tal uden at flytte hændelser."),
        "reporting",
    ),
    (N_("Er det en kendt begivenhed: festival, byggeplads, ny åbningstid?"), "known-event"),
    (N_("Har stigningen sin egen årsag? Så ville den komme, også hvis det andet ikke faldt."), "other-cause"),
    (N_("Er tider og kategorier rigtige? Se datakvaliteten."), "data-error"),
)


def within_line(signal: AlertSignal, partnership: Partnership, ending: str) -> str:
    """``Indre Nørrebro, aften −12, nat +9, 28 dage; tilfældigt én gang pr. 14 måneder``, the last part given."""
    days = (signal.last_on - signal.onset).days + 1
    source, target = short_names(signal, partnership)
    return (
        f"{partnership.areas.treated.name}, "
        f"{source} {danish.signed(signal.treated_observed - signal.treated_expected)}, "
        f"{target} {danish.signed(signal.neighbour_observed - signal.neighbour_expected)}, "
        f"{n_('{days} dag', '{days} dage', days).format(days=danish.number(days))}; {ending}"
    )


def short_names(signal: AlertSignal, partnership: Partnership) -> tuple[str, str]:
    """Of the strata in a line: a shift's id, for its label has the hours in it; a category's label."""
    if signal.moved_to == "shift":
        return signal.from_stratum, signal.to_stratum
    source, target = stratum_names(signal, partnership)
    return source.lower(), target.lower()


def stratum_names(signal: AlertSignal, partnership: Partnership) -> tuple[str, str]:
    """The labels of the strata; an id where the settings no longer have it."""
    named = partnership.calendar.shifts if signal.moved_to == "shift" else partnership.categories
    labels = {stratum.id: _(stratum.label) for stratum in named}
    return labels.get(signal.from_stratum, signal.from_stratum), labels.get(signal.to_stratum, signal.to_stratum)


def within_facts(signal: AlertSignal, partnership: Partnership, chance: str) -> list[tuple[str, str]]:
    """The figures of the alert's page; ``chance`` says how often it comes by itself."""
    source, target = stratum_names(signal, partnership)
    since = danish.medium_date(signal.onset)
    share = _("{share} % af det, {source} mistede").format(share=danish.number(100 * signal.share), source=source)
    facts = [
        (
            _("{source} siden {since}").format(source=source, since=since),
            held(signal.treated_observed, signal.treated_expected),
        ),
        (
            _("{target} siden {since}").format(target=target, since=since),
            held(signal.neighbour_observed, signal.neighbour_expected),
        ),
        (
            _(WHAT[signal.moved_to]),
            _("fra {source} til {target} i {treated}").format(
                source=source, target=target, treated=partnership.areas.treated.name
            ),
        ),
        (
            _("Begyndte"),
            _("{since}; mellem {onset_from}").format(
                since=since, onset_from=danish.date_range(signal.onset_from, signal.onset_to)
            ),
        ),
        (_("Flyttet andel"), f"{share}, {danish.interval(100 * signal.share_lower, 100 * signal.share_upper)}"),
        (
            _("Tilfældighed"),
            _("{chance}, {among} regnet med.").format(chance=chance, among=_(AMONG[signal.moved_to])),
        ),
        (
            _("Signalet"),
            _("har varet {raised_on}").format(raised_on=danish.date_range(signal.raised_on, signal.last_on)),
        ),
    ]
    if signal.moved_to == "shift":
        sure = f"{danish.number(100 * partnership.within.certain_share)} %"
        only = _("kun hændelser, hvis tid ligger mindst {sure} inden for én vagt").format(sure=sure)
        facts.insert(3, (_("Regnet med"), only))
    return facts


def held(observed: float, expected: float) -> str:
    """Incidents since the onset beside what was expected."""
    return _("{observed} hændelser, ventet {expected}").format(
        observed=danish.short_count(observed), expected=danish.number(expected, 1)
    )
