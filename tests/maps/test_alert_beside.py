import json
from dataclasses import replace

from maps.alert_beside import BesideLine, beside_as_json, beside_lines, power_line
from models.displacement_quotients import MEANINGS
from models.watch_beside import AlertBeside, DataBeside, Difference, Rank, WddBeside, WdqBeside
from models.watch_power import AlertPower, DaysToAlert, MinimumDisplacement

FELL = Difference(-21.7, -38.0, -5.4, 0.01, enough=True)
ROSE = Difference(15.5, 6.9, 24.2, 0.001, enough=True)
BOTH = Difference(-6.2, -25.7, 13.3, 0.5, enough=True)
WDD = WddBeside(364, 28, 1.2, FELL, ROSE, BOTH)
BESIDE = AlertBeside(
    WDD,
    WdqBeside(-0.72, "displacement", ""),
    Rank(57, 0),
    Rank(9, 0),
    Rank(9, 0),
    DataBeside(28, 0, 0.964, 24.0, 3.0),
)
POWER = AlertPower(25.3, MinimumDisplacement(0.472, 11.9), DaysToAlert(17, 30))


def lines(beside: AlertBeside = BESIDE) -> dict[str, BesideLine]:
    return {line.term: line for line in beside_lines(beside, "Nord", "Syd")}


def test_where_all_agrees_nothing_speaks_against() -> None:
    found = lines()
    assert [line.against for line in found.values()] == [""] * 6
    assert "Nord −22 [−38;\u00a0−5], Syd +16 [7;\u00a024], tilsammen −6 [−26;\u00a013] (95\u00a0%)" in found["WDD"].text
    assert "Det støtter alarmen." in found["WDD"].text
    assert found["Forskydning eller spredning"].text.startswith(
        "WDQ −0,7: en del af det, Nord mistede, dukkede op i Syd"
    )
    assert found["Placebo i tid"].text == "Så stærke tegn var der i ingen af 57 tidligere perioder på 28 dage."
    assert (
        "Sidste dag er 96\u00a0% kendt. Ingen af 28 dage er uden data. 3 af de to områders 24 hændelser (12\u00a0%)"
        in (found["Data"].text)
    )


def test_what_does_not_support_says_so_plainly() -> None:
    wide = replace(FELL, upper=4.0, enough=False)
    found = lines(
        replace(
            BESIDE,
            wdd=replace(WDD, treated=wide),
            wdq=WdqBeside(0.4, "diffusion", ""),
            in_time=Rank(57, 9),
            as_neighbour=Rank(9, 2),
            as_treated=Rank(9, 1),
            data=DataBeside(28, 3, None, 24.0, 9.0),
        )
    )
    assert [line.against for line in found.values()] == [
        "WDD",
        "WDQ",
        "placebo i tid",
        "placebo for naboen",
        "placebo for faldet",
        "stedernes nøjagtighed",
    ]
    for term in list(found)[:5]:
        assert "Det støtter ikke alarmen" in found[term].text
    assert "for Nord er ændringen ikke sikker, og der er for få hændelser" in found["WDD"].text
    assert "3 af 28 dage er uden data" in found["Data"].text
    both = replace(WDD, treated=wide, neighbour=replace(ROSE, lower=-1.0))
    assert "for Nord og Syd er ingen af ændringerne sikker" in lines(replace(BESIDE, wdd=both))["WDD"].text


def test_support_from_few_incidents_is_no_support() -> None:
    few = replace(WDD, neighbour=replace(ROSE, enough=False))
    text = lines(replace(BESIDE, wdd=few))["WDD"].text
    assert "Det støtter alarmen" not in text
    assert "men der er for få hændelser til" in text


def test_what_cannot_be_computed_says_why() -> None:
    bare = replace(
        BESIDE,
        wdd=None,
        wdq=WdqBeside(None, None, "no"),
        in_time=Rank(0, 0),
        as_neighbour=Rank(0, 0),
        data=DataBeside(28, 0, None, 0.0, None),
    )
    found = lines(bare)
    assert found["WDD"].text.startswith("Kan ikke regnes")
    assert "Nord faldt ikke mere end kontrolområderne" in found["Forskydning eller spredning"].text
    assert found["Placebo i tid"].text == "Der er ingen tidligere perioder på 28 dage at sammenligne med."
    assert found["Placebo for naboen"].text.startswith("Der er intet andet område")
    assert found["Data"].text == "Ingen af 28 dage er uden data."
    assert "for få til at vise meget" in lines(replace(BESIDE, in_time=Rank(7, 0)))["Placebo i tid"].text


def test_every_meaning_of_a_quotient_has_its_words() -> None:
    for meaning in MEANINGS:
        line = lines(replace(BESIDE, wdq=WdqBeside(-0.5, meaning, "")))["Forskydning eller spredning"]
        assert bool(line.against) == (not meaning.startswith("displacement"))
        assert "{" not in line.text


def test_what_the_watch_can_find() -> None:
    assert power_line(POWER, "Nord", "Hash").text == (
        "Hash: flytter mindst 12 hændelser på 28 dage (47\u00a0% af alle i Nord), giver det alarm inden 56 dage i 8 af "
        "10 tilfælde. En så stor forskydning som denne giver i halvdelen af tilfældene alarm inden 17 dage og i 9 af "
        "10 inden 30 dage."
    )
    never = power_line(replace(POWER, minimum=None, days=DaysToAlert(None, None)), "Nord", "Hash").text
    assert "selv hvis alle flyttede, er det for få" in never
    assert "færre end halvdelen af tilfældene" in never
    assert "9 af 10 inden 84 dage" in power_line(replace(POWER, days=DaysToAlert(70, None)), "Nord", "Hash").text
    assert "ikke prøvet" in power_line(replace(POWER, days=None), "Nord", "Hash").text


def test_as_data() -> None:
    found = json.loads(json.dumps(beside_as_json(BESIDE, POWER), allow_nan=False))
    assert found["beside"]["in_time"] == {"placebos": 57, "as_high": 0, "p": 1 / 58}
    assert (found["beside"]["wdd"]["supports"], found["beside"]["data"]["edge_share"]) == (True, 0.125)
    assert (found["power"]["minimum"]["moved"], found["power"]["within_days"]) == (11.9, 56)
    assert beside_as_json(None, None) == {"beside": None, "power": None}
