"""Questions about addresses that fit several places, and what people decided: a file in the home folder.

The file holds normalised street names, numbers and candidate points, never an address as it was written and
nothing of the incidents. Every change is one locked read, change and atomic replacement, so that two writers
lose nothing of each other.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from data.intake.person_data import person_data_in
from geo.errors import PlainError
from geo.gazetteer import Ambiguous, Candidate, Found, Gazetteer, Lookup

DECISIONS_FILE = "geocode-decisions.json"
LOCK_FILE = ".geocode-decisions.lock"
VERSION = 1
LONGEST_QUESTION = 120
MAX_ACCURACY_M = 1_000.0


class DecisionsError(PlainError, ValueError):
    """The decisions cannot be read or written, or a decision that does not fit its question."""


@dataclass(frozen=True)
class Decisions:
    """Open questions with their candidates, and decided ones; a decision of None is "nowhere"."""

    questions: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    decided: Mapping[str, Candidate | None] = field(default_factory=dict)


@dataclass(frozen=True)
class ReviewedGazetteer(Gazetteer):
    """A gazetteer that knows what people decided, and collects what they have not decided yet."""

    decided: Mapping[str, Candidate | None]
    questions: dict[str, Ambiguous]

    def find_address(self, text: str) -> Lookup:
        outcome = super().find_address(text)
        if not isinstance(outcome, Ambiguous):
            return outcome
        if outcome.asked in self.decided:
            decision = self.decided[outcome.asked]
            return replace(decision.found, method="decision", score=1.0) if decision else None
        self.questions[outcome.asked] = outcome
        return outcome


def reviewed(gazetteer: Gazetteer, home: Path) -> ReviewedGazetteer:
    """``gazetteer`` with the decisions kept in ``home``; raises `DecisionsError`."""
    return ReviewedGazetteer(**vars(gazetteer), decided=read_decisions(home).decided, questions={})


def read_decisions(home: Path) -> Decisions:
    """What is kept in ``home``; nothing where there is no file. Raises `DecisionsError`."""
    path = home / DECISIONS_FILE
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Decisions(
            {asked: tuple(_candidate(one) for one in known) for asked, known in kept["questions"].items()},
            {asked: None if one is None else _candidate(one) for asked, one in kept["decided"].items()},
        )
    except FileNotFoundError:
        return Decisions()
    except OSError as error:
        raise DecisionsError(f"the decisions in {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DecisionsError(f"the decisions in {path} are damaged; restore or remove the file") from error


def keep_questions(home: Path, asked: Iterable[Ambiguous]) -> int:
    """Add what an import could not place; returns how many questions are new. Person data is left out."""
    asked = [one for one in asked if _may_be_kept(one.asked)]
    new = 0

    def added(kept: Decisions) -> Decisions:
        nonlocal new
        fresh = {one.asked: one.candidates for one in asked if one.asked not in kept.decided}
        new = len(fresh.keys() - kept.questions.keys())
        return replace(kept, questions={**kept.questions, **fresh})

    if asked:
        _change(home, added)
    return new


def decide(home: Path, asked: str, choice: int | Candidate | None) -> Candidate | None:
    """Settle a question: the number of its candidate from 1, a place of one's own, or None for "nowhere".

    Returns what was chosen. A question decided before may be decided again while its candidates are kept. Raises
    `DecisionsError`.
    """
    chosen: Candidate | None = None

    def settled(kept: Decisions) -> Decisions:
        nonlocal chosen
        if asked not in kept.questions:
            raise DecisionsError(f"there is no question '{asked}'; 'trygkort geocode review' lists them")
        known = kept.questions[asked]
        if isinstance(choice, int) and not 1 <= choice <= len(known):
            raise DecisionsError(f"'{asked}' has candidates 1 to {len(known)}, found {choice}")
        chosen = known[choice - 1] if isinstance(choice, int) else choice
        return replace(kept, decided={**kept.decided, asked: chosen})

    _change(home, settled)
    return chosen


def own_place(lon: float, lat: float, accuracy_m: float) -> Candidate:
    """A place that somebody points at, in degrees; raises `DecisionsError` for what is no place."""
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise DecisionsError(f"a point is longitude and latitude in degrees, found {lon:g} {lat:g}")
    if not 0 < accuracy_m <= MAX_ACCURACY_M:
        raise DecisionsError(f"the accuracy must be above 0 and at most {MAX_ACCURACY_M:.0f} m, found {accuracy_m:g}")
    return Candidate(f"the point {lon:.5f} {lat:.5f}", Found(lon, lat, accuracy_m, "decision"))


def _may_be_kept(asked: str) -> bool:
    return len(asked) <= LONGEST_QUESTION and person_data_in(asked) is None


def _change(home: Path, change: Callable[[Decisions], Decisions]) -> None:
    path = home / DECISIONS_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _locked(home):
            _write(path, change(read_decisions(home)))
    except OSError as error:
        raise DecisionsError(f"the decisions in {path} cannot be written: {error.strerror}") from error


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / LOCK_FILE).open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, kept: Decisions) -> None:
    content = {
        "version": VERSION,
        "questions": {asked: [_plain(one) for one in known] for asked, known in sorted(kept.questions.items())},
        "decided": {asked: one and _plain(one) for asked, one in sorted(kept.decided.items())},
    }
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _plain(candidate: Candidate) -> dict[str, Any]:
    return {"name": candidate.name, **vars(candidate.found)}


def _candidate(plain: dict[str, Any]) -> Candidate:
    found = {name: value for name, value in plain.items() if name != "name"}
    lon, lat, accuracy_m = (float(found.pop(name)) for name in ("lon", "lat", "accuracy_m"))
    return Candidate(str(plain["name"]), Found(lon, lat, accuracy_m, **found))
