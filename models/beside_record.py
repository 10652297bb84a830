"""What stands beside an alert, and what the watch can find, as plain values that read back as they were."""

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from models.watch_beside import AlertBeside, DataBeside, Difference, Rank, WddBeside, WdqBeside
from models.watch_power import AlertPower, DaysToAlert, MinimumDisplacement, WatchPower

WHOLE = "<u1"


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


def power_values(power: WatchPower) -> dict[str, Any]:
    packed = zlib.compress(power.day.astype(WHOLE).tobytes(), 9)
    return {
        "shape": list(power.day.shape),
        "day": base64.b64encode(packed).decode(),
        "treated": power.treated.tolist(),
    }


def power_from(values: Mapping[str, Any]) -> WatchPower:
    """What `power_values` gave these of."""
    day = np.frombuffer(zlib.decompress(base64.b64decode(values["day"])), dtype=WHOLE)
    return WatchPower(day.astype(np.int64).reshape(values["shape"]), np.array(values["treated"], dtype=np.float64))


def _wdd_from(values: Mapping[str, Any]) -> WddBeside:
    parts = {name: Difference(**values[name]) for name in ("treated", "neighbour", "total")}
    return WddBeside(**{**values, **parts})
