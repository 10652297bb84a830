"""What a signal of the displacement watch rests on, as text that computes it again, bit for bit.

Counts are kept as the bytes of their numbers, everything else as numbers that read back as they were.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from geo.errors import PlainError
from models.alert import AlertSignal
from models.watch_day import WatchInputs, settled_threshold, signals_of
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_threshold import WatchThreshold

LITTLE_ENDIAN = "<f8"


class RecordError(PlainError, ValueError):
    """A text that is no record of a signal."""


@dataclass(frozen=True)
class Recomputed:
    """``differing`` names what came out differently; nothing does where the record holds."""

    differing: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.differing


def record(inputs: WatchInputs, threshold: WatchThreshold, signal: AlertSignal, *, code: str) -> bytes:
    """The record of ``signal``; ``code`` is the version that computed it."""
    return _text(
        {
            "code": code,
            "inputs": _inputs(inputs),
            "threshold": threshold_values(threshold),
            "signal": _plain(asdict(signal)),
        }
    )


def inputs_of(body: bytes) -> WatchInputs:
    """What the record's signal rests on; raises `RecordError` where it is no record."""
    return _inputs_from(_read(body)["inputs"])


def recompute(body: bytes) -> Recomputed:
    """Compute threshold and signal of a record again; raises `RecordError` where it is none."""
    held = _read(body)
    inputs = _inputs_from(held["inputs"])
    threshold = settled_threshold(inputs)
    key = held["signal"]["neighbour"], held["signal"]["category"]
    signal = next((s for s in signals_of(inputs, threshold) if (s.neighbour, s.category) == key), None)
    found = {"threshold": threshold_values(threshold), "signal": _plain(asdict(signal)) if signal else None}
    return Recomputed(tuple(name for name, value in found.items() if value != held[name]))


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


def _inputs(inputs: WatchInputs) -> dict[str, Any]:
    packed = zlib.compress(inputs.counts.astype(LITTLE_ENDIAN).tobytes(), 9)
    return {
        "areas": list(inputs.areas),
        "neighbours": inputs.neighbours,
        "categories": list(inputs.categories),
        "first_day": inputs.first_day,
        "shape": list(inputs.counts.shape),
        "counts": base64.b64encode(packed).decode(),
        "watch": _plain(asdict(inputs.watch)),
        "parameters": _plain(asdict(inputs.threshold)),
        "seed": inputs.seed,
    }


def _inputs_from(held: Mapping[str, Any]) -> WatchInputs:
    packed = base64.b64decode(held["counts"])
    counts = np.frombuffer(zlib.decompress(packed), dtype=LITTLE_ENDIAN).astype(np.float64)
    watch: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in held["watch"].items()
    }
    return WatchInputs(
        tuple(held["areas"]),
        held["neighbours"],
        tuple(held["categories"]),
        held["first_day"],
        counts.reshape(held["shape"]),
        WatchParameters(**watch),
        ThresholdParameters(**held["parameters"]),
        held["seed"],
    )


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
