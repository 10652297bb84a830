"""The values a file uses for category or basis, and the positions they stand for."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from data.intake.block import Faults, IntakeError, Reason
from data.intake.person_data import is_prose, may_be_repeated, person_data_in
from data.intake.profile import Profile
from data.intake.texts import TextColumn
from models.panel import BASES, REPORTED
from models.partnership import Partnership

PROSE_SHARE = 0.05
MAX_UNKNOWN_VALUES = 50
UNKNOWN = -1


@dataclass(frozen=True)
class Vocabulary:
    """A closed list: ``positions`` by folded value (case and spaces do not count), ``default`` for an empty cell."""

    field: Literal["category", "basis"]
    column: str
    table: str
    positions: Mapping[str, int]
    default: int | None
    missing: Reason
    unknown: Reason

    def refuse_free_text(self, values: Sequence[str]) -> None:
        """Raise `IntakeError` if a sample of the column looks like free text or person data, not like a list."""
        unknown = [value for value in values if value and _folded(value) not in self.positions]
        prose = sum(map(is_prose, unknown))
        distinct = len(set(unknown))
        if prose and prose >= PROSE_SHARE * len(values):
            raise IntakeError(self._refusal("free text"))
        personal = [found for found in map(person_data_in, unknown) if found]
        if personal and 2 * len(personal) >= len(values):
            raise IntakeError(self._refusal(f"person data ({personal[0]})"))
        if distinct > MAX_UNKNOWN_VALUES and 2 * distinct > len(values):
            raise IntakeError(self._refusal(f"free text ({distinct} different unknown values)"))

    def positions_of(self, values: TextColumn | None, faults: Faults, n_rows: int) -> NDArray[np.int64]:
        """The position of each row's value; rows without one are marked in ``faults``."""
        default = UNKNOWN if self.default is None else self.default
        if values is None:
            return np.full(n_rows, default, dtype=np.int64)
        encoded = values.dictionary_encode()
        different = encoded.dictionary.to_pylist()
        known = [self.positions.get(_folded(value), UNKNOWN) if value else default for value in different]
        which = encoded.indices.to_numpy()
        found: NDArray[np.int64] = np.array(known, dtype=np.int64)[which]
        if (found == UNKNOWN).any():
            self._mark(different, which, np.flatnonzero(found == UNKNOWN), faults)
        return found

    def _mark(
        self, different: Sequence[str], which: NDArray[np.integer[Any]], bad: NDArray[np.intp], faults: Faults
    ) -> None:
        rows_of: dict[int, list[int]] = defaultdict(list)
        for row in bad.tolist():
            rows_of[int(which[row])].append(row)
        for position, rows in rows_of.items():
            value, at = different[position], np.array(rows, dtype=np.intp)
            if not value:
                faults.mark(at, self.missing, f"the {self.field} is empty")
            elif personal := person_data_in(value):
                faults.mark(at, "person-data", f"the {self.field} holds what looks like {personal}")
            else:
                faults.mark(at, self.unknown, self._how_to_map(value))

    def _how_to_map(self, value: str) -> str:
        if not may_be_repeated(value):
            return (
                f"the {self.field} is not known and is not repeated here, as it may be personal; "
                f"map it under [{self.table}] in the profile"
            )
        near = get_close_matches(_folded(value), self.positions, n=1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        return f"the {self.field} '{value}' is not known{hint}; map it under [{self.table}] in the profile"

    def _refusal(self, what: str) -> str:
        return (
            f"column '{self.column}' is mapped as {self.field} but seems to hold {what}; "
            f"map a column with a closed list of values"
        )


def category_vocabulary(profile: Profile, partnership: Partnership) -> Vocabulary:
    """The profile's categories as positions in the partnership's; raises `IntakeError` for an unknown id."""
    index = partnership.category_index
    for value, category in [
        *profile.categories.items(),
        *([("", profile.category)] if profile.category else []),
    ]:
        if category not in index:
            where = f"[categories] of profile '{profile.name}' maps '{value}' to" if value else "[values] gives"
            raise IntakeError(f"{where} category '{category}'; the partnership has {', '.join(index)}")
    return Vocabulary(
        field="category",
        column=profile.columns.get("category", ""),
        table="categories",
        positions=_by_folded_value(index, profile.categories, "categories"),
        default=None if profile.category is None else index[profile.category],
        missing="category-missing",
        unknown="category-unknown",
    )


def basis_vocabulary(profile: Profile) -> Vocabulary:
    """The profile's bases as positions in `BASES`; reported where a profile says nothing of the basis."""
    index: dict[str, int] = {basis: i for i, basis in enumerate(BASES)}
    default = REPORTED if "basis" not in profile.columns else None
    return Vocabulary(
        field="basis",
        column=profile.columns.get("basis", ""),
        table="basis",
        positions=_by_folded_value(index, profile.bases, "basis"),
        default=default if profile.basis is None else index[profile.basis],
        missing="basis-missing",
        unknown="basis-unknown",
    )


def _by_folded_value(index: Mapping[str, int], mapped: Mapping[str, str], table: str) -> Mapping[str, int]:
    positions = {_folded(name): position for name, position in index.items()}
    told: dict[str, str] = {}
    for value, name in mapped.items():
        folded = _folded(value)
        if told.setdefault(folded, name) != name:
            raise IntakeError(f"[{table}] of the profile maps '{value}' to both '{told[folded]}' and '{name}'")
        positions[folded] = index[name]
    return positions


def _folded(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())
