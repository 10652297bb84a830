from dataclasses import replace

import pytest

from data.binary_copy import Texts
from data.coding import Coding, UnknownIdError
from models.panel import Panel, panel_of
from models.partnership import Category, Partnership
from tests.incident_blocks import some_incidents


def rows_of(coding: Coding, panel: Panel) -> list[tuple[object, ...]]:
    """The rows that the texts of ``panel`` stand for, as they are selected again."""

    def ids(column: Texts) -> list[str | None]:
        assert column.position is not None
        return [column.values[i] for i in column.position]

    area, shift, category, basis = map(ids, coding.panel_texts(panel))
    numbers = (column.tolist() for column in (panel.cell, panel.day, panel.weight_ppm))
    cell, day, weight = numbers
    return list(zip(cell, area, day, shift, category, basis, weight, strict=True))


def test_a_panel_comes_back_as_it_was(partnership: Partnership) -> None:
    coding = Coding(partnership)
    panel = panel_of(some_incidents(partnership, 50), partnership.calendar)
    back = coding.panel(rows_of(coding, panel))
    assert all((getattr(back, name) == getattr(panel, name)).all() for name in vars(panel))
    assert len(coding.panel([])) == 0


def test_reordered_settings_find_the_same_ids(partnership: Partnership) -> None:
    panel = panel_of(some_incidents(partnership, 50), partnership.calendar)
    turned = replace(partnership, categories=partnership.categories[::-1])
    back = Coding(turned).panel(rows_of(Coding(partnership), panel))
    assert (back.category == len(partnership.categories) - 1 - panel.category).all()


def test_an_id_the_settings_lost_is_named(partnership: Partnership) -> None:
    rows = rows_of(Coding(partnership), panel_of(some_incidents(partnership, 50), partnership.calendar))
    poorer = replace(partnership, categories=(Category("andet", "Andet"),))
    with pytest.raises(UnknownIdError, match="the database holds category '"):
        Coding(poorer).panel(rows)
