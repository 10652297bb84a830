"""The counts a run keeps for questions that come later: reported incidents per area, complete day and category."""

import json
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.aoristic import ONE_PPM

Floats = NDArray[np.float64]
WEIGHT = "<i8"
RUN_COUNTS = "area-counts.bin"  # the product of a run; no route hands it out


class RunCountsError(PlainError, ValueError):
    """Bytes that are no counts of a run."""


@dataclass(frozen=True, eq=False)
class RunCounts:
    """``counts`` (areas, days, categories) from ``first_day`` on, days since 1970-01-01; only complete days."""

    areas: tuple[str, ...]
    categories: tuple[str, ...]
    first_day: int
    counts: Floats

    @property
    def days(self) -> int:
        return int(self.counts.shape[1])


def packed(run: RunCounts) -> bytes:
    """The counts as bytes that read back as they were: whole parts per million of an incident."""
    head = {"areas": run.areas, "categories": run.categories, "first_day": run.first_day, "days": run.days}
    weights = np.round(run.counts * ONE_PPM).astype(WEIGHT)
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n" + zlib.compress(weights.tobytes(), 9)


def unpacked(body: bytes) -> RunCounts:
    """What `packed` was given; raises `RunCountsError`."""
    text, _, weights = body.partition(b"\n")
    try:
        head = json.loads(text)
        shape = len(head["areas"]), head["days"], len(head["categories"])
        counts = np.frombuffer(zlib.decompress(weights), dtype=WEIGHT).reshape(shape) / ONE_PPM
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise RunCountsError("these bytes are no counts of a run") from error
    return RunCounts(tuple(head["areas"]), tuple(head["categories"]), head["first_day"], counts)
