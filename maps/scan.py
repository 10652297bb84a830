"""The page of a space-time scan in file mode: where there is more than usual just now, and how sure that is."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Circle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from geo.grid import Cells, outline
from geo.projection import project
from maps import danish
from maps.assets import Assets
from maps.chart import chart
from maps.colours import CLAIMED, SEQUENTIAL, TREATED, UNCHANGED
from maps.scan_geojson import centre_degrees
from maps.statistic_page import PageSection, PageTable, statistic_page
from models.calendar import to_date
from models.cell_scan import CellScan, Method
from models.scan_statistic import ScanCluster

SHOWN = 5  # clusters on the page
YEAR_DAYS = 365.25
HATCHES = ("", "////", "\\\\\\\\", "....", "xxxx")
COLUMNS = (
    "Nr.",
    "Dage",
    "Hændelser",
    "Ventet",
    "p",
    "Tilfældigt én gang pr.",
    "Midte (bredde, længde)",
    "Radius",
    "Celler",
)
QUESTION: dict[Method, str] = {
    "permutation": (
        "Permutationsscanning: er der flere hændelser i nogle celler de seneste dage, end cellernes eget niveau og "
        "dagenes samlede antal forklarer? Stiger hele området på én gang, er det ikke en klynge."
    ),
    "poisson": (
        "Poissonscanning: er der flere hændelser i nogle celler de seneste dage end cellernes eget niveau i hele "
        "perioden? En stigning, som hele området deler, tæller med, også når den skyldes ugedag eller årstid."
    ),
}


def scan_page(scan: CellScan, *, title: str, crs: str, resolution: int, level: float, assets: Assets) -> str:
    """The page of ``scan``; ``level`` is the p up to which a cluster counts as detected, ``crs`` that of its metres."""
    clusters = _shown(scan.result.clusters, level)
    sections = [PageSection("Kort", _map_text(clusters, level), _map(scan, clusters, crs, level))]
    if clusters:
        sections.append(PageSection("Klynger", "", None, _table(scan, clusters, level, crs)))
        sections += [
            PageSection(f"Klynge {number}: dag for dag", "", _days(scan, cluster))
            for number, cluster in enumerate(clusters, start=1)
        ]
    method = _method(scan, resolution, level)
    return statistic_page(
        title=f"Klynger: {title}", lead=_lead(scan, level), sections=sections, method=method, assets=assets
    )


def _shown(clusters: Sequence[ScanCluster], level: float) -> Sequence[ScanCluster]:
    """The detected clusters, or the strongest where none is: the others would only look like findings."""
    detected = [cluster for cluster in clusters if cluster.p <= level]
    return (detected or clusters[:1])[:SHOWN]


def recurrence(days: float) -> str:
    """``1 dag``, ``4,1 dage``, ``20 dage``, ``2,7 år``.

    >>> recurrence(1.004), recurrence(4.13), recurrence(1000)
    ('1 dag', '4,1 dage', '2,7 år')
    """
    if days >= YEAR_DAYS:
        return f"{danish.number(days / YEAR_DAYS, 1)} år"
    if days >= 10 or abs(days - round(days)) < 0.05:
        return f"{danish.number(days)} {'dag' if days < 1.5 else 'dage'}"
    return f"{danish.number(days, 1)} dage"


def _lead(scan: CellScan, level: float) -> str:
    incidents = danish.number(float(scan.count.sum()))
    period = danish.date_range(to_date(scan.first_day), to_date(scan.last_day))
    base = f"{incidents} hændelser, {period}"
    detected = [cluster for cluster in scan.result.clusters if cluster.p <= level]
    if not scan.result.clusters:
        return f"{base}. Ingen celler har flere hændelser end ventet de seneste dage."
    best = scan.result.clusters[0]
    figures = f"{best.observed} hændelser, hvor {danish.number(best.expected, 1)} ventes, på {_duration(best.duration)}"
    again = f"så stærk en klynge ses tilfældigt én gang pr. {recurrence(best.recurrence_days)} ved daglig scanning"
    if not detected:
        return f"{base}. Ingen påvist klynge; den stærkeste har {figures}: {again}."
    found = "1 påvist klynge" if len(detected) == 1 else f"{len(detected)} påviste klynger"
    return f"{base}. {found}; den stærkeste har {figures}: {again}."


def _duration(days: int) -> str:
    return "den seneste dag" if days == 1 else f"de seneste {days} dage"


def _table(scan: CellScan, clusters: Sequence[ScanCluster], level: float, crs: str) -> PageTable:
    rows = [_row(scan, number, cluster, crs) for number, cluster in enumerate(clusters, start=1)]
    marked = frozenset(i for i, cluster in enumerate(clusters) if cluster.p <= level)
    return PageTable(COLUMNS, rows, text_columns=frozenset({1, 6}), marked=marked)


def _row(scan: CellScan, number: int, cluster: ScanCluster, crs: str) -> tuple[str, ...]:
    lon, lat = centre_degrees(scan, cluster, crs)
    start, stop = scan.dates_of(cluster)
    return (
        str(number),
        danish.date_range(to_date(start), to_date(stop - 1)),
        str(cluster.observed),
        danish.number(cluster.expected, 1),
        danish.p_value(cluster.p),
        recurrence(cluster.recurrence_days),
        f"{danish.number(lat, 4)}, {danish.number(lon, 4)}",
        f"{danish.number(cluster.radius_m)} m",
        str(len(cluster.places)),
    )


def _map_text(clusters: Sequence[ScanCluster], level: float) -> str:
    if not clusters:
        return "Grå celler har haft hændelser i perioden. Nord er opad."
    return (
        "Grå celler har haft hændelser i perioden; nord er opad. Tallene er klyngernes numre i tabellen, og cirklen "
        f"går gennem midten af den fjerneste celle. Rød er påvist (p ≤ {danish.number(level, 2)}), gul ikke."
    )


def _map(scan: CellScan, clusters: Sequence[ScanCluster], crs: str, level: float) -> Markup:
    west, south = float(scan.x_m.min()), float(scan.y_m.min())
    busy = scan.cell[scan.count.sum(axis=1) > 0]
    wide, high = max(float(np.ptp(scan.x_m)), 1.0), max(float(np.ptp(scan.y_m)), 1.0)

    def draw(axes: Axes) -> None:
        axes.add_collection(
            PolyCollection(_shapes(busy, crs, west, south), facecolor=UNCHANGED, edgecolor="white", lw=0.4)
        )
        for number, cluster in enumerate(clusters, start=1):
            _draw_cluster(axes, scan, cluster, number=number, crs=crs, origin=(west, south), level=level)
        axes.autoscale_view()
        axes.set_aspect("equal")
        axes.set_axis_off()
        _draw_scale(axes, wide / 1000)

    alt = f"Kort over {len(busy)} celler med hændelser; " + "; ".join(
        f"klynge {number} i {len(cluster.places)} celler" for number, cluster in enumerate(clusters, start=1)
    )
    height = float(np.clip(14.0 * high / wide, 8.0, 18.0))
    return chart(draw, alt=alt, height_cm=height)


def _draw_cluster(
    axes: Axes,
    scan: CellScan,
    cluster: ScanCluster,
    *,
    number: int,
    crs: str,
    origin: tuple[float, float],
    level: float,
) -> None:
    colour = _colour(cluster, level)
    shapes = _shapes(scan.cell[cluster.places], crs, *origin)
    axes.add_collection(
        PolyCollection(shapes, facecolor=colour, edgecolor="white", lw=0.4, hatch=HATCHES[number - 1], alpha=0.85)
    )
    centre = int(cluster.places[0])
    x, y = (scan.x_m[centre] - origin[0]) / 1000, (scan.y_m[centre] - origin[1]) / 1000
    axes.add_patch(Circle((x, y), cluster.radius_m / 1000, fill=False, edgecolor=TREATED, lw=1.2))
    edge = cluster.radius_m / 1000 * np.sqrt(0.5)
    axes.annotate(
        str(number),
        (x + edge, y + edge),
        (9, 9),
        textcoords="offset points",
        ha="center",
        va="center",
        weight="bold",
        bbox={"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": TREATED},
    )


def _draw_scale(axes: Axes, wide_km: float) -> None:
    """A bar of a round length in the lower left corner, about a fifth of the map."""
    power = 10.0 ** np.floor(np.log10(max(wide_km / 5, 1e-3)))
    length = power * max(step for step in (1, 2, 5) if step * power <= max(wide_km / 5, 1e-3))
    (left, _), (bottom, _) = axes.get_xlim(), axes.get_ylim()
    axes.plot([left, left + length], [bottom, bottom], color=TREATED, lw=3, solid_capstyle="butt")
    name = f"{danish.number(length)} km" if length >= 1 else f"{danish.number(length * 1000)} m"
    axes.annotate(name, (left, bottom), (0, 5), textcoords="offset points")


def _colour(cluster: ScanCluster, level: float) -> str:
    return CLAIMED if cluster.p <= level else SEQUENTIAL[1]


def _shapes(cells: Cells, crs: str, west: float, south: float) -> list[NDArray[np.float64]]:
    """Outlines in km from the corner ``west``, ``south``, each (k, 2)."""
    rings = [np.array(outline(int(cell))[:-1]) for cell in cells]
    if not rings:
        return []
    lon, lat = np.concatenate(rings).T
    x, y = project(lon, lat, crs)
    ends = np.cumsum([len(ring) for ring in rings])[:-1]
    shapes: list[NDArray[np.float64]] = np.split(np.column_stack([x - west, y - south]) / 1000, ends)
    return shapes


def _days(scan: CellScan, cluster: ScanCluster) -> Markup:
    count = scan.count[cluster.places].sum(axis=0)
    expected = scan.expected[cluster.places].sum(axis=0)
    day = np.arange(len(count))
    recent = day >= len(count) - cluster.duration

    def draw(axes: Axes) -> None:
        axes.bar(day[~recent], count[~recent], color="#8492a0", width=0.8, label="Før klyngens dage")
        axes.bar(
            day[recent], count[recent], color=CLAIMED, hatch="////", edgecolor="white", lw=0, label="Klyngens dage"
        )
        axes.step(day, expected, where="mid", color=TREATED, lw=1.5, label="Ventet")
        axes.set_ylabel("Hændelser pr. dag")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(scan.first_day + round(value))))
        axes.set_xlim(-0.6, len(count) - 0.4)
        axes.legend(loc="upper left")

    alt = f"Hændelser pr. dag i klyngens celler: {cluster.observed} i klyngens dage, {cluster.expected:.1f} ventet"
    return chart(draw, alt=alt, height_cm=6.0)


def _tick(day: int) -> str:
    moment = to_date(day)
    return f"{moment.day}/{moment.month}"


def _method(scan: CellScan, resolution: int, level: float) -> list[tuple[str, str]]:
    replicates = len(scan.result.replicate_maxima)
    return [
        ("Spørgsmålet", QUESTION[scan.method]),
        (
            "Klynge",
            (
                f"En celle (H3, opløsning {resolution}) og dens nærmeste celler med højst halvdelen af hændelserne, "
                f"i de seneste dage frem til {danish.medium_date(to_date(scan.last_day))}. Alle størrelser og "
                "varigheder prøves; den mest usandsynlige vises først. Ingen celle er med i to klynger."
            ),
        ),
        (
            "p",
            (
                f"Andelen af {danish.number(replicates + 1)} datasæt, de virkelige medregnet, hvis stærkeste klynge er "
                "mindst lige så stærk. Der er dermed taget højde for, at mange steder og tidsrum prøves. "
                f"Påvist: p ≤ {danish.number(level, 2)}."
            ),
        ),
        (
            "Tilfældigt én gang pr.",
            (
                "1/p dage: så ofte ses en klynge så stærk som denne ved et tilfælde, når der scannes hver dag. Skal "
                "daglig brug højst give én falsk klynge om året, skal der stå mindst 1 år. Den samme klynge ses ofte "
                "flere dage i træk; det er ét fund, ikke flere."
            ),
        ),
        ("Ventet", "Antallet af hændelser i klyngens celler og dage, hvis dagene ikke var usædvanlige."),
    ]
