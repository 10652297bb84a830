"""Danmarks Adresseregister (DAR 1.0) from the Datafordeler's file extracts, JSON or CSV.

A house number (Husnummer) has its text, its street (NavngivenVej), its postcode (Postnummer) and its point of
access (Adressepunkt), each by the other's ``id_lokalId``. Only what is in force counts: status 3 "gældende",
for points 8 "i brug" (https://danmarksadresser.dk/adressedata/kodelister/livscyklus/), with registration and
effect both open. Points are metres in EPSG:25832 as WKT.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import ijson
import numpy as np
import shapely

from data.address_file import REGISTER_CRS, GazetteerError
from geo.address_text import house_key
from geo.projection import to_degrees
from geo.streets import LonLat

Entity = Literal["Adressepunkt", "NavngivenVej", "Postnummer", "Husnummer"]
Record = Mapping[str, Any]

IN_FORCE: Mapping[Entity, str] = {"Adressepunkt": "8", "NavngivenVej": "3", "Postnummer": "3", "Husnummer": "3"}
CLOSED = ("registreringtil", "virkningtil")
POINT = re.compile(r"POINT\s*Z?\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)", re.IGNORECASE)
LINE = "vejnavnebeliggenhed_vejnavnelinje"
WORD = re.compile(r"[^\W_]+")
METADATA = "metadata"


@dataclass(frozen=True)
class Extract:
    """What an extract holds of addresses in force, as `geo.gazetteer.build_gazetteer` takes it."""

    addresses: list[tuple[str, str, LonLat, str]]
    streets: list[tuple[str, list[LonLat]]]


def is_extract(path: Path) -> bool:
    """Whether ``path`` is an extract by its shape: a folder, a zip, or JSON."""
    return path.is_dir() or path.suffix.casefold() in {".zip", ".json"}


def read_extract(path: Path) -> Extract:
    """The addresses in force of an extract, streamed; raises `GazetteerError`.

    ``path`` is a JSON file with one list per entity (``HusnummerList`` …), a folder of CSV or JSON files, or a
    zip of either. A CSV file is one entity's and has its name in its own, such as ``DAR_Husnummer.csv``.
    """
    try:
        files = list(_files(path))
        points = {row["id_lokalid"]: _point(row) for row in _records(path, files, "Adressepunkt")}
        streets = {row["id_lokalid"]: row for row in _records(path, files, "NavngivenVej") if row.get("vejnavn")}
        postcodes = {row["id_lokalid"]: str(row["postnr"] or "") for row in _records(path, files, "Postnummer")}
        found: list[tuple[str, str, tuple[float, float], str]] = []
        used = set()
        for row in _records(path, files, "Husnummer"):
            point, street = points.get(row["adgangspunkt"]), streets.get(row["navngivenvej"])
            if point is None or street is None or not house_key(str(row["husnummertekst"] or "")):
                continue
            used.add(row["navngivenvej"])
            found.append((street["vejnavn"], row["husnummertekst"], point, postcodes.get(row["postnummer"], "")))
    except KeyError as error:
        raise GazetteerError(f"the register '{path.name}' lacks the field {error}") from error
    except (OSError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile, ijson.JSONError) as error:
        raise GazetteerError(f"the register '{path.name}' cannot be read: {error}") from error
    if not found:
        raise GazetteerError(f"the register '{path.name}' holds no house number in force with a point")
    metres = np.array([point for _, _, point, _ in found])
    lon, lat = to_degrees(metres[:, 0], metres[:, 1], REGISTER_CRS)
    addresses = [
        (name, number, (x, y), postcode)
        for (name, number, _, postcode), x, y in zip(found, lon.tolist(), lat.tolist(), strict=True)
    ]
    return Extract(addresses, [line for vej in sorted(used) for line in _lines(streets[vej])])


@dataclass(frozen=True)
class _File:
    """One file of an extract: its name, and how to open it."""

    name: str
    open: Callable[[], Any]


def _files(path: Path) -> Iterator[_File]:
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.suffix.casefold() == ".zip":
                yield from _zipped(file)
            elif file.suffix.casefold() in {".json", ".csv"}:
                yield _File(file.name, _opener(file))
    elif path.suffix.casefold() == ".zip":
        yield from _zipped(path)
    else:
        yield _File(path.name, _opener(path))


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _zipped(path: Path) -> Iterator[_File]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()

    @contextmanager
    def opened(name: str) -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            yield file

    for name in names:
        if Path(name).suffix.casefold() in {".json", ".csv"}:
            yield _File(Path(name).name, lambda name=name: opened(name))  # type: ignore[misc]


def _records(path: Path, files: list[_File], entity: Entity) -> Iterator[dict[str, Any]]:
    """The records in force of one entity, field names in small letters; raises where no file can hold it."""
    known = False
    for file in files:
        words = [word.casefold() for word in WORD.findall(Path(file.name).stem)]
        is_csv = file.name.casefold().endswith(".csv")
        if METADATA in "".join(words) or (is_csv and entity.casefold() not in words):
            continue
        with file.open() as stream:
            for record in _of_csv(stream) if is_csv else _of_json(stream, entity):
                known = True
                row = {str(name).casefold(): value for name, value in record.items()}
                if str(row["status"]) == IN_FORCE[entity] and not any(row.get(name) for name in CLOSED):
                    yield row
    if not known:
        raise GazetteerError(f"the register '{path.name}' holds no {entity}")


def _of_csv(stream: IO[bytes]) -> Iterator[Record]:
    with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        header = text.readline()
        delimiter = ";" if header.count(";") > header.count(",") else ","
        columns = next(csv.reader([header], delimiter=delimiter))
        yield from csv.DictReader(text, columns, delimiter=delimiter)


def _of_json(stream: IO[bytes], entity: Entity) -> Iterator[Record]:
    yield from ijson.items(stream, f"{entity}List.item")


def _point(row: Record) -> tuple[float, float] | None:
    match = POINT.match(str(row["position"] or "").strip())
    return (float(match[1]), float(match[2])) if match else None


def _lines(street: Record) -> Iterator[tuple[str, list[LonLat]]]:
    """The street's own line, where the register has one; in degrees."""
    text = str(street.get(LINE) or "")
    if "LINESTRING" not in text.upper() or "EMPTY" in text.upper():
        return
    try:
        parts = shapely.get_parts(shapely.from_wkt(text))
    except shapely.GEOSException:
        return
    for part in parts:
        x, y = shapely.get_coordinates(part).T
        lon, lat = to_degrees(x, y, REGISTER_CRS)
        if len(lon) > 1:
            yield street["vejnavn"], list(zip(lon.tolist(), lat.tolist(), strict=True))
