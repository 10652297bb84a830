"""The draft of the impact assessment: of what is there, with nothing left undescribed and nothing secret in it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.dpia import installation, retention_rows
from api.settings import Settings
from data.store import Store
from maps.assets import inlined
from maps.dpia import OFF, ON, UNSEEN, impact_assessment, measures, undescribed
from maps.dpia_text import ROLES, TABLES
from maps.plain_document import document_markdown, document_page
from models.installation import Installation, Source
from models.partnership import Partnership
from models.viewer import Role
from tests.api.conftest import Command

TODAY = date(2026, 11, 25)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, None, None, None, None)


@pytest.fixture
def at(store: Store, settings: Settings, partnership: Partnership) -> Installation:
    return installation(store, settings, partnership, today=TODAY)


def test_every_table_of_the_schema_is_described_and_nothing_else_is(at: Installation) -> None:
    assert undescribed(at) == []
    assert sorted(at.columns) == sorted(TABLES.keys() & at.columns.keys())
    assert len(at.columns) > 15


def test_a_table_that_nobody_described_is_an_open_question(at: Installation) -> None:
    text = document_markdown(impact_assessment(replace(at, columns={**at.columns, "person": ("id",)})))
    assert "Tabellen person er ikke beskrevet." in text


def test_every_role_is_a_recipient() -> None:
    assert set(ROLES) == set(Role)


def test_the_document_lists_every_field_there_is(at: Installation) -> None:
    text = document_markdown(impact_assessment(at))
    for columns in at.columns.values():
        assert ", ".join(columns) in text


def test_what_is_not_on_is_said_to_be_off_and_stands_among_the_open_questions(at: Installation) -> None:
    at = replace(at, columns={name: found for name, found in at.columns.items() if name != "account"}, retention=[])
    state = {name: found for name, found, _ in measures(at)}
    assert state["Login"] == OFF
    assert state["Kryptering på nettet (https)"] == OFF
    assert state["Database"] == ON
    text = document_markdown(impact_assessment(at))
    assert "Login: ikke slået til." in text
    assert "den, der kan logge på maskinen, ser alt" in text
    assert "Frister for sletning er ikke sat." in text
    assert "Webbeskeder til andre systemer er ikke slået til." in text
    assert "Baggrundskortet kommer fra tjenesten selv." in text


def test_what_is_on_is_taken_from_the_installation(at: Installation) -> None:
    full = replace(
        at,
        private_database=False,
        proxied=True,
        hosts=("trygkort.example",),
        login_host="login.example",
        webhook_host="alarms.example",
        basemap_host="kort.example",
        own_login=True,
        retention=[("Hændelser med punkt og tid", "90 dage")],
        sources=[Source("polsas", False, TODAY, 1234)],
        open_secrets=["TRYGKORT_DATABASE_URL_FILE"],
    )
    state = {name: found for name, found, _ in measures(full)}
    assert state["Login"] == ON
    assert state["Kryptering på nettet (https)"] == state["Database"] == UNSEEN
    assert state["Hemmeligheder i filer, som kun ejeren kan læse"] == OFF
    text = document_markdown(impact_assessment(full))
    for part in (
        "login.example",
        "alarms.example",
        "kort.example",
        "trygkort.example",
        "90 dage",
        "| polsas | Virkelige | 1.234 |",
    ):
        assert part in text
    assert "Frister for sletning er ikke sat." not in text


def test_retention_is_read_from_parameters_whatever_they_are_called() -> None:
    class Retention:
        def __init__(self) -> None:
            self.points_days, self.cells_months, self.area_years, self.other_days, self.on = 1, 36, 10, 7, True

    assert retention_rows(None) == []
    assert retention_rows(Retention()) == [
        ("Hændelser med punkt og tid", "1 dag"),
        ("Antal pr. celle", "36 måneder"),
        ("Antal pr. område", "10 år"),
        ("other", "7 dage"),
    ]


def test_page_and_markdown_say_the_same_and_escape(at: Installation) -> None:
    document = impact_assessment(replace(at, webhook_host="<b>|x"))
    page = document_page(document, partnership="P", synthetic=False, assets=inlined())
    assert "&lt;b&gt;|x" in page
    assert "<b>" not in page
    markdown = document_markdown(document)
    for chapter in document.chapters:
        assert f"## {chapter.heading}\n" in markdown
        assert f">{chapter.heading}</h2>" in page
    assert page.count('class="decide"') == markdown.count("> **Skal afgøres") > 10


def test_the_command_writes_a_page_or_markdown_and_logs_it(trygkort: Command, store: Store, tmp_path: Path) -> None:
    secrets = {"TRYGKORT_WEBHOOK_URL": "https://alarms.example/hunter2", "TRYGKORT_WEBHOOK_SECRET": "whsec_hunter3"}
    for name in ("d.html", "d.md"):
        done = trygkort("dpia", "export", "--out", name, **secrets)
        assert done.returncode == 0
        assert "hunter" not in (tmp_path / name).read_text(encoding="utf-8") + done.stdout + done.stderr
    refused = trygkort("dpia", "export", "--out", "d.docx")
    assert (refused.returncode, refused.stderr) == (2, "trygkort: --out is d.docx; its name must end in .html or .md\n")
