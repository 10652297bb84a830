import json
import tomllib
from collections.abc import Callable
from importlib.resources import files

import pytest

from data.partnerships import load_partnership
from models.partnership import PartnershipError, parse_partnership

FOLDER = files("data").joinpath("partnerships", "indre-noerrebro")
AREAS = json.loads(FOLDER.joinpath("areas.geojson").read_text(encoding="utf-8"))


def settings() -> dict:
    return tomllib.loads(FOLDER.joinpath("partnership.toml").read_text(encoding="utf-8"))


def test_the_packaged_partnership() -> None:
    partnership = load_partnership(None)
    assert partnership.name == "Indre Nørrebro"
    assert [shift.id for shift in partnership.calendar.shifts] == ["dag", "aften", "nat"]
    assert partnership.category_index["hash"] == 0
    assert (partnership.resolutions.stored, partnership.resolutions.map) == (11, 10)


def test_method_parameters_may_be_set() -> None:
    partnership = parse_partnership(
        settings() | {"displacement": {"window_days": 14}, "trend": {"windows_days": [28]}}, AREAS
    )
    assert partnership.displacement.window_days == 14
    assert partnership.trend.windows_days == (28,)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s.pop("timezone"), "lacks 'timezone'"),
        (lambda s: s.update(colour="red"), "unknown setting 'colour'"),
        (lambda s: s.update(displacement={"days": 3}), r"\[displacement\] has an unknown setting 'days'"),
        (lambda s: s.update(displacement=3), r"\[displacement\] in partnership.toml must be a table"),
        (lambda s: s.update(name=" "), "'name' in partnership.toml must be a text"),
        (lambda s: s["resolutions"].pop("map"), r"\[resolutions\] lacks 'map'"),
        (lambda s: s["resolutions"].update(map=12), "overview <= map <= stored"),
        (lambda s: s["categories"].append({"id": "hash"}), "category 'hash' stands twice"),
        (lambda s: s.update(categories=[]), r"\[\[categories\]\]"),
        (lambda s: s["shifts"][0].update(start="7"), "needs start and stop as times of day"),
    ],
)
def test_settings_that_cannot_be_used_are_named(change: Callable[[dict], object], sentence: str) -> None:
    values = settings()
    change(values)
    with pytest.raises(PartnershipError, match=sentence):
        parse_partnership(values, AREAS)
