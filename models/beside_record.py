"""What stands beside an alert, and what the watch can find, as plain values that read back as they were."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models.alert import ALL
from models.watch_beside import AlertBeside, DataBeside, Difference, Rank, WddBeside, WdqBeside
from models.watch_power import AlertPower, DaysToAlert, MinimumDisplacement, WatchPower

BYTES = "<u1"  # no day is above 85


def beside_from(values: Mapping[str, Any]) -> AlertBeside:
    """From what `dataclasses.asdict` gave of it."""
    return AlertBeside(
        wdd=None if values["wdd"] is None else _wdd_from(values["wdd"]),
        wdq=WdqBeside(**values["wdq"]),
        **{name: Rank(**values[name]) for name in ("in_time", "as_treated", "as_neighbour")},
        data=DataBeside(**values["data"]),
    )


def alert_power_from(values: Mapping[str, Any]) -> AlertPower:
    """From what `dataclasses.asdict` gave of it."""
    minimum, days = values["minimum"], values["days"]
    return AlertPower(
        values["treated"],
        None if minimum is None else MinimumDisplacement(**minimum),
        None if days is None else DaysToAlert(**days),
    )


@dataclass(frozen=True, eq=False)
class StatedPower:
    """What the watch can find from the first day of ``month`` on: ``neighbours`` and ``categories`` are ids in the
    order of ``power``."""

    month: date
    neighbours: tuple[str, ...]
    categories: tuple[str, ...]
    threshold: float
    power: WatchPower

    @property
    def columns(self) -> tuple[str, ...]:
        """The categories judged, `models.alert.ALL` for all together where there are several."""
        return self.categories if len(self.categories) == 1 else (*self.categories, ALL)


def stated_as_text(stated: StatedPower) -> bytes:
    power = stated.power
    values = {
        "month": stated.month.isoformat(),
        "neighbours": stated.neighbours,
        "categories": stated.categories,
        "threshold": stated.threshold,
        "treated": power.treated.tolist(),
        "shape": power.day.shape,
        "day": base64.b64encode(zlib.compress(power.day.astype(BYTES).tobytes(), 9)).decode(),
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def stated_from(text: bytes) -> StatedPower:
    """What `stated_as_text` made this of."""
    held = json.loads(text)
    day = np.frombuffer(zlib.decompress(base64.b64decode(held["day"])), dtype=BYTES).astype(np.int64)
    return StatedPower(
        date.fromisoformat(held["month"]),
        tuple(held["neighbours"]),
        tuple(held["categories"]),
        held["threshold"],
        WatchPower(day.reshape(held["shape"]), np.array(held["treated"], dtype=np.float64)),
    )


def _wdd_from(values: Mapping[str, Any]) -> WddBeside:
    parts = {name: Difference(**values[name]) for name in ("treated", "neighbour", "total")}
    return WddBeside(**{**values, **parts})
