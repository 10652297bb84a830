"""``trygkort effort`` as an analyst uses it, and the effort of the demonstration."""

import json

import pytest

from api.effort_results import evaluated
from api.gate import Gate
from data.store import Store
from models.partnership import Partnership
from tests.api.conftest import Command
from tests.demonstration import Loaded
from tests.effort_example import START, counts_of, keep_run


def entered(trygkort: Command, *more: object) -> str:
    arguments = ("--area", "indre-noerrebro", "--kind", "presence", "--from", START, "--category", "hash", *more)
    return trygkort("effort", "add", *arguments).stdout


def test_from_entered_to_withdrawn(trygkort: Command) -> None:
    assert entered(trygkort) == f"effort 1: presence in indre-noerrebro from {START} on, hash\n"
    assert trygkort("effort", "end", 1, "--on", "2026-10-20").stdout == (
        "effort 1 ended: 2026-10-20 is the first day without it\n"
    )
    assert trygkort("effort", "list").stdout == f"    1  presence in indre-noerrebro from {START} to 2026-10-20, hash\n"
    [effort] = json.loads(trygkort("effort", "list", "--json", "--area", "indre-noerrebro").stdout)
    assert (effort["id"], effort["stop"]) == (1, "2026-10-20")
    assert trygkort("effort", "list", "--kind", "zone").stdout == "no efforts\n"
    assert trygkort("effort", "withdraw", 1).stdout == "effort 1 is withdrawn\n"
    assert trygkort("effort", "list").stdout == "no efforts\n"
    assert trygkort("effort", "list", "--withdrawn").stdout.endswith("hash (withdrawn)\n")
    assert "not evaluated: the effort is withdrawn" in trygkort("effort", "evaluate", 1).stdout


def test_an_evaluation_in_words_and_for_machines(trygkort: Command, store: Store, partnership: Partnership) -> None:
    entered(trygkort)
    assert "there is no run yet; make one with: trygkort daily" in trygkort("effort", "evaluate", 1).stdout
    keep_run(store, partnership, counts_of(partnership, left=0.2))
    told = trygkort("effort", "evaluate", 1).stdout
    assert "fald: " in told
    assert "regression to the mean is" in told
    assert "placebo in time p 0.0" in told
    assert "roeveri      too few incidents" in told
    found = json.loads(trygkort("effort", "evaluate", 1, "--json").stdout)
    assert found["result"]["class"] == "fald"
    assert [event["action"] for event in found["history"]] == ["add"]
    entered(trygkort, "--category", "uro", "--to", "2026-09-10")
    assert "not evaluated: an evaluation needs 14 complete days" in trygkort("effort", "evaluate", 2).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "--area", "x", "--kind", "zone", "--from", START), "'x' is not an area of the partnership"),
        (("add", "--area", "mimersgade", "--kind", "hansen", "--from", START), "the kind must be one of presence, "),
        (("add", "--area", "mimersgade", "--kind", "zone", "--from", "friday"), "'friday' is not a date"),
        (
            ("add", "--area", "mimersgade", "--kind", "zone", "--from", START, "--to", START),
            "the first day without the effort must come after its start",
        ),
        (
            ("add", "--area", "mimersgade", "--kind", "zone", "--from", START, "--category", "x"),
            "'x' is not a category; they are hash, ",
        ),
        (("end", 1, "--on", "2020-01-01"), "the first day without the effort must come after its start"),
        (("end", 9, "--on", "2026-10-20"), "there is no effort 9"),
        (("withdraw", 9), "there is no effort 9"),
        (("evaluate", 9), "there is no effort 9"),
        (("list", "--kind", "hansen"), "the kind must be one of"),
        (
            ("add", "--area", "indre-noerrebro", "--kind", "presence", "--from", START, "--category", "hash"),
            "this is effort 1 already",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(trygkort: Command, arguments: tuple[object, ...], sentence: str) -> None:
    entered(trygkort)
    outcome = trygkort("effort", *arguments)
    assert (outcome.returncode, outcome.stderr.startswith(f"trygkort: {sentence}")) == (2, True), outcome.stderr


def test_the_effort_of_the_demonstration_saw_its_planted_fall(demo: Loaded, partnership: Partnership) -> None:
    gate = Gate(demo.store, partnership)
    [effort] = gate.every_effort()  # loaded more than once, entered once
    result = evaluated(gate, effort)
    assert result is not None
    assert result.evaluation is not None
    assert result.found == "fald"
    assert result.evaluation.in_time is not None
    assert result.evaluation.in_time.p < 0.05
    # The market went to a neighbour: there is as large a change there, and one alert, as before.
    assert partnership.areas.index["sankt-hans-torv"] in result.evaluation.areas


def test_without_the_planted_event_the_effort_changed_nothing(quiet_demo: Loaded, partnership: Partnership) -> None:
    gate = Gate(quiet_demo.store, partnership)
    [effort] = gate.every_effort()
    result = evaluated(gate, effort)
    assert result is not None
    assert result.found == "ingen klar ændring"
