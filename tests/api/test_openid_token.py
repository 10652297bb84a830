import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from authlib.oidc.core.util import create_half_hash
from hypothesis import given, settings
from hypothesis import strategies as st

from api.openid_refusal import OpenIdRefusedError, Reason
from api.openid_token import LOGOUT_EVENT, OLDEST_S, LogoutWord, id_claims, logout_word
from tests.openid_provider import CLIENT, SUBJECT, Key, ec_key, rsa_key, settings_of, signed

ISSUER = "https://login.example.dk/tenant"
SETTINGS = settings_of(ISSUER)
NOW_S = 1_790_000_000
NONCE = "the-nonce"
ACCESS = "the-access-token"
SKEW_S = 60


def claims(**changed: Any) -> dict[str, Any]:
    usual = {"iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "iat": NOW_S, "exp": NOW_S + 300, "nonce": NONCE}
    return {name: value for name, value in (usual | changed).items() if value is not None}


def read(token: object, key: Key | None = None) -> Any:
    return id_claims(
        token, lambda name: key or ec_key(), SETTINGS, nonce=NONCE, access_token=ACCESS, now_s=NOW_S
    )  # fmt: skip


def reason(token: object, key: Key | None = None) -> Reason:
    with pytest.raises(OpenIdRefusedError) as refused:
        read(token, key)
    return refused.value.reason


def raw(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize(
    ("key", "algorithm"), [(ec_key(), "ES256"), (rsa_key(), "RS256"), (rsa_key(), "RS512"), (rsa_key(), "PS256")]
)
def test_a_token_that_holds_is_read(key: Key, algorithm: str) -> None:
    hashed = create_half_hash(ACCESS, algorithm).decode()
    token = signed(claims(at_hash=hashed, azp=CLIENT), key, alg=algorithm)
    assert read(token, key)["sub"] == SUBJECT


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"exp": NOW_S - SKEW_S}, Reason.EXPIRED),
        ({"exp": NOW_S - SKEW_S - 1}, Reason.EXPIRED),
        ({"exp": float("nan")}, Reason.MALFORMED),
        ({"exp": str(NOW_S + 300)}, Reason.MALFORMED),
        ({"exp": None}, Reason.MALFORMED),
        ({"nbf": NOW_S + SKEW_S + 1}, Reason.NOT_YET_VALID),
        ({"iat": NOW_S + SKEW_S + 1}, Reason.ISSUED_LATER),
        ({"iat": NOW_S - OLDEST_S - SKEW_S - 1}, Reason.TOO_OLD),
        ({"iss": "https://login.example.dk/other"}, Reason.WRONG_ISSUER),
        ({"iss": ISSUER + "/"}, Reason.WRONG_ISSUER),
        ({"iss": None}, Reason.WRONG_ISSUER),
        ({"aud": "another"}, Reason.WRONG_AUDIENCE),
        ({"aud": CLIENT.upper()}, Reason.WRONG_AUDIENCE),
        ({"aud": []}, Reason.WRONG_AUDIENCE),
        ({"aud": None}, Reason.WRONG_AUDIENCE),
        ({"aud": [CLIENT, "another"]}, Reason.WRONG_AUDIENCE),
        ({"aud": [CLIENT, "another"], "azp": "another"}, Reason.WRONG_AUDIENCE),
        ({"azp": "another"}, Reason.WRONG_AUDIENCE),
        ({"nonce": "another"}, Reason.WRONG_NONCE),
        ({"nonce": None}, Reason.WRONG_NONCE),
        ({"nonce": [NONCE]}, Reason.WRONG_NONCE),
        ({"at_hash": create_half_hash("another", "ES256").decode()}, Reason.WRONG_AT_HASH),
        ({"at_hash": ""}, Reason.WRONG_AT_HASH),
        ({"at_hash": ["x"]}, Reason.MALFORMED),
        ({"sub": None}, Reason.MALFORMED),
        ({"sub": ""}, Reason.MALFORMED),
        ({"sub": 17}, Reason.MALFORMED),
        ({"sub": "x" * 256}, Reason.MALFORMED),
    ],
)
def test_one_wrong_claim_is_enough(changed: dict[str, Any], expected: Reason) -> None:
    assert reason(signed(claims(**changed), ec_key())) is expected


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": NOW_S - SKEW_S + 1},
        {"nbf": NOW_S + SKEW_S},
        {"iat": NOW_S + SKEW_S},
        {"iat": NOW_S - OLDEST_S - SKEW_S},
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "another"], "azp": CLIENT},
    ],
)
def test_clocks_may_differ_by_a_minute_and_another_may_hear(changed: dict[str, Any]) -> None:
    assert read(signed(claims(**changed), ec_key()))["sub"] == SUBJECT


def test_a_stricter_clock_is_held_to() -> None:
    strict = settings_of(ISSUER, clock_skew_s=0)
    with pytest.raises(OpenIdRefusedError, match="expired"):
        id_claims(
            signed(claims(exp=NOW_S), ec_key()), lambda _: ec_key(), strict, nonce=NONCE, access_token="", now_s=NOW_S
        )


def test_a_token_signed_by_another_key_is_forged_also_under_the_same_name() -> None:
    forged = signed(claims(), ec_key("other"), kid=ec_key().kid)
    assert reason(forged) is Reason.BAD_SIGNATURE


def test_a_key_that_the_token_brings_along_counts_for_nothing() -> None:
    own = ec_key("other")
    brought = signed(claims(), own, kid=ec_key().kid, jwk=own.as_dict(private=False))
    assert reason(brought) is Reason.BAD_SIGNATURE


def test_a_payload_under_another_signature_is_forged() -> None:
    head, _, signature = signed(claims(), ec_key()).split(".")
    _, payload, _ = signed(claims(sub="someone-else"), ec_key()).split(".")
    assert reason(f"{head}.{payload}.{signature}") is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", "HS256", "EdDSA", "RS1"])
def test_an_algorithm_that_is_not_on_the_list_is_refused(name: str) -> None:
    assert reason(raw({"alg": name, "kid": "first"}, claims())) is Reason.WRONG_ALGORITHM


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    for public in (rsa_key().as_pem(private=False), json.dumps(rsa_key().as_dict(private=False)).encode()):
        # As an attacker would, past the library's own warning.
        unsigned = raw({"alg": "HS256", "kid": "rsa", "typ": "JWT"}, claims()).rpartition(".")[0]
        mac = hmac.digest(public, unsigned.encode(), hashlib.sha256)
        token = f"{unsigned}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
        assert reason(token, rsa_key()) is Reason.WRONG_ALGORITHM


def test_an_algorithm_of_another_kind_of_key_is_refused() -> None:
    assert reason(raw({"alg": "RS256", "kid": "first"}, claims(), b"x" * 64)) is Reason.WRONG_ALGORITHM
    assert reason(raw({"alg": "ES384", "kid": "first"}, claims(), b"x" * 96)) is Reason.WRONG_ALGORITHM


@pytest.mark.parametrize("kind", ["at+jwt", "logout+jwt", "dpop+jwt", 7])
def test_a_token_of_another_kind_is_none(kind: object) -> None:
    assert reason(raw({"alg": "ES256", "typ": kind}, claims(), b"x" * 64)) is Reason.MALFORMED


@pytest.mark.parametrize(
    "token",
    [
        None, 7, "", ".", "a.b", "a.b.c.d.e", "x" * 70_000, "é.é.é",
        base64.urlsafe_b64encode(b"[" * 40_000).decode() + ".e30.",
        base64.urlsafe_b64encode(b"[" * 300).decode() + ".e30.",
        base64.urlsafe_b64encode(b'["alg"]').decode().rstrip("=") + ".e30.",
        raw({"alg": "ES256", "crit": ["x"], "x": 1}, {}, b"x" * 64),
        raw({"alg": "ES256", "kid": 7}, {}, b"x" * 64),
    ],
)  # fmt: skip
def test_what_is_no_token_is_malformed(token: object) -> None:
    assert reason(token) is Reason.MALFORMED


@settings(max_examples=50)
@given(st.text(max_size=200) | st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(
    lambda parts: ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
))  # fmt: skip
def test_no_text_does_more_than_be_refused(token: str) -> None:
    assert reason(token) in Reason


GOOD = signed(claims(), ec_key())


@settings(max_examples=60)
@given(st.integers(0, len(GOOD) - 2), st.sampled_from("ABCDabcd0189-_."))
def test_a_token_with_one_letter_changed_is_refused(at: int, letter: str) -> None:
    # The last letter of base64 has bits that mean nothing.
    changed = GOOD[:at] + letter + GOOD[at + 1 :]
    if changed != GOOD:
        assert reason(changed) in Reason


def logout(**changed: Any) -> dict[str, Any]:
    usual = {"jti": "one", "events": {LOGOUT_EVENT: {}}, "nonce": None, "exp": NOW_S + 120}
    return claims(**(usual | changed))


def word(token: object) -> LogoutWord:
    return logout_word(token, lambda _: ec_key(), SETTINGS, now_s=NOW_S)


def test_a_logout_token_names_who_or_which_session() -> None:
    assert word(signed(logout(), ec_key(), typ="logout+jwt")) == LogoutWord("one", SUBJECT, None)
    assert word(signed(logout(sub=None, sid="s"), ec_key())) == LogoutWord("one", None, "s")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"events": None}, Reason.MALFORMED),
        ({"events": {}}, Reason.MALFORMED),
        ({"events": [LOGOUT_EVENT]}, Reason.MALFORMED),
        ({"events": {LOGOUT_EVENT: 1}}, Reason.MALFORMED),
        ({"nonce": NONCE}, Reason.MALFORMED),
        ({"jti": None}, Reason.MALFORMED),
        ({"exp": None}, Reason.MALFORMED),
        ({"sub": None}, Reason.MALFORMED),
        ({"sub": None, "sid": 7}, Reason.MALFORMED),
        ({"aud": "another"}, Reason.WRONG_AUDIENCE),
        ({"iss": "https://login.example.dk"}, Reason.WRONG_ISSUER),
        ({"exp": NOW_S - SKEW_S}, Reason.EXPIRED),
        ({"iat": NOW_S - OLDEST_S - SKEW_S - 1}, Reason.TOO_OLD),
    ],
)
def test_a_logout_token_with_one_wrong_claim_ends_nothing(changed: dict[str, Any], expected: Reason) -> None:
    with pytest.raises(OpenIdRefusedError) as refused:
        word(signed(logout(**changed), ec_key()))
    assert refused.value.reason is expected


def test_an_id_token_ends_no_session() -> None:
    with pytest.raises(OpenIdRefusedError, match="malformed"):
        word(GOOD)
