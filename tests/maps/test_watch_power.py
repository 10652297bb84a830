import json
from datetime import date

import numpy as np

from maps.watch_power import power_as_json, power_rows
from models.alert import ALL
from models.beside_record import StatedPower
from models.partnership import Partnership
from models.watch_power import FALLS, NEVER, SHARES, WatchPower

COLUMNS = 3


def stated(partnership: Partnership) -> StatedPower:
    """The first category is found fast and everywhere, the second only in one neighbour, nothing else."""
    neighbours = tuple(area.id for area in partnership.areas.neighbours)
    day = np.full((len(FALLS), len(SHARES), len(neighbours), COLUMNS, 10), NEVER)
    day[1:, 1, :, 0] = 9
    day[1:, 1, 1, 0] = 12
    day[3, 1, 0, 1] = 40
    categories = tuple(category.id for category in partnership.categories[:2])
    return StatedPower(date(2026, 10, 1), neighbours, categories, 8.0, WatchPower(day, np.array([20.0, 3.2, 23.2])))


def test_a_row_per_category_over_all_neighbours(partnership: Partnership) -> None:
    first, second, together = power_rows(stated(partnership), partnership)
    assert (first.category, first.treated) == (partnership.categories[0].label, "20")
    # 0.8 between none at a fall of 0.25 and all at 0.5.
    assert (first.smallest, first.everything) == ("9", "9–12 dage")
    neighbours = len(partnership.areas.neighbours)
    assert second.smallest == f"3, til 1 af {neighbours} naboområder"
    assert second.everything == "40 til over 84 dage"
    assert (together.category, together.smallest) == ("Alle kategorier", "findes ikke sikkert, selv hvis alt flytter")
    assert together.everything == "over 84 dage"


def test_every_pair_as_data(partnership: Partnership) -> None:
    found = json.loads(json.dumps(power_as_json(stated(partnership), partnership), allow_nan=False))
    assert (found["month"], found["simulated"], found["treated"]) == ("2026-10-01", 10, partnership.areas.treated.id)
    assert len(found["pairs"]) == COLUMNS * len(partnership.areas.neighbours)
    pair = found["pairs"][0]
    assert pair["minimum"] == {"fall": 0.45, "moved": 9.0}
    assert len(pair["effects"]) == len(FALLS) * len(SHARES)
    effect = next(e for e in pair["effects"] if (e["fall"], e["share"]) == (0.5, 1.0))
    assert effect == {
        "fall": 0.5,
        "share": 1.0,
        "chance": {"28": 1.0, "56": 1.0, "84": 1.0},
        "days": {"median": 9, "most": 9},
    }
    assert {p["category"] for p in found["pairs"]} == {*stated(partnership).categories, ALL}
