"""The pages of the efforts, from the gate to HTML: the register, and one effort with what it is found to have done."""

from collections.abc import Mapping

from api.effort_results import evaluated
from api.efforts import today
from api.gate import Gate
from api.kept import kept
from api.page_links import ROUTES
from data.effort_book import EffortFilter
from maps.assets import linked
from maps.effort_charts import EffortCharts, effort_charts
from maps.effort_text import FAULT_TEXT
from maps.efforts import effort_page, efforts_page
from maps.language import Language, _, language
from models.effort import Fault
from models.effort_result import EffortResult

MOST_SHOWN = 500


def register(gate: Gate, entered: Mapping[str, str], *, refused: Fault | None) -> str:
    """The efforts with the form for another, as ``entered``; ``refused`` says why that could not be added."""
    return efforts_page(
        gate.efforts(EffortFilter(), limit=MOST_SHOWN),
        gate.partnership,
        today=today(gate),
        entered=entered,
        refused=_(FAULT_TEXT[refused]) if refused else "",
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def page(gate: Gate, number: int, *, refused: Fault | None) -> str:
    """One effort; ``refused`` says why a step could not be taken."""
    effort, history = gate.effort(number)
    result = evaluated(gate, effort)
    return effort_page(
        effort,
        history,
        result,
        None if result is None else _charts(result, language()),
        gate.partnership,
        today=today(gate),
        refused=_(FAULT_TEXT[refused]) if refused else "",
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


@kept(64)
def _charts(result: EffortResult, _spoken: Language) -> EffortCharts | None:
    return effort_charts(result)
