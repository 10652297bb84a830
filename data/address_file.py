"""A register of addresses as a flat CSV: ``vejnavn,husnr,postnr,x,y`` or ``vejnavn,husnr,lon,lat``."""

import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from data.intake.numbers import parse_numbers
from geo.errors import PlainError
from geo.projection import to_degrees
from geo.streets import LonLat

REGISTER_CRS = "EPSG:25832"
NAMES = ("vejnavn", "husnr")
BLOCK_ROWS = 20_000
Row = Mapping[str, str | None]


class GazetteerError(PlainError, ValueError):
    """A gazetteer that cannot be used; the sentence names the file's line or the feature."""


def read_addresses(path: Path) -> Iterator[tuple[str, str, LonLat, str]]:
    """Street, house number, point in degrees and postcode (or empty) of each row.

    The file is UTF-8, separated by comma or semicolon; semicolons allow a decimal comma. ``x`` and ``y`` are
    metres in `REGISTER_CRS`, ``lon`` and ``lat`` degrees in WGS84; ``postnr`` may be missing. Raises
    `GazetteerError`, also after the first rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            delimiter = ";" if ";" in header else ","
            columns = [name.strip().strip('"').casefold() for name in header.split(delimiter)]
            axes = ("x", "y") if "lon" not in columns and "x" in columns else ("lon", "lat")
            missing = [name for name in (*NAMES, *axes) if name not in columns]
            if missing:
                raise GazetteerError(f"the gazetteer '{path.name}' has no column '{missing[0]}'")
            rows, line = csv.DictReader(file, columns, delimiter=delimiter), 2
            while block := list(islice(rows, BLOCK_ROWS)):
                yield from _points(path, line, block, axes)
                line += len(block)
    except UnicodeDecodeError as error:
        raise GazetteerError(f"the gazetteer '{path.name}' is not UTF-8") from error
    except (OSError, csv.Error) as error:
        raise GazetteerError(f"the gazetteer '{path.name}' cannot be read: {error}") from error


def _points(
    path: Path, line: int, block: list[dict[str, str]], axes: tuple[str, str]
) -> Iterator[tuple[str, str, LonLat, str]]:
    numbers = []
    for axis in axes:
        texts = [(row[axis] or "").strip() for row in block]
        decimal = "," if any("," in text for text in texts) else "."
        numbers.append(parse_numbers(texts, decimal))
    a, b = numbers
    if axes == ("x", "y"):
        a, b = to_degrees(a, b, REGISTER_CRS)
    good = (np.abs(a) <= 180) & (np.abs(b) <= 90)
    if not good.all():
        what = "longitude and latitude in degrees" if axes[0] == "lon" else f"x and y in {REGISTER_CRS}"
        raise GazetteerError(f"line {line + int(np.argmin(good))} of the gazetteer '{path.name}' has no {what}")
    for row, lon, lat in zip(block, a.tolist(), b.tolist(), strict=True):
        yield row["vejnavn"] or "", row["husnr"] or "", (lon, lat), (row.get("postnr") or "").strip()
