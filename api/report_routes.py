"""Published reports over HTTP: the list, a report as a page, and on paper."""

from typing import Annotated

from fastapi import FastAPI, Path
from fastapi.responses import HTMLResponse, Response

from api.answers import Answers
from api.gate import Gate
from api.guard import GateOf
from api.interface import problems_of
from api.page_links import ROUTES
from data.report_book import PublishedReport
from maps import danish
from maps.assets import linked
from maps.language import _

Number = Annotated[int, Path(ge=0, le=2**62)]
NO_REPORT = problems_of(s404="There is no such report")
PAPER: Answers = {200: {"description": "The report on paper", "content": {"application/pdf": {}}}}


def install(app: FastAPI) -> None:
    """Add the routes to ``app``."""

    @app.get("/reports", response_class=HTMLResponse)
    def reports(gate: GateOf) -> str:
        from maps.report import report_title, reports_page  # noqa: PLC0415 - as with the page of releases

        rows = [
            {
                "href": f"/reports/{one.id}",
                "paper": f"/reports/{one.id}.pdf",
                "period": report_title(one.period),
                "published": danish.medium_date(one.published_at.astimezone(gate.partnership.calendar.timezone).date()),
                "releases": ", ".join(map(str, one.releases)),
                "note": _note(one),
            }
            for one in gate.reports()
        ]
        return reports_page(
            rows, partnership=gate.partnership.name, assets=linked(), synthetic=gate.synthetic(), links=ROUTES
        )

    # Before the page: a number has no dot.
    @app.get("/reports/{number}.pdf", response_class=Response, responses=PAPER | NO_REPORT)
    def paper(gate: GateOf, number: Number) -> Response:
        found, snapshot = gate.report(number)
        headers = {
            "Content-Disposition": f'attachment; filename="rapport-{found.period}-nr-{number}.pdf"',
            "Cache-Control": "private, no-cache",
        }
        return Response(snapshot.paper, media_type="application/pdf", headers=headers)

    @app.get("/reports/{number}", response_class=HTMLResponse, responses=NO_REPORT)
    def report(gate: GateOf, number: Number) -> str:
        return _page(gate, number)


def _page(gate: Gate, number: int) -> str:
    from maps.report import report_page, report_title  # noqa: PLC0415

    found, snapshot = gate.report(number)
    return report_page(
        snapshot.page.decode(),
        title=report_title(found.period),
        paper=f"/reports/{number}.pdf",
        note=_note(found),
        partnership=gate.partnership.name,
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def _note(one: PublishedReport) -> str:
    if one.replaced_by is not None:
        return _("Rettet ved rapport {number}.").format(number=one.replaced_by)
    return _("Retter rapport {number}.").format(number=one.replaces) if one.replaces is not None else ""
