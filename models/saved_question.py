"""A question that an account asks again: the filters of a view, and what it is for as a code from a closed list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from geo.errors import PlainError

Subject = Literal["standing", "alert", "effort", "planning", "meeting", "inquiry"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
MOST_SAVED = 200


class SavedQuestionError(PlainError, ValueError):
    """A question that cannot be saved; the sentence says why."""


@dataclass(frozen=True)
class SavedQuestion:
    """``filters`` are those of the address of a view; what is shown is asked anew each time."""

    id: int
    subject: Subject
    filters: str
    saved_at: datetime


def subject_of(text: str) -> Subject:
    """``text`` as one of `SUBJECTS`; raises `SavedQuestionError`."""
    for subject in SUBJECTS:
        if text == subject:
            return subject
    raise SavedQuestionError(f"the subject of a question must be one of {', '.join(SUBJECTS)}")
