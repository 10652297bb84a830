"""Files that cannot be used as a whole: each is refused with one plain sentence."""

import bz2
import gzip
import lzma
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.intake.block import IntakeError
from data.intake.personal_columns import dropped_columns
from data.intake.profile import parse_profile
from data.intake.reading import open_incidents
from geo.gazetteer import build_gazetteer
from tests.data.intake.conftest import settings
from tests.data.intake.packed_files import parquet_of, workbook_of, zip_of

GOOD = "0100-1;01-06-2024 10:00;01-06-2024 12:00;02-06-2024 09:00;Vold;12.55787;55.68650"
HEADER = "sagsnr;fra;til;anmeldt;kategori;laengde;bredde"
CATEGORIES = "the partnership has hash, vold, roeveri, indbrud, tyveri, haervaerk, uro"
CLOSED_LIST = "map a column with a closed list of values"
DAMAGED = "'sager.csv' is damaged: its compressed content ends early or does not add up"
PLACED = "0100-1;01-06-2024 10:00;;;Vold;"


def file_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


REFUSED: dict[str, tuple[str | bytes, dict[str, Any], str]] = {
    "missing column": (
        file_of(GOOD, header=HEADER.replace("laengde", "længde")),
        {},
        "'sager.csv' has no column 'laengde' for lon; the nearest is 'længde'",
    ),
    "missing column, other case": (
        file_of(GOOD, header=HEADER.upper()),
        {},
        "'sager.csv' has no column 'sagsnr' for key; the nearest is 'SAGSNR'",
    ),
    "missing column, none near": (
        file_of(GOOD, header=HEADER.replace("sagsnr", "q")),
        {},
        f"'sager.csv' has no column 'sagsnr' for key; it has 'q', {', '.join(map(repr, HEADER.split(';')[1:]))}",
    ),
    "no header at all": (
        file_of(GOOD, header="Jens Hansen;0101701234;01-06-2024 10:00;Vold;1;2;3"),
        {},
        "'sager.csv' has no column 'sagsnr' for key; its first line looks like data, not like column names",
    ),
    "column twice": (
        file_of(GOOD + ";x", header=HEADER + ";fra"),
        {},
        "column 'fra' stands 2 times in the header of 'sager.csv'",
    ),
    "empty": (b"", {}, "'sager.csv' is empty"),
    "only blank lines": (b"\r\n \r\n\r\n", {}, "'sager.csv' is empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", {}, "'sager.csv' is empty"),
    "header only": (HEADER + "\n", {}, "'sager.csv' has a header but no rows"),
    "header and blank lines": (HEADER + "\n\n;;;;;;\n", {}, "'sager.csv' has a header but no rows"),
    "no row fits the header": (
        file_of(GOOD + ";1;2", GOOD + ";1;2"),
        {},
        "no row of 'sager.csv' can be read; in line 2, the row has 9 fields, the header 7",
    ),
    "decimal comma in a file of commas": (
        file_of(GOOD.replace(".", ",").replace(";", ","), header=HEADER.replace(";", ",")),
        {},
        "no row of 'sager.csv' can be read; in line 2, the row has 9 fields, the header 7",
    ),
    "another delimiter than the profile's": (
        file_of(GOOD),
        {"file": {"delimiter": ","}},
        "'sager.csv' is delimited by ';', not ',' as the profile says",
    ),
    "cp1252 where the profile says UTF-8": (
        file_of(GOOD, GOOD.replace("Vold", "Hærværk")).encode("cp1252"),
        {"file": {"encoding": "utf-8"}},
        "line 3 of 'sager.csv' is not UTF-8 as the profile says; a file from Windows is often encoding = \"cp1252\"",
    ),
    "UTF-8 where the profile says cp1252": (
        file_of(GOOD.replace("Vold", "Hærværk")),
        {"file": {"encoding": "cp1252"}},
        "'sager.csv' is UTF-8, not cp1252 as the profile says",
    ),
    "UTF-8 with a broken letter": (
        file_of(GOOD.replace("Vold", "Hærværk"), GOOD).encode() + b"0100-2;\xc3",
        {},
        "line 4 of 'sager.csv' is not UTF-8 although the lines before it are",
    ),
    "neither UTF-8 nor cp1252": (
        file_of(GOOD).encode() + b"0100\x81;",
        {},
        "line 3 of 'sager.csv' is neither UTF-8 nor Windows-1252; set 'encoding' in [file] of the profile",
    ),
    "not ASCII as stated": (
        file_of(GOOD.replace("Vold", "Hærværk")),
        {"file": {"encoding": "ascii"}},
        "line 2 of 'sager.csv' is not ascii as the profile says",
    ),
    "UTF-16": (file_of(GOOD).encode("utf-16"), {}, "'sager.csv' is UTF-16; save it as CSV UTF-8"),
    "UTF-16 without a mark": (
        file_of(GOOD).encode("utf-16-le"),
        {},
        "'sager.csv' is not text: it starts with NUL bytes; save it as CSV UTF-8",
    ),
    "an Excel workbook": (
        b"PK\x03\x04\x14\0\6\0",
        {},
        "'sager.csv' is a damaged workbook or zip file",
    ),
    "an old Excel workbook": (
        b"\xd0\xcf\x11\xe0\xa1",
        {},
        "'sager.csv' is an old or password-protected Excel workbook; save it as .xlsx without a password",
    ),
    "a cut gzip": (gzip.compress(file_of(GOOD).encode())[:-20], {}, DAMAGED),
    "a gzip that does not add up": (gzip.compress(file_of(GOOD).encode())[:-8] + bytes(8), {}, DAMAGED),
    "only the start of a gzip": (b"\x1f\x8b\x08\0", {}, DAMAGED),
    "a cut bzip2": (bz2.compress(file_of(GOOD).encode())[:-5], {}, DAMAGED),
    "a cut xz": (lzma.compress(file_of(GOOD).encode())[:-5], {}, DAMAGED),
    "a cut zstandard": (bytes(pa.compress(file_of(GOOD).encode(), "zstd"))[:-5], {}, DAMAGED),
    "packed twice": (
        gzip.compress(gzip.compress(file_of(GOOD).encode())),
        {},
        "'sager.csv' is packed twice; unpack it first",
    ),
    "an empty file, packed": (gzip.compress(b""), {}, "'sager.csv' is empty"),
    "a zip file of two": (
        zip_of(a=file_of(GOOD), b=file_of(GOOD)),
        {},
        "'sager.csv' is a zip file of 2 files; one with a single table is needed",
    ),
    "an empty zip file": (
        zip_of(),
        {},
        "'sager.csv' is a zip file of 0 files; one with a single table is needed",
    ),
    "a cut zip file": (zip_of(a=file_of(GOOD))[:-10], {}, "'sager.csv' is a damaged workbook or zip file"),
    "a 7-Zip archive": (b"7z\xbc\xaf\x27\x1c\0\4", {}, "'sager.csv' is a 7-Zip archive; unpack it first"),
    "a RAR archive": (b"Rar!\x1a\7", {}, "'sager.csv' is a RAR archive; unpack it first"),
    "a cut Parquet file": (parquet_of(GOOD)[:-4], {}, "'sager.csv' is a damaged Parquet file"),
    "a Parquet file without the column": (
        parquet_of(GOOD, header=HEADER.replace("laengde", "længde")),
        {},
        "'sager.csv' has no column 'laengde' for lon; the nearest is 'længde'",
    ),
    "FlatGeobuf": (b"fgb\x03fgb\0", {}, "'sager.csv' is a FlatGeobuf file; save it as GeoPackage"),
    "a Parquet file without rows": (parquet_of(), {}, "'sager.csv' has a header but no rows"),
    "a Parquet file with a list": (
        parquet_of(GOOD, kategori=pa.array([["Vold"]])),
        {},
        "column 'kategori' holds list<element: string>, not texts, numbers or times",
    ),
    "JSON that is no GeoJSON": (
        '{"incidents": []}',
        {},
        "'sager.csv' cannot be read as GeoJSON or GeoPackage",
    ),
    "a cut GeoJSON": (
        '{"type": "FeatureCollection", "features": [{"type": "Feature"',
        {},
        "'sager.csv' cannot be read as GeoJSON or GeoPackage",
    ),
    "a database that is no GeoPackage": (
        b"SQLite format 3\0" + bytes(100),
        {},
        "'sager.csv' cannot be read as GeoJSON or GeoPackage",
    ),
    "an empty workbook": (workbook_of({"Ark1": []}), {}, "'sager.csv' is empty"),
    "a workbook without the column": (
        workbook_of({"Ark1": [HEADER.replace("laengde", "Længde").split(";"), GOOD.split(";")]}),
        {},
        "'sager.csv' has no column 'laengde' for lon; the nearest is 'Længde'",
    ),
    "a workbook with a header only": (
        workbook_of({"Ark1": [HEADER.split(";")]}),
        {},
        "'sager.csv' has a header but no rows",
    ),
    "a workbook without the sheet": (
        workbook_of({"Ark1": [HEADER.split(";")], "Ark2": [["a"]]}),
        {"file": {"table": "Juni"}},
        "'sager.csv' has no sheet 'Juni' as the profile says; it has 'Ark1', 'Ark2'",
    ),
    "a workbook whose sheet is empty": (
        workbook_of({"Ark1": [HEADER.split(";")], "Juni": []}),
        {"file": {"table": "Juni"}},
        "sheet 'Juni' of 'sager.csv' is empty",
    ),
    "a workbook with two such sheets": (
        workbook_of({"Maj": [HEADER.split(";")], "Juni": [HEADER.split(";")]}),
        {},
        "more than one sheet of 'sager.csv' could be meant ('Maj', 'Juni'); set 'table' in [file]",
    ),
    "a cut workbook": (
        workbook_of({"Ark1": [HEADER.split(";")]})[:-100],
        {},
        "'sager.csv' is a damaged workbook or zip file",
    ),
    "a workbook with a broken sheet": (
        workbook_of({"Ark1": [HEADER.split(";")]}, sheet=b"<worksheet><sheetData><row"),
        {},
        "'sager.csv' is a damaged Excel workbook",
    ),
    "a PDF": (b"%PDF-1.7\n", {}, "'sager.csv' is a PDF, not a table"),
    "a quote never closed": (
        file_of(GOOD, '0100-2;"01-06-2024', GOOD, GOOD),
        {},
        "a quote opened in line 3 of 'sager.csv' is not closed properly",
    ),
    "a header with a broken quote": (
        '"sagsnr"x;fra\n1;2\n',
        {},
        "the header of 'sager.csv' cannot be read; its quotes may not match",
    ),
    "coordinates swapped": (
        file_of(*[PLACED + "55.68650;12.55787"] * 3),
        {},
        "lon and lat are swapped: exchange 'laengde' and 'bredde' in the profile",
    ),
    "metres as degrees": (
        file_of(*[PLACED + "723642.1;6176547.9"] * 3),
        {},
        "'laengde' and 'bredde' are not in EPSG:4326 but look like EPSG:25832: map them as x and y with that crs",
    ),
    "metres of another zone": (
        file_of(*[PLACED + "346528;6173763"] * 3),
        {},
        "'laengde' and 'bredde' are not in EPSG:4326 but look like EPSG:25833: map them as x and y with that crs",
    ),
    "web map metres": (
        file_of(*[PLACED + "1397936;7495190"] * 3),
        {},
        "'laengde' and 'bredde' are not in EPSG:4326 but look like EPSG:3857: map them as x and y with that crs",
    ),
    "metres of nowhere known": (
        file_of(*[PLACED + "1000;2000"] * 3),
        {},
        "'laengde' and 'bredde' are not longitude and latitude in degrees; map them as x and y and name their crs",
    ),
    "degrees as metres": (
        file_of(*[PLACED + "12.55787;55.68650"] * 3),
        {
            "columns": {"lon": None, "lat": None, "x": "laengde", "y": "bredde"},
            "values": {"crs": "EPSG:25832"},
        },
        "'laengde' and 'bredde' are not in EPSG:25832 but look like degrees: map them as lon and lat",
    ),
    "metres of zone 33 as zone 32": (
        file_of(*[PLACED + "346528;6173763"] * 3),
        {
            "columns": {"lon": None, "lat": None, "x": "laengde", "y": "bredde"},
            "values": {"crs": "EPSG:25832"},
        },
        "'laengde' and 'bredde' are not in EPSG:25832 but look like EPSG:25833: map them as x and y with that crs",
    ),
    "metres swapped": (
        file_of(*[PLACED + "6176547.9;723642.1"] * 3),
        {
            "columns": {"lon": None, "lat": None, "x": "laengde", "y": "bredde"},
            "values": {"crs": "EPSG:25832"},
        },
        "x and y are swapped: exchange 'laengde' and 'bredde' in the profile",
    ),
    "decimal comma where the profile says point": (
        file_of(*[PLACED + "12,55787;55,68650"] * 3),
        {},
        "'laengde' and 'bredde' are written with ',' as decimal sign: set decimal = \",\" in [file]",
    ),
    "decimal point where the profile says comma": (
        file_of(GOOD),
        {"file": {"decimal": ","}},
        "'laengde' and 'bredde' are written with '.' as decimal sign: set decimal = \".\" in [file]",
    ),
    "free text as category": (
        file_of(GOOD.replace("Vold", "Anmelder Jens Hansen fortæller at han blev slået uden for Netto ved midnat")),
        {},
        "column 'kategori' is mapped as category but seems to hold free text; " + CLOSED_LIST,
    ),
    "names as category": (
        file_of(*[GOOD.replace("Vold", f"Person{i}") for i in range(60)]),
        {},
        "column 'kategori' is mapped as category but seems to hold free text (60 different unknown values); "
        + CLOSED_LIST,
    ),
    "CPR numbers as category": (
        file_of(*[GOOD.replace("Vold", "010170-1234")] * 2),
        {},
        "column 'kategori' is mapped as category but seems to hold person data (a CPR number); " + CLOSED_LIST,
    ),
    "e-mail addresses as basis": (
        file_of(*[GOOD + ";jens@example.dk"] * 2, header=HEADER + ";grundlag"),
        {"columns": {"basis": "grundlag"}},
        "column 'grundlag' is mapped as basis but seems to hold person data (an e-mail address); " + CLOSED_LIST,
    ),
    "CPR numbers as key": (
        file_of(*[GOOD.replace("0100-1", number) for number in ("0707614285", "0707614293", "070761-4285")]),
        {},
        "column 'sagsnr' is mapped as key but seems to hold CPR numbers",
    ),
    "a category the partnership does not have": (
        file_of(GOOD),
        {"categories": {"Vold": "slagsmaal"}},
        "[categories] of profile 'test' maps 'Vold' to category 'slagsmaal'; " + CATEGORIES,
    ),
    "a constant category the partnership does not have": (
        file_of(GOOD),
        {"values": {"category": "slagsmaal"}},
        "[values] gives category 'slagsmaal'; " + CATEGORIES,
    ),
    "one value for two categories": (
        file_of(GOOD),
        {"categories": {"VOLD": "hash"}},
        "[categories] of the profile maps 'VOLD' to both 'vold' and 'hash'",
    ),
}

ONE_COLUMN = "in strict mode a file may not hold 1 column that looks like person data: "
REFUSED_IN_STRICT_MODE: dict[str, tuple[str | bytes, str]] = {
    "a column of persons": (file_of(GOOD + ";ja", header=HEADER + ";Anmelder"), ONE_COLUMN + "'Anmelder' (a person)"),
    "a column of persons, in capitals and empty": (
        file_of(GOOD + ";", header=HEADER + ";FORURETTEDE"),
        ONE_COLUMN + "'FORURETTEDE' (a person)",
    ),
    "CPR numbers under another name": (
        file_of(GOOD + ";070761-4285", header=HEADER + ";reference"),
        ONE_COLUMN + "'reference' (a CPR number)",
    ),
    "names under another name": (
        file_of(*[GOOD + f";Jens {name}" for name in ("Opdigt", "Testrup")], header=HEADER + ";felt"),
        ONE_COLUMN + "'felt' (a name)",
    ),
    "a text with delimiters in it": (
        file_of(GOOD, GOOD + ";en mand, der hed Jens, løb fra stedet; han så ham igen", header=HEADER + ";felt"),
        ONE_COLUMN + "'felt' (free text)",
    ),
    "several": (
        file_of(GOOD + ";12 34 56 78;jens@example.dk;AB 12 345", header=HEADER + ";a;b;c"),
        ONE_COLUMN.replace("1 column that looks", "3 columns that look")
        + "'a' (a phone number), 'b' (an e-mail address), 'c' (a number plate)",
    ),
    "a column without a name": (
        file_of(GOOD + ";jens@example.dk", header=HEADER + ";"),
        ONE_COLUMN + "a column without a name (an e-mail address)",
    ),
    "a header with data in it": (
        file_of(GOOD + ";x", header=HEADER + ";jens@example.dk"),
        ONE_COLUMN + "a column whose name may be data (an e-mail address)",
    ),
    "a file of Windows": (
        file_of(GOOD + ";nej", header=HEADER + ";Bemærkning").encode("cp1252"),
        ONE_COLUMN + "'Bemærkning' (free text)",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED_IN_STRICT_MODE.values(), ids=REFUSED_IN_STRICT_MODE.keys())
def test_a_file_with_person_data_is_refused_in_strict_mode(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    path = tmp_path / "sager.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    profile = parse_profile(settings())
    columns = open_incidents(path, profile).sample(100)
    assert dropped_columns(columns, profile, strict=False)
    with pytest.raises(IntakeError) as refused:
        dropped_columns(columns, profile, strict=True)
    assert str(refused.value) == sentence
    assert not any(secret in str(refused.value).casefold() for secret in ("jens", "070761", "12 34", "@", "ab 12"))


@pytest.mark.parametrize(("content", "changes", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    intake: Any, content: str | bytes, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(IntakeError) as refused:
        intake.read(content, **changes)
    assert str(refused.value) == sentence


def test_a_folder_is_refused(intake: Any, tmp_path: Path) -> None:
    (tmp_path / "juni").mkdir()
    with pytest.raises(IntakeError, match=r"^'juni' is a folder, not a file$"):
        intake.read(path=tmp_path / "juni")


def test_a_file_that_does_not_exist_is_refused(intake: Any, tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"^there is no file '.*/juni.csv'$"):
        intake.read(path=tmp_path / "juni.csv")


def test_a_pipe_is_refused(intake: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "juni.csv")
    with pytest.raises(IntakeError, match=r"^'juni.csv' is not an ordinary file; a file is read twice"):
        intake.read(path=tmp_path / "juni.csv")


def test_a_file_without_permission_is_refused(intake: Any, tmp_path: Path) -> None:
    path = tmp_path / "juni.csv"
    path.write_text(file_of(GOOD), encoding="utf-8")
    path.chmod(0)
    user = os.geteuid()
    try:
        # The superuser may read everything: for a moment be somebody who may not.
        if user == 0:
            os.seteuid(65534)
        with pytest.raises(IntakeError, match=r"^'juni.csv' cannot be read: Permission denied$"):
            intake.read(path=path)
    finally:
        os.seteuid(user)


def test_addresses_without_a_gazetteer_are_refused(intake: Any) -> None:
    with pytest.raises(IntakeError, match=r"^profile 'test' places rows by address, but there is no gazetteer$"):
        intake.read(
            file_of("1;01-06-2024 10:00;;;Vold;Stengade 1;", header=HEADER),
            columns={"lon": None, "lat": None, "address": "laengde"},
            gazetteer=build_gazetteer(),
        )


def test_a_refusal_never_repeats_what_stands_in_the_file(intake: Any) -> None:
    for content, changes, _ in REFUSED.values():
        with pytest.raises(IntakeError) as refused:
            intake.read(content, **changes)
        assert not any(secret in str(refused.value) for secret in ("Jens", "010170", "070761", "Person1", "@"))
