"""What stands beside an alert and what the watch can find, from the gate to people and machines."""

from typing import Any

from api.gate import Gate, NoRunError
from data.alert_book import Evidence
from maps.alert_beside import beside_as_json
from maps.watch_power import power_as_json
from models.beside_record import StatedPower, stated_from
from models.watch_beside import AlertBeside
from models.watch_power import AlertPower
from models.watch_record import RecordError, beside_of, kind_of


def beside_alert(gate: Gate, number: int) -> tuple[AlertBeside | None, AlertPower | None]:
    """What an alert's last evidence says beside it; None where it is not what was kept, or older than that."""
    return _beside(gate.evidence(number, None))


def beside_json(gate: Gate, number: int) -> dict[str, Any]:
    evidence = gate.evidence(number, None)
    beside, power = _beside(evidence)
    return beside_as_json(beside, power, spread=beside is not None and kind_of(evidence.body) == "diffusion-of-benefit")


def _beside(evidence: Evidence) -> tuple[AlertBeside | None, AlertPower | None]:
    try:
        return beside_of(evidence.body) if evidence.whole else (None, None)
    except RecordError:
        return None, None


def power_now(gate: Gate) -> StatedPower | None:
    """What the watch can find at present; None before the first run that watched."""
    kept = gate.power()
    return None if kept is None else stated_from(kept)


def required_power(gate: Gate) -> StatedPower:
    """Raises `NoRunError` before the first run that watched."""
    stated = power_now(gate)
    if stated is None:
        raise NoRunError("there is no run yet in which the watch could judge; make one with: trygkort daily")
    return stated


def power_json(gate: Gate) -> dict[str, Any]:
    return power_as_json(required_power(gate), gate.partnership)
