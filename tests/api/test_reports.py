import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pytest
from fastapi.testclient import TestClient

from api.gate import Gate, operator
from api.releasing import ReleaseRequest, make_release
from api.reporting import NoSourceError, ReportRequest, publish_report, report_period
from data.report_book import ReportStateError
from data.store import Store
from models.partnership import Partnership
from models.release_period import release_period
from models.viewer import Role
from tests.api.conftest import Command
from tests.demonstration import Loaded
from tests.incident_blocks import block_of, some_incidents
from tests.viewers import app_of, as_viewer, client_of

NOW = datetime(2026, 7, 20, 12, tzinfo=UTC)
MARCH = release_period("2026-03")


@pytest.fixture
def gate(store: Store, partnership: Partnership) -> Gate:
    blocks = [block_of(some_incidents(partnership, 3000))]
    store.import_blocks(partnership, blocks, source="s", profile_version=1, synthetic=True, actor="ana")
    return Gate(store, partnership, operator("ana"))


def release(gate: Gate, period: str, **changes: object) -> int:
    request = replace(ReleaseRequest(release_period(period)), **changes)
    return make_release(gate, request, now=NOW, addresses=()).id


@pytest.fixture
def client(gate: Gate) -> Iterator[TestClient]:
    with client_of(gate.store, gate.partnership, (Role.STEERING,), follow_redirects=False) as opened:
        yield opened


def test_a_report_is_published_and_keeps_its_snapshot(gate: Gate, client: TestClient) -> None:
    assert "Der er ingen rapporter endnu" in client.get("/reports").text
    first = release(gate, "2026-03")
    number = publish_report(gate, ReportRequest(MARCH))
    listed = client.get("/reports").text
    assert f'href="/reports/{number}"' in listed
    page, paper = client.get(f"/reports/{number}"), client.get(f"/reports/{number}.pdf")
    assert "Rapport for marts 2026" in page.text
    assert f"Bygger på udgivelse {first}" in page.text
    assert paper.headers["content-disposition"] == f'attachment; filename="rapport-2026-03-nr-{number}.pdf"'
    assert len(pypdfium2.PdfDocument(paper.content)) <= 4
    late = block_of(some_incidents(gate.partnership, 400, seed=2), names=[f"late {i}" for i in range(400)])
    gate.store.import_blocks(gate.partnership, [late], source="s", profile_version=1, synthetic=True, actor="ana")
    second = release(gate, "2026-03", replaces=first)
    with pytest.raises(ReportStateError, match=f"--replaces {number}"):
        publish_report(gate, ReportRequest(MARCH))
    corrected = publish_report(gate, ReportRequest(MARCH, replaces=number))
    assert f"Bygger på udgivelse {second}" in client.get(f"/reports/{corrected}").text
    assert client.get(f"/reports/{number}.pdf").content == paper.content
    assert f"Rettet ved rapport {corrected}." in client.get(f"/reports/{number}").text
    client.cookies.set("language", "en")
    english = client.get(f"/reports/{number}").text
    assert "Download as PDF" in english
    assert "Rapport for marts 2026" in english


def test_each_role_sees_what_is_for_it(gate: Gate) -> None:
    release(gate, "2026-03")
    mine = publish_report(gate, ReportRequest(MARCH))
    with pytest.raises(NoSourceError, match="nothing is released of 2026-03 for public; first: trygkort "):
        publish_report(gate, ReportRequest(MARCH, "public"))
    release(gate, "2026-04", audience="public")
    everybodys = publish_report(gate, ReportRequest(release_period("2026-04"), "public"))
    with TestClient(app_of(gate.store, gate.partnership)) as client:
        for role, statuses in {Role.STEERING: (200, 200), Role.GUEST: (404, 200), Role.AUDITOR: (403, 403)}.items():
            headers = as_viewer(gate.partnership.id, role)
            found = tuple(
                client.get(f"/reports/{number}", headers=headers).status_code for number in (mine, everybodys)
            )
            assert found == statuses, role
        assert client.get("/reports/99.pdf", headers=as_viewer(gate.partnership.id, Role.STEERING)).status_code == 404


def test_the_commands(trygkort: Command, gate: Gate, tmp_path: Path) -> None:
    refused = trygkort("report", "--period", "2026-03")
    assert (refused.returncode, refused.stderr) == (
        2, "trygkort: nothing is released of 2026-03 for partner; first: trygkort release make 2026-03\n"
    )  # fmt: skip
    release(gate, "2026-03")
    drafted = trygkort("report", "--period", "2026-03", "--out", "udkast")
    assert "it compares with nothing: 2025-03 is not released (trygkort release make 2025-03)" in drafted.stdout
    assert (tmp_path / "udkast" / "rapport-2026-03.pdf").read_bytes().startswith(b"%PDF")
    assert "<style>" in (tmp_path / "udkast" / "rapport-2026-03.html").read_text(encoding="utf-8")
    assert trygkort("report", "list").stdout == "no reports\n"
    assert trygkort("report", "--period", "2026-03", "--publish").stdout == "report 1 of 2026-03 is published\n"
    assert "    1  2026-03  partner" in trygkort("report", "list").stdout
    [row] = json.loads(trygkort("report", "list", "--json").stdout)
    assert (row["period"], row["replaced_by"]) == ("2026-03", None)
    assert json.loads(trygkort("report", "show", 1).stdout)["period"] == "2026-03"
    assert trygkort("report", "--period", "2026-13").returncode == 2
    assert trygkort("report").returncode == 2
    assert trygkort("report", "--period", "2026-03", "--audience", "press").returncode == 2


def test_half_years_are_written_as_people_write_them() -> None:
    assert str(report_period("2026H1")) == str(report_period("2026-H1")) == "2026-H1"
    assert str(report_period(" 2026 ")) == "2026"


def test_indicators_come_in_whole_or_not_at_all(
    trygkort: Command, store: Store, partnership: Partnership, tmp_path: Path
) -> None:
    file = tmp_path / "tal.csv"
    good = "serie;område;fra;til;værdi\ntryghed;Indre Nørrebro;01-01-2025;31-12-2025;70,5\n"
    file.write_text(good + "tryghed;Mars;01-01-2025;31-12-2025;70\n", encoding="utf-8")
    refused = trygkort("indicator", "import", file)
    assert (refused.returncode, refused.stderr.startswith("trygkort: tal.csv line 3: there is no such area")) == (
        2,
        True,
    )
    assert trygkort("indicator", "list").stdout == "no values\n"
    file.write_text(good, encoding="utf-8")
    assert trygkort("indicator", "import", file).stdout == "1 of 1 values are new\n"
    assert trygkort("indicator", "import", file).stdout == "0 of 1 values are new\n"
    assert "indre-noerrebro" in trygkort("indicator", "list").stdout
    [row] = json.loads(trygkort("indicator", "list", "--json").stdout)
    assert (row["value"], row["stop"]) == (70.5, "2026-01-01")


def test_the_demonstrations_report_names_nothing_that_did_not_happen(
    demo: Loaded, quiet_demo: Loaded, partnership: Partnership
) -> None:
    """Its last complete month is September, in which nothing changed: the market moved on the 29th."""
    for one in (demo, quiet_demo):
        gate = Gate(one.store, partnership)
        [about] = gate.reports()
        assert about.period == release_period("2026-09")
        body = json.loads(gate.report(about.id)[1].body)
        words = {figure["trend"] for row in body["rows"] for figure in row}
        assert words == {"ingen klar ændring", None}
        assert not any(neighbour["claims"] for neighbour in body["displacement"])
        assert len(body["goals"]) == 2
        assert date.fromisoformat(body["indicators"][0]["rows"][0]["values"][0]["stop"]) == date(2026, 1, 1)
