import numpy as np
import pytest
from numpy.typing import NDArray

from geo.grid import outline, to_text
from maps.cells import CellTable, cell_payload, limits
from maps.daily import cell_table
from models.daily import DailyResult
from models.partnership import Partnership

ORIGIN = (12.53, 55.66)


def unpack(pairs: list[int], n: int) -> NDArray[np.float64]:
    """One row as the page's script reads it, in whole units."""
    row = np.zeros(n)
    row[pairs[::2]] = pairs[1::2]
    return row


@pytest.fixture(scope="module")
def table(result: DailyResult, partnership: Partnership) -> CellTable:
    return cell_table(result, partnership, None)


def test_outlines_come_back_to_a_metre(table: CellTable) -> None:
    payload = cell_payload(table, ORIGIN)
    for cell, steps in zip(table.cell.tolist(), payload["ring"], strict=True):
        corners = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) * 1e-5 + ORIGIN
        assert corners == pytest.approx(np.array(outline(cell)[:-1]), abs=0.51e-5)


def test_figures_come_back(table: CellTable) -> None:
    payload = cell_payload(table, ORIGIN)
    assert payload["id"] == to_text(table.cell)
    for name, unit in (("expected", 1e-5), ("recent", 0.01), ("observed", 0.01)):
        columns = getattr(table, name).reshape(len(table.cell), -1)
        rows = np.array([unpack(pairs, columns.shape[1]) for pairs in payload[name]]) * unit
        assert rows == pytest.approx(columns, abs=unit * 0.51)
    assert np.array(payload["q"]) * 1e-4 == pytest.approx(table.q, abs=0.51e-4)
    hot = [[bool(mask >> k & 1) for k in range(table.hot.shape[1])] for mask in payload["hot"]]
    assert hot == table.hot.tolist()
    assert [payload["places"][i] for i in payload["place"]] == list(table.place)


def test_every_choice_has_limits(table: CellTable, partnership: Partnership) -> None:
    found = limits(table)
    choices = (len(partnership.calendar.shifts) + 1) * (len(partnership.categories) + 1)
    assert len(found["expected"]) == len(found["recent"]) == choices
    # Half of the ranked cells with any expectation stay below the first limit.
    total = table.expected[table.ranked].sum((1, 2))
    assert (total < found["expected"]["-1:-1"][0]).mean() == pytest.approx(0.5, abs=0.03)


def test_limits_follow_the_ranked_cells_only(table: CellTable) -> None:
    assert table.ranked.any()
    assert not table.ranked.all()
    recent = np.round(table.recent.sum((1, 2)))
    assert limits(table)["recent"]["-1:-1"][-1] <= recent[table.ranked].max()
