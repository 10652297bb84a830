"""An effort in Danish words: what was done, whether it changed anything, and how sure that is."""

from collections.abc import Mapping
from datetime import timedelta

from maps import danish
from maps.language import N_, _
from models.effort import Effort, EffortAction, EffortEntry, EffortKind, Fault
from models.effort_evaluation import EffortClass, EffortEvaluation, Lack
from models.effort_result import EffortResult
from models.partnership import Partnership
from models.placebo import Placebo

KIND_TEXT: Mapping[EffortKind, str] = {
    "presence": N_("Synlig tilstedeværelse"),
    "dialogue": N_("Dialog på stedet"),
    "lighting": N_("Belysning"),
    "rebuilding": N_("Ombygning"),
    "access": N_("Ændret adgang"),
    "clean-up": N_("Oprydning og renhold"),
    "opening-hours": N_("Ændret åbningstid"),
    "inspection": N_("Tilsyn"),
    "activities": N_("Aktiviteter på stedet"),
    "camera": N_("Kamera"),
    "zone": N_("Zone"),
}
DONE_TEXT: Mapping[EffortAction, str] = {
    "add": N_("indtastet"),
    "end": N_("sidste dag sat"),
    "withdraw": N_("trukket tilbage"),
}
FAULT_TEXT: Mapping[Fault, str] = {
    "area": N_("Vælg et af partnerskabets områder."),
    "kind": N_("Vælg en slags indsats fra listen."),
    "category": N_("Vælg kategorier fra listen."),
    "start": N_("Første dag skal ligge mellem år 2000 og et år fra i dag."),
    "stop": N_("Sidste dag kan ikke ligge før den første."),
    "form": N_("Udfyld område, slags og første dag."),
    "same": N_("Den samme indsats er indtastet allerede."),
    "withdrawn": N_("Indsatsen er trukket tilbage."),
}
LACK_TEXT: Mapping[Lack, str] = {
    "area": N_("Området findes ikke længere i partnerskabets indstillinger."),
    "days": N_("Indsatsen har for få dage med fuldstændige data. Vurderingen kommer, når der er {least_days}."),
    "history": N_("Der er for lidt data fra før indsatsen: det kræver {history_days} dage."),
    "controls": N_("Der er intet kontrolområde uden sin egen indsats at sammenligne med."),
    "incidents": N_("Der er for få hændelser til at sige noget, når færre end {min_count} er ventet og sket."),
}
CLASS_TEXT: Mapping[EffortClass, str] = {
    "fald": N_("Fald"),
    "ingen klar ændring": N_("Ingen klar ændring"),
    "stigning": N_("Stigning"),
}
RARE = 0.1
ALL = N_("alle kategorier")


def kind_text(kind: EffortKind) -> str:
    """The kind's name; its code where the list no longer has it."""
    return _(KIND_TEXT.get(kind, kind))


def area_name(entry: EffortEntry, partnership: Partnership) -> str:
    """The area's name; its id where the settings no longer have it."""
    areas = partnership.areas
    position = areas.index.get(entry.area)
    return entry.area if position is None else areas.areas[position].name


def aims(entry: EffortEntry, partnership: Partnership) -> str:
    """``hash og narkotika``; several with strokes between them."""
    labels = {category.id: _(category.label).lower() for category in partnership.categories}
    return " / ".join(labels.get(category, category) for category in entry.categories) or _(ALL)


def period(entry: EffortEntry) -> str:
    """``29. september – 5. oktober 2026``, or since when it goes on."""
    if entry.stop is None:
        return _("fra {start}").format(start=danish.medium_date(entry.start))
    return danish.date_range(entry.start, entry.stop - timedelta(days=1))


def effort_line(effort: Effort, partnership: Partnership) -> str:
    """``Synlig tilstedeværelse, Indre Nørrebro, hash og narkotika``."""
    entry = effort.entry
    return f"{kind_text(entry.kind)}, {area_name(entry, partnership)}, {aims(entry, partnership)}"


def claim(effort: Effort, result: EffortResult, partnership: Partnership) -> str:
    """The result in one sentence."""
    if result.evaluation is None or result.found is None:
        return _("For lidt data til en vurdering")
    change, during = result.evaluation.change, result.evaluation.windows.during
    where = f"{aims(effort.entry, partnership)} i {area_name(effort.entry, partnership)}"
    return _("{found} i {where}: {incidents} på {during} dage, hvor {expected} var ventet").format(
        found=_(CLASS_TEXT[result.found]),
        where=where,
        incidents=_incidents(change.observed),
        during=danish.number(during[1] - during[0]),
        expected=danish.number(change.expected, 1),
    )


def doubts(result: EffortResult) -> list[str]:
    """What else belongs to the claim: chance, regression to the mean, placebos; a sentence each."""
    evaluation = result.evaluation
    if evaluation is None:
        return []
    if result.found == "ingen klar ændring":
        first = _("Forskellen er ikke større, end tilfældet kan give.")
    else:
        first = _("Så stor en forskel giver tilfældet sjældent ({p}).").format(
            p=danish.p_equation(evaluation.change.ratio.p)
        )
    return [first, regression_sentence(evaluation), *_placebos(evaluation)]


def lack_text(result: EffortResult, partnership: Partnership) -> str:
    """What is missing, in one sentence."""
    parameters = partnership.efforts
    return _(LACK_TEXT[result.lack or "incidents"]).format(
        least_days=danish.number(parameters.least_days),
        history_days=danish.number(parameters.least_baseline_days + parameters.run_up_days),
        min_count=danish.number(parameters.min_count),
    )


def regression_sentence(evaluation: EffortEvaluation) -> str:
    """How much of the fall from the weeks just before would have come by itself."""
    found, observed = evaluation.regression, evaluation.change.observed
    weeks = danish.number((evaluation.windows.run_up[1] - evaluation.windows.run_up[0]) / 7)
    before = _("De {weeks} uger lige før").format(weeks=weeks)
    if found.run_up <= found.run_up_expected:
        return _("{before} var ikke højere end ellers, så der var intet højt tal at falde tilbage fra.").format(
            before=before
        )
    if found.level <= observed:
        return _("{before} var høje, men der er ikke kommet færre hændelser siden.").format(before=before)
    share = found.share(observed)
    if share is None:
        return _(
            "{before} var høje på en måde, der plejer at vare ved; intet af faldet ventes at komme af sig selv."
        ).format(before=before)
    if share >= 1:
        return _(
            "{before} var usædvanligt høje, og faldet siden er ikke større, end det ville være kommet af sig selv "
            "(regression mod middel)."
        ).format(before=before)
    return _(
        "{before} var høje: var niveauet fortsat, var der kommet {level}. Af faldet til {observed} ville "
        "{expected} være kommet af sig selv (regression mod middel)."
    ).format(
        before=before,
        level=danish.number(found.level, 1),
        observed=danish.short_count(observed),
        expected=danish.number(found.level - found.expected, 1),
    )


def _placebos(evaluation: EffortEvaluation) -> list[str]:
    parts = [
        _("{at} {as_far} af {placebos} {where}").format(
            at=at, as_far=_as_far(placebo), placebos=danish.number(len(placebo.placebos)), where=where
        )
        for placebo, at, where in (
            (evaluation.in_time, _("på"), _("tidligere datoer i området")),
            (evaluation.in_space, _("i"), _("andre områder uden indsats")),
        )
        if placebo is not None
    ]
    often = evaluation.in_time is not None and evaluation.in_time.p > RARE
    lead = _("Så stort et udslag er ikke sjældent: det ses") if often else _("Så stort et udslag ses")
    return [f"{lead} {' og '.join(parts)}."] if parts else []


def _as_far(placebo: Placebo) -> str:
    """How many of the placebos lie as far from zero."""
    return danish.number(round(placebo.p * (1 + len(placebo.placebos))) - 1)


def _incidents(count: float) -> str:
    return f"{danish.short_count(count)} {'hændelse' if abs(count - 1) < 0.05 else 'hændelser'}"
