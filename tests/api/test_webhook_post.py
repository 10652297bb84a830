"""One attempt against a real server, judged by an independent verifier of the specification."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from shutil import which

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

import api.webhook_post
from api.webhook_post import Webhook, post
from models.alert_announcement import Answer
from tests.webhook_receiver import KEY, SECRET, Received, Receiver, answering, receiving

BODY = b'{"type":"alert.raised","data":{"alert":7}}'
NEW_KEY = bytes(range(1, 33))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def send(url: str, *, keys: tuple[bytes, ...] = (KEY,), now: datetime | None = None, timeout_s: float = 5.0) -> Answer:
    return post(Webhook(url, keys), "event-1", BODY, now=now or datetime.now(UTC), timeout_s=timeout_s)


def verified(received: Received, secret: str = SECRET) -> object:
    return Verifier(secret).verify(received.body, received.headers)


def test_what_arrives_verifies_as_the_specification_says(receiver: Receiver) -> None:
    assert send(receiver.url) == Answer("answered 204", accepted=True)
    [received] = receiver.received
    assert verified(received) == {"type": "alert.raised", "data": {"alert": 7}}
    assert (received.path, received.body) == ("/hook?from=trygkort", BODY)
    assert received.headers["webhook-id"] == "event-1"
    assert received.headers["content-type"] == "application/json"


def test_another_secret_body_id_or_time_does_not_verify(receiver: Receiver) -> None:
    send(receiver.url)
    [received] = receiver.received
    changes = (
        ({}, b"{}"),
        ({"webhook-id": "event-2"}, received.body),
        ({"webhook-timestamp": str(int(received.headers["webhook-timestamp"]) + 1)}, received.body),
    )
    for headers, body in changes:
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            verified(Received("/", received.headers | headers, body))
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        verified(received, "whsec_" + "B" * 43 + "=")


def test_an_attempt_kept_and_sent_again_later_is_refused_as_too_old(receiver: Receiver) -> None:
    send(receiver.url, now=datetime.now(UTC) - timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError, match="too old"):
        verified(receiver.received[0])


def test_while_one_secret_takes_over_both_verify(receiver: Receiver) -> None:
    send(receiver.url, keys=(NEW_KEY, KEY))
    [received] = receiver.received
    assert verified(received, SECRET) == verified(received, "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")


def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.answer = answering(307, Location=elsewhere.url)
        assert send(receiver.url) == Answer("answered 307")
        assert elsewhere.received == []


@pytest.mark.parametrize(
    ("status", "headers", "answer"),
    [
        (200, {}, Answer("answered 200", accepted=True)),
        (500, {}, Answer("answered 500")),
        (410, {}, Answer("answered 410", final=True)),
        (503, {"Retry_After": "120"}, Answer("answered 503", wait_s=120.0)),
        (429, {"Retry_After": "9" * 40}, Answer("answered 429", wait_s=24 * 3600.0)),
        (503, {"Retry_After": "-1"}, Answer("answered 503")),
        (503, {"Retry_After": "Fri, 27 Nov 2026 23:59:59 GMT"}, Answer("answered 503")),
    ],
)
def test_what_an_answer_means(receiver: Receiver, status: int, headers: dict[str, str], answer: Answer) -> None:
    receiver.answer = answering(status, **headers)
    assert send(receiver.url) == answer


def test_a_body_without_end_is_not_read(receiver: Receiver) -> None:
    written: list[int] = []
    hung_up = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not receiver.over.is_set():
                written.append(handler.wfile.write(b"x" * 65536))
        except OSError:
            hung_up.set()

    receiver.answer = answer
    assert send(receiver.url).accepted
    assert hung_up.wait(5)
    assert sum(written) < 16 << 20  # what the kernel holds for both ends


def test_a_silent_receiver_is_cut_off(receiver: Receiver) -> None:
    receiver.answer = lambda _: receiver.over.wait(10) and None
    began = time.monotonic()
    assert send(receiver.url, timeout_s=0.3) == Answer("timeout")
    assert time.monotonic() - began < 2


def test_a_receiver_that_sends_a_byte_now_and_then_is_cut_off_too(receiver: Receiver) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not receiver.over.wait(0.05):
            handler.wfile.write(b"x")

    receiver.answer = answer
    began = time.monotonic()
    assert send(receiver.url, timeout_s=0.5) == Answer("timeout")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("said", [b"", b"hello\r\n\r\n"])
def test_no_answer_in_http(receiver: Receiver, said: bytes) -> None:
    receiver.answer = lambda handler: handler.wfile.write(said) and None
    assert send(receiver.url) == Answer("no answer")


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/") == Answer("not reached")


def test_https_to_a_server_without_it(receiver: Receiver) -> None:
    assert send(receiver.url.replace("http:", "https:")) == Answer("no secure connection")
    assert receiver.received == []


def test_a_handshake_that_does_not_end_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        assert send(f"https://127.0.0.1:{mute.getsockname()[1]}/", timeout_s=0.3) == Answer("timeout")
        assert time.monotonic() - began < 2


@pytest.mark.skipif(which("openssl") is None, reason="making a certificate needs the program openssl")
def test_only_a_certificate_that_is_trusted_hears_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    subprocess.run(
        ["openssl", "req", "-x509", *made, *subject, "-out", certificate, "-keyout", key],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with receiving(context) as secure:
        assert send(secure.url) == Answer("certificate not trusted")
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(api.webhook_post.ssl, "create_default_context", lambda: trusting)
        assert send(secure.url.replace("localhost", "127.0.0.1")) == Answer("certificate not trusted")
        assert secure.received == []
        assert send(secure.url) == Answer("answered 204", accepted=True)
        assert len(secure.received) == 1


def test_nothing_that_may_be_secret_is_in_what_is_printed_of_it() -> None:
    shown = repr(Webhook("https://hooks.example/token-in-the-path", (KEY,)))
    assert "token" not in shown
    assert "keys" not in shown
