from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.parameter_limits import ParameterError
from models.session import SessionLimits, own_path

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_twelve_hours_whatever_happens() -> None:
    limits = SessionLimits()
    last = NOW + timedelta(hours=12)
    assert limits.lives(NOW, last - timedelta(minutes=1), last - timedelta(seconds=1))
    assert not limits.lives(NOW, last - timedelta(minutes=1), last)


@pytest.mark.parametrize("idle", [timedelta(0), timedelta(seconds=59), timedelta(hours=12, seconds=1)])
def test_limits_of_idle(idle: timedelta) -> None:
    with pytest.raises(ParameterError, match="idle must be"):
        SessionLimits(idle=idle)


@given(st.text(max_size=30) | st.from_regex(r"[/\\]{1,3}[a-z.:@\\/]{0,20}"))
def test_a_login_leads_nowhere_else(text: str) -> None:
    path = own_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isascii()
    assert path.isprintable()
