from dataclasses import replace

import pytest

from data.coding import Coding, UnknownIdError
from models.panel import panel_of
from models.partnership import Category, Partnership
from tests.incident_blocks import some_incidents


def test_a_panel_comes_back_as_it_was(partnership: Partnership) -> None:
    coding = Coding(partnership)
    panel = panel_of(some_incidents(partnership, 50), partnership.calendar)
    back = coding.panel(coding.panel_rows(panel))
    assert all((getattr(back, name) == getattr(panel, name)).all() for name in vars(panel))
    assert len(coding.panel([])) == 0


def test_reordered_settings_find_the_same_ids(partnership: Partnership) -> None:
    panel = panel_of(some_incidents(partnership, 50), partnership.calendar)
    turned = replace(partnership, categories=partnership.categories[::-1])
    back = Coding(turned).panel(Coding(partnership).panel_rows(panel))
    assert (back.category == len(partnership.categories) - 1 - panel.category).all()


def test_an_id_the_settings_lost_is_named(partnership: Partnership) -> None:
    rows = Coding(partnership).panel_rows(panel_of(some_incidents(partnership, 50), partnership.calendar))
    poorer = replace(partnership, categories=(Category("andet", "Andet"),))
    with pytest.raises(UnknownIdError, match="the database holds category '"):
        Coding(poorer).panel(rows)
