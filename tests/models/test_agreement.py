from datetime import date

import pytest

from data.partnerships import load_partnership
from models.agreement import AgreementError, Goal, SeriesBreak, goal_state, require_agreement
from models.partnership import Partnership, PartnershipError, parse_partnership
from models.rate_ratio import RateRatio


@pytest.mark.parametrize(
    ("change", "lower", "upper", "state"),
    [
        (-0.2, 0.5, 0.79, "met"),
        (-0.2, 0.5, 0.85, "open"),
        (-0.2, 0.81, 1.2, "not met"),
        (0.2, 1.3, 1.6, "met"),
        (0.2, 0.9, 1.1, "not met"),
        (0.2, 1.1, 1.4, "open"),
    ],
)
def test_a_goal_is_met_only_where_the_whole_interval_is_beyond_it(
    change: float, lower: float, upper: float, state: str
) -> None:
    assert goal_state(Goal("a", change, 2025, 2027), RateRatio(1.0, lower, upper, 0.5)) == state


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"change": -1.5}, "change of a goal must be a share such as -0.2, found -1.5"),
        ({"change": 0}, "change of a goal must be a share"),
        ({"baseline_year": 2028}, "a goal needs 2000 <= baseline_year <= by_year, found 2028 and 2027"),
    ],
)
def test_a_goal_that_cannot_be_is_one_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(AgreementError, match=sentence):
        Goal(**{"area": "a", "change": -0.2, "baseline_year": 2025, "by_year": 2027, **fields})  # type: ignore[arg-type]  # as a file has them


def test_a_break_of_a_part_breaks_what_adds_it_up() -> None:
    found = SeriesBreak(date(2026, 1, 1), "reporting-channel", area="a", category="x")
    concerned = [(area, category) for area in ("a", "b", None) for category in ("x", "y", None)
                 if found.concerns(area, category)]  # fmt: skip
    assert concerned == [("a", "x"), ("a", None), (None, "x"), (None, None)]
    assert SeriesBreak(date(2026, 1, 1), "recording-system").concerns("b", "y")


def test_the_settings_are_read_and_checked() -> None:
    whole: Partnership = load_partnership(None)
    assert [series.id for series in whole.indicators] == ["tryghed", "uro"]
    require_agreement([Goal("indre-noerrebro", -0.2, 2025, 2027)], [], whole.areas, ["hash"])
    for goal in (Goal("nowhere", -0.2, 2025, 2027), Goal("indre-noerrebro", -0.2, 2025, 2027, category="nothing")):
        with pytest.raises(AgreementError, match=r"a goal in partnership.toml is of an unknown (area|category)"):
            require_agreement([goal], [], whole.areas, ["hash"])


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"goals": [{"area": "a"}]}, r"\[\[goals\]\] lacks 'baseline_year'"),
        ({"goals": {"area": "a"}}, r"\[\[goals\]\] in partnership.toml must be a list of tables"),
        (
            {"breaks": [{"on": date(2026, 1, 1), "kind": "Hansen"}]},
            r"\[\[breaks\]\]: kind of a break must be one",
        ),
        ({"indicators": [{"id": "a b"}]}, r"\[\[indicators\]\] lacks"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, object], sentence: str) -> None:
    import json
    import tomllib
    from importlib.resources import files

    folder = files("data").joinpath("partnerships", "indre-noerrebro")
    whole = tomllib.loads(folder.joinpath("partnership.toml").read_text(encoding="utf-8"))
    areas = json.loads(folder.joinpath("areas.geojson").read_text(encoding="utf-8"))
    with pytest.raises(PartnershipError, match=sentence):
        parse_partnership({**whole, **settings}, areas)
