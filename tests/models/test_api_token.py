from datetime import UTC, datetime, timedelta

import pytest

from models.account import AccountError
from models.api_token import READ, ApiToken, checked_scopes, require_token_expiry, token_grants
from models.viewer import Grant, Role

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ANALYST, ADMIN, INGEST = (Grant("nord", role) for role in (Role.ANALYST, Role.ADMIN, Role.INGEST))
HELD = frozenset({ANALYST, ADMIN, INGEST})


def test_a_token_works_from_now_until_it_ends() -> None:
    token = ApiToken("a", "b", (READ,), NOW, NOW + timedelta(days=1), None, None)
    assert token.works(NOW)
    assert not token.works(NOW + timedelta(days=1))
    assert not ApiToken("a", "b", (READ,), NOW, NOW + timedelta(days=1), NOW, None).works(NOW)


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=-1), timedelta(days=366, seconds=1)])
def test_every_token_ends(after: timedelta) -> None:
    require_token_expiry(NOW + timedelta(days=366), NOW)
    with pytest.raises(AccountError, match="within 366 days"):
        require_token_expiry(NOW + after, NOW)


@pytest.mark.parametrize("scopes", [[], ["syd:analyst"], ["nord:planner"], ["read", "nord:analyst"], ["write"]])
def test_scopes_a_token_cannot_have(scopes: list[str]) -> None:
    with pytest.raises(AccountError):
        checked_scopes(scopes, HELD)


def test_scopes_are_sorted_and_single() -> None:
    assert checked_scopes(["nord:ingest", "nord:analyst", "nord:ingest"], HELD) == ("nord:analyst", "nord:ingest")


def test_a_token_gives_no_more_than_the_account_still_has() -> None:
    scopes = ["nord:analyst", "nord:ingest"]
    assert token_grants(scopes, HELD, method="POST", path="/efforts") == {ANALYST, INGEST}
    assert token_grants(scopes, frozenset({ADMIN, INGEST}), method="POST", path="/") == {INGEST}
    assert token_grants(scopes, frozenset({ADMIN}), method="GET", path="/") is None


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/a"), ("PUT", "/v1/a"), ("GET", "/alerts"), ("GET", "/v1")])
def test_reading_is_reading_of_data(method: str, path: str) -> None:
    assert token_grants([READ], HELD, method=method, path=path) is None
    assert token_grants([READ], HELD, method="HEAD", path="/v1/a") == {ANALYST}
    assert token_grants([READ], frozenset({ADMIN, INGEST}), method="GET", path="/v1/a") is None
