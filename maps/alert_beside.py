"""What stands beside an alert, in Danish: one line each, and whether it speaks against the alert."""

from dataclasses import asdict, dataclass
from typing import Any

from maps import danish
from models.displacement_quotients import Meaning
from models.watch_beside import LEVEL, AlertBeside, DataBeside, Difference, Rank, WddBeside, WdqBeside
from models.watch_power import WITHIN_DAYS, AlertPower

NO_BREAK = "\u00a0"
MANY_EDGES = 0.2
# A negative quotient is displacement, a positive one diffusion; in words of the two areas.
MEANING_TEXT: dict[Meaning, str] = {
    "displacement": "en del af det, {treated} mistede, dukkede op i {neighbour}",
    "displacement beyond the gain": "{neighbour} fik mindst så meget, som {treated} mistede",
    "no change around it": "{neighbour} ændrede sig som kontrolområderne",
    "diffusion": "{neighbour} faldt med, så det ligner spredning af gavnlig virkning",
    "diffusion beyond the response": "{neighbour} faldt endnu mere, så det ligner spredning af gavnlig virkning",
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
    what = "virkningen" if spread else "det"
    went, came = f"hvor {what} {'nåede' if spread else 'flyttede'} hen", f"hvor {what} kom fra"
    return [
        _wdd(beside.wdd, names),
        _wdq(beside.wdq, names),
        _in_time(beside),
        _in_space("Placebo for naboen", beside.as_neighbour, neighbour, went),
        _in_space("Placebo for faldet", beside.as_treated, treated, came),
        _data(beside.data),
    ]


def power_line(power: AlertPower, treated: str, category: str) -> BesideLine:
    """What the watch can find between these two areas, and how soon."""
    return BesideLine("Hvad vagten kan finde", f"{_smallest(power, treated, category)} {_soon(power)}".strip())


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
        return BesideLine(term, "Kan ikke regnes: for få dage før, eller ingen hændelser i kontrolområderne.", "")
    parts = ((names.treated, wdd.treated), (names.neighbour, wdd.neighbour), ("tilsammen", wdd.total))
    measured = ", ".join(f"{name} {_with_interval(part)}" for name, part in parts)
    days = f"{_days(wdd.days_after)} mod {_days(wdd.days_before)} før"
    text = f"Målt mod kontrolområderne, {days}: {measured} (95{NO_BREAK}%)."
    enough = wdd.treated.enough and wdd.neighbour.enough
    few = "der er for få hændelser til, at intervallerne holder, hvad de lover"
    if wdd.supports_spread if names.spread else wdd.supports:
        fits = "Det støtter alarmen." if enough else f"Det peger samme vej som alarmen, men {few}."
        return BesideLine(term, f"{text} {fits}")
    changed = wdd.neighbour.upper < 0 if names.spread else wdd.neighbour.lower > 0
    both = (names.treated, wdd.treated.upper < 0), (names.neighbour, changed)
    unclear = [name for name, clear in both if not clear]
    more = "" if enough else f", og {few}"
    change = "er ændringen ikke sikker" if len(unclear) == 1 else "er ingen af ændringerne sikker"
    return BesideLine(term, f"{text} Det støtter ikke alarmen: for {' og '.join(unclear)} {change}{more}.", "WDD")


def _with_interval(part: Difference) -> str:
    return f"{danish.signed(part.estimate)} {danish.interval(part.lower, part.upper)}"


def _wdq(wdq: WdqBeside, names: _Names) -> BesideLine:
    term = "Forskydning eller spredning"
    if wdq.value is None or wdq.meaning is None:
        text = f"WDQ kan ikke regnes: {names.treated} faldt ikke mere end kontrolområderne. Det støtter ikke alarmen."
        return BesideLine(term, text, "WDQ")
    meaning = MEANING_TEXT[wdq.meaning].format(treated=names.treated, neighbour=names.neighbour)
    text = f"WDQ {danish.number(wdq.value, 1)}: {meaning}. Et forhold mellem små tal, uden interval."
    if wdq.meaning in (SPREAD if names.spread else DISPLACED):
        return BesideLine(term, text)
    return BesideLine(term, f"{text} Det støtter ikke alarmen.", "WDQ")


def _in_time(beside: AlertBeside) -> BesideLine:
    rank, days = beside.in_time, beside.data.days
    term = "Placebo i tid"
    if rank.placebos == 0:
        return BesideLine(term, f"Der er ingen tidligere perioder på {_days(days)} at sammenligne med.")
    text = f"Så stærke tegn var der i {_of(rank)} tidligere perioder på {_days(days)}"
    if rank.as_high and rank.p > LEVEL:
        return BesideLine(term, f"{text}. Det støtter ikke alarmen.", "placebo i tid")
    few = ", men der er for få til at vise meget" if rank.p > LEVEL else ""
    return BesideLine(term, f"{text}{few}.")


def _in_space(term: str, rank: Rank, name: str, doubt: str) -> BesideLine:
    if rank.placebos == 0:
        return BesideLine(term, f"Der er intet andet område at sætte i stedet for {name}.")
    text = f"Med et andet område i stedet for {name} er tegnene mindst så stærke i {_of(rank)} tilfælde"
    if rank.as_high:
        return BesideLine(term, f"{text}: {doubt}, er usikkert. Det støtter ikke alarmen.", term.lower())
    return BesideLine(term, f"{text}.")


def _of(rank: Rank) -> str:
    return f"{rank.as_high or 'ingen'} af {rank.placebos}"


def _data(data: DataBeside) -> BesideLine:
    known = "" if data.complete is None else f"Sidste dag er {_percent(data.complete)} kendt. "
    without = (
        f"{data.days_without} af {data.days} dage er uden data og siger intet."
        if data.days_without
        else f"Ingen af {_days(data.days)} er uden data."
    )
    share = data.edge_share
    if share is None or data.edge is None:
        return BesideLine("Data", f"{known}{without}")
    number = danish.short_count(data.edge) if data.edge else "Ingen"
    edge = (
        f"{number} af de to områders {danish.short_count(data.incidents)} hændelser ({_percent(share)}) ligger tættere "
        "på en grænse, end de er nøjagtige, og kan høre til på den anden side."
    )
    return BesideLine("Data", f"{known}{without} {edge}", "stedernes nøjagtighed" if share > MANY_EDGES else "")


def _smallest(power: AlertPower, treated: str, category: str) -> str:
    has = f"{danish.number(power.treated)} hændelser på 28 dage"
    if power.minimum is None:
        return f"{category}: {treated} har {has}; selv hvis alle flyttede, er det for få til 8 af 10 inden 56 dage."
    moved = f"{danish.number(power.minimum.moved)} hændelser på 28 dage"
    part = f"{_percent(power.minimum.fall)} af alle i {treated}"
    return f"{category}: flytter mindst {moved} ({part}), giver det alarm inden 56 dage i 8 af 10 tilfælde."


def _soon(power: AlertPower) -> str:
    days = power.days
    if days is None:
        return "En så lille forskydning som denne er ikke prøvet."
    if days.median is None:
        return "En så stor forskydning som denne findes i færre end halvdelen af tilfældene inden 84 dage."
    most = "men ikke i 9 af 10 inden 84 dage" if days.most is None else f"og i 9 af 10 inden {_days(days.most)}"
    return f"En så stor forskydning som denne giver i halvdelen af tilfældene alarm inden {_days(days.median)} {most}."


def _days(number: int) -> str:
    return f"{number} {'dag' if number == 1 else 'dage'}"


def _percent(share: float) -> str:
    return f"{danish.number(100 * share)}{NO_BREAK}%"
