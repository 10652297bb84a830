from datetime import date
from pathlib import Path

import openpyxl
import pytest

from data.indicator_file import IndicatorFileError, read_indicators
from data.intake.block import IntakeError
from data.point_file import PointFileError
from geo.errors import PlainError
from models.indicator import IndicatorValue
from models.partnership import Partnership

YEAR = (date(2025, 1, 1), date(2026, 1, 1))
WANTED = [
    IndicatorValue("tryghed", "indre-noerrebro", *YEAR, 70.5, 66, 74.25),
    IndicatorValue("uro", None, *YEAR, 4),
]


def read(path: Path, partnership: Partnership) -> list[IndicatorValue]:
    return read_indicators(path, partnership.indicators, partnership.areas)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_danish_file(tmp_path: Path, partnership: Partnership, encoding: str) -> None:
    path = tmp_path / "tal.csv"
    path.write_text(
        "Serie;Område;Fra;Til;Værdi;Nedre;Øvre\n"
        "tryghed;Indre Nørrebro;01-01-2025;31-12-2025;70,5 %;66;74,25\n"
        "uro;;01.01.2025;31.12.2025;Markant;;\n",
        encoding=encoding,
    )
    assert read(path, partnership) == WANTED


def test_an_english_file_and_a_workbook(tmp_path: Path, partnership: Partnership) -> None:
    path = tmp_path / "values.csv"
    path.write_text(
        "series,area,from,to,value,lower,upper\n"
        "tryghed,indre-noerrebro,2025-01-01,2025-12-31,70.5,66,74.25\nuro,,2025-01-01,2025-12-31,4,,\n"
    )
    assert read(path, partnership) == WANTED
    book = openpyxl.Workbook()
    book.active.append(["serie", "område", "fra", "til", "værdi", "nedre", "øvre"])
    book.active.append(["tryghed", "Indre Nørrebro", date(2025, 1, 1), date(2025, 12, 31), 70.5, 66, 74.25])
    book.active.append(["uro", None, date(2025, 1, 1), date(2025, 12, 31), "markant", None, None])
    book.save(tmp_path / "tal.xlsx")
    assert read(tmp_path / "tal.xlsx", partnership) == WANTED


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("serie;fra;til\nuro;2025-01-01;2025-12-31\n", "needs one column named value or værdi; it has serie, fra, til"),
        ("serie;fra;til;værdi\n", "has no rows"),
        ("serie;fra;til;værdi\ntrivsel;2025-01-01;2025-12-31;3\n", "line 2: there is no such indicator"),
        ("serie;fra;til;værdi\nuro;2025-01-01;2025-12-31;høj\n", "line 2: the value is not a number"),
        ("serie;fra;til;værdi\nuro;2025-01-01;2025-12-31;7\n", "line 2: a value of 'uro' must be one of minimal"),
        ("serie;fra;til;værdi\nuro;2025-31-01;2025-12-31;3\n", "line 2: column fra is"),
        ("serie;fra;til;værdi\nuro;2025-12-31;2025-01-01;3\n", "line 2: a value must be of 1 to"),
        ("serie;fra;til;værdi;nedre\ntryghed;2025-01-01;2025-12-31;3;2\n", "has one end of the interval"),
        ("serie;område;fra;til;værdi\nuro;Mars;2025-01-01;2025-12-31;3\n", "line 2: there is no such area"),
        (
            "serie;fra;til;værdi;Anmelder\nuro;2025-01-01;2025-12-31;3;Jens Hansen\n",
            r"columns that look like person data \(a person\); nothing was taken in",
        ),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    tmp_path: Path, partnership: Partnership, rows: str, sentence: str
) -> None:
    path = tmp_path / "tal.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises((IndicatorFileError, PointFileError, IntakeError), match=sentence) as raised:
        read(path, partnership)
    assert isinstance(raised.value, PlainError)
    assert "Hansen" not in str(raised.value)
