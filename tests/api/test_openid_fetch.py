import gzip
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from time import monotonic, sleep

import pytest

from api import openid_fetch
from api.openid_fetch import LARGEST_BYTES, OpenIdFetch
from api.openid_refusal import OpenIdRefusedError, Reason
from tests.openid_provider import LocalProvider, local_provider, send


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    with local_provider() as found:
        yield found


@pytest.fixture
def fetch(provider: LocalProvider) -> OpenIdFetch:
    return OpenIdFetch(frozenset({provider.issuer.removeprefix("http://")}))


def reason(ask: Callable[[], object]) -> Reason:
    with pytest.raises(OpenIdRefusedError) as refused:
        ask()
    return refused.value.reason


def test_an_object_is_read(provider: LocalProvider, fetch: OpenIdFetch) -> None:
    assert fetch.json(f"{provider.issuer}/userinfo") == provider.userinfo


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/keys",
        "http://127.0.0.1:1/keys",
        "http://localhost/keys",
        "http://user@{host}/keys",
        "http://{host}@example.org/keys",
        "http://{host}.example.org/keys",
        "https://{host}#/keys",
        "ftp://{host}/keys",
        "file:///etc/hostname",
        "//{host}/keys",
        "http://{host}\\@example.org/",
        "http://{host}/\r\nHost: example.org",
        "",
    ],
)
def test_no_other_host_is_asked(provider: LocalProvider, fetch: OpenIdFetch, url: str) -> None:
    host = provider.issuer.removeprefix("http://")
    assert reason(lambda: fetch.json(url.replace("{host}", host))) is Reason.PROVIDER_HOST
    assert provider.asked == []


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (500, b"{}", {}),
        (404, b"{}", {}),
        (204, b"", {}),
        (302, b"", {"Location": "/userinfo"}),
        (302, b"", {"Location": "https://example.org/"}),
        (200, b"[]", {}),
        (200, b"no json", {}),
        (200, b"\xff", {}),
        (200, b"[" * 100_000, {}),
        (200, b'"' + b"x" * LARGEST_BYTES + b'"', {}),
        (200, gzip.compress(b"{}", mtime=0), {"Content_Encoding": "gzip"}),
    ],
)
def test_what_is_no_object_of_a_fair_size_is_refused(
    provider: LocalProvider, fetch: OpenIdFetch, status: int, body: bytes, headers: dict[str, str]
) -> None:
    provider.answer = lambda handler: send(handler, status, body, **headers)
    assert reason(lambda: fetch.json(f"{provider.issuer}/keys")) is Reason.PROVIDER_ANSWER
    assert provider.asked == ["/keys"]


def test_a_provider_that_dawdles_is_left(
    provider: LocalProvider, fetch: OpenIdFetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            sleep(0.05)
        return True

    monkeypatch.setattr(openid_fetch, "WHOLE_S", 0.2)
    provider.answer = drip
    began = monotonic()
    assert reason(lambda: fetch.json(f"{provider.issuer}/keys")) is Reason.PROVIDER_UNREACHABLE
    assert monotonic() - began < 1.5


def test_a_provider_that_is_away_is_not_reached(fetch: OpenIdFetch, monkeypatch: pytest.MonkeyPatch) -> None:
    away = OpenIdFetch(frozenset({"127.0.0.1:1"}))
    assert reason(lambda: away.json("http://127.0.0.1:1/keys")) is Reason.PROVIDER_UNREACHABLE


def test_no_proxy_of_the_environment_hears(
    provider: LocalProvider, fetch: OpenIdFetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert json.dumps(fetch.json(f"{provider.issuer}/userinfo")) == json.dumps(provider.userinfo)
