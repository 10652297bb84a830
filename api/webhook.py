"""Use case: tell other systems that something happened to an alert. Off unless the operator names an address."""

import base64
import binascii
import ipaddress
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import numpy as np

from api.gate import Gate
from api.settings import Settings
from api.webhook_post import Webhook, post
from data.secret import secret_file
from data.store import StoreError
from geo.errors import PlainError
from maps.alert_json import announcement_as_json
from maps.json_bytes import json_bytes
from models.alert_announcement import Announcement, Answer

SENDER = "webhook"
SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with, by the specification
SECRET_BYTES = (24, 64)
PASS_S = 20.0  # so long one pass may take, then whoever called it goes on
POLL_S = 5.0


class WebhookError(PlainError, ValueError):
    """A webhook that cannot be used; the sentence repeats neither the address nor the secret."""


@dataclass(frozen=True)
class Sent:
    """What one pass came to, in announcements; ``outcome`` is that of the last attempt that failed."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0
    outcome: str = ""


def webhook_of(settings: Settings) -> Webhook | None:
    """The webhook of ``settings``, None where there is no address. Raises `WebhookError`, `data.secret.SecretError`."""
    if settings.webhook_url is None:
        return None
    _require_address(settings.webhook_url)
    given, file = settings.webhook_secret, settings.webhook_secret_file
    if (given is None) == (file is None):
        found = "neither is" if given is None else "both are"
        raise WebhookError(
            "a webhook needs a secret, in TRYGKORT_WEBHOOK_SECRET or in the file TRYGKORT_WEBHOOK_SECRET_FILE; "
            f"{found} set"
        )
    text = given if file is None else secret_file(file)
    return Webhook(settings.webhook_url, _keys(text or ""))


def send_due(
    gate: Gate, webhook: Webhook, *, rng: np.random.Generator, stopped: Callable[[], bool] = lambda: False
) -> Sent:
    """Send what is due, each once, until nothing is or the time of one pass is over."""
    store, partnership = gate.store, gate.partnership.id
    sent = Sent(given_up=store.webhook.expire(partnership, now=_now()))
    began = monotonic()
    while not stopped() and monotonic() - began < PASS_S:
        delivery = store.webhook.deliver_next(
            partnership, lambda one: _announce(gate, webhook, one), actor=gate.actor, clock=_now, rng=rng
        )
        if delivery is None:
            break
        if delivery.state == "delivered":
            sent = replace(sent, delivered=sent.delivered + 1)
        else:
            given_up = sent.given_up + (delivery.state == "given-up")
            sent = replace(sent, failed=sent.failed + 1, given_up=given_up, outcome=delivery.outcome)
    return sent


def send_test(gate: Gate, webhook: Webhook) -> Answer:
    """Send one announcement that says nothing happened, past the outbox."""
    now = _now()
    announcement = Announcement(str(uuid.uuid4()), "webhook.test", now, gate.partnership.id, None, 0, now)
    answer = _announce(gate, webhook, announcement)
    gate.announced(announcement, answer)
    return answer


@contextmanager
def sending(gate: Gate, webhook: Webhook | None, *, every_s: float = POLL_S) -> Iterator[None]:
    """Send in the background what comes to be due; at the end, wait for the attempt that is under way."""
    if webhook is None:
        yield
        return
    stop = Event()
    sender = Thread(target=_keep_sending, args=(gate, webhook, stop, every_s), name=SENDER, daemon=True)
    sender.start()
    try:
        yield
    finally:
        stop.set()
        sender.join()


def _keep_sending(gate: Gate, webhook: Webhook, stop: Event, every_s: float) -> None:
    rng = np.random.default_rng()
    while not stop.is_set():
        # A database that is away now may be back at the next turn; until then nothing is lost and nothing leaves.
        with suppress(StoreError):
            send_due(gate, webhook, rng=rng, stopped=stop.is_set)
        stop.wait(every_s)


def _now() -> datetime:
    return datetime.now(UTC)


def _announce(gate: Gate, webhook: Webhook, announcement: Announcement) -> Answer:
    gate.announcing(announcement)
    body = json_bytes(announcement_as_json(announcement))
    return post(webhook, announcement.id, body, now=_now())


def _require_address(url: str) -> None:
    address = _parts(url)
    if address.scheme not in {"http", "https"}:
        raise WebhookError("TRYGKORT_WEBHOOK_URL must begin with https://")
    if not address.hostname:
        raise WebhookError("TRYGKORT_WEBHOOK_URL has no host")
    if address.username is not None or address.fragment:
        raise WebhookError("TRYGKORT_WEBHOOK_URL must have neither a user nor a part after #")
    if address.scheme == "http" and not _is_loopback(address.hostname):
        raise WebhookError(
            f"TRYGKORT_WEBHOOK_URL goes to {address.hostname} over http; only this machine may be told without https"
        )


def _parts(url: str) -> SplitResult:
    try:
        address = urlsplit(url)
        # Reading the port proves it; the name must be one that can be looked up.
        _, _ = address.port, (address.hostname or "").encode("idna")
    except ValueError as error:
        raise WebhookError("TRYGKORT_WEBHOOK_URL is not an address") from error
    if not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookError("TRYGKORT_WEBHOOK_URL holds characters that an address cannot have")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _keys(text: str) -> tuple[bytes, ...]:
    secrets = text.split()
    if not 1 <= len(secrets) <= 2:
        raise WebhookError(f"a webhook has one secret, or two while one takes over; found {len(secrets)}")
    return tuple(_key(secret) for secret in secrets)


def _key(secret: str) -> bytes:
    least, most = SECRET_BYTES
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not least <= len(key) <= most:
        raise WebhookError(f"a webhook's secret is {SECRET_PREFIX} and {least} to {most} random bytes in base64")
    return key
