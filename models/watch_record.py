"""What a signal of the displacement watch rests on, as text that computes it again, bit for bit.

Counts are kept as the bytes of their numbers, everything else as numbers that read back as they were.
"""

import base64
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.alert import AlertSignal, Kind
from models.beside_record import alert_power_from, beside_from
from models.diffusion_day import DiffusionInputs, diffusion_signals, settled_diffusion
from models.diffusion_parameters import DiffusionParameters
from models.watch_beside import AlertBeside, watch_beside
from models.watch_day import WatchData, WatchInputs, settled_power, settled_threshold, signals_of
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_power import AlertPower, WatchPower
from models.watch_threshold import WatchThreshold

Floats = NDArray[np.float64]

LITTLE_ENDIAN = "<f8"
OF_DIFFUSION = {field.name for field in fields(DiffusionParameters)} - {field.name for field in fields(WatchParameters)}


class RecordError(PlainError, ValueError):
    """A text that is no record of a signal."""


@dataclass(frozen=True)
class Recomputed:
    """``differing`` names what came out differently; nothing does where the record holds. ``code`` computed it."""

    differing: tuple[str, ...]
    code: str

    @property
    def same(self) -> bool:
        return not self.differing


def record(
    inputs: WatchInputs,
    threshold: WatchThreshold,
    signal: AlertSignal,
    *,
    code: str,
    beside: AlertBeside | None = None,
    power: AlertPower | None = None,
) -> bytes:
    """The record of ``signal``, with what stands beside it; ``code`` is the version that computed it."""
    more = {"beside": beside, "power": power}
    return _text(
        {
            "code": code,
            "inputs": _inputs(inputs),
            "threshold": threshold_values(threshold),
            "signal": _plain(asdict(signal)),
            **{name: asdict(value) for name, value in more.items() if value is not None},
        }
    )


def inputs_of(body: bytes) -> WatchInputs:
    """What the record's signal rests on; raises `RecordError` where it is no record."""
    return _inputs_from(_read(body)["inputs"])


def beside_of(body: bytes) -> tuple[AlertBeside | None, AlertPower | None]:
    """What a record says beside its signal, None where it was made before that was kept; raises `RecordError`."""
    held = _read(body)
    return (
        beside_from(held["beside"]) if "beside" in held else None,
        alert_power_from(held["power"]) if "power" in held else None,
    )


def kind_of(body: bytes) -> Kind:
    """The class of the record's signal; raises `RecordError` where it is no record."""
    kind: Kind = _read(body)["signal"]["kind"]
    return kind


def recompute(body: bytes) -> Recomputed:
    """Compute threshold and signal of a record again, and what it says beside it; raises `RecordError` where it is
    none."""
    held = _read(body)
    inputs = _inputs_from(held["inputs"])
    threshold, signals = _judged(inputs)
    key = held["signal"]["neighbour"], held["signal"]["category"]
    signal = next((s for s in signals if (s.neighbour, s.category) == key), None)
    found: dict[str, Any] = {"threshold": threshold_values(threshold), "signal": None}
    if signal is not None:
        found["signal"] = _plain(asdict(signal))
        found |= {name: asdict(of(inputs, threshold, signal)) for name, of in BESIDE.items() if name in held}
    return compared(held, found)


def _judged(inputs: WatchInputs) -> tuple[WatchThreshold, list[AlertSignal]]:
    if isinstance(inputs, DiffusionInputs):
        threshold = settled_diffusion(inputs)
        return threshold, diffusion_signals(inputs, threshold)
    threshold = settled_threshold(inputs)
    return threshold, signals_of(inputs, threshold)


def alert_power(
    inputs: WatchInputs, threshold: WatchThreshold, signal: AlertSignal, power: WatchPower | None = None
) -> AlertPower:
    """What the watch can find of the alert's kind; ``power`` where it is known."""
    neighbour, column = inputs.position_of(signal)
    known = settled_power(inputs, threshold, columns=[column]) if power is None else power
    fall = 1 - signal.treated_observed / signal.treated_expected if signal.treated_expected > 0 else 0.0
    return known.of_alert(neighbour, column, fall=fall, share=signal.share)


def _beside(inputs: WatchInputs, _: WatchThreshold, signal: AlertSignal) -> AlertBeside:
    return watch_beside(inputs, signal)


BESIDE: Mapping[str, Callable[[WatchInputs, WatchThreshold, AlertSignal], AlertBeside | AlertPower]] = {
    "beside": _beside,
    "power": alert_power,
}


def compared(held: Mapping[str, Any], found: Mapping[str, Any]) -> Recomputed:
    """What a record holds beside what was found again."""
    return Recomputed(tuple(name for name, value in found.items() if value != held[name]), str(held.get("code", "")))


def threshold_values(threshold: WatchThreshold) -> dict[str, Any]:
    """A threshold and what was simulated for it, as plain values."""
    return {
        "threshold": threshold.threshold,
        "years": threshold.years,
        "levels": threshold.levels.tolist(),
        "starts": threshold.starts.tolist(),
        "days_above": threshold.days_above.tolist(),
    }


def threshold_from(values: Mapping[str, Any]) -> WatchThreshold:
    """The threshold that `threshold_values` gave these of."""
    return WatchThreshold(
        values["threshold"],
        values["years"],
        np.array(values["levels"], dtype=np.float64),
        np.array(values["starts"], dtype=np.int64),
        np.array(values["days_above"], dtype=np.int64),
    )


def _packed(counts: Floats) -> str:
    return base64.b64encode(zlib.compress(counts.astype(LITTLE_ENDIAN).tobytes(), 9)).decode()


def _unpacked(text: str, shape: Sequence[int]) -> Floats:
    counts = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=LITTLE_ENDIAN)
    return counts.astype(np.float64).reshape(shape)


def _inputs(inputs: WatchInputs) -> dict[str, Any]:
    data = inputs.data
    kept = {
        "areas": list(inputs.areas),
        "neighbours": inputs.neighbours,
        "categories": list(inputs.categories),
        "first_day": inputs.first_day,
        "shape": list(inputs.counts.shape),
        "counts": _packed(inputs.counts),
        "watch": _plain(asdict(inputs.watch)),
        "parameters": _plain(asdict(inputs.threshold)),
        "seed": inputs.seed,
    }
    if data is None:
        return kept
    return {
        **kept,
        "data": {"complete": data.complete, "shape": list(data.edge.shape), "edge": _packed(data.edge)},
    }


def _inputs_from(held: Mapping[str, Any]) -> WatchInputs:
    """Those of a signal of good effects that spread are known by the settings that only its watch has."""
    data = held.get("data")
    watch: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in held["watch"].items()
    }
    inputs = WatchInputs(
        tuple(held["areas"]),
        held["neighbours"],
        tuple(held["categories"]),
        held["first_day"],
        _unpacked(held["counts"], held["shape"]),
        WatchParameters(**{name: watch[name] for name in watch if name not in OF_DIFFUSION}),
        ThresholdParameters(**held["parameters"]),
        held["seed"],
        data=data and WatchData(data["complete"], _unpacked(data["edge"], data["shape"])),
    )
    return DiffusionInputs.of(inputs, DiffusionParameters(**watch)) if set(watch) >= OF_DIFFUSION else inputs


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        held = json.loads(body)
    except ValueError:
        held = None
    if not isinstance(held, dict) or not {"inputs", "threshold", "signal"} <= set(held):
        raise RecordError("this is no record of a signal")
    return held


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def _text(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
