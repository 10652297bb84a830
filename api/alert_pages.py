"""The pages of the alerts, from the gate to HTML: the inbox, and one alert with what its evidence shows."""

from collections.abc import Sequence

from api.alert_beside import beside_alert, power_now
from api.crossings import crossing_support
from api.gate import Gate
from api.kept import kept
from api.page_links import ROUTES
from maps.alerts import alert_page, alerts_page
from maps.assets import linked
from models.alert import Alert, AlertSignal
from models.watch_record import RecordError, inputs_of
from models.watch_series import WatchSeries, watch_series
from models.within_record import inputs_within
from models.within_series import within_series


def inbox(gate: Gate, shown: Sequence[Alert], *, everything: bool) -> str:
    """The alerts ``shown``: those to look at, or with ``everything`` all there are."""
    return alerts_page(
        shown,
        gate.partnership,
        everything=everything,
        power=power_now(gate),
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def page(gate: Gate, number: int, *, refused: str) -> str:
    """One alert; ``refused`` says why a step could not be taken."""
    alert, history = gate.alert(number)
    beside, power = beside_alert(gate, number)
    return alert_page(
        alert,
        history,
        gate.partnership,
        series=_series(gate, alert),
        beside=beside,
        power=power,
        support=crossing_support(gate, alert.signal),
        refused=refused,
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def _series(gate: Gate, alert: Alert) -> WatchSeries | None:
    """Of the last evidence; None where it is not what it was, which `trygkort alerts verify` says."""
    evidence = gate.evidence(alert.id, None)
    return _series_of(evidence.body, alert.signal) if evidence.whole else None


@kept(64)
def _series_of(body: bytes, signal: AlertSignal) -> WatchSeries | None:
    try:
        if signal.moved_to == "neighbour":
            return watch_series(inputs_of(body), signal)
        return within_series(inputs_within(body), signal)
    except RecordError:
        return None
