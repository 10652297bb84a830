"""What may happen to a release: it is published, and may be withdrawn for a reason from a closed list."""

from typing import Literal, get_args

from geo.errors import PlainError

ReleaseState = Literal["published", "withdrawn"]
WithdrawalReason = Literal["wrong-data", "wrong-period", "wrong-audience", "disclosure-risk", "by-agreement"]

WITHDRAWAL_REASONS: tuple[WithdrawalReason, ...] = get_args(WithdrawalReason)


class ReleaseError(PlainError, ValueError):
    """A release that cannot be made or withdrawn."""


def withdrawal_reason(text: str) -> WithdrawalReason:
    """``text`` as one of the reasons; raises `ReleaseError`."""
    for reason in WITHDRAWAL_REASONS:
        if text == reason:
            return reason
    raise ReleaseError(f"a reason is one of {', '.join(WITHDRAWAL_REASONS)}; there is no other")
