"""What a column of a file looks like by its name and by its values: numbers, times, and the names fields go by."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from data.intake.numbers import parse_numbers
from data.intake.profile import Field

LOOKED_AT = 1_000
MOST = 0.9

NAMES: Mapping[Field, tuple[str, ...]] = {
    "key": (
        *("sagsnr", "sagsnummer", "sagsid", "journalnr", "journalnummer", "anmeldelsesnr", "haendelsesid", "caseno"),
        *(
            "casenumber",
            "caseid",
            "case",
            "incidentid",
            "incidentnumber",
            "reportnumber",
            "uid",
            "id",
            "objectid",
            "key",
        ),
    ),
    "occurred_from": (
        *("fra", "start", "starttid", "startdato", "gerningsstart", "gerningstidfra", "gerningstid", "gerningsdato"),
        *(
            "gerningstidspunkt",
            "haendelsestidspunkt",
            "haendelsesdato",
            "haendelsestid",
            "tidspunkt",
            "dato",
            "datotid",
        ),
        *(
            "occurredfrom",
            "occurredat",
            "occurred",
            "occurrencedate",
            "offensedate",
            "incidentdate",
            "incidentdatetime",
        ),
        *("starttime", "startdate", "from", "datetime", "date", "timestamp", "time"),
    ),
    "occurred_to": (
        *("til", "slut", "sluttid", "slutdato", "gerningsslut", "gerningstidtil", "occurredto", "endtime", "enddate"),
        *("end", "to"),
    ),
    "reported_at": (
        *("anmeldt", "anmeldtdato", "anmeldelsesdato", "anmeldelsestidspunkt", "anmeldttidspunkt", "reportedat"),
        *("reported", "reportdate", "datereported", "reporteddate", "reporteddatetime"),
    ),
    "category": (
        *(
            "kategori",
            "gerningskategori",
            "gerningstype",
            "forhold",
            "forholdstype",
            "haendelsestype",
            "type",
            "category",
        ),
        *("offense", "offence", "offensetype", "crimetype", "crime", "incidenttype", "primarytype", "hovedgruppe"),
    ),
    "basis": ("grundlag", "basis", "kilde", "source", "kildetype"),
    "lon": ("geometrylon", "lon", "long", "lng", "longitude", "laengde", "laengdegrad", "wgs84lon"),
    "lat": ("geometrylat", "lat", "latitude", "bredde", "breddegrad", "wgs84lat"),
    "x": ("x", "xkoordinat", "xkoord", "xcoord", "xcoordinate", "easting", "oest", "utmx", "utme", "xutm", "east"),
    "y": ("y", "ykoordinat", "ykoord", "ycoord", "ycoordinate", "northing", "nord", "utmy", "utmn", "yutm", "north"),
    "address": ("adresse", "gerningsadresse", "gerningssted", "address", "location", "blockaddress"),
    "street": ("vej", "vejnavn", "gade", "gadenavn", "street", "streetname"),
    "house_number": ("husnr", "husnummer", "nr", "housenumber", "houseno", "streetnumber"),
    "accuracy_m": ("noejagtighedm", "noejagtighed", "usikkerhedm", "usikkerhed", "accuracym", "accuracy"),
}
DAY_FORMATS = (
    *("%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d"),
    *("%d-%m-%y", "%d.%m.%y", "%Y%m%d"),
)
CLOCK_FORMATS = (" %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %H.%M", "")
TIME_FORMATS = tuple(f"{day}{clock}" for day in DAY_FORMATS for clock in CLOCK_FORMATS)
TIME_TAIL = re.compile(r"(?<=:\d\d)([.,]\d{1,9})?\s?([Zz]|[+-]\d\d:?\d\d)?$")
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def folded(name: str) -> str:
    """Lower case letters and digits alone, Danish letters written out."""
    text = unicodedata.normalize("NFC", name).casefold().translate(LETTERS)
    return "".join(c for c in text if c.isalnum())


def are_numbers(values: Sequence[str]) -> bool:
    return decimal_of(values) is not None and any(sign in value for value in values for sign in ".,")


def decimal_of(values: Sequence[str]) -> str | None:
    """The decimal sign nearly all of ``values`` are numbers with; None where they are no numbers."""
    given = [value for value in values[:LOOKED_AT] if value]
    for decimal in (".", ","):
        if given and np.isfinite(parse_numbers(given, decimal)).mean() >= MOST:
            return decimal
    return None


def time_formats_of(values: Sequence[str]) -> list[str]:
    """Formats that together read nearly all of ``values``; empty where they are no times.

    Days come before months unless only months first reads them.
    """
    given = [value for value in values[:LOOKED_AT] if value]
    left, found = set(given), []
    while left:
        best = max(TIME_FORMATS, key=lambda form: sum(_fits(value, form) for value in left))
        read = {value for value in left if _fits(value, best)}
        if not read:
            break
        found.append(best)
        left -= read
    unread = sum(value in left for value in given)
    return found if given and unread <= (1 - MOST) * len(given) else []


def _fits(value: str, form: str) -> bool:
    text = TIME_TAIL.sub("", value) if "%H" in form else value
    try:
        return 1970 <= datetime.strptime(text, form).year < 2200  # noqa: DTZ007 - only the shape is looked at
    except ValueError:
        return False
