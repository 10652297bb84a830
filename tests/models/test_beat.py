import pytest

from data.partnerships import load_partnership
from models.beat import Beat, BeatError, require_beats, treated_beat

AREAS = load_partnership(None).areas


def test_without_beats_there_is_one_of_the_treated_area() -> None:
    assert treated_beat(AREAS) == Beat("indre-noerrebro", "Indre Nørrebro", ("indre-noerrebro",), "walking")
    require_beats([treated_beat(AREAS)], AREAS)


@pytest.mark.parametrize(
    ("beats", "sentence"),
    [
        ([Beat("a", "A", ("nowhere",))], "beat 'a' in partnership.toml has an unknown area 'nowhere'"),
        ([Beat("a", "A", ())], "beat 'a' in partnership.toml has no area"),
        ([Beat("a", "A", ("haraldsgade",))] * 2, "two beats in partnership.toml have the same id"),
        (
            [Beat("a", "A", ("haraldsgade",), "riding")],
            "travel of beat 'a' must be one of walking, cycling, found 'riding'",
        ),
    ],
)
def test_what_cannot_be_used_is_one_sentence(beats: list[Beat], sentence: str) -> None:
    with pytest.raises(BeatError, match=sentence):
        require_beats(beats, AREAS)
