from maps.audit import ACTION_TEXT, PURPOSE_TEXT, RULE_TEXT
from models.audit import ACTIONS, PURPOSES
from models.unusual_extraction import RULES


def test_every_code_has_its_words() -> None:
    assert set(ACTION_TEXT) == set(ACTIONS)
    assert set(PURPOSE_TEXT) == set(PURPOSES)
    assert set(RULE_TEXT) == set(RULES)
