"""The provider's signed tokens: who logged in (ID token) and who logged out there (logout token).

OpenID Connect Core 1.0, section 3.1.3.7; Back-Channel Logout 1.0, section 2.6; RFC 8725. Signatures are verified by
joserfc, which is Authlib's JOSE, claims by Authlib's `CodeIDToken`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import errors, jws, jwt

from api.openid_provider import Key
from api.openid_refusal import OpenIdRefusedError, Reason
from api.openid_settings import OpenIdSettings

# Asymmetric ones alone: with a symmetric one, whoever knows the public key could sign; with "none", anybody.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
LARGEST = 64 * 1024
OLDEST_S = 600
LONGEST_SUBJECT = 255
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
KeyNamed = Callable[[str | None], Key]
Claims = Mapping[str, Any]
OF_CLAIM = {
    "iss": Reason.WRONG_ISSUER,
    "aud": Reason.WRONG_AUDIENCE,
    "azp": Reason.WRONG_AUDIENCE,
    "nonce": Reason.WRONG_NONCE,
    "at_hash": Reason.WRONG_AT_HASH,
    "nbf": Reason.NOT_YET_VALID,
    "iat": Reason.ISSUED_LATER,
}
OF_ERROR: tuple[tuple[type[errors.JoseError], Reason], ...] = (
    (errors.BadSignatureError, Reason.BAD_SIGNATURE),
    (errors.ExpiredTokenError, Reason.EXPIRED),
    (errors.UnsupportedAlgorithmError, Reason.WRONG_ALGORITHM),
    (errors.KeyParameterError, Reason.WRONG_ALGORITHM),
    (errors.InvalidKeyCurveError, Reason.WRONG_ALGORITHM),
)


@dataclass(frozen=True)
class LogoutWord:
    """What a logout token says: ``token`` names it, and who or which session ended, one of them at least."""

    token: str
    subject: str | None
    session: str | None


def id_claims(
    token: object, key_named: KeyNamed, settings: OpenIdSettings, *, nonce: str, access_token: str, now_s: int
) -> Claims:
    """The claims of an ID token that holds; raises `OpenIdRefusedError`."""
    header, found = _signed(token, key_named, ("jwt", ""))
    claims = CodeIDToken(
        found, header, options=_expected(settings), params=_params(settings, nonce=nonce, access_token=access_token)
    )
    _require(lambda: claims.validate(now=now_s, leeway=settings.clock_skew_s))
    _require_recent(found, settings, now_s)
    _require_subject(found.get("sub"))
    if "at_hash" in found and not (isinstance(found["at_hash"], str) and found["at_hash"]):
        raise OpenIdRefusedError(Reason.WRONG_AT_HASH)
    return found


def logout_word(token: object, key_named: KeyNamed, settings: OpenIdSettings, *, now_s: int) -> LogoutWord:
    """What a logout token that holds says; raises `OpenIdRefusedError`."""
    _, found = _signed(token, key_named, ("logout+jwt", "jwt", ""))
    needed = {name: jwt.ClaimsOption(essential=True) for name in ("iat", "exp", "jti", "events")}
    claims = jwt.JWTClaimsRegistry(now_s, settings.clock_skew_s, **needed, **_expected(settings))
    _require(lambda: claims.validate(found))
    _require_recent(found, settings, now_s)
    events, subject, session = found["events"], found.get("sub"), found.get("sid")
    # A nonce is what an ID token has: so none can be passed off as the other.
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict) or "nonce" in found:
        raise OpenIdRefusedError(Reason.MALFORMED)
    if not isinstance(session, str | None) or (subject is None and not session):
        raise OpenIdRefusedError(Reason.MALFORMED)
    if subject is not None:
        _require_subject(subject)
    return LogoutWord(found["jti"], subject, session)


def _signed(token: object, key_named: KeyNamed, kinds: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token whose signature holds."""
    if not isinstance(token, str) or len(token) > LARGEST or not token.isascii():
        raise OpenIdRefusedError(Reason.MALFORMED)
    try:
        header: object = jws.extract_compact(token.encode()).headers()
        if not isinstance(header, dict):
            raise OpenIdRefusedError(Reason.MALFORMED)
        if header.get("alg") not in ALGORITHMS:
            raise OpenIdRefusedError(Reason.WRONG_ALGORITHM)
        kind, name = header.get("typ", ""), header.get("kid")
        if not isinstance(kind, str) or kind.lower() not in kinds or not isinstance(name, str | None):
            raise OpenIdRefusedError(Reason.MALFORMED)
        signed = jwt.decode(token, key_named(name), registry=REGISTRY)
    except errors.JoseError as error:
        raise OpenIdRefusedError(_reason(error)) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise OpenIdRefusedError(Reason.MALFORMED) from error
    return signed.header, signed.claims


def _expected(settings: OpenIdSettings) -> dict[str, jwt.ClaimsOption]:
    return {
        "iss": jwt.ClaimsOption(essential=True, value=settings.issuer),
        "aud": jwt.ClaimsOption(essential=True, value=settings.client_id),
    }


def _params(settings: OpenIdSettings, *, nonce: str, access_token: str) -> dict[str, str]:
    return {"client_id": settings.client_id, "nonce": nonce, "access_token": access_token}


def _require(check: Callable[[], None]) -> None:
    try:
        check()
    except errors.JoseError as error:
        raise OpenIdRefusedError(_reason(error)) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise OpenIdRefusedError(Reason.MALFORMED) from error


def _require_recent(claims: Claims, settings: OpenIdSettings, now_s: int) -> None:
    if claims["iat"] < now_s - OLDEST_S - settings.clock_skew_s:
        raise OpenIdRefusedError(Reason.TOO_OLD)


def _require_subject(subject: object) -> None:
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise OpenIdRefusedError(Reason.MALFORMED)


def _reason(error: errors.JoseError) -> Reason:
    for kind, reason in OF_ERROR:
        if isinstance(error, kind):
            return reason
    return OF_CLAIM.get(error.claim, Reason.MALFORMED) if isinstance(error, errors.ClaimError) else Reason.MALFORMED
