"""Why a login was refused: codes of a closed list, for the log alone. Whoever logs in is told none of them."""

from enum import StrEnum

from geo.errors import PlainError


class Reason(StrEnum):
    """Why a login, or the provider's word that one ended, was refused."""

    PROVIDER_UNREACHABLE = "provider-unreachable"
    PROVIDER_ANSWER = "provider-answer"
    PROVIDER_HOST = "provider-host"
    BUSY = "busy"
    UNKNOWN_LOGIN = "unknown-login"
    LOGIN_EXPIRED = "login-expired"
    REPLAYED = "replayed"
    OTHER_BROWSER = "other-browser"
    DENIED_THERE = "denied-there"
    CODE_REFUSED = "code-refused"
    MALFORMED = "malformed"
    WRONG_ALGORITHM = "wrong-algorithm"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    WRONG_NONCE = "wrong-nonce"
    WRONG_AT_HASH = "wrong-at-hash"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    ISSUED_LATER = "issued-later"
    TOO_OLD = "too-old"
    OTHER_SUBJECT = "other-subject"
    NO_GROUP = "no-group"


class OpenIdRefusedError(PlainError, RuntimeError):
    """A login that is refused, for a ``reason`` that goes to the log."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the login was refused: {reason}")
        self.reason = reason
