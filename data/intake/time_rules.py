"""The rules of time that rows are accepted by, and how many rows of a file each one met.

What a rule refuses is a reject with its own reason. What a rule keeps is counted here, from finished blocks, so
that an import can say how much of a file rests on it. `docs/intake.md` states every rule.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.intake.block import IntakeBlock, Reason

TimeRule = Literal["no-end", "whole-day", "no-duration", "longer-than-a-week", "repeated-hour", "known-before-end"]
KEPT: Mapping[TimeRule, str] = {
    "no-end": "no end: happened at its start, counted wholly in the shift of the start",
    "whole-day": "a date without a clock and no end: spread evenly over the shifts of that day",
    "no-duration": "an end that is the start: counted wholly in the shift of the start",
    "longer-than-a-week": "spread evenly over every shift between start and end",
    "repeated-hour": "in the hour that the change to winter time repeats: its first pass is taken",
    "known-before-end": "reported before it ended: known from the report on",
}
REFUSED: tuple[Reason, ...] = tuple(reason for reason in get_args(Reason) if reason.startswith("time-"))
WEEK_S = 7 * 86_400
DAY_S = 86_400
LONGEST_REPEAT_S = 2 * 3_600


class TimeRuleCounts:
    """Counts the accepted rows of blocks that pass by, per rule; ``zone`` is the one their times were read in."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.counts: Counter[TimeRule] = Counter()

    def passing(self, blocks: Iterable[IntakeBlock]) -> Iterator[IntakeBlock]:
        """The same blocks, counted on the way."""
        for block in blocks:
            incidents = block.incidents
            from_s, to_s, known_s = incidents.from_s, incidents.to_s, incidents.known_s
            repeated = in_repeated_hour(from_s, self._zone) | in_repeated_hour(to_s, self._zone)
            found: Mapping[TimeRule, NDArray[np.bool_]] = {
                "no-end": block.without_end & (to_s == from_s),
                "whole-day": block.without_end & (to_s > from_s),
                "no-duration": ~block.without_end & (to_s == from_s),
                "longer-than-a-week": to_s - from_s > WEEK_S,
                "repeated-hour": repeated,
                "known-before-end": known_s < to_s,
            }
            self.counts.update({rule: int(rows.sum()) for rule, rows in found.items() if rows.any()})
            yield block


def in_repeated_hour(instant_s: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.bool_]:
    """Which instants (n, seconds since the epoch) show a local time of ``zone`` that comes again later."""
    days, position = np.unique(instant_s // DAY_S, return_inverse=True)
    # The hour before a change may lie in the UTC day before it.
    changes = np.array(
        [_offset(day * DAY_S, zone) != _offset((day + 1) * DAY_S + LONGEST_REPEAT_S, zone) for day in days.tolist()],
        dtype=np.bool_,
    )
    found = np.zeros(len(instant_s), dtype=np.bool_)
    for i in np.flatnonzero(changes[position]) if len(days) else ():
        local = datetime.fromtimestamp(int(instant_s[i]), zone)
        found[i] = local.fold == 0 and local.replace(fold=1).utcoffset() != local.utcoffset()
    return found


def _offset(instant_s: int, zone: ZoneInfo) -> object:
    return datetime.fromtimestamp(instant_s, UTC).astimezone(zone).utcoffset()
