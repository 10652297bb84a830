"""Options that several commands have, and texts that stand for something."""

from datetime import date
from typing import Annotated

import typer

from geo.errors import PlainError
from geo.grid import FINEST

Resolution = Annotated[int, typer.Option(help=f"H3 resolution, 0 (coarse) to {FINEST} (fine).")]


class DateError(PlainError, ValueError):
    """A text that is not a date."""


def parse_date(text: str) -> date:
    """A date from YYYY-MM-DD; raises `DateError`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DateError(f"'{text}' is not a date such as 2026-11-23") from error
