"""Extracts of Danmarks Adresseregister: only what is in force, as JSON, CSV or zip, all the same."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.gazetteers import GazetteerError, load_gazetteer
from geo.gazetteer import Found, Gazetteer

OPEN = {"registreringFra": "2018-05-07T00:00:00+02:00", "registreringTil": None, "virkningTil": None}
Extract = dict[str, list[dict[str, Any]]]


def record(identity: str, status: int, **fields: Any) -> dict[str, Any]:
    return {**OPEN, "id_lokalId": identity, "status": str(status), **fields}


def house(identity: str, number: str, *, point: str, status: int = 3, **fields: Any) -> dict[str, Any]:
    links = {"adgangspunkt": point, "navngivenVej": "v1", "postnummer": "p1"}
    return record(identity, status, husnummertekst=number, **{**links, **fields})


EXTRACT: Extract = {
    "NavngivenVej": [
        record(
            "v1",
            3,
            vejnavn="Prøvegade",
            vejnavnebeliggenhed_vejnavnelinje="MULTILINESTRING((723500 6176800, 723700 6176900))",
        ),
        record("v1", 3, vejnavn="Gammelt Navn", vejnavnebeliggenhed_vejnavnelinje=None) | {"virkningTil": "2019-01-01"},
        record("v2", 4, vejnavn="Nedlagt Gade", vejnavnebeliggenhed_vejnavnelinje="GEOMETRYCOLLECTION EMPTY"),
        record("v3", 3, vejnavn="Prøve Allé", vejnavnebeliggenhed_vejnavnelinje="GEOMETRYCOLLECTION EMPTY"),
    ],
    "Postnummer": [record("p1", 3, postnr="2200", navn="København N")],
    "Adressepunkt": [
        record("a1", 8, position="POINT(723637.07 6176926.93)"),
        record("a2", 8, position="POINT (723600 6176850)"),
        record("a3", 9, position="POINT(723610 6176850)"),
        record("a4", 8, position="POINT EMPTY"),
        record("a5", 8, position="POINT Z (723620 6176850 4.5)"),
        record("a2", 8, position="POINT(1 1)") | {"registreringTil": "2020-01-01T00:00:00+01:00"},
    ],
    "Husnummer": [
        house("h1", "2", point="a1"),
        house("h2", "4B", point="a2"),
        house("h3", "6", point="a3"),
        house("h4", "8", point="a4"),
        house("h5", "10", point="a2", status=4),
        house("h6", "12", point="a2", status=2),
        house("h7", "14", point="a2") | {"virkningTil": "2021-01-01T00:00:00+01:00"},
        house("h8", "16", point="a2", navngivenVej="v2"),
        house("h9", "5", point="a5", navngivenVej="v3"),
        house("h10", "", point="a2"),
    ],
}


def as_json(folder: Path) -> Path:
    path = folder / "DAR.json"
    path.write_text(json.dumps({f"{name}List": rows for name, rows in EXTRACT.items()}), encoding="utf-8")
    return path


def csv_files(delimiter: str = ",") -> dict[str, str]:
    files = {}
    for name, rows in EXTRACT.items():
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        files[f"DAR_{name}_total.csv"] = text.getvalue()
    files["DAR_NavngivenVejKommunedel_total.csv"] = "id_lokalId,status\nx,3\n"
    return files


def as_csv(folder: Path) -> Path:
    for name, text in csv_files(";").items():
        (folder / name).write_text("\ufeff" + text, encoding="utf-8")
    return folder


def as_zip(folder: Path) -> Path:
    path = folder / "DAR.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(as_json(folder), "DAR_totaludtraek.json")
        archive.writestr("Metadata_DAR.json", "{}")
    return path


def as_zipped_csv(folder: Path) -> Path:
    path = folder / "DAR.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in csv_files().items():
            archive.writestr(name, text)
    return path


def method(gazetteer: Gazetteer, text: str) -> str | None:
    found = gazetteer.find_address(text)
    return found.method if isinstance(found, Found) else None


@pytest.mark.parametrize("write", [as_json, as_csv, as_zip, as_zipped_csv])
def test_an_extract_gives_the_addresses_in_force(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    gazetteer = load_gazetteer(None, write(tmp_path))
    found = gazetteer.find_address("Prøvegade 2, 2200 København N")
    assert isinstance(found, Found)
    assert (found.lon, found.lat) == (pytest.approx(12.55787, abs=2e-6), pytest.approx(55.6865, abs=2e-6))
    assert method(gazetteer, "Prøvegade 4 b") == "address"
    assert method(gazetteer, "Prøve Allé 5") == "address"
    # Point no longer in use, point without a position, house closed, preliminary, or with effect ended.
    for number in (6, 8, 10, 12, 14):
        assert method(gazetteer, f"Prøvegade {number}") == "street", number
    assert gazetteer.find_address("Nedlagt Gade 16") is None
    assert gazetteer.find_address("Gammelt Navn 2") is None
    assert gazetteer.streets["proevegade"][0].has_line
    assert gazetteer.streets["proevegade"][0].postcodes == {"2200"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"HusnummerList": []}', "the register 'DAR.json' holds no Adressepunkt"),
        ('{"AdressepunktList": [{"id_lokalId": "a"}]}', "the register 'DAR.json' lacks the field 'status'"),
        ('{"AdressepunktList": [', "the register 'DAR.json' cannot be read: "),
    ],
)
def test_an_extract_that_cannot_be_used_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "DAR.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GazetteerError) as refused:
        load_gazetteer(None, path)
    assert str(refused.value).startswith(sentence)


def test_a_damaged_zip_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match=r"holds no Adressepunkt$"):
        load_gazetteer(None, tmp_path)
    path = tmp_path / "DAR.zip"
    path.write_bytes(b"PK not a zip")
    with pytest.raises(GazetteerError, match=r"^the register 'DAR.zip' cannot be read: "):
        load_gazetteer(None, path)
