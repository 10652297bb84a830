from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import OctKey
from joserfc.util import int_to_base64

from api.openid_fetch import OpenIdFetch
from api.openid_provider import AFTER_FAILURE_S, KEEP_S, NEW_KEYS_S, OpenIdProvider
from api.openid_refusal import OpenIdRefusedError, Reason
from tests.openid_provider import LocalProvider, ec_key, local_provider, rsa_key, settings_of

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def local() -> Iterator[LocalProvider]:
    with local_provider() as found:
        yield found


class Asking:
    """A provider as the service sees it, with a clock to turn."""

    def __init__(self, local: LocalProvider, **changed: Any) -> None:
        settings = settings_of(local.issuer, **changed)
        self.now_s = 100.0
        self.provider = OpenIdProvider(settings, OpenIdFetch(settings.hosts), clock=lambda: self.now_s)

    def reason(self, key: str | None = None) -> Reason:
        with pytest.raises(OpenIdRefusedError) as refused:
            self.provider.key(key) if key else self.provider.metadata()
        return refused.value.reason


def test_discovery_is_read_once_an_hour(local: LocalProvider) -> None:
    asking = Asking(local)
    assert asking.provider.metadata().token == f"{local.issuer}/token"
    asking.now_s += KEEP_S - 1
    asking.provider.metadata()
    assert local.asked == [DISCOVERY]
    asking.now_s += 1
    asking.provider.metadata()
    assert local.asked == [DISCOVERY, DISCOVERY]


@pytest.mark.parametrize(
    ("discovery", "expected"),
    [
        ({"issuer": "https://example.org"}, Reason.WRONG_ISSUER),
        ({"issuer": None}, Reason.WRONG_ISSUER),
        ({"jwks_uri": "https://example.org/keys"}, Reason.PROVIDER_HOST),
        ({"token_endpoint": "http://127.0.0.1:1/token"}, Reason.PROVIDER_HOST),
        ({"authorization_endpoint": "javascript:alert(1)"}, Reason.PROVIDER_HOST),
        ({"userinfo_endpoint": "https://graph.example.org/userinfo"}, Reason.PROVIDER_HOST),
        ({"end_session_endpoint": "https://example.org/"}, Reason.PROVIDER_HOST),
        ({"token_endpoint": None}, Reason.PROVIDER_ANSWER),
        ({"jwks_uri": 7}, Reason.PROVIDER_ANSWER),
        ({"code_challenge_methods_supported": ["plain"]}, Reason.PROVIDER_ANSWER),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, Reason.PROVIDER_ANSWER),
        ({"token_endpoint_auth_methods_supported": "none"}, Reason.PROVIDER_ANSWER),
    ],
)
def test_a_provider_that_cannot_be_used_is_refused(
    local: LocalProvider, discovery: dict[str, Any], expected: Reason
) -> None:
    local.discovery = discovery
    assert Asking(local).reason() is expected


def test_another_host_is_used_where_it_is_named(local: LocalProvider) -> None:
    local.discovery = {"userinfo_endpoint": "https://graph.example.org/userinfo"}
    hosts = frozenset({local.issuer.removeprefix("http://"), "graph.example.org:443"})
    assert Asking(local, hosts=hosts).provider.metadata().userinfo == "https://graph.example.org/userinfo"


def test_a_provider_that_failed_has_five_seconds_of_rest(local: LocalProvider) -> None:
    local.discovery = {"issuer": None}
    asking = Asking(local)
    assert [asking.reason(), asking.reason()] == [Reason.WRONG_ISSUER] * 2
    assert local.asked == [DISCOVERY]
    local.discovery = {}
    asking.now_s += AFTER_FAILURE_S
    assert asking.provider.metadata().keys == f"{local.issuer}/keys"


def test_an_unknown_key_has_the_keys_asked_for_once_a_minute(local: LocalProvider) -> None:
    asking = Asking(local)
    assert asking.provider.key("first").kid == "first"
    local.published = [ec_key("second").as_dict(private=False)]
    assert asking.reason("second") is Reason.UNKNOWN_KEY
    asking.now_s += NEW_KEYS_S
    assert asking.provider.key("second").kid == "second"
    assert asking.reason("first") is Reason.UNKNOWN_KEY
    assert local.asked.count("/keys") == 2
    asking.now_s += 1
    assert [asking.reason("third") for _ in range(50)] == [Reason.UNKNOWN_KEY] * 50
    assert local.asked.count("/keys") == 2


def test_a_key_that_was_withdrawn_is_forgotten_within_the_hour(local: LocalProvider) -> None:
    asking = Asking(local)
    asking.provider.key("first")
    local.published = [ec_key("second").as_dict(private=False)]
    asking.now_s += KEEP_S
    assert asking.reason("first") is Reason.UNKNOWN_KEY


def test_known_keys_hold_while_the_provider_is_away(local: LocalProvider) -> None:
    asking = Asking(local)
    asking.provider.key("first")
    asking.now_s += NEW_KEYS_S
    local.published = "no list"
    assert asking.reason("other") is Reason.PROVIDER_ANSWER
    assert asking.provider.key("first").kid == "first"


def test_a_token_without_a_name_of_a_key_goes_by_the_only_one(local: LocalProvider) -> None:
    asking = Asking(local)
    assert asking.provider.key(None).kid == "first"
    local.published.append(rsa_key().as_dict(private=False))
    asking.now_s += KEEP_S
    with pytest.raises(OpenIdRefusedError, match="unknown-key"):
        asking.provider.key(None)


@pytest.mark.parametrize(
    "useless",
    [
        {"kid": "weak", "kty": "RSA", "n": int_to_base64(2**1023 + 1), "e": "AQAB"},
        OctKey.import_key("a shared secret of some length", {"kid": "weak"}).as_dict(private=True),
        ec_key("weak").as_dict(private=False) | {"use": "enc"},
        ec_key("weak").as_dict(private=False) | {"crv": "P-1"},
        {"kid": "weak", "kty": "RSA", "n": "x", "e": 7},
        {"kid": ["weak"], "kty": "EC"},
        {"kid": "weak"},
        "weak",
    ],
)
def test_a_key_that_signs_nothing_is_passed_over(local: LocalProvider, useless: Any) -> None:
    local.published = [useless, ec_key().as_dict(private=False)]
    asking = Asking(local)
    assert asking.provider.key("first").kid == "first"
    assert asking.reason("weak") is Reason.UNKNOWN_KEY
