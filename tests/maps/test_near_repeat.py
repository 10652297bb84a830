import math
import re

import numpy as np

from maps.assets import inlined
from maps.near_repeat import near_repeat_page, space_labels, time_labels
from models.near_repeat import NearRepeat, NearRepeatParameters

PARAMETERS = NearRepeatParameters((0, 100, math.inf), (0, 1, 2, 7, math.inf))
SHAPE = (3, 4)


def found(p_table: np.ndarray) -> NearRepeat:
    observed = np.arange(12).reshape(SHAPE) + 1_000
    expected = np.full(SHAPE, 500.0)
    expected[0, 3] = 0
    expected[1, 0] = 800
    return NearRepeat(PARAMETERS, 60, observed, expected, expected, np.full(SHAPE, 0.5), p_table)


def page(p_table: np.ndarray) -> str:
    return near_repeat_page(found(p_table), title="a & b", seed=7, assets=inlined()).replace("\N{NO-BREAK SPACE}", " ")


def test_labels_name_whole_days_and_open_ends() -> None:
    nothing = found(np.ones(SHAPE))
    assert [label.replace("\N{NO-BREAK SPACE}", " ") for label in time_labels(nothing)] == [
        "samme dag",
        "1 dag",
        "2–6 dage",
        "mindst 7 dage",
    ]
    assert [label.replace("\N{NO-BREAK SPACE}", " ") for label in space_labels(nothing)] == [
        "samme sted",
        "0–100 m",
        "mindst 100 m",
    ]


def test_the_lead_names_the_field_that_stands_out_most_with_counts_not_per_cent() -> None:
    p_table = np.ones(SHAPE)
    p_table[1, 0], p_table[0, 1] = 0.001, 0.02
    text = page(p_table)
    lead = "Nærgentagelser: 1.004 par hændelser (0–100 m, samme dag), hvor tilfældet ventes at give 800,0."
    assert f"{lead} I alt to felter skiller sig ud." in text
    assert text.count('class="marked"') == 2
    assert "<h1>Nærgentagelser: a &amp; b</h1>" in text


def test_nothing_found_is_said() -> None:
    text = page(np.where(np.arange(12).reshape(SHAPE) > 7, np.nan, 1.0))
    assert "Ingen tegn på nærgentagelser" in text
    assert 'class="marked"' not in text


def test_what_cannot_be_is_a_dash_and_the_picture_is_said_in_words() -> None:
    p_table = np.ones(SHAPE)
    p_table[1, 0] = 0.001
    text = page(p_table)
    assert '<td class="num">0,0</td><td class="num">–</td>' in re.sub(r">\s+<", "><", text)
    (alt,) = re.findall(r'alt="(Forhold[^"]*)"', text)
    assert "0–100 m, samme dag: 1,25 (mere end tilfældigt)" in alt
    assert alt.count(";") == 11
