"""The only connection of a login: to the configured provider, with limits on time and size, following nothing."""

import json
import ssl
from collections.abc import Mapping
from functools import lru_cache
from time import monotonic
from typing import Any

import httpx

from api.openid_address import OpenIdAddressError, host_of, require_address
from api.openid_refusal import OpenIdRefusedError, Reason

TIMEOUT_S = 5.0  # of each step
WHOLE_S = 10.0  # of one question with its answer
LARGEST_BYTES = 256 * 1024
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Trygkort"}


class OpenIdFetch:
    """Asks the hosts it was made with, each ``host:port``, and no other. Raises `OpenIdRefusedError`."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts

    def require_host(self, url: str) -> str:
        """``url`` if it may be asked."""
        try:
            address = require_address("an address of the provider", url)
        except OpenIdAddressError as error:
            raise OpenIdRefusedError(Reason.PROVIDER_HOST) from error
        if host_of(address) not in self._hosts:
            raise OpenIdRefusedError(Reason.PROVIDER_HOST)
        return url

    def json(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The object that ``url`` answers."""
        answer = self._ask("GET", url, headers or {}, None)
        if answer.status_code != httpx.codes.OK:
            raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
        return parsed_object(answer.content)

    def post(self, url: str, headers: Mapping[str, str], body: str) -> httpx.Response:
        """What ``url`` answers to the form ``body``."""
        return self._ask("POST", url, headers, body)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> httpx.Response:
        self.require_host(url)
        end = monotonic() + WHOLE_S
        # No proxy and no password out of the environment; who redirects has not answered.
        asking = httpx.Client(verify=_tls(), timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)
        try:
            with asking as client, client.stream(method, url, headers={**headers, **HEADERS}, content=body) as answer:
                return httpx.Response(answer.status_code, content=_body(answer, end), request=answer.request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise OpenIdRefusedError(Reason.PROVIDER_UNREACHABLE) from error


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # What the machine trusts, an authority of the operator's own among it.
    return ssl.create_default_context()


def parsed_object(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``; raises `OpenIdRefusedError`."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OpenIdRefusedError(Reason.PROVIDER_ANSWER) from error
    if not isinstance(found, dict):
        raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
    return found


def _body(answer: httpx.Response, end: float) -> bytes:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > LARGEST_BYTES:
            raise OpenIdRefusedError(Reason.PROVIDER_ANSWER)
        if monotonic() > end:
            raise OpenIdRefusedError(Reason.PROVIDER_UNREACHABLE)
    return bytes(body)
