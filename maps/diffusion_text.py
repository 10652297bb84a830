"""A claim that good effects spread, in Danish words: the treated area and a neighbour fell together."""

from maps import danish
from maps.within_text import held
from models.alert import AlertSignal

CLAIM = "god virkning breder sig"
# What to rule out before such an alert is confirmed, and the reason to give where it is that.
CHECKS_DIFFUSION: tuple[tuple[str, str], ...] = (
    (
        "Er det anmeldelserne? Færre vagter eller ny registrering i begge områder sænker tal uden at sænke hændelser.",
        "reporting",
    ),
    ("Er det en kendt begivenhed: byggeplads, lukket gade eller station, der rammer begge områder?", "known-event"),
    ("Har naboområdet sin egen årsag? Så ville det falde, også hvis det behandlede område ikke faldt.", "other-cause"),
    ("Mangler der data fra de to områder? Se datakvaliteten.", "data-error"),
)


def spreads(signal: AlertSignal) -> bool:
    """Whether this is such a claim."""
    return signal.kind == "diffusion-of-benefit"


def diffusion_facts(
    signal: AlertSignal, *, treated: str, neighbour: str, category: str, often: str
) -> list[tuple[str, str]]:
    """The figures of the alert's page, the areas and the category by name; ``often`` it comes by itself."""
    since = danish.medium_date(signal.onset)
    fall = f"{danish.number(100 * signal.share)} % af det, der plejer at ske i {neighbour}"
    return [
        (f"{treated} siden {since}", held(signal.treated_observed, signal.treated_expected)),
        (f"{neighbour} siden {since}", held(signal.neighbour_observed, signal.neighbour_expected)),
        ("Kategori", category),
        ("Begyndte", f"{since}; mellem {danish.date_range(signal.onset_from, signal.onset_to)}"),
        ("Naboens fald", f"{fall}, {danish.interval(100 * signal.share_lower, 100 * signal.share_upper)}"),
        (
            "Tilfældighed",
            f"Så meget tyder det af sig selv på, at {CLAIM}, {often}, alle naboområder og kategorier regnet med.",
        ),
        ("Signalet", f"har varet {danish.date_range(signal.raised_on, signal.last_on)}"),
    ]
