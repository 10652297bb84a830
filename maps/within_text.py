"""A claim about the treated area itself in Danish words: what moved from one shift, or one category, to another."""

from collections.abc import Mapping

from maps import danish
from models.alert import AlertSignal, MovedTo
from models.partnership import Partnership

AMONG: Mapping[MovedTo, str] = {"shift": "alle par af vagter", "category": "alle par af kategorier"}
WHAT: Mapping[MovedTo, str] = {"shift": "Vagt", "category": "Kategori"}
# What to rule out before such an alert is confirmed, and the reason to give where it is that.
CHECKS_WITHIN: tuple[tuple[str, str], ...] = (
    (
        "Er det registreringen? Ny praksis for kategori eller tidspunkt flytter tal uden at flytte hændelser.",
        "reporting",
    ),
    ("Er det en kendt begivenhed: festival, byggeplads, ny åbningstid?", "known-event"),
    ("Har stigningen sin egen årsag? Så ville den komme, også hvis det andet ikke faldt.", "other-cause"),
    ("Er tider og kategorier rigtige? Se datakvaliteten.", "data-error"),
)


def within_line(signal: AlertSignal, partnership: Partnership, ending: str) -> str:
    """``Indre Nørrebro, aften −12, nat +9, 28 dage; tilfældigt én gang pr. 14 måneder``, the last part given."""
    days = (signal.last_on - signal.onset).days + 1
    source, target = short_names(signal, partnership)
    return (
        f"{partnership.areas.treated.name}, "
        f"{source} {danish.signed(signal.treated_observed - signal.treated_expected)}, "
        f"{target} {danish.signed(signal.neighbour_observed - signal.neighbour_expected)}, "
        f"{danish.number(days)} {'dag' if days == 1 else 'dage'}; {ending}"
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
    labels = {stratum.id: stratum.label for stratum in named}
    return labels.get(signal.from_stratum, signal.from_stratum), labels.get(signal.to_stratum, signal.to_stratum)


def within_facts(signal: AlertSignal, partnership: Partnership, chance: str) -> list[tuple[str, str]]:
    """The figures of the alert's page; ``chance`` says how often it comes by itself."""
    source, target = stratum_names(signal, partnership)
    since = danish.medium_date(signal.onset)
    share = f"{danish.number(100 * signal.share)} % af det, {source} mistede"
    facts = [
        (f"{source} siden {since}", held(signal.treated_observed, signal.treated_expected)),
        (f"{target} siden {since}", held(signal.neighbour_observed, signal.neighbour_expected)),
        (WHAT[signal.moved_to], f"fra {source} til {target} i {partnership.areas.treated.name}"),
        ("Begyndte", f"{since}; mellem {danish.date_range(signal.onset_from, signal.onset_to)}"),
        ("Flyttet andel", f"{share}, {danish.interval(100 * signal.share_lower, 100 * signal.share_upper)}"),
        ("Tilfældighed", f"{chance}, {AMONG[signal.moved_to]} regnet med."),
        ("Signalet", f"har varet {danish.date_range(signal.raised_on, signal.last_on)}"),
    ]
    if signal.moved_to == "shift":
        sure = f"{danish.number(100 * partnership.within.certain_share)} %"
        only = f"kun hændelser, hvis tid ligger mindst {sure} inden for én vagt"
        facts.insert(3, ("Regnet med", only))
    return facts


def held(observed: float, expected: float) -> str:
    """Incidents since the onset beside what was expected."""
    return f"{danish.short_count(observed)} hændelser, ventet {danish.number(expected, 1)}"
