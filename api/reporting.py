"""Use case: a report of the steering group, from releases in force; published, it is kept for ever."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from api.gate import Gate
from data.release_book import Release
from data.report_book import ReportSnapshot
from geo.errors import PlainError
from maps.report import report_paper, report_part
from maps.report_pdf import report_pdf
from models.release_period import ReleasePeriod, release_period
from models.release_table import AUDIENCES, Audience
from models.report_body import CitedRelease, ReportSources, report_body


class NoSourceError(PlainError, LookupError):
    """A report of a period of which nothing is released."""


@dataclass(frozen=True)
class ReportRequest:
    """What is to be reported on, for whom; ``replaces`` is the report that a correction stands for."""

    period: ReleasePeriod
    audience: Audience = "partner"
    replaces: int | None = None


def report_sources(gate: Gate, request: ReportRequest) -> ReportSources:
    """What a report of the period is made of; raises `NoSourceError`."""
    tables = [one for one in gate.releases() if one.table == "areas" and one.in_force]
    now = _cited(tables, request.period, request.audience)
    if now is None:
        raise NoSourceError(
            f"nothing is released of {request.period} for {request.audience}; first: trygkort release make "
            f"{request.period}{'' if request.audience == 'partner' else ' --audience public'}"
        )
    years = {goal.baseline_year for goal in gate.partnership.goals}
    baselines = {year: _cited(tables, request.period.in_year(year), request.audience) for year in sorted(years)}
    return ReportSources(
        now=now,
        before=_cited(tables, request.period.year_before(), request.audience),
        baselines={year: found for year, found in baselines.items() if found is not None},
        values=gate.indicator_values(),
    )


def make_report(gate: Gate, request: ReportRequest) -> tuple[ReportSnapshot, ReportSources]:
    """The report as it would be published, and what it is made of; nothing is kept. Raises `NoSourceError`,
    `maps.report_pdf.PaperError`."""
    sources = report_sources(gate, request)
    body = report_body(sources, gate.partnership)
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    part = report_part(body)
    return ReportSnapshot(text, part.encode(), report_pdf(report_paper(body, part))), sources


def publish_report(gate: Gate, request: ReportRequest) -> int:
    """Make a report and keep it for ever; its number. Raises what `make_report` raises, and
    `data.report_book.ReportStateError`."""
    snapshot, sources = make_report(gate, request)
    return gate.publish_report(
        request.period, request.audience, snapshot, releases=sources.cited, replaces=request.replaces
    )


def report_period(text: str) -> ReleasePeriod:
    """A period as `models.release_period.release_period` reads it, or with its half-year as ``2026H1``."""
    plain = text.strip()
    return release_period(f"{plain[:4]}-{plain[4:]}" if plain[4:5] == "H" else plain)


def _cited(tables: Sequence[Release], period: ReleasePeriod, audience: Audience) -> CitedRelease | None:
    """The release of a period that ``audience`` may see: its own, else one for everybody."""
    for wanted in dict.fromkeys((audience, AUDIENCES[-1])):
        for one in tables:
            if one.period == period and one.audience == wanted:
                return CitedRelease(one.id, json.loads(one.body))
    return None
