"""Charts as images inside a page: matplotlib draws, the page carries the SVG, nothing is fetched.

The same figures give the same bytes: no date and no random identifiers are in the file. Text stays text, so that it
can be searched and the browser's fonts draw it.
"""

import base64
import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "trygkort",
    "font.family": "sans-serif",
    "font.sans-serif": ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8492a0",
    "axes.labelcolor": "#17212b",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e8ed",
    "xtick.color": "#4d5b69",
    "ytick.color": "#4d5b69",
    "text.color": "#17212b",
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def chart(draw: Callable[[Axes], None], *, alt: str, width_cm: float = 18.0, height_cm: float = 8.0) -> Markup:
    """An ``img`` element of what ``draw`` puts on the axes; ``alt`` says the same in words.

    No title on the axes: the page's heading is the title. Colours come from `maps.colours`, and whatever differs in
    colour must differ in shape or dash too.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width_cm / 2.54, height_cm / 2.54), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=0.05)
    data = base64.b64encode(drawn.getvalue()).decode()
    # Base64 and an escaped text: nothing in it can end the attribute.
    return Markup('<img class="chart" alt="{}" src="data:image/svg+xml;base64,{}">').format(escape(alt), data)
