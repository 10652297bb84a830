"""What stands beside an alert, in Danish: one line each, and whether it speaks against the alert."""

from dataclasses import asdict, dataclass
from typing import Any

from maps import danish
from maps.language import N_, _, n_
from models.displacement_quotients import Meaning
from models.watch_beside import LEVEL, AlertBeside, DataBeside, Difference, Rank, WddBeside, WdqBeside
from models.watch_power import WITHIN_DAYS, AlertPower

NO_BREAK = "\u00a0"
MANY_EDGES = 0.2
# A negative quotient is displacement, a positive one diffusion; in words of the two areas.
MEANING_TEXT: dict[Meaning, str] = {
    "displacement": N_("en del af det, {treated} mistede, dukkede op i {neighbour}"),
    "displacement beyond the gain": N_("{neighbour} fik mindst så meget, som {treated} mistede"),
    "no change around it": N_("{neighbour} ændrede sig som kontrolområderne"),
    "diffusion": N_("{neighbour} faldt med, så det ligner spredning af gavnlig virkning"),
    "diffusion beyond the response": N_("{neighbour} faldt endnu mere, så det ligner spredning af gavnlig virkning"),
}
DISPLACED: tuple[Meaning, ...] = ("displacement", "displacement beyond the gain")
SPREAD: tuple[Meaning, ...] = ("diffusion", "diffusion beyond the response")


@dataclass(frozen=True)
class BesideLine:
    """``against`` names what speaks against the alert; empty where nothing here does."""

    term: str
    text: str
    against: str = ""


@dataclass(frozen=True)
class _Names:
    treated: str
    neighbour: str
    spread: bool = False


def beside_lines(beside: AlertBeside, treated: str, neighbour: str, *, spread: bool = False) -> list[BesideLine]:
    """One line per kind of evidence, in the order they are read; ``spread`` where the alert says that good effects
    spread."""
    names = _Names(treated, neighbour, spread)
    went = _("hvor virkningen nåede hen") if spread else _("hvor det flyttede hen")
    came = _("hvor virkningen kom fra") if spread else _("hvor det kom fra")
    return [
        _wdd(beside.wdd, names),
        _wdq(beside.wdq, names),
        _in_time(beside),
        _in_space(_("Placebo for naboen"), beside.as_neighbour, neighbour, went),
        _in_space(_("Placebo for faldet"), beside.as_treated, treated, came),
        _data(beside.data),
    ]


def power_line(power: AlertPower, treated: str, category: str) -> BesideLine:
    """What the watch can find between these two areas, and how soon."""
    return BesideLine(_("Hvad vagten kan finde"), f"{_smallest(power, treated, category)} {_soon(power)}".strip())


def beside_as_json(beside: AlertBeside | None, power: AlertPower | None, *, spread: bool = False) -> dict[str, Any]:
    """Both as data; None where the evidence was kept before these were, and no power where good effects spread
    (``spread``)."""
    return {
        "beside": None if beside is None else _plain(beside, spread=spread),
        "power": None if power is None else {**asdict(power), "within_days": WITHIN_DAYS[1], "chance": 0.8},
    }


def _plain(beside: AlertBeside, *, spread: bool) -> dict[str, Any]:
    values = asdict(beside)
    for name in ("in_time", "as_treated", "as_neighbour"):
        values[name]["p"] = getattr(beside, name).p
    if beside.wdd is not None:
        values["wdd"]["supports"] = beside.wdd.supports_spread if spread else beside.wdd.supports
    values["data"]["edge_share"] = beside.data.edge_share
    return values


def _wdd(wdd: WddBeside | None, names: _Names) -> BesideLine:
    term = "WDD"
    if wdd is None:
        return BesideLine(term, _("Kan ikke regnes: for få dage før, eller ingen hændelser i kontrolområderne."), "")
    parts = ((names.treated, wdd.treated), (names.neighbour, wdd.neighbour), (_("tilsammen"), wdd.total))
    measured = ", ".join(f"{name} {_with_interval(part)}" for name, part in parts)
    days = _("{days_after} mod {days_before} før").format(
        days_after=_days(wdd.days_after), days_before=_days(wdd.days_before)
    )
    text = _("Målt mod kontrolområderne, {days}: {measured} (95{no_break}%).").format(
        days=days, measured=measured, no_break=NO_BREAK
    )
    enough = wdd.treated.enough and wdd.neighbour.enough
    few = _("der er for få hændelser til, at intervallerne holder, hvad de lover")
    if wdd.supports_spread if names.spread else wdd.supports:
        fits = _("Det støtter alarmen.") if enough else _("Det peger samme vej som alarmen, men {few}.").format(few=few)
        return BesideLine(term, f"{text} {fits}")
    changed = wdd.neighbour.upper < 0 if names.spread else wdd.neighbour.lower > 0
    both = (names.treated, wdd.treated.upper < 0), (names.neighbour, changed)
    unclear = [name for name, clear in both if not clear]
    more = "" if enough else _(", og {few}").format(few=few)
    change = _("er ændringen ikke sikker") if len(unclear) == 1 else _("er ingen af ændringerne sikker")
    return BesideLine(
        term,
        _("{text} Det støtter ikke alarmen: for {join} {change}{more}.").format(
            text=text, join=_(" og ").join(unclear), change=change, more=more
        ),
        "WDD",
    )


def _with_interval(part: Difference) -> str:
    return f"{danish.signed(part.estimate)} {danish.interval(part.lower, part.upper)}"


def _wdq(wdq: WdqBeside, names: _Names) -> BesideLine:
    term = _("Forskydning eller spredning")
    if wdq.value is None or wdq.meaning is None:
        text = _(
            "WDQ kan ikke regnes: {treated} faldt ikke mere end kontrolområderne. Det støtter ikke alarmen."
        ).format(treated=names.treated)
        return BesideLine(term, text, "WDQ")
    meaning = _(MEANING_TEXT[wdq.meaning]).format(treated=names.treated, neighbour=names.neighbour)
    text = _("WDQ {value}: {meaning}. Et forhold mellem små tal, uden interval.").format(
        value=danish.number(wdq.value, 1), meaning=meaning
    )
    if wdq.meaning in (SPREAD if names.spread else DISPLACED):
        return BesideLine(term, text)
    return BesideLine(term, _("{text} Det støtter ikke alarmen.").format(text=text), "WDQ")


def _in_time(beside: AlertBeside) -> BesideLine:
    rank, days = beside.in_time, beside.data.days
    term = _("Placebo i tid")
    if rank.placebos == 0:
        return BesideLine(
            term, _("Der er ingen tidligere perioder på {days} at sammenligne med.").format(days=_days(days))
        )
    text = _("Så stærke tegn var der i {of} tidligere perioder på {days}").format(of=_of(rank), days=_days(days))
    if rank.as_high and rank.p > LEVEL:
        return BesideLine(term, _("{text}. Det støtter ikke alarmen.").format(text=text), _("placebo i tid"))
    few = _(", men der er for få til at vise meget") if rank.p > LEVEL else ""
    return BesideLine(term, f"{text}{few}.")


def _in_space(term: str, rank: Rank, name: str, doubt: str) -> BesideLine:
    if rank.placebos == 0:
        return BesideLine(term, _("Der er intet andet område at sætte i stedet for {name}.").format(name=name))
    text = _("Med et andet område i stedet for {name} er tegnene mindst så stærke i {of} tilfælde").format(
        name=name, of=_of(rank)
    )
    if rank.as_high:
        return BesideLine(
            term,
            _("{text}: {doubt}, er usikkert. Det støtter ikke alarmen.").format(text=text, doubt=doubt),
            term.lower(),
        )
    return BesideLine(term, f"{text}.")


def _of(rank: Rank) -> str:
    return _("{number} af {placebos}").format(number=rank.as_high or _("ingen"), placebos=rank.placebos)


def _data(data: DataBeside) -> BesideLine:
    known = (
        "" if data.complete is None else _("Sidste dag er {complete} kendt. ").format(complete=_percent(data.complete))
    )
    without = (
        _("{days_without} af {days} dage er uden data og siger intet.").format(
            days_without=data.days_without, days=data.days
        )
        if data.days_without
        else _("Ingen af {days} er uden data.").format(days=_days(data.days))
    )
    share = data.edge_share
    if share is None or data.edge is None:
        return BesideLine(_("Data"), f"{known}{without}")
    number = danish.short_count(data.edge) if data.edge else _("Ingen")
    edge = _(
        "{number} af de to områders {incidents} hændelser ({share}) ligger tættere på en grænse, end de er "
        "nøjagtige, og kan høre til på den anden side."
    ).format(number=number, incidents=danish.short_count(data.incidents), share=_percent(share))
    return BesideLine(_("Data"), f"{known}{without} {edge}", _("stedernes nøjagtighed") if share > MANY_EDGES else "")


def _smallest(power: AlertPower, treated: str, category: str) -> str:
    has = _("{treated} hændelser på 28 dage").format(treated=danish.number(power.treated))
    if power.minimum is None:
        return _(
            "{category}: {treated} har {has}; selv hvis alle flyttede, er det for få til 8 af 10 inden 56 dage."
        ).format(category=category, treated=treated, has=has)
    moved = _("{moved} hændelser på 28 dage").format(moved=danish.number(power.minimum.moved))
    part = _("{fall} af alle i {treated}").format(fall=_percent(power.minimum.fall), treated=treated)
    return _("{category}: flytter mindst {moved} ({part}), giver det alarm inden 56 dage i 8 af 10 tilfælde.").format(
        category=category, moved=moved, part=part
    )


def _soon(power: AlertPower) -> str:
    days = power.days
    if days is None:
        return _("En så lille forskydning som denne er ikke prøvet.")
    if days.median is None:
        return _("En så stor forskydning som denne findes i færre end halvdelen af tilfældene inden 84 dage.")
    most = (
        _("men ikke i 9 af 10 inden 84 dage")
        if days.most is None
        else _("og i 9 af 10 inden {most}").format(most=_days(days.most))
    )
    return _("En så stor forskydning som denne giver i halvdelen af tilfældene alarm inden {median} {most}.").format(
        median=_days(days.median), most=most
    )


def _days(number: int) -> str:
    return n_("{days} dag", "{days} dage", number).format(days=number)


def _percent(share: float) -> str:
    return f"{danish.number(100 * share)}{NO_BREAK}%"
