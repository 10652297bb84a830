"""A claim that good effects spread, in Danish words: the treated area and a neighbour fell together."""

from maps import danish
from maps.language import N_, _
from maps.within_text import held
from models.alert import AlertSignal

CLAIM = N_("god virkning breder sig")
# What to rule out before such an alert is confirmed, and the reason to give where it is that.
CHECKS_DIFFUSION: tuple[tuple[str, str], ...] = (
    (
        N_(
            "Er det anmeldelserne? Færre vagter eller ny registrering i begge områder sænker tal uden at sænke "
            "hændelser."
        ),
        "reporting",
    ),
    (N_("Er det en kendt begivenhed: byggeplads, lukket gade eller station, der rammer begge områder?"), "known-event"),
    (
        N_("Har naboområdet sin egen årsag? Så ville det falde, også hvis det behandlede område ikke faldt."),
        "other-cause",
    ),
    (N_("Mangler der data fra de to områder? Se datakvaliteten."), "data-error"),
)


def spreads(signal: AlertSignal) -> bool:
    """Whether this is such a claim."""
    return signal.kind == "diffusion-of-benefit"


def diffusion_facts(
    signal: AlertSignal, *, treated: str, neighbour: str, category: str, often: str
) -> list[tuple[str, str]]:
    """The figures of the alert's page, the areas and the category by name; ``often`` it comes by itself."""
    since = danish.medium_date(signal.onset)
    fall = _("{share} % af det, der plejer at ske i {neighbour}").format(
        share=danish.number(100 * signal.share), neighbour=neighbour
    )
    return [
        (
            _("{treated} siden {since}").format(treated=treated, since=since),
            held(signal.treated_observed, signal.treated_expected),
        ),
        (
            _("{neighbour} siden {since}").format(neighbour=neighbour, since=since),
            held(signal.neighbour_observed, signal.neighbour_expected),
        ),
        (_("Kategori"), category),
        (
            _("Begyndte"),
            _("{since}; mellem {onset_from}").format(
                since=since, onset_from=danish.date_range(signal.onset_from, signal.onset_to)
            ),
        ),
        (_("Naboens fald"), f"{fall}, {danish.interval(100 * signal.share_lower, 100 * signal.share_upper)}"),
        (
            _("Tilfældighed"),
            _(
                "Så meget tyder det af sig selv på, at {claim}, {often}, alle naboområder og kategorier regnet med."
            ).format(claim=_(CLAIM), often=often),
        ),
        (
            _("Signalet"),
            _("har varet {raised_on}").format(raised_on=danish.date_range(signal.raised_on, signal.last_on)),
        ),
    ]
