"""What leaves as a file is what the page shows, figure by figure, with what was asked and the data's cut-off inside."""

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pyogrio
import pytest
from fastapi.testclient import TestClient

from data.store import Store
from maps import danish
from models.partnership import Partnership
from tests.demonstration import Loaded
from tests.viewers import client_of

ADDRESS = (
    "from=2026-08-10&to=2026-10-31&compare_from=2025-08-11&compare_to=2025-11-01&resolution=10"
    "&area=indre-noerrebro&area=sankt-hans-torv&basis=reported&weekday=4&weekday=5&weekday=6"
)
Rows = list[list[str]]


class Tables(HTMLParser):
    """The text of every row of every table with an id, small print left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Rows] = {}
        self._table = ""
        self._small = 0
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._table = dict(attrs).get("id") or ""
            self.found[self._table] = []
        elif tag == "tr":
            self.found[self._table].append([])
        elif tag in {"td", "th"}:
            self._cell = []
        self._small += tag == "small"

    def handle_endtag(self, tag: str) -> None:
        self._small -= tag == "small"
        if tag in {"td", "th"} and self._cell is not None:
            self.found[self._table][-1].append("".join(self._cell).strip())
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._small:
            self._cell.append(data)


@pytest.fixture(scope="module")
def client(demo: Loaded, partnership: Partnership) -> Iterator[TestClient]:
    with client_of(demo.store, partnership, follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(client: TestClient) -> dict[str, Rows]:
    answer = client.get(f"/explore?{ADDRESS}")
    assert answer.status_code == 200
    tables = Tables()
    tables.feed(answer.text)
    return {name: rows[1:] for name, rows in tables.found.items()}


@pytest.fixture(scope="module")
def as_csv(client: TestClient) -> dict[str, list[dict[str, str]]]:
    answer = client.get(f"/v1/explore.csv?{ADDRESS}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return sections(answer.content)


def sections(body: bytes) -> dict[str, list[dict[str, str]]]:
    """Each table of the file by its title; the parameters under an empty one."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
    parts: list[Rows] = [[]]
    for row in rows:
        if row:
            parts[-1].append(row)
        else:
            parts.append([])
    found = {"": [dict(zip(parts[0][0], row, strict=True)) for row in parts[0][1:]]}
    for (title,), head, *lines in parts[1:]:
        found[title] = [dict(zip(head, line, strict=True)) for line in lines]
    return found


def number(text: str) -> float:
    return float(text.replace(",", "."))


def shown(text: str) -> str:
    return danish.short_count(number(text)) if text else "–"


def test_cells_of_the_csv_are_those_of_the_page(page: dict[str, Rows], as_csv: Any) -> None:
    rows = [*page["cells"], *page["more-cells"]]
    assert len(rows) > 40
    assert [[r["Sted"], shown(r["Perioden"]), shown(r["Sammenlignet"])] for r in as_csv["Celler"]] == rows


def test_series_hours_and_comparison_too(page: dict[str, Rows], as_csv: Any) -> None:
    assert [[r["Uge"], shown(r["Perioden"]), shown(r["Sammenlignet"])] for r in as_csv["Tidsserier"]] == [
        [row[0], row[3], row[7]] for row in page["series"]
    ]
    assert [[r["Ugedag"], *map(shown, list(r.values())[1:])] for r in as_csv["Time og ugedag"]] == page["hours"]
    for told, row in zip(as_csv["Sammenligning"], page["comparison"], strict=True):
        assert [told["Navn"], shown(told["Før"]), shown(told["Perioden"]), told["Svar"]] == [*row[:3], row[7]]
        for name, text in (("Forhold", row[3]), ("p", row[5]), ("q", row[6])):
            if name == "Forhold":
                assert (danish.number(number(told[name]), 2) if told[name] else "–") == text
            else:
                assert (danish.p_value(number(told[name])) if told[name] else "–") == text
    assert [r["Klynge"] for r in as_csv["Klynger"]] == [
        row[0] for row in [*page.get("clusters", []), *page.get("more-clusters", [])]
    ]


def test_the_sums_agree(as_csv: Any) -> None:
    """Cells, weeks and hours count the same incidents."""
    cells = sum(number(r["Perioden"]) for r in as_csv["Celler"])
    weeks = sum(number(r["Perioden"]) for r in as_csv["Tidsserier"])
    hours = sum(number(r["I alt"]) for r in as_csv["Time og ugedag"])
    assert cells == pytest.approx(weeks, abs=1e-5) == pytest.approx(hours, abs=1e-5)
    assert cells > 80


def test_what_was_asked_and_the_cut_off_stand_first(as_csv: Any) -> None:
    told = {row["Parameter"]: row["Værdi"] for row in as_csv[""]}
    assert told["Periode"] == "10. august – 31. oktober 2026"
    assert told["Områder"] == "Indre Nørrebro, Skt. Hans Torv"
    assert told["Ugedage"] == "torsdag, fredag, lørdag"
    assert told["Adresse"] == f"/explore?{ADDRESS}"
    assert told["Data til og med import"].partition(" ")[0] in danish.WEEKDAYS
    assert told["Ufuldstændige dage fra"].endswith("2026")
    assert "SYNTETISKE DATA" in told["Bemærk"]


def test_a_spreadsheet_reads_numbers_as_numbers(client: TestClient, tmp_path: Path) -> None:
    """As a Danish spreadsheet would: semicolon and decimal comma. Kept and read again as a workbook."""
    text = client.get(f"/v1/explore.csv?{ADDRESS}").content.decode("utf-8-sig")
    part = text.split("\r\n\r\n")[1].split("\r\n", 1)[1]
    frame = pd.read_csv(io.StringIO(part), sep=";", decimal=",")
    assert frame["Perioden"].dtype.kind == frame["Sammenlignet"].dtype.kind in "fi"
    assert frame["Længde"].between(12, 13).all()
    frame.to_excel(tmp_path / "celler.xlsx", index=False)
    sheet = openpyxl.load_workbook(tmp_path / "celler.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet["D"][1:]] == frame["Perioden"].tolist()


def test_geopackage_opens_with_gdal(client: TestClient, as_csv: Any, tmp_path: Path) -> None:
    answer = client.get(f"/v1/explore.gpkg?{ADDRESS}")
    assert answer.headers["content-type"] == "application/geopackage+sqlite3"
    path = tmp_path / "a.gpkg"
    path.write_bytes(answer.content)
    assert {name for name, _ in pyogrio.list_layers(path)} == {
        "cells", "clusters", "series", "hours", "comparison", "parameters"
    }  # fmt: skip
    cells = pyogrio.read_dataframe(path, layer="cells")
    assert str(cells.crs) == "EPSG:4326"
    assert cells["count"].round(6).tolist() == [number(r["Perioden"]) for r in as_csv["Celler"]]
    assert cells["compared"].round(6).tolist() == [number(r["Sammenlignet"]) for r in as_csv["Celler"]]
    assert cells["cell"].tolist() == [r["Celle"] for r in as_csv["Celler"]]
    centre = cells.geometry.to_crs("EPSG:25832").centroid.to_crs("EPSG:4326")
    assert np.allclose(centre.x, [number(r["Længde"]) for r in as_csv["Celler"]], atol=1e-5)
    hours = pyogrio.read_dataframe(path, layer="hours", read_geometry=False)
    assert hours["total"].round(6).tolist() == [number(r["I alt"]) for r in as_csv["Time og ugedag"]]
    told = pyogrio.read_dataframe(path, layer="parameters", read_geometry=False)
    assert told["value"].tolist() == [r["Værdi"] for r in as_csv[""]]
    machine = json.loads(pyogrio.read_info(path, layer="cells")["dataset_metadata"]["trygkort"])
    assert machine["period"] == {"start": "2026-08-10", "stop": "2026-11-01"}
    assert machine["areas"] == ["indre-noerrebro", "sankt-hans-torv"]
    assert machine["imported_at"]
    assert machine["complete_until"] == "2026-10-30"
    assert machine["run"] == "2026-11-02"


def test_geoparquet_opens_with_geopandas(client: TestClient, as_csv: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(client.get(f"/v1/explore.parquet?{ADDRESS}").content)
    cells = geopandas.read_parquet(path)
    assert cells["count"].round(6).tolist() == [number(r["Perioden"]) for r in as_csv["Celler"]]
    assert cells.geometry.is_valid.all()
    told = json.loads(pq.read_schema(path).metadata[b"trygkort"])
    assert told["parameters"]["address"] == f"/explore?{ADDRESS}"
    series = told["tables"]["series"]
    at = series["columns"].index("count")
    assert [round(row[at], 6) for row in series["rows"]] == [number(r["Perioden"]) for r in as_csv["Tidsserier"]]


@pytest.mark.parametrize("form", ["csv", "gpkg", "parquet"])
def test_nothing_to_show_leaves_as_a_file_all_the_same(store: Store, partnership: Partnership, form: str) -> None:
    with client_of(store, partnership) as client:
        answer = client.get(f"/v1/explore.{form}?from=2026-01-01&to=2026-01-31")
    assert answer.status_code == 200
    assert len(answer.content) > 200


def test_an_export_is_logged_with_every_filter(client: TestClient, demo: Loaded) -> None:
    client.get(f"/v1/explore.csv?{ADDRESS}")
    client.get(f"/explore?{ADDRESS}")
    with psycopg.connect(demo.database) as connection:
        rows = connection.execute(
            "SELECT action, subject, purpose, recipient, outcome FROM audit WHERE subject LIKE '%explore%' "
            "ORDER BY id DESC LIMIT 2"
        ).fetchall()
    seen, left = rows
    assert left == ("export", f"indre-noerrebro/2026-10-31/explore.csv?{ADDRESS}", "analysis", "file", "released")
    assert seen[:2] == ("consultation", f"indre-noerrebro/2026-10-31/explore?{ADDRESS}")


def test_if_it_cannot_be_logged_nothing_leaves(store: Store, partnership: Partnership, database: str) -> None:
    with client_of(store, partnership) as client:
        with psycopg.connect(database) as connection:
            connection.execute("ALTER TABLE audit RENAME TO audit_gone")
        for path in ("/explore", "/v1/explore.csv"):
            assert client.get(f"{path}?from=2026-01-01&to=2026-01-31&{REST}").status_code == 503


REST = "compare_from=2025-01-01&compare_to=2025-01-31&resolution=10"
