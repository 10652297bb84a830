"""Which sheet of a workbook, or layer of a map file, holds the rows."""

from collections.abc import Mapping, Sequence
from typing import Literal

from data.intake.block import IntakeError
from data.intake.table import TableOptions


def choose(
    name: str, kind: Literal["sheet", "layer"], headers: Mapping[str, Sequence[str]], options: TableOptions
) -> str:
    """The table that is asked for; without one, that with most of the columns wanted, or with most columns.

    Raises `IntakeError` where there is none, or two are equally good.
    """
    found = ", ".join(f"'{table}'" for table in headers)
    if options.table is not None:
        if options.table not in headers:
            raise IntakeError(f"'{name}' has no {kind} '{options.table}' as the profile says; it has {found}")
        return options.table
    if not headers:
        raise IntakeError(f"'{name}' has no {kind}")
    wanted = set(options.wanted)
    fits = {table: (len(wanted & set(header)), 0 if wanted else len(header)) for table, header in headers.items()}
    best = max(fits.values())
    equally = [table for table, fit in fits.items() if fit == best]
    if len(equally) > 1 and best != (0, 0):
        raise IntakeError(f"more than one {kind} of '{name}' could be meant ({found}); set 'table' in [file]")
    return equally[0]
