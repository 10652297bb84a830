"""Displacement in Danish words: one line per claim, and how a verdict is put."""

from collections.abc import Mapping, Sequence

from maps import danish
from maps.language import N_, _
from models.calendar import to_date
from models.displacement import Comparison, DisplacementEstimate, DisplacementTable, Verdict
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership

NO_CLAIM = N_("Ingen påvist forskydning til naboområderne")
VERDICT_TEXT: Mapping[Verdict, str] = {
    "displacement": N_("Tegn på forskydning"),
    "no-claim": N_("Ingen påvist forskydning"),
    "too-little-data": N_("For få hændelser til at sige noget"),
}
COMPARISON_TEXT: Mapping[Comparison, str] = {
    "before": N_("perioden lige før"),
    "earlier-years": N_("samme uger tidligere år"),
}


def category_label(partnership: Partnership, category: int) -> str:
    """The label of a category, or of all together."""
    return _("Alle kategorier") if category == ALL_CATEGORIES else _(partnership.categories[category].label)


def claim_line(estimate: DisplacementEstimate, table: DisplacementTable, partnership: Partnership) -> str:
    """``Indre Nørrebro −12, Skt. Hans Torv +9, hash, 28 dage``: counted changes, not net of control."""
    treated = estimate.treated.after - estimate.treated.before
    neighbour = estimate.neighbour_change.after - estimate.neighbour_change.before
    days = table.after[1] - table.after[0]
    return _("{treated} {fell}, {neighbour} {rose}, {category}, {days} dage").format(
        treated=partnership.areas.treated.name,
        fell=danish.signed(treated),
        neighbour=partnership.areas.areas[estimate.neighbour].name,
        rose=danish.signed(neighbour),
        category=category_label(partnership, estimate.category).lower(),
        days=days,
    )


def leading_claims(estimates: Sequence[DisplacementEstimate]) -> list[DisplacementEstimate]:
    """The strongest claim to each neighbour, strongest first; empty where nothing is claimed."""
    claimed = [estimate for estimate in estimates if estimate.verdict == "displacement"]
    strongest: dict[int, DisplacementEstimate] = {}
    for estimate in sorted(claimed, key=_strength):
        strongest.setdefault(estimate.neighbour, estimate)
    return list(strongest.values())


def _strength(estimate: DisplacementEstimate) -> tuple[float, float, bool]:
    # A claim about one category says more than one about all; it goes first where p is the same.
    return estimate.p_adjusted, estimate.p, estimate.category == ALL_CATEGORIES


def period_text(period: tuple[int, int]) -> str:
    """A half-open run of day numbers as dates, last day included."""
    return danish.date_range(to_date(period[0]), to_date(period[1] - 1))


def before_text(table: DisplacementTable, comparison: Comparison) -> str:
    """Which days the period is compared with."""
    if comparison == "before":
        return period_text(table.before)
    years = ", ".join(str(to_date(start).year) for start, _ in sorted(table.earlier))
    return _("gennemsnit af de samme uger i {years}").format(years=years)
