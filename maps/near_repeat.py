"""The page of near repeats: which distances and times hold more pairs of incidents than chance."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from maps.assets import Assets
from maps.chart import chart
from maps.colours import SEQUENTIAL
from maps.danish import amount, number, p_value
from maps.statistic_page import PageSection, PageTable, statistic_page
from models.near_repeat import NearRepeat

LEVEL = 0.05
# Labels that break would be taller than their row.
NBSP = "\N{NO-BREAK SPACE}"
# Lower limits of the Knox ratio for each colour; below the first, a field stays white.
RATIO_CLASSES = (1.1, 1.25, 1.5, 2.0, 3.0)
WHITE = "#ffffff"
DARK_TEXT, LIGHT_TEXT = "#17212b", "#ffffff"
FRAME = "#12344d"
METRICS = {
    "manhattan": "Øst-vest plus nord-syd, som man går om hjørner (Manhattan)",
    "euclidean": "Fugleflugtslinje (euklidisk)",
}


@dataclass(frozen=True)
class _Field:
    """One field of the table, named in words."""

    space: str
    time: str
    row: int
    column: int


def near_repeat_page(found: NearRepeat, *, title: str, seed: int, assets: Assets) -> str:
    """One page in Danish: a heat table of Knox ratios, the numbers behind it, and how to read them."""
    space, time = space_labels(found), time_labels(found)
    fields = [_Field(a, b, i, j) for i, a in enumerate(space) for j, b in enumerate(time)]
    figure = chart(
        lambda axes: _draw(axes, found, (space, time)),
        alt=_alt(found, fields),
        width_cm=18,
        height_cm=1.6 + 1.9 * len(space),
    )
    sections = [
        PageSection("Forhold mellem par og ventede par", _how_to_look(), figure),
        PageSection("Tallene bag", table=_table(found, fields)),
    ]
    return statistic_page(
        title=f"Nærgentagelser: {title}",
        lead=_lead(found, fields),
        sections=sections,
        method=_method(found, seed),
        assets=assets,
    )


def space_labels(found: NearRepeat) -> list[str]:
    """The bands of distance in Danish, in the order of the rows."""
    edges = found.parameters.space_edges_m
    same = found.parameters.same_place_m
    labels = [] if same is None else [f"samme{NBSP}sted" if same == 0 else f"højst{NBSP}{number(same)}{NBSP}m"]
    for a, b in pairwise(edges):
        labels.append(f"mindst{NBSP}{number(a)}{NBSP}m" if math.isinf(b) else f"{number(a)}–{number(b)}{NBSP}m")
    return labels


def time_labels(found: NearRepeat) -> list[str]:
    """The bands of whole days in Danish, first and last day both inside."""
    edges = found.parameters.time_edges_days
    return [_days(a, b) for a, b in pairwise(edges)]


def _days(first: float, end: float) -> str:
    if math.isinf(end):
        return f"mindst{NBSP}{number(first)}{NBSP}dage"
    if end - first > 1:
        return f"{number(first)}–{number(end - 1)}{NBSP}dage"
    return {0: f"samme{NBSP}dag", 1: f"1{NBSP}dag"}.get(int(first), f"{number(first)}{NBSP}dage")


def standing_out(found: NearRepeat) -> NDArray[np.bool_]:
    """Fields with more pairs than chance when the whole table is read at once; never those of no end in space."""
    return found.p_table <= LEVEL


def _lead(found: NearRepeat, fields: list[_Field]) -> str:
    marked = [field for field in fields if standing_out(found)[field.row, field.column]]
    if not marked:
        return "Ingen tegn på nærgentagelser: tæt på hinanden kommer hændelser ikke tættere i tid, end tilfældet giver."
    best = min(marked, key=lambda f: (found.p_table[f.row, f.column], -found.ratio[f.row, f.column]))
    pairs, expected = int(found.observed[best.row, best.column]), found.expected[best.row, best.column]
    where = f"{best.space}, {best.time}"
    rest = f" I alt {amount(len(marked), 'felt', 'felter')} skiller sig ud." if len(marked) > 1 else ""
    return (
        f"Nærgentagelser: {amount(pairs, 'par', 'par')} hændelser ({where}), hvor tilfældet ventes at give "
        f"{number(expected, 1)}.{rest}"
    )


def _alt(found: NearRepeat, fields: list[_Field]) -> str:
    said = [
        f"{field.space}, {field.time}: {number(found.ratio[field.row, field.column], 2)}"
        + (" (mere end tilfældigt)" if standing_out(found)[field.row, field.column] else "")
        for field in fields
    ]
    return "Forhold mellem par og ventede par. " + "; ".join(said)


def _how_to_look() -> str:
    return (
        "Hvert felt er et forhold: 1 er som ventet, 2 er dobbelt så mange par. Under forholdet står antal par. Farve "
        "har kun felter, hvis egen p er højst 0,05. Felter med ramme og fed skrift har flere par, end tilfældet giver, "
        "også når hele tabellen læses på én gang."
    )


def _draw(axes: Axes, found: NearRepeat, labels: tuple[list[str], list[str]]) -> None:
    space, time = labels
    marked = standing_out(found)
    # Large enough for a phone, where the chart is drawn at half its size; smaller where there are many columns.
    size = min(15.0, 75 / len(time))
    for (row, column), ratio in np.ndenumerate(found.ratio):
        # A single pair where a fifth was expected has a ratio of 5: what one field cannot carry alone stays white.
        telling = found.p[row, column] <= LEVEL
        level = int(np.searchsorted(RATIO_CLASSES, ratio, side="right")) if telling else 0
        out = bool(marked[row, column])
        axes.add_patch(
            Rectangle(
                (column + 0.02, row + 0.03),
                0.96,
                0.94,
                facecolor=SEQUENTIAL[level - 1] if level else WHITE,
                edgecolor=FRAME if out else "#cfd6dc",
                linewidth=2.4 if out else 0.8,
            )
        )
        text = f"{number(ratio, 2)}\n{number(int(found.observed[row, column]))}"
        colour = LIGHT_TEXT if level == len(SEQUENTIAL) else DARK_TEXT
        weight = "bold" if out else "normal"
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, weight=weight, fontsize=size)
    axes.set(xlim=(0, len(time)), ylim=(len(space), 0))
    axes.set_xticks(np.arange(len(time)) + 0.5, [label.replace(f"mindst{NBSP}", "mindst\n") for label in time])
    axes.set_yticks(np.arange(len(space)) + 0.5, space)
    axes.tick_params(length=0, labelsize=0.85 * size)
    axes.xaxis.tick_top()
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _table(found: NearRepeat, fields: list[_Field]) -> PageTable:
    columns = ("Afstand", "Tid imellem", "Par", "Ventet", "Forhold", "p", "p i hele tabellen")
    rows = [
        (
            field.space,
            field.time,
            number(int(found.observed[at])),
            number(found.expected[at], 1),
            number(found.ratio[at], 2),
            p_value(float(found.p[at])),
            p_value(float(found.p_table[at])),
        )
        for field in fields
        for at in ((field.row, field.column),)
    ]
    marked = frozenset(np.flatnonzero(standing_out(found).ravel()).tolist())
    return PageTable(columns, rows, text_columns=frozenset({0, 1}), marked=marked)


def _method(found: NearRepeat, seed: int) -> list[tuple[str, str]]:
    parameters = found.parameters
    expected = (
        "Gennemsnittet, hvis dagene byttes rundt mellem hændelserne på alle måder. Steder med mange hændelser og "
        "travle uger bliver, som de er, og giver derfor ikke i sig selv nærgentagelser."
    )
    p = (
        f"Andelen af {number(parameters.permutations)} tilfældige ombytninger (og fundet selv), der giver lige så "
        "mange par eller flere. Gælder ét felt for sig, der var valgt på forhånd."
    )
    p_table = (
        "Det samme, når man leder i alle felter: hvor ofte tilfældet får bare ét felt til at skille sig lige så meget "
        f"ud. Højst {number(LEVEL, 2)} kaldes mere end tilfældigt. Felter uden ydre grænse i afstand er ikke tæt på og "
        "ikke med."
    )
    return [
        ("Par", f"To af de {number(found.events)} hændelser; hvert par tælles én gang, i feltet for afstand og tid."),
        ("Ventet", expected),
        ("Forhold", "Par delt med ventede par (Knox). En streg betyder, at der slet ingen par kan være."),
        ("p", p),
        ("p i hele tabellen", p_table),
        ("Afstand", f"{METRICS[parameters.metric]}. Første tal er med i feltet, andet tal er ikke."),
        ("Siger ikke", "Hvorfor eller hvem: det er steder og dage, der sammenlignes, ikke mennesker."),
        ("Frø", f"{seed}: samme fil og samme frø giver samme tal."),
    ]
