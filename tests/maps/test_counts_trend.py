import base64
import re
from datetime import date

import numpy as np

from maps.assets import inlined
from maps.counts_trend import counts_trend_page
from models.calendar import to_day_number
from models.count_periods import CountSeries
from models.series_trend import SeriesTrendParameters, series_trend

MONDAY = to_day_number(date(2021, 1, 4))


def page(counts, *, parameters: SeriesTrendParameters | None = None) -> str:
    chosen = parameters or SeriesTrendParameters()
    values = np.asarray(counts, dtype=np.float64)
    series = CountSeries("week", MONDAY + 7 * np.arange(len(values), dtype=np.int64), values)
    found = series_trend(series, chosen)
    return counts_trend_page(found, title="uger", parameters=chosen, assets=inlined()).replace("\u00a0", " ")


def picture(text: str) -> str:
    (data,) = re.findall(r'class="chart"[^>]*base64,([^"]+)"', text)
    return base64.b64decode(data).decode()


def poisson(mean, n, seed=1):
    return np.random.default_rng(seed).poisson(mean, n)


def test_a_rise_is_said_marked_and_drawn_with_its_alarms() -> None:
    text = page([*poisson(6, 260), *poisson(18, 13, 2)])
    assert "De seneste 13 uger: flere hændelser end året før; flere hændelser end de 13 uger før." in text
    assert text.count('class="marked"') == 2
    assert "▲ Skift op (CUSUM)" in text
    assert "◆ Høj uge (Farrington)" in text
    drawn = picture(text)
    for label in ("Som ventet (Farrington)", "Skift op (CUSUM)", "Høj uge (Farrington)", "Hændelser pr. uge"):
        assert label in drawn
    assert "Skift ned (CUSUM)" not in drawn


def test_a_fall_has_its_own_sign() -> None:
    text = page([*poisson(10, 104), *poisson(3, 13, 2)])
    assert "færre hændelser end de 13 uger før" in text
    assert "▼ Skift ned (CUSUM)" in text
    assert "Som ventet, 95 % af perioderne" in picture(text)


def test_chance_is_called_chance_and_has_no_alarm() -> None:
    text = page(poisson(10, 130, 4))
    assert "ingen klar ændring fra året før; ingen klar ændring fra de 13 uger før. Ingen alarmer." in text
    assert 'class="marked"' not in text
    assert "Ingen klar udvikling (hver periode kun mod samme årstid): p = " in text


def test_small_numbers_have_no_percentage() -> None:
    small = page([*([1] * 100), *([0] * 12), 2])
    assert "små tal, ingen procent" in small
    assert not re.search(r"[+−]\d+ % \[", small)
    assert re.search(r"[+−±]\d+ % \[", page(poisson(10, 40)))


def test_too_little_is_said_in_words() -> None:
    text = page([0, 1, 0, 0, 0, 1], parameters=SeriesTrendParameters(last=3))
    assert "De seneste 3 uger: for få hændelser til at sige noget i forhold til de 3 uger før." in text
    assert "alarm." not in text.split("</strong>")[0]
    assert "Historien er for kort eller for tynd til at se efter alarmer." in text
    assert "de regnes som tilfældige" in text


def test_confidence_and_spread_are_said() -> None:
    text = page(poisson(10, 40), parameters=SeriesTrendParameters(confidence=0.9))
    assert "Interval, 90 %" in text
    assert "gange så meget, som tilfældet alene ville give" in text
    assert "i 90 % af tilfældene" in text


def test_equal_periods_explain_a_change_of_nothing() -> None:
    explained = "Den midterste ændring er 0, fordi mange perioder har lige mange."
    assert explained in page([0, 1, 0, 1] * 10)
    assert explained not in page(np.arange(40))


def test_the_same_series_gives_the_same_page() -> None:
    assert page(poisson(10, 40)) == page(poisson(10, 40))
