"""What a signal within the treated area rests on, as text that computes it again, bit for bit."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from models.alert import AlertSignal
from models.watch_record import LITTLE_ENDIAN, Recomputed, RecordError, compared, threshold_values
from models.watch_threshold import WatchThreshold
from models.within_day import WithinInputs, settled_within, within_signals
from models.within_parameters import WithinParameters


def record_within(inputs: WithinInputs, threshold: WatchThreshold, signal: AlertSignal, *, code: str) -> bytes:
    """The record of ``signal``; ``code`` is the version that computed it."""
    values = {
        "code": code,
        "within": _inputs(inputs),
        "threshold": threshold_values(threshold),
        "signal": _plain(asdict(signal)),
    }
    return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def is_within(body: bytes) -> bool:
    """Whether this is the record of a signal within the treated area."""
    try:
        return bool(_read(body))
    except RecordError:
        return False


def inputs_within(body: bytes) -> WithinInputs:
    """What the record's signal rests on; raises `RecordError` where it is no record of a signal within the area."""
    return _inputs_from(_read(body)["within"])


def recompute_within(body: bytes) -> Recomputed:
    """Compute threshold and signal of a record again; raises `RecordError` where it is none."""
    held = _read(body)
    inputs = _inputs_from(held["within"])
    threshold = settled_within(inputs)
    pair = held["signal"]["from_stratum"], held["signal"]["to_stratum"]
    signal = next((s for s in within_signals(inputs, threshold) if (s.from_stratum, s.to_stratum) == pair), None)
    found = {"threshold": threshold_values(threshold), "signal": _plain(asdict(signal)) if signal else None}
    return compared(held, found)


def _inputs(inputs: WithinInputs) -> dict[str, Any]:
    packed = zlib.compress(inputs.counts.astype(LITTLE_ENDIAN).tobytes(), 9)
    return {
        "kind": inputs.kind,
        "areas": list(inputs.areas),
        "strata": list(inputs.strata),
        "first_day": inputs.first_day,
        "shape": list(inputs.counts.shape),
        "counts": base64.b64encode(packed).decode(),
        "parameters": _plain(asdict(inputs.parameters)),
        "seed": inputs.seed,
    }


def _inputs_from(held: Mapping[str, Any]) -> WithinInputs:
    counts = np.frombuffer(zlib.decompress(base64.b64decode(held["counts"])), dtype=LITTLE_ENDIAN).astype(np.float64)
    parameters: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in held["parameters"].items()
    }
    return WithinInputs(
        held["kind"],
        tuple(held["areas"]),
        tuple(held["strata"]),
        held["first_day"],
        counts.reshape(held["shape"]),
        WithinParameters(**parameters),
        held["seed"],
    )


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        held = json.loads(body)
    except ValueError:
        held = None
    if not isinstance(held, dict) or not {"within", "threshold", "signal"} <= set(held):
        raise RecordError("this is no record of a signal within the treated area")
    return held


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }
