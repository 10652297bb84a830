"""The review queue: questions kept without person data, decisions remembered, no writer loses another's."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from data.geocode_decisions import DECISIONS_FILE, DecisionsError, decide, keep_questions, read_decisions, reviewed
from geo.gazetteer import Ambiguous, Candidate, Found, Gazetteer, build_gazetteer

ASKED = "skolegade 1"
WRITER = """
import sys
from pathlib import Path
from data.geocode_decisions import decide, keep_questions
from geo.gazetteer import Ambiguous, Candidate, Found
for i in range(20):
    asked = f"gade{sys.argv[2]} {i}"
    keep_questions(Path(sys.argv[1]), [Ambiguous(asked, (Candidate("A", Found(12.5, 55.7, 10.0, "address")),))])
    decide(Path(sys.argv[1]), asked, 1)
"""


@pytest.fixture
def gazetteer() -> Gazetteer:
    return build_gazetteer(
        addresses=[("Skolegade", "1", (12.55, 55.69), "2200"), ("Skolegade", "1", (12.56, 55.70), "2100")]
    )


def test_a_question_is_collected_kept_decided_and_then_answered(gazetteer: Gazetteer, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = reviewed(gazetteer, home)
    assert isinstance(first.find("SKOLEGADE", "1"), Ambiguous)
    assert isinstance(first.find_address("Skolegade 1, 3. tv"), Ambiguous)
    assert keep_questions(home, first.questions.values()) == 1
    assert keep_questions(home, first.questions.values()) == 0
    assert list(read_decisions(home).questions) == [ASKED]
    chosen = decide(home, ASKED, 2)
    assert chosen is not None
    assert chosen.name == "Skolegade 1 2100"
    again = reviewed(gazetteer, home)
    assert again.find("skolegade", "1") == Found(12.56, 55.70, 10.0, "decision", 1.0)
    assert not again.questions
    decide(home, ASKED, None)
    assert reviewed(gazetteer, home).find("Skolegade", "1") is None


def test_the_file_never_holds_what_was_written(gazetteer: Gazetteer, tmp_path: Path) -> None:
    asking = reviewed(gazetteer, tmp_path)
    asking.find_address("Kiosken, Skolegade 1 (Jens Hansen), tlf. hos ejeren")
    odd = Ambiguous("skolegade 1 12345678", (Candidate("A", Found(12.5, 55.7, 10.0, "address")),))
    keep_questions(tmp_path, [*asking.questions.values(), odd])
    text = (tmp_path / DECISIONS_FILE).read_text(encoding="utf-8")
    assert list(json.loads(text)["questions"]) == [ASKED]
    assert not any(word in text.casefold() for word in ("jens", "hansen", "kiosk", "12345678"))


def test_nothing_to_ask_writes_nothing(tmp_path: Path) -> None:
    assert keep_questions(tmp_path / "home", []) == 0
    assert not (tmp_path / "home").exists()


def test_a_decision_must_fit_its_question(gazetteer: Gazetteer, tmp_path: Path) -> None:
    with pytest.raises(DecisionsError, match=r"^there is no question 'skolegade 1'"):
        decide(tmp_path, ASKED, 1)
    asking = reviewed(gazetteer, tmp_path)
    asking.find("Skolegade", "1")
    keep_questions(tmp_path, asking.questions.values())
    with pytest.raises(DecisionsError, match=r"^'skolegade 1' has candidates 1 to 2, found 3$"):
        decide(tmp_path, ASKED, 3)
    assert not read_decisions(tmp_path).decided


@pytest.mark.parametrize("content", ["", "[]", '{"questions": {}}', '{"questions": {"a": [{}]}, "decided": {}}'])
def test_a_damaged_file_is_refused_and_not_overwritten(gazetteer: Gazetteer, tmp_path: Path, content: str) -> None:
    path = tmp_path / DECISIONS_FILE
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DecisionsError, match=r"are damaged; restore or remove the file$"):
        reviewed(gazetteer, tmp_path)
    with pytest.raises(DecisionsError):
        decide(tmp_path, ASKED, 1)
    assert path.read_text(encoding="utf-8") == content


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(n)]) for n in range(3)]
    assert [writer.wait(timeout=300) for writer in writers] == [0, 0, 0]
    kept = read_decisions(tmp_path)
    assert len(kept.questions) == len(kept.decided) == 60
    assert sorted(path.name for path in tmp_path.iterdir()) == [".geocode-decisions.lock", DECISIONS_FILE]
