import pytest

from models.audit import ACTIONS, USUAL_PURPOSE, AuditCodeError, audit_entry


def test_every_action_has_a_usual_purpose() -> None:
    assert set(USUAL_PURPOSE) == set(ACTIONS)


def test_figures_reach_the_actor_where_nobody_else_is_named() -> None:
    line = {"actor": "analyse", "subject": "nord/1", "outcome": "released"}
    assert audit_entry(action="consultation", **line).recipient == "analyse"  # type: ignore[arg-type]
    assert audit_entry(action="disclosure", recipient="styregruppe", **line).recipient == "styregruppe"  # type: ignore[arg-type]
    assert audit_entry(action="import", **line).recipient == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"action": "look"}, "action is 'look'; it must be one of import, run"),
        ({"purpose": "because"}, "purpose is 'because'; it must be one of unstated"),
        ({"recipient": "Ida Prøvesen"}, "recipient must be a handle"),
        ({"recipient": "x" * 201}, "recipient must be a handle"),
    ],
)
def test_free_text_has_no_place(more: dict[str, str], sentence: str) -> None:
    values = {"actor": "a", "action": "export", "subject": "nord/1", "outcome": "released", **more}
    with pytest.raises(AuditCodeError, match=sentence):
        audit_entry(**values)  # type: ignore[arg-type]
