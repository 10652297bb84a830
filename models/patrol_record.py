"""A patrol plan as bytes to keep, and read back: JSON, the same bytes for the same plan."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, tzinfo
from typing import Any

from geo.errors import PlainError
from models.patrol_plan import LeftOut, PatrolPlan, PlanStop, StopEvidence


class PlanRecordError(PlainError, ValueError):
    """Bytes that are no plan."""


def plan_body(plan: PatrolPlan) -> bytes:
    """``plan`` as JSON, moments with their offsets."""
    return json.dumps(asdict(plan), default=_text, ensure_ascii=False, separators=(",", ":")).encode()


def plan_read(body: bytes, zone: tzinfo) -> PatrolPlan:
    """The plan that `plan_body` was given, its moments in ``zone``; raises `PlanRecordError`."""
    try:
        kept: dict[str, Any] = json.loads(body)
        moments = {name: _moment(kept[name], zone) for name in ("starts", "ends", "as_of")}
        return PatrolPlan(
            **{
                **kept,
                **moments,
                "date": date.fromisoformat(kept["date"]),
                "stops": tuple(_stop(one, zone) for one in kept["stops"]),
                "left_out": tuple(LeftOut(**one) for one in kept["left_out"]),
            }
        )
    except (ValueError, KeyError, TypeError) as error:
        raise PlanRecordError("these bytes are no plan") from error


def _stop(kept: Mapping[str, Any], zone: tzinfo) -> PlanStop:
    said = kept["evidence"]
    evidence = StopEvidence(**{**said, "categories": tuple(said["categories"]), "hours": tuple(said["hours"])})
    first, last = kept["best"]
    return PlanStop(
        **{
            **kept,
            "evidence": evidence,
            "best": (_moment(first, zone), _moment(last, zone)),
            "visits": tuple(_moment(at, zone) for at in kept["visits"]),
        }
    )


def _moment(text: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)


def _text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"a plan holds no {type(value).__name__}")
