"""Authlib's client for the authorization request and for the code, asking through `OpenIdFetch` alone."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client

from api.openid_fetch import OpenIdFetch
from api.openid_pending import Pending
from api.openid_provider import Metadata
from api.openid_refusal import OpenIdRefusedError, Reason
from api.openid_settings import OpenIdSettings


class OpenIdExchange:
    """Authorization requests with PKCE (RFC 7636, S256), and the exchange of their codes for tokens."""

    def __init__(self, settings: OpenIdSettings, fetch: OpenIdFetch) -> None:
        self._settings = settings
        self._fetch = fetch

    def authorization(self, metadata: Metadata, state: str, pending: Pending) -> str:
        """Where to log in."""
        address, _ = self._client(metadata).create_authorization_url(
            metadata.authorization, state=state, code_verifier=pending.verifier, nonce=pending.nonce
        )
        return str(address)

    def tokens(self, metadata: Metadata, code: str, pending: Pending) -> Mapping[str, Any]:
        """What the provider gives for ``code``. Raises `OpenIdRefusedError`."""
        try:
            found: Mapping[str, Any] = self._client(metadata).fetch_token(
                metadata.token, grant_type="authorization_code", code=code, code_verifier=pending.verifier
            )
        except (AuthlibBaseError, httpx.HTTPError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
            raise OpenIdRefusedError(Reason.CODE_REFUSED) from error
        return found

    def _client(self, metadata: Metadata) -> OAuth2Client:
        return OAuth2Client(
            _TokenSession(self._fetch),
            self._settings.client_id,
            self._settings.client_secret,
            token_endpoint_auth_method=metadata.client_authentication,
            scope=" ".join(self._settings.scopes),
            redirect_uri=self._settings.callback,
            code_challenge_method="S256",
        )


class _TokenSession:
    """What Authlib's client posts with."""

    def __init__(self, fetch: OpenIdFetch) -> None:
        self._fetch = fetch

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth
    ) -> httpx.Response:
        # Authlib's headers are one dictionary for all clients, and the secret goes into what it is given.
        address, own, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self._fetch.post(address, own, body)
