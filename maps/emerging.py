"""The page of emerging hot spots in file mode: a map of the classes, each cell's history, and a table."""

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Polygon
from numpy.typing import NDArray

from geo.grid import centres, outline
from maps import danish
from maps.assets import Assets
from maps.chart import chart
from maps.statistic_page import PageSection, PageTable, statistic_page
from models.calendar import to_date
from models.cell_emerging import CellEmerging
from models.emerging_hot_spots import EmergingParameters, Pattern, least_hot_count

NAMES = {
    Pattern.NEW: "nyt",
    Pattern.CONSECUTIVE: "sammenhængende",
    Pattern.INTENSIFYING: "tiltagende",
    Pattern.PERSISTENT: "vedvarende",
    Pattern.DIMINISHING: "aftagende",
    Pattern.SPORADIC: "sporadisk",
    Pattern.OSCILLATING: "skiftende",
    Pattern.HISTORICAL: "tidligere",
}
PLURALS = {Pattern.NEW: "nye", Pattern.SPORADIC: "sporadiske"}
MEANINGS = {
    Pattern.NEW: "hotspot i den sidste periode og aldrig før",
    Pattern.CONSECUTIVE: "hotspot i de sidste perioder i træk (mindst to) og aldrig før dem",
    Pattern.INTENSIFYING: "hotspot i mindst 90 % af perioderne, også den sidste, og stadig stærkere",
    Pattern.PERSISTENT: "hotspot i mindst 90 % af perioderne, også den sidste, uden påviselig udvikling",
    Pattern.DIMINISHING: "hotspot i mindst 90 % af perioderne, også den sidste, men stadig svagere",
    Pattern.SPORADIC: "hotspot i den sidste periode og før til og fra, i under 90 % af perioderne",
    Pattern.OSCILLATING: "hotspot i den sidste periode, men før også coldspot",
    Pattern.HISTORICAL: "hotspot i mindst 90 % af perioderne, men ikke i den sidste",
}
# ColorBrewer's RdYlBu, colour-blind safe; every class is also numbered, on the map as in the key.
HOT_COLOURS = {
    Pattern.NEW: "#a50026",
    Pattern.CONSECUTIVE: "#d73027",
    Pattern.INTENSIFYING: "#f46d43",
    Pattern.PERSISTENT: "#fdae61",
    Pattern.DIMINISHING: "#fee090",
    Pattern.SPORADIC: "#ffffbf",
    Pattern.OSCILLATING: "#f7d4e6",
    Pattern.HISTORICAL: "#cdbfae",
}
COLD = "#4575b4"
NO_PATTERN = "#eef1f4"
EDGE = "#8492a0"
HOT_BIN, COLD_BIN, OTHER_BIN = "#d73027", COLD, "#dfe3e6"
SHOWN_HISTORIES = 20
METRES_PER_DEGREE = 111_320.0
PERIODS = {1: ("dag", "dage"), 7: ("uge", "uger")}
KEY_SHARE = 0.5  # of the map's width
LIGHT_TEXT = (Pattern.NEW, Pattern.CONSECUTIVE)


def emerging_page(
    result: CellEmerging,
    *,
    title: str,
    resolution: int,
    parameters: EmergingParameters,
    assets: Assets,
    area: shapely.Geometry | None,
) -> str:
    """The page of ``result``; ``area`` (lon/lat) is drawn where the grid was cut from it."""
    found = result.found
    shown = np.flatnonzero(found.side)
    # Hot before cold, then Esri's order of classes, then the strongest now.
    shown = shown[np.lexsort((-np.abs(found.z[shown, -1]), found.pattern[shown], -found.side[shown]))]
    lead = _lead(result)
    sections = [PageSection("Kort", _bins_text(result), chart(_map(result, area), alt=lead, height_cm=14.0))]
    if len(shown):
        first = shown[:SHOWN_HISTORIES]
        alt = "Perioder, hvor cellerne var hotspot eller coldspot; antallene står i tabellen."
        figure = chart(_histories(result, first), alt=alt, height_cm=2.6 + 0.6 * len(first))
        sections.append(
            PageSection("Cellernes historie", "Tallet er mønsteret som på kortet; stedet er cellens midte.", figure)
        )
        sections.append(PageSection("Celler med et mønster", "", None, _table(result, shown)))
    sections.append(PageSection("Hvad metoden kan se", _sight(result, parameters)))
    method = _method(parameters, resolution)
    return statistic_page(
        title=f"Hotspots over tid: {title}", lead=lead, sections=sections, method=method, assets=assets
    )


def class_name(pattern: int, side: int, *, several: bool = False) -> str:
    """``nyt hotspot``, ``vedvarende coldspot`` or ``intet mønster``; ``nye hotspots`` of ``several``."""
    if side == 0:
        return "intet mønster"
    name, spot = NAMES[Pattern(pattern)], "hotspot" if side > 0 else "coldspot"
    return f"{PLURALS.get(Pattern(pattern), name)} {spot}s" if several else f"{name} {spot}"


def _lead(result: CellEmerging) -> str:
    found = result.found
    if not found.side.any():
        return (
            f"Ingen af {danish.number(len(result.cell))} celler har et mønster ud over, hvad tilfældigheder giver, i "
            f"{_periods(result, result.count.shape[1])}."
        )
    kinds, numbers = np.unique(
        np.column_stack([-found.side, found.pattern])[found.side != 0], axis=0, return_counts=True
    )
    parts = [
        f"{danish.number(n)} {class_name(p, -s, several=n > 1)}"
        for (s, p), n in zip(kinds.tolist(), numbers.tolist(), strict=True)
    ]
    return f"Celler med et mønster: {', '.join(parts)}; i alt {danish.number(len(result.cell))} celler."


def _periods(result: CellEmerging, number: int) -> str:
    length = f"på {result.bin_days} dage"
    one, several = PERIODS.get(result.bin_days, (f"periode {length}", f"perioder {length}"))
    return f"{danish.number(number)} {one if number == 1 else several}"


def _bins_text(result: CellEmerging) -> str:
    bins = result.count.shape[1]
    first, last = to_date(result.first_day), to_date(result.first_day + bins * result.bin_days - 1)
    counted = f"{danish.number(int(result.count.sum()))} hændelser i {_periods(result, bins)}"
    text = f"{counted}, {danish.date_range(first, last)}."
    if result.left_out:
        text += f" {danish.number(result.left_out)} ligger uden for cellerne eller før den første hele periode."
    return text


def _colour(pattern: int, side: int) -> str:
    if side == 0:
        return NO_PATTERN
    return HOT_COLOURS[Pattern(pattern)] if side > 0 else COLD


def _map(result: CellEmerging, area: shapely.Geometry | None) -> Callable[[Axes], None]:
    lon, lat = centres(result.cell)
    stretch = np.cos(np.radians(lat.mean()))
    found = result.found

    def metres(pairs: Sequence[tuple[float, float]] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres from the middle of the map; a city is small enough for one scale."""
        middle, scale = np.array([lon.mean(), lat.mean()]), METRES_PER_DEGREE * np.array([stretch, 1.0])
        in_metres: NDArray[np.float64] = (np.asarray(pairs, dtype=np.float64) - middle) * scale
        return in_metres

    def draw(axes: Axes) -> None:
        middles = metres(np.column_stack([lon, lat]))
        # Cells with a class are drawn last, so that no neighbour's edge lies over theirs.
        for i in np.argsort(found.side != 0, kind="stable"):
            pattern, side = int(found.pattern[i]), int(found.side[i])
            ring = metres(outline(int(result.cell[i])))
            axes.add_patch(Polygon(ring, facecolor=_colour(pattern, side), edgecolor=EDGE, linewidth=0.4))
            if side:
                light = side < 0 or pattern in LIGHT_TEXT
                text = _code(pattern, side)
                colour = "white" if light else "#17212b"
                axes.text(
                    float(middles[i, 0]), float(middles[i, 1]), text, ha="center", va="center", fontsize=7, color=colour
                )
        for part in shapely.get_parts(area) if area is not None else ():
            for ring in (part.exterior, *part.interiors):
                axes.plot(*metres(np.asarray(ring.coords)).T, color="#12344d", linewidth=1.4)
        axes.set_aspect("equal")
        axes.autoscale_view()
        axes.set_axis_off()
        _scale(axes)
        west, east = axes.get_xlim()
        # The reader's font may be wider than ours: the key gets room of its own instead of a tight box.
        axes.set_xlim(west, east + KEY_SHARE * (east - west))
        axes.legend(handles=_key(result), loc="upper left", bbox_to_anchor=(1 / (1 + KEY_SHARE), 1.0))

    return draw


def _key(result: CellEmerging) -> list[Patch]:
    found = result.found
    present = sorted({(-int(s), int(p)) for s, p in zip(found.side, found.pattern, strict=True) if s})
    handles = [
        Patch(facecolor=_colour(p, -s), edgecolor=EDGE, label=f"{_code(p, -s)}  {class_name(p, -s)}")
        for s, p in present
    ]
    return [*handles, Patch(facecolor=NO_PATTERN, edgecolor=EDGE, label="intet mønster")]


def _scale(axes: Axes) -> None:
    """A bar of a round length, about a fifth of the map."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    step = 10 ** np.floor(np.log10((east - west) / 5))
    length_m = float(step * max(k for k in (1, 2, 5) if k * step <= (east - west) / 5))
    text = f"{danish.number(length_m)} m" if length_m < 1000 else f"{danish.number(length_m / 1000)} km"
    y = south - 0.02 * (north - south)
    axes.plot([west, west + length_m], [y, y], color="#17212b", linewidth=2, solid_capstyle="butt")
    axes.text(west + length_m / 2, y - 0.015 * (north - south), text, ha="center", va="top", fontsize=8)


def _histories(result: CellEmerging, cells: NDArray[np.intp]) -> Callable[[Axes], None]:
    found = result.found
    bins = result.count.shape[1]

    def draw(axes: Axes) -> None:
        for row, i in enumerate(cells):
            for state, colour, height in (
                (~found.hot[i] & ~found.cold[i], OTHER_BIN, 0.25),
                (found.hot[i], HOT_BIN, 0.8),
                (found.cold[i], COLD_BIN, 0.5),
            ):
                at = np.flatnonzero(state)
                axes.bar(at, height, width=0.86, bottom=row - height / 2, color=colour)
        axes.set_yticks(range(len(cells)), [_row_name(result, int(i)) for i in cells])
        axes.set_ylim(len(cells) - 0.5, -0.5)
        step = max(1, -(-bins // 8))
        ticks = np.arange(bins - 1, -1, -step)[::-1]
        axes.set_xticks(ticks, [_bin_start(result, int(t)) for t in ticks])
        axes.set_xlim(-0.6, bins - 0.4)
        axes.grid(visible=False)
        kinds = (("hotspot", HOT_BIN), ("coldspot", COLD_BIN), ("ingen af delene", OTHER_BIN))
        handles = [Patch(facecolor=colour, label=label) for label, colour in kinds]
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)

    return draw


def _bin_start(result: CellEmerging, t: int) -> str:
    day = to_date(result.first_day + t * result.bin_days)
    return f"{day.day}/{day.month}\n{day.year}"


def _place(result: CellEmerging, i: int) -> str:
    lon, lat = centres(result.cell[i : i + 1])
    return f"{danish.number(float(lat[0]), 4)}; {danish.number(float(lon[0]), 4)}"


def _row_name(result: CellEmerging, i: int) -> str:
    return f"{_code(int(result.found.pattern[i]), int(result.found.side[i]))} · {_place(result, i)}"


def _code(pattern: int, side: int) -> str:
    """The class as the map numbers it."""
    return f"{'' if side > 0 else 'K'}{pattern}"


def _table(result: CellEmerging, cells: NDArray[np.intp]) -> PageTable:
    found, bins = result.found, result.count.shape[1]
    columns = (
        "Cellens midte (bredde; længde)",
        "Mønster",
        "Hændelser",
        "Heraf i sidste periode",
        "Perioder som sådan",
        "Gi* z, sidste periode",
        "Udvikling",
    )
    rows = []
    for i in cells:
        pattern, side = int(found.pattern[i]), int(found.side[i])
        state = found.hot[i] if side > 0 else found.cold[i]
        rows.append(
            (
                _place(result, int(i)),
                f"{_code(pattern, side)} {class_name(pattern, side)}",
                danish.number(int(result.count[i].sum())),
                danish.number(int(result.count[i, -1])),
                f"{danish.number(int(state.sum()))} af {danish.number(bins)}",
                danish.number(float(found.z[i, -1]), 2),
                f"z = {danish.number(float(found.trend_z[i]), 2)}, {danish.p_equation(float(found.trend_p[i]))}",
            )
        )
    return PageTable(columns, rows, text_columns=frozenset({0, 1}))


def _sight(result: CellEmerging, parameters: EmergingParameters) -> str:
    expected = float(result.found.expected.max())
    total = float(result.count.sum())
    least = least_hot_count(total, expected / total, tests=result.count.size, level=parameters.level) if total else 0
    back = {0: "", 1: " og den før"}.get(parameters.bins_back, f" og de {parameters.bins_back} før")
    text = (
        f"En celle med sine naboer har i en periode{back} i gennemsnit {danish.number(expected, 1)} hændelser. "
        f"Står ét udsving alene, skal der mindst {danish.number(least)} til, før det kaldes et hotspot; er mange "
        "perioder høje, kan mindre være nok."
    )
    if expected < 1:
        text += " Så få hændelser siger intet om coldspots, og de vises ikke."
        text += " Større celler eller længere perioder ser mere."
    return text


def _method(parameters: EmergingParameters, resolution: int) -> list[tuple[str, str]]:
    classes = "; ".join(f"{int(p)} {name}: {MEANINGS[p]}" for p, name in NAMES.items())
    level, trend = danish.number(parameters.level, 2), danish.number(parameters.trend_level, 2)
    hot = (
        f"Cellen og dens naboer (H3, opløsning {resolution}) har flere hændelser, end en jævn fordeling over alle "
        "celler og perioder forklarer, både efter Gi* og efter en eksakt prøve, korrigeret for at alle celler og "
        f"perioder prøves (q ≤ {level})."
    )
    last = (
        "Disse mønstre hviler på den sidste periode og vises kun, hvor den holder for sig selv: chancen for blot ét "
        f"falsk på kortet er højst {level} (Holm)."
    )
    return [
        ("Mønstre", f"{classes}. K foran tallet: det samme for coldspots, hvor der er færre hændelser end ventet."),
        ("Hotspot i en periode", hot),
        ("Nyt, sammenhængende, sporadisk og skiftende", last),
        ("Udvikling", f"Mann-Kendalls prøve på Gi* over perioderne (p ≤ {trend}); positivt z er stigende."),
    ]
