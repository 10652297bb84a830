"""An answer as text for a Danish spreadsheet: semicolons, decimal commas, UTF-8 with its mark at the start.

First what was asked and on which data it rests, a line each; then each table, its title and its headings before it and
an empty line between. Dates are ISO 8601, which every spreadsheet reads; what cannot be shown is empty. Headings and
words are in the language of the moment, numbers are written as a Danish spreadsheet wants them in either.
"""

import csv
import io
from datetime import date

from maps.explore_tables import ExploreTables, Value
from maps.language import _

BOM = "\ufeff"
DECIMALS = 6
# A spreadsheet takes a text that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def explore_csv(tables: ExploreTables) -> bytes:
    """All of ``tables`` in one file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Parameter"), _("Værdi")])
    writer.writerows([_cell(one.heading), _cell(one.value)] for one in tables.parameters)
    for table in tables.tables:
        writer.writerow([])
        writer.writerow([_cell(table.title)])
        writer.writerow([_cell(column.heading) for column in table.columns])
        writer.writerows([_cell(value) for value in row] for row in table.rows)
    return (BOM + text.getvalue()).encode()


def _cell(value: Value) -> str:
    """A value as it stands in the file.

    >>> _cell(1234.5), _cell(3.0), _cell(date(2026, 11, 2)), _cell(None), _cell("=1")
    ('1234,5', '3', '2026-11-02', '', "'=1")
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def number_text(value: float) -> str:
    """A number with a decimal comma: counts are whole parts per million, smaller numbers keep six digits.

    >>> number_text(0.333333), number_text(1e-9), number_text(12.0)
    ('0,333333', '0,000000001', '12')
    """
    shown = f"{value:.{DECIMALS}f}"
    if value and abs(value) < 10**-3:
        exponent = -int(f"{value:e}".partition("e")[2])
        shown = f"{value:.{exponent + DECIMALS - 1}f}"
    return shown.rstrip("0").rstrip(".").replace(".", ",") if "." in shown else shown
