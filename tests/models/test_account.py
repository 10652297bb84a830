from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.account import (
    FREE_FAILURES,
    LONGEST_WAIT,
    AccountError,
    grant_of,
    grant_text,
    is_handle,
    is_trivial,
    require_local_handle,
    require_password,
    waits_until,
)
from models.viewer import Grant, Role

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize("handle", ["vagtplan-1", "lokal-politi-12", "styregruppe-999"])
def test_functions_are_handles(handle: str) -> None:
    require_local_handle(handle)
    assert is_handle(handle)


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "vagtplan",
        "Vagtplan-1",
        "vagtplan-0",
        "vagtplan-1000",
        "j-1",
        "jens hansen-1",
        "jens@politi.dk",
        "0101701234",
        "oidc-1",
        "oidc-0123456789ab",
        "vagtplan-1\n",
        "a-b-c-d-1",
        "20304050",
        "vagtplan-١",
    ],
)
def test_anything_else_is_refused_and_not_repeated(handle: str) -> None:
    with pytest.raises(AccountError) as error:
        require_local_handle(handle)
    assert not handle or repr(handle) not in str(error.value)


@pytest.mark.parametrize(
    "password",
    [
        "abababababab",
        "abcdefghijkl",
        "qwertyuiopas",
        "839201748362",
        "Sommer2026!!!",
        "trygkort-trygkort",
        "Vagtplan12345",
    ],
)
def test_trivial_passwords(password: str) -> None:
    assert is_trivial(password, "vagtplan-1")
    with pytest.raises(AccountError, match="easily guessed") as error:
        require_password(password, "vagtplan-1")
    assert password not in str(error.value)


@pytest.mark.parametrize("password", ["fire grønne cykler", "9$k2#8!q4@7&", "sommerfugle på taget", "xK3vQ9pLw2Zr"])
def test_passwords_that_are_taken(password: str) -> None:
    require_password(password, "vagtplan-1")


@pytest.mark.parametrize("length", [0, 11, 129])
def test_length(length: int) -> None:
    text = ("fire grønne cykler " * 8)[:length]
    with pytest.raises(AccountError, match=f"12 to 128 characters, found {length}"):
        require_password(text, "vagtplan-1")


@given(st.integers(0, 10_000))
def test_waits_grow_and_are_bounded(failures: int) -> None:
    until, following = waits_until(failures, NOW), waits_until(failures + 1, NOW)
    if failures < FREE_FAILURES:
        assert until is None
        return
    assert until is not None
    assert following is not None
    assert NOW < until <= following <= NOW + LONGEST_WAIT
    assert following - NOW == min(2 * (until - NOW), LONGEST_WAIT)


def test_nobody_waits_without_a_failure() -> None:
    assert waits_until(FREE_FAILURES, None) is None
    assert waits_until(FREE_FAILURES, NOW) == NOW + timedelta(seconds=30)


@given(st.from_regex(r"[a-z0-9]{1,20}(-[a-z0-9]{1,9}){0,3}", fullmatch=True), st.sampled_from(Role))
def test_grants_are_read_as_written(partnership: str, role: Role) -> None:
    grant = Grant(partnership, role)
    assert grant_of(grant_text(grant)) == grant


@pytest.mark.parametrize(
    "text", ["", "nord", "nord:chef", ":analyst", "N:analyst", "a" * 61 + ":analyst", "a b:analyst"]
)
def test_no_grants(text: str) -> None:
    with pytest.raises(AccountError, match="partnership:role"):
        grant_of(text)
