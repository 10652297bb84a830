"""What the data routes answer, for the document of the interface: names and kinds of every field.

The answers are not made from these: prepared bytes leave as they are. The tests hold the two together.
"""

import datetime as dt
from datetime import date, datetime
from typing import Any, Literal, get_type_hints

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, create_model

from models.alert import Alert, AlertEvent, AlertSignal
from models.alert_life import Action, Status
from models.effort import EffortAction, EffortKind

Figures = dict[str, Any]
Answers = dict[int | str, dict[str, Any]]


def answers(status: int, model: Any) -> Answers:
    """What a route answers where all is well, for its document."""
    return {status: {"model": model}}


class GeoJSONResponse(JSONResponse):
    """GeoJSON (RFC 7946)."""

    media_type = "application/geo+json"


class AtomResponse(Response):
    """A feed (RFC 4287)."""

    media_type = "application/atom+xml"


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class Health(BaseModel):
    """Whether the service is there."""

    status: Literal["alive", "ready"]


class Run(BaseModel):
    """The run that speaks for a date."""

    id: int
    run_date: date
    as_of: datetime
    code_version: str
    input_digest: str
    created_at: datetime


class Feature(BaseModel):
    """A place with figures (RFC 7946)."""

    type: Literal["Feature"]
    id: str | int
    geometry: Figures | None
    properties: Figures


class FeatureCollection(BaseModel):
    """Places with figures (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[Feature]


class _OfRun(BaseModel):
    partnership: str
    date: dt.date
    as_of: datetime
    complete_until: dt.date
    synthetic: bool


class CellCollection(_OfRun):
    """The cells of a run; ``resolution`` is H3's."""

    type: Literal["FeatureCollection"]
    bbox: list[float]
    resolution: int
    window_days: int
    features: list[Feature]


class DayCells(BaseModel):
    """What the daily page shows of one date, in the page's own small numbers (`maps.cells`), with its texts."""

    date: dt.date
    settings: list[Any]
    limits: Figures
    ranked: list[int]
    cells: Figures
    clusters: list[Figures]
    texts: dict[str, Figures]


class PlanOfBeat(BaseModel):
    """One version of a beat's plan; a draft where nobody approved it."""

    id: int
    version: int
    made_for: Literal["run", "rules"]
    made_at: datetime
    approved_at: datetime | None
    approved_as: str | None
    newest: bool
    beat: str
    starts: datetime
    ends: datetime
    as_of: datetime
    run: str
    seed: int
    travel: Literal["walking", "cycling"]
    way_m: float
    slack_minutes: int
    stops: list[Figures]
    left_out: list[Figures]


class PlanList(BaseModel):
    """The plans of one shift, what was decided for it, and the zones of the law in force."""

    partnership: str
    date: dt.date
    shift: str
    plans: list[PlanOfBeat]
    feedback: Figures | None
    rules: list[Figures]
    zones: list[Figures]


class Comparisons(_OfRun):
    """Every comparison of the displacement table, and the clusters."""

    treated: str
    controls: list[str]
    after: dict[str, str]
    before: dict[str, str]
    earlier: list[dict[str, str]]
    comparisons: list[Figures]
    clusters: Figures


class TrendRow(BaseModel):
    """One series; a hidden one has null in every figure."""

    area: str
    category: str
    window_days: int
    before: float | None
    after: float | None
    ratio: Figures | None
    trend: str | None


class Trends(BaseModel):
    """The operational trends."""

    partnership: str
    windows: list[Figures]
    trends: list[TrendRow]


class MethodFigures(BaseModel):
    """One way to forecast; null where a number cannot be had."""

    method: str
    hit_rate: float | None
    lower: float | None
    upper: float | None
    pai: float | None
    pei: float | None
    level: float | None
    log_score: float | None


class ScoredView(BaseModel):
    """A view of the map; shift and category are null for all of them."""

    shift: str | None
    category: str | None
    incidents: float
    verdict: Literal["on", "off", "untested"]
    borrowed: bool
    instead: str
    methods: list[MethodFigures]


class Scorecard(BaseModel):
    """How good the map of the expected was, beside naive forecasts; no views where nothing could be tested."""

    partnership: str
    date: str
    first_day: str | None
    stop_day: str | None
    share: float
    views: list[ScoredView]


class Quality(_OfRun):
    """The quality of a run's data."""

    window_days: int
    minimum_count: int
    incidents: float | None
    freshness: dict[str, str | None]
    delays: dict[str, Figures | None]
    days: list[Figures]
    imports: list[Figures]
    rejects: list[Figures]
    geocoding: list[Figures]
    accuracy: list[Figures]
    dump_points: Figures
    duplicate_suspects: Figures
    edge_share: float | None
    outside_share: float | None
    areas: list[Figures]


def _fields(kind: type) -> dict[str, Any]:
    return {name: (hint, ...) for name, hint in get_type_hints(kind).items()}


_ALERT: dict[str, Any] = {
    "id": (int, ...),
    "text": (str, ...),
    "treated": (str, ...),
    **_fields(AlertSignal),
    "status": (Status, ...),
    "snoozed_until": (date | None, ...),
    "next": (list[Action], ...),
}
AlertData = create_model("AlertData", __doc__=Alert.__doc__, **_ALERT)
AlertEventData = create_model("AlertEventData", __doc__=AlertEvent.__doc__, **_fields(AlertEvent))
AlertDetail = create_model(
    "AlertDetail",
    __doc__="An alert with what stands beside it and its history.",
    **_ALERT,
    beside=(Figures | None, ...),
    power=(Figures | None, ...),
    clusters=(Figures, ...),
    history=(list[AlertEventData], ...),  # type: ignore[valid-type]
)
AlertList = create_model(
    "AlertList",
    __doc__="A page of alerts; ``next`` is where the next one is.",
    alerts=(list[AlertData], ...),  # type: ignore[valid-type]
    next=(str | None, ...),
)


class Power(BaseModel):
    """What the watch can find."""

    month: date
    treated: str
    threshold: float
    simulated: int
    minimum_within_days: int
    minimum_chance: float
    pairs: list[Figures]


class EffortData(BaseModel):
    """An effort as it was entered."""

    id: int
    text: str
    area: str
    kind: EffortKind
    start: date
    stop: date | None
    categories: list[str]
    withdrawn: bool
    entered_at: datetime
    entered_by: str


class EffortEventData(BaseModel):
    """One step of an effort's history."""

    at: datetime
    actor: str
    action: EffortAction
    stop: date | None


class EffortDetail(EffortData):
    """An effort with its result and its history."""

    result: Figures | None
    history: list[EffortEventData]


class EffortList(BaseModel):
    """A page of efforts; ``next`` is where the next one is."""

    efforts: list[EffortData]
    next: str | None
