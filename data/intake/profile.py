"""Profiles: a small TOML that says what a file's columns, formats and categories mean.

A profile places incidents in exactly one way: ``lon`` and ``lat``; ``x`` and ``y`` with a ``crs``;
``address``; or ``street`` and ``house_number``. Values under ``[values]`` fill cells that are empty.
"""

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.intake.times import TimeFormat, TimeFormatError, time_format
from geo.errors import PlainError
from geo.projection import WGS84, ProjectionError, require_metric
from models.panel import BASES

Field = Literal[
    "key",
    "occurred_from",
    "occurred_to",
    "reported_at",
    "category",
    "basis",
    "lon",
    "lat",
    "x",
    "y",
    "address",
    "street",
    "house_number",
    "accuracy_m",
    "withdrawn",
]
FIELDS: tuple[Field, ...] = get_args(Field)
PLACE_FIELDS: tuple[tuple[Field, ...], ...] = (
    ("lon", "lat"),
    ("x", "y"),
    ("address",),
    ("street", "house_number"),
)
DEFAULT_TIME_FORMATS = (
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%d-%m-%Y",
    "%Y-%m-%d",
)
# What a cell of the column of withdrawn cases says where the profile does not say it.
WITHDRAWN: Mapping[str, bool] = {
    **dict.fromkeys(("ja", "yes", "true", "1", "x", "annulleret", "slettet", "tilbagetrukket", "withdrawn"), True),
    **dict.fromkeys(("nej", "no", "false", "0"), False),
}
DEFAULT_ACCURACY_M = 10.0
MAX_ACCURACY_M = 10_000.0
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "iso8859-1", "iso8859-15", "cp850", "cp865", "ascii")
DELIMITERS = (",", ";", "\t", "|")


class ProfileError(PlainError, ValueError):
    """A profile that cannot be used; the sentence names the setting."""


@dataclass(frozen=True)
class Profile:
    """How to read one kind of file; ``None`` means: found out from the file, or the partnership's own.

    ``columns`` maps our fields to the file's column names; ``categories`` and ``bases`` the file's values to
    ids; ``table`` is a sheet of a workbook or a layer of a map file. ``accuracy_m`` holds for coordinates without
    an accuracy of their own. ``strict`` refuses files with any column that looks like person data.
    """

    name: str
    version: int
    synthetic: bool
    strict: bool
    delimiter: str | None
    encoding: str | None
    decimal: str
    table: str | None
    columns: Mapping[Field, str]
    crs: str
    time_formats: tuple[TimeFormat, ...]
    timezone: ZoneInfo | None
    accuracy_m: float
    category: str | None
    basis: str | None
    categories: Mapping[str, str]
    bases: Mapping[str, str]
    withdrawn: Mapping[str, bool]

    @property
    def place_fields(self) -> tuple[Field, ...]:
        """The fields that say where a row is."""
        return next(group for group in PLACE_FIELDS if group[0] in self.columns)


def load_profile(name_or_path: str) -> Profile:
    """The packaged profile of that name, or the one in that file (a path, or a name ending in ``.toml``).

    Raises `ProfileError`.
    """
    packaged = files("data").joinpath("profiles", f"{name_or_path}.toml")
    is_name = Path(name_or_path).name == name_or_path and not name_or_path.endswith(".toml")
    place = packaged if is_name and packaged.is_file() else Path(name_or_path)
    try:
        settings = tomllib.loads(place.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        known = ", ".join(packaged_profiles())
        raise ProfileError(f"there is no profile '{name_or_path}'; the packaged ones are {known}") from error
    except IsADirectoryError as error:
        raise ProfileError(f"the profile '{name_or_path}' is a folder, not a file") from error
    except OSError as error:
        raise ProfileError(f"the profile '{name_or_path}' cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"the profile '{place.name}' is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"the profile '{place.name}' is not valid TOML: {error}") from error
    return parse_profile(settings)


def packaged_profiles() -> list[str]:
    """Names of the profiles that come with Trygkort."""
    entries = files("data").joinpath("profiles").iterdir()
    return sorted(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml"))


def parse_profile(settings: Mapping[str, Any]) -> Profile:
    """A `Profile` from parsed TOML; raises `ProfileError` naming the setting that is wrong."""
    top = _Section(
        "the profile",
        settings,
        ("name", "version", "synthetic", "strict", "file", "columns", "values", "categories", "basis", "withdrawn"),
    )
    file = _Section("[file]", top.table("file"), ("delimiter", "encoding", "decimal", "table"))
    values = _Section(
        "[values]", top.table("values"), ("crs", "time_format", "timezone", "accuracy_m", "category", "basis")
    )
    columns = _columns(top)
    category, basis = values.text("category"), values.text("basis")
    if "category" not in columns and category is None:
        raise ProfileError("[columns] must map 'category', or [values] give one category for every row")
    if basis is not None and basis not in BASES:
        raise ProfileError(f"basis in [values] must be one of {', '.join(BASES)}, found '{basis}'")
    return Profile(
        name=top.required_text("name"),
        version=_version(top),
        synthetic=top.flag("synthetic"),
        strict=top.flag("strict"),
        delimiter=_delimiter(file),
        encoding=_encoding(file),
        decimal=_decimal(file),
        table=file.text("table"),
        columns=columns,
        crs=_crs(values, columns),
        time_formats=_time_formats(values),
        timezone=_timezone(values),
        accuracy_m=_accuracy_m(values),
        category=category,
        basis=basis,
        categories=_Section("[categories]", top.table("categories"), None).texts(),
        bases=_bases(top),
        withdrawn=_withdrawn(top, columns),
    )


class _Section:
    """One table of a profile, whose settings are asked for by type."""

    def __init__(self, where: str, settings: Mapping[str, Any], known: tuple[str, ...] | None) -> None:
        self._where = where
        self._settings = settings
        for name in settings:
            if known is not None and name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"it knows {', '.join(known)}"
                raise ProfileError(f"{where} has an unknown setting '{name}'; {hint}")

    def get(self, name: str) -> object:
        return self._settings.get(name)

    def table(self, name: str) -> Mapping[str, Any]:
        value = self._settings.get(name, {})
        if not isinstance(value, Mapping):
            raise ProfileError(f"[{name}] must be a table, found {value!r}")
        return value

    def text(self, name: str) -> str | None:
        return None if name not in self._settings else self.required_text(name)

    def required_text(self, name: str) -> str:
        value = self._settings.get(name)
        if not isinstance(value, str) or not value:
            found = "nothing" if value is None else repr(value)
            raise ProfileError(f"'{name}' in {self._where} must be a text, found {found}")
        return value

    def flag(self, name: str) -> bool:
        value = self._settings.get(name, False)
        if not isinstance(value, bool):
            raise ProfileError(f"'{name}' in {self._where} must be true or false, found {value!r}")
        return value

    def flags(self) -> Mapping[str, bool]:
        return {name: self.flag(name) for name in self._settings}

    def texts(self) -> Mapping[str, str]:
        return {name: self.required_text(name) for name in self._settings}


def _columns(top: _Section) -> Mapping[Field, str]:
    columns = cast("Mapping[Field, str]", _Section("[columns]", top.table("columns"), FIELDS).texts())
    if "occurred_from" not in columns:
        raise ProfileError("[columns] must map 'occurred_from'")
    used = [group for group in PLACE_FIELDS if any(field in columns for field in group)]
    if not used:
        raise ProfileError("[columns] must map lon and lat, x and y, address, or street and house_number")
    if len(used) > 1:
        raise ProfileError(f"[columns] maps both '{used[0][0]}' and '{used[1][0]}'; choose one way to place incidents")
    lacking = [field for field in used[0] if field not in columns]
    if lacking:
        mapped = next(field for field in used[0] if field in columns)
        raise ProfileError(f"[columns] maps '{mapped}' but not '{lacking[0]}'")
    return {field: column.strip() for field, column in columns.items()}


def _version(top: _Section) -> int:
    version = top.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ProfileError(f"'version' in the profile must be a whole number from 1, found {version!r}")
    return version


def _delimiter(file: _Section) -> str | None:
    delimiter = file.text("delimiter")
    if delimiter is not None and delimiter not in DELIMITERS:
        raise ProfileError(f"'delimiter' in [file] must be a comma, semicolon, tab or bar, found {delimiter!r}")
    return delimiter


def _encoding(file: _Section) -> str | None:
    encoding = file.text("encoding")
    if encoding is None:
        return None
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        name = ""
    if name not in ENCODINGS:
        raise ProfileError(f"'encoding' in [file] must be one of {', '.join(ENCODINGS)}, found '{encoding}'")
    return name


def _decimal(file: _Section) -> str:
    decimal = file.text("decimal") or "."
    if decimal not in {".", ","}:
        raise ProfileError(f"'decimal' in [file] must be '.' or ',', found {decimal!r}")
    return decimal


def _crs(values: _Section, columns: Mapping[Field, str]) -> str:
    crs = values.text("crs")
    if "x" not in columns:
        if crs not in {None, WGS84}:
            raise ProfileError(f"'crs' in [values] is {crs}, but lon and lat are {WGS84}; map x and y instead")
        return WGS84
    if crs is None:
        raise ProfileError("[columns] maps x and y; [values] must say their 'crs', such as EPSG:25832")
    try:
        return require_metric(crs)
    except ProjectionError as error:
        raise ProfileError(f"'crs' in [values]: {error}") from error


def _time_formats(values: _Section) -> tuple[TimeFormat, ...]:
    stated = values.get("time_format")
    patterns = list(DEFAULT_TIME_FORMATS) if stated is None else stated if isinstance(stated, list) else [stated]
    texts = [pattern for pattern in patterns if isinstance(pattern, str)]
    if not texts or len(texts) < len(patterns):
        raise ProfileError(f"'time_format' in [values] must be a text or a list of texts, found {stated!r}")
    try:
        return tuple(time_format(pattern) for pattern in texts)
    except TimeFormatError as error:
        raise ProfileError(f"'time_format' in [values]: {error}") from error


def _timezone(values: _Section) -> ZoneInfo | None:
    name = values.text("timezone")
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ProfileError(f"'timezone' in [values] is unknown: '{name}'") from error


def _accuracy_m(values: _Section) -> float:
    accuracy = values.get("accuracy_m")
    if accuracy is None:
        return DEFAULT_ACCURACY_M
    if isinstance(accuracy, bool) or not isinstance(accuracy, int | float) or not 0 <= accuracy <= MAX_ACCURACY_M:
        raise ProfileError(f"'accuracy_m' in [values] must be 0 to {MAX_ACCURACY_M:.0f} metres, found {accuracy!r}")
    return float(accuracy)


def _bases(top: _Section) -> Mapping[str, str]:
    bases = _Section("[basis]", top.table("basis"), None).texts()
    for value, basis in bases.items():
        if basis not in BASES:
            raise ProfileError(f"[basis] maps '{value}' to '{basis}'; it must be one of {', '.join(BASES)}")
    return bases


def _withdrawn(top: _Section, columns: Mapping[Field, str]) -> Mapping[str, bool]:
    stated = _Section("[withdrawn]", top.table("withdrawn"), None)
    if "withdrawn" not in columns:
        if top.table("withdrawn"):
            raise ProfileError("[withdrawn] says what values mean, but [columns] maps no 'withdrawn'")
        return {}
    if "key" not in columns:
        raise ProfileError("[columns] maps 'withdrawn' but not 'key': a row is withdrawn by its case number")
    return {**WITHDRAWN, **stated.flags()}
