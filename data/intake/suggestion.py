"""A profile for a file nobody has described yet, proposed from its first rows.

Columns are recognised by their names, Danish or English, and by what stands in them. Nothing of a row is repeated but
category and basis values that look like a closed list; a column that looks like person data is named, never shown.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from data.intake.block import IntakeError
from data.intake.column_shapes import LETTERS, LOOKED_AT, NAMES, decimal_of, folded, time_formats_of
from data.intake.numbers import parse_numbers
from data.intake.person_data import LONG_NUMBER, may_be_repeated, person_data_in
from data.intake.personal_columns import personal_columns
from data.intake.placing import KNOWN_CRS, is_near
from data.intake.profile import Field
from data.intake.table import TableOptions
from data.intake.table_file import open_table
from geo.projection import WGS84, to_degrees
from models.panel import Basis
from models.partnership import Partnership

SAMPLE_ROWS = 50_000
MAX_LISTED = 60
LONGEST_NAME = 60
ROUGH_DECIMALS = 3  # degrees with so many decimals are up to 80 m off by rounding alone
ROUGH_ACCURACY_M = 80.0

CATEGORY_STEMS: tuple[tuple[str, ...], ...] = (
    ("hash", "narko", "euforis", "cannabis", "drug", "marijuana", "stoffer"),
    ("vold", "trussel", "trusler", "overfald", "assault", "violence", "battery", "threat"),
    ("roeveri", "robbery", "mugging"),
    ("indbrud", "burglary", "breaking"),
    ("tyveri", "theft", "larceny", "stealing", "shoplift", "pickpocket"),
    ("haervaerk", "brand", "ildspaa", "vandal", "arson", "criminaldamage", "graffiti"),
    ("uro", "utryg", "orden", "stoej", "disorder", "noise", "nuisance", "antisocial"),
)
BASIS_STEMS: Mapping[Basis, tuple[str, ...]] = {
    "reported": ("anmeld", "borger", "report", "citizen", "112", "114", "call"),
    "observed": ("observ", "patrulje", "patrol", "politi", "police", "egen"),
}
TIME_FIELDS: tuple[Field, ...] = ("occurred_from", "occurred_to", "reported_at")


@dataclass(frozen=True)
class Suggestion:
    """A proposed profile as TOML; ``open_questions`` is what a person must still fill in before it can be used."""

    toml: str
    open_questions: tuple[str, ...]


@dataclass(frozen=True)
class _Sample:
    """A file's first rows by column, and the settings they were read with."""

    settings: Mapping[str, str]
    columns: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class _Place:
    """How rows are placed: fields by column, the reference system, and remarks."""

    columns: Mapping[Field, str]
    crs: str | None
    decimal: str
    remarks: tuple[str, ...] = ()


def suggest_profile(path: Path, partnership: Partnership) -> Suggestion:
    """A profile for the file ``path`` in ``partnership``; raises `IntakeError` for what is no table."""
    sample = _read_sample(path)
    personal = personal_columns(sample.columns)
    usable = {name: values for name, values in sample.columns.items() if name not in personal}
    place = _place(usable, partnership)
    columns = dict(place.columns) if place else {}
    formats = _times(usable, columns)
    _assign_by_name(("key", "accuracy_m", "basis"), usable, columns)
    _assign_category(usable, columns, partnership)
    questions: list[str] = []
    lines = [
        f"# Proposed from the first rows of a file with {len(sample.columns)} columns; look it through before use.",
        "# 'name' is the source's: keep it the same for every file of this kind.",
        f"name = {_quoted(_slug(path.stem))}",
        "version = 1",
        "",
        "[file]",
        *(f"{name} = {_quoted(value)}" for name, value in sample.settings.items()),
        f"decimal = {_quoted(place.decimal if place else '.')}",
        "",
        *_column_lines(columns, place, questions),
        *_unmapped_lines(sample, columns, personal),
        "",
        *_value_lines(usable, columns, place, partnership, formats=formats, questions=questions),
        *_category_lines(usable, columns, partnership),
        *_basis_lines(usable, columns),
    ]
    return Suggestion("\n".join(lines) + "\n", tuple(questions))


def _read_sample(path: Path) -> _Sample:
    table = open_table(path, TableOptions())
    if any(LONG_NUMBER.search(name) or person_data_in(name) or len(name) > LONGEST_NAME for name in table.header):
        raise IntakeError(f"the first line of '{table.name}' looks like data, not like column names")
    times_named = Counter(table.header)
    columns = tuple(name for name in table.header if name and times_named[name] == 1)
    block = next(table.blocks(columns, SAMPLE_ROWS), None)
    if block is None:
        raise IntakeError(f"'{table.name}' has a header but no rows")
    return _Sample(table.settings, {name: values.to_pylist() for name, values in block.values.items()})


def _place(columns: Mapping[str, Sequence[str]], partnership: Partnership) -> _Place | None:
    numeric = {name: decimal for name, values in columns.items() if (decimal := decimal_of(values))}
    by_name: list[tuple[Field, Field]] = [("lon", "lat"), ("x", "y")]
    for first, second in by_name:
        a, b = (_by_name(field, numeric) for field in (first, second))
        if a and b:
            return _coordinates(columns, a, b, numeric[a], partnership)
    pairs = [(a, b) for a in numeric for b in numeric if a != b]
    for a, b in pairs:
        near = _near_crs(columns[a], columns[b], numeric[a], partnership)
        if near:
            return _coordinates(columns, a, b, numeric[a], partnership)
    if street := _by_name("street", columns):
        number = _by_name("house_number", columns)
        if number:
            return _Place({"street": street, "house_number": number}, None, ".")
    if address := _by_name("address", columns):
        return _Place({"address": address}, None, ".")
    return None


def _coordinates(
    columns: Mapping[str, Sequence[str]], a: str, b: str, decimal: str, partnership: Partnership
) -> _Place:
    """Which of two columns is east and which north, and in what system; by the areas, else by the size of values."""
    crs, remarks = _near_crs(columns[a], columns[b], decimal, partnership), []
    if crs is None and (turned := _near_crs(columns[b], columns[a], decimal, partnership)):
        crs, a, b = turned, b, a
        remarks.append("the two coordinate columns stand the other way round than their names or order say")
    if crs is None:
        size = np.nanmax(np.abs(parse_numbers([v for v in columns[a][:LOOKED_AT] if v], decimal)))
        crs = WGS84 if size <= 180 else partnership.areas.metric_crs
        remarks.append("CHECK: the points are not near the partnership's areas; 'crs' is a guess from their size")
    names: tuple[Field, Field] = ("lon", "lat") if crs == WGS84 else ("x", "y")
    return _Place({names[0]: a, names[1]: b}, crs, decimal, tuple(remarks))


def _near_crs(east: Sequence[str], north: Sequence[str], decimal: str, partnership: Partnership) -> str | None:
    a, b = (parse_numbers(column[:LOOKED_AT], decimal) for column in (east, north))
    usable = ~(np.isnan(a) | np.isnan(b))
    if not usable.any():
        return None
    for crs in dict.fromkeys((WGS84, partnership.areas.metric_crs, *KNOWN_CRS)):
        if is_near(*to_degrees(a[usable], b[usable], crs), partnership.areas).mean() > 0.5:
            return crs
    return None


def _times(columns: Mapping[str, Sequence[str]], assigned: dict[Field, str]) -> list[str]:
    """Assign the columns of times to ``assigned``; returns the formats they are written in, most frequent first."""
    taken = set(assigned.values())
    formats = {n: f for n, v in columns.items() if n not in taken and (f := time_formats_of(v))}
    for field in TIME_FIELDS:
        found = _by_name(field, {name: () for name in formats if name not in assigned.values()})
        if found:
            assigned[field] = found
    if "occurred_from" not in assigned:
        rest = [name for name in formats if name not in assigned.values()]
        if rest:
            assigned["occurred_from"] = rest[0]
    used = [formats[assigned[field]] for field in TIME_FIELDS if field in assigned]
    return list(dict.fromkeys(chain.from_iterable(used)))


def _assign_by_name(fields: Iterable[Field], columns: Mapping[str, Sequence[str]], assigned: dict[Field, str]) -> None:
    for field in fields:
        free = {name: values for name, values in columns.items() if name not in assigned.values()}
        found = _by_name(field, free)
        if found and (field != "accuracy_m" or decimal_of(columns[found])):
            assigned[field] = found


def _assign_category(
    columns: Mapping[str, Sequence[str]], assigned: dict[Field, str], partnership: Partnership
) -> None:
    free = {n: v for n, v in columns.items() if n not in assigned.values() and 0 < len(set(v) - {""}) <= MAX_LISTED}
    if found := _by_name("category", free):
        assigned["category"] = found
        return
    known = {n: sum(bool(_guess(value, partnership)) for value in set(v)) / len(set(v)) for n, v in free.items()}
    best = max(known, key=lambda name: known[name], default=None)
    if best is not None and known[best] >= 0.5:
        assigned["category"] = best


def _column_lines(columns: Mapping[Field, str], place: _Place | None, questions: list[str]) -> list[str]:
    lines = ["[columns]"]
    if "key" not in columns:
        lines.append('# key = ""  # no column of case numbers was found; without one, rows are known by their content')
    lines += [f"{field} = {_quoted(columns[field])}" for field in NAMES if field in columns]
    if "occurred_from" not in columns:
        lines.append('# occurred_from = ""  # FILL IN: no column of times was found')
        questions.append("no column of times was found: fill in occurred_from")
    if place is None:
        lines.append('# lon = ""  # FILL IN: no coordinates and no address were found')
        questions.append("no coordinates and no address were found: fill in lon and lat, x and y, or address")
    else:
        lines += [f"# {remark}" for remark in place.remarks]
    return lines


def _unmapped_lines(sample: _Sample, columns: Mapping[Field, str], personal: Mapping[str, str]) -> list[str]:
    rest = [name for name in sample.columns if name not in columns.values()]
    return [
        f"# {_quoted(name)}: not mapped{f': looks like {personal[name]}' if name in personal else ''}" for name in rest
    ]


def _value_lines(
    columns: Mapping[str, Sequence[str]],
    assigned: Mapping[Field, str],
    place: _Place | None,
    partnership: Partnership,
    *,
    formats: Sequence[str],
    questions: list[str],
) -> list[str]:
    lines = ["[values]"]
    if place and place.crs:
        lines.append(f"crs = {_quoted(place.crs)}")
    if formats:
        shown = ", ".join(map(_quoted, formats))
        lines.append(f"time_format = {shown if len(formats) == 1 else f'[{shown}]'}")
    lines.append(f"timezone = {_quoted(partnership.calendar.timezone.key)}  # the partnership's own")
    if place and place.crs == WGS84 and "accuracy_m" not in assigned:
        decimals = max(len(v.partition(place.decimal)[2]) for v in columns[assigned["lon"]][:LOOKED_AT])
        if decimals <= ROUGH_DECIMALS:
            lines.append(f"accuracy_m = {ROUGH_ACCURACY_M}  # coordinates have {decimals} decimals")
    if "category" not in assigned:
        ids = ", ".join(partnership.category_index)
        if len(partnership.categories) == 1:
            lines.append(f"category = {_quoted(partnership.categories[0].id)}  # the partnership's only one")
        else:
            lines.append(f'# category = ""  # FILL IN: no column of categories was found; every row is one of {ids}')
            questions.append("no column of categories was found: fill in category")
    return lines


def _category_lines(
    columns: Mapping[str, Sequence[str]], assigned: Mapping[Field, str], partnership: Partnership
) -> list[str]:
    if "category" not in assigned:
        return []
    ids = ", ".join(partnership.category_index)
    lines, untold = ["", "[categories]", f"# The partnership has {ids}."], 0
    for value, rows in Counter(v for v in columns[assigned["category"]] if v).most_common():
        guess = _guess(value, partnership)
        if not may_be_repeated(value) and not _is_label(value, partnership):
            untold += 1
        elif guess and _is_label(value, partnership):
            lines.append(f"{_quoted(value)} = {_quoted(guess)}")
        elif guess:
            lines.append(f"{_quoted(value)} = {_quoted(guess)}  # a guess")
        else:
            lines.append(f'# {_quoted(value)} = ""  # FILL IN or leave out: {rows} rows of the sample')
    if untold:
        lines.append(f"# {untold} more values are not repeated here, as they may be personal")
    return lines


def _basis_lines(columns: Mapping[str, Sequence[str]], assigned: Mapping[Field, str]) -> list[str]:
    if "basis" not in assigned:
        return []
    lines = ["", "[basis]", "# reported by citizens, or observed by police"]
    for value in sorted({v for v in columns[assigned["basis"]] if v and may_be_repeated(v)})[:MAX_LISTED]:
        found = [basis for basis, stems in BASIS_STEMS.items() if any(stem in folded(value) for stem in stems)]
        lines.append(f"{_quoted(value)} = {_quoted(found[0])}" if found else f'# {_quoted(value)} = ""  # FILL IN')
    return lines


def _guess(value: str, partnership: Partnership) -> str | None:
    """The id of the category ``value`` seems to be; where it names several, the first it names."""
    text = folded(value)
    for category in partnership.categories:
        if text in {folded(category.id), folded(category.label)}:
            return category.id
    places: list[tuple[int, str]] = []
    for category in partnership.categories:
        own = folded(category.id) + " " + folded(category.label)
        for stems in CATEGORY_STEMS:
            if any(stem in own for stem in stems):
                places += [(text.index(stem), category.id) for stem in stems if stem in text]
    return min(places)[1] if places else None


def _is_label(value: str, partnership: Partnership) -> bool:
    return any(folded(value) in {folded(c.id), folded(c.label)} for c in partnership.categories)


def _by_name(field: Field, columns: Iterable[str]) -> str | None:
    """The column whose name is the field's best known one."""
    by_name = {folded(name): name for name in columns}
    return next((by_name[name] for name in NAMES[field] if name in by_name), None)


def _slug(stem: str) -> str:
    text = unicodedata.normalize("NFC", stem).casefold().translate(LETTERS)
    letters = re.sub(r"[^a-z]+", "-", text).strip("-")
    return letters or "kilde"


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
